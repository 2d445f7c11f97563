"""Finds one album in several folders: what is missing in one lies in another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice

from archiver.albums.note import AlbumNote, NotedAlbum, NoteKind, listed

_MOST = 100
"""Folders that may hold one album; more bear a title that says nothing."""

Place = tuple[int, int]
"""Disc and number of a track."""


@dataclass(frozen=True, slots=True)
class Part:
    """What there is of an album in one folder.

    Attributes:
        key: What tells the album: its MusicBrainz release, or title and artist.
        folder: Record path of the folder.
        title: The album's title.
        held: The tracks that are there, each with a number of its own.
        missing: The tracks that are not, as far as the numbers tell.
    """

    key: str
    folder: str
    title: str
    held: tuple[Place, ...]
    missing: tuple[Place, ...]


def joined(parts: Iterable[Part]) -> Iterator[NotedAlbum]:
    """Say which albums lie in several folders: no track is in two of them, and one has what another lacks.

    Whole copies of an album are no parts of it, and discs in folders of their own lack nothing.

    Args:
        parts: In the order of their keys.
    """
    for _, alike in groupby(parts, lambda part: part.key):
        found = list(islice(alike, _MOST + 1))
        if 1 < len(found) <= _MOST:
            yield from _of_one(found)


def _of_one(parts: list[Part]) -> Iterator[NotedAlbum]:
    places = [place for part in parts for place in part.held]
    apart = len(places) == len(set(places))
    completed = any(set(part.missing) & set(places) for part in parts)
    if apart and completed:
        first = max(parts, key=lambda part: (len(part.held), part.folder))
        others = [
            f"{part.folder or 'the top folder'} ({len(part.held)})" for part in parts if part is not first
        ]
        note = AlbumNote(
            NoteKind.SEVERAL_FOLDERS,
            f"the album lies in several folders; tracks that are not here ({len(first.held)}) lie in {listed(others)}",
        )
        yield NotedAlbum(first.folder, first.title, len(places), (note,))
