"""Texts of Standard MIDI Files, bare or in RIFF: copyright, names, lyrics and remarks (MIDI 1.0, RP-001)."""

from __future__ import annotations

from archiver.audio.blocks.reading import BlockDraft, Draft
from archiver.audio.blocks.riff import read_riff
from archiver.audio.blocks.text import utf8_or_latin1
from archiver.audio.containers.chunks import RIFF, chunks
from archiver.audio.containers.window import MAX_READ

_TEXTS = {
    1: "Text",
    2: "Copyright",
    3: "TrackName",
    4: "InstrumentName",
    5: "Lyrics",
    6: "Marker",
    7: "CuePoint",
    8: "ProgramName",
    9: "DeviceName",
}
_COPYRIGHT = 2
_MAX_TRACKS = 1000
_MAX_EVENTS = 500_000
_MAX_NOTICES = 100
_MAX_JOINED = 1 << 16
_TWO_BYTES, _ONE_BYTE = range(0x80, 0xF0), range(0xC0, 0xE0)


def read_midi(draft: Draft, offset: int) -> None:
    """Index the texts of the file at ``offset``: each notice of copyright, and each track's other texts by their sort."""
    window = draft.window
    if window.read(offset, 4) != b"RIFF":
        _read_tracks(draft, offset, window.size)
        return
    read_riff(draft, offset)
    for chunk in chunks(window, RIFF, offset + 12, window.size):
        if chunk.id == b"data":
            _read_tracks(draft, chunk.payload, chunk.end)


def _read_tracks(draft: Draft, start: int, end: int) -> None:
    window = draft.window
    events = _MAX_EVENTS
    for _ in range(_MAX_TRACKS):
        head = window.read(start, min(8, end - start))
        if len(head) < 8:
            return
        payload, claimed = start + 8, start + 8 + int.from_bytes(head[4:8], "big")
        if head[:4] == b"MTrk":
            track_end = min(claimed, end)
            events = _read_track(draft, payload, track_end, events)
        start = claimed


def _read_track(draft: Draft, start: int, end: int, events: int) -> int:
    """Index one track's texts; how many of the file's events are still looked at afterwards."""
    data = draft.window.read(start, min(end - start, MAX_READ))
    found: dict[str, list[tuple[int, int, str]]] = {}
    position, status, notices = 0, 0, 0
    while position < len(data) and events > 0:
        events -= 1
        begin = position
        position = _after_number(data, position)
        if position >= len(data):
            break
        if data[position] >= 0x80:
            status = data[position]
            position += 1
        if status in _TWO_BYTES:
            position += 1 if status in _ONE_BYTE else 2
            continue
        if status not in (0xF0, 0xF7, 0xFF):
            break
        sort = -1
        if status == 0xFF:
            sort = data[position] if position < len(data) else -1
            position += 1
        body = _after_number(data, position)
        length = _number(data[position:body])
        position = body + length
        key = _TEXTS.get(sort)
        if key is None or position > len(data):
            continue
        text = utf8_or_latin1(data[body:position])
        if sort == _COPYRIGHT and notices < _MAX_NOTICES:
            notices += 1
            key = f"{key}#{notices}" if notices > 1 else key
        found.setdefault(key, []).append((start + begin, start + position, text))
    if found:
        block = draft.block("midi", start - 8, end - start + 8)
        _add(block, found)
    return events


def _add(block: BlockDraft, found: dict[str, list[tuple[int, int, str]]]) -> None:
    for key, texts in found.items():
        begin, end = texts[0][0], texts[-1][1]
        between = "" if key in ("Lyrics", "Text") and len(texts) > _MAX_NOTICES else "\n"
        joined = between.join(text for _, _, text in texts)[:_MAX_JOINED]
        block.add_payload(key.partition("#")[0], begin, begin, end, joined)


def _after_number(data: bytes, position: int) -> int:
    """Where the number of variable length at ``position`` ends: at its first byte below 0x80, the fourth at last."""
    for at in range(position, min(position + 4, len(data))):
        if data[at] < 0x80:
            return at + 1
    return min(position + 4, len(data))


def _number(data: bytes) -> int:
    number = 0
    for byte in data:
        number = number << 7 | byte & 0x7F
    return number
