"""What of an audio file's tags and headers bears on its album: a small value, so that a folder's files fit in memory."""

from __future__ import annotations

import re
from dataclasses import dataclass

from archiver.albums.broadcast import missing_fields
from archiver.model.album import album_folder
from archiver.model.audio import ExaminedFile, Tags
from archiver.model.folding import folded
from archiver.model.pictures import has_picture

_NUMBER = re.compile(r"0*([0-9]{1,4})")
_LONGEST = 300
"""Characters of a tag that are looked at."""
_YEAR = re.compile(r"[0-9]{4}")
_NUMBERED_NAME = re.compile(r"(?:[0-9]{1,2}[-.])?0*([0-9]{1,3})(?![0-9])")
_OF_A_SET = re.compile(
    r"[\s,:;(\[{\u2013\u2014-]*\b(?:cd|dis[ck]|disque|disco|lp|vol(?:ume)?|part|pt|teil)\b[\s.]*"
    r"(?:[0-9]{1,3}|[ivx]{1,5}|one|two|three|four|[a-d])(?:\s*(?:of|/|von)\s*[0-9]{1,3})?[)\]}\s]*$"
)
_VARIOUS = frozenset({"various", "various artists", "va", "v a", "diverse", "verschiedene", "compilation"})


@dataclass(frozen=True, slots=True)
class Track:
    """One audio file.

    Attributes:
        folder: Record path of the folder that it lies in, which may be that of one disc.
        name: Its name there.
        album: Its album title; empty where no tag gives one.
        album_key: What is the same in titles that mean one album, whatever disc of it.
        artist: Who plays, folded; empty where no tag says so.
        album_artist: The same of the whole album.
        release: MusicBrainz release, or empty.
        named: Whether tags give it both a title and an artist.
        number: Its number; ``None`` where no tag gives a plain one.
        lettered: Whether a tag gives one that is not plain, such as a side's ``A1``.
        total: How many tracks there are said to be.
        disc: The number of its disc; ``None`` where no tag gives one.
        name_number: The number that its name begins with.
        codec: Its codec, and below what the headers say of the sound.
        year: Of its date.
        picture: Whether a picture is embedded.
        broadcast: Of a Broadcast Wave file the recommended fields that it lacks; ``None`` for any other.
    """

    folder: str
    name: str
    album: str
    album_key: str
    artist: str
    album_artist: str
    release: str
    named: bool
    number: int | None
    lettered: bool
    total: int | None
    disc: int | None
    name_number: int | None
    codec: str
    lossless: bool | None
    rate_hz: int | None
    depth: int | None
    duration_s: float | None
    year: str
    picture: bool
    broadcast: tuple[str, ...] | None

    @property
    def album_folder(self) -> str:
        """The folder of its album."""
        return album_folder(f"{self.folder}/{self.name}" if self.folder else self.name)

    @property
    def is_various(self) -> bool:
        """Whether its tags say that the album is by several artists."""
        return self.album_artist in _VARIOUS


def track_of(file: ExaminedFile) -> Track:
    """Return what of an audio file bears on its album."""
    tags, audio = file.tags, file.audio
    folder, _, name = file.ref.path.rpartition("/")
    album = _first(tags, "album")
    artist, album_artist = _first(tags, "artist"), _first(tags, "album_artist")
    numbered = _first(tags, "track")
    leading = _NUMBERED_NAME.match(name)
    year = _YEAR.match(_first(tags, "date"))
    return Track(
        folder=folder,
        name=name,
        album=album,
        album_key=_set_key(album),
        artist=folded(artist),
        album_artist=folded(album_artist),
        release=_first(tags, "mb_release_id").casefold(),
        named=bool(_first(tags, "title") and (artist or album_artist)),
        number=_number(numbered),
        lettered=bool(numbered) and _number(numbered) is None,
        total=_number(_first(tags, "track_total")),
        disc=_number(_first(tags, "disc")),
        name_number=int(leading.group(1)) if leading else None,
        codec="" if audio is None else audio.codec,
        lossless=None if audio is None else audio.lossless,
        rate_hz=None if audio is None else audio.sample_rate_hz,
        depth=None if audio is None else audio.bit_depth,
        duration_s=None if audio is None else audio.duration_s,
        year=year.group() if year else "",
        picture=has_picture(file.tag_blocks),
        broadcast=missing_fields(file.tag_blocks),
    )


def _set_key(title: str) -> str:
    shortened = _OF_A_SET.sub("", title.casefold())
    return folded(shortened or title)


def _first(tags: Tags, name: str) -> str:
    values = tags.get(name)
    return values[0][:_LONGEST].strip() if values else ""


def _number(text: str) -> int | None:
    found = _NUMBER.fullmatch(text)
    return int(found.group(1)) if found else None
