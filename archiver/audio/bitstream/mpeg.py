"""MPEG audio, Layers I to III: the frames from the first one with sound to the tags that end the file.

A frame of facts (Xing, Info, VBRI) before the sound is none of it: programs that copy a stream write their own. What
stands amid the frames stays in the digest, so that it can be had without walking.

Whether the music is whole is said by the best witness there is:

- LAME's CRC-16 over all of the music, where it holds: intact.
- Where it fails although the frames follow one another from end to end, the music is damaged, for the frame that
  states the CRC proves itself by a CRC of its own. Two causes leave the music whole, and can be told: somebody changed
  that frame, whose own CRC fails then; or mp3gain changed the volume of every frame, and a tag says so. Then the
  frames are consistent, which is all that is known.
- Without it, the walk, and the counts of frames and bytes. They count as short where both are, since some writers
  count the frame of facts and some the tags.
- A frame's own CRC-16 covers its header and how it is divided, and none of its sound, so that it proves damage and
  never the contrary. Where it fails in each and every frame, the encoder wrote it wrongly.
"""

from __future__ import annotations

import struct

from fastcrc import crc16

from archiver.audio.bitstream.chain import FrameChain
from archiver.audio.bitstream.frame_checks import WRITTEN_WRONGLY, FrameChecks
from archiver.audio.bitstream.lame_tag import changed_in_volume, lame_tag
from archiver.audio.bitstream.mpeg_checksum import checksum_holds
from archiver.audio.bitstream.mpeg_frames import frame_lengths, reservoir, side_bytes
from archiver.audio.formats.mpeg_sync import free_format_length, mpeg_header
from archiver.audio.properties.mpeg import mpeg_start, stream_facts
from archiver.audio.properties.stretch import Stretch, UnparsableError
from archiver.model.sound import Bitstream, Sound

METHOD = "mpeg-frames-v1"
WALK, COUNT, FRAME_CRC = "mpeg-frame-walk", "mpeg-frame-count", "mpeg-frame-crc16"
TAG_CRC, MUSIC_CRC = "lame-tag-crc16", "lame-music-crc16"

MUSIC_DIFFERS = "the music differs from the CRC-16 that its encoder wrote of it"
MISSING = "frames are missing at the end"
CUT_BEFORE = "the first frame needs what is lost before it"

STRAY_BEFORE = "there are bytes before the first frame that are no frame"
REACHES_BACK = "the first frame needs what stood before it, as where a recording was split"
MORE_FRAMES = "there are more frames than the first one states"
MORE_MUSIC = "the encoder's CRC-16 holds for the first part of the music"
FRAME_OF_FACTS_CHANGED = "the frame that describes the music fails its own CRC-16"
VOLUME_CHANGED = "the encoder's CRC-16 is that of the music before its volume was changed"
JOINED = "a stream of another sampling rate or version is joined on"

_FACTS_BYTES = 8192
_FREE_SEARCHED = 1 << 16
_TAGS_SEARCHED = 256 << 10
_LONGEST = 2881
_CHAIN = 3
_LONGEST_RESERVOIR = 3000
_HEADER_AND_SIDE = 40
_WORD = struct.Struct(">I")


def mpeg_stream(stretch: Stretch) -> Bitstream:
    """The frames with sound, and what a frame of facts before them states.

    Raises:
        UnparsableError: where there is no frame.
    """
    window = stretch.window
    begin, header, free = mpeg_start(stretch)
    before = window.read(stretch.start, begin - stretch.start)
    data = window.read(begin, min(_FACTS_BYTES, stretch.end - begin))
    given: dict[str, int] = {"rate": header.rate, "stray": len(before.strip(b"\0"))}
    start, facts = begin, stream_facts(data, header)
    if facts is not None:
        free = free or _free_length(stretch, begin)
        start = min(begin + (header.length or free + header.padding), stretch.end)
        given |= {"facts": start - begin, "frames": facts.frames, "bytes": facts.bytes}
        tag = lame_tag(data[: start - begin], header)
        if tag is not None:
            given |= {"tag_held": tag.held, "music_bytes": tag.music_bytes, "music_crc": tag.music_crc}
            given["volume_changed"] = _volume_changed(stretch)
    first = window.read(start, min(_HEADER_AND_SIDE, stretch.end - start))
    sound = mpeg_header(first[:4])
    if sound is None or sound.layer != header.layer:
        first = data
    elif sound.layer == 3:
        given["reaches_back"] = reservoir(first, 0, mpeg1=sound.mpeg1)
    given["header"] = int.from_bytes(first[:4], "big")
    given["free"] = free or _free_length(stretch, start)
    if not frame_lengths(given["header"] >> 8, given["free"]).plain:
        raise UnparsableError("there is no MPEG audio frame")
    return Bitstream("mpeg", start, stretch.end, given)


def _free_length(stretch: Stretch, at: int) -> int:
    """Bytes of free-format frames that begin at ``at``, 0 where there are none."""
    return free_format_length(stretch.window.read(at, min(_FREE_SEARCHED, stretch.end - at))) or 0


def _volume_changed(stretch: Stretch) -> bool:
    """Whether tags before or after the frames say so."""
    window = stretch.window
    leading = window.read(0, min(stretch.start, _TAGS_SEARCHED))
    trailing = window.read(stretch.end, min(window.size - stretch.end, _TAGS_SEARCHED))
    return changed_in_volume(leading) or changed_in_volume(trailing)


class MpegWalk(FrameChain):
    """Goes from frame to frame by their headers, and holds the music to what the first frame states."""

    def __init__(self, stream: Bitstream) -> None:
        given = self._given = stream.given
        self._free = given["free"]
        self._tables = frame_lengths(given["header"] >> 8, self._free)
        super().__init__(stream, METHOD, self._tables.sync, 4, max(_LONGEST, self._free + 4))
        self._checks = FrameChecks(self._damages)
        self._music_left = max(given.get("music_bytes", 0) - given.get("facts", 0), 0)
        self._music_crc = 0
        if given["stray"] and "facts" not in given and given.get("reaches_back"):
            self._damages.add(CUT_BEFORE, stream.start, 0, self._tables.samples)
        elif given["stray"]:
            self._notes[STRAY_BEFORE] = None
        elif given.get("reaches_back"):
            self._notes[REACHES_BACK] = None

    def take(self, piece: memoryview) -> None:
        """Take the next bytes."""
        if self._music_left:
            music = piece[: self._music_left]
            self._music_left -= len(music)
            self._music_crc = crc16.arc(music, self._music_crc)
        super().take(piece)

    def finish(self) -> Sound:
        """Return what the frames showed."""
        end = self._end()
        checked = [WALK]
        if self._checks.done:
            checked.append(FRAME_CRC)
            if self._checks.written_wrongly(self._frames + self._lost_frames):
                self._notes[WRITTEN_WRONGLY] = None
        if self._given.get("frames"):
            checked.append(COUNT)
            self._judge_count(end)
        proved = False
        if "tag_held" in self._given:
            checked.append(TAG_CRC)
            if not self._music_left:
                checked.append(MUSIC_CRC)
            proved = self._judge_music(end)
        return self._sound(tuple(checked), proved=proved)

    def _is_all(self) -> bool:
        """Whether as many frames are there as the frame of facts states."""
        stated: int = self._given.get("frames", 0)
        return 0 < stated == self._frames

    def _judge_count(self, end: int) -> None:
        """Hold the frames that are there to the number that the frame of facts states."""
        stated = self._given["bytes"]
        missing = self._given["frames"] - self._frames - self._lost_frames
        short = stated - self._given["facts"] - (end - self._start)
        several = missing > 1 and (short > 0 or not stated)
        if several or (missing == 1 and short * 2 > self._mean()):
            self._damages.add(MISSING, end, self._samples, missing * self._tables.samples)
        elif missing < -1:
            self._notes[MORE_FRAMES] = None

    def _judge_music(self, end: int) -> bool:
        """Hold the music to its encoder's CRC-16, and return whether that proves all of it."""
        given = self._given
        if not given["tag_held"]:
            self._notes[FRAME_OF_FACTS_CHANGED] = None
        if not self._music_left and self._music_crc == given["music_crc"]:
            if end - self._start == given["music_bytes"] - given["facts"] or self._is_all():
                return True
            self._notes[MORE_MUSIC] = None
        elif given["tag_held"] and not self._damages.count:
            if self._music_left:
                self._damages.add(MISSING, end, self._samples)
            elif given["volume_changed"]:
                self._notes[VOLUME_CHANGED] = None
            else:
                self._damages.add(MUSIC_DIFFERS, self._start)
        return False

    def _frame(self, data: bytes, at: int) -> tuple[int, int]:
        key = _WORD.unpack_from(data, at)[0] >> 8
        length = self._tables.plain.get(key) or self._tables.guarded.get(key) or 0
        return length, self._tables.samples if length else 0

    def _run(self, data: bytes, at: int, limit: int) -> int:
        plain, word = self._tables.plain.get, _WORD.unpack_from
        count, last, samples = 0, at, self._tables.samples
        while at < limit:
            key = word(data, at)[0] >> 8
            length = plain(key)
            if length is None:
                length = self._tables.guarded.get(key)
                if length is None or not self._is_guarded(data, at, length, self._samples + count * samples):
                    break
            last = at
            at += length
            count += 1
        if count:
            self._last = self._held.offset + last
            self._frames += count
            self._last_samples = samples
            self._samples += count * samples
        return at

    def _is_guarded(self, data: bytes, at: int, length: int, sample: int) -> bool:
        """Test the frame's own CRC-16.

        Where it fails and no frame follows, the header itself is damaged: no frame of such a length is there.
        """
        held = checksum_holds(data, at, layer=self._tables.layer, mpeg1=self._tables.mpeg1)
        if held is None:
            return True
        if not held and not self._leads_on(data, at + length):
            return False
        self._checks.add(self._held.offset + at, sample, self._tables.samples, held=held)
        return True

    def _joins(self, data: bytes, at: int) -> bool:
        """Whether frames of another sampling rate, version or layer follow one another from ``at`` on."""
        header = mpeg_header(data[at : at + 4])
        if header is None or not header.length:
            return False
        tables = frame_lengths(int.from_bytes(data[at : at + 3], "big"), 0)
        place = at
        for _ in range(_CHAIN):
            if place + 4 > len(data):
                return False
            length = tables.plain.get(_WORD.unpack_from(data, place)[0] >> 8)
            if length is None:
                return False
            place += length
        self._tables, self._sync = tables, tables.sync
        self._notes[JOINED] = None
        return True

    def _touched(self, data: bytes, at: int) -> int:
        """How many frames take bits out of the frames before the gap, which are lost with it (section 2.4.3.4)."""
        tables = self._tables
        if tables.layer != 3:
            return 0
        touched = there = 0
        end = min(at + _LONGEST_RESERVOIR, len(data) - _HEADER_AND_SIDE)
        while at < end:
            key = _WORD.unpack_from(data, at)[0] >> 8
            length = tables.plain.get(key) or tables.guarded.get(key)
            if length is None or reservoir(data, at, mpeg1=tables.mpeg1) <= there:
                break
            touched += 1
            checksum = 0 if key in tables.plain else 2
            there += length - 4 - checksum - side_bytes(data, at, mpeg1=tables.mpeg1)
            at += length
        return touched
