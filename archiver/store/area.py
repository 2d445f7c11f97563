"""The folder ``.incoming`` of a store, in which bags are built: reached without following a link, and locked.

A store may be shared with other people and other programs. Whatever lies in ``.incoming`` and was not made by this
program is left alone, and nothing there is reached through a link.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archiver import filesystem
from archiver.errors import Remedy, StoreError, Way
from archiver.machine import reason
from archiver.store.faults import store_faults

INCOMING = b".incoming"
LOCK = b"lock"
UNFINISHED = b".unfinished"
"""How the names of this program's folders in ``.incoming`` end, which keeps them apart from the lock and from others."""

RETIRED = re.compile(rb"[0-9a-f]{16}\.retired")
"""Names in ``.incoming`` of what is being removed for good."""

HEALING = re.compile(rb"[0-9a-f]{16}\.healing")
"""Names in ``.incoming`` of folders in which whole files are made that are to take the places of damaged ones."""

SCRATCH = re.compile(rb"(?:redacted|unpacked)-[0-9a-f]{16}")
"""Names in ``.incoming`` of folders in which an export works out what it is going to copy."""

_HOLDER = re.compile(rb"([0-9]{1,10}\n([0-9]{0,8}\n)?)?\0*")
"""What stands in a lock: the number of the process that holds it or held it last; after a loss of power also the end of a longer
number that it was written over, and zeros."""

_LONGEST = 20


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of a store. It is opened anew each time, and below the store no link is followed to it.

    Attributes:
        store: Absolute path of the store.
        path: Path of the folder below the store.
    """

    store: bytes
    path: bytes

    @property
    def absolute(self) -> bytes:
        """The absolute path, for messages and for those who must be given one."""
        return self.store + b"/" + self.path

    def below(self, path: bytes) -> Place:
        """The folder ``path`` below this one."""
        return Place(self.store, self.path + b"/" + path)

    def cursor(
        self, make: Callable[[int, bytes], int] = filesystem.open_folder_beneath
    ) -> filesystem.FolderCursor:
        """Open the folder; see :class:`archiver.filesystem.FolderCursor`.

        Raises:
            OSError: as the system calls do; ``ENOTDIR`` where a link is on the way.
        """
        return filesystem.FolderCursor(self.store, make, self.path)


@contextlib.contextmanager
def locked(store: bytes) -> Iterator[bool]:
    """Make the store and hold its lock for a ``with`` block, so that one run at a time writes to it.

    Lends whether the store is new: that no run has written to it before.

    Raises:
        StoreError: where the store cannot be made or written, another run holds it, or what stands in the place of
            the lock or its folder was not made by this program, which is then untouched.
    """
    shown = os.fsdecode(store)
    attempt = f"write to the store {shown}"
    with store_faults(attempt, "Nothing was written. Check the folder and its permissions."):
        is_new = not is_begun(store)
        incoming = _open_incoming(store)
        try:
            descriptor = _open_lock(incoming, store)
        finally:
            os.close(incoming)
    try:
        with store_faults(f"lock the store {shown}", "Nothing was written. Choose a store on another disk."):
            free = filesystem.try_lock(descriptor)
        if not free:
            holder = os.pread(descriptor, _LONGEST, 0).decode("ascii", "replace").strip()
            raise StoreError(
                f"another run is writing to the store {shown}{f' (process {holder})' if holder else ''}",
                "Nothing was written. Wait until it has ended.",
                remedies=[Remedy(Way.AGAIN)],
            )
        with store_faults(attempt, "Nothing was packed. Check its disk."):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        yield is_new
    finally:
        with contextlib.suppress(OSError):  # what a share answers to that comes too late to matter
            os.close(descriptor)


def is_begun(store: bytes) -> bool:
    """Whether a run has written to the store before."""
    return os.path.lexists(store + b"/" + INCOMING)


def _open_incoming(store: bytes) -> int:
    """Make what is missing of the store and its ``.incoming``, and open the latter."""
    _make_durable(store)
    folder = filesystem.open_folder(store)
    try:
        with contextlib.suppress(FileExistsError):
            os.mkdir(INCOMING, dir_fd=folder)
            filesystem.sync_folder(folder)
        if stat.S_ISLNK(os.stat(INCOMING, dir_fd=folder, follow_symlinks=False).st_mode):
            raise _foreign(store, INCOMING, "it is a link")
        return filesystem.open_folder_beneath(folder, INCOMING)
    finally:
        os.close(folder)


def _make_durable(folder: bytes) -> None:
    """Make a folder and what is missing above it, and sync each parent: a bag is no safer than the way to it."""
    missing = []
    folder = os.path.abspath(folder)
    while not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    for made in reversed(missing):
        os.makedirs(made, exist_ok=True)
        with filesystem.FolderCursor(os.path.dirname(made)) as above:
            filesystem.sync_folder(above.folder(b""))


def _open_lock(incoming: int, store: bytes) -> int:
    """Open the lock, which must be one: whatever is written to it would be lost in any other file."""
    try:
        descriptor = filesystem.open_own(LOCK, incoming)
    except filesystem.NotRegularError as error:
        raise _foreign(store, INCOMING + b"/" + LOCK, reason(error)) from error
    content = os.pread(descriptor, _LONGEST + 1, 0)
    if len(content) > _LONGEST or not _HOLDER.fullmatch(content):
        os.close(descriptor)
        raise _foreign(store, INCOMING + b"/" + LOCK, "it holds something else than a lock of this program")
    return descriptor


def _foreign(store: bytes, path: bytes, what: str) -> StoreError:
    return StoreError(
        f"cannot write to the store {os.fsdecode(store)}: {os.fsdecode(path)} in it was not made by this program:"
        f" {what}",
        "It was not touched, and nothing was written. Move it away, or choose another store.",
    )


def folds(store: bytes, names: tuple[bytes, bytes]) -> bool:
    """Whether the file system of ``store`` takes the two names, which differ, for one.

    Raises:
        StoreError: where it cannot be tried.
    """
    hint = "No bag was written. Check the disk of the store."
    stem = b"names-" + secrets.token_hex(8).encode() + b"-"
    made, other = (stem + name + UNFINISHED for name in names)
    place = Place(store, INCOMING)
    with store_faults(f"write to {os.fsdecode(place.absolute)}", hint), place.cursor() as cursor:
        folder = cursor.folder(b"")
        os.mkdir(made, dir_fd=folder)
        try:
            os.stat(other, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return False
        finally:
            os.rmdir(made, dir_fd=folder)
    return True
