"""What every reader of audio properties is given, and the one way in which it fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from archiver.audio.containers.excerpt import Excerpt
from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import Kind


class UnparsableError(Exception):
    """The audio's own header is missing, cut short or contradicts itself. The message is one plain clause."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The audio of a file, apart from the tags around it.

    Attributes:
        file: Open for reading in binary mode, seekable.
        kind: What the bytes are.
        extension: In lower case without the dot.
        start: Byte offset of the audio or its header.
        end: Byte offset after it.
        size: Bytes of the whole file.
    """

    file: BinaryIO
    kind: Kind
    extension: str
    start: int
    end: int
    size: int

    @property
    def length(self) -> int:
        """Bytes of the stretch."""
        return max(self.end - self.start, 0)

    def excerpt(self) -> Excerpt:
        """The stretch as a file of its own."""
        return Excerpt(self.file, self.start, self.end)

    def window(self) -> Window:
        """The whole file for reading at any offset."""
        return Window(self.file, self.size)

    def head(self, length: int) -> bytes:
        """The first ``length`` bytes.

        Raises:
            UnparsableError: where there are fewer.
        """
        data = self.excerpt().read(length)
        if len(data) < length:
            raise UnparsableError("the file ends within its header")
        return data


def duration(samples: int, rate: int) -> float | None:
    """Seconds that ``samples`` take at ``rate``, or ``None`` where either is unknown."""
    return samples / rate if rate > 0 and samples >= 0 else None


def average_bitrate(length: int, seconds: float | None) -> int | None:
    """Bits per second that ``length`` bytes make over ``seconds``, or ``None`` where there is no duration."""
    return round(length * 8 / seconds) if seconds else None
