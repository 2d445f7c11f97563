"""What a scan of the sources yields."""

from __future__ import annotations

from dataclasses import dataclass, field

from archiver.model.attribute import Attribute
from archiver.model.pickling import by_fields
from archiver.model.problem import Problem

FILE_MODE, FOLDER_MODE = 0o644, 0o755
"""Permission bits that most files and folders have; only others are worth recording."""


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
        mode: Permission bits.
        stored: The path in the payload, below ``data/``, where it is another than ``path``.
    """

    root: bytes
    relative: bytes
    path: str
    stat: FileStat
    problems: tuple[Problem, ...] = ()
    mode: int = FILE_MODE
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


@by_fields
@dataclass(frozen=True, slots=True)
class Listing:
    """What one look at a folder saw, small enough to be compared years later.

    Attributes:
        digest: Of every name in it with kind, permission bits, size, times and number, and of the folder's own.
        newest_ns: The latest time among them, in nanoseconds since 1970 UTC.
    """

    digest: bytes
    newest_ns: int


@by_fields
@dataclass(frozen=True, slots=True)
class FolderRef:
    """A folder that was listed; what it holds comes after it, and it is counted nowhere.

    Attributes:
        path: The record path; empty for the top of a source that is alone.
        modified_ns: Modification time, in nanoseconds since 1970 UTC.
        mode: Permission bits.
        attributes: Its extended attributes.
        original_name: As :attr:`FileRef.original_name`.
        listing: What the look at it saw; ``None`` where something in it could not be looked at.
    """

    path: str
    modified_ns: int
    mode: int = FOLDER_MODE
    attributes: tuple[Attribute, ...] = ()
    original_name: bytes | None = None
    listing: Listing | None = field(default=None, compare=False)


@by_fields
@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link that leads to something in the sources; it is recorded and not followed.

    Attributes:
        path: The record path.
        target: What it says, in the file system's own bytes.
        leads_to: Record path of what it leads to in the end; empty for the top.
        original_name: As :attr:`FileRef.original_name`.
    """

    path: str
    target: bytes
    leads_to: str
    original_name: bytes | None = None


@by_fields
@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file, a link or a folder with all that is in it, left out as the user asked.

    Attributes:
        path: The record path.
        what: ``file``, ``folder``, ``link`` or ``other``.
        rule: The pattern that was typed, or ``clutter`` and the name of its kind.
        original_name: As :attr:`FileRef.original_name`.
    """

    path: str
    what: str
    rule: str
    original_name: bytes | None = None


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
        link_target: What it says where it is a symbolic link, in the file system's own bytes; else ``None``.
    """

    problem: Problem
    original_name: bytes | None = None
    link_target: bytes | None = None


BesideFiles = EmptyFolder | FolderProblem | FolderRef | Link | LeftOut | Unpacked
"""What a listing yields that is no file to examine; every stage hands it on."""

ScanEntry = FileRef | BesideFiles
"""What a listing yields: files, and everything that is not a file, so that nothing seen is silently skipped."""


def undecodable(relative: bytes) -> bytes | None:
    """Return a path that is not UTF-8 as it is; ``None`` for one that its record path gives back."""
    try:
        relative.decode("utf-8")
    except UnicodeDecodeError:
        return relative
    return None
