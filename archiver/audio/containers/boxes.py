"""Boxes of ISO base media files (ISO/IEC 14496-12, section 4.2), which Apple calls atoms."""

from __future__ import annotations

from collections.abc import Iterator

from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window

MAX_BOXES = 10_000
"""Boxes looked at in one parent."""

_AUDIO_ENTRY = {0: 28, 1: 44, 2: 64}
_VIDEO_ENTRY = 78
_VIDEO = frozenset({b"encv", b"mp4v", b"avc1", b"hvc1", b"drmi", b"jpeg"})


def boxes(window: Window, start: int, end: int) -> Iterator[Element]:
    """The boxes from ``start`` to ``end``, in order, until one is cut short or no box at all."""
    for _ in range(MAX_BOXES):
        head = window.read(start, min(16, end - start))
        if len(head) < 8:
            return
        size, payload = int.from_bytes(head[:4], "big"), start + 8
        if size == 1:
            size, payload = int.from_bytes(head[8:16], "big"), start + 16
        elif size == 0:
            size = end - start
        if size < payload - start:
            return
        stop = start + size
        yield Element(head[4:8], start, payload, min(stop, end), stop)
        if stop >= end:
            return
        start = stop


def child(window: Window, start: int, end: int, *path: bytes) -> Element | None:
    """The first box reached from ``start`` by going down ``path``, or ``None``."""
    found: Element | None = None
    for name in path:
        found = next((box for box in boxes(window, start, end) if box.id == name), None)
        if found is None:
            return None
        start, end = found.payload, found.end
    return found


def sample_entries(window: Window, trak: Element) -> Iterator[Element]:
    """The entries of a track's sample description, whose four characters name the codec or its protection."""
    table = child(window, trak.payload, trak.end, b"mdia", b"minf", b"stbl", b"stsd")
    if table is not None:
        yield from boxes(window, table.payload + 8, table.end)


def entry_children(window: Window, entry: Element) -> Iterator[Element]:
    """The boxes inside a sample entry, after its fixed fields (QuickTime sound versions 0 to 2, or video)."""
    if entry.id in _VIDEO:
        fixed = _VIDEO_ENTRY
    else:
        version = int.from_bytes(window.read(entry.payload + 8, 2), "big")
        fixed = _AUDIO_ENTRY.get(version, 28)
    return boxes(window, entry.payload + fixed, entry.end)


def meta_children(window: Window, meta: Element) -> Iterator[Element]:
    """The boxes inside ``meta``, which is a full box in MPEG-4 and a plain one in QuickTime."""
    plain = window.read(meta.payload + 4, 4) == b"hdlr"
    return boxes(window, meta.payload + (0 if plain else 4), meta.end)


def sample_places(window: Window, trak: Element, most: int) -> Iterator[tuple[int, int]]:
    """Byte offset and size of a track's first samples, at most ``most``, by its tables (ISO/IEC 14496-12, section 8.7).

    Tables that do not fit each other end the walk.
    """
    table = child(window, trak.payload, trak.end, b"mdia", b"minf", b"stbl")
    if table is None:
        return
    found = {box.id: box for box in boxes(window, table.payload, table.end)}
    wide = b"stco" not in found
    if not {b"stsz", b"stsc", b"co64" if wide else b"stco"}.issubset(found):
        return
    sizes = _numbers(window, found[b"stsz"], 8, 4, most)
    same, count = (int.from_bytes(window.read(found[b"stsz"].payload + at, 4), "big") for at in (4, 8))
    places = _numbers(window, found[b"co64" if wide else b"stco"], 4, 8 if wide else 4, most)
    runs = _numbers(window, found[b"stsc"], 4, 4, 3 * most)
    number, run = 0, 0
    for chunk, begin in enumerate(places, 1):
        offset = begin
        while run + 3 < len(runs) - 2 and runs[run + 3] <= chunk:
            run += 3
        if run + 1 >= len(runs):
            return
        for _ in range(min(runs[run + 1], most)):
            if number >= min(count, most) or (not same and number >= len(sizes)):
                return
            size = same or sizes[number]
            yield offset, size
            offset += size
            number += 1


def _numbers(window: Window, box: Element, at: int, width: int, most: int) -> list[int]:
    """Numbers of ``width`` bytes from a full box's table, which begins ``at`` bytes and its count after version and flags."""
    start = box.payload + at + 4
    size = max(min(most * width, box.end - start), 0) // width * width
    data = window.read(start, size)
    return [
        int.from_bytes(data[here : here + width], "big") for here in range(0, len(data) - width + 1, width)
    ]
