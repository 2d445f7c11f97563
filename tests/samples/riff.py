"""WAV (RIFF) with PCM, LIST-INFO, Broadcast Wave and ID3 chunks."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from tests.samples.pcm import Pcm, silence

INFO_KEYS = {
    "title": "INAM",
    "artist": "IART",
    "album": "IPRD",
    "date": "ICRD",
    "genre": "IGNR",
    "comment": "ICMT",
    "copyright": "ICOP",
    "track": "ITRK",
    "engineer": "IENG",
    "software": "ISFT",
}


def riff_chunk(kind: bytes, body: bytes) -> bytes:
    """Return a RIFF chunk, filled to an even length."""
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def info_list(info: Mapping[str, str], *, encoding: str = "utf-8") -> bytes:
    """Return a LIST chunk of type INFO; every text ends in NUL."""
    texts = (riff_chunk(key.encode("ascii"), text.encode(encoding) + b"\0") for key, text in info.items())
    return riff_chunk(b"LIST", b"INFO" + b"".join(texts))


def bext_chunk(
    *,
    description: str = "",
    originator: str = "",
    date: str = "",
    time: str = "",
    history: str = "",
    umid: bytes = b"",
) -> bytes:
    """Return a Broadcast Wave ``bext`` chunk, version 1 (EBU Tech 3285): fixed texts, then the coding history."""

    def fixed(text: str, width: int) -> bytes:
        return text.encode("ascii")[:width].ljust(width, b"\0")

    body = b"".join(
        (
            fixed(description, 256),
            fixed(originator, 32),
            fixed("", 32),
            fixed(date, 10),
            fixed(time, 8),
            struct.pack("<QH", 0, 1),
            umid.ljust(64, b"\0"),
            bytes(190),
            history.encode("ascii"),
        )
    )
    return riff_chunk(b"bext", body)


def wav(
    info: Mapping[str, str] | None = None,
    *,
    audio: Pcm | None = None,
    bext: bytes = b"",
    id3: bytes = b"",
    chunks: Sequence[tuple[bytes, bytes]] = (),
    encoding: str = "utf-8",
    **fields: str,
) -> bytes:
    """Return a WAV file.

    Args:
        info: LIST-INFO texts by their four-letter key.
        audio: The samples; a tenth of a second of silence where not given.
        bext: A chunk of :func:`bext_chunk`.
        id3: An ID3v2 tag, carried in an ``id3 `` chunk.
        chunks: Further chunks as (name, body), put last.
        encoding: Of the INFO texts.
        fields: INFO texts by keyword: ``title``, ``artist``, …
    """
    pcm = audio or silence()
    width = (pcm.bits + 7) // 8
    align = width * len(pcm.channels)
    shape = (1, len(pcm.channels), pcm.rate_hz, pcm.rate_hz * align, align, pcm.bits)
    texts = dict(info or {}) | {INFO_KEYS[name]: value for name, value in fields.items()}
    body = b"".join(
        (
            b"WAVE",
            bext,
            riff_chunk(b"fmt ", struct.pack("<HHIIHH", *shape)),
            riff_chunk(b"data", pcm.interleaved()),
            info_list(texts, encoding=encoding) if texts else b"",
            riff_chunk(b"id3 ", id3) if id3 else b"",
            *(riff_chunk(kind, data) for kind, data in chunks),
        )
    )
    return riff_chunk(b"RIFF", body)
