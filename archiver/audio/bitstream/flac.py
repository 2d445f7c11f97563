"""FLAC (RFC 9639): the frames after the last metadata block.

A frame does not say how long it is. It ends where the next one begins, and its CRC-16 over all of its bytes, its own
two at the end among them, is then 0. A header by chance, within the bytes of a frame, passes for none: its CRC-8 has
to hold, and either the frame before it closes there, or its number is the one that must come next. So a damaged
frame costs one place, and reading goes on at the next true one.

A CRC of 0 stays 0 however many zeros follow. So zeros at the end of a frame are counted: more than its footer and the
samples of a silent frame can be are none of it.

FLAC's own MD5 is one of decoded samples and not tested here.
"""

from __future__ import annotations

import struct

from fastcrc import crc16

from archiver.audio.bitstream.chain import MOST_PADDING, NO_FRAME, PADDED
from archiver.audio.bitstream.damages import Damages
from archiver.audio.bitstream.digests import PartsDigest
from archiver.audio.bitstream.flac_header import LONGEST, SYNC, FrameHeader, frame_header
from archiver.audio.bitstream.held import Held
from archiver.audio.containers.flac_layout import STREAMINFO, flac_blocks
from archiver.audio.properties.stretch import Stretch
from archiver.model.sound import Bitstream, Given, Sound

METHOD = "flac-frames-v1"
_HEADERS, _FRAMES, _ORDER, _SAMPLES = (
    "flac-header-crc8",
    "flac-frame-crc16",
    "flac-frame-order",
    "flac-sample-count",
)
_STREAMINFO_BYTES = 34
_FOOTER_BYTES = 2
_SOUGHT = 512 << 10
_MORE_ZEROS = 2  # the header's CRC-8 may be 0, and a subframe may have wasted bits


def flac_stream(stretch: Stretch) -> Bitstream:
    """The frames, and what STREAMINFO says of them. Where the file breaks off within its metadata there are none.

    Where the metadata blocks lead elsewhere than to a frame, the first one of the stream is looked for.
    """
    window = stretch.window
    info = b""
    frames = stretch.start + 4
    for block in flac_blocks(window, stretch.start):
        if block.kind == STREAMINFO and not info:
            info = window.read(block.payload, min(block.end - block.payload, _STREAMINFO_BYTES))
        frames = block.end
    start = min(frames, stretch.end)
    given = _stated(info) if len(info) == _STREAMINFO_BYTES else {}
    first = _header_at(stretch, start)
    if first is None:
        found = _first_frame(stretch, given)
        if found is not None:
            start, given["astray"] = found, 1
            first = _header_at(stretch, start)
    if not given.get("rate"):
        given["rate"] = 0 if first is None else first.rate
    return Bitstream("flac", start, stretch.end, given)


def _header_at(stretch: Stretch, at: int) -> FrameHeader | None:
    head = stretch.window.read(at, min(LONGEST, stretch.end - at))
    return frame_header(head, 0) if SYNC.match(head) else None


def _first_frame(stretch: Stretch, given: dict[str, int]) -> int | None:
    """Where the first frame of the stream is, within :data:`_SOUGHT` bytes, by what STREAMINFO says of it."""
    begin = stretch.start + 4
    data = stretch.window.read(begin, min(_SOUGHT, stretch.end - begin))
    for match in SYNC.finditer(data):
        header = frame_header(data, match.start())
        if header is not None and header.number == 0 and not _contradicts(header, given):
            return begin + match.start()
    return None


def _contradicts(header: FrameHeader, given: Given) -> bool:
    """Whether a frame cannot be of the stream of which STREAMINFO states this."""
    return "channels" in given and (
        header.channels != given["channels"]
        or header.rate not in (0, given["rate"])
        or header.bits not in (0, given["bits"])
    )


def _stated(info: bytes) -> dict[str, int]:
    """STREAMINFO's fields (section 8.2); 0 is "not known" for the lengths and for the number of samples."""
    least, most = struct.unpack_from(">HH", info)
    packed = int.from_bytes(info[10:18], "big")
    return {
        "block_min": least,
        "block_max": most,
        "frame_min": int.from_bytes(info[4:7], "big"),
        "frame_max": int.from_bytes(info[7:10], "big"),
        "rate": packed >> 44,
        "channels": (packed >> 41 & 7) + 1,
        "bits": (packed >> 36 & 31) + 1,
        "samples": packed & 0xF_FFFF_FFFF,
    }


class _Frame:
    """A frame that is being read: its CRC-16 is the one of all bytes up to here."""

    __slots__ = ("after", "body", "crc", "header", "offset", "sample")

    def __init__(self, header: FrameHeader, offset: int, sample: int) -> None:
        self.header = header
        self.offset = offset
        self.body = offset + header.length
        self.sample = sample
        self.after = sample + header.size
        self.crc = 0


class FlacWalk:
    """Tests every frame.

    Two frames are read at a time: the one that is being read, and its rival, the last header that stands within it
    and may be the true one where the first is damaged.
    """

    def __init__(self, stream: Bitstream) -> None:
        given = stream.given
        self._given = given
        self._start = stream.start
        self._digest = PartsDigest(METHOD, ((stream.start, stream.end),), stream.start)
        self._damages = Damages(given.get("rate") or None)
        self._held = Held(stream.start)
        self._frame: _Frame | None = None
        self._rival: _Frame | None = None
        self._zeros = 0
        self._unit = given.get("block_max", 0) if given.get("block_max") == given.get("block_min") else 0
        self._reached = 0
        self._whole_frames = 0
        self._began_at = 0
        self._shortest, self._longest = 1 << 62, 0
        self._largest = 0
        self._contradicted = False
        self._ended = self._padded = False

    def take(self, piece: memoryview) -> None:
        """Take the next bytes."""
        self._digest.take(piece)
        data = self._held.add(piece)
        if data is not None:
            self._read(data, len(data) - LONGEST)

    def finish(self) -> Sound:
        """Return what the frames showed."""
        rest = self._held.rest()
        self._read(rest, len(rest))
        self._ended = True
        self._close()
        total = self._given.get("samples", 0)
        checked = (_HEADERS, _FRAMES, _ORDER, _SAMPLES) if total else (_HEADERS, _FRAMES, _ORDER)
        tested = self._whole_frames > 0 or self._damages.count > 0
        integrity = self._damages.verdict(
            checked if tested else (), proved=not self._padded, tested=tested, detail=self._detail()
        )
        return Sound(self._digest.essence(), integrity)

    def _read(self, data: bytes, limit: int) -> None:
        """Look for headers that begin before ``limit`` in what is held."""
        base, read = self._held.offset, 0
        with memoryview(data) as view:
            for match in SYNC.finditer(data, 0, limit + LONGEST):
                at = match.start()
                if at >= limit:
                    break
                frame = self._frame
                if frame is not None and base + at < frame.body + _FOOTER_BYTES:
                    continue
                header = frame_header(data, at)
                if header is not None:
                    self._pass(view[read:at])
                    read = at
                    self._begin(self._frame_at(header, base + at))
            self._pass(view[read:limit])
        self._held.keep(data, limit)

    def _pass(self, bytes_between: memoryview) -> None:
        """Take bytes in which no header stands into the CRCs, and count the zeros at their end."""
        if bytes_between:
            zeros = (
                len(bytes_between) - len(bytes(bytes_between).rstrip(b"\0")) if not bytes_between[-1] else 0
            )
            self._zeros = zeros + (self._zeros if zeros == len(bytes_between) else 0)
        for frame in (self._frame, self._rival):
            if frame is not None:
                frame.crc = crc16.umts(bytes_between, frame.crc)

    def _frame_at(self, header: FrameHeader, offset: int) -> _Frame:
        if header.variable:
            return _Frame(header, offset, header.number)
        self._unit = self._unit or header.size
        return _Frame(header, offset, header.number * self._unit)

    def _begin(self, here: _Frame) -> None:
        """Judge what stands before a header, and whether it is one."""
        frame, rival = self._frame, self._rival
        if frame is not None and frame.crc == 0:
            self._note_whole(frame, here.offset)
        elif rival is not None and rival.crc == 0:
            self._note_lost(frame, rival.sample)
            self._note_whole(rival, here.offset)
        elif any(known is not None and here.sample == known.after for known in (frame, rival)):
            self._note_lost(frame, here.sample)
        elif frame is None and rival is None and here.offset == self._start:
            pass
        else:
            self._rival = here
            return
        self._frame, self._rival = here, None

    def _close(self) -> None:
        """Judge what stands before the end, and whether the end is that of the music."""
        frame, rival, end = self._frame, self._rival, self._held.offset
        total = self._given.get("samples", 0)
        if frame is not None and frame.crc == 0 and end > frame.body:
            self._note_whole(frame, end)
        elif rival is not None and rival.crc == 0 and end > rival.body:
            self._note_lost(frame, rival.sample)
            self._note_whole(rival, end)
        elif frame is not None:
            self._note_lost(frame, max(total, frame.after), "the last frame fails its CRC-16 or is cut")
        elif end > self._start:
            self._damages.add("there is no FLAC frame", self._start, 0, total)
            self._reached = total
        if total and self._reached < total:
            lost = total - self._reached
            self._damages.add("the stream ends before its last sample", end, self._reached, lost)
        elif total and self._reached > total and not self._damages.count:
            self._damages.add("there are more samples than STREAMINFO states", end, total)

    def _note_whole(self, frame: _Frame, end: int) -> None:
        """A frame's CRC-16 held."""
        if frame.sample != self._reached:
            self._note_jump(frame)
        self._reached = frame.after
        self._whole_frames += 1
        end -= self._stray_zeros(frame, end)
        length = end - frame.offset
        self._shortest, self._longest = min(self._shortest, length), max(self._longest, length)
        self._largest = max(self._largest, frame.header.size)
        if not self._contradicted and _contradicts(frame.header, self._given):
            self._contradicted = True
            self._damages.add("STREAMINFO and a frame contradict each other", frame.offset, frame.sample)

    def _stray_zeros(self, frame: _Frame, end: int) -> int:
        """Say what zeros stand between the frame and the header or the end at ``end``, and return how many."""
        bits = frame.header.bits or self._given.get("bits", 32)
        own = frame.header.channels * (1 + (bits + 7) // 8) + _FOOTER_BYTES + _MORE_ZEROS
        if self._zeros <= own:
            return 0
        if self._ended and (self._zeros <= MOST_PADDING or frame.after == self._given.get("samples")):
            self._padded = True
        else:
            self._damages.add(NO_FRAME, end - self._zeros, frame.after)
        return self._zeros

    def _note_jump(self, frame: _Frame) -> None:
        """A whole frame is not the one that had to come."""
        missing = frame.sample - self._reached
        if missing < 0:
            self._damages.add("the frames are out of order", frame.offset, frame.sample)
        elif self._whole_frames or self._damages.count or self._given.get("samples"):
            self._damages.add("frames are missing", frame.offset, self._reached, missing)
        else:
            self._began_at = frame.sample

    def _note_lost(self, frame: _Frame | None, after: int, what: str = "a frame fails its CRC-16") -> None:
        """What stands between the last whole frame and the sample ``after`` is damaged."""
        if frame is None:
            offset, sample, least = self._start, 0, 0
            what = "the bytes before the first frame are no frame"
        else:
            offset, sample, least = frame.offset, min(frame.sample, self._reached), frame.header.size
        self._damages.add(what, offset, sample, max(after - sample, least))
        self._reached = after

    def _detail(self) -> str | None:
        given, notes = self._given, []
        if given.get("astray"):
            notes.append("the metadata blocks do not lead to the frames")
        if self._began_at:
            notes.append(
                "the first frame is not the first of its stream, as in a broadcast that was recorded"
            )
        if self._padded:
            notes.append(PADDED)
        if self._whole_frames and not given.get("samples"):
            notes.append("how many samples there are is not stated")
        if self._whole_frames and not self._damages.count:
            least, most = given.get("frame_min", 0), given.get("frame_max", 0)
            if self._shortest < least or self._longest > (most or self._longest):
                notes.append("the frames are not as long as STREAMINFO states")
            if "block_max" in given and self._largest > given["block_max"]:
                notes.append("the frames hold more samples each than STREAMINFO states")
        return "; ".join(notes) or None
