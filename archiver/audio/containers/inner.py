"""A part of a payload that is digested for itself while the payload is read: a picture inside a tag frame.

The part is what a file of its own would hold: unsynchronisation and Base64 around it are undone on the way.
"""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Callable

_BLANKS = b" \t\r\n"

Decoder = Callable[[bytes], bytes]
"""Takes the stored bytes piece by piece, and gives what of the decoded ones is complete."""


class InnerDigest:
    """The digest of a part of what passes by in pieces.

    Args:
        skip: Bytes of the decoded payload before the part.
        size: Bytes of the part; all that follow, if ``None``.
        decode: Undoes what the payload is wrapped in, after the first ``bare`` bytes.
        bare: Bytes of the stored payload that are passed over before anything is decoded.
    """

    __slots__ = ("_bare", "_decode", "_left", "_size", "_skip", "_state", "size")

    def __init__(
        self, skip: int, size: int | None = None, decode: Decoder | None = None, bare: int = 0
    ) -> None:
        self._skip = skip
        self._size = size
        self._left = size
        self._decode = decode
        self._bare = bare
        self._state = hashlib.sha256()
        self.size = 0

    def update(self, piece: bytes) -> None:
        """Take the next bytes of the payload as they are stored."""
        if self._bare:
            passed = min(self._bare, len(piece))
            self._bare -= passed
            piece = piece[passed:]
        if self._decode is not None:
            piece = self._decode(piece)
        if self._skip:
            passed = min(self._skip, len(piece))
            self._skip -= passed
            piece = piece[passed:]
        if self._left is not None:
            piece = piece[: self._left]
            self._left -= len(piece)
        self._state.update(piece)
        self.size += len(piece)

    def sha256(self) -> str | None:
        """The digest in hex; ``None`` where the payload held none of the part, or not all of it."""
        return None if not self.size or self._left else self._state.hexdigest()


class Synchroniser:
    """Undoes ID3v2's unsynchronisation across pieces."""

    __slots__ = ("_after_ff",)

    def __init__(self) -> None:
        self._after_ff = False

    def __call__(self, piece: bytes) -> bytes:
        """See :data:`Decoder`."""
        if not piece:
            return piece
        rest = piece[1:] if self._after_ff and piece[:1] == b"\0" else piece
        self._after_ff = rest.endswith(b"\xff")
        return rest.replace(b"\xff\x00", b"\xff")


class Unbaser:
    """Undoes Base64 across pieces; what is none ends it, and what was decoded until then stays."""

    __slots__ = ("_ended", "_held")

    def __init__(self) -> None:
        self._held = b""
        self._ended = False

    def __call__(self, piece: bytes) -> bytes:
        """See :data:`Decoder`."""
        if self._ended:
            return b""
        held = self._held + _without_blanks(piece)
        whole = len(held) // 4 * 4
        self._held = held[whole:]
        self._ended = held.endswith(b"=", 0, whole)
        return _decoded(held[:whole] if self._held else held)


def unbased(data: bytes) -> bytes:
    """What Base64 says, as far as it is well formed; letters that are left over at its end are left out."""
    data = _without_blanks(data)
    return _decoded(data[: len(data) // 4 * 4])


def _without_blanks(data: bytes) -> bytes:
    return data.translate(None, _BLANKS) if any(blank in data for blank in _BLANKS) else data


def _decoded(data: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        return b""
