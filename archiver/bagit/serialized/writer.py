"""Serializes a bag into one tar or zip file, the same bytes every time (BagIt 0.97 §4).

Members stand in a fixed order: ``bagit.txt``, the other tag files by name, then the payload in the order of its
names' bytes, each folder before what is in it; so a reader of the stream has the manifests before the payload. A
payload file keeps its time to the second; tag files and folders carry the one time the caller gives.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal

from archiver import disk, filesystem
from archiver.bagit.names import PAYLOAD
from archiver.bagit.serialized.tar_writer import TarMembers
from archiver.bagit.serialized.zip_writer import ZipMembers

_BLOCK = 1 << 20
_SUFFIXES: dict[str, bytes] = {"tar": b".tar", "zip": b".zip"}
_LONGEST_ZIP_NAME = 65_535


class SerializeError(ValueError):
    """The bag cannot be serialized as asked; the message names the path and the reason."""


@dataclass(frozen=True, slots=True)
class Serialized:
    """What was written: the archive's path, its size in bytes, and how many files of the bag are in it."""

    path: bytes
    size: int
    files: int


def serialize(
    bag: bytes,
    target: bytes,
    kind: Literal["tar", "zip"],
    modified: int,
    reading: Callable[[int], object] = lambda _: None,
) -> Serialized:
    """Write the bag in the folder ``bag`` as the archive ``target``, which must end in ``.tar`` or ``.zip``.

    The archive's one folder bears the archive's own name without that ending. It is written under a temporary
    name beside ``target``, synced, and then named; a failure leaves nothing. The bag is not validated, only read.

    Args:
        bag: Path of the bag's folder.
        target: Path of the archive to make.
        kind: The archive's format.
        modified: Time of tag files and folders in seconds since 1970 UTC, such as the accession's.
        reading: Told the bytes of each block of the bag's files as it is read.

    Raises:
        SerializeError: if the target's name does not fit the format, a name in the bag is not UTF-8 or too long for
            a zip archive, or a file changes its size while it is read.
        NotRegularError: if something in the bag is neither file nor folder.
        FileExistsError: if ``target`` is there already.
        OSError: as the system calls do.
    """
    parent_path, name = os.path.split(target)
    root = name.removesuffix(_SUFFIXES[kind])
    if root in (name, b""):
        raise SerializeError(f"{os.fsdecode(name)!r}: the name of a {kind} archive ends in .{kind}")
    parent = filesystem.open_folder(parent_path or b".")
    try:
        if filesystem.is_there(name, parent):
            raise FileExistsError(f"{os.fsdecode(target)!r} is there already; nothing is overwritten")
        temporary = b".%s.partial-%s" % (name[:200], secrets.token_hex(4).encode())
        descriptor = filesystem.create_regular(temporary, parent)
        try:
            with os.fdopen(descriptor, "wb", buffering=_BLOCK) as stream:
                files = _write(bag, stream, kind, _text(root), modified, reading)
                stream.flush()
                os.fsync(stream.fileno())
                size = stream.tell()
            filesystem.publish(temporary, name, parent)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=parent)
            raise
    finally:
        os.close(parent)
    return Serialized(target, size, files)


def _write(  # noqa: PLR0913, PLR0917 - what is written, where to, in what form, and who is told
    bag: bytes,
    stream: BinaryIO,
    kind: Literal["tar", "zip"],
    root: str,
    modified: int,
    reading: Callable[[int], object],
) -> int:
    files = 0
    with contextlib.ExitStack() as opened:
        members: TarMembers | ZipMembers
        if kind == "tar":
            members = TarMembers(stream)
        else:
            members = ZipMembers(stream)
            opened.callback(members.abandon)
        cursor = opened.enter_context(filesystem.FolderCursor(bag))
        members.add_folder(root, modified)
        for path in _walk(cursor):
            name = f"{root}/{_text(path)}"
            if kind == "zip" and len(name.encode()) > _LONGEST_ZIP_NAME:
                raise SerializeError(f"{name[:200]!r}…: no zip archive can hold so long a name")
            if path.endswith(b"/"):
                members.add_folder(name.removesuffix("/"), modified)
                continue
            where, _, last = path.rpartition(b"/")
            with os.fdopen(filesystem.open_regular(last, cursor.folder(where)), "rb", buffering=0) as source:
                status = os.fstat(source.fileno())
                when = status.st_mtime_ns // 1_000_000_000 if path.startswith(PAYLOAD.encode()) else modified
                blocks = _blocks(source.fileno(), status.st_size, path)
                members.add_file(name, status.st_size, when, _told(blocks, reading))
            files += 1
        members.finish()
    return files


def _walk(cursor: filesystem.FolderCursor) -> Iterator[bytes]:
    """Yield every path below the bag in the order of the archive; a folder's ends in ``/``."""
    pending = sorted(_children(cursor, b""), key=_rank, reverse=True)
    while pending:
        path = pending.pop()
        yield path
        if path.endswith(b"/"):
            pending += sorted(_children(cursor, path), reverse=True)


def _rank(path: bytes) -> tuple[bool, bool, bytes]:
    return path == PAYLOAD.encode(), path != b"bagit.txt", path


def _children(cursor: filesystem.FolderCursor, folder: bytes) -> Iterator[bytes]:
    with os.scandir(cursor.folder(folder)) as entries:
        for entry in entries:
            path = folder + os.fsencode(entry.name)
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode):
                yield path + b"/"
            elif stat.S_ISREG(mode):
                yield path
            else:
                raise filesystem.NotRegularError(f"neither a file nor a folder: {os.fsdecode(path)!r}")


def _told(blocks: Iterator[bytes], reading: Callable[[int], object]) -> Iterator[bytes]:
    for block in blocks:
        reading(len(block))
        yield block


def _blocks(descriptor: int, size: int, path: bytes) -> Iterator[bytes]:
    """Yield the file's bytes, and refuse if they are not ``size`` together."""
    disk.read_ahead(descriptor)
    left = size
    while block := os.read(descriptor, _BLOCK):
        left -= len(block)
        if left < 0:
            break
        yield block
    if left:
        raise SerializeError(f"{os.fsdecode(path)!r} changed its size while it was read")


def _text(path: bytes) -> str:
    try:
        return path.decode()
    except UnicodeDecodeError as error:
        raise SerializeError(f"{os.fsdecode(path)!r}: a bag's names are UTF-8, this one is not") from error
