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
from collections.abc import Iterator

_CLOEXEC = getattr(os, "O_CLOEXEC", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NONBLOCK = getattr(os, "O_NONBLOCK", 0)
_NOATIME = getattr(os, "O_NOATIME", 0)
_DIRECTORY = getattr(os, "O_DIRECTORY", 0)
HAS_DIR_FD = os.open in os.supports_dir_fd and os.scandir in os.supports_fd
"""Whether folders can be walked by descriptor; Windows walks by path."""


class NotRegularError(OSError):
    """The path is, or has become, something else than a regular file: a link, folder, pipe, socket or device."""


def open_folder(path: bytes) -> int:
    """Open the folder ``path`` itself for use as ``dir_fd``; links *to* it are followed. Close it with ``os.close``."""
    return os.open(path, os.O_RDONLY | _DIRECTORY | _CLOEXEC)


def open_folder_beneath(folder: int, relative: bytes) -> int:
    """Open ``relative`` below the folder descriptor ``folder``, following no link at any component.

    Raises:
        OSError: as ``open`` does; ``ELOOP`` or ``ENOTDIR`` where a component is a link.
    """
    current = os.dup(folder)
    try:
        for part in relative.split(b"/"):
            if part in (b"", b"."):
                continue
            below = os.open(part, os.O_RDONLY | _DIRECTORY | _NOFOLLOW | _CLOEXEC, dir_fd=current)
            os.close(current)
            current = below
    except BaseException:
        os.close(current)
        raise
    return current


@contextlib.contextmanager
def folder_beneath(folder: int, relative: bytes) -> Iterator[int]:
    """Lend the descriptor of :func:`open_folder_beneath` for a ``with`` block."""
    opened = open_folder_beneath(folder, relative)
    try:
        yield opened
    finally:
        os.close(opened)


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
            descriptor = os.open(name, flags | _NOATIME, dir_fd=folder)
        except PermissionError:
            descriptor = os.open(name, flags, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO, errno.EMLINK):
            raise NotRegularError(error.errno, "not a regular file", name) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotRegularError(errno.EINVAL, "not a regular file", name)
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


def create_regular(name: bytes, folder: int) -> int:
    """Create the file ``name`` in the folder descriptor ``folder`` for writing; never overwrites, follows no link.

    Raises:
        FileExistsError: if anything of that name is there.
        OSError: as ``open`` does.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW | _CLOEXEC | _BINARY
    return os.open(name, flags, 0o666, dir_fd=folder)


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
