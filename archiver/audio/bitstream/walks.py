"""Every walk by the name that a :class:`~archiver.model.sound.Bitstream` calls it by; fetched when it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WALKS: Mapping[str, str] = MappingProxyType(
    {
        "ac3": "bitstream.ac3:Ac3Walk",
        "adts": "bitstream.adts:AdtsWalk",
        "amr": "bitstream.amr:AmrWalk",
        "ape": "bitstream.ape:ApeWalk",
        "asf": "bitstream.asf:AsfWalk",
        "dst": "bitstream.dst:DstWalk",
        "dts": "bitstream.dts:DtsWalk",
        "flac": "bitstream.flac:FlacWalk",
        "loas": "bitstream.adts:LoasWalk",
        "matroska": "bitstream.matroska:MatroskaWalk",
        "mp4": "bitstream.mp4:Mp4Walk",
        "mpeg": "bitstream.mpeg:MpegWalk",
        "musepack7": "bitstream.musepack7:Musepack7Walk",
        "musepack8": "bitstream.musepack8:Musepack8Walk",
        "ogg": "bitstream.ogg:OggWalk",
        "optimfrog": "bitstream.optimfrog:OptimfrogWalk",
        "spans": "bitstream.spans:SpansWalk",
        "stretch": "bitstream.stretch:StretchWalk",
        "tak": "bitstream.tak:TakWalk",
        "tta": "bitstream.tta:TtaWalk",
        "wavpack": "bitstream.wavpack:WavpackWalk",
    }
)
"""The name, and ``room.module:class`` below ``archiver.audio``. The class is called with the bitstream."""
