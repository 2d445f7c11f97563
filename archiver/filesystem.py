"""The one door to calls that only POSIX systems have, with the nearest safe behaviour elsewhere.

Paths are ``bytes`` because a Linux name need not be text. Everything that opens a path walks it one component
at a time with ``O_NOFOLLOW`` below a folder's descriptor, so that a swapped link is refused and a path longer
than PATH_MAX can be reached.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator
from typing import Self

from archiver.machine import refuse_own_limit

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_CLOEXEC = getattr(os, "O_CLOEXEC", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
_NOATIME = getattr(os, "O_NOATIME", 0)
_DIRECTORY = getattr(os, "O_DIRECTORY", 0)
_GET_FLAGS, _SET_FLAGS, _IMMUTABLE = 0x80086601, 0x40086602, 0x10
"""Linux's FS_IOC_GETFLAGS, FS_IOC_SETFLAGS and FS_IMMUTABLE_FL."""
_FLAGS_BYTES = 8
_KINDS = (
    (stat.S_ISLNK, "a link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
)


def _open(name: bytes, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
    """Open as ``os.open`` does; what the machine refuses this process is told apart from what a file refuses.

    Raises:
        MachineError: where this process may open no more files, or memory is short.
        OSError: as ``open`` does.
    """
    try:
        return os.open(name, flags, mode, dir_fd=dir_fd)
    except OSError as error:
        refuse_own_limit(error)
        raise


def _duplicate(descriptor: int) -> int:
    try:
        return os.dup(descriptor)
    except OSError as error:
        refuse_own_limit(error)
        raise


def scan_folder(folder: int) -> os._ScandirIterator[str]:
    """List the folder descriptor ``folder`` as ``os.scandir`` does.

    Raises:
        MachineError: as for any opening here.
        OSError: as ``scandir`` does.
    """
    try:
        return os.scandir(folder)
    except OSError as error:
        refuse_own_limit(error)
        raise


class NotRegularError(OSError):
    """The path is, or has become, something else than a regular file: a link, folder, pipe, socket or device.

    ``strerror`` says which, such as "a named pipe, not a file".
    """


class TooLargeError(OSError):
    """A file is larger than it may be; not a byte of it was read."""


class UnsteadyError(OSError):
    """A file holds more or less than its size says: it is being written, or it is none that lies on a disk."""


def open_folder(path: bytes) -> int:
    """Open the folder ``path`` itself for use as ``dir_fd``; links *to* it are followed. Close it with ``os.close``."""
    return _open(path, os.O_RDONLY | _DIRECTORY | _CLOEXEC)


def open_folder_beneath(folder: int, relative: bytes) -> int:
    """Open ``relative`` below the folder descriptor ``folder``, following no link at any component.

    Raises:
        OSError: as ``open`` does; ``ELOOP`` or ``ENOTDIR`` where a component is a link, ``EINVAL`` where one is ``..``.
    """
    return _descend(folder, relative, _nothing_made)


def _descend(folder: int, relative: bytes, prepare: Callable[[bytes, int], None]) -> int:
    """Open folder after folder below the descriptor ``folder``, following no link; each is prepared in the one above."""
    current = _duplicate(folder)
    try:
        for part in _parts(relative):
            prepare(part, current)
            below = _open(part, os.O_RDONLY | _DIRECTORY | _NOFOLLOW | _CLOEXEC, dir_fd=current)
            os.close(current)
            current = below
    except BaseException:
        os.close(current)
        raise
    return current


def _nothing_made(name: bytes, folder: int) -> None:
    """Leave a folder as it is, there or not."""


def _made(name: bytes, folder: int) -> None:
    """Make a folder where there is none."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, 0o777, dir_fd=folder)


def _made_to_last(name: bytes, folder: int) -> None:
    """Make a folder where there is none, and make its name durable."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, 0o777, dir_fd=folder)
    sync_folder(
        folder
    )  # also of one that is there: whoever made it may have ended before its name was durable


def _parts(relative: bytes) -> list[bytes]:
    parts = [part for part in relative.split(b"/") if part not in (b"", b".")]
    if b".." in parts:
        raise OSError(errno.EINVAL, "the path leads out of its folder", relative)
    return parts


@contextlib.contextmanager
def folder_beneath(folder: int, relative: bytes) -> Iterator[int]:
    """Lend the descriptor of :func:`open_folder_beneath` for a ``with`` block."""
    opened = open_folder_beneath(folder, relative)
    try:
        yield opened
    finally:
        os.close(opened)


def is_there(name: bytes, folder: int) -> bool:
    """Whether the folder descriptor ``folder`` holds anything called ``name``, a broken link included."""
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def open_regular(name: bytes, folder: int) -> int:
    """Open the regular file ``name`` in the folder descriptor ``folder`` for reading, never blocking, never by a link.

    The access time is left alone where the system allows it.

    Raises:
        NotRegularError: if it is no regular file.
        OSError: as ``open`` does.
    """
    flags = os.O_RDONLY | _NOFOLLOW | _NONBLOCK | _CLOEXEC | _BINARY
    try:
        try:
            descriptor = _open(name, flags | _NOATIME, dir_fd=folder)
        except PermissionError:
            descriptor = _open(name, flags, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO, errno.EMLINK):
            kind = "a socket" if error.errno == errno.ENXIO else "a symbolic link"
            raise NotRegularError(error.errno, f"{kind}, not a file", name) from error
        raise
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        kind = "a folder" if stat.S_ISDIR(mode) else "a named pipe" if stat.S_ISFIFO(mode) else "a device"
        raise NotRegularError(errno.EINVAL, f"{kind}, not a file", name)
    return descriptor


def open_regular_beneath(root: bytes, relative: bytes) -> int:
    """Open the regular file ``relative`` below the folder ``root``; no component may be a link.

    Raises:
        NotRegularError: if it is no regular file.
        OSError: as ``open`` does.
    """
    folder_path, _, name = relative.rpartition(b"/")
    top = open_folder(root)
    try:
        with folder_beneath(top, folder_path) as folder:
            return open_regular(name, folder)
    finally:
        os.close(top)


def open_named(path: bytes) -> int:
    """Open the regular file that a user named, for reading; a link to it is theirs and is followed.

    Raises:
        NotRegularError: if it is no regular file.
        OSError: as ``open`` does.
    """
    folder_path, name = os.path.split(os.path.realpath(path))
    folder = open_folder(folder_path)
    try:
        return open_regular(name or b".", folder)
    finally:
        os.close(folder)


def read_small(descriptor: int, most_bytes: int) -> bytes:
    """Read the open regular file ``descriptor`` as a whole and close it; what is too large is refused by its size.

    Raises:
        TooLargeError: if it is larger than ``most_bytes``.
        UnsteadyError: if it does not hold what its size says.
        OSError: as ``read`` does.
    """
    with os.fdopen(descriptor, "rb") as stream:
        size = os.fstat(descriptor).st_size
        if size > most_bytes:
            raise TooLargeError(errno.EFBIG, f"larger than {most_bytes:,} bytes")
        data = stream.read(size + 1)
    if len(data) != size:
        raise UnsteadyError(errno.EIO, "its size does not tell how much it holds")
    return data


def create_regular(name: bytes, folder: int) -> int:
    """Create the file ``name`` in the folder descriptor ``folder`` for writing; never overwrites, follows no link.

    Raises:
        FileExistsError: if anything of that name is there.
        OSError: as ``open`` does.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW | _CLOEXEC | _BINARY
    return _open(name, flags, 0o666, dir_fd=folder)


def open_own(name: bytes, folder: int) -> int:
    """Open this program's own file ``name`` in the folder descriptor ``folder`` to read and write; make it where missing.

    Raises:
        NotRegularError: if it is no regular file, or has another name too, under which somebody may know it. It is
            untouched, and ``strerror`` says what it is.
        OSError: as ``open`` does.
    """
    flags = os.O_RDWR | _NOFOLLOW | _NONBLOCK | _CLOEXEC | _BINARY
    try:
        return _open(name, flags | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=folder)
    except FileExistsError:
        # even to open a device can do something, so it is looked at first
        _refuse_other(os.stat(name, dir_fd=folder, follow_symlinks=False), name)
    descriptor = _open(name, flags, dir_fd=folder)
    try:
        _refuse_other(os.fstat(descriptor), name)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _refuse_other(status: os.stat_result, name: bytes) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = next((kind for is_kind, kind in _KINDS if is_kind(status.st_mode)), "a device")
        raise NotRegularError(errno.EINVAL, f"it is {kind}", name)
    if status.st_nlink > 1:
        raise NotRegularError(errno.EMLINK, "it is a file that has another name too", name)


def sync_folder(folder: int) -> None:
    """Make the entries of the folder descriptor ``folder`` durable: names made, renamed or removed in it.

    Raises:
        OSError: as ``fsync`` does; a file system that cannot sync folders is taken at its word.
    """
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise


def make_folders_beneath(folder: int, relative: bytes) -> int:
    """Make every missing folder of ``relative`` below the descriptor ``folder`` and open the last; no link is followed."""
    return _descend(folder, relative, _made)


def make_lasting_folders_beneath(folder: int, relative: bytes) -> int:
    """As :func:`make_folders_beneath`, and no loss of power takes away what was made.

    What is moved into a new folder would be lost with it: to sync the folder itself makes what is in it durable, and not its
    own name.
    """
    return _descend(folder, relative, _made_to_last)


def set_times(descriptor: int, modified_ns: int) -> None:
    """Give the open file or folder its modification time, in nanoseconds since 1970 UTC; the access time follows it."""
    os.utime(descriptor, ns=(modified_ns, modified_ns))


def attribute_names(descriptor: int) -> list[str]:
    """List the extended attributes of an open file or folder; none where the system or the file system has none.

    Raises:
        OSError: where the system refuses for another reason.
    """
    listing = getattr(os, "listxattr", None)  # Linux alone has it
    if listing is None:
        return []
    try:
        return list(listing(descriptor))
    except OSError as error:
        if error.errno in (errno.ENOTSUP, errno.ENOSYS):
            return []
        raise


def attribute(descriptor: int, name: str) -> bytes:
    """Read one extended attribute of an open file or folder; no time of it changes.

    Raises:
        OSError: as ``fgetxattr`` does; ``ENODATA`` where it is gone.
    """
    return os.getxattr(descriptor, name)


def try_lock(descriptor: int) -> bool:
    """Take an exclusive lock that ends with this process; ``False`` where another process holds it."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


class FolderCursor:
    """Opens folders below one root, keeping the last one open, since a file's neighbours mostly share its folder.

    Use it in a ``with`` block; it belongs to one thread.

    Args:
        root: The folder that all paths are below.
        make: How to reach a folder below ``root``: :func:`open_folder_beneath`, or :func:`make_folders_beneath`
            where missing folders are to be made.
        below: A folder below ``root``, to which no link is followed, that takes the root's place.
    """

    def __init__(
        self, root: bytes, make: Callable[[int, bytes], int] = open_folder_beneath, below: bytes = b""
    ) -> None:
        top = open_folder(root)
        try:
            self._root = open_folder_beneath(top, below)
        finally:
            os.close(top)
        self._make = make
        self._last: tuple[bytes, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._forget()
        os.close(self._root)

    def folder(self, relative: bytes) -> int:
        """Give a descriptor of ``relative`` below the root, valid until the next call; do not close it."""
        if self._last is None or self._last[0] != relative:
            self._forget()
            self._last = (relative, self._make(self._root, relative))
        return self._last[1]

    def _forget(self) -> None:
        if self._last is not None:
            os.close(self._last[1])
            self._last = None


def publish(temporary: bytes, name: bytes, folder: int) -> None:
    """Give the finished file ``temporary`` its own ``name`` in the same folder descriptor; never overwrites.

    Where the file system has no hard links, the name is looked for first and the file then renamed.

    Raises:
        FileExistsError: if anything of that name is there.
        OSError: as the system calls do.
    """
    publish_into(temporary, folder, name, folder)
    sync_folder(folder)


def publish_into(temporary: bytes, area: int, name: bytes, folder: int) -> None:
    """Give the finished file ``temporary`` of the folder descriptor ``area`` its ``name`` in ``folder``; never overwrites.

    As :func:`publish`; neither folder is synced.

    Raises:
        FileExistsError: if anything of that name is there.
        OSError: as the system calls do.
    """
    try:
        os.link(temporary, name, src_dir_fd=area, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
            raise
        with contextlib.suppress(FileNotFoundError):
            os.stat(name, dir_fd=folder, follow_symlinks=False)
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name) from error
        os.rename(temporary, name, src_dir_fd=area, dst_dir_fd=folder)
    else:
        os.unlink(temporary, dir_fd=area)


def make_folder(name: bytes, folder: int) -> None:
    """Make the folder ``name`` in the folder descriptor ``folder``.

    Raises:
        OSError: as ``mkdir`` does.
    """
    os.mkdir(name, 0o777, dir_fd=folder)


def set_mode(descriptor: int, mode: int) -> None:
    """Give the open file or folder its permission bits.

    Raises:
        OSError: as ``fchmod`` does; where the file system has none, as FAT has not.
    """
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, mode)


def make_immutable(descriptor: int) -> bool:
    """Give the open file or folder Linux's attribute ``i``; return whether it has it then.

    It may be the superuser's alone to give, and not every file system has it.
    """
    flags = _inode_flags(descriptor)
    return flags is not None and (
        bool(flags & _IMMUTABLE) or _set_inode_flags(descriptor, flags | _IMMUTABLE)
    )


def make_mutable(descriptor: int) -> bool:
    """Take Linux's attribute ``i`` from the open file or folder; return whether it has none then."""
    flags = _inode_flags(descriptor)
    return flags is None or not flags & _IMMUTABLE or _set_inode_flags(descriptor, flags & ~_IMMUTABLE)


def _inode_flags(descriptor: int) -> int | None:
    """The flags of Linux's ``chattr``; ``None`` where the system or the file system has none."""
    if not sys.platform.startswith("linux"):
        return None
    flags = bytearray(_FLAGS_BYTES)
    try:
        fcntl.ioctl(descriptor, _GET_FLAGS, flags)
    except OSError:
        return None
    return int.from_bytes(flags[:4], sys.byteorder)


def _set_inode_flags(descriptor: int, flags: int) -> bool:
    try:
        fcntl.ioctl(descriptor, _SET_FLAGS, flags.to_bytes(4, sys.byteorder) + bytes(4))
    except OSError:
        return False
    return True


def set_attribute(descriptor: int, name: str, value: bytes) -> None:
    """Give the open file or folder an extended attribute.

    Raises:
        OSError: as ``fsetxattr`` does; ``ENOTSUP`` where the system or the file system has none.
    """
    setting = getattr(os, "setxattr", None)  # Linux alone has it
    if setting is None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))
    setting(descriptor, name, value)
