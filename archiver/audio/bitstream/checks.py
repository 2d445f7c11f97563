"""The registries: how the music of each format is digested, and what is tested of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Method:
    """How the music of a format is digested.

    Attributes:
        name: Name and version; what it means never changes, another meaning gets another version.
        formats: In plain words.
        digested: Which bytes, in which order: so that anybody can compute it.
        how: A command or a few lines of shell or Python that do, with common tools.
    """

    name: str
    formats: str
    digested: str
    how: str


@dataclass(frozen=True, slots=True)
class Check:
    """Something that is tested of the music.

    Attributes:
        name: What records call it.
        formats: In plain words.
        tested: What is tested, and the source of the rule.
        proves: Whether it is a checksum, so that a flipped bit in what it covers is found.
    """

    name: str
    formats: str
    tested: str
    proves: bool


_METHODS: tuple[Method, ...] = (
    Method(
        "stretch-v1",
        "formats of which only the beginning and the end of the music are known",
        "every byte between the tags that begin and the tags that end the file",
        "tail -c +$((START + 1)) FILE | head -c $((END - START)) | sha256sum",
    ),
    Method(
        "flac-frames-v1",
        "FLAC",
        "every byte from the first frame, which follows the last metadata block, to the tags that end the file",
        "metaflac --remove-all --dont-use-padding COPY && tail -c +43 COPY | sha256sum (where no tags but FLAC's own "
        "stand in the file)",
    ),
    Method(
        "mpeg-frames-v1",
        "MP3, and MPEG audio of Layers I and II",
        "every byte from the first frame with sound to the tags that end the file; a first frame that holds no sound "
        "and describes the file (Xing, Info, VBRI) is left out",
        "ffmpeg -i FILE -map 0:a -c copy -id3v2_version 0 -write_xing 0 -f mp3 - | sha256sum",
    ),
    Method(
        "adts-frames-v1",
        "AAC in ADTS",
        "every byte from the first frame to the tags that end the file",
        "ffmpeg -i FILE -map 0:a -c copy -f adts - | sha256sum",
    ),
    Method(
        "loas-frames-v1",
        "AAC in LOAS/LATM",
        "every byte from the first frame to the tags that end the file",
        "sha256sum FILE (where no tags stand in it)",
    ),
    Method(
        "ac3-frames-v1",
        "AC-3 and E-AC-3",
        "every byte from the first frame to the tags that end the file",
        "sha256sum FILE (where no tags stand in it)",
    ),
    Method(
        "dts-frames-v1",
        "DTS in 16-bit words",
        "every byte from the first frame to the tags that end the file",
        "sha256sum FILE (where no tags stand in it)",
    ),
)
_CHECKS: tuple[Check, ...] = (
    Check(
        "flac-header-crc8",
        "FLAC",
        "the CRC-8 of every frame's header (RFC 9639, section 9.1.8)",
        proves=True,
    ),
    Check(
        "flac-frame-crc16",
        "FLAC",
        "the CRC-16 of every frame, from its sync code to its end (RFC 9639, section 9.3): no byte of the music lies "
        "outside a frame",
        proves=True,
    ),
    Check(
        "flac-frame-order",
        "FLAC",
        "every frame begins at the sample that follows the one before it (RFC 9639, section 9.1.5)",
        proves=False,
    ),
    Check(
        "flac-sample-count",
        "FLAC",
        "the frames hold as many samples as STREAMINFO states (RFC 9639, section 8.2)",
        proves=False,
    ),
    Check(
        "mpeg-frame-walk",
        "MP3, and MPEG audio of Layers I and II",
        "every frame ends where the next one of its stream begins, or the music ends (ISO/IEC 11172-3, section "
        "2.4.3.1); the length of free-format frames is taken from the first ones",
        proves=False,
    ),
    Check(
        "mpeg-frame-crc16",
        "MP3, and MPEG audio of Layers I and II, whose frames hold a checksum",
        "the CRC-16 of every frame: it covers the header and how the frame is divided, and no sound (ISO/IEC 11172-3, "
        "section 2.4.3.1)",
        proves=False,
    ),
    Check(
        "mpeg-frame-count",
        "MP3 whose first frame describes the file (Xing, Info, VBRI)",
        "there are as many frames as that frame states, or one more or less, since some writers count it too; they "
        "are too few only where there are fewer bytes than it states as well",
        proves=False,
    ),
    Check(
        "lame-tag-crc16",
        "MP3 by LAME, by ffmpeg, and by other encoders that write LAME's tag",
        "the CRC-16/ARC of the frame that describes the file, up to the checksum in it (mp3 Info Tag, revision 1)",
        proves=False,
    ),
    Check(
        "lame-music-crc16",
        "MP3 by LAME, by ffmpeg, and by other encoders that write LAME's tag",
        "the CRC-16/ARC of every byte after that frame, as many as it states (mp3 Info Tag, revision 1)",
        proves=True,
    ),
    Check(
        "adts-frame-walk",
        "AAC in ADTS",
        "every frame ends where the next one of the same settings begins, or the music ends (ISO/IEC 13818-7, "
        "section 6.2)",
        proves=False,
    ),
    Check(
        "loas-frame-walk",
        "AAC in LOAS/LATM",
        "every frame ends where the next one begins, or the music ends (ISO/IEC 14496-3, section 1.7.2)",
        proves=False,
    ),
    Check(
        "ac3-frame-walk",
        "AC-3 and E-AC-3",
        "every frame ends where the next one begins, or the music ends (ETSI TS 102 366, sections 4.4 and E.1.3)",
        proves=False,
    ),
    Check(
        "ac3-frame-crc16",
        "AC-3 and E-AC-3",
        "the CRC-16 at the end of every frame, over all of it after the sync word (ETSI TS 102 366, section 6.1.7)",
        proves=True,
    ),
    Check(
        "dts-frame-walk",
        "DTS in 16-bit words",
        "every frame ends where the next one or an extension begins, or the music ends (ETSI TS 102 114, section "
        "5.3)",
        proves=False,
    ),
)

METHODS: Mapping[str, Method] = MappingProxyType({method.name: method for method in _METHODS})
CHECKS: Mapping[str, Check] = MappingProxyType({check.name: check for check in _CHECKS})
