"""The digest of a track's frames and the checksum of an element, as the bytes of a Matroska file pass."""

from __future__ import annotations

import hashlib
import zlib


class TrackDigest:
    """SHA-256 over the frames of one track.

    Args:
        prefix: What each frame begins with and is not stored.
    """

    __slots__ = ("_pending", "_prefix", "_state", "any")

    def __init__(self, prefix: bytes) -> None:
        self._prefix = prefix
        self._state = hashlib.sha256()
        self._pending: list[bytes | memoryview] = []
        self.any = False

    def take(self, found: list[memoryview]) -> None:
        """Take frames, whose bytes are kept until :meth:`flush`."""
        if self._prefix:
            for frame in found:
                self._pending += (self._prefix, frame)
        else:
            self._pending += found

    def flush(self) -> None:
        """Digest what was taken and let go of it."""
        if self._pending:
            self._state.update(b"".join(self._pending))
            self._pending.clear()
            self.any = True

    def digest(self) -> bytes:
        """The digest of what was flushed."""
        return self._state.digest()


class Checksum:
    """The CRC-32 of one element after another, while its bytes pass (RFC 8794, section 11.3.1).

    Attributes:
        all: Whether each of them had one.
    """

    __slots__ = ("_register", "_stated", "_to", "all")

    def __init__(self) -> None:
        self._stated: int | None = None
        self._register = self._to = 0
        self.all = True

    def begin(self) -> None:
        """Expect a checksum."""
        self._stated = None

    def state(self, stated: int, position: int) -> None:
        """Begin to count at ``position``, to reach this number."""
        self._stated, self._register, self._to = stated, 0, position

    def pass_to(self, view: memoryview, offset: int, position: int) -> None:
        """Count up to ``position`` in a buffer that begins at ``offset``."""
        if self._stated is not None and position > self._to:
            self._register = zlib.crc32(view[self._to - offset : position - offset], self._register)
            self._to = position

    def holds(self) -> bool:
        """End the element: whether its checksum is true, or it has none."""
        stated, self._stated = self._stated, None
        self.all = self.all and stated is not None
        return stated is None or stated == self._register

    def abandon(self) -> None:
        """End an element that cannot be told to its end."""
        self._stated = None
        self.all = False
