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
        "wave-data-v1",
        "WAV, Broadcast Wave, RF64, BW64, RIFX and Wave64",
        "ten bytes made of the fmt chunk: format code (2; of an extensible format the first two bytes of its "
        "sub-format), channels (2), sample rate (4), block align (2; 0 for the frames of MPEG audio, AC-3 and DTS, "
        "codes 0x50, 0x55, 0x92, 0x2000 and 0x2001), little-endian, in RIFX big-endian; then the bytes of the data "
        "chunk without its filling byte. How many bits of a sample are valid is left out: it does not change a byte",
        "(printf '\\1\\0\\2\\0\\104\\254\\0\\0\\4\\0'; tail -c +45 FILE) | sha256sum  "
        "# 16 bits, stereo, 44.1 kHz, behind a header of 44 bytes",
    ),
    Method(
        "aiff-ssnd-v1",
        "AIFF and AIFF-C",
        "of the COMM chunk the channels (2 bytes), bits (2) and sample rate (10) as they stand, then four characters "
        "for how samples are written: NONE for big-endian PCM (also for twos, in24, in32 and none), fl32, fl64, alaw "
        "and ulaw in small letters, else the compression type as it stands; then the bytes of the SSND chunk behind "
        "its offset. Little-endian samples (sowt) are another essence than the same samples in big-endian order",
        "(printf '\\0\\2\\0\\20\\100\\16\\254\\104\\0\\0\\0\\0\\0\\0NONE'; tail -c +55 FILE) | sha256sum  "
        "# 16 bits, stereo, 44.1 kHz, SSND last and behind 54 bytes",
    ),
    Method(
        "8svx-body-v1",
        "Amiga 8SVX",
        "the 20 bytes of the VHDR chunk, then the bytes of the BODY chunk",
        "(tail -c +$((VHDR + 9)) FILE | head -c 20; tail -c +$((BODY + 9)) FILE | head -c $LENGTH) | sha256sum",
    ),
    Method(
        "caf-data-v1",
        "Core Audio Format",
        "of the desc chunk the sample rate (8 bytes) and format (4), then for linear PCM its flags (4), channels (4) "
        "and bits (4), for any other format the channels (4) alone; then the bytes of the data chunk behind its edit "
        "count",
        "(tail -c +21 FILE | head -c 16; tail -c +45 FILE | head -c 8; tail -c +$((DATA + 17)) FILE | "
        "head -c $LENGTH) | sha256sum  # linear PCM",
    ),
    Method(
        "au-data-v1",
        "Sun and NeXT audio",
        "bytes 12 to 23 of the header (encoding, sample rate, channels), then the bytes from the data offset on, as "
        "many as the header states, or all there are where it leaves that open",
        "(tail -c +13 FILE | head -c 12; tail -c +$((OFFSET + 1)) FILE | head -c $LENGTH) | sha256sum",
    ),
    Method(
        "dsf-fmt-data-v1",
        "DSF",
        "everything from the fmt chunk, which begins at byte 28, to the end of the data chunk",
        "tail -c +29 FILE | head -c $((52 + DATA_CHUNK)) | sha256sum",
    ),
    Method(
        "dsdiff-data-v1",
        "DSDIFF with DSD or DST",
        "of the PROP chunk the sample rate (4 bytes of FS) and the number of channels (2 of CHNL), then the name of "
        "the chunk with the sound, DSD or DST with a space, then its bytes; of DST with the headers of the chunks in it",
        "(printf '\\0\\053\\021\\0\\0\\2DSD '; tail -c +$((DSD + 13)) FILE | head -c $LENGTH) | sha256sum  "
        "# 2.8 MHz, stereo",
    ),
    Method(
        "asf-payloads-v1",
        "Windows Media Audio and other ASF files",
        "of the stream with sound, the data of every payload in the packets of the Data object, in the order of the "
        "file, without the headers of packets and payloads, replicated data and padding (ASF specification 5.2); of "
        "several such streams the SHA-256 digests in the order of their numbers, digested again. A copy in other packets "
        "(ffmpeg -c copy) is the same; a copy that joins or cuts media objects otherwise would be, too",
        "ffmpeg -v error -i FILE -map 0:a:0 -c copy -f data - | sha256sum",
    ),
    Method(
        "ape-stream-v1",
        "Monkey's Audio",
        "every byte between the tags, from the descriptor on",
        "tail -c +$((START + 1)) FILE | head -c $((END - START)) | sha256sum",
    ),
    Method(
        "wavpack-blocks-v1",
        "WavPack and its correction files",
        "the bytes of every block that holds samples, with its header, in the order of the file; blocks without samples, "
        "such as the one at the end with an MD5, are left out",
        "ffmpeg -v error -i FILE -map 0:a:0 -c copy -f data - | sha256sum",
    ),
    Method(
        "musepack7-stream-v1",
        "Musepack, stream version 7",
        "every byte between the tags",
        "tail -c +$((START + 1)) FILE | head -c $((END - START)) | sha256sum",
    ),
    Method(
        "musepack8-stream-v1",
        "Musepack, stream version 8",
        "every byte between the tags",
        "tail -c +$((START + 1)) FILE | head -c $((END - START)) | sha256sum",
    ),
    Method(
        "tta-stream-v1",
        "True Audio (TTA1)",
        "every byte between the tags",
        "tail -c +$((START + 1)) FILE | head -c $((END - START)) | sha256sum",
    ),
    Method(
        "tak-stream-v1",
        "TAK",
        "every byte between the tags",
        "tail -c +$((START + 1)) FILE | head -c $((END - START)) | sha256sum",
    ),
    Method(
        "optimfrog-stream-v1",
        "OptimFROG",
        "every byte between the tags",
        "tail -c +$((START + 1)) FILE | head -c $((END - START)) | sha256sum",
    ),
)
_CHECKS: tuple[Check, ...] = (
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
)

METHODS: Mapping[str, Method] = MappingProxyType({method.name: method for method in _METHODS})
CHECKS: Mapping[str, Check] = MappingProxyType({check.name: check for check in _CHECKS})
