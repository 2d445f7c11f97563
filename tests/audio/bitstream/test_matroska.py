"""Matroska: the digest of frames, the checksums of clusters, and what is broken where."""

from __future__ import annotations

import hashlib
import itertools
import random
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.audio.bitstream import matroska as matroska_walk
from archiver.audio.bitstream.checks import CHECKS
from archiver.audio.bitstream.matroska import CHECKED, METHOD, MOST_BLOCK_BYTES, MatroskaWalk
from archiver.audio.bitstream.matroska_blocks import BrokenBlockError, Head, block_at, frames, head_at
from archiver.audio.bitstream.methods import METHODS
from archiver.model.sound import Bitstream, SoundState
from tests.audio.bitstream.listening import essence_of, heard, planned, sound_of, state_of
from tests.samples.matroska import CLUSTER, INFORMATION, UNKNOWN_SIZE, element, matroska, tags

TRACKS, TRACK = "1654AE6B", "AE"
SIMPLE_BLOCK, BLOCK_GROUP, BLOCK, TIMESTAMP, CRC, VOID = "A3", "A0", "A1", "E7", "BF", "EC"
SOUND = [random.Random(2).randbytes(60 + 11 * each % 80) for each in range(60)]
RATE, STEP = 48000, 20


def entry(number: int = 1, kind: int = 2, prefix: bytes = b"") -> bytes:
    """A track, of sound where not said otherwise, whose frames may lack a prefix."""
    compression = element("5034", element("4254", b"\3"), element("4255", prefix))
    return element(
        TRACK,
        element("D7", bytes([number])),
        element("83", bytes([kind])),
        element("86", b"A_OPUS" if kind == 2 else b"V_VP8"),
        element("E1", element("B5", struct.pack(">f", RATE))),
        *([element("6D80", element("6240", compression))] if prefix else []),
    )


def simple(frame: bytes, time: int, *, track: int = 1, number: str = SIMPLE_BLOCK, lacing: int = 0) -> bytes:
    return element(number, bytes([0x80 | track]) + struct.pack(">hB", time, lacing << 1) + frame)


def xiph(laced: Sequence[bytes]) -> bytes:
    sizes = b"".join(b"\xff" * (len(frame) // 255) + bytes([len(frame) % 255]) for frame in laced[:-1])
    return bytes([len(laced) - 1]) + sizes + b"".join(laced)


def ebml(laced: Sequence[bytes]) -> bytes:
    sizes = [(1 << 14 | len(laced[0])).to_bytes(2, "big")]
    for before, frame in itertools.pairwise(laced[:-1]):
        sizes.append((1 << 14 | len(frame) - len(before) + 8191).to_bytes(2, "big"))
    return bytes([len(laced) - 1]) + b"".join(sizes if len(laced) > 1 else []) + b"".join(laced)


def summed(number: str, body: bytes, size: bytes | None = None) -> bytes:
    """An element that begins with a checksum of the rest of it."""
    return element(number, element(CRC, struct.pack("<I", zlib.crc32(body))), body, size=size)


def cluster(time: int, *blocks: bytes, crc: bool = True, size: bytes | None = None) -> bytes:
    body = element(TIMESTAMP, time.to_bytes(4, "big")) + b"".join(blocks)
    return summed(CLUSTER, body, size) if crc else element(CLUSTER, body, size=size)


def headers(*tracks: bytes, ticks: float = 0) -> list[bytes]:
    duration = [element("4489", struct.pack(">d", ticks))] if ticks else []
    return [
        element(INFORMATION, element("2AD7B1", b"\x0f\x42\x40"), *duration),
        summed(TRACKS, b"".join(tracks) or entry()),
    ]


def music(sound: Sequence[bytes] = SOUND, *, crc: bool = True, per_cluster: int = 10, ticks: float = 0,
    unknown: bool = False) -> bytes:  # fmt: skip
    """One track, a frame to a block and 20 ms to a frame."""
    clusters = [
        cluster(
            at * STEP,
            *(simple(frame, each * STEP) for each, frame in enumerate(sound[at : at + per_cluster])),
            crc=crc,
            size=UNKNOWN_SIZE if unknown else None,
        )
        for at in range(0, len(sound), per_cluster)
    ]
    return matroska(*headers(ticks=ticks), *clusters, segment_size=UNKNOWN_SIZE if unknown else None)


def sha256(sound: Sequence[bytes]) -> str:
    return hashlib.sha256(b"".join(sound)).hexdigest()


def flipped(data: bytes, at: int, bit: int = 0) -> bytes:
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def test_checksums_prove_the_frames() -> None:
    sound = sound_of(music())
    assert sound.integrity.state is SoundState.INTACT
    assert (sound.integrity.checked, sound.integrity.detail) == (CHECKED, None)
    assert essence_of(music()) == (METHOD, sha256(SOUND))
    plain = sound_of(music(crc=False))
    assert (plain.essence, plain.integrity.state) == (sound.essence, SoundState.CONSISTENT)
    partly = matroska(*headers(), cluster(0, simple(b"a", 0)), cluster(20, simple(b"b", 0), crc=False))
    assert state_of(partly) is SoundState.CONSISTENT


def test_all_that_is_checked_has_a_row() -> None:
    assert METHOD in METHODS
    assert [CHECKS[name].proves for name in CHECKED] == [True, False]


def test_lacing_and_groups_do_not_matter() -> None:
    same = [bytes([each]) * 50 for each in range(12)]
    blocks = [
        simple(xiph(SOUND[:9]), 0, lacing=1),
        simple(ebml(SOUND[9:20]), 180, lacing=3),
        element(BLOCK_GROUP, simple(SOUND[20], 400, number=BLOCK), element("9B", b"\x14")),
        element(
            BLOCK_GROUP,
            element(VOID, b"x"),
            simple(bytes([11]) + b"".join(same), 420, number=BLOCK, lacing=2),
        ),
        simple(xiph([bytes(255), bytes(600), b"x"]), 700, lacing=1),
        simple(ebml([b"one"]), 760, lacing=3),
        element(VOID, bytes(40)),
    ]
    data = matroska(*headers(), cluster(0, *blocks), tags())
    everything = [*SOUND[:21], *same, bytes(255), bytes(600), b"x", b"one"]
    assert essence_of(data) == (METHOD, sha256(everything))
    assert state_of(data) is SoundState.INTACT


def test_stripped_headers_are_put_back() -> None:
    bare = [frame[3:] for frame in (b"abc" + each for each in SOUND[:5])]
    blocks = [simple(bare[0], 0), simple(xiph(bare[1:]), 20, lacing=1)]
    data = matroska(*headers(entry(prefix=b"abc")), cluster(0, *blocks))
    assert essence_of(data) == (METHOD, sha256([b"abc" + frame for frame in bare]))


def test_every_sound_track_counts_and_no_other() -> None:
    blocks = [
        simple(b"one", 0),
        simple(b"film", 0, track=2),
        simple(b"two", 0, track=3),
        simple(b"one more", 20),
    ]
    data = matroska(*headers(entry(3), entry(2, kind=1), entry(1)), cluster(0, *blocks))
    digests = [hashlib.sha256(each).digest() for each in (b"oneone more", b"two")]
    assert essence_of(data) == (METHOD, hashlib.sha256(b"".join(digests)).hexdigest())
    film = matroska(*headers(entry(2, kind=1)), cluster(0, *blocks))
    sound = sound_of(film)
    assert (sound.essence, sound.integrity.state) == (None, SoundState.CONSISTENT)
    assert sound.integrity.detail == "there is no sound track"


def test_a_flipped_bit_in_a_cluster_is_found_and_told_by_its_time() -> None:
    data = music()
    third = [at for at in range(len(data)) if data.startswith(bytes.fromhex(CLUSTER), at)][2]
    body = data.index(SOUND[25])
    sound = sound_of(flipped(data, body + 7))
    (damage,) = sound.integrity.damage
    assert damage.what == "a cluster fails its CRC-32"
    assert (damage.offset, damage.sample, damage.at_s) == (third, 400 * 48, 0.4)
    assert sound.integrity.lost_s == 0.2
    assert sound.essence != sound_of(data).essence
    draw = random.Random(4)
    for _ in range(500):
        at = draw.randrange(data.index(bytes.fromhex(CLUSTER)), len(data))
        assert state_of(flipped(data, at, draw.randrange(8))) is SoundState.DAMAGED, at


def test_a_flipped_bit_in_the_list_of_tracks_is_found() -> None:
    data = music()
    at = data.index(b"A_OPUS")
    (damage,) = sound_of(flipped(data, at + 2)).integrity.damage
    assert damage.what == "the list of tracks fails its CRC-32"
    assert data[damage.offset : damage.offset + 4] == bytes.fromhex(TRACKS)
    unsure = matroska(element(TRACKS, entry()), cluster(0, simple(b"a", 0)))
    assert state_of(unsure) is SoundState.CONSISTENT


def test_without_checksums_only_the_digest_knows() -> None:
    data = music(crc=False)
    at = data.index(SOUND[25])
    changed = sound_of(flipped(data, at + 7))
    assert changed.integrity.state is SoundState.CONSISTENT
    assert changed.essence != sound_of(data).essence


@pytest.mark.parametrize("unknown", [False, True])
def test_a_cut_file_is_never_intact(unknown: bool) -> None:  # noqa: FBT001
    data = music(unknown=unknown)
    for part in range(1, 16):
        sound = sound_of(data[: len(data) * part // 16], "mka")
        assert sound.integrity.state is SoundState.DAMAGED, part
    for missing in range(1, 30):
        assert state_of(data[:-missing]) is SoundState.DAMAGED


def test_what_a_cut_file_lacks_is_told_by_the_time_it_states() -> None:
    data = music(ticks=1200)
    sound = sound_of(data[: data.index(SOUND[30])])
    (damage,) = sound.integrity.damage
    assert (damage.what, damage.at_s) == ("the file ends within an element", 0.58)
    assert sound.integrity.lost_s == 0.62


def test_elements_of_unknown_size() -> None:
    data = music(unknown=True)
    sound = sound_of(data)
    assert (sound.integrity.state, sound.integrity.detail) == (
        SoundState.CONSISTENT,
        "the file does not state its size",
    )
    assert essence_of(data) == (METHOD, sha256(SOUND))
    assert state_of(flipped(data, data.index(SOUND[25]))) is SoundState.DAMAGED


def test_the_walk_goes_on_at_the_next_cluster() -> None:
    data = music()
    at = data.index(SOUND[25]) - 4 - 9
    assert data[at] == 0xA3
    for broken in (
        data[:at] + b"\0" * 20 + data[at + 20 :],
        data[:at] + b"\xa3\x01" + b"\xee" * 7 + data[at + 9 :],
    ):
        sound = sound_of(broken)
        (damage,) = sound.integrity.damage
        assert (damage.offset, damage.at_s) == (at, 0.48)
        assert sound.integrity.lost_s == 0.12
        assert sound.essence is not None
        assert sound.essence.digest == sha256([*SOUND[:25], *SOUND[30:]])


def test_junk_between_clusters_is_damage_and_after_the_segment_a_note() -> None:
    first, second = cluster(0, simple(b"a", 0)), cluster(20, simple(b"b", 0))
    between = sound_of(matroska(*headers(), first, b"\0junk", second))
    assert between.integrity.damage[0].what == "bytes are no element"
    assert between.essence is not None
    assert between.essence.digest == sha256([b"a", b"b"])
    after = sound_of(matroska(*headers(), first, second) + bytes(30))
    assert after.integrity.state is SoundState.CONSISTENT
    assert after.integrity.detail == "30 bytes after the last element belong to none"


def test_a_cluster_that_claims_the_next_is_damage() -> None:
    first = cluster(0, simple(b"a", 0), crc=False)
    longer = first[:4] + (1 << 56 | len(first)).to_bytes(8, "big") + first[12:]
    sound = sound_of(matroska(*headers(), longer, cluster(20, simple(b"b", 0))))
    assert sound.integrity.state is SoundState.DAMAGED
    assert sound.essence is not None
    assert sound.essence.digest == sha256([b"a", b"b"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x81\0\0", "a block is shorter than its header"),
        (b"", "a block is shorter than its header"),
        (b"\0\0\0\0\0", "a block is shorter than its header"),
        (b"\x81\0\0\2", "a block lacks the number of its frames"),
        (b"\x81\0\0\2\1\xff", "the frames of a block do not fit it"),
        (b"\x81\0\0\2\1\5abc", "the frames of a block do not fit it"),
        (b"\x81\0\0\4\1abc", "the frames of a block do not fit it"),
        (b"\x81\0\0\6\2\x81", "the frames of a block do not fit it"),
        (b"\x81\0\0\6\2\x81\x80abc", "the frames of a block do not fit it"),
    ],
)
def test_blocks_that_contradict_themselves_are_damage(content: bytes, said: str) -> None:
    view = memoryview(content)
    with pytest.raises(BrokenBlockError, match=said):
        frames(view, block_at(view, 0, len(content)), len(content))
    data = matroska(*headers(), cluster(0, simple(b"a", 0), element(SIMPLE_BLOCK, content), simple(b"b", 20)))
    sound = sound_of(data)
    assert [each.what for each in sound.integrity.damage] == [said]
    assert sound.essence is not None
    assert sound.essence.digest == sha256([b"a", b"b"])


def test_elements_where_they_may_not_stand_are_damage() -> None:
    tail = cluster(40, simple(b"z", 0))
    for bad in (
        cluster(0, element("D7", b"x")),
        cluster(0, element(BLOCK_GROUP, element("D7", b"x"))),
        cluster(0, element(SIMPLE_BLOCK, b"x", size=UNKNOWN_SIZE)),
        cluster(0, element(BLOCK_GROUP, element(BLOCK, b"x", size=UNKNOWN_SIZE))),
        element(CLUSTER, element(TIMESTAMP, bytes(9))),
        element("D7", b"x"),
        element("1254C367", b"x", size=UNKNOWN_SIZE),
    ):
        sound = sound_of(matroska(*headers(), bad, tail))
        assert sound.integrity.state is SoundState.DAMAGED, bad
        assert sound.essence is not None
        assert sound.essence.digest == sha256([b"z"])


def test_a_second_document_is_read_too() -> None:
    data = music(SOUND[:30]) + music(SOUND[30:])
    assert essence_of(data) == (METHOD, sha256(SOUND))
    assert state_of(data) is SoundState.INTACT


def test_a_block_too_long_to_look_at_has_no_digest() -> None:
    long = simple(bytes(MOST_BLOCK_BYTES), 0)
    sound = sound_of(matroska(*headers(), cluster(0, long, simple(b"a", 20))))
    assert (sound.essence, sound.integrity.state) == (None, SoundState.CONSISTENT)
    assert sound.integrity.detail == "a block of sound is too long to be looked at"
    film = simple(bytes(MOST_BLOCK_BYTES), 0, track=2)
    assert state_of(matroska(*headers(), cluster(0, film, simple(b"a", 20)))) is SoundState.INTACT


def test_a_header_that_states_more_time_is_noted() -> None:
    sound = sound_of(music(ticks=9000))
    assert sound.integrity.state is SoundState.INTACT
    assert sound.integrity.detail == "the header states 9.0 s, the last block begins at 1.2 s"


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_the_size_of_the_pieces_does_not_matter(data: st.DataObject) -> None:
    made = data.draw(st.sampled_from([music(SOUND[:25]), music(SOUND[:25], unknown=True)]))
    changed = bytearray(made)
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(12, len(changed) - 1))
        changed[at] ^= 1 << data.draw(st.integers(0, 7))
    stream = planned(bytes(changed), "mka")
    assert stream is not None
    whole = heard(bytes(changed), stream)
    for piece in (1, 7, data.draw(st.integers(2, 3000))):
        assert heard(bytes(changed), stream, piece) == whole


@given(st.binary(max_size=300), st.integers(0, 3000), st.integers(1, 400))
@settings(max_examples=300, deadline=None)
def test_nothing_is_raised_whatever_comes(noise: bytes, at: int, piece: int) -> None:
    made = music(SOUND[:25])
    data = made[:at] + noise + made[at + len(noise) :]
    stream = planned(data, "mka")
    if stream is not None:
        heard(data, stream, piece)
    heard(noise, Bitstream("matroska", 0, len(noise), {"tracks": {"1": ""}}), piece)


def test_hostile_elements_are_held_in_bounds_and_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0

    def counted(view: memoryview, at: int) -> Head | None:
        nonlocal looked
        looked += 1
        return head_at(view, at)

    monkeypatch.setattr(matroska_walk, "head_at", counted)
    mark = bytes.fromhex(CLUSTER)
    hostile = [
        music(SOUND[:1]) + mark * 40_000,
        matroska(*headers(), mark * 40_000),
        matroska(*headers(), (mark + UNKNOWN_SIZE + b"\xa0" + b"\x08\xff\xff\xff\xff") * 10_000),
        matroska(*headers(), cluster(0, *[simple(b"", 0)] * 20_000)),
        matroska(*headers(), (mark + UNKNOWN_SIZE) * 20_000, segment_size=UNKNOWN_SIZE),
        matroska(*headers(), cluster(0, (b"\xa3\x10\x3f\xff\xff\x81\0\0\0") * 20_000)),
    ]
    given = {"tracks": {"1": ""}, "rate": RATE, "scale": 1_000_000}
    for data in hostile:
        looked = 0
        walk = MatroskaWalk(Bitstream("matroska", 0, len(data), given))
        for at in range(0, len(data), 1 << 16):
            walk.take(memoryview(data)[at : at + (1 << 16)])
            assert len(walk._held) <= MOST_BLOCK_BYTES + (1 << 17)
            assert len(walk._open) <= 4
        walk.finish()
        assert looked <= len(data) // 2


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Four seconds of noise as ffmpeg writes them."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    folder = tmp_path_factory.mktemp("encoded")

    def encode(name: str, *options: str) -> Path:
        source = ["-f", "lavfi", "-i", "anoisesrc=d=4:a=0.3:seed=7:r=48000"]
        command: list[str | Path] = ["ffmpeg", "-v", "error", *source, *options, "-y", folder / name]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode:
            pytest.skip(f"ffmpeg cannot write {name}")
        return folder / name

    return encode


FORMS = {
    "vorbis.mka": ("-c:a", "libvorbis"),
    "opus.webm": ("-c:a", "libopus"),
    "flac.mka": ("-c:a", "flac"),
    "aac.mka": ("-c:a", "aac"),
    "pcm.mka": ("-c:a", "pcm_s16le"),
    "live.mka": ("-c:a", "libopus", "-live", "1"),
    "film.mkv": ("-f", "lavfi", "-i", "testsrc=d=4:s=64x64", "-c:v", "mpeg4", "-c:a", "ac3"),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_digest_is_what_ffmpeg_copies_out(name: str, encoded: Callable[..., Path]) -> None:
    path = encoded(name, *FORMS[name])
    recipe = METHODS[METHOD].how.replace("FILE", str(path))
    done = subprocess.run(["sh", "-c", recipe], capture_output=True, text=True, check=True)
    data = path.read_bytes()
    assert essence_of(data, path.suffix[1:]) == (METHOD, done.stdout.split()[0])
    proved = SoundState.CONSISTENT if name in {"opus.webm", "live.mka"} else SoundState.INTACT
    assert state_of(data, path.suffix[1:]) is proved


@pytest.mark.parametrize("name", ["vorbis.mka", "opus.webm", "flac.mka", "aac.mka"])
def test_tagging_leaves_the_digest(name: str, encoded: Callable[..., Path], tmp_path: Path) -> None:
    source = encoded(name, *FORMS[name])
    again = tmp_path / name
    command: list[str | Path] = ["ffmpeg", "-v", "error", "-i", source, "-c", "copy"]
    subprocess.run(
        [*command, "-metadata", "title=Three" * 900, "-cluster_time_limit", "500", again], check=True
    )
    assert again.read_bytes() != source.read_bytes()
    assert essence_of(again.read_bytes()) == essence_of(source.read_bytes())


@pytest.mark.slow
def test_a_thousand_flips_are_found_in_every_cluster(encoded: Callable[..., Path]) -> None:
    data, draw = encoded("vorbis.mka", *FORMS["vorbis.mka"]).read_bytes(), random.Random(9)
    begin = data.index(bytes.fromhex(CLUSTER))
    after = data.rindex(
        bytes.fromhex("1C53BB6B")
    )  # the index of times, which no checksum of a cluster covers
    for _ in range(1000):
        at = draw.randrange(begin, after)
        assert state_of(flipped(data, at, draw.randrange(8)), "mka") is SoundState.DAMAGED, at
