"""Writes into a target what is given back: each file in the area first, and under its name only when it is right.

Nothing outside the target is touched: every folder is reached below its descriptor and by no link. What stands there
already is left as it is, unless it was asked for that what is changed be replaced.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import Self

from archiver import disk, filesystem
from archiver.bagit.algorithms import hash_descriptor, new_digest
from archiver.bagit.folder_stack import FolderStack
from archiver.bagit.sorting import Sorter
from archiver.bagit.telling import Reading, ignore
from archiver.bagit.telling import Told as BytesTold
from archiver.errors import ArchiverError, Remedy, Way
from archiver.executors.pools import Threads
from archiver.machine import reason, refuse_own_limit
from archiver.records.tree_lines import Beside
from archiver.usecases.restore.area import AREA, RestoringArea
from archiver.usecases.restore.wanted import Fate, Told, Wanted
from archiver.usecases.states.description import SourceFolder, SourceLink

_BLOCK = 1 << 20
_SYNCING = 8
"""Threads that wait for the disk."""
_BATCH_FILES = 2_000
_BATCH_BYTES = 256 << 20
_NO_SUCH_NAME = frozenset({errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.ENOENT})
_IN_THE_WAY = frozenset({errno.ELOOP, errno.ENOTDIR, errno.EMLINK, errno.EEXIST})
_NOT_HERE = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EACCES})
_GIVEN_ATTRIBUTES = ("user.", "com.apple.")
"""What is recorded of a source, and what nobody's bag may set: no other attribute gives a file powers."""
_TIME_ALONE = b"."
"""How a folder of the area's list begins that was not made, and is given its time alone."""
_DEEPEST = 0xFFFFFF
_MADE, _KEPT = b"0", b"1"


Recorded = Callable[[bytes], SourceFolder | None]
"""Gives what is recorded of a folder, by its path in bytes."""


class Overwriting(Enum):
    """What becomes of what stands in the way."""

    NOTHING = "nothing"
    """It is left alone."""
    CHANGED = "changed"
    """A file or link that is not as recorded gives way to the one that is."""


class TargetError(ArchiverError):
    """The folder that files are given back to cannot be written."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A file in the area that is right."""

    name: bytes
    wanted: Wanted
    size_bytes: int
    plain: bool


class _Folders(FolderStack):
    """Folders of the target; those that are missing are made. What is to be given them is on the area's list first."""

    def __init__(self, top: int, note: Callable[[bytes], None], recorded: Recorded) -> None:
        super().__init__(top)
        self._note = note
        self._recorded = recorded

    def reach(self, folder: int, name: bytes, path: bytes) -> int:
        """Open the folder, made where it is missing; one that has its recorded time is to have it afterwards."""
        try:
            found = filesystem.open_folder_beneath(folder, name)
        except FileNotFoundError:
            self._note(path)
            with contextlib.suppress(FileExistsError):
                filesystem.make_folder(name, folder)
            return filesystem.open_folder_beneath(folder, name)
        if _has_its_time(found, self._recorded(path)):
            self._note(_TIME_ALONE + b"/" + path)
        return found


class Target:
    """The folder that files are given back to; use it in a ``with`` block.

    Args:
        path: Its path; it is made where it is missing.
        overwriting: What becomes of what stands in the way.
        recorded: Gives what is recorded of a folder.

    Raises:
        TargetError: from here and from all methods, where it cannot be written. What was given back so far is right.
        ArchiverError: where another run is at work in it.
    """

    def __init__(self, path: str, overwriting: Overwriting, recorded: Recorded) -> None:
        self._shown = path
        self._overwriting = overwriting
        self._recorded = recorded
        self._parts: list[_Part] = []
        self._bytes = 0
        with self._faults():
            is_new = not os.path.isdir(path)
            if is_new:
                os.makedirs(path)
            self._top = filesystem.open_folder(os.fsencode(path))
            try:
                is_kept = not os.listdir(self._top) or _has_its_time(self._top, recorded(b""))
                self._area = RestoringArea(self._top, path)
            except BaseException:
                os.close(self._top)
                raise
            if is_new or is_kept:
                self._area.note_folder(b"" if is_new else _TIME_ALONE)
            self._folders = _Folders(self._top, self._area.note_folder, recorded)
            self._threads = Threads(_SYNCING)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._threads.__exit__(kind)
        self._folders.__exit__()
        self._area.__exit__()
        os.close(self._top)

    @property
    def is_due(self) -> bool:
        """Whether so much waits in the area that :meth:`settle` should be called."""
        return len(self._parts) >= _BATCH_FILES or self._bytes >= _BATCH_BYTES

    def standing(self, wanted: Wanted, reading: Reading) -> Told | None:
        """Say what becomes of a file by what stands in its place; ``None`` where it is to be written.

        ``reading`` is told what is read of what stands there.
        """
        if wanted.name.partition(b"/")[0] == AREA:
            return Told(wanted.path, Fate.REFUSED, "its name is that under which this program works")
        parent, _, name = wanted.name.rpartition(b"/")
        with self._placing(wanted.path) as refusal:
            folder = self._folders.open(parent)
            try:
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            except FileNotFoundError:
                return None
            return self._standing(wanted, name, folder, status, reading)
        return refusal.told

    def _standing(
        self,
        wanted: Wanted,
        name: bytes,
        folder: int,
        status: os.stat_result,
        reading: Reading = ignore,
    ) -> Told | None:
        if not stat.S_ISREG(status.st_mode):
            replaceable = stat.S_ISLNK(status.st_mode) and self._overwriting is Overwriting.CHANGED
            what = "a link" if stat.S_ISLNK(status.st_mode) else "no file"
            return (
                None if replaceable else Told(wanted.path, Fate.IN_THE_WAY, f"{what} of that name is there")
            )
        fault = self._differs(wanted, name, folder, status, reading)
        if fault is not None:
            replaceable = self._overwriting is Overwriting.CHANGED
            return None if replaceable else Told(wanted.path, Fate.IN_THE_WAY, fault)
        otherwise = wanted.modified_ns not in (None, status.st_mtime_ns)
        if otherwise and self._overwriting is Overwriting.CHANGED:
            descriptor = filesystem.open_regular(name, folder)
            try:
                plain = self._dress(descriptor, wanted)
            finally:
                os.close(descriptor)
            return Told(wanted.path, Fate.THERE, plain=plain)
        return Told(wanted.path, Fate.THERE, otherwise=otherwise)

    @staticmethod
    def _differs(
        wanted: Wanted, name: bytes, folder: int, status: os.stat_result, reading: Reading
    ) -> str | None:
        """Say why a file that stands there is another than the wanted one; ``None`` where it is the same."""
        if wanted.size_bytes not in (None, status.st_size):
            return "another file of that name is there"
        try:
            descriptor = filesystem.open_regular(name, folder)
            try:
                found = hash_descriptor(descriptor, (wanted.algorithm,), reading)
            finally:
                os.close(descriptor)
        except OSError as error:
            refuse_own_limit(error)
            return f"a file of that name is there and cannot be read: {reason(error)}"
        same = found[wanted.algorithm] == wanted.digest
        return None if same else "another file of that name is there"

    def take(self, wanted: Wanted, blocks: Iterator[bytes], told: BytesTold) -> str | None:
        """Write a file's bytes into the area; return why they are not the wanted ones, ``None`` where they are.

        Args:
            wanted: The file.
            blocks: Its bytes; reading them raises ``OSError`` where they cannot be read.
            told: Is told what is read.
        """
        with self._faults():
            name, writer = self._area.new_part()
            is_right = False
            try:
                fault = self._pour(wanted, blocks, writer, told)
                if fault is not None:
                    return fault
                plain = self._dress(writer, wanted)
                size = os.fstat(writer).st_size
                is_right = True
            finally:
                os.close(writer)
                if not is_right:
                    os.unlink(name, dir_fd=self._area.descriptor)
        self._parts.append(_Part(name, wanted, size, plain))
        self._bytes += size
        return None

    def last_part(self) -> Iterator[bytes]:
        """Yield the bytes of the file that was taken last, which waits in the area."""
        with self._faults():
            descriptor = filesystem.open_regular(self._parts[-1].name, self._area.descriptor)
            try:
                while block := os.read(descriptor, _BLOCK):
                    yield block
            finally:
                os.close(descriptor)

    @staticmethod
    def _pour(wanted: Wanted, blocks: Iterator[bytes], writer: int, told: BytesTold) -> str | None:
        digest, size = new_digest(wanted.algorithm), 0
        while True:
            try:
                block = next(blocks, None)
            except OSError as error:
                refuse_own_limit(error)
                return f"cannot be read: {reason(error)}"
            if block is None:
                break
            size += len(block)
            if wanted.size_bytes is not None and size > wanted.size_bytes:
                return "has more bytes than are recorded"
            digest.update(block)
            view = memoryview(block)
            while view:
                view = view[os.write(writer, view) :]
            told.add(len(block))
        if digest.hexdigest() != wanted.digest:
            return "is damaged: its bytes are not those that are recorded"
        return None

    def _dress(self, descriptor: int, wanted: Wanted) -> bool:
        """Give a file its attributes, permission bits and time; return whether the first two were refused."""
        plain = wanted.beside is not None and _lacks_beside(descriptor, wanted.beside)
        if wanted.modified_ns is not None:
            filesystem.set_times(descriptor, wanted.modified_ns)
        return plain

    def settle(self) -> Iterator[Told]:
        """Make durable what waits in the area, give each file its name, and say what became of it."""
        parts, self._parts, self._bytes = self._parts, [], 0
        if not parts:
            return
        area = self._area.descriptor
        with self._faults():
            disk.start_sync(area)
            for _ in self._threads.map_ordered(partial(_sync, area), (part.name for part in parts)):
                pass
        settled = [self._name(part) for part in parts]
        with self._faults():
            disk.start_sync(area)
            for folder in dict.fromkeys(part.wanted.name.rpartition(b"/")[0] for part in parts):
                with contextlib.suppress(FileNotFoundError):
                    filesystem.sync_folder(self._folders.open(folder))
        yield from settled

    def _name(self, part: _Part) -> Told:
        wanted, area = part.wanted, self._area.descriptor
        parent, _, name = wanted.name.rpartition(b"/")
        try:
            with self._placing(wanted.path) as refusal:
                folder = self._folders.open(parent)
                return self._named(part, name, folder)
            assert refusal.told is not None
            return refusal.told
        finally:
            with self._faults(), contextlib.suppress(FileNotFoundError):
                os.unlink(part.name, dir_fd=area)

    def _named(self, part: _Part, name: bytes, folder: int) -> Told:
        wanted, fate = part.wanted, Fate.RESTORED
        try:
            filesystem.publish_into(part.name, self._area.descriptor, name, folder)
        except FileExistsError:
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            standing = self._standing(wanted, name, folder, status)
            if standing is not None:
                return standing
            os.rename(part.name, name, src_dir_fd=self._area.descriptor, dst_dir_fd=folder)
            fate = Fate.REPLACED
        return Told(wanted.path, fate, size_bytes=part.size_bytes, plain=part.plain)

    def make_link(self, link: SourceLink) -> Told:
        """Make a symbolic link; what it leads to is not looked at."""
        if link.target is None:
            return Told(link.path, Fate.WITHHELD, "what it leads to was withheld as personal data")
        if link.name.partition(b"/")[0] == AREA:
            return Told(link.path, Fate.REFUSED, "its name is that under which this program works")
        parent, _, name = link.name.rpartition(b"/")
        with self._placing(link.path) as refusal:
            folder = self._folders.open(parent)
            try:
                os.symlink(link.target, name, dir_fd=folder)
            except FileExistsError:
                return self._link_standing(link, link.target, name, folder)
            except OSError as error:
                if error.errno not in _NOT_HERE:
                    raise
                return Told(link.path, Fate.REFUSED, "the file system of the target makes no symbolic links")
            return Told(link.path, Fate.RESTORED)
        assert refusal.told is not None
        return refusal.told

    def _link_standing(self, link: SourceLink, target: bytes, name: bytes, folder: int) -> Told:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if stat.S_ISLNK(status.st_mode) and os.readlink(name, dir_fd=folder) == target:
            return Told(link.path, Fate.THERE)
        if self._overwriting is Overwriting.NOTHING or stat.S_ISDIR(status.st_mode):
            return Told(link.path, Fate.IN_THE_WAY, "something else of that name is there")
        part, writer = self._area.new_part()
        os.close(writer)
        os.unlink(part, dir_fd=self._area.descriptor)
        os.symlink(target, part, dir_fd=self._area.descriptor)
        os.rename(part, name, src_dir_fd=self._area.descriptor, dst_dir_fd=folder)
        return Told(link.path, Fate.REPLACED)

    def make_folder(self, folder: SourceFolder) -> Told | None:
        """Make a folder; its time is set at the end. What keeps it from being made is told."""
        if folder.name.partition(b"/")[0] == AREA:
            return Told(folder.path, Fate.REFUSED, "its name is that under which this program works")
        with self._placing(folder.path) as refusal:
            self._folders.open(folder.name)
            return None
        return refusal.told

    def finish(self) -> int:
        """Give the folders that were made what is recorded of them, the deepest first, and take the area away.

        Returns:
            How many folders could not be given it.
        """
        undressed = 0
        with self._faults(), Sorter() as deepest_first:
            for noted in self._area.folders():
                deepest_first.add(_row(noted))
            last, top = b"", None
            for row in deepest_first:
                path, was_made = row[3:-1], row.endswith(_MADE)
                recorded = self._recorded(path)
                if row[:-1] == last or recorded is None:
                    continue
                last = row[:-1]
                kept = recorded if was_made else replace(recorded, beside=None)
                if path:
                    undressed += not self._dress_folder(path, kept)
                else:
                    top = kept
            disk.start_sync(self._top)
            self._area.remove()
            if top is not None:  # to take the area away changed its time
                _dress_open_folder(self._top, top)
            filesystem.sync_folder(self._top)
        return undressed

    def _dress_folder(self, path: bytes, recorded: SourceFolder) -> bool:
        """Return whether it could be done, or there is no such folder any more."""
        try:
            descriptor = filesystem.open_folder_beneath(self._top, path)
            try:
                _dress_open_folder(descriptor, recorded)
            finally:
                os.close(descriptor)
        except (FileNotFoundError, NotADirectoryError):
            pass
        except PermissionError:  # as where a run was interrupted here after it had closed a folder above
            return False
        return True

    @contextlib.contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._fault(error) from error

    def _fault(self, error: OSError) -> TargetError:
        refuse_own_limit(error)
        hint = "What was restored so far stands under its name and is right."
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            hint += " Free some space there."
        return TargetError(
            f"cannot write to {self._shown}: {reason(error)}", hint, remedies=[Remedy(Way.GO_ON)]
        )

    @contextlib.contextmanager
    def _placing(self, path: str) -> Iterator[_Refusal]:
        """What the target refuses of one file is told of that file; what it refuses of all ends the run."""
        refusal = _Refusal()
        try:
            yield refusal
        except OSError as error:
            refusal.told = self._refused(path, error)

    def _refused(self, path: str, error: OSError) -> Told:
        if error.errno in _IN_THE_WAY:
            return Told(path, Fate.IN_THE_WAY, "what stands in the place of its folder is none")
        if error.errno in (errno.EISDIR, errno.ENOTEMPTY):
            return Told(path, Fate.IN_THE_WAY, "a folder of that name is there")
        if error.errno in _NO_SUCH_NAME:
            return Told(path, Fate.REFUSED, "the file system of the target does not take its name")
        if error.errno == errno.EXDEV:
            return Told(path, Fate.REFUSED, "its folder lies on another disk than the target")
        if error.errno in (errno.EACCES, errno.EPERM):
            return Told(path, Fate.REFUSED, f"its folder cannot be written: {reason(error)}")
        raise self._fault(error)


@dataclass(slots=True)
class _Refusal:
    told: Told | None = None


def _lacks_beside(descriptor: int, beside: Beside) -> bool:
    """Set attributes, then permission bits, which could forbid the former; return whether any was refused."""
    lacks = False
    for name, value in beside.attributes:
        if not name.startswith(_GIVEN_ATTRIBUTES):
            lacks = True
            continue
        try:
            filesystem.set_attribute(descriptor, name, value)
        except (OSError, ValueError):
            lacks = True
    try:
        filesystem.set_mode(descriptor, beside.mode)
    except OSError:
        lacks = True
    return lacks


def _dress_open_folder(descriptor: int, recorded: SourceFolder) -> None:
    if recorded.beside is not None:
        _lacks_beside(descriptor, recorded.beside)
    if recorded.modified_ns is not None:
        filesystem.set_times(descriptor, recorded.modified_ns)


def _sync(area: int, name: bytes) -> None:
    """Make a file of the area durable; several at a time share what that costs a disk."""
    descriptor = filesystem.open_regular(name, area)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _has_its_time(descriptor: int, recorded: SourceFolder | None) -> bool:
    if recorded is None or recorded.modified_ns is None:
        return False
    return os.fstat(descriptor).st_mtime_ns == recorded.modified_ns


def _row(noted: bytes) -> bytes:
    """What sorts a folder of the area's list: the deeper the sooner, and as made before as given its time alone."""
    was_made = noted != _TIME_ALONE and not noted.startswith(_TIME_ALONE + b"/")
    path = noted if was_made else noted[2:]
    depth = path.count(b"/") + 1 if path else 0
    return (_DEEPEST - depth).to_bytes(3, "big") + path + (_MADE if was_made else _KEPT)
