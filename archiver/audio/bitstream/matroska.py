"""Matroska and WebM: the frames of the sound tracks, and whether elements fit and clusters hold (RFC 9559, RFC 8794).

Clusters and the list of tracks may carry a CRC-32 of all that follows in them. Where something is broken, the walk goes
on at the next cluster.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from archiver.audio.bitstream.damages import Damages
from archiver.audio.bitstream.matroska_blocks import (
    NO_ELEMENT,
    BrokenBlockError,
    Head,
    block_at,
    frames,
    head_at,
)
from archiver.audio.bitstream.matroska_digests import Checksum, TrackDigest
from archiver.audio.bitstream.matroska_plan import segment_plan
from archiver.audio.properties.stretch import Stretch
from archiver.model.sound import Bitstream, Essence, Sound

METHOD = "matroska-frames-v1"
CHECKED = ("matroska-crc32", "matroska-elements")
MOST_BLOCK_BYTES = 4 << 20
"""The longest block of sound that is looked at."""

_EBML, _SEGMENT, _TRACKS, _CLUSTER, _BLOCK_GROUP = 0x1A45DFA3, 0x18538067, 0x1654AE6B, 0x1F43B675, 0xA0
_TIMESTAMP, _SIMPLE_BLOCK, _BLOCK, _CRC32, _VOID = 0xE7, 0xA3, 0xA1, 0xBF, 0xEC
_IN_SEGMENT = frozenset(
    (0x114D9B74, 0x1549A966, _TRACKS, 0x1C53BB6B, 0x1941A469, 0x1043A770, 0x1254C367, _VOID, _CRC32)
)
"""Index, information, tracks, cues, attachments, chapters, tags."""

_IN_CLUSTER = frozenset((0xA7, 0xAB, 0xAF, 0x5854, _VOID, _CRC32))
_ABOVE = (_IN_SEGMENT - _IN_CLUSTER) | {_CLUSTER, _SEGMENT, _EBML}
_IN_GROUP = frozenset((0x9B, 0xFB, 0xFA, 0xFD, 0x75A1, 0x75A2, 0xA2, 0xA4, 0x8E, 0xC8, _VOID, _CRC32))
_SUMMED = {_CLUSTER: "a cluster fails its CRC-32", _TRACKS: "the list of tracks fails its CRC-32"}
_BLOCK_HEAD_BYTES, _LONGEST_NUMBER = 11, 8
_CLUSTER_MARK = _CLUSTER.to_bytes(4, "big")
_NANOSECONDS = 1_000_000_000
_TOLERATED_NS = 2 * _NANOSECONDS
_MOST_HOLES = 64


def matroska_stream(stretch: Stretch) -> Bitstream:
    """The whole stretch, and what the headers say of the sound tracks."""
    given = segment_plan(stretch.window.again(), stretch.start, stretch.end)
    return Bitstream("matroska", stretch.start, stretch.end, given)


class _Open(NamedTuple):
    """An element that was entered and not left yet.

    Attributes:
        id: Its ID.
        end: Byte offset after it; ``None`` where it states no size.
        limit: The same of the nearest one around it that states its size.
    """

    id: int
    end: int | None
    limit: int | None


_BESIDE = _Open(0, None, None)


class MatroskaWalk:
    """Goes from element to element."""

    def __init__(self, stream: Bitstream) -> None:
        given = stream.given
        self._rate = int(given.get("rate", 0))
        self._scale = int(given.get("scale", 1))
        self._ends_at = int(given.get("ticks", 0)) * self._scale
        self._is_pure = not given.get("others", 0)
        self._damages = Damages(self._rate or None)
        self._digests = {
            int(number): TrackDigest(bytes.fromhex(prefix))
            for number, prefix in given.get("tracks", {}).items()
        }
        self._checksum = Checksum()
        self._held = bytearray()
        self._need = 1
        self._offset = stream.start
        self._end = stream.end
        self._skip_to = 0
        self._open: list[_Open] = []
        self._is_first = False
        self._searching = False
        self._foreign: int | None = None
        self._segments = 0
        self._is_open_ended = False
        self._too_long = False
        self._element_at = 0
        self._time = self._last = 0
        self._holes: list[tuple[str, int, int]] = []

    def take(self, piece: memoryview) -> None:
        """Take the next bytes."""
        self._held += piece
        if len(self._held) >= self._need:
            self._walk(final=False)

    def finish(self) -> Sound:
        """Return the digest of the frames, and whether every cluster held."""
        self._walk(final=True)
        self._judge_end()
        essence, detail = self._essence(), self._detail()
        proved = (
            essence is not None and self._checksum.all and not self._is_open_ended and self._foreign is None
        )
        return Sound(essence, self._damages.verdict(CHECKED, proved=proved, detail=detail))

    def _essence(self) -> Essence | None:
        digests = [track.digest() for _, track in sorted(self._digests.items())]
        if self._too_long or not any(track.any for track in self._digests.values()):
            return None
        joined = digests[0] if len(digests) == 1 else hashlib.sha256(b"".join(digests)).digest()
        return Essence(METHOD, joined.hex())

    def _walk(self, *, final: bool) -> None:
        with memoryview(self._held) as view:
            at = self._elements(view, final=final)
            self._checksum.pass_to(view, self._offset, self._offset + at)
            for track in self._digests.values():
                track.flush()
        del self._held[:at]
        self._offset += at

    def _elements(self, view: memoryview, *, final: bool) -> int:
        """Go through the elements in ``view`` and return where the first one begins that is not all there."""
        at = 0
        while True:
            at = max(at, min(self._skip_to - self._offset, len(view)))
            if self._skip_to > self._offset + at:
                self._need = 1
                return at
            if self._searching:
                found = self._held.find(_CLUSTER_MARK, at)
                if found < 0:
                    self._need = len(_CLUSTER_MARK)
                    return len(view) if final else max(at, len(view) - len(_CLUSTER_MARK) + 1)
                at, self._searching = found, False
            self._close(view, at)
            head = head_at(view, at)
            if head is None:
                self._need = len(view) - at + 1
                return at
            missing = self._read(view, at, head)
            if missing:
                self._need = len(view) - at + missing
                return at
            at = at if self._searching else head.payload

    def _close(self, view: memoryview, at: int) -> None:
        """Leave the elements that end here."""
        position = self._offset + at
        while self._open:
            number, end, _ = self._open[-1]
            if end is None or position < end:
                return
            self._open.pop()
            if number in _SUMMED:
                self._end_summed(number, view, position)

    def _end_summed(self, number: int, view: memoryview, position: int) -> None:
        self._checksum.pass_to(view, self._offset, position)
        if not self._checksum.holds():
            self._miss(_SUMMED[number], self._element_at, self._time)

    def _read(self, view: memoryview, at: int, head: Head) -> int:
        """Read an element: enter it, look at it or skip it. Returns how many bytes of it are missing for that."""
        if head is NO_ELEMENT and self._open:
            return self._break("bytes are no element", at)
        end = None if head.size is None else self._offset + head.payload + head.size
        if head.id in _ABOVE:
            self._leave(view, at, head.id)
        within, _, limit = self._open[-1] if self._open else _BESIDE
        if end is not None and limit is not None and end > limit:
            return self._break("an element runs past the one that holds it", at)
        if within == _CLUSTER:
            return self._read_in_cluster(view, at, head, end)
        if within == _BLOCK_GROUP:
            return self._read_in_group(view, at, head, end)
        if within == _TRACKS:
            return self._read_in_tracks(view, at, head, end)
        return self._read_above(at, head, end)

    def _enter(self, number: int, end: int | None) -> None:
        limit = end if end is not None or not self._open else self._open[-1].limit
        self._open.append(_Open(number, end, limit))

    def _leave(self, view: memoryview, at: int, number: int) -> None:
        """Leave what cannot hold an element of this ID: an element of no size ends there; another one is broken."""
        position = self._offset + at
        while self._open and (self._open[-1].id != _SEGMENT or number in {_SEGMENT, _EBML}):
            left, end, _ = self._open.pop()
            if end is not None:
                self._checksum.abandon()
                self._miss("an element ends before its size", position, self._last)
            elif left in _SUMMED:
                self._end_summed(left, view, position)

    def _read_above(self, at: int, head: Head, end: int | None) -> int:
        """Read an element of the segment, or one beside it."""
        if not self._open:
            if head.id == _SEGMENT:
                self._segments += 1
                self._is_open_ended = self._is_open_ended or end is None
                self._enter(_SEGMENT, end)
            elif head.id in {_EBML, _VOID} and end is not None:
                self._skip_to = end
            else:
                self._foreign, self._skip_to = self._offset + at, self._end
            return 0
        if head.id == _CLUSTER or (head.id == _TRACKS and end is not None):
            self._enter(head.id, end)
            self._checksum.begin()
            self._element_at, self._is_first = self._offset + at, True
            return 0
        if head.id not in _IN_SEGMENT or end is None:
            return self._break("an element is none that may stand there", at)
        self._skip_to = end
        return 0

    def _read_in_cluster(self, view: memoryview, at: int, head: Head, end: int | None) -> int:
        first, self._is_first = self._is_first, False
        if end is None:
            return self._break("an element is none that may stand there", at)
        if head.id == _SIMPLE_BLOCK:
            return self._read_block(view, head, end)
        if head.id == _TIMESTAMP or (head.id == _CRC32 and first):
            missing = self._read_number(view, at, head, end)
            self._is_first = first and missing > 0
            return missing
        if head.id == _BLOCK_GROUP:
            self._enter(_BLOCK_GROUP, end)
        elif head.id in _IN_CLUSTER:
            self._skip_to = end
        else:
            self._break("an element is none that may stand there", at)
        return 0

    def _read_number(self, view: memoryview, at: int, head: Head, end: int) -> int:
        """Read the time of a cluster, or its checksum; returns how many bytes are missing for that."""
        stop = end - self._offset
        if stop - head.payload > _LONGEST_NUMBER:
            return self._break("an element is longer than it can be", at)
        if stop > len(view):
            return stop - len(view)
        value = bytes(view[head.payload : stop])
        if head.id == _CRC32:
            self._checksum.state(int.from_bytes(value, "little"), end)
        else:
            self._begin_time(int.from_bytes(value, "big") * self._scale)
        self._skip_to = end
        return 0

    def _read_in_group(self, view: memoryview, at: int, head: Head, end: int | None) -> int:
        if head.id == _BLOCK and end is not None:
            return self._read_block(view, head, end)
        if end is None or head.id not in _IN_GROUP:
            return self._break("an element is none that may stand there", at)
        self._skip_to = end
        return 0

    def _read_in_tracks(self, view: memoryview, at: int, head: Head, end: int | None) -> int:
        """Go over what :mod:`~archiver.audio.bitstream.matroska_plan` has read, for its checksum."""
        first, self._is_first = self._is_first, False
        if end is None:
            return self._break("an element is none that may stand there", at)
        if head.id == _CRC32 and first:
            missing = self._read_number(view, at, head, end)
            self._is_first = missing > 0
            return missing
        self._skip_to = end
        return 0

    def _read_block(self, view: memoryview, head: Head, end: int) -> int:
        """Digest the frames of a block of sound; returns how many bytes of it are missing."""
        stop = end - self._offset
        missing = stop - len(view)
        if missing > 0 and len(view) - head.payload < _BLOCK_HEAD_BYTES:
            return min(missing, _BLOCK_HEAD_BYTES - (len(view) - head.payload))
        try:
            block = block_at(view, head.payload, stop)
            track = self._digests.get(block.track)
            if track is not None and stop - head.payload > MOST_BLOCK_BYTES:
                self._too_long = True
            elif track is not None:
                if missing > 0:
                    return missing
                self._last = max(self._last, self._time + block.time * self._scale)
                track.take(frames(view, block, stop))
        except BrokenBlockError as error:
            self._miss(str(error), self._offset + head.payload, self._last)
        self._skip_to = end
        return 0

    def _begin_time(self, time: int) -> None:
        """Take the time of a cluster, which says how much was lost before it."""
        self._tell(time)
        self._time = time

    def _break(self, what: str, at: int) -> int:
        """Give up what is open, and look for the next cluster."""
        self._miss(what, self._offset + at, self._last)
        self._checksum.abandon()
        self._open = self._open[:1] or [_Open(_SEGMENT, None, None)]
        self._searching = True
        self._skip_to = self._offset + at + 1
        return 0

    def _miss(self, what: str, offset: int, time: int) -> None:
        """Note a damaged place; what it costs shows when the next cluster comes."""
        if len(self._holes) >= _MOST_HOLES:
            self._tell(self._last)
        self._holes.append((what, offset, time))

    def _tell(self, time: int) -> None:
        """Say of the damaged places that the music goes on at this time."""
        reached = 0
        for what, offset, begin in self._holes:
            lost = max(time - max(begin, reached), 0)
            reached = max(reached, time)
            self._damages.add(what, offset, self._sample(begin), lost * self._rate // _NANOSECONDS)
        self._holes.clear()

    def _sample(self, time: int) -> int | None:
        return time * self._rate // _NANOSECONDS if self._rate else None

    def _judge_end(self) -> None:
        position = self._offset + len(self._held)
        ends = [each.end for each in self._open if each.end is not None]
        is_cut = bool(self._held) or self._skip_to > position or any(end > position for end in ends)
        if is_cut and not self._searching:
            self._miss("the file ends within an element", position, self._last)
        if not self._segments:
            self._miss("there is no segment", position, 0)
        self._tell(max(self._ends_at, self._last) if is_cut or self._searching else self._last)

    def _detail(self) -> str | None:
        if self._foreign is not None:
            left = self._end - self._foreign
            return f"{left:,} bytes after the last element belong to none"
        if self._too_long:
            return "a block of sound is too long to be looked at"
        if self._segments and not self._digests:
            return "there is no sound track"
        if self._is_open_ended:
            return "the file does not state its size"
        if self._is_pure and self._ends_at - self._last > _TOLERATED_NS:
            seconds = (self._ends_at / _NANOSECONDS, self._last / _NANOSECONDS)
            return f"the header states {seconds[0]:,.1f} s, the last block begins at {seconds[1]:,.1f} s"
        return None
