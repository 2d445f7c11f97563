"""Lossless formats with files of their own, Musepack and Windows Media."""

from __future__ import annotations

import hashlib
import io
import os
import random
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import mutagen.apev2
import mutagen.asf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.audio.bitstream.crc24 import crc24
from archiver.audio.bitstream.walks import WALKS
from archiver.audio.bitstream.wavpack import words_checksum
from archiver.audio.formats.kinds import fetched
from archiver.model.sound import SoundState
from tests.audio.bitstream.listening import essence_of, heard, listened, planned, sound_of
from tests.audio.bitstream.lossless import (
    RATE,
    ape,
    musepack7,
    musepack8,
    noise,
    optimfrog,
    packet,
    slow_crc24,
    tak,
    tta,
)
from tests.audio.bitstream.test_chunked import big, dsdiff
from tests.samples import apev2, id3v1, wavpack, wma

WHOLE: dict[str, tuple[bytes, float]] = {
    "a.tta": (tta(), (11 * 46080 + 1000) / RATE),
    "a.ape": (ape(), (11 * 73728 + 1000) / RATE),
    "a.ofr": (optimfrog(), 8.0),
    "a.tak": (tak(), (11 * 5512 + 1000) / RATE),
    "a.wv": (wavpack(seconds=3), 3.0),
    "7.mpc": (musepack7(), 40 * 1152 / RATE),
    "8.mpc": (musepack8(), (640 * 1152 - 481) / RATE),
    "a.wma": (wma(packets=16), 1.024),
}
"""By name: a whole file and its seconds."""
PROVED = ("a.tta", "a.ape", "a.ofr", "a.tak", "a.wv")


@pytest.mark.parametrize("name", WHOLE)
def test_whole_files(name: str) -> None:
    found = sound_of(WHOLE[name][0])
    assert found.integrity.state is (SoundState.INTACT if name in PROVED else SoundState.CONSISTENT)
    assert found.integrity.damage == ()
    assert found.integrity.detail is None


@pytest.mark.parametrize("name", WHOLE)
def test_a_cut_file_is_damaged_and_the_rest_is_counted(name: str) -> None:
    data, seconds = WHOLE[name]
    for part in range(16):
        cut = data[: len(data) * part // 16]
        found = listened(cut)
        if found is None:
            assert part < 6
            continue
        integrity = found.integrity
        assert integrity.state is SoundState.DAMAGED
        last = integrity.damage[-1]
        if name == "8.mpc" and part == 0:
            continue
        assert last.at_s is not None
        assert integrity.lost_s is not None
        assert last.at_s + integrity.lost_s == pytest.approx(seconds, abs=0.07)
        assert last.at_s <= seconds * part / 16 + 1.7


@pytest.mark.parametrize("name", WHOLE)
def test_bytes_that_do_not_come_are_missed(name: str) -> None:
    data, _ = WHOLE[name]
    stream = planned(data)
    assert stream is not None
    for missing in (1, 3, 40, 400):
        assert heard(data[:-missing], stream).integrity.state is SoundState.DAMAGED, missing


@pytest.mark.parametrize("name", PROVED)
def test_a_thousand_flipped_bits_are_found_where_a_checksum_covers(name: str) -> None:
    data, seconds = WHOLE[name]
    stream, before = planned(data), essence_of(data)
    assert stream is not None
    first = {"a.ape": 52, "a.ofr": 25 + 52 + 8, "a.tak": stream.given.get("frames_at", 0)}.get(name, 0)
    last = len(data) - (28 if name == "a.ofr" else 0)
    number = random.Random(9)
    for _ in range(1000):
        at = number.randrange(first, last)
        changed = bytearray(data)
        changed[at] ^= 1 << number.randrange(8)
        found = heard(bytes(changed), stream)
        assert found.integrity.state is SoundState.DAMAGED, at
        assert found.integrity.lost_s is None or found.integrity.lost_s <= seconds + 2
        assert found.essence is not None
        assert found.essence.digest != before[1]
        if name in {"a.tta", "a.tak"} and found.integrity.damage[0].at_s is not None and at > 400:
            assert found.integrity.damage[0].at_s == pytest.approx(
                seconds * at / len(data), rel=0.25, abs=1.1
            )


@pytest.mark.parametrize("name", ["7.mpc", "8.mpc", "a.wma"])
def test_a_flipped_bit_is_another_essence_where_nothing_else_finds_it(name: str) -> None:
    data, _ = WHOLE[name]
    stream, before = planned(data), essence_of(data)
    assert stream is not None
    number = random.Random(9)
    for _ in range(200):
        changed = bytearray(data)
        if name == "a.wma":  # within the sound that a packet carries
            at = stream.start + number.randrange(16) * stream.given["packet"] + stream.given["packet"] - 1
            at -= number.randrange(200)
        else:
            at = number.randrange(100, len(data) - 30)
        changed[at] ^= 1 << number.randrange(8)
        found = heard(bytes(changed), stream)
        assert found.essence is not None
        assert found.essence.digest != before[1]


@settings(max_examples=60)
@given(
    name=st.sampled_from(sorted(WHOLE)),
    piece=st.sampled_from((1, 7, 1 << 20)) | st.integers(1, 5000),
    flip=st.integers(0),
)
def test_pieces_of_any_size_say_the_same(name: str, piece: int, flip: int) -> None:
    data, _ = WHOLE[name]
    stream = planned(data)
    assert stream is not None
    assert heard(data, stream, piece) == heard(data, stream)
    changed = bytearray(data)
    changed[flip % len(data)] ^= 0x10
    assert heard(bytes(changed), stream, piece) == heard(bytes(changed), stream)
    cut = data[: flip % len(data)]
    assert heard(cut, stream, piece) == heard(cut, stream)


@settings(max_examples=200)
@given(name=st.sampled_from(sorted(WHOLE)), data=st.data())
def test_no_bytes_make_it_fail(name: str, data: st.DataObject) -> None:
    changed = bytearray(WHOLE[name][0])
    places = st.integers(0, 300) | st.integers(0, len(changed) - 1)
    for at, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=12)):
        changed[at] = byte
    listened(bytes(changed[: data.draw(st.integers(0, len(changed)))]))


@pytest.mark.parametrize("name", WHOLE)
def test_numbers_beyond_all_files_are_survived(name: str) -> None:
    data, _ = WHOLE[name]
    for at in range(300):
        for value in (b"\xff" * 4, bytes(4), b"\xff" * 8):
            changed = bytearray(data)
            changed[at : at + len(value)] = value
            found = listened(bytes(changed))
            if found is not None and name == "a.tta" and bytes(changed) != data:
                assert found.integrity.state is SoundState.DAMAGED


@pytest.mark.parametrize("name", ["a.tta", "a.ape", "a.ofr", "a.tak", "7.mpc", "8.mpc"])
def test_the_recipe_of_what_lies_between_the_tags(name: str) -> None:
    data, _ = WHOLE[name]
    tagged = data + apev2({"Title": "T"}) + id3v1({"title": "T"})
    assert essence_of(data)[1] == hashlib.sha256(data).hexdigest()
    assert essence_of(tagged) == essence_of(data)
    assert sound_of(tagged).integrity == sound_of(data).integrity


@pytest.mark.parametrize("name", ["a.ape", "a.ofr", "a.tak", "7.mpc", "8.mpc", "a.wv"])
def test_retagging_keeps_the_essence(name: str) -> None:
    data, _ = WHOLE[name]
    file = io.BytesIO(data)
    tag = mutagen.apev2.APEv2()
    tag["Title"] = "Another title"
    tag["Cover Art (Front)"] = mutagen.apev2.APEValue(b"a.png\0" + bytes(5000), mutagen.apev2.BINARY)
    tag.save(file)
    assert file.getvalue() != data
    assert essence_of(file.getvalue()) == essence_of(data)
    assert sound_of(file.getvalue()).integrity == sound_of(data).integrity


# ---- WavPack


@given(st.binary(max_size=5000))
def test_the_checksum_of_a_block(data: bytes) -> None:
    even = data[: len(data) & ~1]
    total = 0xFFFFFFFF
    for (word,) in struct.iter_unpack("<H", even):
        total = (total * 3 + word) & 0xFFFFFFFF
    assert words_checksum(even) == total


def wavpack_block(index: int, total: int, body: bytes, *, two: bool = False, place: int = 0x1800) -> bytes:
    """A block of 4,410 samples whose sound is noise; ``place`` says whether it is the first and last of its moment."""
    parts = b"\x8a" + (len(body) // 2).to_bytes(3, "little") + body
    size = 24 + len(parts) + (4 if two else 6)
    flags = 0x14800001 | place
    head = struct.pack("<4sIHBBIIIII", b"wvpk", size, 0x410, 0, 0, total, index, 4410, flags, 0)
    checksum = words_checksum(head + parts)
    tail = struct.pack("<H", (checksum ^ checksum >> 16) & 0xFFFF) if two else struct.pack("<I", checksum)
    return head + parts + bytes((0x2F, len(tail) // 2)) + tail


@pytest.mark.parametrize("two", [False, True])
def test_what_is_lost_between_blocks_of_wavpack(*, two: bool) -> None:
    blocks = [wavpack_block(number * 4410, 44100, noise(number, 200), two=two) for number in range(10)]
    assert sound_of(b"".join(blocks)).integrity.state is SoundState.INTACT
    gap = sound_of(b"".join(blocks[:4] + blocks[6:])).integrity
    assert gap.damage[0].what == "samples are missing between blocks"
    assert gap.damage[0].at_s == pytest.approx(0.4)
    assert gap.lost_s == pytest.approx(0.2)
    junk = sound_of(b"".join([*blocks[:4], noise(3, 500), *blocks[4:]])).integrity
    assert junk.damage[0].what == "there are bytes that belong to no block"
    assert junk.lost_s is None
    broken = bytearray(b"".join(blocks))
    broken[2 * len(blocks[0]) + 60] ^= 1
    broken[5 * len(blocks[0]) + 60] ^= 1
    failed = sound_of(bytes(broken)).integrity
    assert [each.what for each in failed.damage] == ["a block fails its checksum"] * 2
    assert [each.at_s for each in failed.damage] == [0.2, 0.5]
    assert failed.lost_s == pytest.approx(0.2)
    after = sound_of(b"".join(blocks) + noise(4, 100)).integrity
    assert after.state is SoundState.INTACT
    assert after.detail == "bytes that belong to no block follow the last one"
    again = sound_of(b"".join([*blocks, blocks[3]])).integrity
    assert again.damage[0].what == "blocks are out of order"


def test_channels_that_are_missing() -> None:
    places = (0x800, 0, 0x1000)
    moments = [
        [wavpack_block(first, 44100, noise(first + place, 200), place=place) for place in places]
        for first in range(0, 44100, 4410)
    ]

    def verdict(moment: int, blocks: list[bytes]) -> tuple[str, float | None, float | None]:
        changed = [*moments[:moment], blocks, *moments[moment + 1 :]]
        found = sound_of(b"".join(b"".join(each) for each in changed)).integrity
        assert found.damaged_places == 1
        return found.damage[0].what, found.damage[0].at_s, found.lost_s

    assert sound_of(b"".join(b"".join(each) for each in moments)).integrity.state is SoundState.INTACT
    for moment in (3, 9):
        first, second, third = moments[moment]
        missing = ("some of the channels are missing", moment / 10, 0.1)
        assert verdict(moment, [first, third]) == missing
        assert verdict(moment, [first, second]) == missing
        assert verdict(moment, [second, third]) == missing
        for broken in range(3):
            blocks = [first, second, third]
            blocks[broken] = blocks[broken][:80] + b"?" + blocks[broken][81:]
            assert verdict(moment, blocks) == ("a block fails its checksum", moment / 10, 0.1)


def test_blocks_without_a_checksum_prove_nothing() -> None:
    body = b"\x8a\x64\0\0" + noise(1, 200)
    head = struct.pack("<4sIHBBIIIII", b"wvpk", 24 + len(body), 0x407, 0, 0, 4410, 0, 4410, 0x04801801, 0)
    assert sound_of(head + body).integrity.state is SoundState.CONSISTENT
    assert "wavpack-checksums" not in sound_of(head + body).integrity.checked
    assert sound_of(head + b"\x8a\x65" + body[2:]).integrity.state is SoundState.DAMAGED


needs_wavpack = pytest.mark.skipif(
    not (shutil.which("wavpack") and shutil.which("wvunpack")), reason="wavpack is not installed"
)
needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")


def run(*args: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([os.fspath(each) for each in args], check=False, capture_output=True, timeout=120)


def ffmpeg(*args: str | Path) -> bytes:
    done = run("ffmpeg", "-v", "error", "-y", *args)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def music(tmp_path: Path) -> Path:
    path = tmp_path / "music.wav"
    samples = random.Random(2)
    steps = [samples.randrange(-400, 400) for _ in range(2 * RATE)]
    body, level = bytearray(), 0
    for step in steps:
        level = max(min(level + step, 30000), -30000)
        body += struct.pack("<hh", level, -level // 2)
    fmt = struct.pack("<HHIIHH", 1, 2, RATE, RATE * 4, 4, 16)
    head = b"WAVEfmt " + struct.pack("<I", 16) + fmt + b"data" + struct.pack("<I", len(body))
    path.write_bytes(b"RIFF" + struct.pack("<I", len(head) + len(body)) + head + body)
    return path


@needs_wavpack
@pytest.mark.parametrize(
    "options", [[], ["-h", "-x", "-m"], ["-b320", "-c"], ["-f"], ["--raw-pcm=44100,16,1"]]
)
def test_wvunpack_agrees(tmp_path: Path, music: Path, options: list[str]) -> None:
    path = tmp_path / "a.wv"
    assert run("wavpack", "-q", *options, music, "-o", path).returncode == 0
    for made in tmp_path.glob("a.wv*"):
        data = made.read_bytes()
        assert sound_of(data, made.suffix[1:]).integrity.state is SoundState.INTACT, made
        number, judged = random.Random(5), 0
        for _ in range(12):
            changed = bytearray(data)
            changed[number.randrange(32, len(data))] ^= 1 << number.randrange(8)
            bad = tmp_path / f"bad{made.suffix}"
            bad.write_bytes(bytes(changed))
            assert sound_of(bytes(changed), made.suffix[1:]).integrity.state is SoundState.DAMAGED
            judged += made.suffix == ".wv" and run("wvunpack", "-q", "-v", bad).returncode != 0
        assert made.suffix != ".wv" or judged == 12


@needs_wavpack
@needs_ffmpeg
def test_a_stream_copy_of_wavpack_keeps_the_essence(tmp_path: Path, music: Path) -> None:
    path, copy = tmp_path / "a.wv", tmp_path / "b.wv"
    assert run("wavpack", "-q", "-m", music, "-o", path).returncode == 0
    ffmpeg("-i", path, "-c", "copy", "-metadata", "title=T", copy)
    assert essence_of(copy.read_bytes()) == essence_of(path.read_bytes())
    recipe = ffmpeg("-i", path, "-map", "0:a:0", "-c", "copy", "-f", "data", "-")
    assert essence_of(path.read_bytes())[1] == hashlib.sha256(recipe).hexdigest()


@needs_ffmpeg
@pytest.mark.parametrize(("name", "state"), [("a.wv", SoundState.CONSISTENT), ("a.tta", SoundState.INTACT)])
def test_what_ffmpeg_encodes(tmp_path: Path, music: Path, name: str, state: SoundState) -> None:
    path = tmp_path / name
    ffmpeg("-i", music, path)
    assert sound_of(path.read_bytes()).integrity.state is state
    copy = tmp_path / f"copy-{name}"
    ffmpeg("-i", path, "-c", "copy", "-metadata", "title=T", copy)
    assert essence_of(copy.read_bytes()) == essence_of(path.read_bytes())


# ---- True Audio, Monkey's Audio, TAK, OptimFROG


@needs_ffmpeg
@pytest.mark.parametrize("name", ["empty.tta", "silence-44-s.tak"])
def test_ffmpeg_agrees_on_what_is_damaged(tmp_path: Path, samples: Path, name: str) -> None:
    data, number = (samples / name).read_bytes(), random.Random(3)
    stream = planned(data)
    assert stream is not None
    path = tmp_path / name
    for turn in range(10):
        changed = bytearray(data)
        if turn:
            changed[number.randrange(stream.given.get("frames_at", 22), len(data))] ^= 1 << number.randrange(
                8
            )
        path.write_bytes(bytes(changed[: number.randrange(len(data))] if turn > 7 else changed))
        done = run("ffmpeg", "-v", "error", "-err_detect", "crccheck", "-i", path, "-f", "null", "-")
        found = listened(path.read_bytes())
        whole = found is not None and found.integrity.state is SoundState.INTACT
        assert whole == (done.returncode == 0 and not done.stderr)
        assert whole == (turn == 0)


def test_a_frame_of_true_audio_that_fails() -> None:
    data = bytearray(tta())
    data[22 + 52 + 4 * 304 + 20] ^= 1
    found = sound_of(bytes(data)).integrity
    assert [each.what for each in found.damage] == ["a frame fails its CRC-32"]
    assert found.lost_s == pytest.approx(46080 / RATE, abs=0.001)
    assert sound_of(tta() + b"junk").integrity.detail == "bytes follow the last frame"
    head = bytearray(tta())
    head[6] ^= 1
    assert sound_of(bytes(head)).integrity.damage[0].what == "the header fails its CRC-32"


def test_monkeys_audio_without_a_digest_is_no_more_than_consistent() -> None:
    found = sound_of(ape(md5=False)).integrity
    assert (found.state, found.checked) == (SoundState.CONSISTENT, ("ape-sizes",))
    assert found.detail == "the file holds no MD5 that could be tested"
    assert sound_of(ape() + b"junk").integrity.detail == "bytes follow the end that the descriptor states"
    old = b"MAC " + struct.pack("<H", 3970) + noise(1, 3000)
    assert sound_of(old).integrity.state is SoundState.NOT_CHECKABLE


@given(st.binary(max_size=3000))
def test_crc_24(data: bytes) -> None:
    assert crc24(data).to_bytes(3, "little") == slow_crc24(data)


def test_the_check_value_of_crc_24() -> None:
    assert crc24(b"123456789") == 0x21CF02


def test_frames_of_tak_that_are_missing() -> None:
    data = tak()
    marks = [at for at in range(len(data)) if data[at : at + 2] == b"\xff\xa0"]
    assert len(marks) == 12
    found = sound_of(data[: marks[3]] + data[marks[5] :]).integrity
    assert found.damage[0].what == "frames are missing"
    assert found.lost_s == pytest.approx(2 * 5512 / RATE, abs=0.001)


def test_blocks_of_optimfrog() -> None:
    data = bytearray(optimfrog())
    data[data.index(b"COMP", 500) + 30] ^= 1
    found = sound_of(bytes(data)).integrity
    assert [each.what for each in found.damage] == ["a block fails its CRC-32"]
    assert (found.damage[0].at_s, found.lost_s) == (2.0, 1.0)


# ---- Musepack


def test_packets_of_musepack_8() -> None:
    assert sound_of(musepack8(end=False)).integrity.state is SoundState.DAMAGED
    few = sound_of(musepack8(samples=11 * 64 * 1152)).integrity
    assert few.damage[0].what == "there are fewer packets of sound than the header's samples take"
    assert few.lost_s == pytest.approx(64 * 1152 / RATE, abs=0.001)
    data = musepack8()
    head = data.replace(b"SH", b"SH", 1)[:14] + b"\x55" + data[15:]
    assert sound_of(head).integrity.damage[0].what == "the header fails its CRC-32"
    lost = data.replace(packet(b"AP", noise(4, 340))[:4], b"\0\0\0\0")
    assert sound_of(lost).integrity.damage[0].what == "a packet cannot be made out"
    assert sound_of(data + b"junk").integrity.detail == "bytes follow the packet that ends the stream"


def test_frames_of_musepack_7_that_do_not_fill_it() -> None:
    assert (
        sound_of(musepack7() + bytes(64)).integrity.damage[0].what
        == "the frames do not end where the music does"
    )


# ---- Windows Media


def test_what_packets_of_windows_media_carry() -> None:
    data = wma(packets=16)
    stream = planned(data)
    assert stream is not None
    size = stream.given["packet"]
    payloads = b"".join(data[at + size - 256 : at + size] for at in range(stream.start, stream.end, size))
    assert essence_of(data) == ("asf-payloads-v1", hashlib.sha256(payloads).hexdigest())
    gone = data[: stream.start + 4 * size] + data[stream.start + 5 * size :]
    assert sound_of(gone).integrity.damage[0].what == "parts of the sound are missing"
    assert sound_of(gone).integrity.damage[0].at_s == pytest.approx(0.32)
    bad = bytearray(data)
    bad[stream.start] = 0xFF
    assert heard(bytes(bad), stream).integrity.damage[0].what == "a packet contradicts itself"


def test_retagging_windows_media_keeps_the_essence() -> None:
    data = wma(packets=16)
    file = io.BytesIO(data)
    opened = mutagen.asf.ASF(file)
    opened["Title"] = "Another title"
    opened["WM/Lyrics"] = "x" * 20_000
    file.seek(0)
    opened.save(file)
    assert essence_of(file.getvalue()) == essence_of(data)
    assert sound_of(file.getvalue()).integrity.state is SoundState.CONSISTENT


@needs_ffmpeg
@pytest.mark.parametrize("codec", ["wmav1", "wmav2"])
def test_a_copy_in_other_packets_is_the_same_music(tmp_path: Path, music: Path, codec: str) -> None:
    path, copy = tmp_path / "a.wma", tmp_path / "b.wma"
    ffmpeg("-i", music, "-c:a", codec, path)
    ffmpeg("-i", path, "-c", "copy", "-packet_size", "6400", copy)
    data = path.read_bytes()
    assert sound_of(data).integrity.state is SoundState.CONSISTENT
    assert essence_of(copy.read_bytes()) == essence_of(data)
    recipe = ffmpeg("-i", path, "-map", "0:a:0", "-c", "copy", "-f", "data", "-")
    assert essence_of(data)[1] == hashlib.sha256(recipe).hexdigest()


@needs_ffmpeg
def test_windows_media_of_open_length_ends_where_its_index_begins(tmp_path: Path, music: Path) -> None:
    path = tmp_path / "a.wma"
    ffmpeg("-i", music, "-c:a", "wmav2", path)
    piped = ffmpeg("-i", music, "-c:a", "wmav2", "-f", "asf", "-")
    assert essence_of(piped) == essence_of(path.read_bytes())
    assert sound_of(piped).integrity.state is SoundState.CONSISTENT


# ---- hostile streams: the work is in proportion to the bytes


def hostile(size: int) -> dict[str, bytes]:
    """Streams made of what each walk looks for, and of the largest claims."""
    block = struct.pack("<4sIHBBIIIII", b"wvpk", 24, 0x410, 0, 0, 1 << 30, 0, 1, 0x10001800, 0)
    large = struct.pack("<4sIHBBIIIII", b"wvpk", (1 << 20) - 8, 0x410, 0, 0, 1 << 30, 0, 1, 0x10001800, 0)
    head = tak()[: tak().index(b"\xff\xa0")]
    return {
        "marks.wv": block + b"wvpk" * (size // 4),
        "blocks.wv": block * (size // 32),
        "claims.wv": large * (size // 32),
        "syncs.tak": head + b"\xff\xa0" * (size // 2),
        "packets.mpc": musepack8(1, end=False) + b"AP\x03" * (size // 3),
        "frames.mpc": b"MP+\x07" + struct.pack("<I", 1 << 31) + bytes(16) + bytes(size),
        "empty.tta": _claims(size),
        "payloads.wma": _packed_payloads(size),
        "chunks.dff": dsdiff(
            big(b"FRTE", struct.pack(">IH", 1 << 30, 75)) + big(b"DSTC", b"") * (size // 12), b"DST "
        ),
        "chunks.ofr": optimfrog(1) + b"COMP\0\0\0\0" * (size // 8),
    }


def _packed_payloads(size: int) -> bytes:
    """Packets of compressed payloads, each of one byte of sound."""
    data = wma(packets=max(size // 292, 1))
    at = data.index(b"\x82\0\0\0\x5d")
    length = (len(data) - at) // max(size // 292, 1)
    packet = b"\x82\0\0\0\x5d" + bytes(6) + b"\x81\0" + bytes(4) + b"\x01\0"
    packet += b"\x02xx" if (length - len(packet)) % 2 else b""
    packet += b"\x01x" * ((length - len(packet)) // 2)
    return data[:at] + packet * max(size // 292, 1)


def _claims(size: int) -> bytes:
    head = b"TTA1" + struct.pack("<HHHII", 1, 2, 16, RATE, 46080 * min(size // 4, 90_000))
    return head + struct.pack("<I", zlib.crc32(head)) + bytes(size)


@pytest.mark.parametrize("name", hostile(0))
def test_the_work_grows_with_the_bytes_and_no_faster(name: str) -> None:
    def steps(size: int) -> int:
        data = hostile(size)[name]
        stream = planned(data)
        assert stream is not None
        count = 0

        def trace(_frame: object, event: str, _arg: object) -> object:
            nonlocal count
            count += event == "line"
            return trace

        sys.settrace(trace)  # type: ignore[arg-type]
        try:
            heard(data, stream)
        finally:
            sys.settrace(None)
        return count

    assert steps(120_000) <= 2.2 * steps(60_000) + 2000


@pytest.mark.slow
@pytest.mark.parametrize("name", hostile(0))
def test_a_walk_keeps_a_few_mebibytes_at_most(name: str) -> None:
    data = hostile(6_000_000)[name]
    stream = planned(data)
    assert stream is not None
    walk = fetched(WALKS[stream.walk])(stream)
    for at in range(stream.start, stream.end, 1 << 16):
        walk.take(memoryview(data)[at : min(at + (1 << 16), stream.end)])
        kept = [value for value in vars(walk).values() if isinstance(value, bytes | bytearray)]
        assert sum(map(len, kept)) <= (2 << 20) + (1 << 17)
