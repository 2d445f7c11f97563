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

_GOES_OF_INFORMATION = _ids("7BA9", "7384", "3C83AB", "3E83BB", "4461", "EC")
"""Title, names of this file and of those before and after it, date."""

_GOES_OF_TRACK = _ids("536E", "7446", "EC")
"""Name, and which attachments belong to it."""

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
            _change(plan, window, one, _GOES_OF_INFORMATION)
        elif one.id == _TRACKS:
            _change_tracks(plan, window, one)
        elif one.id == _SEEK_HEAD:
            _change(plan, window, one, frozenset((_VOID,)))
            plan.seeks += _entries(window, one)
        elif one.id == _CRC:  # of the segment as a whole, which is not read for a new one
            plan.empty.append(one)
    return plan


def _change(plan: _Plan, window: Window, parent: Element, ids: frozenset[bytes]) -> None:
    """Plan to empty what an element holds of these IDs, and to make its checksum anew."""
    listed = list(_strict(window, parent.payload, parent.end))
    plan.empty += [one for one in listed if one.id in ids]
    sums = [one for one in listed if one.id == _CRC]
    if any(one is not listed[0] or one.size != _CRC_BYTES for one in sums):
        raise UnredactableError("its elements cannot be made out")
    plan.summed += [(parent, one) for one in sums]


def _change_tracks(plan: _Plan, window: Window, tracks: Element) -> None:
    for one in _strict(window, tracks.payload, tracks.end):
        if one.id == _TRACK:
            _change(plan, window, one, _GOES_OF_TRACK)
    _change(plan, window, tracks, frozenset((_VOID,)))


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
