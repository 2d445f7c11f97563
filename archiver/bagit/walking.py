"""Lists everything in a bag's folder, by descriptor and without following a link; nothing is ever opened to read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from archiver import filesystem
from archiver.bagit.codes import found
from archiver.bagit.findings import Tell
from archiver.bagit.folder_stack import FolderStack
from archiver.machine import refuse_own_limit

LONGEST_PATH = 32 << 10
"""Characters of the longest path of a folder that is looked into; there may be thousands of levels."""


_LARGE = 1 << 20
"""Bytes from which on holes are counted."""


class Kind(StrEnum):
    """What lies at a path; the value is one letter, as it is written into sorted records."""

    FILE = "f"
    FOLDER = "d"
    LINK = "l"
    SPECIAL = "s"


class Present(NamedTuple):
    """Something in a bag's folder.

    Attributes:
        path: Relative to the bag, ``/`` between folders; bytes that are not UTF-8 are surrogate escapes.
        kind: What it is.
        size: Bytes of a file; for a folder, how many things are in it; else 0.
        holes: How many bytes of a large file take no room on the disk, by the system's own count of its blocks.
    """

    path: str
    kind: Kind
    size: int
    holes: int = 0


def walk(top: int, tell: Tell) -> Iterator[Present]:
    """Yield everything below the folder descriptor ``top``, in no particular order, folders after what is in them.

    Paths far longer than PATH_MAX are reached. A folder that cannot be read is told as ``B704``, a link as ``B701``, a pipe,
    socket or device as ``B702``; the payload folder itself as ``B703`` where it is no folder.
    """
    # an entry that cannot be looked at is told by itself and takes none of its neighbours with it
    # folders go by name and by how much of the path before them leads to their parent, which is the folder looked
    # into last or one above it; whole paths of 32 Ki characters would fill the memory
    waiting = [(0, "")]
    folder = ""
    with FolderStack(top) as stack:
        while waiting:
            leading, name = waiting.pop()
            folder = f"{folder[:leading]}/{name}" if leading else name
            if len(folder) > LONGEST_PATH:
                tell(
                    found(
                        "B704", folder[:LONGEST_PATH], f"its path is longer than {LONGEST_PATH:,} characters"
                    )
                )
                continue
            seen = 0
            try:
                with filesystem.scan_folder(stack.open(os.fsencode(folder))) as entries:
                    for entry in entries:
                        seen += 1
                        path = f"{folder}/{entry.name}" if folder else entry.name
                        present = _look(entry, path, tell)
                        if present is None:
                            waiting.append((len(folder), entry.name))
                        else:
                            yield present
            except OSError as error:
                refuse_own_limit(error)
                tell(found("B704", folder, f"what it holds is unknown: {error.strerror}"))
                continue
            if folder:
                yield Present(folder, Kind.FOLDER, seen)


def _look(entry: os.DirEntry[str], path: str, tell: Tell) -> Present | None:
    """Return what ``entry`` is, or None for a folder, which is listed in its turn."""
    try:
        if entry.is_dir(follow_symlinks=False):
            return None
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        refuse_own_limit(error)
        tell(found("B705", path, f"it cannot be looked at: {error.strerror}"))
        return Present(path, Kind.FILE, 0)
    mode = status.st_mode
    if stat.S_ISREG(mode):
        if path == "data":
            tell(found("B703", path, "data is a file"))
        return Present(path, Kind.FILE, status.st_size, _holes(status))
    if stat.S_ISLNK(mode):
        if path == "data":
            tell(found("B703", path, "data is a symbolic link"))
        else:
            tell(found("B701", path, "it is a symbolic link, which was not followed"))
        return Present(path, Kind.LINK, 0)
    tell(found("B702", path, "it is a pipe, a socket or a device, which was not opened"))
    return Present(path, Kind.SPECIAL, 0)


def _holes(status: os.stat_result) -> int:
    """How many bytes of a large file that is mostly holes take no room, as the system counts; 0 for any other."""
    held = status.st_blocks * 512 if hasattr(status, "st_blocks") else status.st_size
    return status.st_size - held if status.st_size >= _LARGE and held < status.st_size // 2 else 0
