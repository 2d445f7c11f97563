"""A file written anew within itself: new bytes, and stretches of the old ones, which only ever move towards its beginning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

_BLOCK = 1 << 20


class UnredactableError(Exception):
    """The tags of a file cannot be rewritten: the message says why, in a few words."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the file as it is, from byte ``start`` to byte ``end``."""

    start: int
    end: int


Piece = bytes | Stretch


def lay(file: BinaryIO, pieces: Sequence[Piece]) -> None:
    """Write a file anew as ``pieces``, one after another, and cut off what is behind them.

    Nothing is written where a stretch would have to move towards the end, over bytes that are still to come.

    Args:
        file: Open for reading and writing.
        pieces: What it is to be.

    Raises:
        UnredactableError: where that cannot be done in place.
        OSError: where the disk fails.
    """
    at = 0
    for piece in pieces:
        if isinstance(piece, Stretch) and at > piece.start:
            raise UnredactableError("its parts stand too close together to write its tags anew")
        at += len(piece) if isinstance(piece, bytes) else piece.end - piece.start
    at = 0
    for piece in pieces:
        if isinstance(piece, bytes):
            file.seek(at)
            file.write(piece)
            at += len(piece)
        else:
            _move(file, piece, at)
            at += piece.end - piece.start
    file.truncate(at)


def _move(file: BinaryIO, stretch: Stretch, to: int) -> None:
    if stretch.start == to:
        return
    for start in range(stretch.start, stretch.end, _BLOCK):
        file.seek(start)
        block = file.read(min(_BLOCK, stretch.end - start))
        file.seek(to)
        file.write(block)
        to += len(block)


def zero(file: BinaryIO, start: int, end: int) -> None:
    """Write zeros over the bytes from ``start`` to ``end``."""
    file.seek(start)
    file.writelines(bytes(min(_BLOCK, end - at)) for at in range(start, end, _BLOCK))
