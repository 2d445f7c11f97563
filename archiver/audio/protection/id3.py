"""ID3v2 frames that declare encryption: AENC for the audio, ENCR for other frames (ID3v2.4.0 Native Frames 4.19, 4.25)."""

from __future__ import annotations

from archiver.audio.blocks.id3v2_walk import body_of, id3v2_frames, id3v2_header
from archiver.audio.blocks.window import Window
from archiver.model.evidence import Protection

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
    declared = None
    for count, frame in enumerate(id3v2_frames(body_of(window, header), header)):
        if frame.id in _NAMES:
            certain = frame.id != "ENCR"
            found = Protection(*_NAMES[frame.id], f"{frame.id}@{frame.start}", certain)
            if certain:
                return found
            declared = declared or found
        if count >= _MAX_FRAMES:
            break
    return declared
