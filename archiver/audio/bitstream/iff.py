"""AIFF, AIFF-C and 8SVX: the samples in ``SSND`` or ``BODY``, and what the headers say of them.

Sources: Apple's Audio Interchange File Format 1.3 and the AIFF-C draft of 1991; Electronic Arts' 8SVX of 1985.
"""

from __future__ import annotations

from itertools import islice

from archiver.audio.bitstream.spans import CHUNKS_MISSING, Spans
from archiver.audio.containers.chunks import AIFF, chunks
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window
from archiver.audio.properties.codecs import apple_codec
from archiver.audio.properties.stretch import Stretch, UnparsableError
from archiver.model.sound import Bitstream

AIFF_METHOD, SVX_METHOD = "aiff-ssnd-v1", "8svx-body-v1"
_MOST_CHUNKS = 64
_PLAIN = frozenset(("pcm", "pcm-float", "alaw", "mulaw"))
_SAME = {
    b"none": b"NONE",
    b"twos": b"NONE",
    b"in24": b"NONE",
    b"in32": b"NONE",
    b"FL32": b"fl32",
    b"FL64": b"fl64",
    b"ALAW": b"alaw",
    b"ULAW": b"ulaw",
}
"""Names of one and the same way of writing samples; big-endian PCM is ``NONE``, little-endian is ``sowt``."""
_UNKNOWN = 0xFFFF_FFFF


def aiff_stream(stretch: Stretch) -> Bitstream | None:
    """AIFF and AIFF-C."""
    window, start = stretch.window, stretch.start
    found = _first_chunks(window, start, stretch.end)
    common = stretch.payload(found.get(b"COMM"), 18, 22)
    sound = found.get(b"SSND")
    if sound is None or sound.size < 8:
        return None
    name = common[18:22] if window.read(start + 8, 4) == b"AIFC" and len(common) == 22 else b"NONE"
    name = _SAME.get(name, name)
    channels, frames = int.from_bytes(common[:2], "big"), int.from_bytes(common[2:6], "big")
    width = (int.from_bytes(common[6:8], "big") + 7) // 8
    if apple_codec(name)[0] in ("alaw", "mulaw"):
        width = 1
    block = channels * width if apple_codec(name)[0] in _PLAIN else 0
    before = common[:2] + common[6:18] + name
    unwritten = _unwritten(window, start, sound)
    begin = sound.payload + 8 + int.from_bytes(window.read(sound.payload, 4), "big")
    end = stretch.end if unwritten else min(sound.end, stretch.end)
    spans = Spans(AIFF_METHOD, before, begin, end, ("iff-sizes",), _rate(common[8:18]), block)
    if begin > end:
        return None
    spans.stated(None if unwritten else sound.claimed - begin)
    if not unwritten and frames != _UNKNOWN:
        spans.samples_stated(frames)
    _form_end(spans, window, stretch)
    return spans.bitstream()


def _first_chunks(window: Window, start: int, end: int) -> dict[bytes, Element]:
    found: dict[bytes, Element] = {}
    for chunk in islice(chunks(window, AIFF, start + 12, end), _MOST_CHUNKS):
        found.setdefault(chunk.id, chunk)
    return found


def _unwritten(window: Window, start: int, sound: Element) -> bool:
    """Whether the writer never came back to the sizes: the sound then runs to the end."""
    size, form = (int.from_bytes(window.read(at + 4, 4), "big") for at in (sound.offset, start))
    return size == _UNKNOWN or (size in (0, 8) and start + 8 + form <= sound.payload + size)


def _rate(extended: bytes) -> int | None:
    """Samples a second, of which AIFF writes an 80-bit extended number."""
    shift = 16383 + 63 - int.from_bytes(extended[:2], "big")
    return int.from_bytes(extended[2:], "big") >> shift or None if 0 < shift <= 63 else None


def _form_end(spans: Spans, window: Window, stretch: Stretch) -> None:
    size = int.from_bytes(window.read(stretch.start + 4, 4), "big")
    if stretch.start + 8 + size > stretch.end + 1 and size != _UNKNOWN and not spans.damage:
        spans.details.append(CHUNKS_MISSING)


def svx_stream(stretch: Stretch) -> Bitstream | None:
    """The Amiga's 8SVX, plain or packed by Fibonacci deltas."""
    window, start = stretch.window, stretch.start
    found = _first_chunks(window, start, stretch.end)
    header = stretch.payload(found.get(b"VHDR"), 20, 20)
    body = found.get(b"BODY")
    if body is None:
        raise UnparsableError("there is no body")
    rate, packed = int.from_bytes(header[12:14], "big") or None, header[15]
    channels = stretch.payload(found[b"CHAN"], 4, 4)[3] if b"CHAN" in found else 0
    block = 0 if packed else 1 + (channels == 6)  # one channel after the other, not sample by sample
    spans = Spans(SVX_METHOD, header, body.payload, min(body.end, stretch.end), ("iff-sizes",), rate, block)
    spans.stated(body.claimed - body.payload)
    _form_end(spans, window, stretch)
    return spans.bitstream()
