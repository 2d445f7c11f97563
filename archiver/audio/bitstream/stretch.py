"""Formats whose music is what lies between the tags, and that hold nothing to test it by."""

from __future__ import annotations

from archiver.audio.bitstream.digests import PartsDigest
from archiver.audio.properties.stretch import Stretch
from archiver.model.sound import Bitstream, Integrity, Sound, SoundState

METHOD = "stretch-v1"


def stretch_stream(stretch: Stretch) -> Bitstream:
    """The bytes between the tags."""
    return Bitstream("stretch", stretch.start, stretch.end)


class StretchWalk:
    """Digests every byte."""

    def __init__(self, stream: Bitstream) -> None:
        self._digest = PartsDigest(METHOD, ((stream.start, stream.end),), stream.start)

    def take(self, piece: memoryview) -> None:
        """Take the next bytes."""
        self._digest.take(piece)

    def finish(self) -> Sound:
        """Return the digest; nothing was tested."""
        return Sound(self._digest.essence(), Integrity(SoundState.NOT_CHECKABLE))
