"""Short melodies that belong to nobody else: notes picked from a five-note scale by arithmetic."""

from __future__ import annotations

from tests.samples import Pcm, melody

SECONDS = 1.2
SECTORS = 90
"""The same length as a compact disc counts it: 75 sectors a second."""

_SCALE_HZ = (262, 294, 330, 392, 440, 523, 587, 659, 784, 880)
_NOTES = 6


def tune(number: int, *, rate_hz: int = 8000) -> Pcm:
    """Return the melody of that number: six notes, one channel, 16 bits."""
    step, start = 1 + number % 4, number * 7
    notes = [_SCALE_HZ[(start + at * step + at * at % 3) % len(_SCALE_HZ)] for at in range(_NOTES)]
    return melody(notes, seconds=SECONDS, rate_hz=rate_hz)
