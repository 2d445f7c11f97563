"""What the checksums of the frames of one stream say together."""

from __future__ import annotations

from archiver.audio.bitstream.damages import Damages

FRAME_DIFFERS = "a frame fails its CRC-16"
WRITTEN_WRONGLY = "no frame's CRC-16 is right, as some encoders write it"
_KEPT = 16


class FrameChecks:
    """Gathers which frames failed.

    A frame that fails after another one held is damaged. Where all fail, the encoder wrote none rightly, or none at
    all; so frames that fail before any held wait for that.

    Args:
        damages: Where damaged frames are noted.
    """

    __slots__ = ("_damages", "_waiting", "done", "failed")

    def __init__(self, damages: Damages) -> None:
        self._damages = damages
        self._waiting: list[tuple[int, int, int]] = []
        self.done = 0
        self.failed = 0

    def add(self, offset: int, sample: int, samples: int, *, held: bool) -> None:
        """Note of a frame at a byte offset, of so many samples from ``sample`` on, whether its checksum held."""
        any_held = self.done > self.failed
        self.done += 1
        if held:
            if not any_held:
                self._take_for_damaged()
            return
        self.failed += 1
        if any_held:
            self._damages.add(FRAME_DIFFERS, offset, sample, samples)
        elif len(self._waiting) < _KEPT:
            self._waiting.append((offset, sample, samples))

    def written_wrongly(self, frames: int) -> bool:
        """Whether all of so many frames have a checksum, and all failed; else those that failed are damaged."""
        if self.done == self.failed == frames > 1:
            return True
        self._take_for_damaged()
        return False

    def _take_for_damaged(self) -> None:
        for place in self._waiting:
            self._damages.add(FRAME_DIFFERS, *place)
        self._waiting.clear()
