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
        "mp4-samples-v1",
        "MPEG-4, QuickTime, 3GPP: AAC, ALAC and every other codec",
        "the samples of all sound tracks, in the order of the file, each byte once: where they lie is said by the "
        "tables stsc, stsz or stz2, and stco or co64 of each track whose handler is soun, and in a fragmented file "
        "by tfhd and trun of each fragment (ISO/IEC 14496-12, sections 8.7 and 8.8). Edit lists are not heeded. With "
        "one sound track, as nearly all music has, it is what follows",
        "ffmpeg -v error -ignore_editlist 1 -i FILE -map 0:a -c copy -f data - | sha256sum",
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
        "stretch-v1",
        "formats of which only the beginning and the end of the music are known",
        "every byte between the tags that begin and the tags that end the file",
        "tail -c +$((START + 1)) FILE | head -c $((END - START)) | sha256sum",
    ),
)
_CHECKS: tuple[Check, ...] = (
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
)

METHODS: Mapping[str, Method] = MappingProxyType({method.name: method for method in _METHODS})
CHECKS: Mapping[str, Check] = MappingProxyType({check.name: check for check in _CHECKS})
