"""Every walk by the name that a :class:`~archiver.model.sound.Bitstream` calls it by; fetched when it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WALKS: Mapping[str, str] = MappingProxyType(
    {
        "dst": "bitstream.dst:DstWalk",
        "flac": "bitstream.flac:FlacWalk",
        "mp4": "bitstream.mp4:Mp4Walk",
        "mpeg": "bitstream.mpeg:MpegWalk",
        "ogg": "bitstream.ogg:OggWalk",
        "spans": "bitstream.spans:SpansWalk",
        "stretch": "bitstream.stretch:StretchWalk",
    }
)
"""The name, and ``room.module:class`` below ``archiver.audio``. The class is called with the bitstream."""
