"""Where the blocks of a WavPack file stand: each after the one before it, and all channels of a moment together."""

from __future__ import annotations

from typing import NamedTuple

from archiver.audio.bitstream.damages import Damages

_INITIAL, _FINAL = 0x800, 0x1000
_GAP = "samples are missing between blocks"
_CHANNELS = "some of the channels are missing"
_BEYOND = "a block lies beyond the end"
_ORDER = "blocks are out of order"
_SHORT = "the music breaks off"
_CUT = "the last block breaks off"


class Block(NamedTuple):
    """What the header of a block says.

    Attributes:
        size: Bytes of the block.
        total: Samples of the whole file, -1 where that is not known.
        first: The first sample that it holds.
        samples: How many it holds.
        flags: What it is.
    """

    size: int
    total: int
    first: int
    samples: int
    flags: int


class Order:
    """Holds each block against those before it, and notes what is damaged.

    The header of a block that fails is not believed: how much is lost with it is told by the next block that holds.

    Args:
        damages: What is damaged is noted there.
    """

    def __init__(self, damages: Damages) -> None:
        self._damages = damages
        self._total: int | None = None
        self._next: int | None = None
        self._failed: tuple[str, int] | None = None
        self._group: Block | None = None
        self._members = 0
        self._width = 0
        self._doubted = False

    def follow(self, block: Block, offset: int) -> None:
        """Take a block that holds samples and can be believed."""
        if self._next is None:
            self._next = 0 if self._failed else block.first
        if self._total is None and block.total > 0 and (block.first == 0 or self._next < block.first):
            self._total = block.total
        if not self._joins(block, offset):
            return
        if self._total is not None and block.first + block.samples > self._total:
            self.fails(_BEYOND, offset)
            return
        lost = max(block.first - self._next, 0)
        if self._failed:
            self._settle(lost)
        elif lost:
            self._damages.add(_GAP, offset, self._next, lost)
        elif block.first < self._next:
            self._damages.add(_ORDER, offset, block.first)
        self._next = block.first + block.samples

    def _joins(self, block: Block, offset: int) -> bool:
        """Hold a block against those of other channels at the same moment; say whether it begins another moment."""
        initial, group = bool(block.flags & _INITIAL), self._group
        if initial:
            self._closes(offset, whole=group is None)
            self._group, self._members = block, 0
        elif group is None or block.first != group.first:
            if not self._doubted:
                self.fails(_CHANNELS, offset)
            return False
        self._members += 1
        if block.flags & _FINAL:
            self._width = self._width or self._members
            self._closes(offset, whole=self._members == self._width)
        return initial

    def _closes(self, offset: int, *, whole: bool) -> None:
        """End a moment, of which all channels should have been there."""
        if not whole and not self._doubted and self._group is not None:
            self._damages.add(_CHANNELS, offset, self._group.first, self._group.samples)
        self._group = None
        self._doubted = False

    def fails(self, what: str, offset: int) -> None:
        """Note a place; how long it is tells the moment to which it belongs, or only the next good block."""
        group = self._group
        if group is None:
            self._settle(0)
            self._failed = what, offset
        elif not self._doubted:
            self._damages.add(what, offset, group.first, group.samples)
        else:
            self._damages.add(what, offset, group.first)
        self._doubted = True

    def _settle(self, lost: int) -> None:
        if self._failed is not None:
            self._damages.add(*self._failed, self._next or 0, lost)
            self._failed = None

    def end(self, after: int, *, cut: bool) -> Damages:
        """End the file.

        Args:
            after: Byte offset after the last byte that there was.
            cut: Whether the last block is not all there.
        """
        reached = self._next or 0
        rest = 0 if self._total is None else max(self._total - reached, 0)
        if self._failed is not None and not cut:
            self._settle(rest)
            return self._damages
        self._settle(0)
        self._closes(after, whole=False)
        if rest:
            self._damages.add(_SHORT, after, reached, rest)
        elif cut:
            self._damages.add(_CUT, after, self._next)
        return self._damages
