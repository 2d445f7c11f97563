"""Walks a source on its own, and says what must become of everything that is met: nothing of the program is asked."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

LEFT_OUT = ("*.tmp", "Trash/")
"""What is left out where anything is: everything that ends so, and folders of that name with all that is in them."""

SECRET = b"Secret"
"""Folders with what a policy keeps out, where one does."""

Parts = tuple[bytes, ...]


@dataclass
class Walked:
    """What was met, by its path: the name of the source first where there are several.

    Attributes:
        files: The SHA-512 of each file that can be read, and its bytes' number.
        closed_files: Files that nobody may read.
        closed_folders: Folders that nobody may read.
        special: Pipes, sockets and devices.
        links: Links that lead to something in the sources.
        links_out: Links that lead out of them, nowhere, round, or to a folder that they lie in.
        left_out: What is left out as asked; nothing in such a folder was looked at.
        empty: Folders with nothing in them.
    """

    files: dict[bytes, str] = field(default_factory=dict)
    closed_files: set[bytes] = field(default_factory=set)
    closed_folders: set[bytes] = field(default_factory=set)
    special: set[bytes] = field(default_factory=set)
    links: set[bytes] = field(default_factory=set)
    links_out: set[bytes] = field(default_factory=set)
    left_out: set[bytes] = field(default_factory=set)
    empty: set[bytes] = field(default_factory=set)

    @property
    def problems(self) -> set[bytes]:
        """What cannot go into a bag."""
        return self.closed_files | self.closed_folders | self.special | self.links_out

    @property
    def seen(self) -> int:
        """How many things were met that are no folders, or are folders of which no more is known."""
        return len(self.files) + len(self.problems) + len(self.links) + len(self.left_out)

    def withheld(self) -> set[bytes]:
        """What a policy that withholds keeps out: what lies in folders for that, and what nobody could look into."""
        return {path for path in self.files if SECRET in path.split(b"/")[:-1]} | self.closed_files


def walk(roots: Iterable[Path], *, leaves_out: bool) -> Walked:
    """Walk some sources, each folder below a descriptor of the one before; no link is followed, no path is too long."""
    walked, tops = Walked(), [os.fsencode(root) for root in roots]
    for root in tops:
        named: Parts = (os.path.basename(root),) if len(tops) > 1 else ()
        descriptor = os.open(root, _FOLDER)
        try:
            _walk_folder(descriptor, (), named, _Asked(root, tuple(tops), leaves_out), walked)
        finally:
            os.close(descriptor)
    return walked


@dataclass(frozen=True)
class _Asked:
    root: bytes
    roots: tuple[bytes, ...]
    leaves_out: bool


def _walk_folder(folder: int, below: Parts, named: Parts, asked: _Asked, walked: Walked) -> None:
    names = os.listdir(folder)
    if not names and below:
        walked.empty.add(b"/".join(named + below))
    for name in map(os.fsencode, names):
        path = b"/".join((*named, *below, name))
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        is_folder = stat.S_ISDIR(status.st_mode)
        if asked.leaves_out and (name.endswith(b".tmp") or (is_folder and name == b"Trash")):
            walked.left_out.add(path)
        elif not stat.S_ISLNK(status.st_mode) and not status.st_mode & 0o444:
            # root could read it, and is not asked to
            (walked.closed_folders if is_folder else walked.closed_files).add(path)
        elif is_folder:
            _walk_below(folder, name, below, named, asked, walked)
        elif stat.S_ISLNK(status.st_mode):
            inside = _leads_inside((*below, name), asked)
            (walked.links if inside else walked.links_out).add(path)
        elif stat.S_ISREG(status.st_mode):
            walked.files[path] = _digest(name, folder)
        else:
            walked.special.add(path)


def _walk_below(  # noqa: PLR0917 - where it is, and what is known of the way there
    folder: int, name: bytes, below: Parts, named: Parts, asked: _Asked, walked: Walked
) -> None:
    inner = os.open(name, _FOLDER, dir_fd=folder)
    try:
        _walk_folder(inner, (*below, name), named, asked, walked)
    finally:
        os.close(inner)


def _digest(name: bytes, folder: int) -> str:
    descriptor = os.open(name, _FILE, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as stream:
        return hashlib.file_digest(stream, "sha512").hexdigest()


def _leads_inside(path: Parts, asked: _Asked) -> bool:
    whole = b"/".join((asked.root, *path))
    try:
        end = os.path.realpath(whole, strict=True)
    except OSError:
        return False
    if whole.startswith(end + b"/"):  # a folder that it lies in
        return False
    return any(end == root or end.startswith(root + b"/") for root in asked.roots)


def payload_digests(bag: Path) -> dict[bytes, str]:
    """Return the SHA-512 of every file of a bag's payload by its path in the bag."""
    walked = walk([bag / "data"], leaves_out=False)
    assert not walked.problems | walked.links, "a payload holds files and nothing else"
    return {b"data/" + path: digest for path, digest in walked.files.items()}
