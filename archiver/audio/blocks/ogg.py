"""Comment packets of the logical streams in an Ogg file (RFC 3533), across pages and in chained streams."""

from __future__ import annotations

from dataclasses import dataclass, field

from archiver.audio.blocks.flac import read_metadata_block
from archiver.audio.blocks.reading import Draft
from archiver.audio.blocks.vorbis_comment import read_vorbis_comment
from archiver.audio.containers.extents import Extents
from archiver.audio.containers.window import Window

_MAX_HEADER_PAGES = 8192
_MAX_CHAINED_PAGES = 200_000
_MAX_STREAMS = 64
_LONGEST_PAGE = 27 + 255 + 255 * 255
COMMENT_MARKS = {
    b"\x01vorbis": b"\x03vorbis",
    b"OpusHead": b"OpusTags",
    b"Speex   ": b"",
    b"CELT    ": b"",
    b"PCM     ": b"",
    b"\x80theora": b"\x81theora",
    b"\x80kate\0\0\0": b"\x81kate\0\0\0\0",
    b"\x80daala": b"\x81daala",
    b"OVP80\x01\x01": b"OVP80\x02 ",
    b"\x01video\0\0": b"\x03vorbis",
    b"\x01audio\0\0": b"\x03vorbis",
    b"\x01text\0\0\0": b"\x03vorbis",
}
"""What begins a stream, and what begins its second packet, which holds its comments."""

_OPUS = b"OpusTags"
_FLAC = (b"\x7fFLAC", b"fLaC")
"""How a stream of FLAC begins, since 2004 and before."""

_MEASURED = 8
_SPREAD = 1.3
"""How much longer than the first pages of sound all pages may be on the average and still be usual."""

_PROBES = 16
_PROBED = 1 << 14
_WALKED_THROUGH = 1 << 19
"""Bytes of a file that is looked through page by page for further streams, whatever its last page says."""


@dataclass(frozen=True, slots=True)
class OggPage:
    """One page: its header's facts and where its parts stand.

    Attributes:
        offset: Byte offset of ``OggS``.
        flags: 1 continued packet, 2 first page of its stream, 4 last.
        serial: The logical stream's number.
        number: The page's number within it, counted from zero.
        lacing: The segment table.
        body: Byte offset of the first segment.
        end: Byte offset after the page.
    """

    offset: int
    flags: int
    serial: int
    number: int
    lacing: bytes
    body: int
    end: int


def ogg_page(window: Window, offset: int) -> OggPage | None:
    """The page at ``offset``, or ``None`` if none is there."""
    head = window.read(offset, 27)
    if len(head) < 27 or head[:4] != b"OggS":
        return None
    lacing = window.read(offset + 27, head[26])
    if len(lacing) < head[26]:
        return None
    body = offset + 27 + len(lacing)
    serial = int.from_bytes(head[14:18], "little")
    number = int.from_bytes(head[18:22], "little")
    return OggPage(offset, head[5], serial, number, lacing, body, body + sum(lacing))


@dataclass(slots=True)
class _Stream:
    """A logical stream whose comment packet is still awaited."""

    packets: int = 0
    pending: list[tuple[int, int]] = field(default_factory=list)
    mark: bytes | None = None
    is_flac: bool = False


def read_ogg(draft: Draft, offset: int) -> None:
    """Index the comments of every logical stream from the page at ``offset`` on."""
    window = draft.window
    serials, sound = _read_headers(draft, offset)
    if serials and _may_be_chained(window, offset, sound, serials):
        for begin in _later_beginnings(window, offset):
            _read_headers(draft, begin)


def _read_headers(draft: Draft, offset: int) -> tuple[set[int], int]:
    """Index the streams that begin together at ``offset``; returns their serial numbers, and where the reading ended."""
    streams: dict[int, _Stream] = {}
    serials: set[int] = set()
    for _ in range(_MAX_HEADER_PAGES):
        page = ogg_page(draft.window, offset)
        if page is None:
            _judge_end(draft, offset, awaited=bool(streams) or not serials)
            for unfinished in streams.values():
                _take_what_is_left(draft, unfinished)
            return serials, offset
        if page.end > draft.window.size:
            draft.breaks_off(page.end)
        if page.flags & 2 and page.serial not in serials and len(serials) < _MAX_STREAMS:
            streams[page.serial] = _Stream()
            serials.add(page.serial)
        stream = streams.get(page.serial)
        if stream is not None and _feed(draft, stream, page):
            del streams[page.serial]
        if not streams and not page.flags & 2:
            return serials, page.end
        offset = page.end
    draft.malformed("the Ogg headers do not end within the pages that are looked at")
    return serials, offset


def _judge_end(draft: Draft, offset: int, *, awaited: bool) -> None:
    """Say that no page is at ``offset``: the file breaks off there, or something else stands there."""
    size = draft.window.size
    if offset > size or (offset < size and b"OggS".startswith(draft.window.read(offset, 4))):
        draft.breaks_off(max(offset, size + 1))
    elif awaited and offset == size:
        draft.breaks_off(size + 1)
    elif awaited:
        draft.malformed(f"there is no Ogg page at byte {offset}, where one should be")


def _take_what_is_left(draft: Draft, stream: _Stream) -> None:
    """Read the beginning of a packet whose end is missing."""
    if stream.pending:
        missing = (draft.window.size, 1)
        _take_packet(draft, stream, Extents(draft.window, [*stream.pending, missing]))


def _feed(draft: Draft, stream: _Stream, page: OggPage) -> bool:
    """Take a page's segments; whether the stream has nothing more to tell."""
    position, length = page.body, 0
    for size in page.lacing:
        length += size
        if size < 255:
            packet = Extents(draft.window, [*stream.pending, (position, length)])
            stream.pending = []
            position, length = position + length, 0
            if _take_packet(draft, stream, packet):
                return True
    if length:
        stream.pending.append((position, length))
    return False


def _take_packet(draft: Draft, stream: _Stream, packet: Extents) -> bool:
    stream.packets += 1
    if stream.packets == 1:
        head = packet.read(0, 16)
        stream.is_flac = head.startswith(_FLAC)
        stream.mark = next((mark for first, mark in COMMENT_MARKS.items() if head.startswith(first)), None)
        return stream.mark is None and not stream.is_flac
    if stream.is_flac:
        head = packet.read(0, 4)
        if len(head) == 4 and head[0] != 0xFF:
            read_metadata_block(draft, head[0] & 0x7F, packet, 4, packet.absolute(0))
            return bool(head[0] & 0x80)
        return True
    mark = stream.mark or b""
    if packet.read(0, len(mark)) == mark:
        end = read_vorbis_comment(draft, packet, len(mark))
        if mark == _OPUS:
            _read_suffix(draft, packet, end)
    elif packet.whole:
        draft.malformed(f"the Ogg packet at byte {packet.absolute(0)} should hold comments and does not")
    return True


def _read_suffix(draft: Draft, packet: Extents, start: int) -> None:
    """Index what follows the comments of Opus and must be kept: its first byte is odd (RFC 7845, section 5.2)."""
    if start < packet.size and packet.read(start, 1)[0] & 1:
        begin, end = packet.absolute(start), packet.absolute_end(packet.size)
        digest = packet.digest(start, packet.size - start) if packet.whole else None
        draft.block("opus-suffix", begin, end - begin).add("SUFFIX", begin, end, digest, None)


def _may_be_chained(window: Window, offset: int, sound: int, serials: set[int]) -> bool:
    """Whether streams may begin after the first ones.

    The last page belongs to another stream then. Where a careless joining left two streams with one number, the
    pages are counted anew in between: fewer are counted at the end than pages of the usual length would fill the
    file, and some page in the midst has a higher number than a later one.
    """
    last = _page_in_tail(window)
    if last is None:
        return False
    if last.serial not in serials or window.size - offset <= _WALKED_THROUGH:
        return True
    return _has_few_pages(window, sound, last) and _numbers_fall(window, sound, last)


def _has_few_pages(window: Window, sound: int, last: OggPage) -> bool:
    """Whether the number of the last page is lower than the length of the first pages of sound lets expect."""
    position = sound
    for count in range(1, _MEASURED + 1):
        page = ogg_page(window, position)
        if page is None:
            return True
        position = page.end
        usual = (position - sound) / count
    return last.number * usual * _SPREAD < last.offset - sound


def _numbers_fall(window: Window, sound: int, last: OggPage) -> bool:
    step = (last.offset - sound) // _PROBES
    numbers: dict[int, int] = {}
    for page in (*(_page_near(window, sound + at * step) for at in range(_PROBES)), last):
        if page is None:
            continue
        if numbers.get(page.serial, 0) > page.number:
            return True
        numbers[page.serial] = page.number
    return False


def _page_near(window: Window, start: int) -> OggPage | None:
    found = window.read(start, _PROBED).find(b"OggS")
    return None if found < 0 else ogg_page(window, start + found)


def _page_in_tail(window: Window) -> OggPage | None:
    """The file's last page, by which a chained stream betrays itself."""
    for reach in (1 << 13, _LONGEST_PAGE + 4):
        start = max(window.size - reach, 0)
        tail = window.read(start, window.size - start)
        found = tail.rfind(b"OggS")
        if found >= 0:
            return ogg_page(window, start + found)
    return None


def _later_beginnings(window: Window, offset: int) -> list[int]:
    """Where further groups of streams begin, found by going from page to page."""
    found: list[int] = []
    after_beginning = True
    for _ in range(_MAX_CHAINED_PAGES):
        page = ogg_page(window, offset)
        if page is None or len(found) >= _MAX_STREAMS:
            break
        beginning = bool(page.flags & 2)
        if beginning and not after_beginning:
            found.append(page.offset)
        after_beginning = beginning
        offset = page.end
    return found
