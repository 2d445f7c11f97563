"""Compares files by their sound: decodes them, and finds among many fingerprints those that are alike.

Fingerprints wait on disk; memory holds what the index keeps of each, at most 2 KiB.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Self

from archiver.duplicates.copy import Copy
from archiver.executors.guarded import GuardedProcesses
from archiver.filesystem import open_regular_beneath
from archiver.ingest.decode import decode, music_decoders
from archiver.ingest.examine import examine, header_readers
from archiver.machine import temporary_file, temporary_storage
from archiver.model.audio import ExaminedFile
from archiver.model.decoded import Decoded, Fingerprint, Sought, Undecoded
from archiver.model.source import FileRef, FileStat
from archiver.usecases.duplicates.sifting import in_order

_SOUGHT = (Sought.FINGERPRINT,)
_LONGER_BY_WORDS = 120
"""By how much one of two copies may be longer: 15 s of silence or applause. A track is no copy of its whole album."""


class Fingerprints:
    """Fingerprints by the numbers of their files, in an unnamed temporary file."""

    def __init__(self) -> None:
        self._file = temporary_file()
        self._places: dict[int, tuple[int, int]] = {}
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __contains__(self, number: int) -> bool:
        return number in self._places

    def keep(self, number: int, fingerprint: Fingerprint) -> None:
        """Keep the fingerprint of a file."""
        with temporary_storage():
            self._file.seek(self._end)
            self._file.write(fingerprint.words)
        self._places[number] = self._end, len(fingerprint.words)
        self._end += len(fingerprint.words)

    def of(self, number: int) -> Fingerprint:
        """Return what was kept of a file."""
        position, length = self._places[number]
        with temporary_storage():
            self._file.seek(position)
            return Fingerprint(self._file.read(length))


def decoded(
    copies: Iterable[Copy],
    jobs: int,
    watched: Callable[
        [Iterable[tuple[Copy, Decoded | Undecoded]]], Iterable[tuple[Copy, Decoded | Undecoded]]
    ],
) -> Iterator[tuple[Copy, Decoded | Undecoded]]:
    """Decode every file whose bytes can be read, in the order in which they were met; files of bags too.

    Args:
        copies: The files.
        jobs: Worker processes.
        watched: Takes the outcomes and gives them back, so that somebody can watch.

    Raises:
        MissingExtraError: where the packages are not installed that decoding needs.
    """
    with music_decoders(jobs, _SOUGHT) as decoders, header_readers(1) as readers:
        yield from watched(_outcomes(copies, readers, decoders))


def _outcomes(
    copies: Iterable[Copy], readers: GuardedProcesses, decoders: GuardedProcesses
) -> Iterator[tuple[Copy, Decoded | Undecoded]]:
    refs = (ref for copy in in_order(copies) if (ref := _ref(copy)) is not None)
    files = (entry for entry in examine(refs, readers) if isinstance(entry, ExaminedFile))
    waiting = in_order(copies)
    for outcome in decode(files, decoders, _SOUGHT):
        ref = outcome.examined.ref
        for copy in waiting:
            if (copy.place.root, copy.place.relative) == (ref.root, ref.relative):
                yield copy, outcome.outcome
                break
            yield copy, Undecoded.UNREADABLE
    for copy in waiting:
        yield copy, Undecoded.UNREADABLE


def _ref(copy: Copy) -> FileRef | None:
    """A file as a listing gives it; of one in a bag, its record knows no more than the size."""
    place = copy.place
    if not place.relative:
        return None
    stat = copy.stat
    if not stat.inode:
        try:
            descriptor = open_regular_beneath(place.root, place.relative)
        except OSError:
            return None
        try:
            status = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        stat = FileStat(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return FileRef(place.root, place.relative, place.path, stat)


def with_pcm(copy: Copy, found: Decoded) -> Copy:
    """Return a file with the digest of its samples, as far as these are the same wherever they are decoded."""
    if found.pcm_md5 is None:
        return copy
    return replace(copy, pcm=f"{found.pcm_md5} {found.sample_rate_hz} {found.channels}")


@dataclass(frozen=True, slots=True)
class Alike:
    """A file that sounds like a better one.

    Attributes:
        best: Place of the better one in the order that was given.
        apart: How far it is from that one, in a few words.
    """

    best: int
    apart: str


def alike(numbers: Iterable[int], fingerprints: Fingerprints) -> dict[int, Alike]:
    """Find the files that sound like a better one, which is like no better one itself.

    Args:
        numbers: The files that have a fingerprint, the better one of any two before the other.
        fingerprints: Of all of them.

    Returns:
        By the place in the order that was given.
    """
    # NumPy comes with an extra, and is loaded where somebody asked for what needs it
    from archiver.audio.decoding.likeness import LikenessIndex, likeness  # noqa: PLC0415

    index, order = LikenessIndex(), []
    for number in numbers:
        order.append(number)
        index.add(fingerprints.of(number))
    taken: dict[int, Alike] = {}
    for at, number in enumerate(order):
        if at in taken:
            continue
        one = fingerprints.of(number)
        for candidate in index.candidates(at):
            other = fingerprints.of(order[candidate])
            if candidate in taken or abs(len(one) - len(other)) > _LONGER_BY_WORDS:
                continue
            found = likeness(one, other)
            if found is not None and found.alike:
                later = f", {found.offset_s:+.1f} s" if found.offset_words else ""
                taken[candidate] = Alike(at, f"{found.error_rate:.1%} of the fingerprint differs{later}")
    return taken
