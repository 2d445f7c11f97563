"""Matroska, WebM, MIDI and RealMedia headers with texts and next to no sound."""

from __future__ import annotations

import struct
from collections.abc import Sequence

SEGMENT, SEEK_HEAD, SEEK, INFORMATION, TAGS, TAG, CLUSTER = (
    *("18538067", "114D9B74", "4DBB", "1549A966", "1254C367", "7373", "1F43B675"),
)
UNKNOWN_SIZE = b"\x01" + b"\xff" * 7


def element(number: str, *children: bytes, size: bytes | None = None) -> bytes:
    """Return an element with its size in eight bytes; ``size`` replaces it."""
    body = b"".join(children)
    return bytes.fromhex(number) + (size or (1 << 56 | len(body)).to_bytes(8, "big")) + body


def simple_tag(name: str, text: str, *nested: bytes) -> bytes:
    """Return a tag of one name and text, and those within it."""
    return element("67C8", element("45A3", name.encode()), element("4487", text.encode()), *nested)


def matroska(*parts: bytes, doctype: str = "matroska", segment_size: bytes | None = None) -> bytes:
    """Return a document whose segment has these parts."""
    head = element("1A45DFA3", element("4282", doctype.encode()))
    return head + element(SEGMENT, *parts, size=segment_size)


def tags(*simple: bytes, track: int = 0) -> bytes:
    """Return a list of one tag, of the whole file or of one track."""
    targets = element("63C0", element("63C5", bytes([track]))) if track else element("63C0")
    return element(TAGS, element(TAG, targets, *simple))


def midi_event(sort: int, text: bytes) -> bytes:
    """Return a meta event with a text of fewer than 128 bytes, at once after the last."""
    return bytes([0, 0xFF, sort, len(text)]) + text


def midi(*tracks: Sequence[bytes]) -> bytes:
    """Return a file whose tracks have these events, each track with its end."""
    data = b"MThd" + struct.pack(">IHHH", 6, 1, len(tracks), 96)
    for events in tracks:
        body = b"".join(events) + b"\0\xff\x2f\0"
        data += b"MTrk" + struct.pack(">I", len(body)) + body
    return data


def realmedia(*texts: str) -> bytes:
    """Return a RealMedia file with a content description: title, author, copyright, comment."""
    strings = b"".join(struct.pack(">H", len(text.encode())) + text.encode() for text in texts)
    head = b".RMF" + struct.pack(">IHII", 18, 0, 0, 2)
    return (
        head
        + b"CONT"
        + struct.pack(">IH", 10 + len(strings), 0)
        + strings
        + b"DATA"
        + struct.pack(">IH", 18, 0)
        + bytes(8)
    )


def realaudio(version: int, *texts: str) -> bytes:
    """Return the header of a RealAudio file of version 3 or 4, and noise."""
    strings = b"".join(bytes([len(text.encode())]) + text.encode() for text in texts)
    if version == 3:
        head = bytes(14) + strings + b"\0\x04lpcJ"
        return b".ra\xfd" + struct.pack(">HH", 3, len(head)) + head + bytes(64)
    rest = bytes(34) + b"\x04Int0\x04dnet\0\0\0" + strings
    head = b".ra\xfd" + struct.pack(">HH", 4, 0) + b".ra4" + struct.pack(">IHI", 0, 4, 22 + len(rest) - 16)
    return head + rest + bytes(64)
