"""Trees of files for tests: made from a mapping, and judged unchanged by one digest.

Nothing here uses the program's own file access, so that it can judge it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

MTIME_NS = 1_577_934_245_000_000_000
"""What :func:`build_tree` sets where nothing else is asked: 2020-01-02T03:04:05Z."""

_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class File:
    """A file whose mode or time matters."""

    content: bytes = b""
    mode: int = 0o644
    mtime_ns: int = MTIME_NS


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link, its target never looked at."""

    target: str | bytes


@dataclass(frozen=True, slots=True)
class HardLink:
    """A second name of a file that stands earlier in the mapping; ``target`` is relative to the root."""

    target: str | bytes


@dataclass(frozen=True, slots=True)
class Pipe:
    """A named pipe, which blocks whoever opens it carelessly."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that may be empty."""

    mode: int = 0o755


Name = TypeVar("Name", bound=str | bytes)
Entry = bytes | str | File | Link | HardLink | Pipe | Folder


@contextlib.contextmanager
def _folder(top: int, parts: list[bytes], *, make: bool = False) -> Iterator[int]:
    """Lend the descriptor of the folder ``parts`` below ``top``, one component at a time and by no link."""
    current = os.dup(top)
    try:
        for part in parts:
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(part, dir_fd=current)
                    os.chmod(part, 0o755, dir_fd=current)  # whatever umask the tests run under
            below = os.open(part, _FOLDER_FLAGS, dir_fd=current)
            os.close(current)
            current = below
        yield current
    finally:
        os.close(current)


def _make_file(name: bytes, file: File, folder: int) -> None:
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=folder)
    with os.fdopen(descriptor, "wb") as out:
        out.write(file.content)
        out.flush()
        os.fchmod(out.fileno(), file.mode)
        os.utime(out.fileno(), ns=(file.mtime_ns, file.mtime_ns))


def _make_entry(top: int, folder: int, name: bytes, entry: Entry) -> None:
    match entry:
        case bytes():
            _make_file(name, File(entry), folder)
        case str():
            _make_file(name, File(entry.encode()), folder)
        case File():
            _make_file(name, entry, folder)
        case Link():
            os.symlink(os.fsencode(entry.target), name, dir_fd=folder)
        case HardLink():
            *parts, other = os.fsencode(entry.target).split(b"/")
            with _folder(top, parts) as source:
                os.link(other, name, src_dir_fd=source, dst_dir_fd=folder)
        case Pipe():
            os.mkfifo(name, 0o644, dir_fd=folder)
        case Folder():
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, dir_fd=folder)
            os.chmod(name, entry.mode, dir_fd=folder)


def build_tree(root: Path, entries: Mapping[Name, Entry]) -> Path:
    """Make ``entries`` below ``root`` (made if missing) and return ``root``.

    A name is a relative path, text or bytes, of any length; folders on the way are made. A value is a file's
    content, or a :class:`File`, :class:`Link`, :class:`HardLink`, :class:`Pipe` or :class:`Folder`. Files and
    folders get :data:`MTIME_NS`.

    Raises:
        FileExistsError: if a name is there already.
    """
    if not root.exists():
        root.mkdir(parents=True)
        root.chmod(0o755)
    top = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    folders: set[tuple[bytes, ...]] = {()}
    try:
        for path, entry in entries.items():
            *parts, name = os.fsencode(path).split(b"/")
            with _folder(top, parts, make=True) as folder:
                _make_entry(top, folder, name, entry)
            whole = [*parts, name] if isinstance(entry, Folder) else parts
            folders |= {tuple(whole[:depth]) for depth in range(1, len(whole) + 1)}
        for parts_of in sorted(folders, reverse=True):
            with _folder(top, list(parts_of)) as folder:
                os.utime(folder, ns=(MTIME_NS, MTIME_NS))
    finally:
        os.close(top)
    return root


def _names(top: int, parts: list[bytes]) -> list[bytes]:
    with _folder(top, parts) as folder:
        return sorted(os.fsencode(name) for name in os.listdir(folder))


def _walk(top: int) -> Iterator[tuple[list[bytes], os.stat_result]]:
    """Yield the parts and status of everything below ``top``; no link is followed and no path grows too long."""
    waiting: list[list[bytes]] = [[]]
    while waiting:
        parts = waiting.pop()
        for name in _names(top, parts):
            with _folder(top, parts) as folder:
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            yield [*parts, name], status
            if stat.S_ISDIR(status.st_mode):
                waiting.append([*parts, name])


def _contents(top: int, parts: list[bytes]) -> Iterator[bytes]:
    with _folder(top, parts[:-1]) as folder:
        descriptor = os.open(parts[-1], _FILE_FLAGS, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as source:
        while piece := source.read(_PIECE):
            yield piece


def _substance(top: int, parts: list[bytes], status: os.stat_result) -> bytes:
    """Return what an entry holds: a digest of its bytes, a link's target, or nothing."""
    if stat.S_ISLNK(status.st_mode):
        with _folder(top, parts[:-1]) as folder:
            return os.readlink(parts[-1], dir_fd=folder)
    if not stat.S_ISREG(status.st_mode):
        return b""
    digest = hashlib.sha256()
    try:
        for piece in _contents(top, parts):
            digest.update(piece)
    except PermissionError:
        return b"unreadable"
    return digest.digest()


def _line(path: bytes, status: os.stat_result, substance: bytes) -> bytes:
    numbers = (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_nlink)
    fields = [path, *(str(number).encode() for number in numbers), substance.hex().encode()]
    return b"\0".join(fields) + b"\0\0"


def _entries(path: Path) -> Iterator[bytes]:
    root = os.fsencode(path)
    status = os.lstat(root)
    if stat.S_ISDIR(status.st_mode):
        top = os.open(root, _FOLDER_FLAGS)
        try:
            yield _line(b"", status, b"")
            for parts, found in _walk(top):
                yield _line(b"/".join(parts), found, _substance(top, parts, found))
        finally:
            os.close(top)
    else:
        top = os.open(os.path.dirname(root) or b".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield _line(b"", status, _substance(top, [os.path.basename(root)], status))
        finally:
            os.close(top)


def tree_digest(path: Path) -> str:
    """Return a digest that changes with any change to ``path`` or to anything below it.

    It covers names, types, modes, sizes, mtime and ctime in nanoseconds, link counts, link targets and contents;
    not access times. ``path`` may be a single file. No link is followed, and no depth is too great.
    """
    whole = hashlib.sha256()
    for line in _entries(path):
        whole.update(line)
    return whole.hexdigest()


def read_tree(path: Path) -> dict[bytes, bytes]:
    """Return the contents of every regular file below ``path`` by its relative name, in walking order."""
    top = os.open(os.fsencode(path), _FOLDER_FLAGS)
    try:
        return {
            b"/".join(parts): b"".join(_contents(top, parts))
            for parts, status in _walk(top)
            if stat.S_ISREG(status.st_mode)
        }
    finally:
        os.close(top)


def given_back(path: Path) -> dict[bytes, tuple[object, ...]]:
    """Return what a tree that was given back has in common with its source, by relative name; that of the top is empty.

    Of each file and folder: kind, permission bits, modification time in nanoseconds, a digest of the bytes. Of a link:
    that it is one, and its target; nothing records its time.
    """
    top = os.open(os.fsencode(path), _FOLDER_FLAGS)
    try:
        status = os.fstat(top)
        entries: dict[bytes, tuple[object, ...]] = {b"": (status.st_mode, status.st_mtime_ns)}
        for parts, found in _walk(top):
            substance = _substance(top, parts, found)
            is_link = stat.S_ISLNK(found.st_mode)
            entries[b"/".join(parts)] = (
                ("link", substance) if is_link else (found.st_mode, found.st_mtime_ns, substance)
            )
        return entries
    finally:
        os.close(top)
