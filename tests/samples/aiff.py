"""AIFF with its text chunks and an ID3 chunk."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from tests.samples.pcm import Pcm, silence

TEXT_CHUNKS = {"title": b"NAME", "artist": b"AUTH", "copyright": b"(c) ", "comment": b"ANNO"}


def iff_chunk(kind: bytes, body: bytes) -> bytes:
    """Return an IFF chunk, filled to an even length."""
    return kind + struct.pack(">I", len(body)) + body + b"\0" * (len(body) % 2)


def extended(number: int) -> bytes:
    """Return a positive whole number as an 80-bit IEEE extended float, the form of AIFF's sample rate."""
    exponent = number.bit_length() - 1
    return struct.pack(">HQ", 16383 + exponent, number << (63 - exponent))


def aiff(
    *,
    audio: Pcm | None = None,
    id3: bytes = b"",
    texts: Sequence[tuple[bytes, str]] = (),
    chunks: Sequence[tuple[bytes, bytes]] = (),
    **fields: str,
) -> bytes:
    """Return an AIFF file.

    Args:
        audio: The samples; a tenth of a second of silence where not given.
        id3: An ID3v2 tag, carried in an ``ID3 `` chunk.
        texts: Text chunks as (name, text), in order; ANNO may stand several times.
        chunks: Further chunks as (name, body), put last.
        fields: Text chunks by keyword: ``title``, ``artist``, ``copyright``, ``comment``.
    """
    pcm = audio or silence()
    listed = [(TEXT_CHUNKS[name], text) for name, text in fields.items()]
    common = struct.pack(">hIh", len(pcm.channels), pcm.frames, pcm.bits) + extended(pcm.rate_hz)
    body = b"".join(
        (
            b"AIFF",
            iff_chunk(b"COMM", common),
            *(iff_chunk(kind, text.encode()) for kind, text in [*listed, *texts]),
            iff_chunk(b"SSND", bytes(8) + pcm.interleaved(big_endian=True)),
            iff_chunk(b"ID3 ", id3) if id3 else b"",
            *(iff_chunk(kind, data) for kind, data in chunks),
        )
    )
    return iff_chunk(b"FORM", body)
