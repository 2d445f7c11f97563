"""What the movie box of an MPEG-4 or QuickTime file says of its sound tracks (ISO/IEC 14496-12, section 8)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from archiver.audio.bitstream.mp4_tables import SampleTable, TableReader
from archiver.audio.containers.boxes import boxes, child
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window

MOST_PARTS = 2000
"""Stretches of music in a file of which the digest is made; a film has more."""

_MOST_OF_A_TRACK = 8 * MOST_PARTS
_MAX_TRACKS = 256
_TOLERATED_S = 1.0


def movie_plan(window: Window, start: int, end: int) -> dict[str, Any]:
    """What the walk is told of a movie beforehand; nothing where there is no movie box.

    Args:
        window: The file.
        start: Byte offset of the first box.
        end: Byte offset after the last.
    """
    top = list(boxes(window, start, end))
    moov = next((box for box in top if box.id == b"moov"), None)
    if moov is None:
        return {}
    reader = TableReader(window)
    tracks = list(_sound_tracks(window, moov))
    numbers = [_number(window, trak) for trak in tracks]
    tables = [reader.track(trak) for trak in tracks]
    faults: list[list[Any]] = [
        [fault.what, fault.offset, None, 0] for table in tables for fault in table.faults
    ]
    parts = _parts(tables)
    fragmented = child(window, moov.payload, moov.end, b"mvex") is not None
    missing = list(_missing(tables, end))
    if parts is not None:
        faults += _outside(parts, top, end)
    faults += missing
    given: dict[str, Any] = {
        "movie": True,
        "cut": bool(missing),
        "scale": tables[0].scale if tables else 0,
        "ticks": tables[0].ticks if tables else 0,
        "faults": faults[:_MAX_TRACKS],
        "tracks": _defaults(window, moov, dict(zip(numbers, tables, strict=True))),
    }
    given["detail"] = _hindrance(tables, parts)
    if given["detail"] is None:
        given["parts"] = parts
        given["detail"] = None if fragmented else _time_left(tables[0])
    return given


def _hindrance(tables: Sequence[SampleTable], parts: list[list[int]] | None) -> str | None:
    """Why the music cannot be digested; ``None`` where it can."""
    if not tables:
        return "there is no sound track"
    if any(table.elsewhere for table in tables):
        return "the music lies in another file"
    if any(table.unread for table in tables):
        return "the tables of the sound track are too long"
    if parts is None:
        return "the tables do not tell where the music lies"
    return "the music lies in too many places, as in a film" if len(parts) > MOST_PARTS else None


def _sound_tracks(window: Window, moov: Element) -> Iterator[Element]:
    tracks = [box for box in boxes(window, moov.payload, moov.end) if box.id == b"trak"]
    for trak in tracks[:_MAX_TRACKS]:
        handler = child(window, trak.payload, trak.end, b"mdia", b"hdlr")
        if handler is not None and window.read(handler.payload + 8, 4) == b"soun":
            yield trak


def _number(window: Window, trak: Element) -> int:
    header = child(window, trak.payload, trak.end, b"tkhd")
    if header is None:
        return -trak.offset
    long = window.read(header.payload, 1) == b"\1"
    return int.from_bytes(window.read(header.payload + (20 if long else 12), 4), "big")


def _defaults(window: Window, moov: Element, tracks: dict[int, SampleTable]) -> dict[str, list[int]]:
    """By track number: ticks of a second, and what ``trex`` says of each sample: ticks and bytes."""
    extends = child(window, moov.payload, moov.end, b"mvex")
    if extends is None:
        return {}
    found = {number: [table.scale, 0, 0] for number, table in tracks.items()}
    for box in boxes(window, extends.payload, extends.end):
        data = window.read(box.payload, 20)
        number = int.from_bytes(data[4:8], "big")
        if box.id == b"trex" and len(data) == 20 and number in found:
            found[number][1:] = int.from_bytes(data[12:16], "big"), int.from_bytes(data[16:], "big")
    return {str(number): values for number, values in found.items()}


def _parts(tables: Sequence[SampleTable]) -> list[list[int]] | None:
    """Where the samples lie, in the order of the file, as few stretches as they make; ``None`` where it is not known.

    Of more than :data:`MOST_PARTS` not all may be there.
    """
    parts: list[list[int]] = []
    for table in tables:
        if table.chunks is None:
            return None
        found = _joined(zip(table.chunks.offsets, table.chunks.lengths, strict=True))
        if len(found) > _MOST_OF_A_TRACK:
            return found
        parts += found
    parts.sort()
    return _joined((start, end - start) for start, end in parts)


def _joined(extents: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Extents of offset and length as starts and ends, where one that begins at the end of the last is one with it.

    It is given up where they are so many that other tracks between them do not make them few.
    """
    parts: list[list[int]] = []
    for start, length in extents:
        if parts and parts[-1][0] <= start <= parts[-1][1]:
            parts[-1][1] = max(parts[-1][1], start + length)
        elif length:
            parts.append([start, start + length])
            if len(parts) > _MOST_OF_A_TRACK:
                break
    return parts


def _outside(parts: list[list[int]], top: Sequence[Element], end: int) -> Iterator[list[Any]]:
    """What is wrong where samples lie outside of the media data."""
    media = [(box.payload, box.claimed) for box in top if box.id == b"mdat"]
    starts = [start for start, _ in media]
    for start, after in parts:
        at = bisect_right(starts, start) - 1
        if start < end and (at < 0 or after > media[at][1]):
            yield ["music lies outside of the media data", start, None, 0]
            return


def _missing(tables: Sequence[SampleTable], end: int) -> Iterator[list[Any]]:
    """What is wrong where samples lie past the end of the file: of the track that misses most."""
    losses = []
    for table in tables:
        first = table.first_sample_past(end)
        if first is not None:
            heard = table.ticks_before(first)
            scales = (tables[0].scale, table.scale or 1)
            losses.append([ticks * scales[0] // scales[1] for ticks in (table.ticks - heard, heard)])
    if losses:
        lost, heard = max(losses)
        yield ["the music goes on after the end of the file", end, heard, lost]


def _time_left(table: SampleTable) -> str | None:
    """What is said where the track's header states another time than its samples make."""
    if not table.scale or not table.stated:
        return None
    seconds, made = table.stated / table.scale, table.ticks / table.scale
    if abs(seconds - made) <= max(_TOLERATED_S, made / 100):
        return None
    return f"the header states {seconds:,.1f} s, the samples make {made:,.1f} s"
