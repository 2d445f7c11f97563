"""Lists everything in a bag's folder, by descriptor and without following a link; nothing is ever opened to read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

from archiver.bagit.codes import found
from archiver.bagit.findings import Finding
from archiver.bagit.ladder import FolderLadder

LONGEST_PATH = 32 << 10
"""Characters of the longest path of a folder that is looked into; there may be thousands of levels."""


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
    """

    path: str
    kind: Kind
    size: int


def walk(top: int, tell: Callable[[Finding], None]) -> Iterator[Present]:
    """Yield everything below the folder descriptor ``top``, in no particular order, folders after what is in them.

    Paths far longer than PATH_MAX are reached. A folder that cannot be read is told as ``B704``, a link as ``B701``, a pipe,
    socket or device as ``B702``; the payload folder itself as ``B703`` where it is no folder.
    """
    # folders go by name and by how much of the path before them leads to their parent, which is the folder looked
    # into last or one above it; whole paths of 32 Ki characters would fill the memory
    waiting = [(0, "")]
    folder = ""
    with FolderLadder(top) as ladder:
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
                with os.scandir(ladder.open(os.fsencode(folder))) as entries:
                    for entry in entries:
                        seen += 1
                        path = f"{folder}/{entry.name}" if folder else entry.name
                        present = _look(entry, path, tell)
                        if present is None:
                            waiting.append((len(folder), entry.name))
                        else:
                            yield present
            except OSError as error:
                tell(found("B704", folder, f"what it holds is unknown: {error.strerror}"))
                continue
            if folder:
                yield Present(folder, Kind.FOLDER, seen)


def _look(entry: os.DirEntry[str], path: str, tell: Callable[[Finding], None]) -> Present | None:
    """Return what ``entry`` is, or None for a folder, which is listed in its turn."""
    if entry.is_file(follow_symlinks=False):
        return _measure(entry, path, tell)
    if entry.is_symlink():
        if path == "data":
            tell(found("B703", path, "data is a symbolic link"))
        else:
            tell(found("B701", path, "it is a symbolic link, which was not followed"))
        return Present(path, Kind.LINK, 0)
    if entry.is_dir(follow_symlinks=False):
        return None
    tell(found("B702", path, "it is a pipe, a socket or a device, which was not opened"))
    return Present(path, Kind.SPECIAL, 0)


def _measure(entry: os.DirEntry[str], path: str, tell: Callable[[Finding], None]) -> Present:
    if path == "data":
        tell(found("B703", path, "data is a file"))
    try:
        return Present(path, Kind.FILE, entry.stat(follow_symlinks=False).st_size)
    except OSError as error:
        tell(found("B705", path, f"it cannot be looked at: {error.strerror}"))
        return Present(path, Kind.FILE, 0)
