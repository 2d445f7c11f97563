"""The registry of checks: what is tested of the music of each format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


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
        "ogg-page-crc32",
        "Ogg",
        "the CRC-32 of every page, over its header and its body: polynomial 04C11DB7, not reflected, register and "
        "result without a turn (RFC 3533, section 6); every byte belongs to a page",
        proves=True,
    ),
    Check(
        "ogg-page-sequence",
        "Ogg",
        "pages of a stream are numbered without a gap, a packet that goes on over a page's end goes on at the "
        "beginning of the next (RFC 3533, section 6)",
        proves=False,
    ),
    Check(
        "ogg-granule-positions",
        "Ogg with Vorbis, Opus, Speex or FLAC",
        "the position that a page states does not go back (RFC 3533, section 6; Vorbis I, appendix A.2; RFC 7845, "
        "section 4)",
        proves=False,
    ),
    Check(
        "ogg-stream-ends",
        "Ogg",
        "every stream begins with a page that says so and ends with one that says so (RFC 3533, section 4)",
        proves=False,
    ),
    Check(
        "wave-sizes",
        "WAV, Broadcast Wave, RF64, BW64, RIFX and Wave64",
        "the size that the data chunk (or ds64) states is there; noted where the form ends elsewhere than the file, the "
        "last sample is not whole, the fact chunk counts otherwise, or the length is left open (0 or all ones), as a "
        "stream's is (RIFF 1.0; EBU Tech 3306)",
        False,
    ),
    Check(
        "bwf-md5",
        "Broadcast Wave",
        "the MD5 of the data chunk's bytes equals the one in the chunk named MD5, in either order of its bytes (BWF "
        "MetaEdit writes the last first)",
        True,
    ),
    Check(
        "iff-sizes",
        "AIFF, AIFF-C and 8SVX",
        "the size that SSND or BODY states is there, and as many samples as COMM states; noted where the form does not "
        "end with the file or the last sample is not whole",
        False,
    ),
    Check("caf-sizes", "Core Audio Format", "the size that the data chunk states is there", False),
    Check(
        "caf-packets",
        "Core Audio Format with packets of changing size",
        "the lengths in the packet table (pakt) add up to the data",
        False,
    ),
    Check("au-sizes", "Sun and NeXT audio", "the length in the header is there", False),
    Check(
        "dsf-sizes",
        "DSF",
        "the size of the data chunk and the sample count of the fmt chunk are there; noted where the file ends before "
        "the size in its header",
        False,
    ),
    Check(
        "dsdiff-sizes",
        "DSDIFF",
        "the size that the chunk with the sound states is there",
        False,
    ),
    Check(
        "dst-frames",
        "DSDIFF with DST",
        "chunks follow one another through the DST chunk and hold as many frames as FRTE states. The checksums beside "
        "the frames (DSTC) are of the DSD that they unpack to and are not tested",
        False,
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
        "the CRC-16/ARC of the frame that describes the file, up to the checksum in it (mp3 Info Tag, revision 1), or "
        "as ffmpeg computes it: over 190 bytes, with zeros in place of the checksum and after a shorter frame",
        proves=False,
    ),
    Check(
        "lame-music-crc16",
        "MP3 by LAME, by ffmpeg, and by other encoders that write LAME's tag",
        "the CRC-16/ARC of every byte after that frame, as many as it states (mp3 Info Tag, revision 1)",
        proves=True,
    ),
    Check(
        "mp4-boxes",
        "MPEG-4, QuickTime",
        "boxes follow one another from the first byte to the last, and the movie box is there (ISO/IEC 14496-12, "
        "section 4.2)",
        proves=False,
    ),
    Check(
        "mp4-sample-tables",
        "MPEG-4, QuickTime",
        "the tables of times, sizes and chunks of each sound track count the same samples; fragments follow one "
        "another without a gap in time (ISO/IEC 14496-12, sections 8.6 to 8.8)",
        proves=False,
    ),
    Check(
        "mp4-samples-inside",
        "MPEG-4, QuickTime",
        "every sample lies within media data and within the file; those that do not are told by the time at which "
        "they would be heard",
        proves=False,
    ),
    Check(
        "asf-packets",
        "Windows Media Audio and other ASF files",
        "the Data object holds whole packets to its end, and the numbers in each packet fit into it (ASF specification "
        "01.20.06, section 5.2); noted where the packets are not as many as the header states",
        False,
    ),
    Check(
        "asf-objects",
        "Windows Media Audio and other ASF files",
        "the media objects of each stream with sound are numbered without a gap and their parts join (section 5.2.3)",
        False,
    ),
    Check(
        "ape-sizes",
        "Monkey's Audio from version 3.98 on",
        "the parts whose sizes the descriptor states are there; the table of frames says what of a cut file is whole",
        False,
    ),
    Check(
        "ape-md5",
        "Monkey's Audio from version 3.98 on",
        "the MD5 in the descriptor equals that of the source's header, the frames and what trailed the sound in the "
        "source, followed by the header and the table of frames",
        True,
    ),
    Check(
        "wavpack-blocks",
        "WavPack",
        "block follows block, and the sub-blocks fill each of them (WavPack 4 & 5 Binary File / Block Format)",
        False,
    ),
    Check(
        "wavpack-continuity",
        "WavPack",
        "each block begins at the sample where the one before it ends, and the last at the total that the first states",
        False,
    ),
    Check(
        "wavpack-checksums",
        "WavPack 5",
        "the checksum of every block (sub-block 0x2f): first all ones, then for each 16-bit word before it "
        "sum = 3 sum + word modulo 2³²; where it has two bytes, its halves are xored",
        True,
    ),
    Check(
        "musepack7-frames",
        "Musepack, stream version 7",
        "as many frames follow one another as the header states, by the length that each begins with, and end where the "
        "music does",
        False,
    ),
    Check(
        "musepack8-packets",
        "Musepack, stream version 8",
        "packet follows packet to the one that ends the stream, with enough packets of sound for the samples that the "
        "header states. They hold no checksum",
        False,
    ),
    Check(
        "musepack8-header-crc",
        "Musepack, stream version 8",
        "the CRC-32 of the stream header packet, which covers nothing of the sound",
        False,
    ),
    Check(
        "tta-checksums",
        "True Audio (TTA1)",
        "the CRC-32 of the header, of the table of frames, and of every frame",
        True,
    ),
    Check(
        "tak-head",
        "TAK",
        "the CRC-24 of every part of the head",
        False,
    ),
    Check(
        "tak-frames",
        "TAK",
        "frame headers that hold their CRC-24 follow one another by number, to the last frame and the total of samples",
        False,
    ),
    Check(
        "tak-checksums",
        "TAK",
        "the CRC-24 of every frame (polynomial 0x864CFB, first value 0xB704CE, lowest byte first)",
        True,
    ),
    Check(
        "optimfrog-chunks",
        "OptimFROG",
        "chunk follows chunk to the end, and the chunks of sound hold as many samples as the header states",
        False,
    ),
    Check(
        "optimfrog-checksums",
        "OptimFROG",
        "the CRC-32 at the beginning of every COMP chunk, over the rest of it. That it is this was measured on files",
        True,
    ),
    Check(
        "amr-frames",
        "AMR, AMR-WB",
        "each frame is of a known type, its unused bits are zero, and the next begins where its type says that it "
        "ends (RFC 4867, section 5.3; 3GPP TS 26.101 and 26.201)",
        proves=False,
    ),
    Check(
        "matroska-crc32",
        "Matroska, where clusters have it",
        "the CRC-32 of each cluster and of the list of tracks, which holds what decoders need to begin, over "
        "everything in it after the checksum: the common CRC-32 of zlib, stored with its lowest byte first (RFC "
        "8794, section 11.3.1); intact is said only where each of them has one",
        proves=True,
    ),
    Check(
        "matroska-elements",
        "Matroska, WebM",
        "elements follow one another from the first byte to the last, each within the one that holds it and where "
        "it may stand, and the frames of a block fit it (RFC 8794, section 4; RFC 9559, sections 5 and 10)",
        proves=False,
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
    Check(
        "decoding",
        "every format that FFmpeg decodes",
        "the music decodes from the first sample to the last, as ffmpeg -v error does it",
        proves=False,
    ),
    Check(
        "flac-md5",
        "FLAC, in whatever container",
        "the MD5 of all decoded samples is that of STREAMINFO (RFC 9639, 8.2)",
        proves=True,
    ),
    Check(
        "wavpack-md5",
        "WavPack, where it was packed with -m",
        "the MD5 of all decoded samples is that of the MD5 sub-block (WavPack 4 and 5 file format, 2020)",
        proves=True,
    ),
)

CHECKS: Mapping[str, Check] = MappingProxyType({check.name: check for check in _CHECKS})
