"""What is said of an album."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from archiver.model.pickling import by_fields


class NoteKind(StrEnum):
    """What a note is about; the value is what JSON calls it."""

    TRACKS_MISSING = "tracks-missing"
    DISCS_MISSING = "discs-missing"
    NUMBER_TWICE = "number-twice"
    FORMATS = "mixed-formats"
    RATES = "mixed-sample-rates"
    DEPTHS = "mixed-bit-depths"
    DATES = "mixed-dates"
    NO_COVER = "no-cover"
    NAMELESS = "without-title-or-artist"
    NO_PLAYING_TIME = "no-playing-time"
    SEVERAL_ALBUMS = "several-albums-in-one-folder"
    SEVERAL_FOLDERS = "one-album-in-several-folders"
    BROADCAST_FIELDS = "broadcast-wave-fields"


@by_fields
@dataclass(frozen=True, slots=True)
class AlbumNote:
    """One thing that is worth a look.

    Attributes:
        kind: What it is about.
        message: What was seen, one plain clause that may hold words from tags and names.
    """

    kind: NoteKind
    message: str


@by_fields
@dataclass(frozen=True, slots=True)
class NotedAlbum:
    """An album of which there is something to say.

    Attributes:
        folder: Record path of its folder; empty for the top of a source that is alone.
        title: As most of its files have it; empty where none says one, or where the note is about the folder.
        files: Audio files looked at.
        notes: What is worth a look, in the order of :class:`NoteKind`.
    """

    folder: str
    title: str
    files: int
    notes: tuple[AlbumNote, ...]


def listed(words: list[str], most: int = 3) -> str:
    """Join words as a sentence has them; of many the first ones, and how many more there are."""
    if len(words) > most + 1:
        words = [*words[:most], f"{len(words) - most:,} more"]
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]
