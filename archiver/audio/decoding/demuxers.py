"""Which of FFmpeg's parsers may see a file, by the kind that its own bytes prove.

A kind without a row is not decoded. FFmpeg is never left to guess: a file that it took for a playlist would have it open
others. Sony's OpenMG and Audible's formats have no row because FFmpeg would decrypt them with keys of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import av.codec

from archiver.audio.formats.kinds import Kind
from archiver.audio.formats.magic import Sniffed


@dataclass(frozen=True, slots=True)
class Demuxer:
    """One of FFmpeg's parsers of containers.

    Attributes:
        name: FFmpeg's name of it.
        whole: Whether it must see the whole file because offsets in it count from its beginning; else it sees what lies
            between the tags at the beginning and at the end, which it might take for broken music.
    """

    name: str
    whole: bool = False


_OGG = Demuxer("ogg")
_MPEG = Demuxer("mp3")
_WAV = Demuxer("wav", whole=True)
_IFF = Demuxer("iff", whole=True)

DEMUXERS: Mapping[Kind, Demuxer] = MappingProxyType(
    {
        Kind.MP3: _MPEG,
        Kind.MP2: _MPEG,
        Kind.AAC_ADTS: Demuxer("aac"),
        Kind.AAC_LOAS: Demuxer("loas"),
        Kind.FLAC: Demuxer("flac"),
        Kind.OGG_VORBIS: _OGG,
        Kind.OGG_OPUS: _OGG,
        Kind.OGG_FLAC: _OGG,
        Kind.OGG_SPEEX: _OGG,
        Kind.OGG: _OGG,
        Kind.MP4: Demuxer("mov", whole=True),
        Kind.ASF: Demuxer("asf", whole=True),
        Kind.MATROSKA: Demuxer("matroska"),
        Kind.WAV: _WAV,
        Kind.RF64: _WAV,
        Kind.W64: Demuxer("w64", whole=True),
        Kind.AIFF: Demuxer("aiff", whole=True),
        Kind.CAF: Demuxer("caf", whole=True),
        Kind.AU: Demuxer("au"),
        Kind.WAVPACK: Demuxer("wv"),
        Kind.MUSEPACK7: Demuxer("mpc"),
        Kind.MUSEPACK8: Demuxer("mpc8"),
        Kind.APE: Demuxer("ape"),
        Kind.TAK: Demuxer("tak"),
        Kind.TTA: Demuxer("tta"),
        Kind.SHORTEN: Demuxer("shn"),
        Kind.DSF: Demuxer("dsf", whole=True),
        Kind.DSDIFF: _IFF,
        Kind.AC3: Demuxer("ac3"),
        Kind.EAC3: Demuxer("eac3"),
        Kind.DTS: Demuxer("dts"),
        Kind.TRUEHD: Demuxer("truehd"),
        Kind.AMR: Demuxer("amr"),
        Kind.REALMEDIA: Demuxer("rm", whole=True),
        Kind.SVX8: _IFF,
        Kind.VOC: Demuxer("voc"),
    }
)
"""By kind. OptimFROG, LA, ADIF, MIDI, tracker modules and chip music have no decoder in FFmpeg as PyAV brings it."""

_VARIANTS = ((Kind.DTS, 0, b"DTSHDHDR", Demuxer("dtshd")), (Kind.TRUEHD, 4, b"\xf8ro\xbb", Demuxer("mlp")))

_FAMILIES = ("pcm_", "dsd_", "adpcm_")
_DECODERS = (
    "aac aac_latm ac3 alac amrnb amrwb ape atrac1 atrac3 atrac3p cook dca dst eac3 flac mp1 mp1float mp2 mp2float mp3"
    " mp3float mp3adu mp3adufloat mp3on4 mp3on4float mpc7 mpc8 nellymoser opus qcelp ra_144 ra_288 ralf shorten sipr"
    " 8svx_exp 8svx_fib speex tak truehd mlp tta vorbis wavpack wmalossless wmapro wmav1 wmav2 wmavoice"
)

LOSSLESS = frozenset(
    "alac ape flac mlp ralf shorten tak truehd tta wavpack wmalossless".split()  # noqa: SIM905 - a list of words
)
"""Decoders whose samples are those that were encoded."""


def demuxer_for(sniffed: Sniffed) -> Demuxer | None:
    """The parser that may see a file; ``None`` where there is none."""
    if sniffed.kind is None:
        return None
    for kind, offset, mark, demuxer in _VARIANTS:
        if kind is sniffed.kind and sniffed.head[sniffed.start :].startswith(mark, offset):
            return demuxer
    return DEMUXERS.get(sniffed.kind)


def decoder_list() -> str:
    """The decoders of audio that may be used, as FFmpeg's option ``codec_whitelist`` wants them; none of pictures."""
    families = sorted(name for name in av.codec.codecs_available if name.startswith(_FAMILIES))
    return ",".join((*_DECODERS.split(), *families))


def is_lossless(decoder: str) -> bool:
    """Whether a decoder, by FFmpeg's name of it, gives the samples that were encoded."""
    return decoder in LOSSLESS or (decoder.startswith("pcm_") and decoder not in {"pcm_alaw", "pcm_mulaw"})
