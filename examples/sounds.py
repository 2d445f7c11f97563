"""The sounds of the collection: melodies picked from a five-note scale by arithmetic, and their encoded clips."""

from __future__ import annotations

from pathlib import Path

from tests.samples import Pcm, melody

SECONDS = 1.2
SECTORS = 90
"""The same length as a compact disc counts it: 75 sectors a second."""

CLIPS = Path(__file__).parent / "clips"
_ADTS_HEADER = 7
_SCALE_HZ = (262, 294, 330, 392, 440, 523, 587, 659, 784, 880)
_NOTES = 6


def tune(number: int, *, rate_hz: int = 8000) -> Pcm:
    """Return the melody of that number: six notes, one channel, 16 bits."""
    step, start = 1 + number % 4, number * 7
    notes = [_SCALE_HZ[(start + at * step + at * at % 3) % len(_SCALE_HZ)] for at in range(_NOTES)]
    return melody(notes, seconds=SECONDS, rate_hz=rate_hz)


def clip(number: int, kind: str) -> bytes:
    """Return the bytes of a clip; ``kind`` is its extension."""
    return (CLIPS / f"{number}.{kind}").read_bytes()


def aac_frames(number: int) -> list[bytes]:
    """Return the frames of an AAC clip without their ADTS headers (ISO 13818-7 §6.2; the clips carry no CRC)."""
    data, frames, at = clip(number, "aac"), [], 0
    while at < len(data):
        length = int.from_bytes(data[at + 3 : at + 6], "big") >> 5 & 0x1FFF
        frames.append(data[at + _ADTS_HEADER : at + length])
        at += length
    return frames
