"""Copies the files of a folder bag into a staged bag; each is read once, and held against its digests while it is."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self

from archiver import disk, filesystem
from archiver.bagit.algorithms import hash_blocks
from archiver.bagit.codes import found
from archiver.bagit.findings import Finding
from archiver.bagit.folder_stack import FolderStack
from archiver.bagit.hashing import Batch, Checked, Recorded, compare, unreadable
from archiver.bagit.names import PAYLOAD
from archiver.bagit.reading import Listing
from archiver.bagit.telling import Reading, Told
from archiver.bagit.walking import Kind
from archiver.store.area import Place
from archiver.store.faults import store_faults

_BLOCK = 1 << 20
_ALGORITHM = "sha512"
"""For files that no manifest has the digest of."""


class _UnreadError(Exception):
    """The source could not be read, or not be read on."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error)
        self.error = error


class FolderCopier:
    """Copies files of one bag; of use within its ``with`` block, in one thread.

    A copy that an interrupted run left is read again, and kept where it is right.

    Args:
        source: The bag's absolute path.
        target: The staged bag.
        reading: Is told what was copied, or found right, while it is.
    """

    def __init__(self, source: bytes, target: Place, reading: Reading) -> None:
        self._source = source
        self._target = target
        self._reading = reading
        self._held = contextlib.ExitStack()

    def __enter__(self) -> Self:
        top = filesystem.open_folder(self._source)
        self._held.callback(os.close, top)
        self._stack = self._held.enter_context(FolderStack(top))
        with store_faults(f"write to {os.fsdecode(self._target.absolute)}"):
            self._cursor = self._held.enter_context(self._target.cursor(filesystem.make_folders_beneath))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.__exit__(kind, error, trace)

    def copy_all(self, batches: Iterable[Batch]) -> Iterator[Checked]:
        """Copy the files of each batch in turn, and yield what came of it.

        Raises:
            StoreError: where a copy cannot be written.
        """
        return map(self._copy_batch, batches)

    def copy_rest(self, listing: Listing) -> tuple[Finding, ...]:
        """Copy what no manifest lists: tag manifests, signatures and the like, and empty folders; return what was wrong.

        Raises:
            StoreError: where a copy cannot be written.
        """
        findings: list[Finding] = []
        for present in listing.presents():
            path = os.fsencode(present.path)
            if present.kind is Kind.FOLDER and not present.size:
                with store_faults(f"make the folder {present.path}"):
                    self._cursor.folder(path)
            elif present.kind is Kind.FILE and not self._is_there(path):
                findings += self._copy_unlisted(present.path)
        return tuple(findings)

    def _copy_batch(self, batch: Batch) -> Checked:
        findings: list[Finding] = []
        intact = 0
        for file in batch.files:
            told = Told(self._reading)
            wrong = self._copy(file, told)
            told.settle(file.size)
            findings += wrong
            intact += not wrong and file.path.startswith(PAYLOAD)
        size = sum(file.size for file in batch.files)
        return Checked(len(batch.files), size, tuple(findings), intact, batch.files[-1].path)

    def _copy(self, file: Recorded, told: Told) -> list[Finding]:
        path = os.fsencode(file.path)
        algorithms = [name for name, _ in file.digests]
        if self._is_there(path):
            with store_faults(f"read {file.path} back"):
                kept = self._digests_of_copy(path, algorithms, told)
            if not compare(file, kept):
                return []
            told.settle(0)
            self._remove(path)
        try:
            digests = self._write(path, algorithms, told)
        except _UnreadError as failure:
            return [unreadable(file.path, failure.error)]
        wrong = compare(file, digests)
        if wrong:
            self._remove(path)
        return wrong

    def _copy_unlisted(self, shown: str) -> list[Finding]:
        path = os.fsencode(shown)
        told = Told(self._reading)
        try:
            digests = self._write(path, [_ALGORITHM], told)
        except _UnreadError as failure:
            return [unreadable(shown, failure.error)]
        with store_faults(f"read {shown} back"):
            if self._digests_of_copy(path, [_ALGORITHM], told) != digests:
                return [found("B706", shown, "its copy is not what was read of it")]
        return []

    def _write(self, path: bytes, algorithms: list[str], told: Told) -> dict[str, str]:
        """Copy one file and return the digests of what was read; the copy is on the disk then.

        Raises:
            _UnreadError: where the file cannot be read; then no copy is left.
            StoreError: where the copy cannot be written.
        """
        folder, _, name = path.rpartition(b"/")
        try:
            source = filesystem.open_regular(name, self._stack.open(folder))
        except OSError as error:
            raise _UnreadError(error) from error
        try:
            disk.read_ahead(source)
            modified = os.fstat(source).st_mtime_ns
            with store_faults(f"copy {os.fsdecode(path)}"):
                target = filesystem.create_regular(name, self._cursor.folder(folder))
                try:
                    digests = hash_blocks(_passed_on(source, target), algorithms, told.add)
                    filesystem.set_times(target, modified)
                    os.fsync(target)
                finally:
                    os.close(target)
        except _UnreadError:
            self._remove(path)
            raise
        finally:
            os.close(source)
        return digests

    def _digests_of_copy(self, path: bytes, algorithms: list[str], told: Told) -> dict[str, str]:
        folder, _, name = path.rpartition(b"/")
        descriptor = filesystem.open_regular(name, self._cursor.folder(folder))
        try:
            with disk.from_disk(descriptor):
                return hash_blocks(iter(lambda: os.read(descriptor, _BLOCK), b""), algorithms, told.add)
        finally:
            os.close(descriptor)

    def _is_there(self, path: bytes) -> bool:
        folder, _, name = path.rpartition(b"/")
        with store_faults(f"copy {os.fsdecode(path)}"):
            return filesystem.is_there(name, self._cursor.folder(folder))

    def _remove(self, path: bytes) -> None:
        folder, _, name = path.rpartition(b"/")
        with store_faults(f"remove a copy of {os.fsdecode(path)} that is not right"):
            os.unlink(name, dir_fd=self._cursor.folder(folder))


def _passed_on(source: int, target: int) -> Iterator[bytes]:
    """Yield the bytes of the source once they are written to the target."""
    while True:
        try:
            block = os.read(source, _BLOCK)
        except OSError as error:
            raise _UnreadError(error) from error
        if not block:
            return
        rest = memoryview(block)
        while rest:
            rest = rest[os.write(target, rest) :]
        yield block
