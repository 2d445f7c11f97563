"""The logical streams of an Ogg file, side by side and one after another: whether their pages are all there (RFC 3533)."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from archiver.audio.bitstream.damages import Damages
from archiver.audio.bitstream.ogg_packets import ROOM, PacketDigest
from archiver.model.sound import Essence

METHOD = "ogg-packets-v1"
MOST_STREAMS = 255
"""Streams that are followed side by side."""

_CONTINUED, _FIRST, _LAST = 1, 2, 4
_NUMBERS = 0xFFFF_FFFF
_BACKWARDS = 1 << 31
_MOST_HOLES = 64
_LONGEST_PAGE_S = 60


class Page(NamedTuple):
    """One page.

    Attributes:
        offset: Byte offset in the file.
        flags: 1 continued packet, 2 first page of its stream, 4 last.
        granule: The position that its last packet reaches, -1 where none ends on it.
        serial: The number of its stream.
        number: Its own, counted in its stream.
        lacing: The segment table.
        body: The segments.
    """

    offset: int
    flags: int
    granule: int
    serial: int
    number: int
    lacing: bytes
    body: memoryview


class LogicalStream:
    """One stream: its packets, and whether page follows page.

    Args:
        page: Its first.
        before: Samples of the streams that were played before it.
        damages: Takes what is wrong.
        rate: Samples a second in which ``damages`` counts.
    """

    __slots__ = (
        "_before",
        "_claimed",
        "_damages",
        "_first",
        "_granule",
        "_holes",
        "_number",
        "_open",
        "_packets",
        "_rate",
        "cut",
        "ended",
    )

    def __init__(self, page: Page, before: int, damages: Damages, rate: int) -> None:
        self._before = before
        self._damages = damages
        self._rate = rate
        self._packets = PacketDigest()
        self._number = page.number
        self._open = page.flags & _CONTINUED
        self._granule = 0
        self._claimed = 0
        self._first: int | None = None
        self._holes: list[tuple[str, int]] = []
        self.ended = False
        self.cut = False

    def take(self, page: Page) -> None:
        """Take its next page that can be trusted."""
        _, flags, granule, _, number, lacing, body = page
        if number != self._number or flags & _CONTINUED != self._open or self._holes or self.ended:
            self._join(page)
        self._number = number + 1 & _NUMBERS
        if lacing:
            self._open = lacing[-1] == 255
        self._packets.take(lacing, body)
        if granule >= 0:
            if self._first is None:
                self._begin_sound(page)
            elif granule < self._granule:
                self._damages.add("a granule position goes back", page.offset, self._sample(granule))
            self._granule = granule
        if flags & _LAST:
            self.ended = True

    def miss(self, what: str, offset: int, granule: int) -> None:
        """Take note of a page of its that cannot be trusted, and of the position that it claims."""
        if len(self._holes) < _MOST_HOLES:
            self._holes.append((what, offset))
            self._claimed = granule
        else:
            self._damages.add(what, offset, self._sample(self._granule))

    @property
    def expects(self) -> int:
        """The number that its next page should have."""
        return self._number + len(self._holes) & _NUMBERS

    def close(self, offset: int) -> None:
        """Say what is missing at its end, which is at ``offset``, after :meth:`flush`."""
        if self._holes:
            reached = self._claimed - self._granule
            rate = self._own_rate
            self._report_holes(reached if 0 < reached <= _LONGEST_PAGE_S * rate else 0)
        if not self.ended and not self.cut:
            self._damages.add("a stream ends without its last page", offset, self._sample(self._granule))

    def flush(self, room: memoryview) -> None:
        """Digest what was taken so far, in a row in ``room``."""
        self._packets.flush(room)

    def digests(self) -> bytes:
        """The two digests of its packets."""
        return self._packets.digests()

    def reached(self) -> int:
        """Samples from the beginning of the file to its last position."""
        sample = self._sample(self._granule)
        return self._before if sample is None else sample

    @property
    def _own_rate(self) -> int:
        found = self._packets.identification
        return 0 if found is None else found.rate

    def _sample(self, granule: int) -> int | None:
        found = self._packets.identification
        if found is None or found.rate <= 0 or not self._rate:
            return None
        played = max(granule - (self._first or 0) - found.samples_before, 0)
        return self._before + played * self._rate // found.rate

    def _begin_sound(self, page: Page) -> None:
        """Find where the sound begins, which is late where a recording joined a broadcast.

        What a packet adds that began on an earlier page is not known any more, which tells little from nothing.
        """
        if self._packets.in_sound and page.lacing and self._own_rate:
            first = max(page.granule - self._samples_on(page), 0)
            continued = page.flags & _CONTINUED and first <= _LONGEST_PAGE_S * self._own_rate
            self._first = 0 if continued else first

    def _samples_on(self, page: Page) -> int:
        continued = bool(page.flags & _CONTINUED)
        return self._packets.samples_on(page.lacing, page.body, continued=continued)

    def _join(self, page: Page) -> None:
        """Say what is wrong between the last page and this one."""
        missing = (page.number - self._number) & _NUMBERS
        if missing >= _BACKWARDS:
            self._holes.append(("a page number goes back", page.offset))
        elif missing and not self._holes:
            self._holes.append(("pages are missing", page.offset))
        elif self.ended:
            self._holes.append(("a page follows the last page of its stream", page.offset))
        if self._holes:
            lost = 0
            if self._own_rate and page.granule >= 0:
                self._first = self._first or 0
                lost = page.granule - self._samples_on(page) - self._granule
            self._report_holes(lost)
        else:
            self._damages.add("a packet lacks a part", page.offset, self._sample(self._granule))

    def _report_holes(self, lost: int) -> None:
        sample = self._sample(self._granule)
        if sample is None or lost < 0:
            lost = 0
        elif self._own_rate:
            lost = lost * self._rate // self._own_rate
        for what, offset in self._holes:
            self._damages.add(what, offset, sample, lost)
            lost = 0
        self._holes.clear()


class Chain:
    """All streams of a file.

    Streams that begin together are a group; the next beginning ends them all (RFC 3533, section 4).

    Args:
        damages: Takes what is wrong.
        rate: Samples a second in which ``damages`` counts; 0 where that is not known.

    Attributes:
        too_many: Whether more streams than :data:`MOST_STREAMS` begin together.
    """

    def __init__(self, damages: Damages, rate: int) -> None:
        self._damages = damages
        self._rate = rate
        self._streams: dict[int, LogicalStream] = {}
        self._group: list[LogicalStream] = []
        self._beginning = True
        self._played = 0
        self._state = hashlib.sha256()
        self._any = False
        self._unplaced: list[tuple[str, int]] = []
        self._room = memoryview(bytearray(ROOM))
        self.too_many = False

    @property
    def ended(self) -> bool:
        """Whether every stream has had its last page."""
        return self._any and all(stream.ended for stream in self._group)

    def take(self, page: Page) -> None:
        """Take the next page that can be trusted."""
        stream = self._streams.get(page.serial)
        if stream is None or page.flags & _FIRST:
            stream = self._begin(page)
            if stream is None:
                return
        self._beginning = bool(page.flags & _FIRST)
        if self._unplaced:
            self._place(page, stream)
        stream.take(page)

    def miss(self, what: str, page: Page) -> None:
        """Take note of a page that cannot be trusted. Its stream is believed where its number fits there."""
        stream = self._streams.get(page.serial)
        if stream is not None and stream.expects == page.number:
            stream.miss(what, page.offset, page.granule)
        else:
            self.miss_bytes(what, page.offset)

    def miss_bytes(self, what: str, offset: int) -> None:
        """Take note of bytes that belong to no page."""
        if len(self._unplaced) < _MOST_HOLES:
            self._unplaced.append((what, offset))
        else:
            self._damages.add(what, offset)

    def cut(self, page: Page | None, offset: int) -> None:
        """Take note of a page that the end of the file cuts short."""
        stream = None if page is None else self._streams.get(page.serial)
        for each in self._group:
            each.cut = True
        if page is None or stream is None:
            self.miss_bytes("the last page is cut short", offset)
        else:
            stream.miss("the last page is cut short", offset, page.granule)

    def flush(self) -> None:
        """Digest what was taken so far, and let go of it."""
        for stream in self._group:
            stream.flush(self._room)

    def close(self, offset: int) -> None:
        """End all streams."""
        self._close_group(offset)
        self._report_unplaced()

    def essence(self) -> Essence | None:
        """The digest; ``None`` where no stream was found, or not all were followed."""
        return Essence(METHOD, self._state.hexdigest()) if self._any and not self.too_many else None

    def _begin(self, page: Page) -> LogicalStream | None:
        if page.flags & _FIRST and not self._beginning:
            self._close_group(page.offset)
        if len(self._group) >= MOST_STREAMS:
            self.too_many = True
            return None
        stream = LogicalStream(page, self._played, self._damages, self._rate)
        if not page.flags & _FIRST:
            self._damages.add("a stream lacks its first page", page.offset)
        self._streams[page.serial] = stream
        self._group.append(stream)
        self._any = True
        return stream

    def _place(self, page: Page, stream: LogicalStream) -> None:
        """Give what was unreadable to the stream that lacks pages there."""
        if page.number != stream.expects:
            for what, offset in self._unplaced:
                stream.miss(what, offset, -1)
            self._unplaced.clear()
        elif len(self._streams) == 1:
            self._report_unplaced()

    def _report_unplaced(self) -> None:
        for what, offset in self._unplaced:
            self._damages.add(what, offset)
        self._unplaced.clear()

    def _close_group(self, offset: int) -> None:
        self.flush()
        for stream in self._group:
            stream.close(offset)
            self._state.update(stream.digests())
        self._played = max((stream.reached() for stream in self._group), default=self._played)
        self._group.clear()
        self._streams.clear()
