"""Core Audio and Sun audio: the samples behind a header of numbers, and what it says of them.

Sources: Apple, Core Audio Format Specification 1.0; the audio file format of SunOS and NeXTSTEP.
"""

from __future__ import annotations

import struct
from itertools import islice

from archiver.audio.bitstream.spans import Spans
from archiver.audio.containers.chunks import CAF, chunks
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window
from archiver.audio.properties.stretch import Stretch
from archiver.model.sound import Bitstream

CAF_METHOD, AU_METHOD = "caf-data-v1", "au-data-v1"
_MOST_CHUNKS = 64
_MOST_TABLE = 1 << 18
_UNKNOWN = 0xFFFF_FFFF
_AU_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1}
_TABLE_DIFFERS = "the packets of the packet table are not as long as the data"


def caf_stream(stretch: Stretch) -> Bitstream | None:
    """Core Audio."""
    window = stretch.window
    found: dict[bytes, Element] = {}
    for chunk in islice(chunks(window, CAF, stretch.start + 8, stretch.end), _MOST_CHUNKS):
        found.setdefault(chunk.id, chunk)
    desc = stretch.payload(found.get(b"desc"), 32, 32)
    data = found.get(b"data")
    if data is None or data.size < 4:
        return None
    rate, name, _, packet_bytes, packet_frames, channels, _ = struct.unpack(">d4sIIIII", desc)
    linear = name == b"lpcm"
    before = desc[:12] + (desc[12:16] + desc[24:32] if linear else struct.pack(">I", channels))
    size = int.from_bytes(window.read(data.offset + 4, 8), "big")
    open_size = size >= 1 << 63 or (size == 0 and data.size > 0)
    hertz = round(rate) if 0 < rate < 1e9 else 0
    spans = Spans(
        CAF_METHOD,
        before,
        data.payload + 4,
        min(data.end, stretch.end),
        ("caf-sizes",),
        hertz or None,
        packet_bytes if packet_frames else 0,
        packet_frames or 1,
    )
    spans.stated(None if open_size else size - 4)
    table = found.get(b"pakt")
    if table is not None and not packet_bytes and packet_frames and not spans.damage:
        _hold_table(spans, window, table)
    return spans.bitstream()


def _hold_table(spans: Spans, window: Window, table: Element) -> None:
    """Hold the lengths of the packets against the data."""
    if not table.whole or table.size > _MOST_TABLE:
        return
    data = window.read(table.payload, table.size)
    if len(data) < 24:
        return
    packets = int.from_bytes(data[:8], "big")
    total, value, count = 0, 0, 0
    for byte in data[24:]:
        if count == packets:
            break
        value = (value << 7 | byte & 0x7F) & 0xFFFF_FFFF_FFFF
        if byte < 0x80:
            total, value, count = total + value, 0, count + 1
    spans.checked += ("caf-packets",)
    there = spans.end - spans.start
    if count < packets or total > there:
        spans.damage.append((_TABLE_DIFFERS, spans.end, None, 0))
    elif total < there:
        spans.details.append(_TABLE_DIFFERS)


def au_stream(stretch: Stretch) -> Bitstream:
    """Sun and NeXT audio."""
    head = stretch.head(24)
    offset, length, encoding, rate, channels = struct.unpack(">IIIII", head[4:])
    start = min(stretch.start + max(offset, 24), stretch.end)
    there = stretch.end - start
    open_size = length == _UNKNOWN or (length == 0 and there > 0)
    end = start + (there if open_size else min(length, there))
    block = channels * _AU_WIDTHS.get(encoding, 0)
    spans = Spans(AU_METHOD, head[12:24], start, end, ("au-sizes",), rate or None, block)
    spans.stated(None if open_size else length)
    return spans.bitstream()
