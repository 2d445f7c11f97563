"""ASF (WMA): header objects by GUID, the two tag objects, and silence in the Data object."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Sequence

from tests.samples.comments import Tags, tag_pairs

HEADER = "75B22630-668E-11CF-A6D9-00AA0062CE6C"
FILE_PROPERTIES = "8CABDCA1-A947-11CF-8EE4-00C00C205365"
STREAM_PROPERTIES = "B7DC0791-A9B7-11CF-8EE6-00C00C205365"
HEADER_EXTENSION = "5FBF03B5-A92E-11CF-8EE3-00C00C205365"
CONTENT_DESCRIPTION = "75B22633-668E-11CF-A6D9-00AA0062CE6C"
EXTENDED_CONTENT_DESCRIPTION = "D2D0A440-E307-11D2-97F0-00A0C95EA850"
DATA = "75B22636-668E-11CF-A6D9-00AA0062CE6C"
_RESERVED_1 = "ABD3D211-A9BA-11CF-8EE6-00C00C205365"
_AUDIO_MEDIA = "F8699E40-5B4D-11CF-A8FD-00805F5C442B"
_NO_CORRECTION = "20FB5700-5B55-11CF-A8FD-00805F5C442B"
_FIELD_NAMES = {
    "album": "WM/AlbumTitle",
    "album_artist": "WM/AlbumArtist",
    "track": "WM/TrackNumber",
    "date": "WM/Year",
    "genre": "WM/Genre",
    "publisher": "WM/Publisher",
    "isrc": "WM/ISRC",
}
_DESCRIPTION_FIELDS = ("title", "artist", "copyright", "comment", "rating")
# one frame of Windows Media Audio 2 that decodes to silence, made for this project; N fills the block
_SILENT_FRAME = bytes.fromhex("80ff400003c0").ljust(256, b"N")
_FRAME_MS, _PREROLL_MS = 64, 3100
_FILE_ID = uuid.UUID("6b0f6a3e-7c1c-4b0a-9c39-2f7d0e6d5a10")


def guid(text: str) -> bytes:
    """Return a GUID as ASF stores it."""
    return uuid.UUID(text).bytes_le


def asf_object(kind: str, *parts: bytes) -> bytes:
    """Return an object: its GUID, size, content."""
    body = b"".join(parts)
    return guid(kind) + struct.pack("<Q", 24 + len(body)) + body


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\0\0"


def content_description(fields: dict[str, str]) -> bytes:
    """Return the Content Description object: title, author, copyright, description, rating."""
    texts = [_wide(fields.get(name, "")) for name in _DESCRIPTION_FIELDS]
    return asf_object(CONTENT_DESCRIPTION, struct.pack("<5H", *map(len, texts)), *texts)


def extended_description(pairs: Sequence[tuple[str, str]]) -> bytes:
    """Return the Extended Content Description object with text descriptors."""
    items = []
    for name, value in pairs:
        key, text = _wide(name), _wide(value)
        items.append(struct.pack("<H", len(key)) + key + struct.pack("<HH", 0, len(text)) + text)
    return asf_object(EXTENDED_CONTENT_DESCRIPTION, struct.pack("<H", len(items)), *items)


def header_extension(*objects: bytes) -> bytes:
    """Return a Header Extension object around further objects."""
    body = b"".join(objects)
    return asf_object(HEADER_EXTENSION, guid(_RESERVED_1), struct.pack("<HI", 6, len(body)), body)


def _stream_properties() -> bytes:
    """Windows Media Audio 2, 8 kHz, one channel."""
    wave = struct.pack("<HHIIHHH", 0x161, 1, 8000, 4000, len(_SILENT_FRAME), 16, 10) + struct.pack(
        "<IHI", 0, 1, 0
    )
    head = struct.pack("<QIIHI", 0, len(wave), 0, 1, 0)
    return asf_object(STREAM_PROPERTIES, guid(_AUDIO_MEDIA), guid(_NO_CORRECTION), head, wave)


def _packet(number: int) -> bytes:
    """One data packet with one whole payload (ASF specification 5.2), all of the same size."""
    start_ms = number * _FRAME_MS
    error_correction, lengths, properties = b"\x82\0\0", 0x00, 0x5D
    head = struct.pack("<BBIH", lengths, properties, start_ms, _FRAME_MS)
    payload = struct.pack("<BBIBII", 0x81, number & 0xFF, 0, 8, len(_SILENT_FRAME), _PREROLL_MS + start_ms)
    return error_correction + head + payload + _SILENT_FRAME


def _file_properties(size: int, packets: int) -> bytes:
    ticks = packets * _FRAME_MS * 10_000
    times = struct.pack("<QQQQQQ", size, 0, packets, ticks + _PREROLL_MS * 10_000, ticks, _PREROLL_MS)
    length = len(_packet(0))
    return asf_object(
        FILE_PROPERTIES, _FILE_ID.bytes_le, times, struct.pack("<IIII", 2, length, length, 32000)
    )


def wma(
    tags: Tags | None = None,
    *,
    objects: Sequence[bytes] = (),
    packets: int = 16,
    **fields: str,
) -> bytes:
    """Return a WMA file: silence at 8 kHz, one second where not said otherwise.

    Args:
        tags: Extended Content Description texts by name (``WM/Publisher``, ``LICENSE``, …).
        objects: Further objects of the header, such as a protection object or :func:`header_extension`.
        packets: How many data packets of 64 ms.
        fields: ``title``, ``artist``, ``copyright``, ``comment`` (Content Description), ``album``, ``track``, …
    """
    described = {name: value for name, value in fields.items() if name in _DESCRIPTION_FIELDS}
    pairs = tag_pairs(tags or {})
    pairs += [(_FIELD_NAMES[name], value) for name, value in fields.items() if name not in described]
    data = asf_object(
        DATA, _FILE_ID.bytes_le, struct.pack("<QH", packets, 0x101), *map(_packet, range(packets))
    )

    def header(size: int) -> bytes:
        inner = [_file_properties(size, packets), _stream_properties()]
        inner += [content_description(described)] if described else []
        inner += [extended_description(pairs)] if pairs else []
        inner += objects
        return asf_object(HEADER, struct.pack("<IBB", len(inner), 1, 2), *inner)

    return header(len(header(0)) + len(data)) + data
