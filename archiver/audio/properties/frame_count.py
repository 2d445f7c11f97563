"""Counts the frames of a stream that has no header of its own, which alone tells how long it plays.

Such streams are joined, cut and changed in rate without any header noticing: neither the first frames nor an
average bit rate says how long they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from archiver.audio.containers.window import Window
from archiver.audio.properties.stretch import Stretch

MAX_COUNTED_BYTES = 2 << 30
"""A longer stream is not counted: its duration stays unknown."""

_PIECE = 1 << 20
_HEADER_BYTES = 16
_SEARCHED = (1 << 14, 1 << 20)
_MAX_GAPS = 2000
_CHAIN = 3
_TOLERATED_LOSS = 100  # one byte in so many may belong to no frame before the count stops being the duration


@dataclass(frozen=True, slots=True)
class StreamFrame:
    """One frame.

    Attributes:
        length: Bytes.
        samples: Samples of each channel that it adds to the playing time.
        rate: Samples a second.
        bitrate_bps: The rate that its header states, or 0.
    """

    length: int
    samples: int
    rate: int
    bitrate_bps: int = 0


FrameReader = Callable[[bytes, int], StreamFrame | None]
"""Reads the frame whose header stands at an offset; ``None`` where none does."""


@dataclass(slots=True)
class FrameCount:
    """What the frames of a stream add up to.

    Attributes:
        frames: How many.
        bytes: Their bytes.
        lost: Bytes between and after them that belong to no frame and no tag.
        samples: Samples by sampling rate.
        bitrates: The bit rates that frames state.
    """

    frames: int = 0
    bytes: int = 0
    lost: int = 0
    samples: Counter[int] = field(default_factory=Counter)
    bitrates: set[int] = field(default_factory=set)

    @property
    def seconds(self) -> float | None:
        """The playing time; ``None`` where no frame was found or too much lies between them."""
        if not self.frames or self.lost * _TOLERATED_LOSS > self.bytes:
            return None
        return sum(samples / rate for rate, samples in self.samples.items())

    @property
    def bitrate_bps(self) -> int | None:
        """The rate that all frames state, else their average; ``None`` where the playing time is unknown."""
        seconds = self.seconds
        if not seconds:
            return None
        if len(self.bitrates) == 1 and 0 not in self.bitrates:
            return next(iter(self.bitrates))
        return round(self.bytes * 8 / seconds)

    def take(self, frame: StreamFrame) -> None:
        """Count one frame."""
        self.frames += 1
        self.bytes += frame.length
        self.samples[frame.rate] += frame.samples
        self.bitrates.add(frame.bitrate_bps)


def count_frames(stretch: Stretch, read_frame: FrameReader) -> FrameCount | None:
    """Go from frame to frame through the stretch, over tags and junk between them.

    ``None`` where the stretch is longer than :data:`MAX_COUNTED_BYTES`.
    """
    if stretch.length > MAX_COUNTED_BYTES:
        return None
    return _Walk(stretch, read_frame).run()


class _Walk:
    """One way through a stretch, a piece of it in memory at a time."""

    __slots__ = ("_at", "_count", "_end", "_gaps", "_piece", "_piece_at", "_read_frame", "_window")

    def __init__(self, stretch: Stretch, read_frame: FrameReader) -> None:
        self._window: Window = stretch.window
        self._read_frame = read_frame
        self._at = stretch.start
        self._end = stretch.end
        self._count = FrameCount()
        self._gaps = 0
        self._piece = b""
        self._piece_at = 0

    def run(self) -> FrameCount:
        while self._at < self._end and not self._window.exhausted:
            frame = self._read_frame(self._buffered(self._at), self._at - self._piece_at)
            if frame is not None and frame.length > 0 and self._at + frame.length <= self._end:
                self._count.take(frame)
                self._at += frame.length
            elif frame is not None and self._ends_within(frame):
                break
            else:
                self._pass_over()
        return self._count

    def _ends_within(self, frame: StreamFrame) -> bool:
        """Whether the stream ends within this frame: the last one, cut short."""
        return frame.length > 0 and self._end - self._at < frame.length

    def _buffered(self, at: int) -> bytes:
        """A piece that holds the header at ``at``, kept until the walk leaves it."""
        inside = at - self._piece_at
        if inside < 0 or inside + _HEADER_BYTES > len(self._piece):
            self._piece = self._window.read(at, min(_PIECE, self._end - at))
            self._piece_at = at
        return self._piece

    def _pass_over(self) -> None:
        """Step over a tag, or over junk to where frames follow one another again."""
        tag = tag_length(self._window, self._at)
        if tag:
            self._at += tag
            return
        self._gaps += 1
        found = -1
        start = self._at + 1
        for reach in _SEARCHED if self._gaps <= _MAX_GAPS else ():
            data = self._window.read(start, min(reach, self._end - start))
            candidates = (at for at in range(len(data)) if data[at] in _SYNC_BYTES)
            found = next((at for at in candidates if self._chain(data, at)), -1)
            if found >= 0:
                break
        after = self._end if found < 0 else start + found
        self._count.lost += after - self._at
        self._at = after

    def _chain(self, data: bytes, at: int) -> bool:
        for _ in range(_CHAIN):
            frame = self._read_frame(data, at)
            if frame is None or frame.length <= 0:
                return False
            at += frame.length
        return True


_SYNC_BYTES = frozenset(b"\xff\x0b")


def tag_length(window: Window, at: int) -> int:
    """Bytes of the ID3 or APE tag that begins at ``at``, where streams were joined; 0 where none does."""
    head = window.read(at, 32)
    if head[:3] == b"ID3" and len(head) >= 10 and max(head[6:10]) < 0x80:
        footer = 10 if head[5] & 0x10 else 0
        return 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]) + footer
    if head[:8] == b"APETAGEX" and len(head) == 32:
        header = bool(head[23] & 0x20)
        return 32 + (int.from_bytes(head[12:16], "little") if header else 0)
    if head[:3] == b"TAG" and head[3:4] != b"+":
        return 128
    return 227 if head[:4] == b"TAG+" else 0
