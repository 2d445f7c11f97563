"""Recognises a file's kind by its own bytes, at the cost of one read of its first 16 KiB.

This look decides which parser may see a file, never the extension: a parser given another format's bytes
raises, hangs or reads nonsense.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import BinaryIO

from archiver.audio.formats.kinds import KINDS, Kind
from archiver.audio.formats.mpeg_sync import find_stream, stream_at
from archiver.model.audio import Role

HEAD_BYTES = 16384
_SEARCH_BYTES = 256 << 10
_MAX_LEADING_TAGS = 16

_SIGNATURES: tuple[tuple[int, bytes, Kind], ...] = (
    (0, b"fLaC", Kind.FLAC),
    (0, b"wvpk", Kind.WAVPACK),
    (0, b"MPCK", Kind.MUSEPACK8),
    (0, b"MP+", Kind.MUSEPACK7),
    (0, b"MAC ", Kind.APE),
    (0, b"MACF", Kind.APE),
    (0, b"tBaK", Kind.TAK),
    (0, b"TTA1", Kind.TTA),
    (0, b"TTA2", Kind.TTA),
    (0, b"OFR ", Kind.OPTIMFROG),
    (0, b"ajkg", Kind.SHORTEN),
    (0, b"LA02", Kind.LA),
    (0, b"LA03", Kind.LA),
    (0, b"LA04", Kind.LA),
    (0, b"DSD \x1c\0\0\0\0\0\0\0", Kind.DSF),
    (0, bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), Kind.ASF),
    (0, b"\x1aE\xdf\xa3", Kind.MATROSKA),
    (0, bytes.fromhex("726966662e91cf11a5d628db04c10000"), Kind.W64),
    (0, b"caff\0\x01", Kind.CAF),
    (0, b".snd\0\0", Kind.AU),
    (0, b"\x7f\xfe\x80\x01", Kind.DTS),
    (0, b"\xfe\x7f\x01\x80", Kind.DTS),
    (0, b"\x1f\xff\xe8\x00", Kind.DTS),
    (0, b"\xff\x1f\x00\xe8", Kind.DTS),
    (0, b"DTSHDHDR", Kind.DTS),
    (4, b"\xf8\x72\x6f\xba", Kind.TRUEHD),
    (4, b"\xf8\x72\x6f\xbb", Kind.TRUEHD),
    (0, b"#!AMR", Kind.AMR),
    (0, b".RMF\0\0\0", Kind.REALMEDIA),
    (0, b".ra\xfd", Kind.REALMEDIA),
    (0, b"MThd\0\0\0\x06", Kind.MIDI),
    (0, b"Extended Module: ", Kind.MODULE),
    (0, b"IMPM", Kind.MODULE),
    (44, b"SCRM", Kind.MODULE),
    (0, b"OKTASONG", Kind.MODULE),
    (0, b"MAS_UTrack_V", Kind.MODULE),
    (0, b"FAR\xfe", Kind.MODULE),
    (0, b"Creative Voice File\x1a", Kind.VOC),
    (0, b"PSID\0", Kind.CHIP),
    (0, b"RSID\0", Kind.CHIP),
    (0, b"NESM\x1a", Kind.CHIP),
    (0, b"SNES-SPC700 Sound File Data", Kind.CHIP),
    (0, b"Vgm \0", Kind.CHIP),
    (0, b"Vgm \x01", Kind.CHIP),
    (0, b"ADIF", Kind.AAC_ADIF),
    (4, b"\x57\x90\x75\x36", Kind.AUDIBLE),
    (0, b"ea3\x03", Kind.OMA),
    (0, b"EA3\x01", Kind.OMA),
    (0, b"EA3\x02", Kind.OMA),
    (0, b"CTENFDAM", Kind.LOCKED),
    (0, bytes.fromhex("7cd532eb86027f4ba8afa68e0fff9914"), Kind.LOCKED),
    (0, bytes.fromhex("0528bc96e9e45a4391aabdd07af53631"), Kind.LOCKED),
    (0, b"yeelion-kuwo", Kind.LOCKED),
    (0, b"\0\x05\x16\x07", Kind.APPLEDOUBLE),
    (0, b"\0\x05\x16\x00", Kind.APPLEDOUBLE),
    (0, b"\xff\xd8\xff", Kind.JPEG),
    (0, b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (0, b"GIF87a", Kind.GIF),
    (0, b"GIF89a", Kind.GIF),
    (0, b"II*\0", Kind.TIFF),
    (0, b"MM\0*", Kind.TIFF),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", Kind.JPEG2000),
    (0, b"\xff\x4f\xff\x51", Kind.JPEG2000),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", Kind.JPEG_XL),
    (0, b"8BPS\0\x01", Kind.PHOTOSHOP),
    (0, b"8BPS\0\x02", Kind.PHOTOSHOP),
    (0, b"%PDF-", Kind.PDF),
    (0, b"{\\rtf", Kind.RTF),
    (0, b"PK\x03\x04", Kind.ZIP),
    (0, b"PK\x05\x06", Kind.ZIP),
    (0, b"Rar!\x1a\x07", Kind.RAR),
    (0, b"7z\xbc\xaf\x27\x1c", Kind.SEVEN_ZIP),
    (0, b"\x1f\x8b\x08", Kind.GZIP),
    (0, b"\0\0\x01\xba", Kind.MPEG_VIDEO),
    (0, b"\0\0\x01\xb3", Kind.MPEG_VIDEO),
    (0, b"FLV\x01", Kind.FLV),
)
_AT_START: dict[bytes, list[tuple[bytes, Kind]]] = {}
for _at, _mark, _kind in _SIGNATURES:
    if not _at:
        _AT_START.setdefault(_mark[:3], []).append((_mark, _kind))
_FURTHER_IN = tuple(signature for signature in _SIGNATURES if signature[0])
_FORMS = {
    (b"RIFF", b"WAVE"): Kind.WAV,
    (b"RIFX", b"WAVE"): Kind.WAV,
    (b"RF64", b"WAVE"): Kind.RF64,
    (b"BW64", b"WAVE"): Kind.RF64,
    (b"RIFF", b"AVI "): Kind.AVI,
    (b"RIFF", b"WEBP"): Kind.WEBP,
    (b"RIFF", b"RMID"): Kind.MIDI,
    (b"FORM", b"AIFF"): Kind.AIFF,
    (b"FORM", b"AIFC"): Kind.AIFF,
    (b"FORM", b"8SVX"): Kind.SVX8,
}
_OGG_STREAMS = (
    (b"\x80theora", Kind.OGG_THEORA),
    (b"\x01video", Kind.OGG_THEORA),
    (b"BBCD\0", Kind.OGG_THEORA),
    (b"\x01vorbis", Kind.OGG_VORBIS),
    (b"OpusHead", Kind.OGG_OPUS),
    (b"\x7fFLAC", Kind.OGG_FLAC),
    (b"fLaC", Kind.OGG_FLAC),
    (b"Speex   ", Kind.OGG_SPEEX),
)
_WAVPACK_SOUND = frozenset((2, 3, 4, 5, 6, 0x0A, 0x0E))
_WAVPACK_CORRECTION = frozenset((7, 0x0B))  # the noise shaping and the bits that a hybrid file leaves out
_HEIF_BRANDS = frozenset(b"heic heix heim heis hevc hevx mif1 msf1 avif avis".split())
_QUICKTIME_BOXES = frozenset((b"moov", b"mdat"))
_QUICKTIME_FILLERS = frozenset((b"wide", b"free", b"skip", b"pnot"))
_SEGMENT_BOXES = frozenset((b"styp", b"sidx", b"moof", b"emsg", b"prft"))
_LONGEST_FILLER = 16 << 20
_MODULE_MARKS = frozenset(b"M.K. M!K! FLT4 FLT8 4CHN 6CHN 8CHN CD81 OKTA".split())
_BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
_HTML = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*+(?:<\?xml[^>]{0,200}\?>\s*+)?(?:<!--.{0,500}?-->\s*+)?<(?:!doctype html|html)\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What a file's own bytes say.

    Attributes:
        kind: The kind, or ``None`` where the table knows no such bytes.
        start: Where the audio or its header begins, after any ID3v2 or APEv2 tags.
        head: The first :data:`HEAD_BYTES` of the file.
    """

    kind: Kind | None
    start: int
    head: bytes


def sniff(file: BinaryIO, size: int, extension: str) -> Sniffed:
    """Recognise the kind of an open file.

    Args:
        file: Open for reading in binary mode, seekable; its position is not kept.
        size: The file's size in bytes.
        extension: In lower case without the dot. It never decides; for one that promises MPEG audio, a stream
            is also looked for behind leading junk.

    Raises:
        OSError: where the disk fails.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    start = _after_tags(file, head)
    near = head if not start else _read_at(file, start)
    whole = start + len(near) >= size
    kind = _by_signature(near) or stream_at(near, 0, whole=whole)
    if start and kind is not None and KINDS[kind].role is not Role.AUDIO:
        kind = None
    if kind is None and (start or extension in KINDS[Kind.MP3].extensions + KINDS[Kind.MP2].extensions):
        found = find_stream(_read_at(file, start, _SEARCH_BYTES), 0, whole=start + _SEARCH_BYTES >= size)
        if found is not None:
            # mutagen finds MPEG audio behind junk, and needs the Xing frame that may stand there
            return Sniffed(found[1], start if found[1] is not Kind.AAC_ADTS else start + found[0], head)
    if kind is None and start:
        kind = Kind.ID3 if head.startswith(b"ID3") else None
    return Sniffed(kind, start, head)


def _read_at(file: BinaryIO, offset: int, length: int = HEAD_BYTES) -> bytes:
    file.seek(offset)
    return file.read(length)


def _after_tags(file: BinaryIO, head: bytes) -> int:
    """The offset after the ID3v2 and APEv2 tags that open the file."""
    offset = 0
    for _ in range(_MAX_LEADING_TAGS):
        mark = head[offset : offset + 32] if offset + 32 <= len(head) else _read_at(file, offset, 32)
        if mark[:3] == b"ID3" and len(mark) >= 10 and mark[3] < 0xFF and max(mark[6:10]) < 0x80:
            footer = 10 if mark[5] & 0x10 and mark[3] >= 4 else 0
            offset += 10 + (mark[6] << 21 | mark[7] << 14 | mark[8] << 7 | mark[9]) + footer
        elif mark[:8] == b"APETAGEX" and len(mark) == 32:
            offset += 32 + int.from_bytes(mark[12:16], "little")
        else:
            break
    return offset


def _by_signature(head: bytes) -> Kind | None:
    for mark, kind in _AT_START.get(head[:3], ()):
        if head.startswith(mark):
            return _wavpack_kind(head) if kind is Kind.WAVPACK else kind
    for at, mark, kind in _FURTHER_IN:
        if head.startswith(mark, at):
            return kind
    form = _FORMS.get((head[:4], head[8:12]))
    if form is not None:
        return form
    if head.startswith(b"OggS"):
        return _ogg_kind(head)
    if head.startswith(b"FRM8") and head[12:16] == b"DSD ":
        return Kind.DSDIFF
    return _iso_media_kind(head) or _by_closer_look(head)


def _iso_media_kind(head: bytes) -> Kind | None:
    if head[4:8] == b"ftyp":
        return Kind.HEIF if head[8:12] in _HEIF_BRANDS else Kind.MP4
    box_size, box_type = int.from_bytes(head[:4], "big"), head[4:8]
    if box_type in _QUICKTIME_BOXES:
        return Kind.MP4 if box_size >= 8 or box_size == 1 else None
    # a text may begin with "The free": its letters would be a size of half a gigabyte and more
    leading = _QUICKTIME_FILLERS | _SEGMENT_BOXES
    return Kind.MP4 if box_type in leading and 8 <= box_size <= _LONGEST_FILLER else None


def _by_closer_look(head: bytes) -> Kind | None:
    if head[:2] == b"BM" and len(head) > 26 and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return Kind.BMP
    if head.startswith(b"ifmt") and head[8:12] == b"\xfe\xfe\xfe\xfe":
        return Kind.LOCKED
    if head[1080:1084] in _MODULE_MARKS:
        return Kind.MODULE
    if b"%PDF-" in head[:1024]:
        return Kind.PDF
    if head[:2] == b"\x56\xe0" or (len(head) > 2 and head[0] == 0x56 and head[1] & 0xE0 == 0xE0):
        return _loas_kind(head)
    return Kind.HTML if _HTML.match(head[:2048]) else None


def _loas_kind(head: bytes) -> Kind | None:
    """LOAS frames have an 11-bit sync and a 13-bit length (ISO/IEC 14496-3 section 1.7.2)."""
    at = 0
    for _ in range(2):
        if len(head) < at + 3 or head[at] != 0x56 or head[at + 1] & 0xE0 != 0xE0:
            return None
        at += 3 + ((head[at + 1] & 0x1F) << 8 | head[at + 2])
    return Kind.AAC_LOAS


def _wavpack_kind(head: bytes) -> Kind:
    """Whether blocks hold sound or what a hybrid file lacks: by the parts of the first (WavPack 5 file format).

    Blocks of sound begin with what a decoder needs; those of a correction file have none of it.
    """
    end = min(8 + int.from_bytes(head[4:8], "little"), len(head))
    at = 32
    while at + 2 <= end:
        name, words, fixed = head[at] & 0x3F, head[at + 1], 2
        if head[at] & 0x80:
            words, fixed = int.from_bytes(head[at + 1 : at + 4], "little"), 4
        if name in _WAVPACK_SOUND:
            return Kind.WAVPACK
        if name in _WAVPACK_CORRECTION:
            return Kind.WAVPACK_CORRECTION
        at += fixed + words * 2
    return Kind.WAVPACK


def _ogg_kind(head: bytes) -> Kind:
    """The kind of an Ogg file by the first packets of all its streams (RFC 3533 section 6)."""
    found: list[Kind] = []
    at = 0
    while head.startswith(b"OggS", at) and len(head) > at + 27 and head[at + 5] & 2:
        segments = head[at + 27 : at + 27 + head[at + 26]]
        body = at + 27 + len(segments)
        found += [kind for mark, kind in _OGG_STREAMS if head.startswith(mark, body)]
        at = body + sum(segments)
    return min(found, key=[kind for _, kind in _OGG_STREAMS].index, default=Kind.OGG)
