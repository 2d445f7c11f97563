"""Streams whose frames state their own length: each frame's end is where the next one must begin.

Where no frame stands at the end of one, a tag amid the stream is stepped over; anything else is a gap. The stream
goes on at the next frame whose own length leads to another. Which frame is to blame, the one whose length leads
nowhere or the one that ought to be there, is told by the distance between the frames around the gap, in frames of
mean length; so the number of samples lost is an estimate where frames differ in length.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from archiver.audio.bitstream.damages import Damages
from archiver.audio.bitstream.digests import PartsDigest
from archiver.audio.bitstream.held import Held
from archiver.audio.containers.id3v2_walk import syncsafe
from archiver.model.sound import Bitstream, Sound

MOST_PADDING = 4096
"""Zeros at the end that are taken for padding where nothing says how much music there is; more may be lost music."""

NOT_ITS_LENGTH = "a frame is not as long as it says"
NO_FRAME = "there are bytes that are no frame"
NO_FRAME_AT_ALL = "there is no frame"
CUT = "the last frame is cut"
TAG_WITHIN = "there are tags amid the frames"
PADDED = "padding follows the last frame"

_ID3V1_BYTES, _APE_HEADER = 128, 32


class FrameChain(ABC):
    """Walks from frame to frame.

    A kind of stream is a subclass that reads a frame's length and samples, in :meth:`_frame`. Where frames are so
    short that this would take long, it goes over those that follow one another in a loop of its own, in :meth:`_run`,
    which keeps :attr:`_frames`, :attr:`_samples`, :attr:`_last_samples` and :attr:`_last`.

    Args:
        stream: Where the frames are.
        method: What the digest of them is called.
        sync: Where a frame of this stream may begin.
        header: Bytes at the head of a frame that tell its length.
        longest: Bytes of the longest frame.
    """

    def __init__(
        self, stream: Bitstream, method: str, sync: re.Pattern[bytes], header: int, longest: int
    ) -> None:
        self._digest = PartsDigest(method, ((stream.start, stream.end),), stream.start)
        self._held = Held(stream.start)
        self._damages = Damages(stream.given.get("rate") or None)
        self._sync = sync
        self._header = header
        self._lookahead = 2 * longest + max(header, _APE_HEADER)
        self._start, self._stop = stream.start, stream.end
        self._at = self._last = stream.start
        self._seek: int | None = None
        self._blank = True
        self._gap_bytes = 0
        self._frames = 0
        self._lost_frames = 0
        self._samples = 0
        self._last_samples = 0
        self._notes: dict[str, None] = {}

    @abstractmethod
    def _frame(self, data: bytes, at: int) -> tuple[int, int]:
        """Bytes of the frame whose header is all there at ``at``, and samples that it adds to the playing time.

        Both are 0 where no frame of this stream begins there; samples are 0 as well where they are not known.
        """

    def _holds(self, data: bytes, at: int, length: int) -> bool:
        """Test the frame at ``at``, and return whether it is one at all."""
        del data, at, length
        return True

    def _run(self, data: bytes, at: int, limit: int) -> int:
        """Go from frame to frame, and return the first place before ``limit`` at which none begins.

        It returns a place at or after ``limit`` where there is no such one.
        """
        base = self._held.offset
        while at < limit:
            length, samples = self._frame(data, at)
            if not length or not self._holds(data, at, length):
                break
            self._last = base + at
            self._last_samples = samples
            self._samples += samples
            self._frames += 1
            at += length
        return at

    def _joins(self, data: bytes, at: int) -> bool:
        """Whether a stream of other frames begins at ``at``, after which frames of that stream are walked."""
        del data, at
        return False

    def _touched(self, data: bytes, at: int) -> int:
        """How many of the frames that follow a gap, from ``at`` on, need what is lost in it."""
        del data, at
        return 0

    def _is_all(self) -> bool:
        """Whether as many frames are there as the file itself states."""
        return False

    def take(self, piece: memoryview) -> None:
        """Take the next bytes."""
        self._digest.take(piece)
        data = self._held.add(piece)
        if data is not None:
            limit = len(data) - self._lookahead
            self._read(data, limit, limit)
            kept = self._last if self._seek is None else self._seek
            self._held.keep(data, min(kept - self._held.offset, len(data)))

    def _consistent(self, walk: str) -> Sound:
        """Return what was found of a stream that holds nothing to test its sound by."""
        self._end()
        return self._sound((walk,), proved=False)

    def _sound(self, checked: tuple[str, ...], *, proved: bool) -> Sound:
        tested = bool(self._frames or self._damages.count)
        detail = "; ".join(self._notes) or None
        integrity = self._damages.verdict(
            checked if tested else (), proved=proved, tested=tested, detail=detail
        )
        return Sound(self._digest.essence(), integrity)

    def _end(self) -> int:
        """Read what is left, judge how it ends, and return where that is."""
        data = self._held.rest()
        self._read(data, len(data), len(data) - self._header + 1)
        end = self._held.offset + len(data)
        if self._seek is not None:
            self._note_end(end)
        elif self._last < end < self._at:
            self._frames -= 1
            self._lost_frames += 1
            self._damages.add(CUT, self._last, self._sample(self._last_samples), self._last_samples)
        return end

    def _note_end(self, end: int) -> None:
        """Say what the bytes after the last frame are."""
        if not self._frames:
            self._damages.add(NO_FRAME_AT_ALL, self._start, 0)
        elif self._blank and (end - self._at <= MOST_PADDING or self._is_all()):
            self._notes[PADDED] = None
        else:
            self._lose(NO_FRAME, self._at, round((end - self._at) / self._mean()))

    def _read(self, data: bytes, limit: int, last_header: int) -> None:
        """Judge every place before ``limit`` at which a frame must or may begin; none does from ``last_header`` on."""
        base = self._held.offset
        while True:
            if self._seek is None:
                at = self._run(data, self._at - base, last_header)
                self._at = base + at
                if at >= limit:
                    return
                if self._steps_over(data, at) or self._joins(data, at):
                    continue
                self._seek = self._sought_from(data, at, last_header)
                self._blank = self._seek <= self._at
            found = self._found(data, self._seek - base, last_header)
            until = base + limit if found is None else base + found
            stray = data[max(self._at, self._seek) - base : until - base]
            self._blank = self._blank and not stray.strip(b"\0")
            if found is None:
                self._seek = max(self._seek, until)
                return
            self._resume(data, found, until)

    def _sought_from(self, data: bytes, at: int, last_header: int) -> int:
        """From where on the next frame is looked for: within the last one too, whose length may be wrong.

        It is right where the header of a frame stands at its end, if of one that does not hold.
        """
        if at < last_header and self._frame(data, at)[0]:
            return self._at + 1
        return min(self._last + 1, self._at) if self._frames else self._at

    def _steps_over(self, data: bytes, at: int) -> bool:
        tag = tag_length(data, at)
        if not tag or self._at + tag > self._stop:
            return False
        self._notes[TAG_WITHIN] = None
        self._gap_bytes += tag
        self._at = self._last = self._at + tag
        return True

    def _found(self, data: bytes, start: int, limit: int) -> int | None:
        """Where the next frame begins whose length leads to another one, to a tag, or to the end."""
        for match in self._sync.finditer(data, start):
            at = match.start()
            if at >= limit:
                return None
            length, _ = self._frame(data, at)
            if length and self._leads_on(data, at + length):
                return at
        return None

    def _leads_on(self, data: bytes, after: int) -> bool:
        if self._held.offset + after == self._stop or tag_length(data, after):
            return True
        return after + self._header <= len(data) and self._frame(data, after)[0] > 0

    def _mean(self) -> float:
        """Bytes of a frame in the mean."""
        return max((self._at - self._start - self._gap_bytes) / max(self._frames, 1), 1.0)

    def _resume(self, data: bytes, at: int, found: int) -> None:
        """Say what stands before the frame at ``found``, where the stream goes on; ``at`` is its place in ``data``."""
        distance = round((found - self._last) / self._mean()) if self._frames else 0
        touched = self._touched(data, at)
        if self._last < self._at and (found < self._at or distance <= 1):
            self._frames -= 1
            self._samples -= self._last_samples
            self._at = self._last
            self._lose(NOT_ITS_LENGTH, self._last, max(distance, 1), touched)
        else:
            self._lose(NO_FRAME, self._at, max(distance - (self._last < self._at), 0), touched)
        self._gap_bytes += found - self._at
        self._at = self._last = found
        self._seek = None

    def _lose(self, what: str, offset: int, frames: int, touched: int = 0) -> None:
        """Take so many frames for lost, and so many of those after them for touched."""
        known = self._frames + self._lost_frames
        each = self._samples // known if known else self._last_samples
        self._damages.add(what, offset, self._sample(), (frames + touched) * each)
        self._samples += frames * each
        self._lost_frames += frames

    def _sample(self, back: int = 0) -> int | None:
        """The sample at which the stream is, or so many before it; ``None`` where frames do not say their samples."""
        known = self._samples or not self._frames
        return self._samples - back if known else None


def tag_length(data: bytes, at: int) -> int:
    """Bytes of the tag that begins at ``at``, 0 where none does: they stay behind where files are joined."""
    head = data[at : at + _APE_HEADER]
    if head.startswith(b"ID3") and len(head) >= 10 and head[3] < 0xFF and max(head[6:10]) < 0x80:
        return 10 + syncsafe(head[6:10]) + (10 if head[5] & 0x10 else 0)
    if head.startswith(b"APETAGEX") and len(head) == _APE_HEADER:
        return _APE_HEADER + int.from_bytes(head[12:16], "little")
    return _ID3V1_BYTES if head.startswith(b"TAG") else 0
