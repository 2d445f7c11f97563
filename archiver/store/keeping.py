"""Keeps finished bags from being changed, in stores that are marked so, and lets them be changed again.

Files get the mode 0444 and folders 0555; where that was asked for, they get Linux's attribute ``i`` too. A bag that is
made is frozen but for its own folder before it gets its name, for a folder that may not be written cannot be moved.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator

from archiver import filesystem
from archiver.errors import Remedy, UsageError, Way
from archiver.store import tree
from archiver.store.identity import Kept, read_identity

_FILE, _FOLDER = 0o444, 0o555
_WRITE = 0o200


def is_kept(store: bytes) -> bool:
    """Whether the store at an absolute path is marked, so that its bags are kept from being changed.

    Raises:
        StoreError: where that cannot be told.
    """
    identity = read_identity(store)
    return identity is not None and identity.kept is not Kept.PLAIN


def refuse_kept(store: bytes, attempt: str) -> None:
    """Refuse what would change a bag of the store at an absolute path that is marked against it.

    Args:
        store: The store.
        attempt: What was asked for, for "cannot …".

    Raises:
        UsageError: where the store is marked.
        StoreError: where that cannot be told.
    """
    if is_kept(store):
        shown = os.fsdecode(store)
        raise UsageError(
            f"cannot {attempt}: bags in the store {shown} are kept from being changed",
            "Nothing was changed. If it is meant, let them be changed first, and mark the store again afterwards.",
            remedies=[Remedy(Way.UNMARK_STORE, shown)],
        )


def freeze(store: bytes, name: bytes, kept: Kept) -> bool:
    """Keep the bag or archive ``name`` of a store from being changed.

    Returns:
        Whether all of that could be done; the attribute may be the superuser's alone to set.

    Raises:
        OSError: as the system calls do.
    """
    done = _change(store, name, _froze_file, _froze_folder)
    if kept is Kept.IMMUTABLE:
        done &= _change(store, name, filesystem.make_immutable, filesystem.make_immutable)
    return done


def freeze_inside(folder: filesystem.FolderCursor) -> None:
    """Keep all that is below a cursor's root from being changed, but not the root itself.

    Raises:
        OSError: as the system calls do.
    """
    for path in tree.folders_deepest_first(folder):
        opened = folder.folder(path)
        for descriptor in _files(opened):
            _froze_file(descriptor)
        if path:
            filesystem.set_mode(opened, _FOLDER)


def thaw(store: bytes, name: bytes) -> bool:
    """Let the bag or archive ``name`` of a store be changed again; return whether all of it can be.

    Raises:
        OSError: as the system calls do.
    """
    done = _change(store, name, filesystem.make_mutable, filesystem.make_mutable)
    return _change(store, name, _thawed, _thawed) and done


def _froze_file(descriptor: int) -> bool:
    filesystem.set_mode(descriptor, _FILE)
    return True


def _froze_folder(descriptor: int) -> bool:
    filesystem.set_mode(descriptor, _FOLDER)
    return True


def _thawed(descriptor: int) -> bool:
    filesystem.set_mode(descriptor, stat.S_IMODE(os.fstat(descriptor).st_mode) | _WRITE)
    return True


Change = Callable[[int], bool]
"""Does something to an open file or folder, and says whether all of it could be done."""


def _change(store: bytes, name: bytes, of_file: Change, of_folder: Change) -> bool:
    with filesystem.FolderCursor(store) as top:
        if not stat.S_ISDIR(os.stat(name, dir_fd=top.folder(b""), follow_symlinks=False).st_mode):
            with _opened(name, top.folder(b"")) as descriptor:
                return of_file(descriptor)
    done = True
    with filesystem.FolderCursor(store, below=name) as bag:
        for path in tree.folders_deepest_first(bag):
            folder = bag.folder(path)
            for descriptor in _files(folder):
                done &= of_file(descriptor)
            done &= of_folder(folder)
    return done


def _files(folder: int) -> Iterator[int]:
    """Open each regular file in a folder in turn; whatever else lies there is left alone."""
    with os.scandir(folder) as entries:
        names = [os.fsencode(entry.name) for entry in entries if entry.is_file(follow_symlinks=False)]
    for name in names:
        with _opened(name, folder) as descriptor:
            yield descriptor


@contextlib.contextmanager
def _opened(name: bytes, folder: int) -> Iterator[int]:
    descriptor = filesystem.open_regular(name, folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
