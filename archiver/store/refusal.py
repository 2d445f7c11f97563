"""Tells what a store refuses because of one name from what it refuses because of itself.

File systems answer a name that they cannot hold in many ways: that it is invalid, that it is no text, that it is too long, that
it is not permitted, or that there is no such file, which is also what they answer when the store has gone. So the store
is asked: whether the folder is there still, and whether it takes a plain name.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat

from archiver import filesystem
from archiver.store.area import Place

_MAY_MEAN_THE_NAME = frozenset(
    {
        *(errno.EINVAL, errno.EILSEQ, errno.ENAMETOOLONG, errno.ENOENT, errno.EPERM, errno.EACCES),
        *(errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOTSUP, errno.EOPNOTSUPP),
    }
)
"""Errors by which some file system refuses a name; every other speaks of the disk."""


def refused_part(payload: Place, path: bytes, held: bytes, error: OSError) -> bytes | None:
    """Return the part of a path that the store cannot hold, or ``None`` where that is not why it was refused.

    Args:
        payload: The folder that the path is below.
        path: What could not be made, a file or its folders.
        held: The folder of it that was made or opened before, and so must be there; empty where none was.
        error: What the store answered.
    """
    if error.errno not in _MAY_MEAN_THE_NAME:
        return None
    try:
        with payload.cursor() as cursor:
            cursor.folder(held)
            above, part = _first_missing(cursor, path, held)
            folder = cursor.folder(above)
            if error.errno == errno.ENOTDIR and not _is_hidden_file(part, folder):
                return None
        _make_plain(payload)
    except OSError:
        return None
    return part


def _first_missing(cursor: filesystem.FolderCursor, path: bytes, held: bytes) -> tuple[bytes, bytes]:
    """The first part of a path, beyond the folder ``held``, that is no folder, with the folder that it would be in."""
    above = held
    parts = path[len(held) :].lstrip(b"/").split(b"/")
    for part in parts[:-1]:
        below = above + b"/" + part if above else part
        try:
            cursor.folder(below)
        except OSError:
            return above, part
        above = below
    return above, parts[-1]


def _is_hidden_file(name: bytes, folder: int) -> bool:
    """Whether a file stands where the folder ``name`` is to be, which the file system takes for one of that name."""
    mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    return stat.S_ISREG(mode) and name not in map(os.fsencode, os.listdir(folder))


def _make_plain(payload: Place) -> None:
    """Make a file of a name that every file system takes, beside the bag, where it harms nothing, and remove it.

    Raises:
        OSError: where the store does not take it.
    """
    beside = Place(payload.store, os.path.dirname(os.path.dirname(payload.path)))
    name = b"plain-" + secrets.token_hex(8).encode()
    with beside.cursor() as cursor:
        folder = cursor.folder(b"")
        os.close(filesystem.create_regular(name, folder))
        os.unlink(name, dir_fd=folder)
