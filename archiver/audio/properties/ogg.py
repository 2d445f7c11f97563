"""Properties of Ogg files: the identification packet of the first known stream, and where its pages begin and end.

The position on a page counts from the beginning of the stream, wherever the file begins: a recording that joins
a broadcast starts hours in (Vorbis I appendix A.2, RFC 7845 sections 4.3 and 4.5). What the first page's packets
add up to tells where the file itself begins.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mutagen import MutagenError

from archiver.audio.blocks.ogg import OggPage, ogg_page
from archiver.audio.containers.extents import Extents
from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import Kind
from archiver.audio.properties.flac import stream_info
from archiver.audio.properties.stretch import Stretch, UnparsableError, average_bitrate
from archiver.model.audio import AudioProperties

_OPUS_SAMPLES = (480, 960, 1920, 2880)
_OPUS_HYBRID = (480, 960)
_OPUS_CELT = (120, 240, 480, 960)
_MODE_BITS = 41
_MAX_MODES = 64

PacketSamples = Callable[[bytes], int]
"""Samples that a packet adds, by its first bytes; packets come in order."""


def opus_samples(head: bytes) -> int:
    """Samples at 48 kHz of an Opus packet (RFC 6716, section 3.1)."""
    if not head:
        return 0
    config, code = head[0] >> 3, head[0] & 3
    if config < 12:
        size = _OPUS_SAMPLES[config & 3]
    else:
        size = _OPUS_HYBRID[config & 1] if config < 16 else _OPUS_CELT[config & 3]
    frames = (1, 2, 2, head[1] & 63 if len(head) > 1 else 0)[code]
    return size * frames


def flac_samples(head: bytes) -> int:
    """Samples of a FLAC frame (RFC 9639, section 9.1.1); 0 where it is none."""
    if len(head) < 5 or head[0] != 0xFF or head[1] & 0xFC != 0xF8:
        return 0
    code = head[2] >> 4
    if code in (6, 7):
        after = 4 + _coded_number_bytes(head[4])
        width = code - 5
        return int.from_bytes(head[after : after + width], "big") + 1
    if code == 1:
        return 192
    return 0 if code == 0 else 576 << code - 2 if code < 6 else 256 << code - 8


def _coded_number_bytes(first: int) -> int:
    """Bytes of the frame's number, which is written as UTF-8 writes a character."""
    lead = 8 - (~first & 0xFF).bit_length()
    return max(lead, 1)


class VorbisSamples:
    """Adds up Vorbis packets, each of which overlaps the one before (Vorbis I, section 4.3.8).

    Args:
        blocksizes: Samples of the short and the long block.
        long_blocks: For each mode, whether it uses the long one.
    """

    __slots__ = ("_before", "_blocksizes", "_long_blocks")

    def __init__(self, blocksizes: tuple[int, int], long_blocks: Sequence[bool]) -> None:
        self._blocksizes = blocksizes
        self._long_blocks = long_blocks
        self._before = 0

    def __call__(self, head: bytes) -> int:
        """Samples that the packet adds; the first adds none."""
        if not head or head[0] & 1 or not self._long_blocks:
            return 0
        width = (len(self._long_blocks) - 1).bit_length()
        mode = head[0] >> 1 & ((1 << width) - 1)
        if mode >= len(self._long_blocks):
            return 0
        size = self._blocksizes[self._long_blocks[mode]]
        before, self._before = self._before, size
        return (before + size) // 4 if before else 0


def vorbis_modes(setup_end: bytes) -> list[bool]:
    """For each mode whether it uses long blocks, from the last bytes of the setup header; empty where they are damaged.

    The modes end the header, before one framing bit. They are read from there back, since all before them is
    entropy-coded: a mode has 32 bits of zeros in it, and their number stands before the first.
    """
    number = int.from_bytes(setup_end, "little")
    end = number.bit_length() - 1
    modes: list[bool] = []
    found: list[bool] = []
    while len(modes) < _MAX_MODES and end - _MODE_BITS >= 6:
        end -= _MODE_BITS
        mode = number >> end
        if mode >> 1 & 0xFFFF_FFFF or mode >> 33 & 0xFF >= _MAX_MODES:
            break
        modes.insert(0, bool(mode & 1))
        if (number >> end - 6 & 63) + 1 == len(modes):
            found = list(modes)
    return found


_MARKS = {
    b"\x01vorbis": Kind.OGG_VORBIS,
    b"OpusHead": Kind.OGG_OPUS,
    b"Speex   ": Kind.OGG_SPEEX,
    b"\x7fFLAC": Kind.OGG_FLAC,
    b"fLaC": Kind.OGG_FLAC,
}
_OPUS_RATE = 48000
_MAX_BEGINNINGS = 64
_MAX_HEADER_PAGES = 8192
_MAX_PAGES = 400_000
_MAX_LINKS = 4096
_PROBES = 4
_WALKED_BYTES = 1 << 20
_REACHES = (1 << 17, 1 << 20)
_SETUP_BYTES = 512
_UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Identification:
    """What an identification packet says.

    Attributes:
        codec: Its name.
        rate: Samples a second.
        channels: How many.
        packet_samples: Tells what a packet adds; of Vorbis only once the modes are known.
        headers: Packets before the sound, the first included, where their bytes do not tell.
        samples_before: Samples at the beginning that are not played.
        blocksizes: Of Vorbis: samples of the short and the long block.
    """

    codec: str
    rate: int
    channels: int
    packet_samples: PacketSamples
    headers: int = 0
    samples_before: int = 0
    bit_depth: int | None = None
    lossless: bool = False
    blocksizes: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class _Link:
    """A stream at the head of the file or of a part that was chained to it."""

    offset: int
    serial: int
    stream: Identification


def read_ogg(stretch: Stretch) -> AudioProperties:
    """Vorbis, Opus, Speex or FLAC in Ogg. The duration is that of all chained parts together."""
    window = stretch.window.again(stretch.end)
    link = _link(window, stretch.start, stretch.kind)
    if link is None:
        raise UnparsableError("the stream's first page is missing")
    seconds = _seconds(window, link)
    stream = link.stream
    return AudioProperties(
        codec=stream.codec,
        duration_s=seconds,
        sample_rate_hz=stream.rate or None,
        channels=stream.channels or None,
        bit_depth=stream.bit_depth,
        bitrate_bps=average_bitrate(stretch.length - stretch.tag_bytes, seconds),
        lossless=stream.lossless,
    )


def _link(window: Window, offset: int, wanted: Kind | None = None) -> _Link | None:
    """The first known stream that begins in the group at ``offset``, of one kind or of any."""
    at = offset
    for _ in range(_MAX_BEGINNINGS):
        page = ogg_page(window, at)
        if page is None or not page.flags & 2:
            break
        packet = window.read(page.body, page.end - page.body)
        kind = next((kind for mark, kind in _MARKS.items() if packet.startswith(mark)), None)
        if kind is not None and wanted in (None, kind):
            return _Link(offset, page.serial, _identification(kind, packet))
        at = page.end
    return None


def identified(packet: bytes) -> Identification | None:
    """What the first packet of a stream says; ``None`` where it is none of a known codec, or damaged."""
    kind = next((kind for mark, kind in _MARKS.items() if packet.startswith(mark)), None)
    if kind is None:
        return None
    try:
        return _identification(kind, packet)
    except (UnparsableError, MutagenError):
        return None


def _identification(kind: Kind, packet: bytes) -> Identification:
    try:
        return _IDENTIFIERS[kind](packet)
    except struct.error as error:
        raise UnparsableError("the identification packet is cut short") from error


def _seconds(window: Window, link: _Link) -> float | None:
    last = _last_page(window)
    if last is None:
        return None
    if _is_chained(window, link, last):
        return _chained_seconds(window, link)
    position = _position(window, last) if last.serial == link.serial else _UNKNOWN
    if position == _UNKNOWN:
        position = _last_position(window, link.serial)
    return _played(window, link, position)


def _played(window: Window, link: _Link, position: int) -> float | None:
    """Seconds from where a link's first page begins to ``position``, its last."""
    stream = link.stream
    if position == _UNKNOWN or stream.rate <= 0:
        return None
    samples = position - _first_position(window, link) - stream.samples_before
    return max(samples, 0) / stream.rate


def _position(window: Window, page: OggPage) -> int:
    return int.from_bytes(window.read(page.offset + 6, 8), "little", signed=True)


def _sequence(window: Window, page: OggPage) -> int:
    return int.from_bytes(window.read(page.offset + 18, 4), "little")


def _pages_back(window: Window) -> Iterator[OggPage]:
    """Whole pages from the end of the file backwards, as far as the search goes."""
    for reach in _REACHES:
        start = max(window.size - reach, 0)
        data = window.read(start, window.size - start)
        at = data.rfind(b"OggS")
        while at >= 0:
            page = ogg_page(window, start + at)
            if page is not None and page.end <= window.size and data[at + 4 : at + 5] == b"\0":
                yield page
            at = data.rfind(b"OggS", 0, at)
        if start == 0:
            return


def _last_page(window: Window) -> OggPage | None:
    return next(_pages_back(window), None)


def _last_position(window: Window, serial: int) -> int:
    """Position of the last page of a stream on which a packet ends; -1 where none is near the end."""
    positions = (_position(window, page) for page in _pages_back(window) if page.serial == serial)
    return next((position for position in positions if position != _UNKNOWN), _UNKNOWN)


def _is_chained(window: Window, link: _Link, last: OggPage) -> bool:
    """Whether the file goes on with another stream: by the last page's serial number, and by page numbers.

    Numbers begin anew in each part, so they do not rise throughout where parts were joined under one serial number.
    """
    if last.serial not in _first_serials(window, link.offset):
        return True
    if window.size - link.offset <= _WALKED_BYTES:
        return _begins_again(window, link.offset)
    numbers: dict[int, int] = {}
    for probe in range(1, _PROBES + 1):
        start = link.offset + (window.size - link.offset) * probe // (_PROBES + 1)
        data = window.read(start, 1 << 16)
        page = ogg_page(window, start + data.find(b"OggS")) if b"OggS" in data else None
        if page is not None and page.serial == link.serial:
            numbers[page.offset] = _sequence(window, page)
    if last.serial == link.serial:
        numbers[last.offset] = _sequence(window, last)
    rising = [number for _, number in sorted(numbers.items())]
    return any(second <= first for first, second in pairwise(rising))


def _begins_again(window: Window, offset: int) -> bool:
    """Whether a stream begins after the first group of pages that begin one."""
    started = False
    for _ in range(_MAX_HEADER_PAGES):
        page = ogg_page(window, offset)
        if page is None:
            return False
        if started and page.flags & 2:
            return True
        started = started or not page.flags & 2
        offset = page.end
    return False


def _first_serials(window: Window, offset: int) -> set[int]:
    serials: set[int] = set()
    for _ in range(_MAX_BEGINNINGS):
        page = ogg_page(window, offset)
        if page is None or not page.flags & 2:
            break
        serials.add(page.serial)
        offset = page.end
    return serials


def _chained_seconds(window: Window, link: _Link) -> float | None:
    """The playing time of all parts, page by page; ``None`` where not all could be looked at."""
    seconds = 0.0
    current: _Link | None = link
    position, at, links, beginning = _UNKNOWN, link.offset, 1, True
    for _ in range(_MAX_PAGES):
        page = ogg_page(window, at)
        if page is None or page.end > window.size:
            played = None if current is None else _played(window, current, position)
            return (
                None if played is None or window.exhausted or window.size - at > 1 << 16 else seconds + played
            )
        first = bool(page.flags & 2)
        if first and not beginning:
            played = None if current is None else _played(window, current, position)
            links += 1
            if played is None or links > _MAX_LINKS:
                return None
            seconds += played
            current, position = _link(window, at), _UNKNOWN
        beginning = first
        if current is not None and page.serial == current.serial and not first:
            here = _position(window, page)
            position = position if here == _UNKNOWN else here
        at = page.end
    return None


def _first_position(window: Window, link: _Link) -> int:
    """The position at which the file's first packet of sound begins: 0 unless the stream was joined late."""
    total, samples = 0, link.stream.packet_samples
    for index, (parts, page) in enumerate(_packets(window, link)):
        start, length = parts[0]
        # most packets stand together, and of those that do not few are shorter than what is looked at
        head = (
            window.read(start, min(length, 16))
            if len(parts) == 1 or length >= 16
            else Extents(window, parts).read(0, 16)
        )
        if _is_header(link.stream, index, head):
            if head.startswith(b"\x05vorbis"):
                packet = Extents(window, parts)
                end = packet.size
                modes = vorbis_modes(packet.read(max(end - _SETUP_BYTES, 0), min(end, _SETUP_BYTES)))
                samples = VorbisSamples(link.stream.blocksizes, modes)
            continue
        total += samples(head)
        if page is not None and total:
            position = _position(window, page)
            if position != _UNKNOWN:
                return max(position - total, 0)
    return 0


def _is_header(stream: Identification, index: int, head: bytes) -> bool:
    if stream.codec == "vorbis":
        return bool(head[:1]) and bool(head[0] & 1)
    if stream.codec == "opus":
        return head.startswith((b"OpusHead", b"OpusTags"))
    if stream.codec == "flac":
        return head[:1] != b"\xff"
    return index < stream.headers


def _packets(window: Window, link: _Link) -> Iterator[tuple[list[tuple[int, int]], OggPage | None]]:
    """The packets of a stream, each by its stretches; the page goes with the last packet that ends on it."""
    pending: list[tuple[int, int]] = []
    at = link.offset
    for _ in range(_MAX_HEADER_PAGES):
        page = ogg_page(window, at)
        if page is None or page.end > window.size:
            return
        at = page.end
        if page.serial != link.serial:
            continue
        ended = []
        position, length = page.body, 0
        for size in page.lacing:
            length += size
            if size < 255:
                ended.append([*pending, (position, length)])
                pending = []
                position, length = position + length, 0
        if length:
            pending.append((position, length))
        for number, parts in enumerate(ended, 1):
            yield parts, page if number == len(ended) else None


def _vorbis(packet: bytes) -> Identification:
    channels, rate = struct.unpack_from("<BI", packet, 11)
    (sizes,) = struct.unpack_from("<B", packet, 28)
    return Identification(
        "vorbis", rate, channels, VorbisSamples((0, 0), ()), blocksizes=(1 << (sizes & 15), 1 << (sizes >> 4))
    )


def _opus(packet: bytes) -> Identification:
    channels, pre_skip = struct.unpack_from("<BH", packet, 9)
    return Identification("opus", _OPUS_RATE, channels, opus_samples, samples_before=pre_skip)


def _speex(packet: bytes) -> Identification:
    rate, _, _, channels, _, frame, _, frames, extra = struct.unpack_from("<IIIIiIIII", packet, 36)
    samples = min(frame * max(frames, 1), 1 << 20)
    return Identification("speex", rate, channels, lambda _: samples, headers=2 + extra)


def _flac(packet: bytes) -> Identification:
    body = packet[packet.find(b"fLaC") + 4 :] if b"fLaC" in packet[:16] else b""
    info = stream_info(body[4:])
    return Identification(
        "flac", info.sample_rate, info.channels, flac_samples, bit_depth=info.bits_per_sample, lossless=True
    )


_IDENTIFIERS: dict[Kind, Callable[[bytes], Identification]] = {
    Kind.OGG_VORBIS: _vorbis,
    Kind.OGG_OPUS: _opus,
    Kind.OGG_SPEEX: _speex,
    Kind.OGG_FLAC: _flac,
}
