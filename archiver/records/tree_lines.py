"""Reads ``metadata/tree.jsonl`` back: what :mod:`archiver.records.tree` writes, and nothing else.

The record may come from anybody: a line has a greatest length, a path never leads out of the folder that it is given
for, and permission bits are nothing but those.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, TypeAlias

from archiver.model.source import FILE_MODE, FOLDER_MODE
from archiver.personal.spans import WITHHELD
from archiver.records.codec import Header, LineLimits, Record, from_line
from archiver.records.moments import ns_from_rfc3339
from archiver.records.tree import SCHEMA

LIMITS = LineLimits(bytes=2 << 20, brackets=1_000, commas=1 << 18)
"""What a line may hold: 64 attributes with 128 KiB of values, a path, a link's target; the commas are those of these."""

_MODE = re.compile("[0-7]{4}")
_PERMISSIONS = 0o777


class ModeDefault(Record, frozen=True, kw_only=True):
    """The permission bits of everything whose line says nothing else."""

    mode: str


class DefaultsRecord(Record, frozen=True, kw_only=True):
    """What holds where a line says nothing else, for each kind."""

    file: ModeDefault = ModeDefault(mode=f"{FILE_MODE:04o}")
    folder: ModeDefault = ModeDefault(mode=f"{FOLDER_MODE:04o}")


class TreeHeader(Header, frozen=True, kw_only=True):
    """The first line."""

    defaults: DefaultsRecord = DefaultsRecord()


class AttributeRecord(Record, frozen=True, kw_only=True):
    """An extended attribute; a value that is withheld in part or as a whole says why."""

    name: str
    size_bytes: int | None = None
    value_b64: str | None = None
    withheld: str | None = None


class FolderLine(Record, frozen=True, kw_only=True, tag_field="kind", tag="folder"):
    """A folder."""

    source_path: str
    source_path_b64: str | None = None
    modified: str
    mode: str | None = None
    attributes: tuple[AttributeRecord, ...] = ()


class FileLine(Record, frozen=True, kw_only=True, tag_field="kind", tag="file"):
    """A file with more than its bytes."""

    source_path: str
    mode: str | None = None
    attributes: tuple[AttributeRecord, ...] = ()


class LinkLine(Record, frozen=True, kw_only=True, tag_field="kind", tag="link"):
    """A symbolic link."""

    source_path: str
    source_path_b64: str | None = None
    target: str
    target_b64: str | None = None


class LeftOutLine(Record, frozen=True, kw_only=True, tag_field="kind", tag="left-out"):
    """What a user left out."""

    source_path: str
    what: str
    rule: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What a file or folder has beside its bytes or what is in it.

    Attributes:
        mode: Permission bits.
        attributes: Extended attributes that can be given back, name and value.
        lost: Names of attributes that cannot: their values were too large, unreadable or personal data.
    """

    mode: int
    attributes: tuple[tuple[str, bytes], ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TreeFolder:
    """A folder of the source.

    Attributes:
        path: The record path; empty for the top.
        original: The path below its source as bytes where it is not UTF-8, else ``None``.
        modified_ns: Modification time, in nanoseconds since 1970 UTC.
        beside: What else it has.
    """

    path: str
    original: bytes | None
    modified_ns: int
    beside: Beside


@dataclass(frozen=True, slots=True)
class TreeFile:
    """A file of which there is more to say than the other records do; attributes as of :class:`TreeFolder`."""

    path: str
    beside: Beside


@dataclass(frozen=True, slots=True)
class TreeLink:
    """A symbolic link.

    Attributes:
        path: The record path.
        original: As :attr:`TreeFolder.original`.
        target: What it says; ``None`` where a part of that was withheld as personal data.
    """

    path: str
    original: bytes | None
    target: bytes | None


@dataclass(frozen=True, slots=True)
class TreeLeftOut:
    """What a user left out of the scan: its record path, what it is, and the rule."""

    path: str
    what: str
    rule: str


TreeEntry: TypeAlias = TreeFolder | TreeFile | TreeLink | TreeLeftOut


@dataclass(frozen=True, slots=True)
class Tree:
    """A record of a tree.

    Attributes:
        entries: Its lines in their order, read as they are asked for.
        file: What files have beside their bytes that no line is about.
        folder: What folders have.
    """

    entries: Iterator[TreeEntry]
    file: Beside = field(default_factory=lambda: Beside(FILE_MODE))
    folder: Beside = field(default_factory=lambda: Beside(FOLDER_MODE))


def read_tree(stream: BinaryIO) -> Tree:
    """Read the record, from its beginning; the stream must stay open while the entries are read.

    Raises:
        ValueError: from here or from the entries, where it is no such record or a path leads elsewhere.
        OSError: from here or from the entries, as reading does.
    """
    header = from_line(stream.readline(LIMITS.bytes + 1), TreeHeader, LIMITS)
    if header.schema != SCHEMA:
        raise ValueError("the record of the tree is of another form")
    file, folder = (Beside(_mode(one.mode)) for one in (header.defaults.file, header.defaults.folder))
    return Tree(_entries(stream, file, folder), file, folder)


def _entries(stream: BinaryIO, file: Beside, folder: Beside) -> Iterator[TreeEntry]:
    while line := stream.readline(LIMITS.bytes + 1):
        if not line.endswith(b"\n"):
            raise ValueError("a line is not whole")
        record = from_line(line, FolderLine | FileLine | LinkLine | LeftOutLine, LIMITS)  # type: ignore[arg-type]  # a union is no type
        yield _entry(record, file, folder)


def _entry(record: FolderLine | FileLine | LinkLine | LeftOutLine, file: Beside, folder: Beside) -> TreeEntry:
    match record:
        case FolderLine(source_path=path):
            return TreeFolder(
                inside(path) if path else "",
                original_bytes(record.source_path_b64),
                ns_from_rfc3339(record.modified),
                _beside(record, folder),
            )
        case FileLine(source_path=path):
            return TreeFile(inside(path), _beside(record, file))
        case LinkLine(source_path=path):
            return TreeLink(inside(path), original_bytes(record.source_path_b64), _target(record))
        case LeftOutLine(source_path=path):
            return TreeLeftOut(inside(path), record.what, record.rule)


def inside(path: str) -> str:
    """Return a record path that stays below the folder it is given for.

    Raises:
        ValueError: where it does not.
    """
    if "\0" in path or any(part in ("", ".", "..") for part in path.split("/")):
        raise ValueError("a path leads elsewhere")
    return path


def original_bytes(encoded: str | None) -> bytes | None:
    """Return the bytes of a path that is not UTF-8 and that stays below the folder it is given for.

    Raises:
        ValueError: where it does not.
    """
    if encoded is None:
        return None
    original = _decoded(encoded)
    if b"\0" in original or any(part in (b"", b".", b"..") for part in original.split(b"/")):
        raise ValueError("a path leads elsewhere")
    return original


def _target(record: LinkLine) -> bytes | None:
    target = None if record.target_b64 is None else _decoded(record.target_b64)
    if target is None and WITHHELD in record.target:
        return None
    target = record.target.encode("utf-8", "surrogatepass") if target is None else target
    if not target or b"\0" in target:
        raise ValueError("a link leads nowhere")
    return target


def _beside(record: FolderLine | FileLine, default: Beside) -> Beside:
    given, lost = [], []
    for one in record.attributes:
        if one.value_b64 is None or one.withheld is not None:
            lost.append(one.name)
        else:
            given.append((one.name, _decoded(one.value_b64)))
    mode = default.mode if record.mode is None else _mode(record.mode)
    return Beside(mode, tuple(given), tuple(lost))


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError("it is no base64") from error


def _mode(text: str) -> int:
    """Permission bits alone: a record that anybody may have written must not make a program run as somebody else."""
    if _MODE.fullmatch(text) is None:
        raise ValueError("it is no mode")
    return int(text, 8) & _PERMISSIONS
