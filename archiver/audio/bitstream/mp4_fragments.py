"""Where the samples of a movie fragment lie and how long they last (ISO/IEC 14496-12, section 8.8)."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from archiver.audio.containers.boxes import boxes
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window

_BASE, _DESCRIPTION, _DURATION, _SIZE = 0x01, 0x02, 0x08, 0x10
_BASE_IS_FRAGMENT = 0x020000
_RUN_OFFSET, _RUN_FLAGS = 0x01, 0x04
_EACH_DURATION, _EACH_SIZE = 0x100, 0x200
_MOST_RUNS = 20_000


@dataclass(frozen=True, slots=True)
class TrackDefaults:
    """What holds for all fragments of a track.

    Attributes:
        scale: Ticks of a second, 0 where it is not known.
        duration: Ticks of a sample.
        size: Bytes of a sample, 0 where it is not known.
    """

    scale: int = 0
    duration: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """Samples in a row.

    Attributes:
        track: The track's number.
        start: Byte offset of the first.
        end: Byte offset after the last.
        ticks: How long they last.
        decode_time: When the first is heard, counted from the track's beginning; ``None`` where it follows the last.
    """

    track: int
    start: int
    end: int
    ticks: int
    decode_time: int | None


class BrokenFragmentError(Exception):
    """A fragment contradicts itself, or does not say where its samples lie. The message is one plain clause."""


@dataclass(slots=True)
class _Fragment:
    """What a track fragment's header says."""

    track: int
    base: int
    duration: int
    size: int


def fragment_runs(data: bytes, offset: int, tracks: Mapping[int, TrackDefaults]) -> list[Run]:
    """The runs of certain tracks.

    Args:
        data: The movie fragment box, header and all.
        offset: Its byte offset in the file.
        tracks: The tracks by number; where there are none, all are taken.

    Raises:
        BrokenFragmentError: where they cannot be told.
    """
    window = Window(io.BytesIO(data), len(data))
    found: list[Run] = []
    base = offset
    for moof in boxes(window, 0, len(data)):
        for traf in boxes(window, moof.payload, moof.end):
            if traf.id == b"traf":
                runs, base = _track_runs(window, traf, offset, base, tracks)
                found += runs
                if len(found) > _MOST_RUNS:
                    raise BrokenFragmentError("a movie fragment has too many runs of samples")
    return found


def _track_runs(
    window: Window, traf: Element, offset: int, base: int, tracks: Mapping[int, TrackDefaults]
) -> tuple[list[Run], int]:
    """The runs of one track fragment, and where its data end."""
    fragment: _Fragment | None = None
    decode_time: int | None = None
    runs: list[Run] = []
    at = base
    for box in boxes(window, traf.payload, traf.end):
        data = window.read(box.payload, box.size)
        if box.id == b"tfhd":
            fragment = _header(data, offset, base, tracks)
            at = fragment.base
        elif box.id == b"tfdt":
            decode_time = int.from_bytes(data[4:12] if data[:1] == b"\1" else data[4:8], "big")
        elif box.id == b"trun":
            if fragment is None:
                raise BrokenFragmentError("a track fragment has no header")
            run = _run(data, fragment, at, decode_time)
            at, decode_time = run.end, None
            if not tracks or run.track in tracks:
                runs.append(run)
    return runs, at


def _header(data: bytes, offset: int, base: int, tracks: Mapping[int, TrackDefaults]) -> _Fragment:
    flags = int.from_bytes(data[1:4], "big")
    track = int.from_bytes(data[4:8], "big")
    defaults = tracks.get(track, TrackDefaults())
    fields = [(_BASE, ">Q"), (_DESCRIPTION, ">I"), (_DURATION, ">I"), (_SIZE, ">I")]
    at, found = 8, {}
    for flag, form in fields:
        if flags & flag:
            if len(data) < at + struct.calcsize(form):
                raise BrokenFragmentError("the header of a track fragment is cut short")
            (found[flag],) = struct.unpack_from(form, data, at)
            at += struct.calcsize(form)
    begin = found.get(_BASE, offset if flags & _BASE_IS_FRAGMENT else base)
    return _Fragment(track, begin, found.get(_DURATION, defaults.duration), found.get(_SIZE, defaults.size))


def _run(data: bytes, fragment: _Fragment, at: int, decode_time: int | None) -> Run:
    if len(data) < 8:
        raise BrokenFragmentError("a run of samples is cut short")
    flags, count = int.from_bytes(data[1:4], "big"), int.from_bytes(data[4:8], "big")
    position = 8
    if flags & _RUN_OFFSET:
        at = fragment.base + int.from_bytes(data[8:12], "big", signed=True)
        position += 4
    position += 4 if flags & _RUN_FLAGS else 0
    width = (flags >> 8 & 15).bit_count()
    if len(data) < position + 4 * width * count:
        raise BrokenFragmentError("a run of samples is cut short")
    fields = struct.unpack_from(f">{width * count}I", data, position)
    ticks = sum(fields[::width]) if flags & _EACH_DURATION else fragment.duration * count
    if flags & _EACH_SIZE:
        length = sum(fields[1 if flags & _EACH_DURATION else 0 :: width])
    elif fragment.size or not count:
        length = fragment.size * count
    else:
        raise BrokenFragmentError("a run of samples does not say how long they are")
    if at < 0:
        raise BrokenFragmentError("a run of samples begins before the file")
    return Run(fragment.track, at, at + length, ticks, decode_time)
