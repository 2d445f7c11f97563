"""Personal data in pictures: where one was taken, by whom, and with which camera. Only that it is there is told.

Read are Exif (CIPA DC-008), IPTC-IIM, XMP and comments, in JPEG, PNG, WebP, GIF and TIFF; in other pictures what looks
like Exif or XMP near their beginning. What is not read to its end is told as well.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archiver.audio.containers.window import MAX_READ, Window
from archiver.audio.evidence.exif import exif_data, iptc_data, xmp_data
from archiver.audio.evidence.fields import Field, fields_of
from archiver.audio.evidence.observe import observe
from archiver.audio.evidence.unread import UNREAD
from archiver.model.audio import TagBlock
from archiver.model.evidence import Evidence
from archiver.personal.find import personal_spans

_HEAD = 1 << 20
_EMBEDDED_HEAD = 1 << 18
_TEXT = 1 << 16
_MAX_PARTS = 20_000
_KEYS = frozenset({"PICTURE", "COVR", "METADATA_BLOCK_PICTURE", "COVERART", "COVERARTMIME"})
_BEGINS = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|RIFF....WEBP|II\*\x00|MM\x00\*|GIF8[79]a", re.DOTALL)
_UNSYNCHRONISED = b"\xff\xd8\xff\0"
_BASE64 = re.compile(rb"=([A-Za-z0-9+/]{64,})")
_SEARCHED = 4096
_EXIF, _XMP, _PHOTOSHOP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"Photoshop 3.0\0"
_XMP_PACKET = re.compile(rb"<x:xmpmeta")
_WEBP_TEXTS = (b"EXIF", b"XMP ")
_GIF_COMMENT = re.compile(rb"!\xfe([\x01-\xff])")
_NOT_READ = "what follows in the picture was not read"

Found = tuple[str, str, int]
"""Evidence code, the part of the picture that holds it, and its byte offset in the picture."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """A picture in a stretch of a file."""

    window: Window
    start: int
    end: int

    @property
    def size(self) -> int:
        """Its bytes."""
        return max(self.end - self.start, 0)

    def read(self, at: int, length: int) -> bytes:
        """Bytes of the picture, or as many as it has."""
        return self.window.read(self.start + at, max(min(length, self.size - at), 0))


def picture_evidence(window: Window) -> Iterator[Evidence]:
    """What a picture file says of a person, without any value, and what of it was not read."""
    for code, part, at in dict.fromkeys(_found(_Picture(window, 0, window.size))):
        yield observe(code, f"{part}@{at}", _NOT_READ)


def embedded_evidence(window: Window, blocks: Sequence[TagBlock]) -> Iterator[Evidence]:
    """What the pictures in a file's tags say of a person, at the frame and the byte of the file."""
    for field in fields_of(blocks):
        if not _is_picture(field):
            continue
        frame = field.frame
        data = window.read(frame.offset, min(frame.length, _SEARCHED))
        begins = _BEGINS.search(data)
        offset = frame.offset
        if begins is not None:
            offset += begins.start()
            picture = _Picture(window, offset, frame.offset + frame.length)
            if picture.read(0, 4) == _UNSYNCHRONISED:
                picture = _held(picture.read(0, MAX_READ).replace(b"\xff\0", b"\xff"))
        else:
            encoded = _BASE64.search(
                window.read(frame.offset, min(frame.length, MAX_READ)), 0, _EMBEDDED_HEAD
            )
            picture = _held(b"" if encoded is None else _unbased(encoded.group(1)))
        for code, part in dict.fromkeys((code, part) for code, part, _ in _found(picture)):
            yield observe(code, f"{field.locator}/{part}@{offset}", _NOT_READ)


def _held(data: bytes) -> _Picture:
    """A picture that was decoded from what stands in the file."""
    return _Picture(Window(io.BytesIO(data), len(data)), 0, len(data))


def _is_picture(field: Field) -> bool:
    key = field.frame.id
    if field.frame.pictures:
        return True
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


def _found(picture: _Picture) -> Iterator[Found]:
    head = picture.read(0, 12)
    if head.startswith(b"\xff\xd8\xff"):
        yield from _in_jpeg(picture)
    elif head.startswith(b"\x89PNG"):
        yield from _in_png(picture)
    elif head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        yield from _in_webp(picture)
    else:
        data = picture.read(0, _HEAD)
        known = True
        if head[:4] in (b"II*\0", b"MM\0*"):
            yield from exif_data(data, 0)
        else:
            at = data.find(_EXIF)
            if at >= 0:
                yield from exif_data(data[at + 6 :], at + 6)
            yield from _xmp_in(data)
            yield from _in_gif(data)
            known = head.startswith((b"GIF8", b"BM"))
        if head and (not known or picture.size > len(data)):
            yield UNREAD, "picture", len(data) if known else 0


def _in_jpeg(picture: _Picture) -> Iterator[Found]:
    at = 2
    for _ in range(_MAX_PARTS):
        header = picture.read(at, 4)
        marker, length = header[:2], int.from_bytes(header[2:4], "big")
        if marker == b"\xff\xff":
            at += 1
            continue
        if marker in (b"\xff\xda", b"\xff\xd9"):
            return
        start = at + 4
        if len(header) < 4 or marker[0] != 0xFF or length < 2 or start + length - 2 > picture.size:
            break
        payload = picture.read(start, length - 2) if marker[1] in (0xE1, 0xED, 0xFE) else b""
        if marker[1] == 0xE1 and payload.startswith(_EXIF):
            yield from exif_data(payload[6:], start + 6)
        elif marker[1] == 0xE1 and payload.startswith(_XMP):
            yield from xmp_data(payload[len(_XMP) :], start)
        elif marker[1] == 0xED and payload.startswith(_PHOTOSHOP):
            yield from iptc_data(payload[len(_PHOTOSHOP) :], start)
        elif marker[1] == 0xFE:
            yield from _text(payload, "comment", start)
        at += 2 + length
    yield UNREAD, "picture", at


def _in_png(picture: _Picture) -> Iterator[Found]:
    at = 8
    for _ in range(_MAX_PARTS):
        header = picture.read(at, 8)
        length, kind = int.from_bytes(header[:4], "big"), header[4:8]
        if kind == b"IEND":
            return
        if len(kind) < 4 or at + 12 + length > picture.size:
            break
        if kind in (b"eXIf", b"tEXt", b"zTXt", b"iTXt"):
            if length > _HEAD:
                break
            payload = picture.read(at + 8, length)
            yield from exif_data(payload, at + 8) if kind == b"eXIf" else _png_text(kind, payload, at)
        at += 12 + length
    yield UNREAD, "picture", at


def _in_gif(data: bytes) -> Iterator[Found]:
    if data.startswith(b"GIF8"):
        for comment in _GIF_COMMENT.finditer(data):
            yield from _text(data[comment.end() :][: comment.group(1)[0]], "comment", comment.start())


def _png_text(kind: bytes, payload: bytes, at: int) -> Iterator[Found]:
    keyword, _, rest = payload.partition(b"\0")
    packed = kind == b"zTXt" or (kind == b"iTXt" and rest[:1] == b"\1")
    if kind == b"iTXt":
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    elif packed:
        rest = rest[1:]
    if packed:
        packing = zlib.decompressobj()
        try:
            rest = packing.decompress(rest, _HEAD)
        except zlib.error:
            yield UNREAD, "text", at
            return
        if packing.unconsumed_tail:
            yield UNREAD, "text", at
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


def _in_webp(picture: _Picture) -> Iterator[Found]:
    at = 12
    for _ in range(_MAX_PARTS):
        header = picture.read(at, 8)
        kind, length = header[:4], int.from_bytes(header[4:8], "little")
        if at in (picture.size, picture.size + 1):  # the last part may lack its filling byte
            return
        if len(header) < 8 or at + 8 + length > picture.size or (kind in _WEBP_TEXTS and length > _HEAD):
            break
        if kind == b"EXIF":
            yield from exif_data(picture.read(at + 8, length).removeprefix(_EXIF), at + 8)
        elif kind == b"XMP ":
            yield from xmp_data(picture.read(at + 8, length), at + 8)
        at += 8 + length + length % 2
    yield UNREAD, "picture", at


def _xmp_in(data: bytes) -> Iterator[Found]:
    packet = _XMP_PACKET.search(data)
    if packet is not None:
        yield from xmp_data(data[packet.start() : packet.start() + _TEXT], packet.start())


def _text(data: bytes, part: str, at: int) -> Iterator[Found]:
    if len(data) > _TEXT:
        yield UNREAD, part, at
    for span in personal_spans(data[:_TEXT].decode("utf-8", "replace")):
        yield span.code, part, at
