"""Writes the tag files of a bag: declaration, bag-info and manifests (RFC 8493 §2.1 and §2.2).

Every function works inside a bag's own folder, given as an open descriptor, so that it reaches folders whose
path is longer than the system takes at once. Every file is created anew and never overwritten, flushed and
synced, and its folder after it. A file whose writing failed is removed again.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import BinaryIO, Literal, Self

from archiver import filesystem
from archiver.bagit.algorithms import hash_descriptor, hex_length, normalise_algorithm, normalise_algorithms
from archiver.bagit.names import PAYLOAD
from archiver.bagit.paths import check_path, encode_path
from archiver.bagit.tagfiles import BAG_INFO, list_tag_files

BAGIT_VERSION = "1.0"
DECLARED = (("BagIt-Version", BAGIT_VERSION), ("Tag-File-Character-Encoding", "UTF-8"))
"""What ``bagit.txt`` says of every bag written here, in its order."""

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_UNFIT_FOR_LABEL = re.compile("[\x00-\x1f\x7f:\ufeff]")
_CONTINUATION = "\n  "
_BUFFER = 1 << 18


class BagWriteError(ValueError):
    """What was asked for cannot stand in a bag: the message names the label, path or algorithm."""


@contextlib.contextmanager
def new_tag_file(folder: int, name: str) -> Iterator[BinaryIO]:
    """Create the tag file ``name`` in the folder descriptor ``folder`` and lend it for writing bytes.

    On leaving, the file and its folder are synced; if the block raised, the file is removed instead.

    Raises:
        FileExistsError: if the file is there already.
        OSError: as the system calls do; then the file is not there.
    """
    raw_name = name.encode()
    descriptor = filesystem.create_regular(raw_name, folder)
    try:
        with os.fdopen(descriptor, "wb", buffering=_BUFFER) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(raw_name, dir_fd=folder)
        raise
    filesystem.sync_folder(folder)


def write_declaration(folder: int) -> None:
    """Write ``bagit.txt``: BagIt 1.0, tag files in UTF-8 (RFC 8493 §2.1.1).

    Raises:
        OSError: as :func:`new_tag_file`.
    """
    with new_tag_file(folder, "bagit.txt") as stream:
        stream.write(format_bag_info(DECLARED))


def format_bag_info(labels: Sequence[tuple[str, str]]) -> bytes:
    """Return the bytes of ``bag-info.txt`` for the labels in their order, repeats kept (RFC 8493 §2.2.2).

    A value's line breaks become continuation lines indented by two spaces, which a reader that follows the RFC
    turns back into the same line breaks. Long lines are not folded: the RFC counts a fold as a line break.

    Raises:
        BagWriteError: for a label or value that could not be read back equal.
    """
    return "".join(f"{_label(label)}: {_value(label, value)}\n" for label, value in labels).encode()


def _label(label: str) -> str:
    if not label or label != label.strip() or _UNFIT_FOR_LABEL.search(label):
        raise BagWriteError(
            f"bag-info label {label!r}: it needs at least one character, and no colon, line break, control"
            " character or space at either end"
        )
    return _encodable(label, label)


def _value(label: str, value: str) -> str:
    lines = _LINE_BREAK.split(value)
    for line in lines:
        if not line or line != line.strip():
            raise BagWriteError(
                f"bag-info label {label!r}: its value is empty, or has an empty line or white space at a line's"
                " end or beginning, which no reader would give back"
            )
    return _CONTINUATION.join(_encodable(label, line) for line in lines)


def _encodable(label: str, text: str) -> str:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise BagWriteError(f"bag-info label {label!r}: not representable in UTF-8") from error
    return text


def write_bag_info(folder: int, labels: Sequence[tuple[str, str]]) -> None:
    """Write ``bag-info.txt`` as :func:`format_bag_info` has it.

    Raises:
        BagWriteError: as :func:`format_bag_info`; then nothing was written.
        OSError: as :func:`new_tag_file`.
    """
    content = format_bag_info(labels)
    with new_tag_file(folder, BAG_INFO) as stream:
        stream.write(content)


def manifest_line(path: str, hexdigest: str) -> bytes:
    """Return one line of a manifest: digest, two spaces, encoded path, LF (RFC 8493 §2.1.3), as sha512sum reads it."""
    return f"{hexdigest}  {encode_path(path)}\n".encode()


class ManifestWriter:
    """Writes one payload or tag manifest entry by entry, never holding more than a buffer of it.

    Entries stand in the order they are added; that each is added once is the caller's part. Use it as a context
    manager: the file is complete, synced and named only when the block ends without an exception.

    Args:
        folder: Descriptor of the bag's folder.
        algorithm: Any common name of the algorithm, ``SHA-512`` or ``sha512``.
        kind: ``payload`` for ``manifest-ALG.txt``, ``tag`` for ``tagmanifest-ALG.txt``.

    Raises:
        UnknownAlgorithmError: if the algorithm is unknown.
    """

    def __init__(self, folder: int, algorithm: str, kind: Literal["payload", "tag"]) -> None:
        self.algorithm = normalise_algorithm(algorithm)
        self.name = f"{'manifest' if kind == 'payload' else 'tagmanifest'}-{self.algorithm}.txt"
        self._of_payload = kind == "payload"
        self._digest = re.compile(f"[0-9a-f]{{{hex_length(self.algorithm)}}}")
        self._file = new_tag_file(folder, self.name)
        self._stream: BinaryIO | None = None

    def __enter__(self) -> Self:
        self._stream = self._file.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream = None
        self._file.__exit__(kind, error, trace)

    def add(self, path: str, hexdigest: str) -> None:
        """Write the entry for ``path``, relative to the bag, with ``/`` between folders.

        Raises:
            BagWriteError: if the path may not stand in this manifest or the digest is none of this algorithm's.
            OSError: as ``write`` does.
        """
        if self._stream is None:
            raise BagWriteError(f"{self.name} is not open for writing")
        if path.startswith(PAYLOAD) is not self._of_payload:
            raise BagWriteError(f"{path!r} has no place in {self.name}")
        refusal = check_path(path)
        if refusal is not None and not refusal.only_elsewhere:
            raise BagWriteError(f"{path!r} has no place in {self.name}: {refusal}")
        if not self._digest.fullmatch(hexdigest):
            raise BagWriteError(f"{path!r}: {hexdigest!r} is no lower-case {self.algorithm} digest")
        try:
            self._stream.write(manifest_line(path, hexdigest))
        except UnicodeEncodeError as error:
            raise BagWriteError(f"{path!r} is not representable in UTF-8") from error


def write_tag_manifests(folder: int, algorithms: Sequence[str]) -> tuple[str, ...]:
    """Write one tag manifest for each algorithm over every tag file but the tag manifests, and return their names.

    Each tag file is read once for all algorithms. Entries are in the order of :func:`list_tag_files`. Call it
    last: a tag file written afterwards would be unlisted.

    Raises:
        UnknownAlgorithmError: if an algorithm is unknown.
        BagWriteError: if a tag file's name is not UTF-8 or may not stand in a manifest.
        NotRegularError: if something that is neither file nor folder lies among the tag files.
        OSError: as the system calls do.
    """
    names = normalise_algorithms(algorithms)
    with contextlib.ExitStack() as open_files:
        writers = [open_files.enter_context(ManifestWriter(folder, name, "tag")) for name in names]
        for path in list_tag_files(folder):
            digests = hash_beneath(folder, path, names)
            for writer in writers:
                writer.add(path, digests[writer.algorithm])
    return tuple(writer.name for writer in writers)


def hash_beneath(folder: int, path: str, algorithms: Sequence[str]) -> dict[str, str]:
    """Hash the regular file ``path`` below the folder descriptor ``folder``, following no link, with each algorithm.

    Raises:
        NotRegularError: if it is no regular file.
        OSError: as the system calls do.
    """
    where, _, name = os.fsencode(path).rpartition(b"/")
    with filesystem.folder_beneath(folder, where) as parent:
        descriptor = filesystem.open_regular(name, parent)
        try:
            return hash_descriptor(descriptor, algorithms)
        finally:
            os.close(descriptor)
