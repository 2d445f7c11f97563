"""AMR and AMR-WB files: frames of 20 ms, whose first byte says how long they are (RFC 4867, section 5)."""

from __future__ import annotations

import re

from archiver.audio.bitstream.damages import Damages
from archiver.audio.bitstream.digests import PartsDigest
from archiver.audio.properties.stretch import Stretch, UnparsableError
from archiver.model.sound import Bitstream, Sound

METHOD = "amr-frames-v1"
CHECKED = ("amr-frames",)

_BEGINNINGS = (
    (b"#!AMR\n", False, 0),
    (b"#!AMR-WB\n", True, 0),
    (b"#!AMR_MC1.0\n", False, 4),
    (b"#!AMR-WB_MC1.0\n", True, 4),
)
_NARROW = {0: 12, 1: 13, 2: 15, 3: 17, 4: 19, 5: 20, 6: 26, 7: 31, 8: 5, 9: 6, 10: 5, 11: 5, 15: 0}
_WIDE = {0: 17, 1: 23, 2: 32, 3: 36, 4: 40, 5: 46, 6: 50, 7: 58, 8: 60, 9: 5, 14: 0, 15: 0}
"""Bytes after the first by frame type (3GPP TS 26.101 and 26.201, annex A); the types left out are reserved."""

_CHAIN = 4
_LONGEST_FRAME = 61
_RATES = {False: 8000, True: 16000}
_FRAMES_A_SECOND = 50


def amr_stream(stretch: Stretch) -> Bitstream:
    """What follows the line that names the format.

    Raises:
        UnparsableError: where no such line is there.
    """
    head = stretch.window.read(stretch.start, 24)
    for line, wide, described in _BEGINNINGS:
        if head.startswith(line) and len(head) >= len(line) + described:
            channels = head[len(line) + 3] & 15 if described else 1
            start = stretch.start + len(line) + described
            return Bitstream("amr", start, stretch.end, {"wide": wide, "channels": max(channels, 1)})
    raise UnparsableError("the line that names the format is missing")


def _frame(sizes: dict[int, int]) -> bytes:
    """A pattern that matches a frame: the bits that are no type, and no quality bit, are zero."""
    kinds = (
        b"[\\x%02x\\x%02x][\\x00-\\xff]{%d}" % (kind << 3, kind << 3 | 4, size)
        for kind, size in sizes.items()
    )
    return b"(?:" + b"|".join(kinds) + b")"


class AmrWalk:
    """Goes from frame to frame."""

    def __init__(self, stream: Bitstream) -> None:
        wide = bool(stream.given.get("wide"))
        rate = _RATES[wide]
        pattern = _frame(_WIDE if wide else _NARROW)
        self._frame = re.compile(pattern)
        self._run = re.compile(pattern + b"*+")
        self._chain = re.compile(pattern + b"{%d}" % _CHAIN)
        self._damages = Damages(rate)
        self._samples = rate // _FRAMES_A_SECOND
        self._channels = int(stream.given.get("channels", 1))
        self._digest = PartsDigest(METHOD, ((stream.start, stream.end),), stream.start)
        self._held = bytearray()
        self._offset = stream.start
        self._frames = 0
        self._searching = False

    def take(self, piece: memoryview) -> None:
        """Take the next bytes."""
        self._digest.take(piece)
        self._held += piece
        if len(self._held) >= _CHAIN * _LONGEST_FRAME:
            self._walk(final=False)

    def finish(self) -> Sound:
        """Return the digest, and whether frame followed frame."""
        self._walk(final=True)
        if self._held and not self._searching:
            self._damages.add("the last frame is cut short", self._offset, self._sample())
        essence = self._digest.essence()
        tested = self._frames > 0 or self._damages.count > 0
        return Sound(essence, self._damages.verdict(CHECKED, proved=False, tested=tested))

    def _walk(self, *, final: bool) -> None:
        """Go over the frames that are all there, and from a place where none is to the next few in a row."""
        at = 0
        while True:
            if self._searching:
                found = self._chain.search(self._held, at)
                if found is None:
                    at = len(self._held) if final else max(at, len(self._held) - _CHAIN * _LONGEST_FRAME + 1)
                    break
                at, self._searching = found.start(), False
            run = self._run.match(self._held, at)
            after = at if run is None else run.end()
            self._frames += sum(1 for _ in self._frame.finditer(self._held, at, after))
            at = after
            left = len(self._held) - at
            if left == 0 or (left < _LONGEST_FRAME and self._may_begin(at)):
                break
            self._damages.add("bytes are no frame", self._offset + at, self._sample())
            self._searching = True
            at += 1
        del self._held[:at]
        self._offset += at

    def _may_begin(self, at: int) -> bool:
        """Whether the bytes from ``at`` on are the beginning of a frame that is not all there."""
        filled = bytes(self._held[at:]) + bytes(_LONGEST_FRAME)
        return self._frame.match(filled) is not None

    def _sample(self) -> int:
        return self._frames // self._channels * self._samples
