"""Makes files that are compared, for tests of what decides between them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from archiver.duplicates.copy import Copy, Labels, Place
from archiver.model.audio import AudioProperties
from archiver.model.source import FileStat

FLAC = AudioProperties("flac", 180.0, 44100, 2, 16, 900_000, lossless=True)
MP3 = AudioProperties("mp3", 180.0, 44100, 2, None, 320_000, lossless=False)
NOTHING_SAID = Labels("", "", "", "", "", "", 0)


def a_copy(
    number: int = 0,
    path: str = "Music/01.flac",
    sound: AudioProperties | None = FLAC,
    **changes: Any,  # noqa: ANN401 - any field
) -> Copy:
    """Return a file of which nothing is known but its sound, with ``changes``."""
    place = Place(path, b"/", path.encode())
    return replace(
        Copy(number, place, None, FileStat(1000, 1, 1, number + 1), sound, NOTHING_SAID), **changes
    )


def labelled(**labels: Any) -> Labels:  # noqa: ANN401 - any field
    """Return what tags say."""
    return replace(NOTHING_SAID, **labels)
