"""ID3v2 frames that declare encryption: AENC for the audio, ENCR for other frames (ID3v2.4.0 Native Frames 4.19, 4.25)."""

from __future__ import annotations

from archiver.audio.containers.id3v2_walk import (
    Id3Frame,
    Id3Header,
    body_of,
    id3v2_frames,
    id3v2_header,
    plain_header,
)
from archiver.audio.containers.window import Window
from archiver.model.evidence import Protection, unseen

_NAMES = {
    "AENC": ("id3-aenc", "audio declared encrypted by an ID3 frame"),
    "CRA": ("id3-aenc", "audio declared encrypted by an ID3 frame"),
    "ENCR": ("id3-encr", "tag frames declared encrypted by an ID3 frame"),
}
_MAX_FRAMES = 2000


def id3_protection(window: Window) -> Protection | None:
    """What the tag that opens the file declares, AENC before ENCR.

    ENCR registers a method and may cover tag frames only, so it is not certain that the audio is protected.
    """
    header = id3v2_header(window, 0)
    if header is None:
        return None
    frames, broken = _frames(window, header)
    declared = None
    for frame in frames:
        if frame.id in _NAMES:
            certain = frame.id != "ENCR"
            found = Protection(*_NAMES[frame.id], f"{frame.id}@{frame.start}", certain)
            if certain:
                return found
            declared = declared or found
    if declared is None and broken is not None:
        return unseen(f"ID3@{broken}")
    return declared


def _frames(window: Window, header: Id3Header) -> tuple[list[Id3Frame], int | None]:
    """The frames, and where the walk through them broke off, if it did."""
    frames: list[Id3Frame] = []
    reading: Id3Header | None = header
    start: int | None = None
    while reading is not None:
        for frame in id3v2_frames(body_of(window, reading), reading, start):
            if not frame.id:
                start = frame.start
                break
            if len(frames) == _MAX_FRAMES:
                return frames, frame.start
            frames.append(frame)
        else:
            return frames, None
        # a size that was taken for syncsafe ends within a frame where it is a plain number
        reading = None if reading is not header or start is None else plain_header(window, reading, start)
    return frames, start
