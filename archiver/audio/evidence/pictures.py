"""Personal data in pictures: where one was taken, by whom, and with which camera. Only that it is there is told.

Read are Exif (CIPA DC-008), IPTC-IIM, XMP and comments, in JPEG, PNG, WebP and TIFF; in other pictures what looks
like Exif or XMP near their beginning.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator, Sequence

from archiver.audio.containers.window import Window
from archiver.audio.evidence.exif import exif_data, iptc_data, xmp_data
from archiver.audio.evidence.fields import Field, fields_of
from archiver.audio.evidence.observe import observe
from archiver.model.audio import TagBlock
from archiver.model.evidence import Evidence
from archiver.personal.find import personal_spans

_HEAD = 1 << 20
_EMBEDDED_HEAD = 1 << 18
_TEXT = 1 << 16
_MAX_PARTS = 2000
_KEYS = frozenset({"PICTURE", "COVR", "METADATA_BLOCK_PICTURE", "COVERART", "COVERARTMIME"})
_BEGINS = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|RIFF....WEBP|II\*\x00|MM\x00\*|GIF8[79]a", re.DOTALL)
_UNSYNCHRONISED = b"\xff\xd8\xff\0"
_BASE64 = re.compile(rb"=([A-Za-z0-9+/]{64,})")
_SEARCHED = 4096
_EXIF, _XMP, _PHOTOSHOP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"Photoshop 3.0\0"
_XMP_PACKET = re.compile(rb"<x:xmpmeta")

Found = tuple[str, str, int]
"""Evidence code, the part of the picture that holds it, and its byte offset in the picture."""


def picture_evidence(window: Window) -> Iterator[Evidence]:
    """What a picture file says of a person, without any value."""
    head = window.read(0, _HEAD)
    for code, part, at in dict.fromkeys(_found(head)):
        yield observe(code, f"{part}@{at}")


def embedded_evidence(window: Window, blocks: Sequence[TagBlock]) -> Iterator[Evidence]:
    """What the pictures in a file's tags say of a person, at the frame and the byte of the file."""
    for field in fields_of(blocks):
        if not _is_picture(field):
            continue
        frame = field.frame
        data = window.read(frame.offset, min(frame.length, _EMBEDDED_HEAD))
        begins = _BEGINS.search(data, 0, _SEARCHED)
        offset = frame.offset
        if begins is not None:
            data, offset = data[begins.start() :], offset + begins.start()
        elif (encoded := _BASE64.search(data, 0, _EMBEDDED_HEAD)) is not None:
            data = _unbased(encoded.group(1))
        if data.startswith(_UNSYNCHRONISED):
            data = data.replace(b"\xff\0", b"\xff")
        for code, part in dict.fromkeys((code, part) for code, part, _ in _found(data)):
            yield observe(code, f"{field.locator}/{part}@{offset}")


def _is_picture(field: Field) -> bool:
    key = field.frame.id
    if field.kind.startswith("id3v2"):
        return key.startswith(("APIC", "PIC"))
    return field.name in _KEYS or field.name.startswith("COVER ART")


def _unbased(encoded: bytes) -> bytes:
    try:
        data = base64.b64decode(encoded[: len(encoded) // 4 * 4])
    except binascii.Error:
        return b""
    begins = _BEGINS.search(data, 0, _SEARCHED)
    return data[begins.start() :] if begins is not None else b""


def _found(data: bytes) -> Iterator[Found]:
    if data.startswith(b"\xff\xd8\xff"):
        yield from _in_jpeg(data)
    elif data.startswith(b"\x89PNG"):
        yield from _in_png(data)
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        yield from _in_webp(data)
    elif data[:4] in (b"II*\0", b"MM\0*"):
        yield from exif_data(data, 0)
    else:
        at = data.find(_EXIF)
        if at >= 0:
            yield from exif_data(data[at + 6 :], at + 6)
        yield from _xmp_in(data)


def _in_jpeg(data: bytes) -> Iterator[Found]:
    at = 2
    for _ in range(_MAX_PARTS):
        marker, length = data[at : at + 2], int.from_bytes(data[at + 2 : at + 4], "big")
        if len(marker) < 2 or marker[0] != 0xFF or marker[1] in (0xDA, 0xD9) or length < 2:
            return
        start, payload = at + 4, data[at + 4 : at + 2 + length]
        if marker[1] == 0xE1 and payload.startswith(_EXIF):
            yield from exif_data(payload[6:], start + 6)
        elif marker[1] == 0xE1 and payload.startswith(_XMP):
            yield from xmp_data(payload[len(_XMP) :], start)
        elif marker[1] == 0xED and payload.startswith(_PHOTOSHOP):
            yield from iptc_data(payload[len(_PHOTOSHOP) :], start)
        elif marker[1] == 0xFE:
            yield from _text(payload, "comment", start)
        at += 2 + length


def _in_png(data: bytes) -> Iterator[Found]:
    at = 8
    for _ in range(_MAX_PARTS):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if len(kind) < 4 or kind == b"IEND":
            return
        payload = data[at + 8 : at + 8 + length]
        if kind == b"eXIf":
            yield from exif_data(payload, at + 8)
        elif kind in (b"tEXt", b"zTXt", b"iTXt"):
            yield from _png_text(kind, payload, at)
        at += 12 + length


def _png_text(kind: bytes, payload: bytes, at: int) -> Iterator[Found]:
    keyword, _, rest = payload.partition(b"\0")
    packed = kind == b"zTXt" or (kind == b"iTXt" and rest[:1] == b"\1")
    if kind == b"iTXt":
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    elif packed:
        rest = rest[1:]
    if packed:
        try:
            rest = zlib.decompressobj().decompress(rest, _HEAD)
        except zlib.error:
            return
    name = keyword.decode("latin-1")
    if keyword == b"XML:com.adobe.xmp":
        yield from xmp_data(rest, at)
    elif keyword.startswith(b"Raw profile type "):
        profile = bytes(_hexadecimal(rest))
        exif = profile.find(_EXIF)
        yield from exif_data(profile[exif + 6 :], at) if exif >= 0 else iptc_data(profile, at)
    elif keyword in (b"Author", b"Artist") and rest.strip():
        yield "picture-author", name, at
    else:
        yield from _text(rest, "text", at)


def _hexadecimal(text: bytes) -> bytes:
    """The bytes of a profile as ImageMagick writes it: name, length, then hexadecimal digits in lines."""
    digits = b"".join(text.split()[2:])
    try:
        return binascii.unhexlify(digits[: len(digits) // 2 * 2])
    except binascii.Error:
        return b""


def _in_webp(data: bytes) -> Iterator[Found]:
    at = 12
    for _ in range(_MAX_PARTS):
        kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if len(kind) < 4:
            return
        payload = data[at + 8 : at + 8 + length]
        if kind == b"EXIF":
            yield from exif_data(payload.removeprefix(_EXIF), at + 8)
        elif kind == b"XMP ":
            yield from xmp_data(payload, at + 8)
        at += 8 + length + length % 2


def _xmp_in(data: bytes) -> Iterator[Found]:
    packet = _XMP_PACKET.search(data)
    if packet is not None:
        yield from xmp_data(data[packet.start() : packet.start() + _TEXT], packet.start())


def _text(data: bytes, part: str, at: int) -> Iterator[Found]:
    for span in personal_spans(data[:_TEXT].decode("utf-8", "replace")):
        yield span.code, part, at
