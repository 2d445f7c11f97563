"""Every walk by the name that a :class:`~archiver.model.sound.Bitstream` calls it by; fetched when it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WALKS: Mapping[str, str] = MappingProxyType(
    {
        "amr": "bitstream.amr:AmrWalk",
        "matroska": "bitstream.matroska:MatroskaWalk",
        "mp4": "bitstream.mp4:Mp4Walk",
        "ogg": "bitstream.ogg:OggWalk",
        "stretch": "bitstream.stretch:StretchWalk",
    }
)
"""The name, and ``room.module:class`` below ``archiver.audio``. The class is called with the bitstream."""
