"""The deeds, licences and letters behind declarations: found beneath their source, and copied as they were found.

A file of declarations may come from anybody, and what it names goes into a bag that goes to others. So a document
is a regular file below the folder of that file, reached through no link; and the copy is held against what was read
at first.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from archiver import filesystem
from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import extension_of
from archiver.audio.formats.magic import sniff
from archiver.errors import ArchiverError, Remedy, Way
from archiver.machine import reason
from archiver.model.audio import Role

MOST_MIB = 64
"""A deed or licence larger than this is not taken into a bag's description."""
_BLOCK_BYTES = 1 << 20


class NoDocumentError(Exception):
    """What is named as a document is none.

    Args:
        reason: What is wrong, to go on after "The document NAME".
        hint: What to do.
    """

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Document:
    """A deed, licence or letter that a declaration names, as it was when it was read.

    Attributes:
        root: The folder of the file of declarations.
        relative: Its path below that folder.
        name: Its path in a bag, below :attr:`archiver.model.layout.Layout.documents`, ``/``-separated.
        size_bytes: How much it holds.
        sha256: The digest of what it holds.
    """

    root: bytes
    relative: bytes
    name: str
    size_bytes: int
    sha256: bytes


def read_document(
    root: bytes, relative: bytes, name: str, declared_in: tuple[int, int] | None = None
) -> Document:
    """Read a document once, to know what it is.

    Args:
        root: The folder of the file of declarations.
        relative: Path of the document below it.
        name: What to call it in a bag.
        declared_in: Device and number of the file of declarations, which proves nothing of itself.

    Raises:
        NoDocumentError: where there is no such regular file, a link leads to it, it is larger than 64 MiB, empty
            or audio, or it is the file of declarations.
    """
    try:
        descriptor = filesystem.open_regular_beneath(root, relative)
        with os.fdopen(descriptor, "rb", buffering=0) as stream:
            status = os.fstat(descriptor)
            if status.st_size > MOST_MIB << 20:
                raise NoDocumentError(f"is larger than {MOST_MIB} MiB.", "Name a smaller file.")
            if (status.st_dev, status.st_ino) == declared_in:
                hint = "Name the deed, licence or letter that it rests on."
                raise NoDocumentError("is the file of declarations itself.", hint)
            _refuse_what_says_nothing(stream, status.st_size, relative)
            digest = hashlib.sha256()
            for block in _blocks(stream, status.st_size):
                digest.update(block)
    except filesystem.UnsteadyError:
        hint = "Name a file that lies on a disk and that nothing is writing."
        raise NoDocumentError("is a file whose size does not tell how much it holds.", hint) from None
    except filesystem.NotRegularError as error:
        raise NoDocumentError(*_not_regular(error)) from error
    except OSError as error:
        raise NoDocumentError(*_unreached(root, relative, error)) from error
    return Document(root, relative, name, status.st_size, digest.digest())


def _refuse_what_says_nothing(stream: BinaryIO, size_bytes: int, relative: bytes) -> None:
    """Refuse what cannot be a deed, licence or letter; the stream stands at its beginning again."""
    if not size_bytes:
        raise NoDocumentError("is empty.", "Put the deed, licence or letter in its place, whole.")
    kind = sniff(Window(stream, size_bytes), extension_of(os.fsdecode(relative))).kind
    if kind is not None and kind.row.role is Role.AUDIO:
        raise NoDocumentError("is audio.", "Name the deed, licence or letter that it rests on.")
    stream.seek(0)


def copy_document(document: Document, stream: BinaryIO) -> None:
    """Write a document as it was read at first.

    Raises:
        ArchiverError: where it is no longer that.
        OSError: where it cannot be written.
    """
    digest = hashlib.sha256()
    for block in _read_again(document):
        digest.update(block)
        stream.write(block)
    if digest.digest() != document.sha256:
        raise _changed(document)


def _read_again(document: Document) -> Iterator[bytes]:
    """Yield a document's blocks; only what reading it brings up is told as a fault of the document."""
    try:
        descriptor = filesystem.open_regular_beneath(document.root, document.relative)
    except OSError as error:
        raise _changed(document) from error
    with os.fdopen(descriptor, "rb", buffering=0) as source:
        blocks = _blocks(source, document.size_bytes)
        while True:
            try:
                block = next(blocks, b"")
            except OSError as error:
                raise _changed(document) from error
            if not block:
                return
            yield block


def _blocks(stream: BinaryIO, size_bytes: int) -> Iterator[bytes]:
    """Yield what a file holds, which must be as much as its size says."""
    left = size_bytes
    while block := stream.read(_BLOCK_BYTES):
        left -= len(block)
        if left < 0:
            break
        yield block
    if left:
        raise filesystem.UnsteadyError


def _changed(document: Document) -> ArchiverError:
    path = os.path.join(os.fsdecode(document.root), os.fsdecode(document.relative))
    return ArchiverError(
        f"the document {path} changed while the bag was made",
        "The bag was not finished. See that nothing changes the file any more.",
        remedies=[Remedy(Way.AGAIN)],
    )


_LINK_HINT = "Put the file itself in its place."


def _not_regular(error: filesystem.NotRegularError) -> tuple[str, str]:
    if str(error.strerror).startswith("a symbolic link"):
        return "is a symbolic link, and links are not followed.", _LINK_HINT
    return f"is {error.strerror}.", "Name one file."


def _unreached(root: bytes, relative: bytes, error: OSError) -> tuple[str, str]:
    """Say why a document cannot be opened, looking once more at the folders on the way to it."""
    hint = "Correct the path, or take it out of the declarations."
    folder = os.path.dirname(relative)
    parts = folder.split(b"/") if folder else []
    for depth in range(1, len(parts) + 1):
        above = b"/".join(parts[:depth])
        try:
            mode = os.lstat(os.path.join(root, above)).st_mode
        except OSError:
            break
        if stat.S_ISLNK(mode):
            broken = f"is not reached: {os.fsdecode(above)} is a symbolic link, and links are not followed."
            return broken, "Put the folder itself in its place."
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return "is not there.", hint
    return f"cannot be read: {reason(error)}.", hint
