"""Opens an archive and says what it is by its first bytes; the name is not believed."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator
from typing import Literal, Self

from archiver import filesystem
from archiver.bagit.findings import Tell
from archiver.bagit.serialized.gzip_reader import open_gzip
from archiver.bagit.serialized.member import ArchiveError, Limits, Member, Quota
from archiver.bagit.serialized.tar_header import UNIT, looks_like_header
from archiver.bagit.serialized.tar_reader import TarSource, read_tar
from archiver.bagit.serialized.zip_reader import read_zip

ArchiveKind = Literal["tar", "tar.gz", "zip"]

SUFFIXES: dict[ArchiveKind, tuple[str, ...]] = {
    "tar": (".tar",),
    "tar.gz": (".tar.gz", ".tgz"),
    "zip": (".zip",),
}
"""How the name of each kind of archive ends."""

ENDINGS = tuple(itertools.chain.from_iterable(SUFFIXES.values()))
"""How the name of an archive ends, whatever its kind."""

_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\3\4", b"PK\5\6")
_OTHERS = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstandard",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!": "RAR",
    b"LZIP": "lzip",
    b"\x04\x22\x4d\x18": "lz4",
    b"\x1f\x9d": "compress",
    b"PK\7\x08": "zip in several parts",
}


class Archive:
    """An open archive, whose members can be read as often as is needed; use it in a ``with`` block.

    Attributes:
        kind: What it is.
        state: Its size, time and place on the disk, which tell whether it has changed.

    Raises:
        ArchiveError: B801 if it cannot be opened or is no archive, B818 if it is one that is not read here.
    """

    def __init__(self, path: bytes, limits: Limits) -> None:
        self._limits = limits
        try:
            self._stream = os.fdopen(filesystem.open_named(path), "rb")
        except (OSError, ValueError) as error:
            raise ArchiveError("B801", "", f"it cannot be opened: {_reason(error)}") from error
        try:
            self.state = self._look()
            self.kind = _recognise(os.pread(self._stream.fileno(), UNIT, 0))
        except OSError as error:
            self._stream.close()
            raise ArchiveError("B801", "", f"it cannot be read: {_reason(error)}") from error
        except BaseException:
            self._stream.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    @property
    def position(self) -> int:
        """How many bytes of the archive have been passed where it is read from start to end, as a tar archive is."""
        return self._stream.tell()

    def members(self, tell: Tell) -> Iterator[Member]:
        """Yield every member in the archive's order; the order is the same each time.

        Args:
            tell: Takes findings that do not end the reading.

        Raises:
            ArchiveError: where it cannot be read any further, or has changed since it was opened.
            OSError: from temporary files.
        """
        size = self.state[0]
        quota = Quota(size, self._limits)
        self._stream.seek(0)
        if self.kind == "zip":
            yield from read_zip(self._stream, quota, tell)
        elif self.kind == "tar":
            yield from read_tar(TarSource(self._stream, size, None), tell)
        else:
            yield from read_tar(TarSource(open_gzip(self._stream, tell), None, quota), tell)
        self.ensure_unchanged(self.state)

    def ensure_unchanged(self, state: tuple[int, int, int, int] | None) -> None:
        """Refuse to go on where the archive is no longer as it was when its state was ``state``.

        Raises:
            ArchiveError: B801, if so.
        """
        if self._look() != state:
            raise ArchiveError("B801", "", "it changed while it was read")

    def _look(self) -> tuple[int, int, int, int]:
        status = os.fstat(self._stream.fileno())
        return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _recognise(start: bytes) -> ArchiveKind:
    if start.startswith(_ZIP):
        return "zip"
    if start.startswith(_GZIP):
        return "tar.gz"
    for signature, name in _OTHERS.items():
        if start.startswith(signature):
            raise ArchiveError("B818", "", f"it is compressed as {name}, which is not read here")
    if not start or (any(start) and not looks_like_header(start)):
        raise ArchiveError("B801", "", "it is no tar, tar.gz or zip archive")
    return "tar"


def without_ending(name: str, endings: Iterable[str] = ENDINGS) -> str:
    """Return a bag's name: that of its folder, or of its archive without the ending, of those that it may have."""
    for ending in endings:
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    return name


def base_name(path: bytes, kind: ArchiveKind) -> str | None:
    """The name an archive's one folder should bear: the file's own without its ending; None if that does not fit."""
    name = os.fsdecode(os.path.basename(path))
    stem = without_ending(name, SUFFIXES[kind])
    return None if stem == name else stem
