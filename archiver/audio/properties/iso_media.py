"""Properties of MPEG-4 and QuickTime files, by their first sound track.

Headers may leave the time open, as zero or as all ones (ISO/IEC 14496-12, section 8.4.2.3), and writers that
were stopped leave it so. What the table of samples, or of fragments, adds up to is never open.
"""

from __future__ import annotations

import struct

from archiver.audio.containers.boxes import boxes, child
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import MAX_READ, Window
from archiver.audio.properties.sample_entry import SoundEntry, sound_entry
from archiver.audio.properties.stretch import Stretch, UnparsableError, average_bitrate
from archiver.model.audio import AudioProperties

_DEFAULT_DURATION, _BASE_OFFSET, _DESCRIPTION = 0x08, 0x01, 0x02
_LONGEST_STEP = 0x7FFF_FFFF
_MAX_RUNS = 64


def track_seconds(window: Window, moov: Element, trak: Element, start: int) -> float | None:
    """Seconds that a track plays, or ``None`` where nothing says it.

    Args:
        window: The file.
        moov: Its movie box.
        trak: The track.
        start: Where the file's boxes begin.
    """
    scale, stated = _header(window, child(window, trak.payload, trak.end, b"mdia", b"mdhd"))
    if scale:
        ticks = _table_ticks(window, trak)
        fragments = _fragment_ticks(window, moov, trak, start)
        if ticks is not None and fragments is not None and ticks + fragments > 0:
            return (ticks + fragments) / scale
        if stated and fragments == 0:
            return stated / scale
    movie_scale, movie = _header(window, child(window, moov.payload, moov.end, b"mvhd"))
    return movie / movie_scale if movie and movie_scale else None


def _header(window: Window, box: Element | None) -> tuple[int, int]:
    """Time scale and duration of an ``mdhd`` or ``mvhd`` box; a duration that is left open is 0."""
    if box is None:
        return 0, 0
    data = window.read(box.payload, min(box.size, 36))
    long = data[:1] == b"\1"
    form = ">20xIQ" if long else ">12xII"
    if len(data) < struct.calcsize(form):
        return 0, 0
    scale, ticks = struct.unpack_from(form, data)
    unknown = (1 << (64 if long else 32)) - 1
    return scale, 0 if ticks == unknown else ticks


def _table_ticks(window: Window, trak: Element) -> int | None:
    """What the table of sample times adds up to; ``None`` where it is too long or damaged."""
    table = child(window, trak.payload, trak.end, b"mdia", b"minf", b"stbl", b"stts")
    if table is None:
        return 0
    count = int.from_bytes(window.read(table.payload + 4, 4), "big")
    size = count * 8
    data = window.read(table.payload + 8, min(size, table.size - 8, MAX_READ))
    if len(data) < size:
        return None
    steps = list(struct.iter_unpack(">II", data))
    if any(step > _LONGEST_STEP for _, step in steps):
        return None
    ticks: int = sum(samples * step for samples, step in steps)
    return ticks


def _fragment_ticks(window: Window, moov: Element, trak: Element, start: int) -> int | None:
    """What the fragments of a track add up to, 0 where the file has none; ``None`` where not all could be read."""
    extends = child(window, moov.payload, moov.end, b"mvex")
    if extends is None:
        return 0
    track = _track_id(window, trak)
    default = _extends_default(window, extends, track)
    ticks, end = 0, start
    for box in boxes(window, start, window.size):
        end = box.end
        if box.id != b"moof":
            continue
        for fragment in boxes(window, box.payload, box.end):
            if fragment.id == b"traf":
                added = _run_ticks(window, fragment, track, default)
                if added is None:
                    return None
                ticks += added
    return ticks if end >= window.size and not window.exhausted else None


def _track_id(window: Window, trak: Element) -> int:
    header = child(window, trak.payload, trak.end, b"tkhd")
    if header is None:
        return 0
    at = 20 if window.read(header.payload, 1) == b"\1" else 12
    return int.from_bytes(window.read(header.payload + at, 4), "big")


def _extends_default(window: Window, extends: Element, track: int) -> int:
    for box in boxes(window, extends.payload, extends.end):
        data = window.read(box.payload, 16)
        if box.id == b"trex" and len(data) == 16 and int.from_bytes(data[4:8], "big") == track:
            return int.from_bytes(data[12:16], "big")
    return 0


def _run_ticks(window: Window, fragment: Element, track: int, default: int) -> int | None:
    """What the runs of one track fragment add up to: 0 for another track's."""
    ticks = runs = 0
    for box in boxes(window, fragment.payload, fragment.end):
        if box.id == b"tfhd":
            data = window.read(box.payload, 28)
            flags = int.from_bytes(data[1:4], "big")
            if int.from_bytes(data[4:8], "big") != track:
                return 0
            at = 8 + (8 if flags & _BASE_OFFSET else 0) + (4 if flags & _DESCRIPTION else 0)
            if flags & _DEFAULT_DURATION:
                default = int.from_bytes(data[at : at + 4], "big")
        elif box.id == b"trun":
            runs += 1
            added = _samples_ticks(window, box, default)
            if added is None or runs > _MAX_RUNS:
                return None
            ticks += added
    return ticks


def _samples_ticks(window: Window, run: Element, default: int) -> int | None:
    head = window.read(run.payload, 8)
    flags, count = int.from_bytes(head[1:4], "big"), int.from_bytes(head[4:8], "big")
    if not flags & 0x100:
        return count * default
    at = run.payload + 8 + (4 if flags & 1 else 0) + (4 if flags & 4 else 0)
    stride = 4 * (flags >> 8 & 15).bit_count()
    data = window.read(at, min(count * stride, run.end - at, MAX_READ))
    if len(data) < count * stride:
        return None
    return sum(int.from_bytes(data[each : each + 4], "big") for each in range(0, len(data), stride))


_DEPTH_TELLS = frozenset({"pcm", "pcm-float", "alac", "flac"})
_MAX_TRACKS = 256


def read_mp4(stretch: Stretch) -> AudioProperties:
    """The first sound track. A protected track keeps the four characters that say so as its codec."""
    window = stretch.window
    moov = child(window, stretch.start, stretch.end, b"moov")
    found = None if moov is None else _sound_track(window, moov)
    if moov is None or found is None:
        raise UnparsableError("there is no sound track")
    trak, entry = found
    seconds = track_seconds(window, moov, trak, stretch.start)
    return AudioProperties(
        codec=entry.codec,
        duration_s=seconds,
        sample_rate_hz=entry.rate,
        channels=entry.channels,
        bit_depth=entry.bit_depth if entry.codec in _DEPTH_TELLS else None,
        bitrate_bps=_bitrate(window, moov, trak, entry, seconds) or average_bitrate(stretch.length, seconds),
        lossless=entry.lossless,
    )


def _sound_track(window: Window, moov: Element) -> tuple[Element, SoundEntry] | None:
    tracks = 0
    for box in boxes(window, moov.payload, moov.end):
        if box.id != b"trak":
            continue
        tracks += 1
        if tracks > _MAX_TRACKS:
            break
        handler = child(window, box.payload, box.end, b"mdia", b"hdlr")
        if handler is not None and window.read(handler.payload + 8, 4) == b"soun":
            entry = sound_entry(window, box)
            if entry is not None:
                return box, entry
    return None


def _bitrate(
    window: Window, moov: Element, trak: Element, entry: SoundEntry, seconds: float | None
) -> int | None:
    """What the sizes of the samples make over the time; of plain PCM the product, else what the codec states.

    In a file of fragments the table has but a part of the samples, or none.
    """
    if entry.codec in ("pcm", "pcm-float"):
        return (entry.rate or 0) * (entry.channels or 0) * (entry.bit_depth or 0) or None
    if child(window, moov.payload, moov.end, b"mvex") is not None:
        return entry.bitrate_bps
    return average_bitrate(_sample_bytes(window, trak), seconds) or entry.bitrate_bps


def _sample_bytes(window: Window, trak: Element) -> int:
    """Bytes of all samples together; 0 where the table does not say or is too long."""
    table = child(window, trak.payload, trak.end, b"mdia", b"minf", b"stbl", b"stsz")
    if table is None:
        return 0
    head = window.read(table.payload + 4, 8)
    size, count = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")
    if size:
        return size * count if size > 1 else 0  # QuickTime writes 1 for samples that it does not size
    data = window.read(table.payload + 12, min(count * 4, table.size - 12, MAX_READ))
    if len(data) < count * 4:
        return 0
    return sum(int.from_bytes(data[at : at + 4], "big") for at in range(0, len(data), 4))
