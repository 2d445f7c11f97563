"""What the readers of archives have in common: a member, the limits that stop bombs, and the fault that ends reading."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, BinaryIO, cast

from archiver import disk
from archiver.bagit.codes import found
from archiver.bagit.holes import HoleAllowance

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_LARGE = 1 << 20
"""Bytes of a member from which on its holes are counted."""


class MemberKind(Enum):
    """What a member of an archive is."""

    FILE = "file"
    FOLDER = "folder"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an archive, in the order of the archive.

    Attributes:
        name: As the archive has it, unchecked; bytes that are not UTF-8 are surrogate escapes.
        kind: What it is; links, devices and what cannot be unpacked are refused.
        size: Bytes of a file; 0 for all else.
        blocks: Yields the file's bytes, unpacked. It is called at most once, before the next member is asked for,
            and then read to its end. It raises :class:`ArchiveError` where reading cannot go on.
        refusal: Code and message of the finding, for what is refused.
    """

    name: str
    kind: MemberKind
    size: int
    blocks: Callable[[], Iterator[bytes]]
    refusal: tuple[str, str] | None = None


def refused(name: str, code: str, message: str) -> Member:
    """The member ``name`` that is not to be used, and why."""
    return Member(name, MemberKind.REFUSED, 0, _no_blocks, (code, message))


def folder(name: str) -> Member:
    """The member ``name`` that is a folder."""
    return Member(name, MemberKind.FOLDER, 0, _no_blocks)


def _no_blocks() -> Iterator[bytes]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may unpack to before it is refused as a bomb.

    Attributes:
        ratio: Unpacked bytes for each byte of the archive. Deflate reaches at most 1,032; music stays below 3.
        free_bytes: Unpacked bytes that are taken whatever the ratio.
        tag_bytes: Bytes of tag files that are copied aside while the archive is read.
    """

    ratio: int = 200
    free_bytes: int = 1 << 30
    tag_bytes: int = 8 << 30


class ArchiveError(Exception):
    """The archive cannot be read any further; ``finding`` says why."""

    def __init__(self, code: str, path: str, message: str) -> None:
        super().__init__(message)
        self.finding = found(code, path, message)


class _Blocks(io.RawIOBase):
    """Bytes that come in blocks of any size, as a file."""

    def __init__(self, blocks: Generator[bytes]) -> None:
        super().__init__()
        self._blocks = blocks
        self._block = memoryview(b"")

    def close(self) -> None:
        if not self.closed:
            self._blocks.close()
        super().close()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        try:
            while not self._block:
                self._block = memoryview(next(self._blocks))
        except StopIteration:
            return 0
        except ArchiveError as error:
            raise OSError(str(error)) from error
        view = memoryview(buffer)
        taken = min(len(view), len(self._block))
        view[:taken], self._block = self._block[:taken], self._block[taken:]
        return taken


def stream_of(blocks: Generator[bytes]) -> BinaryIO:
    """Return a stream of ``blocks``, which it closes; reading raises ``OSError`` where they raise :class:`ArchiveError`."""
    # lines are wanted of it
    return cast("BinaryIO", io.BufferedReader(_Blocks(blocks)))


class Quota:
    """Counts what an archive of ``archive_bytes`` has unpacked to, and refuses what exceeds ``limits``."""

    def __init__(self, archive_bytes: int, limits: Limits) -> None:
        self._left = max(limits.free_bytes, limits.ratio * archive_bytes)
        self._limit = self._left

    def take(self, size: int) -> None:
        """Count ``size`` unpacked bytes.

        Raises:
            ArchiveError: B816, once there are more than the limits allow.
        """
        self._left -= size
        if self._left < 0:
            raise ArchiveError("B816", "", f"it unpacks to more than {self._limit:,} bytes")


class Holes:
    """Counts the holes that are read of an archive's own file, and refuses those beyond what a bag is allowed.

    Args:
        descriptor: The archive, open.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._allowance = HoleAllowance()
        status = os.fstat(descriptor)
        self._end = status.st_size
        self._allowance.add_held(getattr(status, "st_blocks", 0) * 512)

    def take(self, start: int, size: int, name: str) -> None:
        """Count the holes among the ``size`` bytes from ``start`` on, which belong to ``name``.

        Raises:
            ArchiveError: B816 where there are too many; B801 where the file cannot be looked into.
        """
        if size < _LARGE:
            return
        try:
            holes = disk.hole_bytes(self._descriptor, start, min(start + size, self._end))
        except OSError as error:
            raise ArchiveError("B801", "", f"it cannot be read any further: {error}") from error
        if holes and not self._allowance.take(holes):
            raise ArchiveError(
                "B816", name, f"of its {size:,} bytes, {holes:,} are holes in the archive's file"
            )
