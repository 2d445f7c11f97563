"""Matroska and WebM: everything that speaks of the music is written over by empty elements of the same length.

So nothing moves, and clusters, cues and the index of what stands where hold. The plain tags go into the room that became
free, best where the old ones began, so that the index leads to them; else behind the last element. Sources: RFC 8794
(EBML; Void and CRC-32 in section 11.3), RFC 9559 (Matroska).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from archiver.audio.containers.ebml import MAX_SIZED, SEGMENT, sized_elements
from archiver.audio.containers.element import Element
from archiver.audio.containers.window import Window
from archiver.audio.redacting.fields import COMMENTS, Plain
from archiver.audio.redacting.pieces import UnredactableError, zero


def _ids(*texts: str) -> frozenset[bytes]:
    return frozenset(map(bytes.fromhex, texts))


_EBML, _VOID, _CRC = map(bytes.fromhex, ("1A45DFA3", "EC", "BF"))
_SEEK_HEAD, _SEEK, _SEEK_ID = map(bytes.fromhex, ("114D9B74", "4DBB", "53AB"))
_INFORMATION, _TRACKS, _TRACK, _TAGS = map(bytes.fromhex, ("1549A966", "1654AE6B", "AE", "1254C367"))
_TAG, _TARGETS, _SIMPLE_TAG, _NAME, _STRING = map(bytes.fromhex, ("7373", "63C0", "67C8", "45A3", "4487"))
_GOES = _ids("1254C367", "1043A770", "1941A469", "EC")
"""Tags, chapters, attachments, and what is empty already, which may hold what stood there once."""

_STAYS = _ids("1F43B675", "1C53BB6B")
"""Clusters and cues."""

_STAYS_OF_HEADER = _ids("4286", "42F7", "42F2", "42F3", "4282", "4287", "4285", "BF")
"""Versions, lengths, the kind of document."""

_STAYS_OF_INFORMATION = _ids("2AD7B1", "4489", "4D80", "5741", "BF")
"""Scale of time, duration, the programs that wrote it; the file must name these two."""

_STAYS_OF_TRACKS = _ids("AE", "BF")
_STAYS_OF_TRACK = _ids(
    *("D7", "73C5", "83", "B9", "88", "55AA", "55AB", "55AC", "55AD", "55AE", "55AF", "9C", "6DE7", "6DF8"),
    *("23E383", "234E7A", "23314F", "55EE", "22B59C", "22B59D", "86", "63A2", "AA", "6FAB", "56AA", "56BB"),
    *("E0", "E1", "E2", "6D80", "BF"),
)
"""What says how a track is read: numbers, flags, durations, languages, the codec and its setup, sound, picture, encoding."""

_CODEC, _CODEC_SETUP = map(bytes.fromhex, ("86", "63A2"))
_MOST_SETUP = 1 << 20
_FLAC_STAYS = frozenset((0, 3))
"""Kinds of FLAC's metadata blocks that say nothing but how it is decoded: the stream's properties, the seek table."""

_SHORT_VOID = 128
"""The longest empty element whose size takes one byte."""

_LONG_HEAD = 9
_LEAST = 2
_CRC_BYTES = 4


@dataclass(slots=True)
class _Plan:
    """What becomes of a file.

    Attributes:
        empty: Stretches that are written over, each an element of its own.
        gone: IDs of what the index leads to and is there no more.
        seeks: Entries of the index: where each stands, and the ID that it leads to.
        tags: Every list of tags that was there.
        summed: Elements that are changed and begin with a checksum, each with it, those within others first.
    """

    empty: list[Element] = field(default_factory=list)
    gone: set[bytes] = field(default_factory=set)
    seeks: list[tuple[Element, bytes]] = field(default_factory=list)
    tags: list[Element] = field(default_factory=list)
    summed: list[tuple[Element, Element]] = field(default_factory=list)


def rewrite_matroska(file: BinaryIO, tags: Plain) -> None:
    """Rewrite a Matroska or WebM file.

    Raises:
        UnredactableError: where its elements cannot be made out, or one of them is not known.
    """
    window = Window(file, file.seek(0, 2))
    segment = _segment(window)
    plan = _planned(window, segment)
    _change_around(plan, window)
    written = _tags(tags)
    place = _place(plan, written)
    plan.empty += [
        entry for entry, leads_to in plan.seeks if leads_to in plan.gone and not (leads_to == _TAGS and place)
    ]
    grown = len(written) if written and place is None else 0
    size = _size_field(segment, grown)
    for one in plan.empty:
        if place is not one:
            _write_empty(file, one.offset, one.end)
    if place is not None:
        file.seek(place.offset)
        file.write(written)
        _write_empty(file, place.offset + len(written), place.end)
    for parent, checksum in plan.summed:
        _sum_anew(file, parent, checksum)
    file.seek(segment.end)
    file.truncate()
    if grown:
        file.write(written)
        file.seek(segment.payload - len(size))
        file.write(size)


def _segment(window: Window) -> Element:
    """The one segment, which states its size and ends within the file."""
    found = list(_strict(window, 0, window.size, {_EBML, SEGMENT, _VOID}))
    if [one.id for one in found if one.id != _VOID] != [_EBML, SEGMENT] or found[0].id != _EBML:
        raise UnredactableError("it is not one segment behind one header")
    return next(one for one in found if one.id == SEGMENT)


def _strict(window: Window, start: int, end: int, known: set[bytes] | None = None) -> Iterator[Element]:
    """The elements from ``start`` to ``end``, which they must fill to the byte.

    Args:
        window: The file.
        start: Where the first begins.
        end: Where the last ends.
        known: IDs that there may be; ``None`` for any.
    """
    at = start
    for number, one in enumerate(sized_elements(window, start, end)):
        is_known = known is None or one.id in known
        if not (one.sized and one.whole and is_known) or number + 1 >= MAX_SIZED:
            raise UnredactableError("its elements cannot be made out")
        at = one.end
        yield one
    if at != end:
        raise UnredactableError("its elements cannot be made out")


def _planned(window: Window, segment: Element) -> _Plan:
    plan = _Plan()
    known = _GOES | _STAYS | {_SEEK_HEAD, _INFORMATION, _TRACKS, _CRC}
    for one in _strict(window, segment.payload, segment.end, set(known)):
        if one.id in _GOES:
            plan.empty.append(one)
            plan.gone.add(one.id)
            if one.id == _TAGS:
                plan.tags.append(one)
        elif one.id == _INFORMATION:
            _change(plan, window, one, _STAYS_OF_INFORMATION)
        elif one.id == _TRACKS:
            _change_tracks(plan, window, one)
        elif one.id == _SEEK_HEAD:
            _change(plan, window, one, frozenset((_SEEK, _CRC)))
            plan.seeks += _entries(window, one)
        elif one.id == _CRC:  # of the segment as a whole, which is not read for a new one
            plan.empty.append(one)
    return plan


def _change(plan: _Plan, window: Window, parent: Element, stays: frozenset[bytes]) -> None:
    """Plan to empty all that an element holds but these IDs, and to make its checksum anew."""
    listed = list(_strict(window, parent.payload, parent.end))
    plan.empty += [one for one in listed if one.id not in stays]
    sums = [one for one in listed if one.id == _CRC]
    if any(one is not listed[0] or one.size != _CRC_BYTES for one in sums):
        raise UnredactableError("its elements cannot be made out")
    plan.summed += [(parent, one) for one in sums]


def _change_around(plan: _Plan, window: Window) -> None:
    """Plan what becomes of the header, and of what stands empty beside the segment."""
    for one in _strict(window, 0, window.size):
        if one.id == _EBML:
            _change(plan, window, one, _STAYS_OF_HEADER)
        elif one.id == _VOID:
            plan.empty.append(one)


def _change_tracks(plan: _Plan, window: Window, tracks: Element) -> None:
    for one in _strict(window, tracks.payload, tracks.end):
        if one.id == _TRACK:
            _refuse_comments(window, one)
            _change(plan, window, one, _STAYS_OF_TRACK)
    _change(plan, window, tracks, _STAYS_OF_TRACKS)


def _refuse_comments(window: Window, track: Element) -> None:
    """Refuse a track whose codec's setup has a comment of its own, which players and other programs take out with it.

    Raises:
        UnredactableError: where it has, or where that cannot be made out.
    """
    parts = {one.id: one for one in _strict(window, track.payload, track.end)}
    if _CODEC not in parts or _CODEC_SETUP not in parts:
        return
    codec = window.read(parts[_CODEC].payload, min(parts[_CODEC].size, 64)).rstrip(b"\0")
    setup = window.read(parts[_CODEC_SETUP].payload, min(parts[_CODEC_SETUP].size, _MOST_SETUP))
    has_comments = {b"A_VORBIS": _has_vorbis_comments, b"A_FLAC": _has_flac_comments}.get(codec)
    if has_comments is not None and has_comments(setup):
        raise UnredactableError("its codec's setup holds comments")


def _has_vorbis_comments(setup: bytes) -> bool:
    """Whether Vorbis' three headers hold a comment, or are not laced as RFC 9559 has it."""
    at, lengths = 1, []
    if setup[:1] != b"\2":
        return True
    for _ in range(2):
        length = 0
        while at < len(setup) and setup[at] == 0xFF:
            length, at = length + 0xFF, at + 1
        if at >= len(setup):
            return True
        lengths.append(length + setup[at])
        at += 1
    comments = setup[at + lengths[0] : at + sum(lengths)]
    if comments[:7] != b"\3vorbis":
        return True
    vendor = int.from_bytes(comments[7:11], "little")
    return comments[11 + vendor : 15 + vendor] != bytes(4)


def _has_flac_comments(setup: bytes) -> bool:
    """Whether FLAC's metadata hold more than what it is decoded with."""
    at = 4 if setup[:4] == b"fLaC" else 0
    while at + 4 <= len(setup):
        if setup[at] & 0x7F not in _FLAC_STAYS:
            return True
        at += 4 + int.from_bytes(setup[at + 1 : at + 4], "big")
    return at != len(setup)


def _sum_anew(file: BinaryIO, parent: Element, checksum: Element) -> None:
    """Write the CRC-32 of what follows it in its element."""
    file.seek(checksum.end)
    held = file.read(parent.end - checksum.end)
    file.seek(checksum.payload)
    file.write(_crc(held))


def _crc(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(_CRC_BYTES, "little")


def _entries(window: Window, seek_head: Element) -> Iterator[tuple[Element, bytes]]:
    for one in _strict(window, seek_head.payload, seek_head.end):
        if one.id == _SEEK:
            parts = {part.id: part for part in _strict(window, one.payload, one.end)}
            if _SEEK_ID not in parts:
                raise UnredactableError("its elements cannot be made out")
            yield one, window.read(parts[_SEEK_ID].payload, min(parts[_SEEK_ID].size, 8))


def _place(plan: _Plan, written: bytes) -> Element | None:
    """The list of tags in whose room the new one goes; ``None`` where there is not room in the only one."""
    if not written or len(plan.tags) != 1:
        return None
    (old,) = plan.tags
    left = old.length - len(written)
    return old if left == 0 or left >= _LEAST else None


def _write_empty(file: BinaryIO, start: int, end: int) -> None:
    """Write an empty element from ``start`` to ``end``; nothing where that is nothing."""
    length = end - start
    if not length:
        return
    if length <= _SHORT_VOID:
        head = _VOID + bytes([0x80 | length - _LEAST])
    else:
        head = _VOID + (1 << 56 | length - _LONG_HEAD).to_bytes(8, "big")
    file.seek(start)
    file.write(head)
    zero(file, start + len(head), end)


def _size_field(segment: Element, grown: int) -> bytes:
    """The size of the segment, ``grown`` by so many bytes, in as many bytes as it was."""
    width = segment.payload - segment.offset - len(SEGMENT)
    size = segment.size + grown
    if size >= (1 << 7 * width) - 1:
        raise UnredactableError("the size of its segment has no room for tags")
    return (1 << 7 * width | size).to_bytes(width, "big")


def _tags(tags: Plain) -> bytes:
    """The list of tags, of the whole; empty where there is nothing to say."""
    simple = [
        _element(_SIMPLE_TAG, _element(_NAME, key.encode()), _element(_STRING, value.encode()))
        for name, key in COMMENTS.items()
        for value in tags.get(name, ())
    ]
    body = _element(_TAG, _element(_TARGETS), *simple)
    return _element(_TAGS, _element(_CRC, _crc(body)), body) if simple else b""


def _element(identifier: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    width = next(width for width in range(1, 9) if len(body) < (1 << 7 * width) - 1)
    return identifier + (1 << 7 * width | len(body)).to_bytes(width, "big") + body
