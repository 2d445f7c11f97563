"""Recognises a file's kind by its own bytes, at the cost of one read of its first 16 KiB.

This look decides which parser may see a file, never the extension: a parser given another format's bytes
raises, hangs or reads nonsense.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from archiver.audio.containers.leading_tags import after_leading_tags
from archiver.audio.containers.window import Window
from archiver.audio.formats.kinds import Kind, Mark
from archiver.audio.formats.mpeg_sync import find_stream, stream_at
from archiver.model.audio import Role

HEAD_BYTES = 16384
_SEARCH_BYTES = 256 << 10

_DEEP = 1024
_Marks = list[tuple[Mark, Kind]]
_AT_START: dict[bytes, _Marks] = {}
_CLAIMED: dict[bytes, _Marks] = {}
_FURTHER_IN: _Marks = []
_DEEP_IN: _Marks = []
for _kind in Kind:
    for _mark in _kind.row.marks:
        _at, _first = (0, _mark) if isinstance(_mark, bytes) else _mark[0]
        if _at:
            (_DEEP_IN if _at >= _DEEP else _FURTHER_IN).append((_mark, _kind))
        else:
            _AT_START.setdefault(_first[:3], []).append((_mark, _kind))
    for _mark in (*_kind.row.claims, *_kind.row.marks) if _kind.row.tags or _kind.row.protection else ():
        _first = _mark if isinstance(_mark, bytes) else _mark[0][1]
        _CLAIMED.setdefault(_first[:3], []).append((_mark, _kind))
_PACKETS = [(_packet, _kind) for _kind in Kind for _packet in _kind.row.packets]
_WAVPACK_SOUND = frozenset((2, 3, 4, 5, 6, 0x0A, 0x0E))
_WAVPACK_CORRECTION = frozenset((7, 0x0B))  # the noise shaping and the bits that a hybrid file leaves out
_HEIF_BRANDS = frozenset(b"heic heix heim heis hevc hevx mif1 msf1 avif avis".split())
_QUICKTIME_BOXES = frozenset((b"moov", b"mdat"))
_QUICKTIME_FILLERS = frozenset((b"wide", b"free", b"skip", b"pnot"))
_SEGMENT_BOXES = frozenset((b"styp", b"sidx", b"moof", b"emsg", b"prft"))
_CLAIMING_BOXES = _QUICKTIME_BOXES | _QUICKTIME_FILLERS | frozenset((b"ftyp",))
_LONGEST_FILLER = 16 << 20
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


def sniff(window: Window, extension: str) -> Sniffed:
    """Recognise the kind of a file.

    Args:
        window: The file.
        extension: In lower case without the dot. It never decides; for one that promises MPEG audio, a stream
            is also looked for behind leading junk.

    Raises:
        OSError: where the disk fails.
    """
    head = window.read(0, HEAD_BYTES)
    start = after_leading_tags(window)
    near = head if not start else window.read(start, HEAD_BYTES)
    whole = start + len(near) >= window.size
    kind = _by_signature(near) or stream_at(near, 0, whole=whole)
    if start and kind is not None and kind.row.role is not Role.AUDIO:
        kind = None
    if kind is None and (start or extension in Kind.MP3.row.extensions + Kind.MP2.row.extensions):
        found = find_stream(window.read(start, _SEARCH_BYTES), 0, whole=start + _SEARCH_BYTES >= window.size)
        if found is not None:
            # mutagen finds MPEG audio behind junk, and needs the Xing frame that may stand there
            return Sniffed(found[1], start if found[1] is not Kind.AAC_ADTS else start + found[0], head)
    if kind is None and start:
        kind = Kind.ID3 if head.startswith(b"ID3") else None
    return Sniffed(kind, start, head)


def claimed_kind(head: bytes) -> Kind | None:
    """The kind that a header claims, by fewer bytes than prove it: damage elsewhere hides neither tags nor protection.

    Args:
        head: The first 16 bytes after leading tags.
    """
    if head[4:8] in _CLAIMING_BOXES:
        return Kind.MP4
    return _marked(head, _CLAIMED.get(head[:3], ()))


def _marked(head: bytes, marks: Iterable[tuple[Mark, Kind]]) -> Kind | None:
    """The kind of the first mark that is there."""
    for mark, kind in marks:
        if isinstance(mark, bytes):
            if head.startswith(mark):
                return kind
        elif all(head.startswith(part, at) for at, part in mark):
            return kind
    return None


def _by_signature(head: bytes) -> Kind | None:
    kind = _marked(head, _AT_START.get(head[:3], ())) or _marked(head, _FURTHER_IN)
    if kind is not None:
        return _wavpack_kind(head) if kind is Kind.WAVPACK else kind
    if head.startswith(b"OggS"):
        return _ogg_kind(head)
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
    if (deep := _marked(head, _DEEP_IN)) is not None:
        return deep
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
        found += [kind for packet, kind in _PACKETS if head.startswith(packet, body)]
        at = body + sum(segments)
    films = [kind for kind in found if kind.row.role is not Role.AUDIO]
    return min(films or found, key=list(Kind).index, default=Kind.OGG)
