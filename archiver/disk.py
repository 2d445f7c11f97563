"""What is asked of the disk below a file system: its room, its order, what of a file is on it, and what is kept of it in memory.

Each has the nearest safe behaviour where a system does not know of it.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import sys
from collections.abc import Iterator

from archiver import filesystem

_LIBRARY = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_SYNCFS = getattr(_LIBRARY, "syncfs", None)
_TELLS_OF_ERRORS = (5, 17)
"""The first Linux of which ``syncfs`` tells of all that could not be written: data since 5.8, what the file system says since this."""
_SYNCED_AS_A_WHOLE = frozenset(("ext4", "xfs", "btrfs"))
_USUAL_BLOCK = 4096


def start_sync(descriptor: int) -> None:
    """Have the whole file system of an open folder written out at once, where the system can (Linux ``syncfs``).

    Syncing its files one by one afterwards finds them written and costs a fraction. This alone promises
    nothing: not every file system reports errors here, so each file is synced all the same.
    """
    if _SYNCFS is not None:
        _SYNCFS(descriptor)


def syncs_as_a_whole(descriptor: int) -> bool:
    """Whether :func:`sync_all` promises of every file of an open folder's file system what ``fsync`` promises of one.

    That is so of file systems on a disk of this machine that Linux writes itself: ext, XFS, btrfs. A share, or a file system
    of a program, may take the call and hand it to nobody.
    """
    if _SYNCFS is None or _kernel() < _TELLS_OF_ERRORS:
        return False
    return _file_system(descriptor) in _SYNCED_AS_A_WHOLE


def _file_system(descriptor: int) -> str | None:
    """The name of an open folder's file system; ``None`` where that cannot be read.

    By its mount: a share can give itself the number of another kind of file system.
    """
    try:
        with open(f"/proc/self/fdinfo/{descriptor}", encoding="ascii", errors="replace") as told:
            mount = next((line.split()[1] for line in told if line.startswith("mnt_id:")), None)
        with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as mounts:
            fields = next((line.split() for line in mounts if line.split(maxsplit=1)[:1] == [mount]), None)
    except OSError:
        return None
    return fields[fields.index("-") + 1] if fields is not None and "-" in fields else None


def sync_all(descriptor: int) -> None:
    """Write out the whole file system of an open folder (Linux ``syncfs``): its files, and their names in their folders.

    What that promises says :func:`syncs_as_a_whole`.

    Raises:
        OSError: where anything on it could not be written since the folder was opened, or since the last call for it.
    """
    if _SYNCFS is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if _SYNCFS(descriptor) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _kernel() -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall("[0-9]+", _kernel_release())[:2])


def _kernel_release() -> str:
    return os.uname().release


def data_extents(descriptor: int, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where, from ``start`` to ``end``, an open file has bytes on the disk; what lies between reads as zeros.

    A file system that keeps no holes, or does not tell of them, has bytes everywhere. The descriptor's own position
    is as it was whenever an extent is handed out.

    Raises:
        OSError: as ``lseek`` does.
    """
    while start < end:
        extent = _next_extent(descriptor, start, end)
        if extent is None:
            return
        yield extent
        start = extent[1]


def hole_bytes(descriptor: int, start: int, end: int) -> int:
    """How many bytes from ``start`` to ``end`` of an open file are holes, which take no room on the disk.

    Raises:
        OSError: as ``lseek`` does.
    """
    return max(end - start, 0) - sum(stop - begin for begin, stop in data_extents(descriptor, start, end))


def _next_extent(descriptor: int, start: int, end: int) -> tuple[int, int] | None:
    if not hasattr(os, "SEEK_DATA"):
        return start, end
    position = os.lseek(descriptor, 0, os.SEEK_CUR)
    try:
        begin = os.lseek(descriptor, start, os.SEEK_DATA)
        stop = os.lseek(descriptor, begin, os.SEEK_HOLE)
    except OSError as error:
        if error.errno == errno.ENXIO:
            return None
        if error.errno in (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP):
            return start, end
        raise
    finally:
        os.lseek(descriptor, position, os.SEEK_SET)
    return (begin, min(stop, end)) if begin < end else None


def drop_cache(descriptor: int) -> None:
    """Ask the system to forget what it cached of a synced file, so that the next read comes from the disk."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


@contextlib.contextmanager
def from_disk(descriptor: int) -> Iterator[None]:
    """Have what is read of an open file in a ``with`` block come from the disk, as far as the system can, and keep none of it.

    What is not on the disk yet is written first, for the system forgets only what is.
    """
    with contextlib.suppress(OSError):  # a read-only disk has nothing to be written
        os.fsync(descriptor)
    drop_cache(descriptor)
    read_ahead(descriptor)
    try:
        yield
    finally:
        drop_cache(descriptor)


def forget_cached(path: bytes) -> None:
    """Ask the system to forget what it cached of the file at ``path``, where there is one that can be opened."""
    try:
        descriptor = filesystem.open_named(path)
    except (OSError, ValueError):
        return
    with contextlib.closing(os.fdopen(descriptor, "rb")), from_disk(descriptor):
        pass


def rotates(path: bytes) -> bool:
    """Whether ``path`` lies on a disk of which the system says that it turns, so that reading is quickest in its order.

    Linux alone tells; network and layered file systems have no disk that it could tell of.
    """
    try:
        device = os.stat(path).st_dev
        block = f"/sys/dev/block/{os.major(device)}:{os.minor(device)}"
        for place in (f"{block}/queue/rotational", f"{block}/../queue/rotational"):
            if os.path.exists(place):
                with open(place, "rb") as stream:
                    return stream.read(1) == b"1"
    except (OSError, AttributeError):
        pass
    return False


def read_ahead(descriptor: int) -> None:
    """Tell the system that the file will be read once from start to end."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_SEQUENTIAL)


def free_bytes(path: bytes) -> int | None:
    """Bytes that an ordinary user may still write to the file system of ``path``; ``None`` where it cannot be told."""
    if not hasattr(os, "statvfs"):
        return None
    status = os.statvfs(path)
    return status.f_bavail * status.f_frsize


def block_bytes(path: bytes) -> int:
    """Bytes of the blocks in which the file system of ``path`` gives out room; a guess where it cannot be told."""
    if not hasattr(os, "statvfs"):
        return _USUAL_BLOCK
    return os.statvfs(path).f_frsize or _USUAL_BLOCK
