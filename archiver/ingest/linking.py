"""Between examining and deciding: what papers name is looked for among all files, and each side is told of the other.

Papers come before and after the files that they name, and there may be as many names as files. So names are put on
disk as the entries pass for the first time, looked for when all have passed, and told when the entries pass again.
Where no paper names anything, nothing of it costs anything.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, Self, TypeVar, cast

from archiver.audio.formats.kinds import extension_of, fitting_kind
from archiver.audio.papers.candidates import Likeness, Standpoint, key_of, likeness, places_of, stem_of
from archiver.audio.papers.checksum_list import AUDIO_MD5
from archiver.audio.papers.text import recordable
from archiver.ingest.examine import Examined
from archiver.ingest.fixity import with_expected
from archiver.ingest.rip_tracks import TrackIndex
from archiver.ingest.rows import Index, Rows, in_order
from archiver.ingest.spool import Spool
from archiver.model.audio import ExaminedFile, Role
from archiver.model.paper import Expected, Named, Reference, RipLog
from archiver.model.problem import Problem
from archiver.model.source import EmptyFolder, FolderProblem, FolderRef, LeftOut, Link, Unpacked

T = TypeVar("T")

MOST_EXPECTED = 16
"""Checksums, and claims of logs, that a file can be given by papers."""

_MOST_LOOKS, _LOOKS_EACH = 50_000, 8
_MOST_MISSING_NAMED = 10
_TOLD = 3
_NOWHERE = 0xFF
_MOST_UNSEEN_FOLDERS = 10_000
_OTHER_ENCODINGS = ("cp1252", "cp1251", "cp932", "cp437")
"""In which a paper may name a file whose own name is not UTF-8."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A name on its way, as it lies on disk."""

    said: str
    algorithm: str | None
    digest: str | None
    said_by: str
    direct: int
    places: tuple[str, ...]

    @classmethod
    def at(cls, rows: Rows, place: int) -> Self:
        said, algorithm, digest, said_by, direct, *places = cast("list[str]", rows.at(place))
        return cls(said, algorithm, digest, said_by, int(direct), tuple(places))

    @property
    def other_format(self) -> bool:
        """Whether a file of music with another extension will do: for a checksum only where it is of the samples."""
        of_music = fitting_kind(extension_of(self.said.replace("\\", "/")))
        return of_music is not None and of_music.row.role is Role.AUDIO

    @property
    def of_samples(self) -> bool:
        return self.algorithm == AUDIO_MD5


class Linker:
    """Links papers and files. Use it in a ``with`` block; pass all entries through :meth:`gathered`, then :meth:`look`.

    Raises:
        TemporaryStorageError: from here and from its methods, where temporary files cannot be used.
    """

    def __init__(self) -> None:
        self._rows, self._index, self._tracks = Rows(), Index(), TrackIndex()
        self._places = array("Q")
        self._best, self._rank, self._tied = array("q"), bytearray(), bytearray()
        self._papers: dict[int, range] = {}
        self._unseen: set[str] = set()
        self._left = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._rows.close()
        self._tracks.close()

    def __bool__(self) -> bool:
        """Whether anything is to be linked."""
        return bool(self._papers) or bool(self._tracks)

    def gathered(self, entries: Iterable[Examined]) -> Iterator[Examined]:
        """Yield the entries as they come, without the names in their papers, which are kept to be looked for."""
        listed: str | None = None
        for ordinal, entry in enumerate(entries):
            if isinstance(entry, FolderRef):
                listed = entry.path
            elif isinstance(entry, ExaminedFile) and entry.papers:
                # beside a file that was named by itself nothing was looked at
                if entry.ref.path.rpartition("/")[0] == listed:
                    self._note(ordinal, entry)
                yield replace(entry, references=())
                continue
            elif self._hides(entry) and len(self._unseen) < _MOST_UNSEEN_FOLDERS:
                self._unseen.add(_path_of(entry) or "")
            yield entry

    @staticmethod
    def _hides(entry: Examined) -> bool:
        """Whether an entry is a folder of which nobody knows what is in it."""
        if isinstance(entry, LeftOut):
            return entry.what == "folder"
        return isinstance(entry, Unpacked) and entry.problem.code == "S102"

    def _note(self, ordinal: int, file: ExaminedFile) -> None:
        if any(isinstance(paper, RipLog) for paper in file.papers):
            self._tracks.note(ordinal, file)
        if not file.references:
            return
        ref = file.ref
        depth = max(len(ref.path.split("/")) - len(ref.relative.split(b"/")), 0)
        standpoint = Standpoint(ref.path, depth, os.fsdecode(ref.root))
        first = len(self._places)
        for reference in dict.fromkeys(file.references):
            self._note_reference(reference, standpoint)
        self._papers[ordinal] = range(first, len(self._places))

    def _note_reference(self, reference: Reference, standpoint: Standpoint) -> None:
        places = places_of(reference.said, standpoint, encoded=reference.encoded)
        number = len(self._places)
        told = [reference.said, reference.algorithm, reference.digest, standpoint.paper]
        self._places.append(self._rows.append([*told, places.direct, *places.paths]))
        self._best.append(-1)
        self._rank.append(_NOWHERE)
        self._tied.append(0)
        for key in dict.fromkeys(key_of(stem_of(path)) for path in places.paths):
            self._index.add(key, number)

    def look(self, entries: Iterable[Examined]) -> None:
        """Look for all names among the entries, which are those that were gathered, in their order."""
        if not self:
            return
        # a folder of names made to be alike could be asked for without end
        self._left = _MOST_LOOKS + _LOOKS_EACH * len(self._index)
        for ordinal, entry in enumerate(entries):
            path = _path_of(entry)
            if path is None:
                continue
            audio = isinstance(entry, ExaminedFile) and entry.role is Role.AUDIO
            for spelled in dict.fromkeys((path, *_other_spellings(entry, path))):
                self._match(ordinal, spelled, audio=audio)
            if audio:
                self._tracks.match(ordinal, cast("ExaminedFile", entry))

    def _match(self, ordinal: int, path: str, *, audio: bool) -> None:
        for number in self._index.values(key_of(stem_of(path))):
            self._left -= 1
            if self._left < 0:
                return
            if self._rank[number] == 0:
                continue
            rank = self._rank_of(_Row.at(self._rows, self._places[number]), path, audio=audio)
            if rank < self._rank[number]:
                self._rank[number], self._best[number], self._tied[number] = rank, ordinal, 0
            elif rank == self._rank[number] and rank != _NOWHERE and self._best[number] != ordinal:
                self._tied[number] = 1

    @staticmethod
    def _rank_of(row: _Row, path: str, *, audio: bool) -> int:
        """How well a path fits what a row asks for, the lower the better: what it says itself, then what is like it."""
        for place, candidate in enumerate(row.places):
            like = likeness(candidate, path, other_format=audio and row.other_format)
            if like is not None:
                moved = max(place - row.direct + 1, 0)
                return moved * len(Likeness) + like
        return _NOWHERE

    def linked(self, entries: Iterable[Examined]) -> Iterator[Examined]:
        """Yield the same entries once more, each told of what was found."""
        given, claimed = _Waiting(self._given()), _Waiting(self._tracks.claims())
        for ordinal, entry in enumerate(entries):
            expected = tuple(dict.fromkeys(given.of(ordinal)))[:MOST_EXPECTED]
            claims = tuple(claimed.of(ordinal))[:MOST_EXPECTED]
            if isinstance(entry, ExaminedFile):
                told = with_expected(entry, expected)
                yield self._told(ordinal, replace(told, rip_claims=claims) if claims else told)
            else:
                yield entry

    def _given(self) -> Iterator[tuple[int, Expected]]:
        """Yield each checksum with the place of its file among the entries, in their order."""
        for number in in_order(self._best):
            if self._best[number] < 0 or self._tied[number]:
                continue
            row = _Row.at(self._rows, self._places[number])
            format_too = self._rank[number] % len(Likeness) != Likeness.OTHER_FORMAT or row.of_samples
            if row.algorithm is not None and row.digest is not None and format_too:
                yield self._best[number], Expected(row.algorithm, row.digest, row.said_by)

    def _told(self, ordinal: int, file: ExaminedFile) -> ExaminedFile:
        file = self._tracks.told(ordinal, file)
        numbers = self._papers.get(ordinal)
        if numbers is None:
            return file
        (paper,) = file.papers
        assert not isinstance(paper, RipLog)
        named = self._named(numbers, paper.named)
        problems = tuple(_missing_problem(file, named))
        return replace(file, papers=(replace(paper, named=named),), problems=(*file.problems, *problems))

    def _named(self, numbers: range, before: Named) -> Named:
        """What became of the files that a paper names, which have these numbers."""
        ranks = [self._rank[number] for number in numbers]
        gone: list[str] = []
        missing = 0
        for number in numbers:
            if self._rank[number] == _NOWHERE:
                row = _Row.at(self._rows, self._places[number])
                if self._is_unseen(row):
                    continue
                missing += 1
                name = recordable(row.said)
                if name is not None and len(gone) < _MOST_MISSING_NAMED:
                    gone.append(name)
        return replace(
            before,
            names=before.addresses + len(numbers),
            found=ranks.count(0),
            otherwise=sum(0 < rank < _NOWHERE for rank in ranks),
            missing=missing,
            first_missing=tuple(gone),
            looked=True,
            more=before.more or self._left < 0,
        )

    def _is_unseen(self, row: _Row) -> bool:
        """Whether what is named would be in a folder that nobody looked into."""
        if self._left < 0:
            return True
        for path in row.places[: row.direct] if self._unseen else ():
            parts = path.split("/")
            if any("/".join(parts[:length]) in self._unseen for length in range(len(parts))):
                return True
        return False


class _Waiting(Generic[T]):
    """Values with places, in the order of their places, given out place by place."""

    def __init__(self, values: Iterator[tuple[int, T]]) -> None:
        self._values = values
        self._next = next(values, None)

    def of(self, place: int) -> list[T]:
        """Give the values of a place; those of places before it are lost."""
        found = []
        while self._next is not None and self._next[0] <= place:
            found += [self._next[1]] if self._next[0] == place else []
            self._next = next(self._values, None)
        return found


class LinkedEntries:
    """Entries on disk, each told of what links it to others whenever they are gone through.

    Args:
        entries: As they were gathered.
        linker: Which has looked.
    """

    def __init__(self, entries: Spool[Examined], linker: Linker) -> None:
        self._entries, self._linker = entries, linker

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Examined]:
        """Yield the entries in their order."""
        return self._linker.linked(self._entries) if self._linker else iter(self._entries)


def _missing_problem(file: ExaminedFile, named: Named) -> Iterator[Problem]:
    listing = file.role is Role.CHECKSUM
    somewhere = named.found or named.otherwise
    if not named.missing or (file.role is Role.DOCUMENT and not somewhere):
        return
    first = ", ".join(named.first_missing[:_TOLD])
    more = f" and {named.missing - _TOLD:,} more" if named.missing > _TOLD else ""
    message = f"{named.missing:,} of {named.names:,} that it names: {first}{more}"
    yield Problem(file.ref.path, "F216" if listing else "F217", message)


def _path_of(entry: Examined) -> str | None:
    """The record path of what is there under a name, be it packed or not."""
    match entry:
        case ExaminedFile():
            return entry.ref.path
        case Link() | LeftOut():
            return entry.path
        case Unpacked(problem):
            return problem.path
        case EmptyFolder() | FolderProblem() | FolderRef():
            return None


def _other_spellings(entry: Examined, path: str) -> Iterator[str]:
    """A path whose own bytes are not UTF-8, as papers in other encodings have it."""
    if not isinstance(entry, ExaminedFile) or entry.ref.original_name is None:
        return
    depth = max(len(path.split("/")) - len(entry.ref.relative.split(b"/")), 0)
    above = path.split("/")[:depth]
    for encoding in _OTHER_ENCODINGS:
        try:
            yield "/".join([*above, entry.ref.relative.decode(encoding)])
        except UnicodeDecodeError:
            continue
