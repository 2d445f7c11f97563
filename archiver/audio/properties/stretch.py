"""What every reader of audio properties is given, and the one way in which it fails."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.audio.containers.element import Element
from archiver.audio.containers.excerpt import Excerpt
from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import Kind


class UnparsableError(Exception):
    """The audio's own header is missing, cut short or contradicts itself. The message is one plain clause."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The audio of a file, apart from the tags around it.

    Attributes:
        window: The file.
        kind: What the bytes are.
        extension: In lower case without the dot.
        start: Byte offset of the audio or its header.
        end: Byte offset after it.
        tag_bytes: Bytes of the tags that stand between the two.
    """

    window: Window
    kind: Kind
    extension: str
    start: int
    end: int
    tag_bytes: int = 0

    @property
    def length(self) -> int:
        """Bytes of the stretch."""
        return max(self.end - self.start, 0)

    def excerpt(self) -> Excerpt:
        """The stretch as a file of its own."""
        return self.window.excerpt(self.start, self.end)

    def payload(self, chunk: Element | None, at_least: int, at_most: int) -> bytes:
        """The first bytes of a format chunk's payload.

        Raises:
            UnparsableError: where there is no such chunk, or fewer than ``at_least`` are in it.
        """
        data = b"" if chunk is None else self.window.read(chunk.payload, min(chunk.size, at_most))
        if len(data) < at_least:
            raise UnparsableError("the format chunk is missing or cut short")
        return data

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
