"""Ogg: what the digest of packets stands for, what is found damaged and where, and who agrees."""

from __future__ import annotations

import hashlib
import random
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import mutagen
import pytest
from fastcrc import crc32
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.audio.bitstream import ogg
from archiver.audio.bitstream.checks import CHECKS
from archiver.audio.bitstream.methods import METHODS
from archiver.audio.bitstream.ogg import CHECKED, OggWalk
from archiver.audio.bitstream.ogg_streams import METHOD, MOST_STREAMS
from archiver.model.sound import Bitstream, Sound, SoundState
from tests.audio.bitstream.listening import essence_of, sound_of, state_of
from tests.samples import ogg_vorbis, opus, png
from tests.samples.bits import crc32_ogg
from tests.samples.ogg import ogg_page, ogg_stream

ENCODERS = {"ogg": "libvorbis", "opus": "libopus", "spx": "libspeex", "oga": "flac"}
OPUS_HEAD = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48000, 0, 0)
OPUS_TAGS = b"OpusTags" + struct.pack("<II", 0, 0)
UNKNOWN = b"Tune\0\0\0\0"


def noise(length: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(length)


def opus_packet(length: int, seed: int = 1) -> bytes:
    """One that adds 960 samples: a single frame of 20 ms."""
    return b"\xf8" + noise(length - 1, seed)


def opus_pages(pages: int = 10, packets: int = 10, *, serial: int = 7, seed: int = 1, **end: bool) -> bytes:
    """Opus with random packets, 200 ms on each page."""
    groups: list[tuple[Sequence[bytes], int]] = [([OPUS_HEAD], 0), ([OPUS_TAGS], 0)]
    for page in range(pages):
        sound = [opus_packet(100 + each, seed * 1000 + page * packets + each) for each in range(packets)]
        groups.append((sound, (page + 1) * packets * 960))
    return ogg_stream(groups, serial=serial, **end)


def pages_of(data: bytes) -> list[bytes]:
    """The pages, each by itself."""
    pages, at = [], 0
    while at < len(data):
        count = data[at + 26]
        end = at + 27 + count + sum(data[at + 27 : at + 27 + count])
        pages.append(data[at:end])
        at = end
    return pages


def sealed(page: bytes) -> bytes:
    """The page with the CRC that is true of it."""
    return page[:22] + struct.pack("<I", crc32_ogg(page[:22] + bytes(4) + page[26:])) + page[26:]


def flipped(data: bytes, at: int, bit: int = 0) -> bytes:
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Three seconds of noise in a codec, by the extension of its files."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    folder = tmp_path_factory.mktemp("encoded")

    def encode(extension: str) -> Path:
        path = folder / f"noise.{extension}"
        if not path.exists():
            source = ["-f", "lavfi", "-i", "anoisesrc=d=3:a=0.3:seed=7:r=48000"]
            rate = ["-ar", "16000"] if extension == "spx" else []
            command = ["ffmpeg", "-v", "error", *source, *rate, "-c:a", ENCODERS[extension]]
            done = subprocess.run(
                [*command, "-metadata", "title=One", path], capture_output=True, check=False
            )
            if done.returncode:
                pytest.skip(f"ffmpeg has no encoder {ENCODERS[extension]}")
        return path

    return encode


@pytest.fixture
def recipe(tmp_path: Path) -> Callable[[bytes], str]:
    """The digest by the lines that the reference page gives."""
    script = tmp_path / "recipe.py"
    script.write_text(METHODS[METHOD].how, "utf-8")

    def follow(data: bytes) -> str:
        (tmp_path / "music").write_bytes(data)
        done = subprocess.run(
            [sys.executable, script, tmp_path / "music"], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    return follow


def multiplexed() -> bytes:
    """Opus and an unknown stream page by page."""
    first, second = (
        pages_of(opus_pages(6)),
        pages_of(ogg_stream([([UNKNOWN], 0), ([noise(3000)], 5)], serial=9)),
    )
    return b"".join([first[0], second[0], first[1], second[1], *first[2:]])


SAMPLES = {
    "vorbis": ogg_vorbis(title="One", pictures=[png()], packets=300),
    "opus": opus(title="One", packets=120),
    "noise": opus_pages(),
    "chained": opus_pages(4) + opus_pages(5, serial=8, seed=2),
    "multiplexed": multiplexed(),
    "unknown": ogg_stream([([UNKNOWN, b""], 0), ([noise(70_000), b"", noise(255), noise(510)], 9)]),
    "speex": ogg_stream([([b"Speex   " + bytes(72)], 0), ([b"comments"], 0), ([noise(500)] * 3, 9)]),
    "flac": ogg_stream(
        [([b"\x7fFLAC\1\0\0\2fLaC" + bytes(38)], 0), ([b"\4\0\0\1x"], 0), ([b"\x81\0\0\2xx"], 0)]
        + [([b"\xff\xf8" + noise(4000, each)], each * 4096) for each in range(3)]
    ),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_digest_is_what_its_recipe_gives(name: str, recipe: Callable[[bytes], str]) -> None:
    data = SAMPLES[name]
    sound = sound_of(data)
    assert sound.integrity.state is SoundState.INTACT
    assert sound.integrity.checked == CHECKED
    assert essence_of(data) == (METHOD, recipe(data))


@pytest.mark.parametrize("extension", ENCODERS)
def test_encoders_agree_with_the_recipe(
    extension: str, encoded: Callable[[str], Path], recipe: Callable[[bytes], str]
) -> None:
    data = encoded(extension).read_bytes()
    assert essence_of(data) == (METHOD, recipe(data))
    assert state_of(data) is SoundState.INTACT


def test_the_digest_is_that_of_the_packets_and_their_lengths() -> None:
    packets = [opus_packet(length) for length in (3, 255, 254, 256, 700)]
    data = ogg_stream([([OPUS_HEAD], 0), ([OPUS_TAGS], 0), (packets, 5 * 960)])
    lacing = bytes([19, 3, 255, 0, 254, 255, 1, 255, 255, 190])
    body = OPUS_HEAD + b"".join(packets)
    both = hashlib.sha256(body).digest() + hashlib.sha256(lacing).digest()
    assert essence_of(data) == (METHOD, hashlib.sha256(both).hexdigest())


def test_all_that_is_checked_has_a_row() -> None:
    assert METHOD in METHODS
    assert [CHECKS[name].proves for name in CHECKED] == [True, False, False, False]


@given(st.lists(st.binary(min_size=1, max_size=600), min_size=1, max_size=30), st.data())
@settings(max_examples=60, deadline=None)
def test_pages_serial_numbers_and_empty_packets_do_not_matter(
    sound: list[bytes], data: st.DataObject
) -> None:
    headers: list[tuple[Sequence[bytes], int]] = [([OPUS_HEAD], 0), ([OPUS_TAGS], 0)]
    plain = ogg_stream([*headers, (sound, 0)])
    headers[1] = ([OPUS_TAGS + data.draw(st.binary(max_size=70_000))], 0)
    groups, at = list(headers), 0
    while at < len(sound):
        count = data.draw(st.integers(1, len(sound)))
        groups.append((sound[at : at + count] + [b""] * data.draw(st.integers(0, 2)), 0))
        at += count
    other = ogg_stream(groups, serial=data.draw(st.integers(0, 0xFFFF_FFFF)))
    assert essence_of(other) == essence_of(plain)
    assert state_of(other) is SoundState.INTACT


@pytest.mark.parametrize("extension", ENCODERS)
def test_tagging_leaves_the_digest(extension: str, encoded: Callable[[str], Path], tmp_path: Path) -> None:
    source = encoded(extension)
    before = source.read_bytes()
    copy = tmp_path / source.name
    copy.write_bytes(before)
    tagged = mutagen.File(copy)
    tagged["title"] = "Two" * 30_000
    tagged.save()
    again = tmp_path / f"again.{extension}"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", source, "-c", "copy", "-metadata", "title=Three", again], check=True
    )
    for data in (copy.read_bytes(), again.read_bytes()):
        assert data != before
        assert essence_of(data) == essence_of(before)
        assert state_of(data) is SoundState.INTACT
    assert source.read_bytes() == before


@pytest.mark.parametrize("name", SAMPLES)
def test_a_cut_file_is_never_intact(name: str) -> None:
    data = SAMPLES[name]
    for part in range(1, 16):
        sound = sound_of(data[: len(data) * part // 16], "ogg")
        assert sound.integrity.state is SoundState.DAMAGED, part
        assert sound.integrity.damage


def test_the_shortest_cut_is_seen() -> None:
    data = SAMPLES["noise"]
    for missing in range(1, 40):
        assert state_of(data[:-missing]) is SoundState.DAMAGED


@pytest.mark.parametrize("name", ["vorbis", "noise", "chained", "multiplexed"])
def test_a_flipped_bit_is_found_wherever_it_is(name: str) -> None:
    data, draw = SAMPLES[name], random.Random(5)
    essence = essence_of(data)
    for _ in range(250):
        at = draw.randrange(5, len(data))
        sound = sound_of(flipped(data, at, draw.randrange(8)), "ogg")
        assert sound.integrity.state is SoundState.DAMAGED, at
        assert sound.essence is None or (sound.essence.method, sound.essence.digest) != essence or at < 3000


@pytest.mark.slow
@pytest.mark.parametrize("extension", ENCODERS)
def test_every_one_of_a_thousand_flips_is_found(extension: str, encoded: Callable[[str], Path]) -> None:
    data, draw = encoded(extension).read_bytes(), random.Random(11)
    for _ in range(1000):
        at = draw.randrange(len(data))
        found = state_of(flipped(data, at, draw.randrange(8)), "ogg")
        assert found in {SoundState.DAMAGED, None}, at  # not even called Ogg where its first bytes are hit


def test_a_damaged_page_is_told_by_place_time_and_loss() -> None:
    pages = pages_of(SAMPLES["noise"])
    at = sum(map(len, pages[:6]))
    sound = sound_of(flipped(SAMPLES["noise"], at + 300))
    (damage,) = sound.integrity.damage
    assert damage.what == "a page fails its CRC-32"
    assert (damage.offset, damage.sample) == (at, 4 * 9600 - 312)
    assert damage.at_s == round((4 * 9600 - 312) / 48000, 3)
    assert sound.integrity.lost_s == 0.2


@pytest.mark.parametrize("field", [6, 14, 18, 22, 26, 27])
def test_a_damaged_page_header_is_one_place(field: int) -> None:
    pages = pages_of(SAMPLES["noise"])
    at = sum(map(len, pages[:6]))
    sound = sound_of(flipped(SAMPLES["noise"], at + field, 1))
    (damage,) = sound.integrity.damage
    assert (damage.offset, damage.sample, sound.integrity.lost_s) == (at, 4 * 9600 - 312, 0.2)


def test_the_last_page_counts_by_the_position_that_it_claims() -> None:
    data = SAMPLES["noise"]
    sound = sound_of(flipped(data, len(data) - 5))
    assert sound.integrity.lost_s == 0.2
    assert sound.integrity.damage[0].what == "a page fails its CRC-32"


def test_missing_pages_are_told_by_their_samples() -> None:
    pages = pages_of(SAMPLES["noise"])
    sound = sound_of(b"".join(pages[:5] + pages[8:]))
    (damage,) = sound.integrity.damage
    assert (damage.what, damage.offset) == ("pages are missing", sum(map(len, pages[:5])))
    assert sound.integrity.lost_s == 0.6


def test_a_late_beginning_does_not_count_as_lost() -> None:
    pages = pages_of(SAMPLES["noise"])
    late = [
        sealed(page[:6] + struct.pack("<q", struct.unpack("<q", page[6:14])[0] + 48_000_000) + page[14:])
        for page in pages[2:]
    ]
    data = b"".join(pages[:2] + late)
    assert state_of(data) is SoundState.INTACT
    at = sum(map(len, pages[:6]))
    (damage,) = sound_of(flipped(data, at + 300)).integrity.damage
    assert damage.sample == 4 * 9600 - 312


def test_packets_longer_than_pages_are_told_by_their_place_too() -> None:
    facts = struct.pack(">HH6xQ16x", 4096, 4096, 44100 << 44 | 15 << 36)
    groups = [([b"\x7fFLAC\1\0\0\1fLaC\0\0\0\x22" + facts], 0), ([b"\x84\0\0\1x"], 0)]
    groups += [([b"\xff\xf8\xc9\x08" + noise(70_000, each)], (each + 1) * 4096) for each in range(5)]
    data = ogg_stream(groups)
    pages = pages_of(data)
    assert len(pages) == 12
    at = sum(map(len, pages[:4]))
    (damage,) = sound_of(flipped(data, at + 500)).integrity.damage
    assert (damage.offset, damage.sample) == (at, 4096)


def test_junk_between_pages_is_a_place_and_takes_no_music() -> None:
    pages = pages_of(SAMPLES["noise"])
    head, tail = b"".join(pages[:6]), b"".join(pages[6:])
    for junk in (
        b"\0",
        noise(100_000),
        b"OggS" * 9,
        b"OggS\0" + bytes(60),
        b"x" * 20 + b"OggS\0" + b"\xff" * 300,
    ):
        sound = sound_of(head + junk + tail)
        assert sound.integrity.state is SoundState.DAMAGED
        assert sound.integrity.damage[0].offset == len(head)
        assert sound.essence == sound_of(SAMPLES["noise"]).essence


def test_junk_instead_of_pages_is_one_place_with_its_loss() -> None:
    pages = pages_of(SAMPLES["noise"])
    head = b"".join(pages[:6])
    sound = sound_of(head + noise(5000) + b"".join(pages[8:]))
    (damage,) = sound.integrity.damage
    assert (damage.what, damage.offset) == ("bytes belong to no page", len(head))
    assert sound.integrity.lost_s == 0.4


@pytest.mark.parametrize("junk", [b"\0", bytes(5000), noise(70_000)])
def test_junk_after_the_end_takes_nothing_and_proves_nothing(junk: bytes) -> None:
    sound = sound_of(SAMPLES["noise"] + junk)
    assert sound.integrity.state is SoundState.CONSISTENT
    assert sound.integrity.detail == f"{len(junk):,} bytes after the last page belong to no page"
    assert sound.essence == sound_of(SAMPLES["noise"]).essence


def test_a_stream_that_is_not_ended_is_damaged() -> None:
    data = opus_pages(ended=False)
    (damage,) = sound_of(data).integrity.damage
    assert (damage.what, damage.offset) == ("a stream ends without its last page", len(data))
    assert damage.sample == 10 * 9600 - 312
    chained = data + opus_pages(serial=9)
    (damage,) = sound_of(chained).integrity.damage
    assert damage.offset == len(data)


def test_places_in_chained_streams_count_from_the_beginning_of_the_file() -> None:
    data = SAMPLES["chained"]
    first = opus_pages(4)
    pages = pages_of(data[len(first) :])
    at = len(first) + sum(map(len, pages[:3]))
    (damage,) = sound_of(flipped(data, at + 300)).integrity.damage
    assert (damage.offset, damage.sample) == (at, 4 * 9600 - 312 + 9600 - 312)


def test_pages_out_of_order_are_damage() -> None:
    pages = pages_of(SAMPLES["noise"])
    swapped = sound_of(b"".join([*pages[:5], pages[6], pages[5], *pages[7:]]))
    assert [each.what for each in swapped.integrity.damage][:2] == [
        "pages are missing",
        "a page number goes back",
    ]
    twice = sound_of(b"".join([*pages[:6], pages[5], *pages[6:]]))
    assert "a page number goes back" in [each.what for each in twice.integrity.damage]
    after = sound_of(b"".join(pages) + sealed(pages[-1][:18] + struct.pack("<I", 12) + pages[-1][22:]))
    assert [each.what for each in after.integrity.damage] == ["a page follows the last page of its stream"]
    beheaded = sound_of(b"".join(pages[3:]), "ogg")
    assert beheaded.integrity.damage[0].what == "a stream lacks its first page"


def test_packets_without_their_other_part_are_damage() -> None:
    long = [([UNKNOWN], 0), ([noise(70_000)], 1), ([noise(10)], 2)]
    pages = pages_of(ogg_stream(long))
    whole = [
        sealed(page[:18] + struct.pack("<I", at) + page[22:])
        for at, page in enumerate([*pages[:2], pages[3]])
    ]
    (damage,) = sound_of(b"".join(whole)).integrity.damage
    assert (damage.what, damage.offset) == ("a packet lacks a part", sum(map(len, whole[:2])))


def test_a_position_that_goes_back_is_damage() -> None:
    pages = pages_of(SAMPLES["noise"])
    pages[7] = sealed(pages[7][:6] + struct.pack("<q", 960) + pages[7][14:])
    (damage,) = sound_of(b"".join(pages)).integrity.damage
    assert damage.what == "a granule position goes back"


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_the_size_of_the_pieces_does_not_matter(data: st.DataObject) -> None:
    music = bytearray(SAMPLES[data.draw(st.sampled_from(sorted(SAMPLES)))][:20_000])
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(5, len(music) - 1))
        if data.draw(st.booleans()):
            music[at] ^= 1 << data.draw(st.integers(0, 7))
        else:
            music[at:at] = data.draw(st.sampled_from([b"OggS", b"OggS\0", bytes(40)]))
    whole = sound_of(bytes(music), "ogg")
    for piece in (1, 7, data.draw(st.integers(2, 5000))):
        assert sound_of(bytes(music), "ogg", piece) == whole


def walked(data: bytes, piece: int = 1 << 16) -> tuple[Sound, int]:
    """What the walk said, and the most that it held."""
    walk, held = OggWalk(Bitstream("ogg", 0, len(data))), 0
    for at in range(0, len(data), piece):
        with memoryview(data[at : at + piece]) as view:
            walk.take(view)
        held = max(held, len(walk._held))
    return walk.finish(), held


FALSE_PAGE = b"OggS\0" + bytes(21) + b"\x02\xff\xff"
HOSTILE = {
    "captures": b"OggS" * 400_000,
    "longest pages": (b"OggS\0" + bytes(21) + b"\xff" + b"\xff" * 255) * 8_000,
    "nested pages": FALSE_PAGE * 60_000,
    "streams": b"".join(ogg_page([], serial=each, sequence=0, granule=0, flags=2) for each in range(20_000)),
    "links": b"".join(
        ogg_page([], serial=each, sequence=0, granule=0, flags=2 * (each & 1)) for each in range(20_000)
    ),
    "empty packets": ogg_page([b""] * 255, serial=1, sequence=0, granule=-1 & (1 << 64) - 1) * 5_000,
    "zeros": bytes(2_000_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_cost_no_more_than_their_length(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tested = 0

    def counted(data: bytes, initial: int = 0) -> int:
        nonlocal tested
        tested += len(data)
        return crc32.cksum(data, initial)

    monkeypatch.setattr(ogg, "crc32", SimpleNamespace(cksum=counted))
    monkeypatch.setattr(ogg, "_SPARE", 0)
    data = HOSTILE[name]
    sound, held = walked(data)
    assert sound.integrity.state is SoundState.DAMAGED
    assert held <= (1 << 17) + 300
    assert tested <= 2 * len(data) + (1 << 17)


@given(
    st.lists(
        st.sampled_from([b"OggS", b"OggS\0", FALSE_PAGE, *pages_of(opus_pages(2))]) | st.binary(max_size=90)
    )
)
@settings(max_examples=300, deadline=None)
def test_nothing_is_raised_whatever_comes(parts: list[bytes]) -> None:
    sound, _ = walked(b"".join(parts), 50)
    assert sound.integrity.checked == CHECKED


def test_streams_beyond_the_limit_have_no_digest() -> None:
    streams = [ogg_stream([([UNKNOWN], 0), ([b"x"], 1)], serial=each) for each in range(MOST_STREAMS + 1)]
    pages = [pages_of(each) for each in streams]
    data = b"".join([first for first, _ in pages] + [second for _, second in pages])
    sound = sound_of(data)
    assert (sound.essence, sound.integrity.state) == (None, SoundState.CONSISTENT)
    assert sound.integrity.detail == "more streams begin together than are followed"


def judged_whole(path: Path) -> bool:
    """What the tools of the codecs' makers say."""
    judge = "opusinfo" if path.suffix == ".opus" else "ogginfo"
    if shutil.which(judge) is None:
        pytest.skip(f"{judge} is not installed")
    done = subprocess.run([judge, path], capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    return done.returncode == 0 and "WARNING" not in said and "ERROR" not in said


@pytest.mark.parametrize("extension", ["ogg", "opus"])
def test_the_codecs_own_tools_agree(extension: str, encoded: Callable[[str], Path], tmp_path: Path) -> None:
    data, draw = encoded(extension).read_bytes(), random.Random(3)
    path = tmp_path / f"music.{extension}"
    path.write_bytes(data)
    assert judged_whole(path)
    for _ in range(12):
        path.write_bytes(flipped(data, draw.randrange(300, len(data))))
        assert not judged_whole(path)
        assert state_of(path.read_bytes()) is SoundState.DAMAGED


def test_the_samples_of_others_are_intact(samples: Path) -> None:
    for name in ("empty.ogg", "empty.oggflac", "empty.spx", "example.opus", "sample.oggtheora"):
        data = (samples / name).read_bytes()
        assert state_of(data) is SoundState.INTACT, name
        assert state_of(data[: len(data) // 2]) is SoundState.DAMAGED
