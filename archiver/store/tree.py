"""Syncs and removes whole folders in the store, at any depth: never by recursion, never by a path too long to open."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator

from archiver import filesystem


def sync_folders(cursor: filesystem.FolderCursor) -> None:
    """Make the entries of the cursor's root and of every folder below it durable, the deepest first.

    Raises:
        OSError: as the system calls do.
    """
    for folder in folders_deepest_first(cursor, b""):
        filesystem.sync_folder(cursor.folder(folder))


def remove(cursor: filesystem.FolderCursor, path: bytes) -> None:
    """Remove ``path`` below the cursor's root, and all below it, following no link; nothing happens where nothing is.

    Raises:
        OSError: as the system calls do.
    """
    above, _, name = path.rpartition(b"/")
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISDIR(os.stat(name, dir_fd=cursor.folder(above), follow_symlinks=False).st_mode):
            os.unlink(name, dir_fd=cursor.folder(above))
            return
        for folder in folders_deepest_first(cursor, path):
            _empty(cursor.folder(folder))
        os.rmdir(name, dir_fd=cursor.folder(above))


def folders_named(parent: int, *forms: re.Pattern[bytes]) -> tuple[bytes, ...]:
    """Return the names of the folders in a folder that have one of the forms, in order; no file's or link's.

    Raises:
        OSError: as the system calls do.
    """
    names = sorted(map(os.fsencode, os.listdir(parent)))
    return tuple(
        name for name in names if any(form.fullmatch(name) for form in forms) and _is_folder(name, parent)
    )


def _is_folder(name: bytes, parent: int) -> bool:
    try:
        return stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False


def disk_bytes(cursor: filesystem.FolderCursor) -> int:
    """Bytes of the disk that everything below the cursor's root takes, and that removing it frees.

    Raises:
        OSError: as the system calls do.
    """
    total = 0
    for folder in folders_deepest_first(cursor, b""):
        with os.scandir(cursor.folder(folder)) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                total += getattr(status, "st_blocks", -(-status.st_size // 512)) * 512
    return total


def _empty(folder: int) -> None:
    """Remove everything in a folder whose own folders are empty."""
    with os.scandir(folder) as entries:
        listed = [(os.fsencode(entry.name), entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_folder in listed:
        if is_folder:
            os.rmdir(name, dir_fd=folder)
        else:
            os.unlink(name, dir_fd=folder)


def folders_deepest_first(cursor: filesystem.FolderCursor, start: bytes = b"") -> Iterator[bytes]:
    """Yield every folder below ``start`` after all that lie in it, and ``start``, a path below the cursor's root, last."""
    found: list[bytes] = []
    pending = [start]
    while pending:
        folder = pending.pop()
        found.append(folder)
        with os.scandir(cursor.folder(folder)) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    name = os.fsencode(entry.name)
                    pending.append(folder + b"/" + name if folder else name)
    # a folder is found before anything in it, so the reverse order has every folder after its contents
    yield from reversed(found)
