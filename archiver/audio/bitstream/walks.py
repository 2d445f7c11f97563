"""Every walk by the name that a :class:`~archiver.model.sound.Bitstream` calls it by; fetched when it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WALKS: Mapping[str, str] = MappingProxyType(
    {
        "dst": "bitstream.dst:DstWalk",
        "spans": "bitstream.spans:SpansWalk",
        "ape": "bitstream.ape:ApeWalk",
        "asf": "bitstream.asf:AsfWalk",
        "musepack7": "bitstream.musepack7:Musepack7Walk",
        "musepack8": "bitstream.musepack8:Musepack8Walk",
        "optimfrog": "bitstream.optimfrog:OptimfrogWalk",
        "tak": "bitstream.tak:TakWalk",
        "tta": "bitstream.tta:TtaWalk",
        "wavpack": "bitstream.wavpack:WavpackWalk",
        "stretch": "bitstream.stretch:StretchWalk",
    }
)
"""The name, and ``room.module:class`` below ``archiver.audio``. The class is called with the bitstream."""
