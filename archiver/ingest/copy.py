"""The fourth stage: one full read of each file feeds its consumers and its copy in the staging area.

A source's fault is a value, :class:`Unpacked`, and the run goes on; a store's fault is a :class:`StoreError`
and ends it. The two cannot mix: whatever reading refuses becomes a :class:`FileFaultError` where it is read.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from archiver import filesystem
from archiver.bagit.telling import Reading, Told, ignore
from archiver.errors import Remedy, StoreError, Way
from archiver.ingest.consumers import Feeding, ReadPlan, Value
from archiver.ingest.presence import SourcePresence
from archiver.ingest.reading import (
    ATTEMPTS,
    CHANGED,
    ChangedError,
    FileFaultError,
    check_unchanged,
    open_source,
    source_blocks,
    source_status,
)
from archiver.model.problem import Problem
from archiver.model.source import FileRef, FileStat, Unpacked
from archiver.store.area import Place
from archiver.store.refusal import refused_part

_NAME_REFUSED = "N307"
_SIZE_REFUSED = "N308"
_REFUSED_BY_STORE = (_NAME_REFUSED, _SIZE_REFUSED)


@dataclass(frozen=True, slots=True)
class Copied:
    """A file whose bytes are in the staging area.

    Attributes:
        path: The path of the copy below ``data``: :attr:`FileRef.payload_path`.
        size_bytes: Bytes read, hashed and written.
        modified_ns: Modification time of the source, which the copy bears too.
        results: What the file's consumers gave, by name; see :mod:`archiver.ingest.consumers`.
        changed: Whether the source was other than listed, so that what was examined may not hold for the copy.
        changed_ns: The source's ``ctime`` as it was read, in nanoseconds since 1970 UTC.
        placed_ns: Modification time that the store's disk, which may know whole seconds only, gives the copy.
        source: Tells which file was copied; see :func:`source_digest`.
        faults: What befell the consumers that gave no result, by name.
        kept: Whether an interrupted run copied it.
        journaled: Whether it stands in this bag's journal already.
    """

    path: str
    size_bytes: int
    modified_ns: int
    results: Mapping[str, Value]
    changed: bool = False
    changed_ns: int = 0
    placed_ns: int = 0
    source: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    kept: bool = field(default=False, compare=False)
    journaled: bool = field(default=False, compare=False)

    def digests(self, algorithms: Sequence[str]) -> dict[str, str]:
        """The hex digests by their algorithms, in their order."""
        return {algorithm: str(self.results[algorithm]) for algorithm in algorithms}


@dataclass(frozen=True, slots=True)
class KeptCopy:
    """A copy that an interrupted run made.

    Attributes:
        payload: The ``data`` folder in which it lies, of this bag or of what was left of another.
        copied: What was recorded of it, with its path there.
    """

    payload: Place
    copied: Copied


@dataclass(frozen=True, slots=True)
class CopyBatch:
    """Neighbouring files to copy in one task.

    Attributes:
        files: The files, of any source, and what their bytes are to be given to.
        kept: For each file the copy that an interrupted run left, or ``None`` where it is to be copied.
        payload: The staged bag's ``data`` folder.
    """

    files: tuple[tuple[FileRef, ReadPlan], ...]
    kept: tuple[KeptCopy | None, ...]
    payload: Place


def copy_batch(
    batch: CopyBatch, reading: Reading = ignore, standing: SourcePresence | None = None
) -> Iterator[Copied | Unpacked]:
    """Copy each file of the batch, in order.

    A file that changes while it is read is read once more from the start, then reported. One that has changed
    since it was listed is copied as it is now, which its outcome tells. The copy is not yet synced to the disk.

    Args:
        batch: What to copy.
        reading: Is told how many bytes were read, while they are; when a file is done, what it was told of it
            adds up to what the outcome put into the staging area.
        standing: Is told which files were read and which could not be.

    Raises:
        StoreError: where the staging area cannot be written.
        SourceLostError: where the source of a file is not there any more.
    """
    standing = standing or SourcePresence(())
    with _store_faults("the payload"):
        target = batch.payload.cursor(filesystem.make_folders_beneath)
    with target:
        for (ref, plan), kept in zip(batch.files, batch.kept, strict=True):
            told = Told(reading)
            try:
                outcome: Copied | Unpacked | None = _taken_over(ref, kept, target, batch.payload)
                if outcome is not None:
                    standing.kept(ref)
                else:
                    outcome = _copy(ref, plan, batch.payload, target, told)
                    standing.read(ref)
            except FileFaultError as fault:
                if isinstance(fault.__cause__, OSError) and fault.code not in _REFUSED_BY_STORE:
                    standing.failed(ref, fault.__cause__)
                if fault.code != _NAME_REFUSED:
                    _remove_leftover(batch.payload, ref.payload_path)
                outcome = Unpacked(Problem(ref.path, fault.code, fault.message), ref.original_name)
            told.settle(copied_bytes(outcome))
            yield outcome


def source_digest(ref: FileRef) -> str:
    """Tell a source's file by its absolute path, in 32 hex digits."""
    return hashlib.blake2b(ref.root + b"\0" + ref.relative, digest_size=16).hexdigest()


def _taken_over(
    ref: FileRef, kept: KeptCopy | None, target: filesystem.FolderCursor, payload: Place
) -> Copied | None:
    """Give what was kept of a file its place in this bag; ``None`` where nothing was, or it cannot be moved there."""
    if kept is None:
        return None
    if kept.payload == payload and kept.copied.path == ref.payload_path:
        return replace(kept.copied, kept=True, journaled=True)
    old_folder, _, old_name = kept.copied.path.encode("utf-8").rpartition(b"/")
    folder_path, _, name = ref.payload_path.encode("utf-8").rpartition(b"/")
    try:
        with kept.payload.cursor() as before:
            source, folder = before.folder(old_folder), target.folder(folder_path)
            if filesystem.is_there(name, folder):
                return None
            os.rename(old_name, name, src_dir_fd=source, dst_dir_fd=folder)
    except OSError:  # whatever is wrong with the store is told by the copying that follows
        return None
    return replace(kept.copied, path=ref.payload_path, kept=True)


def copied_bytes(outcome: Copied | Unpacked) -> int:
    """Bytes that an outcome put into the staging area."""
    return outcome.size_bytes if isinstance(outcome, Copied) else 0


def _copy(
    ref: FileRef, plan: ReadPlan, payload: Place, target: filesystem.FolderCursor, told: Told
) -> Copied:
    for attempt in range(1, ATTEMPTS + 1):
        source = open_source(ref)
        try:
            return _copy_once(ref, plan, source, payload, target, told)
        except ChangedError:
            if attempt == ATTEMPTS:
                raise
        finally:
            os.close(source)
    raise AssertionError("the last attempt returns or raises")


def _copy_once(  # noqa: PLR0913, PLR0917 - from where to where, and who takes part
    ref: FileRef, plan: ReadPlan, source: int, payload: Place, target: filesystem.FolderCursor, told: Told
) -> Copied:
    before = source_status(source)
    read = FileStat(before.st_size, before.st_mtime_ns, before.st_ctime_ns, before.st_ino)
    feeding = Feeding(plan if read == ref.stat else plan.of_any_bytes)
    folder_path, _, name = ref.payload_path.encode("utf-8").rpartition(b"/")
    with _store_faults(ref.path):
        folder, writer = _create_in(payload, target, folder_path, name)
        complete = False
        try:
            _pour(source, writer, feeding, before.st_size, told)
            check_unchanged(before, source_status(source))
            filesystem.set_times(writer, before.st_mtime_ns)
            placed_ns = os.fstat(writer).st_mtime_ns
            complete = True
        finally:
            os.close(writer)
            if not complete:
                os.unlink(name, dir_fd=folder)
    return Copied(
        *(ref.payload_path, read.size_bytes, read.mtime_ns, feeding.finish(), read != ref.stat),
        *(read.ctime_ns, placed_ns, source_digest(ref), feeding.faults),
    )


def _pour(source: int, writer: int, feeding: Feeding, expected: int, told: Told) -> None:
    """Read the source once into the copy and every consumer; stop as soon as it has another size than expected."""
    size = 0
    for block in source_blocks(source):
        size += len(block)
        if size > expected:
            break
        feeding.update(block)
        view = memoryview(block)
        while view:
            view = view[_write(writer, view) :]
        told.add(len(block))
    if size != expected:
        raise ChangedError("S104", CHANGED)


def _write(writer: int, view: memoryview) -> int:
    """Write what can be written at once; where the copy becomes larger than a file may be, that is the file's fault."""
    try:
        return os.write(writer, view)
    except OSError as error:
        if error.errno == errno.EFBIG:
            message = (
                "larger than a file may be on the store's file system, or under the shell's limit (ulimit -f)"
            )
            raise FileFaultError(_SIZE_REFUSED, message) from error
        raise


def _create_in(
    payload: Place, target: filesystem.FolderCursor, folder_path: bytes, name: bytes
) -> tuple[int, int]:
    """Create the copy anew and return its folder and itself; a name that the store cannot hold is the file's fault."""
    path = folder_path + b"/" + name if folder_path else name
    held = b""
    try:
        folder = target.folder(folder_path)
        held = folder_path
        return folder, _create(name, folder)
    except OSError as error:
        part = refused_part(payload, path, held, error)
        if part is None:
            raise
        raise FileFaultError(_NAME_REFUSED, _refusal(part, name)) from error


def _refusal(part: bytes, name: bytes) -> str:
    which = "this name" if part == name else f"the name of its folder {part.decode('utf-8')}"
    return f"the store's file system does not take {which}"


def _create(name: bytes, folder: int) -> int:
    """Create the copy anew; what an interrupted run left under its name in the staging area goes first."""
    try:
        return filesystem.create_regular(name, folder)
    except FileExistsError as error:
        if name not in map(os.fsencode, os.listdir(folder)):
            message = "the store's file system takes this name for that of another file"
            raise FileFaultError(_NAME_REFUSED, message) from error
        os.unlink(name, dir_fd=folder)
        return filesystem.create_regular(name, folder)


def _remove_leftover(payload: Place, path: str) -> None:
    """Remove what an interrupted run, which could still read the file, left under its name without journaling it."""
    folder_path, _, name = path.encode("utf-8").rpartition(b"/")
    with _store_faults(path), payload.cursor() as existing:
        try:
            folder = existing.folder(folder_path)
        except OSError:  # there is no such folder, or the store cannot hold its name: nothing is left in it
            return
        if name in map(os.fsencode, os.listdir(folder)):
            os.unlink(name, dir_fd=folder)


@contextlib.contextmanager
def _store_faults(path: str) -> Iterator[None]:
    """Turn what the operating system refuses while a copy is written into a :class:`StoreError`."""
    try:
        yield
    except OSError as error:
        raise _store_fault(path, error) from error


def _store_fault(path: str, error: OSError) -> StoreError:
    reason = (error.strerror or str(error)).lower()
    hint = "What is copied so far waits in the store's .incoming folder."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        hint += " Free some space."
    else:
        hint += " Check the disk of the store."
    return StoreError(f"cannot write the copy of {path}: {reason}", hint, remedies=[Remedy(Way.GO_ON)])
