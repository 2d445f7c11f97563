"""What a scan of the sources yields."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.model.pickling import by_fields
from archiver.model.problem import Problem


@dataclass(frozen=True, slots=True)
class Source:
    """A folder or file that the user named; read only, always.

    Attributes:
        root: Absolute path of the folder, as the file system's own bytes. For a source that is one file, a
            folder above it.
        only: The file's path below ``root`` where the source is one file, else ``None``.
        folder: The folder below ``data/`` that keeps this source apart from others in the same bag; empty
            where the source is alone.
        name: What to call the source in a report: its last path component, as text.
    """

    root: bytes
    only: bytes | None
    folder: str
    name: str


@by_fields
@dataclass(frozen=True, slots=True)
class FileStat:
    """What ``lstat`` said when the file was listed; times in nanoseconds since 1970-01-01 UTC."""

    size_bytes: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@by_fields
@dataclass(frozen=True, slots=True)
class FileRef:
    """A regular file in a source, before anything of it was read.

    Attributes:
        root: The source's :attr:`Source.root`.
        relative: Path below ``root`` in the file system's own bytes.
        path: The record path: text that is unique in the run, ``/``-separated, beginning with the source's
            :attr:`Source.folder` where there are several.
        stat: Size and times as listed.
        problems: What the listing found wrong with the name.
        stored: The path in the payload, below ``data/``, where it is another than ``path``.
    """

    root: bytes
    relative: bytes
    path: str
    stat: FileStat
    problems: tuple[Problem, ...] = ()
    stored: str | None = None

    @property
    def payload_path(self) -> str:
        """The path in the payload, below ``data/``."""
        return self.path if self.stored is None else self.stored

    @property
    def original_name(self) -> bytes | None:
        """The path below the source as bytes where it is not UTF-8, else ``None``."""
        return undecodable(self.relative)


@by_fields
@dataclass(frozen=True, slots=True)
class EmptyFolder:
    """A folder with nothing in it: BagIt cannot hold it, so it is listed (RFC 8493 knows files only)."""

    path: str


@dataclass(frozen=True, slots=True)
class FolderProblem:
    """A finding about a folder's own name; its files are listed all the same, so it takes no file's place."""

    problem: Problem


@by_fields
@dataclass(frozen=True, slots=True)
class Unpacked:
    """Something seen in a source, or refused by a later stage, that does not go into the bag, and why.

    Attributes:
        problem: Why.
        original_name: As :attr:`FileRef.original_name`.
    """

    problem: Problem
    original_name: bytes | None = None


ScanEntry = FileRef | EmptyFolder | FolderProblem | Unpacked
"""What a listing yields: files, and everything that is not a file, so that nothing seen is silently skipped."""


def undecodable(relative: bytes) -> bytes | None:
    """Return a path that is not UTF-8 as it is; ``None`` for one that its record path gives back."""
    try:
        relative.decode("utf-8")
    except UnicodeDecodeError:
        return relative
    return None
