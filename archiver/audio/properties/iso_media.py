"""Properties of MPEG-4 and QuickTime files, by their first sound track."""

from __future__ import annotations

from archiver.audio.containers.boxes import boxes, child
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import MAX_READ, Window
from archiver.audio.properties.mp4_time import track_seconds
from archiver.audio.properties.sample_entry import SoundEntry, sound_entry
from archiver.audio.properties.stretch import Stretch, UnparsableError, average_bitrate
from archiver.model.audio import AudioProperties

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
    data = window.read(table.payload + 12, min(count * 4, table.end - table.payload - 12, MAX_READ))
    if len(data) < count * 4:
        return 0
    return sum(int.from_bytes(data[at : at + 4], "big") for at in range(0, len(data), 4))
