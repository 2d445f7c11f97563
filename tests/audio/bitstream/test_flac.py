"""FLAC read through frame by frame: what is whole, what is damaged and where, and the digest apart from the tags."""

from __future__ import annotations

import functools
import hashlib
import random
import struct
from pathlib import Path

import fastcrc
import mutagen.flac
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.audio.bitstream.flac_header import frame_header
from archiver.model.sound import Damage, SoundState
from tests.audio.bitstream.framed import (
    complains,
    cuts,
    digest_of,
    flipped,
    heard,
    listen,
    needs,
    pcm,
    places,
    ran,
    stream_copied,
    stream_of,
)
from tests.samples.bits import crc8_flac, crc16_flac
from tests.samples.flac import flac, flac_frames, metadata_block, streaminfo
from tests.samples.id3 import id3v1, id3v2, text_frame
from tests.samples.images import png
from tests.samples.pcm import Pcm, melody

SONG = melody((440, 0, 550, 660, 880), seconds=2.0, rate_hz=16000)
FRAMES = flac_frames(SONG)
BLOCK = 4096
SONG_FILE = flac(audio=SONG, title="Song", pictures=[png()])
MUSIC = len(SONG_FILE) - sum(map(len, FRAMES))


def offset_of(number: int) -> int:
    return MUSIC + sum(map(len, FRAMES[:number]))


def in_file(*frames: bytes, info: bytes | None = None) -> bytes:
    stated = streaminfo(SONG, FRAMES) if info is None else info
    return b"fLaC" + metadata_block(0, stated, last=True) + b"".join(frames)


def test_the_music_is_whole_and_its_digest_is_that_of_the_frames() -> None:
    sound = heard(SONG_FILE, "flac")
    assert sound.integrity.state is SoundState.INTACT
    assert sound.integrity.checked == (
        "flac-header-crc8", "flac-frame-crc16", "flac-frame-order", "flac-sample-count"
    )  # fmt: skip
    assert sound.integrity.detail is None
    assert sound.essence is not None
    assert sound.essence.method == "flac-frames-v1"
    at = 4  # the metadata blocks, stepped over by hand (RFC 9639, section 8.1)
    while True:
        kind, size = SONG_FILE[at], int.from_bytes(SONG_FILE[at + 1 : at + 4], "big")
        at += 4 + size
        if kind & 0x80:
            break
    assert sound.essence.digest == hashlib.sha256(SONG_FILE[at:]).hexdigest()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", id3v1({"title": "T"})),
        (id3v2([text_frame("TIT2", "T")], version=4, padding=200), b""),
        (id3v2([text_frame("TIT2", "T")], version=3), id3v1({"title": "T"})),
    ],
)
def test_tags_around_the_stream_are_no_music(before: bytes, after: bytes) -> None:
    sound = heard(before + SONG_FILE + after, "flac")
    assert sound.integrity.state is SoundState.INTACT
    assert sound.essence == heard(SONG_FILE, "flac").essence


def test_the_music_is_found_behind_a_comment_of_wrong_size() -> None:
    sized = bytearray(SONG_FILE)
    comment = 4 + 4 + 34
    assert sized[comment] == 4
    size = int.from_bytes(sized[comment + 1 : comment + 4], "big")
    sized[comment + 1 : comment + 4] = (size - 9).to_bytes(3, "big")
    assert heard(bytes(sized), "flac") == heard(SONG_FILE, "flac")


ASTRAY = "the metadata blocks do not lead to the frames"


@pytest.mark.parametrize("bit", [7, 8, 17, 24 + 2, 16 + 6])
def test_frames_are_found_where_the_metadata_leads_astray(bit: int) -> None:
    whole = flac(audio=SONG, title="Song", padding=300)
    header = len(whole) - sum(map(len, FRAMES)) - 304
    assert whole[header : header + 4] == b"\x81\0\x01\x2c"
    damaged = flipped(whole, header * 8 + bit)
    sound = heard(damaged, "flac")
    assert sound.essence == heard(whole, "flac").essence
    assert (sound.integrity.state, sound.integrity.detail) == (SoundState.INTACT, ASTRAY)
    without_first = flipped(damaged, (header + 304 + 1) * 8)
    assert heard(without_first, "flac").integrity.state is SoundState.DAMAGED


@pytest.mark.parametrize("number", [0, 3, len(FRAMES) - 1])
def test_a_damaged_frame_costs_one_place_that_is_named(number: int) -> None:
    offset = offset_of(number)
    damaged = flipped(SONG_FILE, (offset + 40) * 8)
    integrity = heard(damaged, "flac").integrity
    assert integrity.state is SoundState.DAMAGED
    assert integrity.damaged_places == 1
    (place,) = integrity.damage
    assert (place.offset, place.sample) == (offset, number * BLOCK)
    assert place.at_s == round(number * BLOCK / 16000, 3)
    assert integrity.lost_s == round(min(BLOCK, SONG.frames - number * BLOCK) / 16000, 3)


def test_a_damaged_header_costs_its_frame_and_the_one_before_it() -> None:
    damaged = flipped(SONG_FILE, (offset_of(3) + 1) * 8)
    integrity = heard(damaged, "flac").integrity
    assert integrity.damage == (
        Damage("a frame fails its CRC-16", offset_of(2), 2 * BLOCK, round(2 * BLOCK / 16000, 3)),
    )
    assert integrity.lost_s == round(2 * BLOCK / 16000, 3)


def test_the_first_header_damaged_costs_the_first_frame() -> None:
    integrity = heard(flipped(SONG_FILE, (MUSIC + 1) * 8), "flac").integrity
    (place,) = integrity.damage
    assert (place.what, place.offset, place.sample) == (
        "the bytes before the first frame are no frame",
        MUSIC,
        0,
    )
    assert integrity.lost_s == round(BLOCK / 16000, 3)


def test_two_damaged_frames_far_apart_are_two_places() -> None:
    damaged = flipped(flipped(SONG_FILE, (offset_of(1) + 30) * 8), (offset_of(5) + 30) * 8)
    integrity = heard(damaged, "flac").integrity
    assert [place.offset for place in integrity.damage] == [offset_of(1), offset_of(5)]
    assert integrity.lost_s == round(2 * BLOCK / 16000, 3)


@pytest.mark.parametrize(
    ("frames", "what", "offset", "sample", "lost"),
    [
        ((*FRAMES[:2], *FRAMES[4:]), "frames are missing", 2, 2 * BLOCK, 2 * BLOCK),
        (FRAMES[1:], "frames are missing", 0, 0, BLOCK),
        (FRAMES[:-1], "the stream ends before its last sample", 7, 7 * BLOCK, SONG.frames - 7 * BLOCK),
        ((*FRAMES[:3], FRAMES[2], *FRAMES[3:]), "the frames are out of order", 3, 2 * BLOCK, 0),
    ],
)
def test_frames_that_are_missing_or_out_of_order_are_named(
    frames: tuple[bytes, ...], what: str, offset: int, sample: int, lost: int
) -> None:
    assert len(FRAMES) == 8
    integrity = heard(in_file(*frames), "flac").integrity
    (place,) = integrity.damage
    begins = 42 + sum(map(len, frames[:offset]))
    assert (place.what, place.offset, place.sample) == (what, begins, sample)
    assert integrity.lost_s == (round(lost / 16000, 3) if lost else None)


def test_more_frames_than_stated_are_no_whole_music() -> None:
    shorter = Pcm((SONG.channels[0][: 3 * BLOCK],), 16000)
    integrity = heard(in_file(*FRAMES, info=streaminfo(shorter, FRAMES)), "flac").integrity
    assert [place.what for place in integrity.damage] == ["there are more samples than STREAMINFO states"]


def test_a_stream_of_unknown_length_is_whole_by_its_frames_and_the_detail_says_so() -> None:
    info = bytearray(streaminfo(SONG, FRAMES))
    info[13] &= 0xF0
    info[14:18] = bytes(4)
    sound = heard(in_file(*FRAMES, info=bytes(info)), "flac")
    assert sound.integrity.state is SoundState.INTACT
    assert "flac-sample-count" not in sound.integrity.checked
    assert sound.integrity.detail == "how many samples there are is not stated"
    later = heard(in_file(*FRAMES[3:], info=bytes(info)), "flac")
    assert later.integrity.state is SoundState.INTACT
    assert "a broadcast" in (later.integrity.detail or "")


def test_a_frame_of_other_channels_than_streaminfo_states_is_damage() -> None:
    other = streaminfo(Pcm((SONG.channels[0],) * 2, 16000), FRAMES)
    integrity = heard(in_file(*FRAMES, info=other), "flac").integrity
    assert [place.what for place in integrity.damage] == ["STREAMINFO and a frame contradict each other"]


def test_lengths_that_streaminfo_states_wrongly_are_a_detail() -> None:
    info = bytearray(streaminfo(SONG, FRAMES))
    info[7:10] = (20).to_bytes(3, "big")
    sound = heard(in_file(*FRAMES, info=bytes(info)), "flac")
    assert sound.integrity.state is SoundState.INTACT
    assert sound.integrity.detail == "the frames are not as long as STREAMINFO states"


def variable_frame(sample: int, size: int) -> bytes:
    """A constant frame of a stream with variable block size (RFC 9639, sections 9.1 and 9.2.3)."""
    head = b"\xff\xf9\x70\x08" + chr(sample).encode() + struct.pack(">H", size - 1)
    frame = head + bytes((crc8_flac(head), 0)) + struct.pack(">h", sample % 1000)
    return frame + struct.pack(">H", crc16_flac(frame))


def test_numbers_of_a_variable_block_size_count_samples() -> None:
    sizes = [16, 500, 4096, 37, 192, 4096, 1000]
    starts = [sum(sizes[:at]) for at in range(len(sizes))]
    frames = [variable_frame(start, size) for start, size in zip(starts, sizes, strict=True)]
    info = streaminfo(Pcm(((0,) * sum(sizes),), 44100), frames)
    assert heard(in_file(*frames, info=info), "flac").integrity.state is SoundState.INTACT
    integrity = heard(in_file(*frames[:2], *frames[3:], info=info), "flac").integrity
    assert [(place.what, place.sample) for place in integrity.damage] == [("frames are missing", 516)]


def test_a_header_within_a_frame_is_no_frame() -> None:
    """Samples stored as they are may read like a header, its CRC-8 included."""
    header = FRAMES[5][:8]
    assert crc8_flac(header[:-1]) == header[-1]
    words = tuple(struct.unpack(">4h", header))
    song = Pcm(((*SONG.channels[0][:900], *words, *SONG.channels[0][904 : BLOCK * 3]),), 16000)
    data = flac(audio=song, verbatim=True)
    assert header in data
    assert heard(data, "flac").integrity.state is SoundState.INTACT
    at = data.index(header)
    integrity = heard(flipped(data, (at + 100) * 8), "flac").integrity
    assert [place.sample for place in integrity.damage] == [0]


def test_a_file_without_one_frame() -> None:
    nothing_stated = bytearray(streaminfo(SONG, FRAMES))
    nothing_stated[13] &= 0xF0
    nothing_stated[14:18] = bytes(4)
    empty = heard(in_file(info=bytes(nothing_stated)), "flac")
    assert empty.integrity.state is SoundState.NOT_CHECKABLE
    assert empty.essence is None
    for rest in (b"", bytes(5000), b"\xff\xf8" * 9):
        integrity = heard(in_file(rest), "flac").integrity
        assert integrity.state is SoundState.DAMAGED
        assert integrity.lost_s == 2.0


def test_a_flipped_bit_is_found_wherever_it_is() -> None:
    stream = stream_of(SONG_FILE, "flac")
    assert stream is not None
    whole = listen(stream, SONG_FILE)
    ends = [offset_of(number) for number in range(len(FRAMES) + 1)]
    for bit in places(MUSIC, len(SONG_FILE)):
        sound = listen(stream, flipped(SONG_FILE, bit))
        assert sound.integrity.state is SoundState.DAMAGED, bit
        assert sound.integrity.damaged_places == 1, bit
        assert sound.essence != whole.essence
        frame = max(number for number in range(len(FRAMES)) if ends[number] <= bit // 8)
        offset = sound.integrity.damage[0].offset
        assert offset in ends[max(frame - 1, 0) : frame + 1], bit


def test_a_file_that_breaks_off_is_damaged() -> None:
    for broken in cuts(SONG_FILE):
        stream = stream_of(broken, "flac")
        if stream is not None:
            assert listen(stream, broken).integrity.state is SoundState.DAMAGED


def test_a_disk_that_gives_fewer_bytes_than_planned_leaves_no_whole_music() -> None:
    stream = stream_of(SONG_FILE, "flac")
    assert stream is not None
    assert listen(stream, SONG_FILE[: offset_of(4)]).integrity.state is SoundState.DAMAGED
    assert listen(stream, b"").essence is None


@functools.cache
def hostile() -> tuple[bytes, ...]:
    chance = random.Random(3)
    tiny = b"".join(variable_frame(0, 16) for _ in range(3000))
    headers = FRAMES[0][:7] * 8000
    return (
        b"\xff" * 100_000,
        b"\xff\xf8" * 50_000,
        b"\xff\xf8\x79\x08\x00" * 20_000,
        headers,
        tiny,
        chance.randbytes(200_000),
        bytes(100_000),
        b"".join(frame[: chance.randrange(1, len(frame))] for frame in FRAMES * 20),
    )


@pytest.mark.parametrize("number", range(8))
def test_hostile_streams_cost_no_more_than_their_length(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = in_file(hostile()[number])
    passed = 0

    class Counting:
        @staticmethod
        def umts(piece: memoryview, state: int) -> int:
            nonlocal passed
            passed += len(piece)
            return fastcrc.crc16.umts(piece, state)

    looked = 0

    def counted(data: bytes, at: int) -> object:
        nonlocal looked
        looked += 1
        return frame_header(data, at)

    monkeypatch.setattr("archiver.audio.bitstream.flac.crc16", Counting)
    monkeypatch.setattr("archiver.audio.bitstream.flac.frame_header", counted)
    assert heard(data, "flac", piece=5000).integrity.state is SoundState.DAMAGED
    assert passed <= 2 * len(data)
    assert looked <= len(data) // 2


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from([*FRAMES, b"\xff\xf8", b"\xff", FRAMES[1][:9], b"\0" * 30]), max_size=14),
    st.sampled_from([1, 7, 1000, 1 << 20]),
)
def test_pieces_of_any_size_give_the_same(parts: list[bytes], piece: int) -> None:
    data = in_file(*parts)
    assert heard(data, "flac", piece) == heard(data, "flac")


def test_pieces_of_any_size_give_the_same_of_a_long_stream() -> None:
    long = in_file(*FRAMES * 6)
    assert len(long) > 2 << 16
    damaged = flipped(long, len(long) * 4)
    for data in (SONG_FILE, long, damaged):
        assert (
            heard(data, "flac", 1)
            == heard(data, "flac", 7)
            == heard(data, "flac", 70_001)
            == heard(data, "flac")
        )


@needs("flac", "metaflac")
@pytest.mark.parametrize(
    "options",
    [("-0",), ("-8",), ("-5", "-b", "576"), ("-5", "--lax", "-b", "20000"), ("-5", "--endian=little")],
)
def test_retagging_leaves_the_digest(tmp_path: Path, options: tuple[str, ...]) -> None:
    encoded = ran("flac", "-s", "--force-raw-format", "--endian=little", "--sign=signed", "--channels=2", "--bps=16",
        "--sample-rate=44100", *options, "-c", "-", given=pcm())  # fmt: skip
    path = tmp_path / "song.flac"
    path.write_bytes(encoded)
    ran("metaflac", "--set-tag=TITLE=Other", "--add-padding=30000", path)
    by_metaflac = path.read_bytes()
    tagged = mutagen.flac.FLAC(path)
    tagged["ARTIST"] = "Somebody" * 900
    tagged.clear_pictures()
    tagged.save(padding=lambda _info: 0)
    by_mutagen = path.read_bytes()
    ran("metaflac", "--remove-all", "--dont-use-padding", path)
    bare = path.read_bytes()
    assert len({encoded, by_metaflac, by_mutagen, bare}) == 4
    digests = {digest_of(data, "flac") for data in (encoded, by_metaflac, by_mutagen, bare)}
    assert digests == {hashlib.sha256(bare[42:]).hexdigest()}
    for data in (encoded, by_metaflac, by_mutagen, bare):
        assert heard(data, "flac").integrity.state is SoundState.INTACT


@needs("ffmpeg", "flac")
def test_a_stream_copied_by_ffmpeg_is_the_same_music(tmp_path: Path) -> None:
    copied = stream_copied(tmp_path, SONG_FILE, "flac")
    assert copied != SONG_FILE
    assert heard(copied, "flac") == heard(SONG_FILE, "flac")


@needs("flac")
def test_flac_itself_agrees_on_what_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "song.flac"

    def judged(data: bytes) -> bool:
        path.write_bytes(data)
        return complains("flac", "-t", "-s", path)

    assert not judged(SONG_FILE)
    changed = [flipped(SONG_FILE, bit) for bit in places(MUSIC, len(SONG_FILE), 40)]
    changed += [broken for broken in cuts(SONG_FILE) if len(broken) > MUSIC]
    changed += [in_file(*FRAMES[:2], *FRAMES[3:]), in_file(*FRAMES[:-1])]
    for data in changed:
        assert judged(data)
        assert heard(data, "flac").integrity.state is SoundState.DAMAGED


@pytest.mark.parametrize("zeros", [12, 500, 100_000])
def test_zeros_after_the_last_frame_are_no_part_of_it(zeros: int) -> None:
    """A CRC of 0 stays 0 however many zeros follow."""
    integrity = heard(SONG_FILE + bytes(zeros), "flac").integrity
    assert (integrity.state, integrity.detail) == (SoundState.CONSISTENT, "padding follows the last frame")
    integrity = heard(SONG_FILE + bytes(zeros) + id3v1({"title": "T"}), "flac", 1000).integrity
    assert (integrity.state, integrity.detail) == (SoundState.CONSISTENT, "padding follows the last frame")


@pytest.mark.parametrize(("number", "zeros"), [(3, 12), (5, 100_000)])
def test_zeros_amid_the_frames_are_damage(number: int, zeros: int) -> None:
    data = in_file(*FRAMES[:number], bytes(zeros), *FRAMES[number:])
    for piece in (1000, 1 << 20):
        integrity = heard(data, "flac", piece).integrity
        assert integrity.state is SoundState.DAMAGED
        (place,) = integrity.damage
        assert place.what == "there are bytes that are no frame"
        assert place.sample == min(number * BLOCK, SONG.frames)
        assert integrity.lost_s is None


def test_many_zeros_at_the_end_of_a_stream_of_unknown_length_may_be_lost_music() -> None:
    info = bytearray(streaminfo(SONG, FRAMES))
    info[13] &= 0xF0
    info[14:18] = bytes(4)
    data = in_file(*FRAMES, info=bytes(info))
    assert heard(data + bytes(4000), "flac").integrity.state is SoundState.CONSISTENT
    integrity = heard(data + bytes(5000), "flac").integrity
    assert [place.offset for place in integrity.damage] == [len(data)]


def test_zeros_before_the_first_frame_are_no_music() -> None:
    sound = heard(in_file(bytes(300), *FRAMES), "flac")
    assert (sound.integrity.state, sound.integrity.detail) == (SoundState.INTACT, ASTRAY)
    assert sound.essence == heard(SONG_FILE, "flac").essence


def test_a_frame_of_silence_that_ends_with_zeros_is_whole() -> None:
    """In one of 65,536 the CRC is 0 as the samples are; those zeros are its own."""
    head = b"\xff\xf8\x69\x18" + chr(116072).encode() + b"\x0f"
    frame = head + bytes((crc8_flac(head),)) + bytes(6)
    assert crc16_flac(frame) == 0
    info = bytearray(streaminfo(Pcm(((0,) * 16,) * 2, 44100), [frame]))
    info[13] &= 0xF0
    info[14:18] = bytes(4)
    whole = heard(in_file(frame + b"\0\0", info=bytes(info)), "flac").integrity
    assert whole.state is SoundState.INTACT
    padded = heard(in_file(frame + bytes(12), info=bytes(info)), "flac").integrity
    assert padded.state is SoundState.CONSISTENT


def test_the_samples_of_others_are_whole(samples: Path) -> None:
    for path in samples.glob("*.flac"):
        data = path.read_bytes()
        assert heard(data, "flac").integrity.state is SoundState.INTACT, path.name
        assert path.read_bytes() == data
