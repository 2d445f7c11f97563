"""Brings the files of each album together in bounded memory: sorted on the disk, folder by folder."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

import msgspec

from archiver.bagit.sorting import Sorter
from archiver.model.album import album_folder
from archiver.model.audio import Role
from archiver.report.markup import address
from archiver.report.row import FileRow, encoded, folded

MOST_FILES = 600
"""The most files that are shown as one album; a folder with more is shown in several parts."""

_RUN_BYTES = 4 << 20
_COVERS = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/avif", "image/bmp")
_COVER_NAMES = ("cover", "folder", "front", "album", "albumart")
_VARIOUS = "Various artists"


@dataclass(frozen=True, slots=True)
class Album:
    """The files of one folder, and of the folders below it that hold no music of their own.

    Attributes:
        number: Its number, from 1, in the order of the folders.
        folder: Path of its folder in the source; empty for the top.
        part: Which part of the folder it is, from 1; 0 where the folder is in one piece.
        title: Title of the album, or the name of the folder.
        artist: Who plays; empty where no tag says so.
        year: Of its date; empty where no tag says so.
        tracks: Its audio files, in order.
        others: Its other files, in order.
        cover: The picture that shows it; ``None`` where there is none that a page may refer to.
        thumbnail: File name of a small picture of what is embedded in a track; empty where there is none.
    """

    number: int
    folder: str
    part: int
    title: str
    artist: str
    year: str
    tracks: tuple[FileRow, ...]
    others: tuple[FileRow, ...]
    cover: FileRow | None
    thumbnail: str = ""

    @property
    def anchor(self) -> str:
        """Its name within a page."""
        return f"a{self.number}"

    @property
    def rows(self) -> tuple[FileRow, ...]:
        """All its files."""
        return (*self.tracks, *self.others)

    @property
    def has_embedded_cover(self) -> bool:
        """Whether a track has a picture inside."""
        return any(one.picture for one in self.tracks)

    @property
    def illustrating(self) -> FileRow | None:
        """The track whose picture shows it where nothing else does: one in the bag that a page may refer to."""
        if self.cover is not None:
            return None
        return next(filter(_is_shown, self.tracks), None)


def _is_shown(track: FileRow) -> bool:
    """Whether a page may show the picture inside a track."""
    is_open = track.linked and not track.protection
    return track.picture and is_open and address(track.path, "") is not None


@dataclass(slots=True)
class _Open:
    """An album that more files may come for."""

    folder: str
    rows: list[FileRow] = field(default_factory=list)
    parts: int = 0


class FilesByAlbum:
    """Takes rows in any order and gives them back as albums, in the order of their folders."""

    def __init__(self) -> None:
        self._sorter = Sorter(_RUN_BYTES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sorter.close()

    def add(self, row: FileRow) -> None:
        """Take one row."""
        key = _key(row)
        self._sorter.add(key + _END + encoded(row))

    def albums(self) -> Iterator[Album]:
        """Yield the albums; rows may not be added any more."""
        decoder = msgspec.msgpack.Decoder(FileRow)
        numbered = 0
        waiting: list[_Open] = []
        for record in self._sorter:
            row = decoder.decode(record[record.index(_END) + len(_END) :])
            folder = album_folder(row.source_path)
            while waiting and not _holds(waiting[-1].folder, folder):
                numbered += 1
                yield _album(waiting.pop(), numbered, whole=True)
            if not waiting or (row.is_track and waiting[-1].folder != folder):
                waiting.append(_Open(folder))
            elif len(waiting[-1].rows) >= MOST_FILES:
                numbered += 1
                yield _album(waiting[-1], numbered, whole=False)
            waiting[-1].rows.append(row)
        while waiting:
            numbered += 1
            yield _album(waiting.pop(), numbered, whole=True)


_END = b"\x00"
"""Ends the key of a record, which holds none."""


def _key(row: FileRow) -> bytes:
    """What orders files: by folders, those above first, in a folder music first, each by its name."""
    folder = album_folder(row.source_path)
    ordered = "\x02".join(unicodedata.normalize("NFKD", part).casefold() for part in folder.split("/"))
    key = "\x01".join((ordered, folder, "1" if row.is_track else "2", row.source_path))
    return key.replace("\x00", "\ufffd").encode("utf-8", "surrogatepass")


def _holds(folder: str, other: str) -> bool:
    return not folder or folder == other or other.startswith(folder + "/")


def _album(found: _Open, number: int, *, whole: bool) -> Album:
    """Make an album of what came for it, and begin its next part where more is to come."""
    part = found.parts + 1 if found.parts or not whole else 0
    found.parts += 1
    rows, found.rows = found.rows, []
    tracks = sorted((one for one in rows if one.is_track), key=_place)
    others = sorted((one for one in rows if not one.is_track), key=lambda one: one.source_path)
    title = _most([one.album for one in tracks]) or found.folder.rpartition("/")[2]
    return Album(
        number=number,
        folder=found.folder,
        part=part,
        title=title,
        artist=_artist(tracks),
        year=_most([one.year for one in tracks]),
        tracks=tuple(tracks),
        others=tuple(others),
        cover=_cover(others),
    )


def _place(row: FileRow) -> tuple[int, str, int, str]:
    """Where a track stands; a disc that only a folder tells of is told apart by that folder."""
    folder, _, name = row.source_path.rpartition("/")
    return row.disc, "" if row.disc else folder, row.track, name


def _most(values: list[str]) -> str:
    """The value that most have, the first of several; empty where there is none."""
    told = Counter(filter(None, values)).most_common(1)
    return told[0][0] if told else ""


def _artist(tracks: list[FileRow]) -> str:
    named = _most([one.album_artist for one in tracks])
    if named:
        return named
    artists = {folded(one.artist) for one in tracks if one.artist}
    return _VARIOUS if len(artists) > max(2, len(tracks) // 2) else _most([one.artist for one in tracks])


def _cover(others: list[FileRow]) -> FileRow | None:
    """The picture whose name says that it is the cover, else the first."""
    pictures = [
        one for one in others if one.role == Role.ARTWORK and one.linked and one.path and one.mime in _COVERS
    ]
    return min(pictures, key=_rank, default=None)


def _rank(row: FileRow) -> tuple[int, int, str]:
    stem = folded(row.name).rpartition(".")[0]
    rank = next((n for n, name in enumerate(_COVER_NAMES) if stem.startswith(name)), len(_COVER_NAMES))
    return rank, row.source_path.count("/"), row.source_path
