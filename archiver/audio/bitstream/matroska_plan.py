"""What the headers of a Matroska file say of its sound tracks (RFC 9559, section 5)."""

from __future__ import annotations

import struct
from typing import Any

from archiver.audio.containers.ebml import SEGMENT, elements
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window

_INFORMATION, _TRACKS, _CLUSTER = map(bytes.fromhex, ("1549A966", "1654AE6B", "1F43B675"))
_SCALE, _DURATION = map(bytes.fromhex, ("2AD7B1", "4489"))
_TRACK, _NUMBER, _TYPE, _AUDIO, _RATE = map(bytes.fromhex, ("AE", "D7", "83", "E1", "B5"))
_ENCODINGS, _ENCODING, _COMPRESSION, _ALGORITHM, _SETTINGS = map(
    bytes.fromhex, ("6D80", "6240", "5034", "4254", "4255")
)
_SOUND = 2
_HEADER_STRIPPING = 3
_MAX_TRACKS = 64
_LONGEST_PREFIX = 256
_USUAL_SCALE = 1_000_000
_LONGEST_NUMBER = 8


def segment_plan(window: Window, start: int, end: int) -> dict[str, Any]:
    """What the walk is told beforehand; nothing where no list of tracks was found.

    Args:
        window: The file.
        start: Byte offset of the EBML header.
        end: Byte offset after the last element.
    """
    segment = next((each for each in elements(window, start, end) if each.id in {SEGMENT, b""}), None)
    if segment is None or segment.id != SEGMENT:
        return {}
    given: dict[str, Any] = {"scale": _USUAL_SCALE}
    for element in elements(window, segment.payload, segment.end):
        if element.id == _INFORMATION and "ticks" not in given:
            given |= _information(window, element)
        elif element.id == _TRACKS and "tracks" not in given:
            given |= _tracks(window, element)
        if {"ticks", "tracks"} <= given.keys() or (element.id == _CLUSTER and not element.sized):
            break
    return given


def _information(window: Window, information: Element) -> dict[str, Any]:
    """Nanoseconds of a tick, and how many ticks the file lasts: 0 where it does not say."""
    scale, ticks = _USUAL_SCALE, 0
    for part in elements(window, information.payload, information.end):
        if part.id == _SCALE:
            scale = _number(window, part) or _USUAL_SCALE
        elif part.id == _DURATION:
            ticks = int(_real(window, part))
    return {"scale": scale, "ticks": ticks}


def _tracks(window: Window, tracks: Element) -> dict[str, Any]:
    """By number what each frame of a sound track begins with that is not stored, the rate of the first, and others."""
    found: dict[str, str] = {}
    rate, others = 0, 0
    for entry in elements(window, tracks.payload, tracks.end):
        if entry.id != _TRACK:
            continue
        parts = {part.id: part for part in elements(window, entry.payload, entry.end)}
        kind = _number(window, parts[_TYPE]) if _TYPE in parts else 0
        if kind != _SOUND or _NUMBER not in parts or len(found) >= _MAX_TRACKS:
            others += 1
            continue
        prefix = _prefix(window, parts[_ENCODINGS]) if _ENCODINGS in parts else b""
        found[str(_number(window, parts[_NUMBER]))] = prefix.hex()
        if _AUDIO in parts and not rate:
            rate = _rate(window, parts[_AUDIO])
    return {"tracks": found, "rate": rate, "others": others}


def _prefix(window: Window, encodings: Element) -> bytes:
    """The bytes that were stripped from the head of each frame (RFC 9559, section 5.1.4.1.31.9)."""
    for encoding in elements(window, encodings.payload, encodings.end):
        if encoding.id != _ENCODING:
            continue
        for compression in elements(window, encoding.payload, encoding.end):
            if compression.id != _COMPRESSION:
                continue
            parts = {part.id: part for part in elements(window, compression.payload, compression.end)}
            algorithm = _number(window, parts[_ALGORITHM]) if _ALGORITHM in parts else 0
            if algorithm == _HEADER_STRIPPING and _SETTINGS in parts:
                settings = parts[_SETTINGS]
                return window.read(settings.payload, min(settings.size, _LONGEST_PREFIX))
    return b""


def _rate(window: Window, audio: Element) -> int:
    for part in elements(window, audio.payload, audio.end):
        if part.id == _RATE:
            return int(_real(window, part))
    return 8000  # what the element stands for where it is left out


def _number(window: Window, element: Element) -> int:
    return int.from_bytes(window.read(element.payload, min(element.size, _LONGEST_NUMBER)), "big")


def _real(window: Window, element: Element) -> float:
    """A number with a fraction; 0 where it is none that counts something."""
    data = window.read(element.payload, min(element.size, _LONGEST_NUMBER))
    if len(data) not in {4, 8}:
        return 0.0
    (found,) = struct.unpack(">f" if len(data) == 4 else ">d", data)
    return found if 0 <= found < 1 << 62 else 0.0
