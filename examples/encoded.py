"""The clips that encoders of others made, as the builders take them."""

from __future__ import annotations

from pathlib import Path

CLIPS = Path(__file__).parent / "clips"
_ADTS_HEADER = 7


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
