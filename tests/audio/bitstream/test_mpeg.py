"""MPEG audio read through frame by frame: what is whole, what is damaged and where, and the digest apart from the tags."""

from __future__ import annotations

import functools
import hashlib
import random
import struct
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import mutagen.apev2
import mutagen.id3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.audio.bitstream.methods import METHODS
from archiver.audio.bitstream.mpeg import MpegWalk
from archiver.model.sound import Damage, SoundState
from tests.audio.bitstream.framed import (
    NEVER_INTACT,
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
from tests.samples.ape import apev2
from tests.samples.bits import crc16_lame
from tests.samples.id3 import id3v1, id3v2, text_frame
from tests.samples.mp3 import info_frame, mp3, mp3_frame

SPF = 1152
KBPS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
INTACT, CONSISTENT, DAMAGED = SoundState.INTACT, SoundState.CONSISTENT, SoundState.DAMAGED


def sounding(number: int, kbps: int = 64, reaches_back: int = 0) -> bytes:
    """A stereo frame at 44.1 kHz whose sound is noise without any sync."""
    chance = random.Random(number)
    frame = mp3_frame(kbps)
    body = bytes(chance.randrange(255) for _ in range(len(frame) - 36))
    return frame[:4] + (reaches_back << 7).to_bytes(2, "big") + frame[6:36] + body


FRAMES = tuple(sounding(number) for number in range(40))
LENGTH = len(FRAMES[0])
MUSIC = b"".join(FRAMES)
INFO = info_frame(MUSIC, len(FRAMES))
TAG = id3v2([text_frame("TIT2", "Title")], version=4, padding=60)
SONG = TAG + INFO + MUSIC + id3v1({"title": "T"})
START = len(TAG) + len(INFO)


def lame(*options: str, rate: int = 44100, channels: int = 2) -> bytes:
    return _lame(options, rate, channels)


@functools.cache
def _lame(options: tuple[str, ...], rate: int, channels: int) -> bytes:
    """What LAME encodes to a file: only there does it go back to write what its first frame states."""
    mode = ("-m", "m") if channels == 1 else ()
    head = (
        "lame",
        "--quiet",
        "-r",
        "-s",
        str(rate / 1000),
        "--bitwidth",
        "16",
        "--signed",
        "--little-endian",
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "song.mp3"
        ran(*head, "--resample", str(rate / 1000), *mode, *options, "-", path, given=pcm(rate, channels))
        return path.read_bytes()


def frames_of(data: bytes, at: int = 0) -> Iterator[tuple[int, int]]:
    """Where the frames of an MPEG-1 Layer III stream at 44.1 kHz are, and how long."""
    while data[at : at + 1] == b"\xff":
        length = 144_000 * KBPS[data[at + 2] >> 4] // 44100 + (data[at + 2] >> 1 & 1)
        yield at, length
        at += length


def test_the_music_is_whole_and_its_digest_is_that_of_the_frames_with_sound() -> None:
    sound = heard(SONG, "mp3")
    assert sound.integrity.state is INTACT
    assert sound.integrity.checked == (
        "mpeg-frame-walk", "mpeg-frame-count", "lame-tag-crc16", "lame-music-crc16"
    )  # fmt: skip
    assert sound.essence is not None
    assert sound.essence.method == "mpeg-frames-v1"
    assert sound.essence.digest == hashlib.sha256(MUSIC).hexdigest()


def test_frames_without_a_word_about_them_are_consistent() -> None:
    sound = heard(TAG + MUSIC, "mp3")
    assert sound.integrity.state is CONSISTENT
    assert sound.integrity.checked == ("mpeg-frame-walk",)
    assert sound.essence == heard(SONG, "mp3").essence


def test_a_header_that_is_damaged_costs_one_frame_that_is_named() -> None:
    at = START + 10 * LENGTH
    for bit in (at * 8, at * 8 + 15, (at + 1) * 8 + 4, (at + 2) * 8 + 3, (at + 2) * 8 + 7):
        integrity = heard(flipped(TAG + MUSIC, bit - 8 * len(INFO)), "mp3").integrity
        (place,) = integrity.damage
        assert (place.offset, place.sample) == (at - len(INFO), 10 * SPF)
        assert place.at_s == round(10 * SPF / 44100, 3)
        assert integrity.lost_s == round(SPF / 44100, 3)
        assert integrity.damaged_places == 1


@pytest.mark.parametrize("length", [1, 50, LENGTH, 5 * LENGTH, 70_000])
def test_bytes_amid_the_frames_are_damage(length: int) -> None:
    stray = bytes(random.Random(length).randrange(1, 255) for _ in range(length))
    integrity = heard(b"".join(FRAMES[:20]) + stray + b"".join(FRAMES[20:]), "mp3").integrity
    (place,) = integrity.damage
    assert integrity.state is DAMAGED
    assert place.offset in (19 * LENGTH, 20 * LENGTH)
    assert place.what in ("a frame is not as long as it says", "there are bytes that are no frame")


def test_zeros_amid_the_frames_are_damage_and_a_few_at_the_end_are_padding() -> None:
    within = b"".join(FRAMES[:20]) + bytes(4 * LENGTH) + b"".join(FRAMES[24:])
    integrity = heard(within, "mp3").integrity
    assert integrity.damage == (
        Damage("there are bytes that are no frame", 20 * LENGTH, 20 * SPF, round(20 * SPF / 44100, 3)),
    )
    assert integrity.lost_s == round(4 * SPF / 44100, 3)
    padded = heard(MUSIC + bytes(2000) + id3v1({"title": "T"}), "mp3").integrity
    assert (padded.state, padded.detail) == (CONSISTENT, "padding follows the last frame")
    assert heard(MUSIC + bytes(50_000), "mp3").integrity.state is DAMAGED


def test_what_follows_all_of_the_frames_leaves_the_music_intact() -> None:
    for after, said in (
        (bytes(50_000), "padding follows the last frame"),
        (TAG, "there are tags amid the frames"),
        (TAG + id3v1({"title": "T"}), "there are tags amid the frames"),
    ):
        integrity = heard(INFO + MUSIC + after, "mp3").integrity
        assert (integrity.state, integrity.detail) == (INTACT, said)


def test_a_frame_that_needs_what_is_lost_before_it_is_lost_too() -> None:
    song = [*FRAMES[:20], sounding(20, reaches_back=300), sounding(21, reaches_back=400), *FRAMES[22:]]
    integrity = heard(b"".join(song), "mp3").integrity
    assert integrity.state is CONSISTENT
    song[19] = bytes(LENGTH)
    integrity = heard(b"".join(song), "mp3").integrity
    assert integrity.damaged_places == 1
    assert integrity.lost_s == round(3 * SPF / 44100, 3)


def test_tags_amid_the_frames_are_stepped_over_and_said() -> None:
    half = len(MUSIC) // 2 // LENGTH * LENGTH
    for tag in (id3v1({"title": "One"}), TAG, id3v1({"title": "One"}) + TAG):
        integrity = heard(TAG + MUSIC[:half] + tag + MUSIC[half:], "mp3").integrity
        assert (integrity.state, integrity.detail) == (CONSISTENT, "there are tags amid the frames")


def test_another_sampling_rate_joined_on_is_said() -> None:
    other = bytes((0xFF, 0xFB, 0x54, 0)) + bytes(144 * 64000 // 48000 - 4)
    integrity = heard(MUSIC + other * 9, "mp3").integrity
    assert (integrity.state, integrity.detail) == (
        CONSISTENT, "a stream of another sampling rate or version is joined on"
    )  # fmt: skip


def test_a_cut_frame_at_the_end_is_damage() -> None:
    integrity = heard(MUSIC[:-20] + id3v1({"title": "T"}), "mp3").integrity
    assert [(place.what, place.offset) for place in integrity.damage] == [
        ("the last frame is cut", 39 * LENGTH)
    ]
    assert integrity.lost_s == round(SPF / 44100, 3)


def test_frames_missing_at_the_end_are_counted_by_what_the_first_one_states() -> None:
    integrity = heard(TAG + INFO + MUSIC[: 30 * LENGTH], "mp3").integrity
    (place,) = integrity.damage
    assert (place.what, place.sample) == ("frames are missing at the end", 30 * SPF)
    assert integrity.lost_s == round(10 * SPF / 44100, 3)
    cut = heard(TAG + INFO + MUSIC[: 30 * LENGTH + 9], "mp3").integrity
    assert cut.lost_s == round(10 * SPF / 44100, 3)


@pytest.mark.parametrize("off_by", [1, -1])
def test_writers_that_count_their_own_frame_are_forgiven(off_by: int) -> None:
    info = bytearray(mp3_frame(64, b"Xing" + struct.pack(">II", 1, len(FRAMES) + off_by)))
    assert heard(bytes(info) + MUSIC, "mp3").integrity.state is CONSISTENT
    short = mp3_frame(64, b"Xing" + struct.pack(">III", 3, len(FRAMES), LENGTH + len(MUSIC) + 128))
    assert heard(short + MUSIC, "mp3").integrity.state is CONSISTENT


def test_vbri_counts_as_well() -> None:
    def vbri(frames: int) -> bytes:
        said = b"VBRI" + struct.pack(">HHHII", 1, 0, 75, LENGTH + frames * LENGTH, frames)
        return mp3_frame(64, said)

    assert heard(vbri(40) + MUSIC, "mp3").integrity.state is CONSISTENT
    integrity = heard(vbri(50) + MUSIC, "mp3").integrity
    assert integrity.lost_s == round(10 * SPF / 44100, 3)


def test_more_frames_than_stated_are_said() -> None:
    integrity = heard(INFO + MUSIC + MUSIC, "mp3").integrity
    assert integrity.state is CONSISTENT
    assert integrity.detail == (
        "there are more frames than the first one states; "
        "the encoder's CRC-16 holds for the first part of the music"
    )  # fmt: skip


def test_music_that_differs_from_its_crc_is_damaged_though_the_frames_are_whole() -> None:
    integrity = heard(flipped(SONG, (START + 3 * LENGTH + 100) * 8), "mp3").integrity
    assert integrity.damage == (
        Damage("the music differs from the CRC-16 that its encoder wrote of it", START),
    )


def test_a_frame_of_facts_that_was_changed_proves_nothing_against_the_music() -> None:
    changed = flipped(SONG, (len(TAG) + 60) * 8)
    integrity = heard(changed, "mp3").integrity
    assert (integrity.state, integrity.detail) == (
        INTACT,
        "the frame that describes the music fails its own CRC-16",
    )
    integrity = heard(flipped(changed, (START + 3 * LENGTH + 100) * 8), "mp3").integrity
    assert (integrity.state, integrity.detail) == (
        CONSISTENT, "the frame that describes the music fails its own CRC-16"
    )  # fmt: skip


def mono_by_libavformat(length: int) -> bytes:
    """A mono song at 44.1 kHz whose first frame has ``length`` bytes, with both CRCs as libavformat writes them."""
    header = {208: b"\xff\xfb\x50\xc0", 182: b"\xff\xfb\x40\xc0"}[length]
    frame = (b"\xff\xfb\x50\xc0" + bytes(17) + b"sound").ljust(208, b"\x55")
    music = frame * 20
    xing = b"Info" + struct.pack(">III", 0x0F, 20, length + len(music)) + bytes(104)
    lame = b"Lavc59.37" + bytes(19) + struct.pack(">IH", length + len(music), crc16_lame(music))
    facts = (header + bytes(17) + xing + lame).ljust(max(length, 190), b"\0")
    crc = struct.pack(">H", crc16_lame(facts[:190]))
    end = 4 + 17 + len(xing) + len(lame)
    return (facts[:end] + crc + facts[end + 2 :])[:length] + music


@pytest.mark.parametrize("length", [208, 182])
def test_the_crc_of_the_frame_of_facts_holds_as_libavformat_computes_it_too(length: int) -> None:
    song = mono_by_libavformat(length)
    integrity = heard(song, "mp3").integrity
    assert (integrity.state, integrity.detail) == (INTACT, None)
    integrity = heard(flipped(song, (len(song) - 100) * 8), "mp3").integrity
    assert [damage.what for damage in integrity.damage] == [
        "the music differs from the CRC-16 that its encoder wrote of it"
    ]
    changed = heard(song[:60] + b"\x01" + song[61:], "mp3").integrity
    assert changed.detail == "the frame that describes the music fails its own CRC-16"


@needs("ffmpeg")
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [8000, 16000, 22050, 32000, 44100, 48000])
def test_what_ffmpeg_writes_of_itself_holds_at_every_rate(rate: int, channels: int, tmp_path: Path) -> None:
    raw = ("-f", "s16le", "-ar", str(rate), "-ac", str(channels), "-i", "-")
    path = tmp_path / "song.mp3"
    ran("ffmpeg", "-v", "error", *raw, "-c:a", "libmp3lame", path, given=pcm(rate, channels))
    song = path.read_bytes()
    assert (heard(song, "mp3").integrity.state, heard(song, "mp3").integrity.detail) == (INTACT, None)
    assert heard(flipped(song, len(song) * 6), "mp3").integrity.state is DAMAGED


def louder(music: bytes, steps: int) -> bytes:
    """The frames of a stereo MPEG-1 stream with every ``global_gain`` changed, as mp3gain changes it."""
    changed = bytearray(music)
    for at, length in frames_of(music):
        side = int.from_bytes(music[at + 4 : at + 36], "big")
        for number in range(4):
            shift = 256 - (20 + 59 * number + 21 + 8)
            gain = side >> shift & 0xFF
            side += (max(0, min(255, gain + steps)) - gain) << shift
        changed[at + 4 : at + 36] = side.to_bytes(32, "big")
        assert length
    return bytes(changed)


@needs("lame")
def test_a_volume_changed_by_mp3gain_is_told_from_damage_by_its_tag() -> None:
    encoded = lame("-b", "128")
    first = next(frames_of(encoded))[1]
    changed = encoded[:first] + louder(encoded[first:], 3)
    undo = apev2({"MP3GAIN_UNDO": "-003,-003,N", "MP3GAIN_MINMAX": "089,210"})
    assert heard(changed, "mp3").integrity.state is DAMAGED
    integrity = heard(changed + undo, "mp3").integrity
    assert (integrity.state, integrity.detail) == (
        CONSISTENT, "the encoder's CRC-16 is that of the music before its volume was changed"
    )  # fmt: skip
    undone = apev2({"MP3GAIN_UNDO": "+000,+000,N", "MP3GAIN_MINMAX": "089,210"})
    assert heard(encoded + undone, "mp3").integrity.state is INTACT
    assert heard(changed + undone, "mp3").integrity.state is DAMAGED


def guarded(frame: bytes) -> bytes:
    """The frame with a CRC-16, computed bit by bit (ISO/IEC 11172-3, section 2.4.3.1)."""
    head = frame[:1] + bytes((frame[1] & 0xFE,)) + frame[2:4]
    register = 0xFFFF
    for byte in head[2:4] + frame[4:36]:
        for bit in range(7, -1, -1):
            top = register >> 15 ^ byte >> bit & 1
            register = (register << 1 & 0xFFFF) ^ (0x8005 if top else 0)
    return head + register.to_bytes(2, "big") + frame[4:-2]


def test_the_frames_own_crc_finds_damage_and_names_it() -> None:
    frames = [guarded(frame) for frame in FRAMES]
    whole = heard(b"".join(frames), "mp3")
    assert whole.integrity.state is CONSISTENT
    assert whole.integrity.checked == ("mpeg-frame-walk", "mpeg-frame-crc16")
    for number in (0, 25):
        damaged = flipped(b"".join(frames), (number * LENGTH + 20) * 8)
        integrity = heard(damaged, "mp3").integrity
        at_s = round(number * SPF / 44100, 3)
        assert integrity.damage == (Damage("a frame fails its CRC-16", number * LENGTH, number * SPF, at_s),)
        assert integrity.lost_s == round(SPF / 44100, 3)


def test_a_crc_that_is_wrong_in_every_frame_was_written_wrongly() -> None:
    frames = [frame[:4] + b"\x12\x34" + frame[6:] for frame in map(guarded, FRAMES)]
    integrity = heard(b"".join(frames), "mp3").integrity
    assert (integrity.state, integrity.detail) == (
        CONSISTENT, "no frame's CRC-16 is right, as some encoders write it"
    )  # fmt: skip


def test_a_stream_that_begins_within_a_frame_is_damaged_where_the_next_one_needs_it() -> None:
    stray = bytes(random.Random(5).randrange(1, 255) for _ in range(90))
    needy = [sounding(0, reaches_back=200), *FRAMES[1:]]
    assert heard(stray + b"".join(needy), "mp3").integrity.damage[0].what == (
        "the first frame needs what is lost before it"
    )
    integrity = heard(b"".join(needy), "mp3").integrity
    assert integrity.state is CONSISTENT
    assert "a recording was split" in (integrity.detail or "")
    integrity = heard(stray + MUSIC, "mp3").integrity
    assert (integrity.state, integrity.detail) == (
        CONSISTENT, "there are bytes before the first frame that are no frame"
    )  # fmt: skip


def test_a_file_that_ends_with_its_frame_of_facts() -> None:
    sound = heard(TAG + INFO, "mp3")
    assert sound.essence is None
    assert sound.integrity.state is DAMAGED
    assert sound.integrity.lost_s == round(40 * SPF / 44100, 3)


MODES = [
    (("--cbr", "-b", "128", "-m", "j"), 44100, 2),
    (("-V", "2"), 44100, 2),
    (("--abr", "100", "-p"), 32000, 2),
    (("-b", "320", "-p"), 48000, 2),
    (("-V", "9"), 44100, 1),
    (("--cbr", "-b", "8"), 22050, 1),
    (("-V", "5"), 16000, 2),
    (("--abr", "24", "-p"), 11025, 1),
    (("--freeformat", "-b", "400", "-m", "s"), 44100, 2),
    (("--freeformat", "-b", "340", "-p"), 32000, 1),
    (("--nores", "-b", "192"), 44100, 2),
]


@needs("lame")
@pytest.mark.parametrize(("options", "rate", "channels"), MODES)
def test_what_lame_encodes_is_whole_in_every_mode(options: tuple[str, ...], rate: int, channels: int) -> None:
    encoded = lame(*options, rate=rate, channels=channels)
    sound = heard(TAG + encoded + id3v1({"title": "T"}), "mp3")
    tagged = "8" not in options  # such frames are too small for what the first one says
    assert sound.integrity.state is (INTACT if tagged else CONSISTENT), sound.integrity
    assert ("mpeg-frame-crc16" in sound.integrity.checked) == ("-p" in options)
    bare = heard(lame(*options, "-t", rate=rate, channels=channels), "mp3")
    assert bare.integrity.state is CONSISTENT
    assert bare.integrity.detail is None


@needs("ffmpeg")
def test_what_ffmpeg_encodes_to_a_file_is_intact(tmp_path: Path) -> None:
    (tmp_path / "song.raw").write_bytes(pcm())
    raw = ("-f", "s16le", "-ar", "44100", "-ac", "2", "-i", tmp_path / "song.raw")
    for options in (("-b:a", "96k"), ("-q:a", "4"), ("-abr", "1", "-b:a", "128k")):
        ran("ffmpeg", "-v", "error", "-y", *raw, "-c:a", "libmp3lame", *options, tmp_path / "song.mp3")
        assert heard((tmp_path / "song.mp3").read_bytes(), "mp3").integrity.state is INTACT


@needs("lame", "ffmpeg")
@pytest.mark.parametrize(
    ("options", "rate", "channels"), [mode for mode in MODES if "--freeformat" not in mode[0]]
)  # ffmpeg reads no free format
def test_a_stream_copied_by_ffmpeg_is_the_same_music(
    tmp_path: Path, options: tuple[str, ...], rate: int, channels: int
) -> None:
    encoded = lame(*options, rate=rate, channels=channels)
    copied = stream_copied(tmp_path, encoded, "mp3")
    assert copied != encoded
    assert digest_of(copied, "mp3") == digest_of(encoded, "mp3")


@needs("lame")
def test_retagging_leaves_the_digest(tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    for encoded in (lame("-V", "2"), lame("-b", "128", "-t")):
        whole = heard(encoded, "mp3")
        path.write_bytes(encoded)
        tags = mutagen.id3.ID3()
        tags.add(mutagen.id3.TIT2(encoding=3, text="Other" * 500))
        for version in (3, 4):
            tags.save(path, v2_version=version, v1=2)
            assert heard(path.read_bytes(), "mp3") == whole
        ape = mutagen.apev2.APEv2()
        ape["Artist"] = "Somebody"
        ape.save(path)
        assert heard(path.read_bytes(), "mp3") == whole
        mutagen.id3.delete(path)
        assert heard(path.read_bytes(), "mp3") == whole
        mutagen.apev2.delete(path)
        assert heard(path.read_bytes(), "mp3").essence == whole.essence


@needs("lame", "ffmpeg")
@pytest.mark.parametrize("options", [("-V", "2"), ("-b", "128", "-t")])
def test_the_digest_is_had_by_the_recipe_that_is_written_down(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    path = tmp_path / "song.mp3"
    path.write_bytes(TAG + lame(*options) + id3v1({"title": "T"}))
    recipe = METHODS["mpeg-frames-v1"].how.replace("FILE", str(path))
    words, _, digest = recipe.rpartition(" | ")
    assert digest == "sha256sum"
    assert hashlib.sha256(ran(*words.split(), "-v", "error")).hexdigest() == digest_of(
        path.read_bytes(), "mp3"
    )


def test_a_flipped_bit_is_found_wherever_it_is_where_the_encoder_wrote_a_crc() -> None:
    stream = stream_of(SONG, "mp3")
    assert stream is not None
    whole = listen(stream, SONG)
    for bit in places(START, START + len(MUSIC)):
        sound = listen(stream, flipped(SONG, bit))
        assert sound.integrity.state is DAMAGED, bit
        assert sound.essence != whole.essence


@needs("lame")
@pytest.mark.parametrize("options", [("-b", "128"), ("-V", "2", "-p")])
def test_a_flipped_bit_is_found_wherever_it_is_in_what_lame_wrote(options: tuple[str, ...]) -> None:
    encoded = lame(*options)
    stream = stream_of(encoded, "mp3")
    assert stream is not None
    for bit in places(stream.start, len(encoded)):
        assert listen(stream, flipped(encoded, bit)).integrity.state is DAMAGED, bit


@needs("lame")
def test_without_a_crc_a_flipped_bit_of_sound_is_not_found_and_one_of_a_header_mostly_is() -> None:
    """What there is no checksum for: the sound itself, and those bits of a header that say nothing of its length."""
    encoded = lame("-b", "128", "-t")
    stream = stream_of(encoded, "mp3")
    assert stream is not None
    whole = listen(stream, encoded)
    heads = [at for at, _ in frames_of(encoded)][1:-1]
    silent = Counter[int]()
    for at in heads[::3]:
        for bit in range(32):
            sound = listen(stream, flipped(encoded, at * 8 + bit))
            silent[bit] += sound.integrity.state is CONSISTENT
    unseen = {bit for bit, count in silent.items() if count}
    # private; the bit that makes 256 kbit/s of 128, so that two frames look like one; and all of the last byte: mode,
    # extension, copyright, original, emphasis
    assert unseen == {16, 22, *range(24, 32)}
    for bit in places(0, len(encoded), 300):
        sound = listen(stream, flipped(encoded, bit))
        assert sound.integrity.state in NEVER_INTACT
        assert sound.essence != whole.essence


def test_a_file_that_breaks_off_is_never_intact() -> None:
    for broken in cuts(SONG[:-128]):
        stream = stream_of(broken, "mp3")
        if stream is not None:
            integrity = listen(stream, broken).integrity
            assert integrity.state is DAMAGED or len(broken) <= START
    for broken in cuts(MUSIC):
        stream = stream_of(broken, "mp3")
        if stream is not None:
            whole = len(broken) % LENGTH == 0
            assert listen(stream, broken).integrity.state is (CONSISTENT if whole else DAMAGED)


def test_a_disk_that_gives_fewer_bytes_than_planned_leaves_no_whole_music() -> None:
    stream = stream_of(SONG, "mp3")
    assert stream is not None
    assert listen(stream, SONG[: START + 10 * LENGTH]).integrity.state is DAMAGED
    assert listen(stream, b"").integrity.state is DAMAGED


@functools.cache
def hostile() -> tuple[bytes, ...]:
    chance = random.Random(3)
    head = FRAMES[0][:4]
    small = mp3_frame(32)
    return (
        b"\xff" * 100_000,
        head * 25_000,
        (head + b"\0") * 20_000,
        (head + bytes(20)) * 5000,
        chance.randbytes(200_000),
        bytes(100_000),
        b"".join(small[: chance.randrange(4, len(small))] for _ in range(2000)),
        (b"ID3\x04\0\0\0\0\0\0" * 10_000),
        (small + b"TAG") * 1000,
        (small * 2 + bytes((0xFF, 0xFB, 0x14, 0)) + bytes(92)) * 500,
    )


@pytest.mark.parametrize("number", range(10))
def test_hostile_streams_cost_no_more_than_their_length(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = MUSIC + hostile()[number]
    looked = 0
    frame = MpegWalk._frame

    def counted(self: MpegWalk, data: bytes, at: int) -> tuple[int, int]:
        nonlocal looked
        looked += 1
        return frame(self, data, at)

    monkeypatch.setattr(MpegWalk, "_frame", counted)
    assert heard(data, "mp3", piece=5000).integrity.state in NEVER_INTACT
    assert looked <= len(data)


PARTS = (
    *FRAMES[:3],
    FRAMES[4][:90],
    b"\xff\xfb",
    FRAMES[0][:4],
    TAG,
    id3v1({"title": "T"}),
    bytes(500),
    INFO,
)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(PARTS), max_size=14), st.sampled_from([1, 7, 1000, 1 << 20]))
def test_pieces_of_any_size_give_the_same(parts: list[bytes], piece: int) -> None:
    data = b"".join(FRAMES[:5]) + b"".join(parts)
    assert heard(data, "mp3", piece) == heard(data, "mp3")


@settings(max_examples=25)
@given(st.lists(st.sampled_from([*PARTS, MUSIC, MUSIC[:5000], MUSIC[1:]]), min_size=12, max_size=40))
def test_pieces_of_any_size_give_the_same_of_a_long_stream(parts: list[bytes]) -> None:
    data = MUSIC + b"".join(parts) + MUSIC * 8
    assert heard(data, "mp3", 7777) == heard(data, "mp3", 70_001) == heard(data, "mp3")


@needs("lame", "ffmpeg")
def test_ffmpeg_agrees_on_what_is_whole(tmp_path: Path) -> None:
    """A decoder says little of MP3: it goes on past most damage. What it complains of must be damaged here."""
    path = tmp_path / "song.mp3"

    def judged(data: bytes) -> bool:
        path.write_bytes(data)
        return complains("ffmpeg", "-v", "error", "-err_detect", "crccheck", "-i", path, "-f", "null", "-")

    encoded = lame("-b", "128", "-p")
    assert not judged(encoded)
    changed = [flipped(encoded, bit) for bit in places(500, len(encoded), 20)]
    changed += [flipped(encoded, (at + 10) * 8) for at, _ in list(frames_of(encoded))[2:-2:5]]
    assert any(judged(data) for data in changed)
    for data in changed:
        assert heard(data, "mp3").integrity.state is DAMAGED


def test_the_samples_of_others(samples: Path) -> None:
    """mutagen's test files were cut to a few frames; by their own words or by half a frame that shows."""
    expected = {
        "lame-peak.mp3": INTACT,
        "silence-44-s.mp3": CONSISTENT,
        "silence-44-s-v1.mp3": CONSISTENT,
        "apev2-lyricsv2.mp3": DAMAGED,
        "id3v1v2-combined.mp3": DAMAGED,
        "id3v22-test.mp3": DAMAGED,
        "vbri.mp3": DAMAGED,
        "xing.mp3": DAMAGED,
    }
    for name, state in expected.items():
        data = (samples / name).read_bytes()
        assert heard(data, "mp3").integrity.state is state, name
        assert (samples / name).read_bytes() == data
    digests = {digest_of((samples / f"silence-44-s{end}.mp3").read_bytes(), "mp3") for end in ("", "-v1")}
    assert len(digests) == 1


def test_a_plain_sample_is_intact() -> None:
    data = mp3(title="T", v1=True, trailing=apev2(artist="A"))
    assert heard(data, "mp3").integrity.state is INTACT
    assert crc16_lame(b"123456789") == 0xBB3D
