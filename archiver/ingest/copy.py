"""The fourth stage: one full read of each file feeds every digest and its copy in the staging area.

A source's fault is a value, :class:`Unpacked`, and the run goes on; a store's fault is a :class:`StoreError`
and ends it. The two cannot mix: reading raises :class:`_SourceFaultError` only, and writing never enters the reader.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archiver import filesystem
from archiver.bagit.algorithms import new_digest
from archiver.errors import StoreError
from archiver.model.problem import Problem
from archiver.model.source import FileRef, Unpacked

BLOCK_BYTES = 1 << 20
_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Copied:
    """A file whose bytes are in the staging area.

    Attributes:
        path: The record path; the copy lies under the same path below ``data``.
        size_bytes: Bytes read, hashed and written.
        modified_ns: Modification time of the source, which the copy bears too.
        digests: One hex digest for each algorithm of the batch.
    """

    path: str
    size_bytes: int
    modified_ns: int
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CopyBatch:
    """Neighbouring files to copy in one task.

    Attributes:
        refs: The files, of any source.
        kept: For each file the copy that an interrupted run left in place, or ``None`` where it is to be copied.
        payload: Absolute path of the staged bag's ``data`` folder.
        algorithms: Normalised names, in the order digests are wanted.
    """

    refs: tuple[FileRef, ...]
    kept: tuple[Copied | None, ...]
    payload: bytes
    algorithms: tuple[str, ...]


class _SourceFaultError(Exception):
    """The source file cannot be read as it stands."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class _ChangedError(_SourceFaultError):
    """The source file changed while it was read; a second attempt may find it at rest."""


def copy_batch(batch: CopyBatch) -> list[Copied | Unpacked]:
    """Copy each file of the batch, in order.

    A file that changes while it is read is read once more from the start, then reported. The copy is not yet
    synced to the disk.

    Raises:
        StoreError: where the staging area cannot be written.
    """
    outcomes: list[Copied | Unpacked] = []
    with filesystem.FolderCursor(batch.payload, filesystem.make_folders_beneath) as target:
        for ref, kept in zip(batch.refs, batch.kept, strict=True):
            try:
                outcomes.append(kept or _copy(ref, target, batch.algorithms))
            except _SourceFaultError as fault:
                outcomes.append(Unpacked(Problem(ref.path, fault.code, fault.message)))
    return outcomes


def _copy(ref: FileRef, target: filesystem.FolderCursor, algorithms: Sequence[str]) -> Copied:
    source = _open(ref)
    try:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return _copy_once(ref, source, target, algorithms)
            except _ChangedError:
                if attempt == _ATTEMPTS:
                    raise
                os.lseek(source, 0, os.SEEK_SET)
    finally:
        os.close(source)
    raise AssertionError("the last attempt returns or raises")


def _copy_once(
    ref: FileRef, source: int, target: filesystem.FolderCursor, algorithms: Sequence[str]
) -> Copied:
    before = os.fstat(source)
    listed = ref.stat
    if (before.st_size, before.st_mtime_ns, before.st_ino) != (
        listed.size_bytes,
        listed.mtime_ns,
        listed.inode,
    ):
        raise _SourceFaultError("S104", "changed after it was listed")
    hashes = [new_digest(algorithm) for algorithm in algorithms]
    folder_path, _, name = ref.path.encode("utf-8").rpartition(b"/")
    size = 0
    try:
        folder = target.folder(folder_path)
        writer = _create(name, folder)
    except OSError as error:
        raise _store_fault(ref.path, error) from error
    complete = False
    try:
        for block in _blocks(source):
            for digest in hashes:
                digest.update(block)
            _write(writer, block, ref.path)
            size += len(block)
        _check_unchanged(before, os.fstat(source), size)
        filesystem.set_times(writer, before.st_mtime_ns)
        complete = True
    finally:
        os.close(writer)
        if not complete:
            os.unlink(name, dir_fd=folder)
    return Copied(ref.path, size, before.st_mtime_ns, tuple(digest.hexdigest() for digest in hashes))


def _open(ref: FileRef) -> int:
    try:
        return filesystem.open_regular_beneath(ref.root, ref.relative)
    except filesystem.NotRegularError as error:
        raise _SourceFaultError("S104", "is no longer a regular file") from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _SourceFaultError("S105", "it is gone since it was listed") from error
    except OSError as error:
        raise _SourceFaultError("S101", (error.strerror or str(error)).lower()) from error


def _blocks(source: int) -> Iterator[bytes]:
    try:
        filesystem.read_ahead(source)
        while block := os.read(source, BLOCK_BYTES):
            yield block
    except OSError as error:
        raise _SourceFaultError("S103", (error.strerror or str(error)).lower()) from error


def _check_unchanged(before: os.stat_result, after: os.stat_result, size: int) -> None:
    unchanged = (before.st_size, before.st_mtime_ns, before.st_ctime_ns) == (
        after.st_size,
        after.st_mtime_ns,
        after.st_ctime_ns,
    )
    if not unchanged or size != before.st_size:
        raise _ChangedError("S104", "changed while it was read, twice")


def _create(name: bytes, folder: int) -> int:
    """Create the copy anew; what an interrupted run left under its name in the staging area goes first."""
    try:
        return filesystem.create_regular(name, folder)
    except FileExistsError:
        os.unlink(name, dir_fd=folder)
        return filesystem.create_regular(name, folder)


def _write(writer: int, block: bytes, path: str) -> None:
    view = memoryview(block)
    try:
        while view:
            view = view[os.write(writer, view) :]
    except OSError as error:
        raise _store_fault(path, error) from error


def _store_fault(path: str, error: OSError) -> StoreError:
    reason = (error.strerror or str(error)).lower()
    hint = "What is copied so far waits in the store's .incoming folder."
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        hint += " Free some space and run the same command again: it goes on from there."
    else:
        hint += " Check the disk of the store, then run the same command again: it goes on from there."
    return StoreError(f"cannot write the copy of {path}: {reason}", hint)
