"""DSF and DSDIFF with plain DSD: the samples, and what the headers say of them.

Sources: Sony, DSF File Format Specification 1.01; Philips, DSDIFF File Format 1.5. A file of losslessly packed DST is
walked frame by frame (:mod:`archiver.audio.bitstream.dst`).
"""

from __future__ import annotations

import struct
from itertools import islice

from archiver.audio.bitstream.spans import CHUNKS_MISSING, Spans
from archiver.audio.containers.chunks import DSDIFF, chunks, chunks_by_name
from archiver.audio.containers.element import Element
from archiver.audio.properties.stretch import Stretch, UnparsableError
from archiver.model.sound import Bitstream

DSF_METHOD, DSDIFF_METHOD = "dsf-fmt-data-v1", "dsdiff-data-v1"
_DSF_HEADER = 28
_MOST_CHUNKS = 64
_BITS = 8


def dsf_stream(stretch: Stretch) -> Bitstream:
    """DSF: everything from the ``fmt `` chunk to the end of the ``data`` chunk."""
    window, start = stretch.window, stretch.start
    head = stretch.head(_DSF_HEADER + 12)
    size = int.from_bytes(head[32:40], "little")
    if head[28:32] != b"fmt " or not 52 <= size <= 1 << 10:
        raise UnparsableError("there is no format chunk")
    fmt = window.read(start + 28, size)
    data = window.read(start + 28 + size, 12)
    if len(data) < 12 or data[:4] != b"data":
        raise UnparsableError("there is no data chunk")
    channels, rate, bits, samples, block = struct.unpack("<IIIQI", fmt[24:48])
    music = start + 28 + size + 12
    stated = max(int.from_bytes(data[4:], "little") - 12, 0)
    spans = Spans(
        DSF_METHOD,
        fmt + data,
        music,
        min(music + stated, max(stretch.end, music)),
        ("dsf-sizes",),
        rate or None,
        channels * block,
        block * _BITS if bits == 1 else block,
    )
    spans.stated(stated)
    spans.samples_stated(samples)
    whole = int.from_bytes(head[12:20], "little")
    if start + whole > window.size and not spans.damage:
        spans.details.append(CHUNKS_MISSING)
    return spans.bitstream()


def dsdiff_stream(stretch: Stretch) -> Bitstream | None:
    """DSDIFF with DSD or DST."""
    window, start = stretch.window, stretch.start
    found: dict[bytes, Element] = {}
    for chunk in islice(chunks(window, DSDIFF, start + 16, stretch.end), _MOST_CHUNKS):
        found.setdefault(chunk.id, chunk)
    facts = found.get(b"PROP")
    sound = found.get(b"DSD ") or found.get(b"DST ")
    if facts is None or sound is None:
        return None
    within = chunks_by_name(window, DSDIFF, facts.payload + 4, facts.end)
    rate = stretch.payload(within.get(b"FS  "), 4, 4)
    channels = stretch.payload(within.get(b"CHNL"), 2, 2)
    before = rate + channels + sound.id
    end = min(sound.end, stretch.end)
    hertz = int.from_bytes(rate, "big") or None
    if sound.id == b"DST ":
        given = {"before": before.hex(), "rate": hertz, "stated": sound.claimed - sound.payload}
        return Bitstream("dst", sound.payload, max(end, sound.payload), given)
    wide = int.from_bytes(channels, "big")
    spans = Spans(DSDIFF_METHOD, before, sound.payload, end, ("dsdiff-sizes",), hertz, wide, _BITS)
    spans.stated(sound.claimed - sound.payload)
    form = int.from_bytes(window.read(start + 4, 8), "big")
    if start + 12 + form > stretch.end + 1 and not spans.damage:
        spans.details.append(CHUNKS_MISSING)
    return spans.bitstream()
