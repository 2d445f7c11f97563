"""Syncs and removes whole folders in the store, at any depth: never by recursion, never by a path too long to open."""

from __future__ import annotations

import os
from collections.abc import Iterator

from archiver import filesystem


def sync_folders(root: bytes) -> None:
    """Make the entries of ``root`` and of every folder below it durable, the deepest first.

    Raises:
        OSError: as the system calls do.
    """
    with filesystem.FolderCursor(root) as cursor:
        for folder in _deepest_first(cursor, b""):
            filesystem.sync_folder(cursor.folder(folder))


def remove_tree(root: bytes) -> None:
    """Remove ``root`` and all below it, following no link; nothing happens where there is no such folder.

    Raises:
        OSError: as the system calls do; also where ``root`` is itself a link, whose target stays untouched.
    """
    if not os.path.lexists(root):
        return
    above, name = os.path.split(os.path.abspath(root))
    with filesystem.FolderCursor(above) as cursor:
        for folder in _deepest_first(cursor, name):
            descriptor = cursor.folder(folder)
            with os.scandir(descriptor) as entries:
                listed = [(os.fsencode(entry.name), entry.is_dir(follow_symlinks=False)) for entry in entries]
            for name, is_folder in listed:
                if is_folder:
                    os.rmdir(name, dir_fd=descriptor)
                else:
                    os.unlink(name, dir_fd=descriptor)
    os.rmdir(root)


def _deepest_first(cursor: filesystem.FolderCursor, start: bytes) -> Iterator[bytes]:
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
