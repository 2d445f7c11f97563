"""MPEG-4 and QuickTime: the samples of the sound tracks, and whether boxes and tables agree (ISO/IEC 14496-12).

The movie box is read beforehand: it says where the samples lie. Fragments say it as they pass. The format has no
checksum, so that nothing is ever more than consistent.
"""

from __future__ import annotations

from archiver.audio.bitstream.damages import Damages
from archiver.audio.bitstream.mp4_fragments import BrokenFragmentError, Run, TrackDefaults, fragment_runs
from archiver.audio.bitstream.mp4_plan import movie_plan
from archiver.audio.bitstream.part_queue import Part, PartQueue
from archiver.audio.properties.stretch import Stretch
from archiver.model.sound import Bitstream, Essence, Sound

METHOD = "mp4-samples-v1"
CHECKED = ("mp4-boxes", "mp4-sample-tables", "mp4-samples-inside")
MOST_FRAGMENT_BYTES = 4 << 20
_MAX_TRACKS = 256
_TENTH = 10
_HEAD, _LONG_HEAD = 8, 16


def mp4_stream(stretch: Stretch) -> Bitstream:
    """The whole stretch, and what the movie box says of the sound tracks."""
    given = movie_plan(stretch.window.again(), stretch.start, stretch.end)
    return Bitstream("mp4", stretch.start, stretch.end, given)


class Mp4Walk:
    """Goes from box to box, and digests the samples as the movie box and the fragments name them."""

    def __init__(self, stream: Bitstream) -> None:
        given = stream.given
        self._scale = int(given.get("scale", 0))
        self._damages = Damages(self._scale or None)
        for what, offset, sample, lost in given.get("faults", ()):
            self._damages.add(what, offset, sample, lost)
        self._detail: str | None = given.get("detail")
        self._has_movie = bool(given.get("movie"))
        self._is_cut = bool(given.get("cut"))
        self._tracks = {
            int(number): TrackDefaults(*values) for number, values in given.get("tracks", {}).items()
        }
        self._queue = PartQueue(stream.start)
        parts = given.get("parts")
        self._is_placed = (parts is not None or not self._has_movie) and all(
            self._queue.add(Part(start, end)) for start, end in parts or ()
        )
        self._first = int(given.get("ticks", 0))
        self._clocks: dict[int, int] = {}
        self._bases: dict[int, int] = {}
        self._fragments = 0
        self._head = bytearray()
        self._want = _HEAD
        self._at = self._position = stream.start
        self._end = stream.end
        self._box_at = stream.start
        self._foreign: int | None = None

    def take(self, piece: memoryview) -> None:
        """Take the next bytes: their boxes first, which say what of them is music."""
        while self._foreign is None:
            start = self._at + len(self._head) - self._position
            if start >= len(piece):
                break
            self._head += piece[start : start + self._want - len(self._head)]
            if len(self._head) >= self._want:
                self._digest(piece, self._at + len(self._head))
                self._read_box()
        self._digest(piece, self._position + len(piece))
        self._position += len(piece)

    def _digest(self, piece: memoryview, end: int) -> None:
        """Digest what is music up to byte ``end``, before a box there names more."""
        self._queue.take(piece[self._queue.position - self._position : end - self._position])

    def finish(self) -> Sound:
        """Return the digest, and whether everything that the boxes name was there."""
        self._judge_end()
        essence = None
        if self._is_placed and self._queue.any:
            essence = Essence(METHOD, self._queue.hexdigest())
        if self._fragments and self._detail is None:
            self._detail = "nothing says how many fragments there should be"
        return Sound(essence, self._damages.verdict(CHECKED, proved=False, detail=self._detail))

    def _read_box(self) -> None:
        """Read the header that was gathered, and the whole of a fragment; then go on behind it."""
        head = self._head
        size, name = int.from_bytes(head[:4], "big"), bytes(head[4:8])
        header = _HEAD
        if size == 1:
            if len(head) < _LONG_HEAD:
                self._want = _LONG_HEAD
                return
            size, header = int.from_bytes(head[8:16], "big"), _LONG_HEAD
        elif size == 0:
            size = max(self._end - self._at, _HEAD)
        if size < header or not _is_name(name):
            self._foreign = self._at
            head.clear()
            return
        if name == b"moof" and not self._has_fragment(size):
            return
        self._box_at, self._at = self._at, self._at + size
        self._want = _HEAD
        head.clear()

    def _has_fragment(self, size: int) -> bool:
        """Whether a fragment of this size is done with."""
        if size > MOST_FRAGMENT_BYTES:
            self._detail, self._is_placed = "a movie fragment is too long to be followed", False
            return True
        if len(self._head) < size:
            self._want = size
            return False
        self._fragments += 1
        try:
            runs = fragment_runs(bytes(self._head), self._at, self._tracks)
        except BrokenFragmentError as error:
            self._damages.add(str(error), self._at)
            self._is_placed = False
            return True
        for run in sorted(runs, key=lambda each: each.start):
            self._follow(run)
        return True

    def _follow(self, run: Run) -> None:
        """Digest a run of samples when it comes, and see whether it goes on where the last one ended."""
        clock = self._clocks.get(run.track)
        if clock is None:
            if len(self._clocks) >= _MAX_TRACKS:
                return
            clock = self._first or run.decode_time or 0
            self._bases[run.track] = 0 if self._first else clock
        heard = run.decode_time if run.decode_time is not None else clock
        scale = self._tracks.get(run.track, TrackDefaults()).scale
        if scale and (heard - clock) * _TENTH > scale:
            lost = self._scaled(heard - clock, scale)
            self._damages.add("fragments are missing", self._at, self._sample(run.track, clock), lost)
        self._clocks[run.track] = heard + run.ticks
        tick, ticks = self._sample(run.track, heard), self._scaled(run.ticks, scale)
        if not self._queue.add(Part(run.start, run.end, tick, ticks)):
            self._detail = "samples of a movie fragment lie before it or over one another"
            self._is_placed = False

    def _sample(self, track: int, tick: int) -> int:
        """A time of a track as the first track counts, from the beginning of the music."""
        return self._scaled(tick - self._bases[track], self._tracks.get(track, TrackDefaults()).scale)

    def _scaled(self, ticks: int, scale: int) -> int:
        return ticks * self._scale // scale if scale else ticks

    def _judge_end(self) -> None:
        unheard = self._queue.unheard()
        complete = unheard is None and (self._has_movie or self._fragments > 0)
        if self._foreign is not None or (self._head and not any(self._head)):
            start = self._at if self._foreign is None else self._foreign
            if complete:
                self._detail = f"{self._position - start:,} bytes after the last box belong to no box"
            else:
                self._damages.add("bytes belong to no box", start)
        elif self._is_cut:
            pass
        elif self._at > self._position or self._head:
            if unheard is not None and unheard[2]:
                _, tick, ticks = unheard
                self._damages.add("a fragment is cut short", self._position, tick, ticks)
            else:
                self._damages.add("a box runs past the end of the file", self._box_at)
        elif unheard is not None:
            self._damages.add("music is missing", self._position, unheard[1], unheard[2])
        if not self._has_movie and not self._fragments:
            self._damages.add("the movie box is missing", self._position)


def _is_name(name: bytes) -> bool:
    """Whether four bytes may name a box: letters of MacRoman without controls, as all that are registered are."""
    return min(name) >= 0x20
