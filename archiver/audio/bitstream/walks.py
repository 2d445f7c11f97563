"""Every walk by the name that a :class:`~archiver.model.sound.Bitstream` calls it by; fetched when it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WALKS: Mapping[str, str] = MappingProxyType(
    {
        "ac3": "bitstream.ac3:Ac3Walk",
        "adts": "bitstream.adts:AdtsWalk",
        "dts": "bitstream.dts:DtsWalk",
        "flac": "bitstream.flac:FlacWalk",
        "loas": "bitstream.adts:LoasWalk",
        "mpeg": "bitstream.mpeg:MpegWalk",
        "stretch": "bitstream.stretch:StretchWalk",
    }
)
"""The name, and ``room.module:class`` below ``archiver.audio``. The class is called with the bitstream."""
