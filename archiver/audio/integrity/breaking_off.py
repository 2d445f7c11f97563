"""Tells a file that breaks off, as an unfinished download or a full disk leaves it, from one with damaged tags.

Only what a container states of its own size counts: the file ends before its own header says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from archiver.audio.blocks.ogg import ogg_page
from archiver.audio.containers.asf_objects import header_objects
from archiver.audio.containers.boxes import boxes
from archiver.audio.containers.chunks import AIFF, CAF, RIFF, ChunkForm, chunks
from archiver.audio.containers.window import MAX_READ, Window
from archiver.audio.formats.kinds import Kind
from archiver.audio.formats.magic import Sniffed
from archiver.audio.formats.mpeg_sync import mpeg_header
from archiver.audio.integrity.flac_end import flac_samples_there
from archiver.audio.properties.asf import BROADCAST, FILE_PROPERTIES
from archiver.audio.properties.read import audio_end
from archiver.audio.properties.wave import is_open_size, wave_data
from archiver.audio.properties.xing import stream_facts
from archiver.model.audio import TagBlock

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
class _Subject:
    """A file whose end is looked at: a window on it, where its audio begins, and where trailing tags do."""

    file: BinaryIO
    window: Window
    start: int
    end: int

    @property
    def size(self) -> int:
        return self.window.size

    def number(self, at: int, width: int) -> int:
        """The little-endian number at ``at``."""
        return int.from_bytes(self.window.read(at, width), "little")


def breaking_off(file: BinaryIO, size: int, sniffed: Sniffed, blocks: Sequence[TagBlock]) -> str | None:
    """One clause saying where the file breaks off; ``None`` where it does not, or nothing says how long it is.

    Args:
        file: Open for reading in binary mode, seekable.
        size: The file's size in bytes.
        sniffed: What its bytes are and where the audio begins.
        blocks: Its tag blocks; those at the end are not audio.

    Raises:
        OSError: where the disk fails.
    """
    if size and sniffed.start > size:
        return _bytes(size, sniffed.start)
    if sniffed.kind is None:
        return None
    subject = _Subject(file, Window(file, size), sniffed.start, audio_end(size, sniffed.start, blocks))
    stated = _STATED.get(sniffed.kind)
    if stated is not None:
        whole = stated(subject)
        return _bytes(size, whole) if whole > size else None
    told = _TOLD.get(sniffed.kind)
    return None if told is None else told(subject)


def _bytes(size: int, whole: int, more: str = "") -> str:
    return f"the file breaks off: {size:,} of {more}{whole:,} bytes"


def _riff(subject: _Subject) -> int:
    _, data = wave_data(subject.window, subject.start, subject.size)
    whole = 0
    if data is not None and data.stated is not None:
        whole = data.start + data.stated
    for chunk in chunks(subject.window, RIFF, subject.start + 12, subject.size):
        if chunk.id in _RIFF_IDS and not chunk.whole:
            whole = max(whole, chunk.payload + subject.number(chunk.offset + 4, 4))
    form = subject.number(subject.start + 4, 4)
    return max(whole, subject.start + 8 + form) if whole > subject.size and not is_open_size(form) else whole


def _w64(subject: _Subject) -> int:
    whole = subject.number(subject.start + 16, 8)
    return 0 if whole >= 1 << 63 else subject.start + whole


def _big_endian_chunks(subject: _Subject, form: ChunkForm, first: int, known: frozenset[bytes]) -> int:
    open_size = (1 << 8 * form.size_bytes) - 1
    whole = 0
    for chunk in chunks(subject.window, form, first, subject.size):
        size = int.from_bytes(subject.window.read(chunk.offset + 4, form.size_bytes), "big")
        if chunk.id in known and not chunk.whole and size != open_size:
            whole = max(whole, chunk.payload + size)
    return whole


def _aiff(subject: _Subject) -> int:
    whole = _big_endian_chunks(subject, AIFF, subject.start + 12, _AIFF_IDS)
    form = int.from_bytes(subject.window.read(subject.start + 4, 4), "big")
    return max(whole, subject.start + 8 + form) if whole and form != 0xFFFF_FFFF else whole


def _caf(subject: _Subject) -> str | None:
    whole = _big_endian_chunks(subject, CAF, subject.start + 8, _CAF_IDS)
    return _bytes(subject.size, whole, "at least ") if whole > subject.size else None


def _au(subject: _Subject) -> int:
    head = subject.window.read(subject.start, 12)
    offset, length = int.from_bytes(head[4:8], "big"), int.from_bytes(head[8:12], "big")
    return 0 if length == 0xFFFF_FFFF else subject.start + offset + length


def _dsdiff(subject: _Subject) -> int:
    return subject.start + 12 + int.from_bytes(subject.window.read(subject.start + 4, 8), "big")


def _dsf(subject: _Subject) -> int:
    return subject.start + subject.number(subject.start + 12, 8)


def _mp4(subject: _Subject) -> str | None:
    window = subject.window
    indexed = False
    for box in boxes(window, subject.start, subject.size):
        indexed = indexed or box.id == b"moov"
        if not box.whole and box.id in _BOXES:
            long = box.payload - box.offset == 16
            at, width = (box.offset + 8, 8) if long else (box.offset, 4)
            whole = box.offset + int.from_bytes(window.read(at, width), "big")
            return _bytes(subject.size, whole, "" if indexed and box.id == b"mdat" else "at least ")
    return None


def _asf(subject: _Subject) -> int:
    """The objects' sizes, and of the whole file what its properties say; a broadcast leaves them open."""
    window, header = subject.window, subject.number(subject.start + 16, 8)
    stated = 0
    for found in header_objects(window, subject.start):
        if found.id == FILE_PROPERTIES:
            flags = subject.number(found.payload + 64, 4)
            if flags & BROADCAST:
                return 0
            stated = subject.start + subject.number(found.payload + 16, 8)
    at = subject.start + header
    if header >= 1 << 32 or window.read(at, 16) != _ASF_DATA:
        return at if header < 1 << 32 and at > subject.size else 0
    whole = at + subject.number(at + 16, 8)
    return max(whole, stated) if whole > subject.size else 0


def _ape(subject: _Subject) -> int:
    """From version 3.98 on a descriptor states the size of every part."""
    if subject.number(subject.start + 4, 2) < 3980:
        return 0
    sizes = [subject.number(subject.start + at, 4) for at in range(8, 36, 4)]
    whole = sum(sizes[:5]) + (sizes[5] << 32) + sizes[6]
    return subject.start + whole if sizes[5] < 1 << 16 else 0


def _tta(subject: _Subject) -> int:
    """The seek table states the size of every frame."""
    rate, samples = subject.number(subject.start + 10, 4), subject.number(subject.start + 14, 4)
    length = 256 * rate // 245
    if not length or not 0 < samples < 0xFFFF_FFFF:
        return 0
    frames = -(-samples // length)
    table = subject.window.read(subject.start + 22, min(frames * 4, MAX_READ))
    first = subject.start + 22 + frames * 4 + 4
    if len(table) < frames * 4:
        return first if frames * 4 <= MAX_READ else 0
    return first + sum(int.from_bytes(table[at : at + 4], "little") for at in range(0, len(table), 4))


def _matroska(subject: _Subject) -> int:
    """The segment's size (RFC 9559, section 4.5), unless it is left open."""
    _, at = _vint(subject, subject.start + 4)
    header, _ = _vint(subject, subject.start + 4)
    at += header
    if subject.window.read(at, 4) != b"\x18\x53\x80\x67":
        return 0
    size, payload = _vint(subject, at + 4)
    return 0 if size < 0 else payload + size


def _vint(subject: _Subject, at: int) -> tuple[int, int]:
    """A number of EBML and where it ends; -1 where it is left open, which is written as all ones."""
    data = subject.window.read(at, 8)
    width = 9 - data[0].bit_length() if data and data[0] else 9
    if width > 8 or len(data) < width:
        return -1, at
    mask = (1 << 7 * width) - 1
    value = int.from_bytes(data[:width], "big") & mask
    return (-1 if value == mask else value), at + width


def _mpeg(subject: _Subject) -> int:
    """The bytes that a Xing, Info or VBRI frame states."""
    data = subject.window.read(subject.start, _FACTS_BYTES)
    header = mpeg_header(data[:4])
    facts = None if header is None else stream_facts(data, header)
    if facts is None or not facts.frames or facts.bytes <= subject.size:  # some count the tags too
        return 0
    if facts.bytes <= subject.end - subject.start + _SPARE_BYTES:
        return 0
    return subject.start + facts.bytes + subject.size - subject.end


_STATED: dict[Kind, Callable[[_Subject], int]] = {
    Kind.WAV: _riff,
    Kind.RF64: _riff,
    Kind.W64: _w64,
    Kind.AIFF: _aiff,
    Kind.AU: _au,
    Kind.DSDIFF: _dsdiff,
    Kind.DSF: _dsf,
    Kind.ASF: _asf,
    Kind.APE: _ape,
    Kind.TTA: _tta,
    Kind.MATROSKA: _matroska,
    Kind.MP3: _mpeg,
}
"""For each kind that states its size, how many bytes the file must have at least."""


def _ogg(subject: _Subject) -> str | None:
    window = Window(subject.file, subject.end)
    start = max(subject.end - _TAIL, subject.start)
    data = window.read(start, subject.end - start)
    at = data.rfind(b"OggS\0")
    if at < 0:
        return None
    page = ogg_page(window, start + at)
    if page is None:
        return "the file breaks off within the header of an Ogg page"
    if page.end > subject.end:
        return _bytes(subject.size, page.end, "at least ")
    closed = page.flags & 4
    return None if closed else "the file breaks off: it ends without the page that ends an Ogg stream"


def _flac(subject: _Subject) -> str | None:
    there = flac_samples_there(subject.window, subject.start, subject.end)
    if there is None or there[0] >= there[1]:
        return None
    return f"the file breaks off: {there[0]:,} of {there[1]:,} samples"


def _wavpack(subject: _Subject) -> str | None:
    """The last block with sound says where it stands among all samples."""
    start = max(subject.end - MAX_READ, subject.start)
    data = subject.window.read(start, subject.end - start)
    total = subject.number(subject.start + 12, 4) | subject.number(subject.start + 11, 1) << 32
    if subject.number(subject.start + 12, 4) == 0xFFFF_FFFF:
        return None
    at = data.rfind(b"wvpk")
    while at >= 0:
        head = data[at : at + 32]
        if len(head) == 32 and 0x402 <= int.from_bytes(head[8:10], "little") <= 0x410:
            end = start + at + 8 + int.from_bytes(head[4:8], "little")
            if end > subject.end:
                return _bytes(subject.size, end, "at least ")
            samples = int.from_bytes(head[20:24], "little")
            reached = int.from_bytes(head[16:20], "little") + (head[10] << 32) + samples
            if samples:
                return f"the file breaks off: {reached:,} of {total:,} samples" if reached < total else None
        at = data.rfind(b"wvpk", 0, at)
    return None


_TOLD: dict[Kind, Callable[[_Subject], str | None]] = {
    Kind.OGG_VORBIS: _ogg,
    Kind.OGG_OPUS: _ogg,
    Kind.OGG_SPEEX: _ogg,
    Kind.OGG_FLAC: _ogg,
    Kind.OGG: _ogg,
    Kind.MP4: _mp4,
    Kind.CAF: _caf,
    Kind.FLAC: _flac,
    Kind.WAVPACK: _wavpack,
}
"""For each kind that states the size of its parts alone, or tells by its last page or frame, what is said of it."""
