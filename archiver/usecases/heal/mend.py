"""Makes damaged and missing files of a bag whole, by the surest means first; only bytes with the right digest count."""

from __future__ import annotations

import contextlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from archiver import filesystem
from archiver.bagit.algorithms import hash_blocks, hash_descriptor, new_digest
from archiver.bagit.bag_source import source_of
from archiver.bagit.declaration import DECLARATION_NAME
from archiver.bagit.writer import DECLARED, format_bag_info
from archiver.errors import StoreError
from archiver.store.healing import Making
from archiver.usecases.heal.bag_files import BagFiles
from archiver.usecases.heal.combine import combine
from archiver.usecases.heal.copies import DamagedCopy, SameBytes
from archiver.usecases.heal.outcome import Healed, Means, Unhealed, Wanted
from archiver.usecases.watch import Step, Watch, one

_SIZES_TRIED = 3
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a bag's record says of a file: its size in bytes, and its modification time in nanoseconds since 1970 UTC."""

    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Where whole bytes may be.

    Attributes:
        copies: Paths of copies of the bag, the soundest first.
        same_bytes: Gives other files that should have the bytes with a digest, by its algorithm and its hex.
    """

    copies: tuple[str, ...]
    same_bytes: Callable[[str, str], Iterable[SameBytes]]


class Rebuilder(Protocol):
    """Makes files of recovery data."""

    def tag_names(self) -> set[str]:
        """Return the paths of the tag files that recovery data are about."""

    def rebuilt(
        self, wanted: Mapping[str, Wanted], others: Mapping[str, Sequence[DamagedCopy]]
    ) -> Iterator[tuple[str, str]]:
        """Yield files that were made, each with its path in the bag and the absolute path of what was made.

        Args:
            wanted: What is to be made, by its path.
            others: Other damaged copies, by the path in the bag.
        """


class _OtherBytesError(Exception):
    """What was read has not the digest."""


@dataclass
class Mender:
    """Makes files of one bag whole.

    Attributes:
        files: The bag's files.
        asked: Where whole bytes may be.
        rebuilder: Makes files of recovery data.
        watch: Sees how far it has come.
        healed: What was made whole so far.
        notes: What else is to be told.
    """

    files: BagFiles
    asked: Asked
    rebuilder: Rebuilder
    watch: Watch
    healed: list[Healed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def mend(
        self,
        wanted: Iterable[Wanted],
        recorded: Mapping[str, Recorded] | None = None,
        twins: Mapping[str, str] | None = None,
    ) -> list[Unhealed]:
        """Make files whole and put them into the bag; return those that stay as they are.

        Args:
            wanted: The files.
            recorded: What the bag's record says of them, by their path.
            twins: Files in the bag that are as they should be or lie in a wrong place, by the digest of their bytes.

        Raises:
            StoreError: where the store cannot be written; what was put into the bag so far is whole.
        """
        return _Mending(self, {each.path: each for each in wanted}, recorded or {}, twins or {}).run()


class _Mending:
    """Some files on their way to be made whole."""

    def __init__(
        self,
        mender: Mender,
        left: dict[str, Wanted],
        recorded: Mapping[str, Recorded],
        twins: Mapping[str, str],
    ) -> None:
        self._mender = mender
        self._files = mender.files
        self._left = left
        self._recorded = recorded
        self._twins = twins
        self._others: dict[str, list[DamagedCopy]] = defaultdict(list)
        self._unpacked: list[bytes] = []

    def run(self) -> list[Unhealed]:
        """Make what can be made whole; return what is left."""
        try:
            return self._run()
        finally:
            for name in self._unpacked:
                self._files.workshop.remove(name)

    def _run(self) -> list[Unhealed]:
        self._of_known_bytes()
        self._of_twins()
        for copy in self._mender.asked.copies:
            if self._left:
                self._of_copy(copy)
        self._of_same_bytes()
        self._of_parts()
        self._of_recovery_data()
        return [Unhealed(each.path, each.fault, self._reason(each)) for each in self._left.values()]

    def _of_known_bytes(self) -> None:
        """Take bytes that follow from the digest: no bytes at all, and the declaration that every bag has."""
        for each in list(self._left.values()):
            for content in (b"", format_bag_info(DECLARED)):
                if each.path == DECLARATION_NAME or not content:
                    digest = new_digest(each.algorithm)
                    digest.update(content)
                    if digest.hexdigest() == each.digest:
                        self._take(each, "known bytes", "", iter((content,)))

    def _of_twins(self) -> None:
        """Take bytes that lie elsewhere in the bag; all are made before one is put in its place, for two may be swapped."""
        made: list[tuple[Wanted, bytes, str]] = []
        for each in list(self._left.values()):
            path = self._twins.get(each.digest)
            if path is not None and path != each.path:
                name = self._made(each, self._files.blocks(path))
                if name is not None:
                    made.append((each, name, path))
        for each, name, path in made:
            self._put(each, name, "same bytes", path)

    def _of_copy(self, copy: str) -> None:
        source = source_of(copy)
        step = Step(f"Asking {os.path.basename(copy)}", "files", len(self._left))
        try:
            wanted = _Snapshot(self._left)
            for path, blocks in self._mender.watch.track(step, source.contents(wanted), one):
                each = self._left.get(path)
                if each is not None and not os.path.isdir(copy):
                    self._take_unpacked(each, copy, blocks)
                elif each is not None and not self._take(each, "copy", copy, blocks):
                    self._others[path].append(DamagedCopy(os.fsencode(copy), path))
        except OSError as error:
            self._mender.notes.append(f"{copy} cannot be read as a whole: {error.strerror or error}")
        finally:
            source.close()

    def _take_unpacked(self, each: Wanted, copy: str, blocks: Iterator[bytes]) -> None:
        """Take a file of an archive if it is right; else keep what can be read of it, whose parts may be."""
        known = self._recorded.get(each.path)
        workshop = self._files.workshop
        name, digest, written = workshop.next_name(), new_digest(each.algorithm), 0
        with workshop.new(name) as making, contextlib.suppress(OSError):
            for block in blocks:
                written += len(block)
                if known is not None and written > known.size:
                    break
                digest.update(block)
                making.write(block)
        if digest.hexdigest() == each.digest:
            self._put(each, name, "copy", copy)
            return
        self._unpacked.append(name)
        self._others[each.path].append(DamagedCopy(workshop.folder, os.fsdecode(name)))

    def _of_same_bytes(self) -> None:
        for each in list(self._left.values()):
            for other in self._mender.asked.same_bytes(each.algorithm, each.digest):
                bag = os.path.realpath(other.bag)
                if bag != self._files.path and self._take(
                    each, "same bytes", os.fsdecode(bag) + "/" + other.path, _beneath(bag, other.path)
                ):
                    break

    def _of_parts(self) -> None:
        for each in list(self._left.values()):
            with contextlib.ExitStack() as held:
                copies = list(self._damaged(each, held))
                if len(copies) > 1:
                    self._combine(each, copies)

    def _damaged(self, each: Wanted, held: contextlib.ExitStack) -> Iterator[int]:
        for opened in (
            lambda: self._files.open(each.path),
            *(other.open for other in self._others[each.path]),
        ):
            with contextlib.suppress(OSError):
                descriptor = opened()
                held.callback(os.close, descriptor)
                yield descriptor

    def _combine(self, each: Wanted, copies: Sequence[int]) -> None:
        known = self._recorded.get(each.path)
        sizes = sorted({os.fstat(copy).st_size for copy in copies}, reverse=True)[:_SIZES_TRIED]
        for size in [known.size] if known is not None else sizes:
            name = self._files.workshop.next_name()
            with contextlib.suppress(_OtherBytesError, OSError):
                with self._files.workshop.new(name) as making:
                    if not combine(copies, size, each.algorithm, each.digest, making):
                        raise _OtherBytesError
                self._put(each, name, "combined", "")
                return

    def _of_recovery_data(self) -> None:
        if not self._left:
            return
        for path, made in self._mender.rebuilder.rebuilt(dict(self._left), self._others):
            each = self._left.get(path)
            if each is not None:
                self._take(each, "parity", "", _whole(os.fsencode(made)))

    def _take(self, each: Wanted, means: Means, source: str, blocks: Iterator[bytes]) -> bool:
        """Take bytes if they are right; whether they were."""
        name = self._made(each, blocks)
        if name is None:
            return False
        self._put(each, name, means, source)
        return True

    def _made(self, each: Wanted, blocks: Iterator[bytes]) -> bytes | None:
        """Write bytes to the workshop; ``None`` where they are not right, or cannot be read."""
        known = self._recorded.get(each.path)
        name = self._files.workshop.next_name()
        try:
            with self._files.workshop.new(name) as making:
                _write(blocks, each, None if known is None else known.size, making)
        except (_OtherBytesError, OSError):
            return None
        return name

    def _put(self, each: Wanted, name: bytes, means: Means, source: str) -> None:
        """Read a file of the workshop once more, past the cache, and put it into the bag."""
        workshop = self._files.workshop
        read = hash_blocks(_whole(workshop.path(name)), (each.algorithm,))[each.algorithm]
        if read != each.digest:
            workshop.remove(name)
            raise StoreError(
                f"the disk gives back other bytes than were written to it for {each.path}",
                "What was put into the bag before is whole, and the rest is as it was. Do not trust this disk.",
            )
        known = self._recorded.get(each.path)
        self._files.take(each.path, name, None if known is None else known.modified_ns)
        del self._left[each.path]
        self._mender.healed.append(Healed(each.path, each.fault, means, source))

    def _reason(self, each: Wanted) -> str:
        copies = len(self._mender.asked.copies)
        if not copies:
            return "there is no copy to take it from"
        if self._others[each.path]:
            return "no copy has it whole, and their parts do not add up to it"
        return "no copy has it"


def _write(blocks: Iterator[bytes], each: Wanted, size: int | None, making: Making) -> None:
    """Write bytes, and refuse them where they are more than the file has, or have another digest."""
    digest, written = new_digest(each.algorithm), 0
    for block in blocks:
        written += len(block)
        if size is not None and written > size:
            raise _OtherBytesError
        digest.update(block)
        making.write(block)
    if digest.hexdigest() != each.digest:
        raise _OtherBytesError


class _Snapshot:
    """The paths that are wanted now, in a list that does not change, and whether one is wanted still."""

    def __init__(self, left: Mapping[str, Wanted]) -> None:
        self._paths = sorted(left)
        self._left = left

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __contains__(self, path: object) -> bool:
        return path in self._left


def _beneath(bag: bytes, path: str) -> Iterator[bytes]:
    """Yield the bytes of a file of a bag, which is opened when the first are asked for."""
    yield from _blocks(filesystem.open_regular_beneath(bag, os.fsencode(path)))


def _whole(path: bytes) -> Iterator[bytes]:
    yield from _blocks(filesystem.open_named(path))


def _blocks(descriptor: int) -> Iterator[bytes]:
    try:
        while block := os.read(descriptor, _BLOCK):
            yield block
    finally:
        os.close(descriptor)


def digest_of(files: BagFiles, path: str, algorithm: str) -> str | None:
    """Return the digest of a file of the bag as it is; ``None`` where it cannot be read."""
    try:
        descriptor = files.open(path)
    except OSError:
        return None
    try:
        return hash_descriptor(descriptor, (algorithm,))[algorithm]
    except OSError:
        return None
    finally:
        os.close(descriptor)
