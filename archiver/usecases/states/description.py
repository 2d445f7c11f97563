"""What one bag says of its source: files with the bags that hold their bytes, folders, links, and what it kept out.

It says so by its record of the state; a bag that was made before there was one, by its record of files; and a bag of
another program by its payload manifest.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, TypeAlias

from archiver.bagit.algorithms import hash_blocks, strongest
from archiver.bagit.bag_source import BagSource
from archiver.bagit.names import PAYLOAD
from archiver.bagit.paths import decode_path
from archiver.bagit.pin import pinned_manifest
from archiver.bagit.reading import manifest_entries, read_top
from archiver.bagit.telling import ignore
from archiver.errors import ArchiverError, ExitStatus, Remedy, Way
from archiver.machine import reason, refuse_own_limit
from archiver.model.pickling import by_fields
from archiver.model.state import HoldingBag
from archiver.records.names import EMPTY_FOLDERS_RECORD, FILES_RECORD, STATE_RECORD, TREE_RECORD
from archiver.records.placing import NotPlaced, Placed, read_placing
from archiver.records.state import read_state
from archiver.records.tree_lines import (
    Beside,
    Tree,
    TreeFile,
    TreeFolder,
    TreeLeftOut,
    TreeLink,
    inside,
    read_tree,
)
from archiver.usecases.states.bags import KnownBag

_LONGEST_LINE = 1 << 20
_BLOCK = 1 << 20
_MANIFEST = "the payload manifest"
_SAYING = frozenset({STATE_RECORD, FILES_RECORD, TREE_RECORD, EMPTY_FOLDERS_RECORD})


class DescriptionError(ArchiverError):
    """What a bag says of its source is damaged, or not such as this program writes.

    Args:
        bag: The bag.
        record: Which of its files says it.
        told: What is wrong.
    """

    exit_code = ExitStatus.DAMAGED

    def __init__(self, bag: KnownBag, record: str, told: str) -> None:
        super().__init__(
            f"what the bag {bag.path} says of its source cannot be read: {record}: {told}",
            "Another copy of the bag may be whole.",
            remedies=[Remedy(Way.VERIFY, bag.path)],
        )
        self.bag = bag
        self.record = record


@by_fields
@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the source.

    Attributes:
        path: The record path.
        name: The path in the file system's own bytes.
        size_bytes: Its bytes; ``None`` where a bag of another program does not say.
        modified_ns: Its modification time, in nanoseconds since 1970 UTC; ``None`` likewise.
        algorithm: The algorithm of ``digest``.
        digest: Hex digest of its bytes.
        bag: The earlier bag that holds them; ``None`` where it is the one that says so.
        bag_path: Their path in that bag.
        decision: Identifier of what was decided, in the bag that says so; empty where nothing was.
    """

    path: str
    name: bytes
    size_bytes: int | None
    modified_ns: int | None
    algorithm: str
    digest: str
    bag: HoldingBag | None
    bag_path: str
    decision: str


@dataclass(frozen=True, slots=True)
class SourceFolder:
    """A folder of the source.

    Attributes:
        path: The record path; empty for the top.
        name: The path in the file system's own bytes.
        modified_ns: Its modification time; ``None`` where the bag does not say.
        beside: Its permission bits and attributes; ``None`` likewise.
    """

    path: str
    name: bytes
    modified_ns: int | None
    beside: Beside | None


@dataclass(frozen=True, slots=True)
class SourceLink:
    """A symbolic link: its record path, its path in bytes, and what it says, ``None`` where that was withheld."""

    path: str
    name: bytes
    target: bytes | None


TreeMember: TypeAlias = SourceFolder | SourceLink | TreeFile | TreeLeftOut


@dataclass(frozen=True, slots=True)
class BagTree:
    """What a bag says of its source beside the files.

    Attributes:
        members: Folders, links, files with more than their bytes, and what was left out, in order.
        file: What files have that no member is about; ``None`` where the bag does not say.
    """

    members: Iterator[TreeMember]
    file: Beside | None


def damaged_records(bag: KnownBag, source: BagSource) -> tuple[str, ...]:
    """Return which of the records that say what the source was are not as the bag's tag manifest has them.

    Raises:
        DescriptionError: where the bag cannot be opened at all.
    """
    with _faults(bag, "bagit.txt"), source.listing(ignore) as listing:
        if listing.top is None:
            raise ValueError("the bag cannot be opened")
        top = read_top(listing.top)
        manifest = pinned_manifest(top.manifests)
        if manifest is None or not manifest.of_tags or manifest.algorithm is None:
            return ()
        entries = manifest_entries(listing.top, top, manifest, ignore)
        told = {entry.path: entry.digest for entry in entries if entry.path in _SAYING}
    return tuple(path for path, digest in told.items() if _digest(source, path, manifest.algorithm) != digest)


def _digest(source: BagSource, path: str, algorithm: str) -> str | None:
    """The digest of a record; ``None`` where it cannot be read."""
    try:
        with source.open(path) as stream:
            return hash_blocks(iter(partial(stream.read, _BLOCK), b""), (algorithm,))[algorithm]
    except OSError as error:
        refuse_own_limit(error)
        return None


def files_of(bag: KnownBag, source: BagSource, without: Collection[str] = ()) -> Iterator[SourceFile]:
    """Yield the files of the source at the time of a bag, in the order of the scan.

    Args:
        bag: The bag.
        source: Where its bytes are.
        without: Records that are not to be asked.

    Raises:
        DescriptionError: where the record that says it cannot be read to its end.
    """
    for record, read in ((STATE_RECORD, _of_state), (FILES_RECORD, _of_files)):
        stream = None if record in without else _open(bag, source, record)
        if stream is not None:
            with stream, _faults(bag, record):
                yield from read(stream)
            return
    with _faults(bag, _MANIFEST):
        yield from _of_manifest(source)


def withheld_of(bag: KnownBag, source: BagSource, without: Collection[str] = ()) -> Iterator[NotPlaced]:
    """Yield the files of the source that a decision or a problem kept out of every bag.

    Raises:
        DescriptionError: as :func:`files_of`.
    """
    stream = None if FILES_RECORD in without else _open(bag, source, FILES_RECORD)
    if stream is not None:
        with stream, _faults(bag, FILES_RECORD):
            yield from (line for line in read_placing(stream) if isinstance(line, NotPlaced))


@contextlib.contextmanager
def tree_of(bag: KnownBag, source: BagSource, without: Collection[str] = ()) -> Iterator[BagTree]:
    """Lend what a bag says of its source beside the files, for a ``with`` block.

    Raises:
        DescriptionError: as :func:`files_of`.
    """
    with contextlib.ExitStack() as held:
        stream = None if TREE_RECORD in without else _open(bag, source, TREE_RECORD)
        if stream is not None:
            with _faults(bag, TREE_RECORD):
                tree = read_tree(held.enter_context(stream))
            yield BagTree(_told(bag, TREE_RECORD, _members(tree)), tree.file)
            return
        empty = None if EMPTY_FOLDERS_RECORD in without else _open(bag, source, EMPTY_FOLDERS_RECORD)
        members = iter(()) if empty is None else _empty_folders(held.enter_context(empty))
        yield BagTree(_told(bag, EMPTY_FOLDERS_RECORD, members), None)


def _told(bag: KnownBag, record: str, members: Iterator[TreeMember]) -> Iterator[TreeMember]:
    with _faults(bag, record):
        yield from members


def name_of(path: str, original: bytes | None) -> bytes:
    """Return the path of a source in its file system's own bytes.

    Args:
        path: The record path, which begins with the folder that keeps a source apart where there were several.
        original: The path below its source as bytes where it is not UTF-8.

    Raises:
        ValueError: where the one cannot be of the other.
    """
    if original is None:
        return path.encode("utf-8")
    parts, below = path.encode("utf-8").split(b"/"), original.split(b"/")
    if len(below) > len(parts):
        raise ValueError("a name in bytes is of another path")
    return b"/".join([*parts[: len(parts) - len(below)], *below])


def _of_state(stream: BinaryIO) -> Iterator[SourceFile]:
    _, files = read_state(stream)
    for file in files:
        yield SourceFile(
            file.path,
            name_of(file.path, file.original_name),
            file.size_bytes,
            file.modified_ns,
            file.algorithm,
            file.digest,
            file.bag,
            file.bag_path,
            file.decision,
        )


def _of_files(stream: BinaryIO) -> Iterator[SourceFile]:
    for line in read_placing(stream):
        if isinstance(line, Placed):
            yield SourceFile(
                line.path,
                name_of(line.path, line.original_name),
                line.size_bytes,
                line.modified_ns,
                line.algorithm,
                line.digest,
                None,
                line.bag_path,
                line.decision,
            )


def _of_manifest(source: BagSource) -> Iterator[SourceFile]:
    with source.listing(ignore) as listing:
        if listing.top is None:
            raise ValueError("the bag cannot be opened")
        top = read_top(listing.top)
        named = {
            one.algorithm: one
            for one in reversed(top.manifests)
            if not one.of_tags and one.algorithm is not None
        }
        if not named:
            raise ValueError("it has no manifest by a digest that is known here")
        algorithm = strongest(named)
        for entry in manifest_entries(listing.top, top, named[algorithm], ignore):
            if entry.digest:
                path = entry.path.removeprefix(PAYLOAD)
                name = path.encode("utf-8", "surrogateescape")
                yield SourceFile(path, name, None, None, algorithm, entry.digest, None, entry.path, "")


def _members(tree: Tree) -> Iterator[TreeMember]:
    for entry in tree.entries:
        match entry:
            case TreeFolder():
                name = name_of(entry.path, entry.original)
                yield SourceFolder(entry.path, name, entry.modified_ns, entry.beside)
            case TreeLink():
                yield SourceLink(entry.path, name_of(entry.path, entry.original), entry.target)
            case TreeFile() | TreeLeftOut():
                yield entry


def _empty_folders(stream: BinaryIO) -> Iterator[SourceFolder]:
    while line := stream.readline(_LONGEST_LINE + 1):
        path = inside(decode_path(line.decode("utf-8").rstrip("\n")).removeprefix(PAYLOAD).removesuffix("/"))
        yield SourceFolder(path, path.encode("utf-8"), None, None)


def _open(bag: KnownBag, source: BagSource, record: str) -> BinaryIO | None:
    with _faults(bag, record):
        try:
            return source.open(record)
        except FileNotFoundError:
            return None


@contextlib.contextmanager
def _faults(bag: KnownBag, record: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        told = str(error)
        if isinstance(error, OSError):
            refuse_own_limit(error)
            told = reason(error)
        raise DescriptionError(bag, record, told) from error
