"""The registry of methods: how the music of each format is digested."""

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

METHODS: Mapping[str, Method] = MappingProxyType({method.name: method for method in _METHODS})
