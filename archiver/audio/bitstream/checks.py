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


_OGG_PACKETS = """\
import hashlib, struct, sys
data, at, streams, live = open(sys.argv[1], "rb").read(), 0, [], {}
while at < len(data):  # page by page
    flags, serial, count = data[at + 5], data[at + 14 : at + 18], data[at + 26]
    lacing = data[at + 27 : at + 27 + count]
    at += 27 + count
    if flags & 2:  # the first page of a stream
        live[serial] = [[b"", b""]]  # packets: bytes, lacing values
        streams.append(live[serial])
    for size in lacing:
        live[serial][-1][0] += data[at : at + size]
        live[serial][-1][1] += bytes([size])
        at += size
        if size < 255:
            live[serial].append([b"", b""])
total = hashlib.sha256()
for packets in streams:
    first, second = packets[0][0], packets[1][0]
    if first.startswith((b"\\x7fFLAC", b"fLaC")):
        begin = next(n for n, (body, _) in enumerate(packets) if body[:1] == b"\\xff")
        del packets[:begin]
    elif first.startswith(b"Speex   ") or second.startswith((b"\\x03vorbis", b"OpusTags", b"\\x81theora")):
        del packets[1]
    packets = [packet for packet in packets if packet[0]]
    total.update(hashlib.sha256(b"".join(body for body, _ in packets)).digest())
    total.update(hashlib.sha256(b"".join(lacing for _, lacing in packets)).digest())
print(total.hexdigest())
"""

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
        "ogg-packets-v1",
        "Ogg: Vorbis, Opus, Speex, FLAC, Theora and every other stream",
        "of each logical stream the packets without the comment packet: SHA-256 over two digests for each stream, "
        "streams in the order of their first pages, both digests as 32 bytes. The first is SHA-256 over the bytes of "
        "all packets in order; the second is SHA-256 over their lacing values in order, one byte each: 255 for each "
        "whole 255 bytes of a packet, then what is left, which may be 0 (RFC 3533, section 6). Lacing values say how "
        "long the packets are, and are the same however packets are spread over pages. A packet of no bytes does not "
        "count: copying a stream leaves it out. The comment packet is the "
        "second packet of a Vorbis, Opus, Theora, Kate or Daala stream, where it begins with the codec's mark, and "
        "the second packet of a Speex stream whatever it begins with; of a FLAC stream all packets are left out "
        "before the first that begins with the byte FF: they hold metadata blocks and their number. A page with the "
        "flag for a beginning begins a stream; a page whose CRC fails is passed over",
        _OGG_PACKETS,
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
        "mpeg-frames-v1",
        "MP3, and MPEG audio of Layers I and II",
        "every byte from the first frame with sound to the tags that end the file; a first frame that holds no sound "
        "and describes the file (Xing, Info, VBRI) is left out",
        "ffmpeg -i FILE -map 0:a -c copy -id3v2_version 0 -write_xing 0 -f mp3 - | sha256sum",
    ),
    Method(
        "mp4-samples-v1",
        "MPEG-4, QuickTime, 3GPP: AAC, ALAC and every other codec",
        "the samples of all sound tracks, in the order of the file, each byte once: where they lie is said by the "
        "tables stsc, stsz or stz2, and stco or co64 of each track whose handler is soun, and in a fragmented file "
        "by tfhd and trun of each fragment (ISO/IEC 14496-12, sections 8.7 and 8.8). Edit lists are not heeded. With "
        "one sound track, as nearly all music has, it is what follows",
        "ffmpeg -v error -ignore_editlist 1 -i FILE -map 0:a -c copy -f data - | sha256sum",
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
    Method(
        "amr-frames-v1",
        "AMR, AMR-WB",
        "every byte after the line that names the format, and of a file with several channels after the four bytes "
        "that follow it (RFC 4867, section 5)",
        "tail -n +2 FILE | sha256sum",
    ),
    Method(
        "matroska-frames-v1",
        "Matroska, WebM",
        "the frames of the sound track, from SimpleBlock and Block elements in the order of the file, whether they "
        "are laced or not, each with the bytes before it that header stripping took from all frames, and else as "
        "they are stored (RFC 9559, sections 10 and 5.1.4.1.31). A file with several sound tracks has SHA-256 over "
        "the digests of all of them, 32 bytes each, in the order of their track numbers. With one, it is what "
        "follows, but for WavPack, to whose frames ffmpeg adds what Matroska leaves out",
        "ffmpeg -v error -i FILE -map 0:a -c copy -f data - | sha256sum",
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

METHODS: Mapping[str, Method] = MappingProxyType({method.name: method for method in _METHODS})
CHECKS: Mapping[str, Check] = MappingProxyType({check.name: check for check in _CHECKS})
