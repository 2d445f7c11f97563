"""Tells a file that breaks off, as an unfinished download or a full disk leaves it, from one with damaged tags.

Only what a container states of its own size counts: the file ends before its own header says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from archiver.audio.blocks.ogg import ogg_page
from archiver.audio.containers.asf_objects import header_objects
from archiver.audio.containers.boxes import boxes
from archiver.audio.containers.chunks import AIFF, CAF, RIFF, ChunkForm, chunks
from archiver.audio.containers.ebml import SEGMENT, element_at
from archiver.audio.containers.window import MAX_READ, Window
from archiver.audio.formats.kinds import fetched
from archiver.audio.formats.magic import Sniffed
from archiver.audio.formats.mpeg_sync import mpeg_header
from archiver.audio.properties.asf import BROADCAST, FILE_PROPERTIES
from archiver.audio.properties.mpeg import stream_facts
from archiver.audio.properties.read import audio_end
from archiver.audio.properties.wave import is_open_size, wave_data
from archiver.model.audio import TagBlock

_STREAMINFO_BYTES = 34
_PICTURE = 6
_FLAC_TAIL = 1 << 18
_FLAC_SYNC = re.compile(rb"\xff[\xf8\xf9]")
_MAX_BLOCKS = 4096
_LONGEST_HEADER = 16


def flac_samples_there(window: Window, start: int, end: int) -> tuple[int, int] | None:
    """Samples up to the end of the last frame, and samples in all; ``None`` where either is not certain.

    Args:
        window: The file.
        start: Where ``fLaC`` stands.
        end: Where trailing tags begin, or the file's end.
    """
    head = window.read(start, 8 + _STREAMINFO_BYTES)
    if len(head) < 8 + _STREAMINFO_BYTES or head[4] & 0x7F:
        return None
    info = head[8:]
    total = int.from_bytes(info[13:18], "big") & 0xF_FFFF_FFFF
    smallest, largest = int.from_bytes(info[:2], "big"), int.from_bytes(info[2:4], "big")
    frames = _frames_offset(window, start, end)
    if not total or frames is None:
        return None
    if frames >= end:
        return 0, total
    tail = max(frames, end - max(_FLAC_TAIL, 2 * int.from_bytes(info[7:10], "big")))
    data = window.read(tail, end - tail)
    reached = 0
    for match in _FLAC_SYNC.finditer(data):
        position = _frame_end(data[match.start() : match.start() + _LONGEST_HEADER], largest, smallest)
        if position is not None and position <= total:
            reached = max(reached, position)
    return (reached, total) if reached else None


def _frames_offset(window: Window, start: int, end: int) -> int | None:
    """Where the frames begin; the file's end where a cover runs past it; ``None`` where sizes are not to be trusted."""
    at = start + 4
    for _ in range(_MAX_BLOCKS):
        header = window.read(at, 4)
        if len(header) < 4:
            return None
        size = int.from_bytes(header[1:], "big")
        if at + 4 + size > end:
            cover = header[0] & 0x7F == _PICTURE and _picture_size(window, at + 4) == size
            return end if cover else None
        at += 4 + size
        if header[0] & 0x80:
            sync = window.read(at, 2)
            return at if at == end or _FLAC_SYNC.match(sync) else None
    return None


def _picture_size(window: Window, at: int) -> int:
    """Bytes that a picture's own lengths add up to."""
    media = int.from_bytes(window.read(at + 4, 4), "big")
    words = int.from_bytes(window.read(at + 8 + media, 4), "big")
    after = at + 12 + media + words + 16
    return after + 4 - at + int.from_bytes(window.read(after, 4), "big")


def _frame_end(head: bytes, largest: int, smallest: int) -> int | None:
    """The sample after the frame whose header this is, ``None`` where its checksum says that it is none."""
    if len(head) < 6:
        return None
    width = max(8 - (~head[4] & 0xFF).bit_length(), 1)
    at = 4 + width
    code = head[2] >> 4
    extra = {6: 1, 7: 2}.get(code, 0)
    extra_rate = {12: 1, 13: 2, 14: 2}.get(head[2] & 15, 0)
    end = at + extra + extra_rate
    if code == 0 or width > 7 or len(head) <= end or _crc8(head[:end]) != head[end]:
        return None
    if extra:
        size = int.from_bytes(head[at : at + extra], "big") + 1
    else:
        size = 192 if code == 1 else 576 << code - 2 if code < 6 else 256 << code - 8
    number = head[4] if width == 1 else head[4] & (0x7F >> width)
    for byte in head[5:at]:
        number = number << 6 | byte & 0x3F
    if head[1] & 1:
        return number + size
    return number * largest + size if largest == smallest else None


def _crc8(data: bytes) -> int:
    state = 0
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = (state << 1 ^ 0x07) & 0xFF if state & 0x80 else state << 1
    return state


_RIFF_IDS = frozenset(
    (
        b"fmt ",
        b"fact",
        b"LIST",
        b"bext",
        b"iXML",
        b"axml",
        b"cart",
        b"id3 ",
        b"ID3 ",
        b"JUNK",
        b"_PMX",
        b"cue ",
    )
)
_AIFF_IDS = frozenset(
    (b"COMM", b"SSND", b"NAME", b"AUTH", b"(c) ", b"ANNO", b"COMT", b"MARK", b"ID3 ", b"APPL")
)
_CAF_IDS = frozenset((b"desc", b"data", b"pakt", b"chan", b"kuki", b"info", b"free", b"uuid", b"strg"))
_BOXES = frozenset((b"ftyp", b"moov", b"mdat", b"moof", b"free", b"skip", b"wide", b"uuid", b"meta", b"styp"))
_ASF_DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")
_TAIL = 1 << 17
_FACTS_BYTES = 4096
_SPARE_BYTES = 1600
"""Bytes by which an encoder's own count of the stream may be off with nothing lost: a frame, and an ID3v1 tag."""


@dataclass(frozen=True, slots=True)
class End:
    """The end of a file, which is looked at.

    Attributes:
        window: The file.
        start: Byte offset of the audio or its header.
        audio_end: Byte offset of the tags that trail it.
    """

    window: Window
    start: int
    audio_end: int

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.window.size

    def number(self, at: int, width: int) -> int:
        """The little-endian number at ``at``."""
        return int.from_bytes(self.window.read(at, width), "little")

    def said(self, whole: int, more: str = "") -> str:
        """What is said of a file that is to have ``whole`` bytes."""
        return f"the file breaks off: {self.size:,} of {more}{whole:,} bytes"

    def short_of(self, whole: int) -> str | None:
        """The same where the file has fewer, else ``None``."""
        return self.said(whole) if whole > self.size else None


def breaking_off(window: Window, sniffed: Sniffed, blocks: Sequence[TagBlock]) -> str | None:
    """One clause saying where the file breaks off; ``None`` where it does not, or nothing says how long it is.

    Args:
        window: The file.
        sniffed: What its bytes are and where the audio begins.
        blocks: Its tag blocks; those at the end are not audio.

    Raises:
        OSError: where the disk fails.
    """
    size = window.size
    end = End(window.again(), sniffed.start, audio_end(size, sniffed.start, blocks))
    if size and sniffed.start > size:
        return end.short_of(sniffed.start)
    if sniffed.kind is None or sniffed.kind.row.ending is None:
        return None
    said: Callable[[End], str | None] = fetched(sniffed.kind.row.ending)
    return said(end)


def riff_ending(end: End) -> str | None:
    """RIFF and RF64: by the chunks, and by the form's size where a chunk is missing."""
    _, data = wave_data(end.window, end.start, end.size)
    whole = 0
    if data is not None and data.stated is not None:
        whole = data.start + data.stated
    for chunk in chunks(end.window, RIFF, end.start + 12, end.size):
        if chunk.id in _RIFF_IDS and not chunk.whole:
            whole = max(whole, chunk.payload + end.number(chunk.offset + 4, 4))
    form = end.number(end.start + 4, 4)
    if whole > end.size and not is_open_size(form):
        whole = max(whole, end.start + 8 + form)
    return end.short_of(whole)


def w64_ending(end: End) -> str | None:
    """Wave64: by the size of the form."""
    whole = end.number(end.start + 16, 8)
    return None if whole >= 1 << 63 else end.short_of(end.start + whole)


def _big_endian_chunks(end: End, form: ChunkForm, first: int, known: frozenset[bytes]) -> int:
    open_size = (1 << 8 * form.size_bytes) - 1
    whole = 0
    for chunk in chunks(end.window, form, first, end.size):
        size = int.from_bytes(end.window.read(chunk.offset + 4, form.size_bytes), "big")
        if chunk.id in known and not chunk.whole and size != open_size:
            whole = max(whole, chunk.payload + size)
    return whole


def aiff_ending(end: End) -> str | None:
    """AIFF: by the chunks, and by the form's size where a chunk is missing."""
    whole = _big_endian_chunks(end, AIFF, end.start + 12, _AIFF_IDS)
    form = int.from_bytes(end.window.read(end.start + 4, 4), "big")
    return end.short_of(max(whole, end.start + 8 + form) if whole and form != 0xFFFF_FFFF else whole)


def caf_ending(end: End) -> str | None:
    """Core Audio: by the chunks."""
    whole = _big_endian_chunks(end, CAF, end.start + 8, _CAF_IDS)
    return end.said(whole, "at least ") if whole > end.size else None


def au_ending(end: End) -> str | None:
    """Sun audio: by the length in the header."""
    head = end.window.read(end.start, 12)
    offset, length = int.from_bytes(head[4:8], "big"), int.from_bytes(head[8:12], "big")
    return None if length == 0xFFFF_FFFF else end.short_of(end.start + offset + length)


def dsdiff_ending(end: End) -> str | None:
    """DSDIFF: by the size of the form."""
    return end.short_of(end.start + 12 + int.from_bytes(end.window.read(end.start + 4, 8), "big"))


def dsf_ending(end: End) -> str | None:
    """DSF: by the size in the header."""
    return end.short_of(end.start + end.number(end.start + 12, 8))


def mp4_ending(end: End) -> str | None:
    """MPEG-4: by the first box that is not all there."""
    window = end.window
    indexed = False
    for box in boxes(window, end.start, end.size):
        indexed = indexed or box.id == b"moov"
        if not box.whole and box.id in _BOXES:
            long = box.payload - box.offset == 16
            at, width = (box.offset + 8, 8) if long else (box.offset, 4)
            whole = box.offset + int.from_bytes(window.read(at, width), "big")
            return end.said(whole, "" if indexed and box.id == b"mdat" else "at least ")
    return None


def asf_ending(end: End) -> str | None:
    """The objects' sizes, and of the whole file what its properties say; a broadcast leaves them open."""
    window, header = end.window, end.number(end.start + 16, 8)
    stated = 0
    for found in header_objects(window, end.start):
        if found.id == FILE_PROPERTIES:
            flags = end.number(found.payload + 64, 4)
            if flags & BROADCAST:
                return None
            stated = end.start + end.number(found.payload + 16, 8)
    at = end.start + header
    if header >= 1 << 32 or window.read(at, 16) != _ASF_DATA:
        return end.short_of(at) if header < 1 << 32 else None
    whole = at + end.number(at + 16, 8)
    return end.said(max(whole, stated)) if whole > end.size else None


def ape_ending(end: End) -> str | None:
    """From version 3.98 on a descriptor states the size of every part."""
    if end.number(end.start + 4, 2) < 3980:
        return None
    sizes = [end.number(end.start + at, 4) for at in range(8, 36, 4)]
    whole = sum(sizes[:5]) + (sizes[5] << 32) + sizes[6]
    return end.short_of(end.start + whole) if sizes[5] < 1 << 16 else None


def tta_ending(end: End) -> str | None:
    """The seek table states the size of every frame."""
    rate, samples = end.number(end.start + 10, 4), end.number(end.start + 14, 4)
    length = 256 * rate // 245
    if not length or not 0 < samples < 0xFFFF_FFFF:
        return None
    frames = -(-samples // length)
    table = end.window.read(end.start + 22, min(frames * 4, MAX_READ))
    first = end.start + 22 + frames * 4 + 4
    if len(table) < frames * 4:
        return end.short_of(first) if frames * 4 <= MAX_READ else None
    return end.short_of(
        first + sum(int.from_bytes(table[at : at + 4], "little") for at in range(0, len(table), 4))
    )


def matroska_ending(end: End) -> str | None:
    """Matroska: by the segment's size (RFC 9559, section 4.5), unless it is left open."""
    header = element_at(end.window, end.start, end.size)
    segment = None if header is None else element_at(end.window, header.claimed, end.size)
    if segment is None or segment.id != SEGMENT or not segment.sized:
        return None
    return end.short_of(segment.claimed)


def mpeg_ending(end: End) -> str | None:
    """The bytes that a Xing, Info or VBRI frame states."""
    data = end.window.read(end.start, _FACTS_BYTES)
    header = mpeg_header(data[:4])
    facts = None if header is None else stream_facts(data, header)
    if facts is None or not facts.frames or facts.bytes <= end.size:  # some count the tags too
        return None
    if facts.bytes <= end.audio_end - end.start + _SPARE_BYTES:
        return None
    return end.short_of(end.start + facts.bytes + end.size - end.audio_end)


def ogg_ending(end: End) -> str | None:
    """Ogg: by the last page."""
    window = end.window.again(end.audio_end)
    start = max(end.audio_end - _TAIL, end.start)
    data = window.read(start, end.audio_end - start)
    at = data.rfind(b"OggS\0")
    if at < 0:
        return None
    page = ogg_page(window, start + at)
    if page is None:
        return "the file breaks off within the header of an Ogg page"
    if page.end > end.audio_end:
        return end.said(page.end, "at least ")
    closed = page.flags & 4
    return None if closed else "the file breaks off: it ends without the page that ends an Ogg stream"


def flac_ending(end: End) -> str | None:
    """FLAC: by the number of the last frame."""
    there = flac_samples_there(end.window, end.start, end.audio_end)
    if there is None or there[0] >= there[1]:
        return None
    return f"the file breaks off: {there[0]:,} of {there[1]:,} samples"


def wavpack_ending(end: End) -> str | None:
    """The last block with sound says where it stands among all samples."""
    start = max(end.audio_end - MAX_READ, end.start)
    data = end.window.read(start, end.audio_end - start)
    total = end.number(end.start + 12, 4) | end.number(end.start + 11, 1) << 32
    if end.number(end.start + 12, 4) == 0xFFFF_FFFF:
        return None
    at = data.rfind(b"wvpk")
    while at >= 0:
        head = data[at : at + 32]
        if len(head) == 32 and 0x402 <= int.from_bytes(head[8:10], "little") <= 0x410:
            block_end = start + at + 8 + int.from_bytes(head[4:8], "little")
            if block_end > end.audio_end:
                return end.said(block_end, "at least ")
            samples = int.from_bytes(head[20:24], "little")
            reached = int.from_bytes(head[16:20], "little") + (head[10] << 32) + samples
            if samples:
                return f"the file breaks off: {reached:,} of {total:,} samples" if reached < total else None
        at = data.rfind(b"wvpk", 0, at)
    return None
