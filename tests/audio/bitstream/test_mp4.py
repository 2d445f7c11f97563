"""MPEG-4 and QuickTime: the digest of samples, what tables and boxes must agree in, and what is missing where."""

from __future__ import annotations

import hashlib
import random
import shutil
import struct
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import mutagen
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.audio.bitstream import mp4_tables, part_queue
from archiver.audio.bitstream.checks import CHECKS
from archiver.audio.bitstream.methods import METHODS
from archiver.audio.bitstream.mp4 import CHECKED, METHOD, Mp4Walk
from archiver.audio.bitstream.mp4_fragments import BrokenFragmentError, TrackDefaults, fragment_runs
from archiver.model.sound import Bitstream, SoundState
from tests.audio.bitstream.listening import SECOND, essence_of, heard, planned, sound_of, state_of
from tests.samples import id3v1, m4a
from tests.samples.mp4 import aac_config, audio_entry, box, full_box

HEAD = box("ftyp", b"M4A ", bytes(4), b"M4A mp42isom")
SOUND = [random.Random(1).randbytes(100 + 7 * each % 60) for each in range(100)]
RATE, FRAME = 44100, 1024


def numbers(kind: str, *values: int) -> bytes:
    return full_box(kind, struct.pack(f">{len(values)}I", *values))


def sizes_table(sizes: Sequence[int], width: int = 32) -> bytes:
    if width == 32:
        return numbers("stsz", 0, len(sizes), *sizes)
    if width == 4:
        halves = [*sizes, 0]
        body = bytes(halves[at] << 4 | halves[at + 1] for at in range(0, len(sizes), 2))
    else:
        body = struct.pack(f">{len(sizes)}{'H' if width == 16 else 'B'}", *sizes)
    return full_box("stz2", struct.pack(">II", width, len(sizes)), body)


def table(
    sizes: Sequence[int], offsets: Sequence[int], per_chunk: int, *, timed: int | None = None, width: int = 32,
    long: bool = False, stsz: bytes | None = None,
) -> bytes:  # fmt: skip
    """A sample table of chunks of ``per_chunk`` samples, the last of what is left."""
    whole, left = divmod(len(sizes), per_chunk)
    runs = [1, per_chunk, 1] * bool(whole) + [whole + 1, left, 1] * bool(left)
    chunks = struct.pack(f">I{len(offsets)}{'Q' if long else 'I'}", len(offsets), *offsets)
    return box(
        "stbl",
        full_box("stsd", struct.pack(">I", 1), audio_entry("mp4a", aac_config())),
        numbers("stts", 1, len(sizes) if timed is None else timed, FRAME),
        numbers("stsc", len(runs) // 3, *runs),
        stsz or sizes_table(sizes, width),
        full_box("co64" if long else "stco", chunks),
    )


def track(
    samples: bytes, *, number: int = 1, handler: bytes = b"soun", scale: int = RATE, ticks: int = 0
) -> bytes:
    reference = box("dinf", full_box("dref", struct.pack(">I", 1), full_box("url ", flags=1)))
    media = box(
        "mdia",
        numbers("mdhd", 0, 0, scale, ticks, 0),
        full_box("hdlr", bytes(4), handler, bytes(13)),
        box("minf", reference, samples),
    )
    return box("trak", numbers("tkhd", 0, 0, number, 0, ticks), media)


def movie(
    samples: Sequence[bytes] = SOUND, per_chunk: int = 10, *, last: bool = False, gap: bytes = b"", ticks: int = 0,
    tail: bytes = b"", shift: int = 0, **how: object,
) -> bytes:  # fmt: skip
    """A movie of one sound track whose chunks have ``gap`` between them, the movie box first or last."""
    chunks = [b"".join(samples[at : at + per_chunk]) for at in range(0, len(samples), per_chunk)]
    sizes = [len(sample) for sample in samples]

    def described(base: int) -> bytes:
        offsets, at = [], max(base + shift, 0)
        for chunk in chunks:
            offsets.append(at)
            at += len(chunk) + len(gap)
        return box("moov", track(table(sizes, offsets, per_chunk, **how), ticks=ticks))  # type: ignore[arg-type]

    media = box("mdat", gap.join(chunks))
    if last:
        return HEAD + media + described(len(HEAD) + 8) + tail
    return HEAD + described(len(HEAD) + len(described(0)) + 8) + media + tail


def sha256(samples: Sequence[bytes]) -> str:
    return hashlib.sha256(b"".join(samples)).hexdigest()


def flipped(data: bytes, at: int, bit: int = 0) -> bytes:
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("gap", [b"", b"text"])
@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("per_chunk", [1, 7, 100, 500])
def test_the_digest_is_that_of_the_samples(last: bool, gap: bytes, long: bool, per_chunk: int) -> None:  # noqa: FBT001
    sound = sound_of(movie(per_chunk=per_chunk, last=last, gap=gap, long=long))
    assert sound.integrity.state is SoundState.CONSISTENT
    assert sound.integrity.checked == CHECKED
    assert sound.integrity.detail is None
    assert sound.essence is not None
    assert (sound.essence.method, sound.essence.digest) == (METHOD, sha256(SOUND))


@pytest.mark.parametrize("width", [4, 8, 16])
def test_narrow_tables_of_sizes(width: int) -> None:
    samples = [bytes([each]) * (1 + each % 15) for each in range(33)]
    assert essence_of(movie(samples, width=width)) == (METHOD, sha256(samples))


def test_samples_of_one_size() -> None:
    samples = [bytes([each]) * 40 for each in range(30)]
    data = movie(samples, stsz=numbers("stsz", 40, 30))
    assert essence_of(data) == (METHOD, sha256(samples))
    assert state_of(data[:-100]) is SoundState.DAMAGED


def test_all_that_is_checked_has_a_row() -> None:
    assert METHOD in METHODS
    assert not any(CHECKS[name].proves for name in CHECKED)


def test_only_sound_tracks_count_and_all_of_them() -> None:
    first, second, words = SOUND[:10], SOUND[10:20], SOUND[20:30]
    lengths = [[len(each) for each in samples] for samples in (first, words, second)]
    media = b"".join([*first, *words, *second])

    def described(base: int) -> bytes:
        tracks, at = [], base
        for number, (sizes, handler) in enumerate(zip(lengths, (b"soun", b"text", b"soun"), strict=True)):
            tracks.append(track(table(sizes, [at], 10), number=number + 1, handler=handler))
            at += sum(sizes)
        return box("moov", *tracks)

    data = HEAD + described(len(HEAD) + len(described(0)) + 8) + box("mdat", media)
    assert essence_of(data) == (METHOD, sha256([*first, *second]))


@pytest.mark.parametrize("last", [False, True])
def test_a_flipped_bit_of_music_changes_the_digest_alone(last: bool) -> None:  # noqa: FBT001
    data = movie(last=last)
    begin, draw = data.index(b"mdat") + 4, random.Random(3)
    length = sum(map(len, SOUND))
    for _ in range(200):
        changed = flipped(data, begin + draw.randrange(length), draw.randrange(8))
        assert essence_of(changed) != essence_of(data)
        assert state_of(changed) is SoundState.CONSISTENT  # the format has nothing to know it by


@pytest.mark.parametrize("last", [False, True])
def test_a_cut_file_is_damaged(last: bool) -> None:  # noqa: FBT001
    data = movie(last=last)
    for part in range(1, 16):
        assert state_of(data[: len(data) * part // 16], "m4a") is SoundState.DAMAGED, part
    for missing in range(1, 20):
        assert state_of(data[:-missing]) is SoundState.DAMAGED


def test_what_is_missing_is_told_in_seconds() -> None:
    data = movie()
    missing = sum(map(len, SOUND[70:])) + 5
    sound = sound_of(data[:-missing])
    (damage,) = sound.integrity.damage
    assert damage.what == "the music goes on after the end of the file"
    assert (damage.offset, damage.sample) == (len(data) - missing, 69 * FRAME)
    assert damage.at_s == round(69 * FRAME / RATE, 3)
    assert sound.integrity.lost_s == round(31 * FRAME / RATE, 3)
    assert sound.essence is not None
    assert sound.essence.digest == hashlib.sha256(b"".join(SOUND)[:-missing]).hexdigest()


def test_bytes_that_did_not_come_are_missing() -> None:
    data = movie()
    stream = planned(data)
    assert stream is not None
    sound = heard(data[:-50], stream)
    assert [each.what for each in sound.integrity.damage] == ["a box runs past the end of the file"]


def test_a_file_without_its_movie_box_is_damaged() -> None:
    data = movie(last=True)
    sound = sound_of(data[: data.index(b"moov") - 4])
    assert [each.what for each in sound.integrity.damage] == ["the movie box is missing"]
    assert sound.essence is None


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"timed": 99}, "the tables of times and of sizes count differently"),
        (
            {"stsz": numbers("stsz", 0, 90, *[len(each) for each in SOUND[:90]])},
            "the tables of times and of sizes",
        ),
        ({"stsz": numbers("stsz", 0, 100, 5)}, "a table is shorter than it says"),
        (
            {"stsz": full_box("stz2", struct.pack(">II", 9, 100))},
            "a table of sizes has fields of no known width",
        ),
        ({"stsz": box("free")}, "a sound track lacks one of its tables"),
        ({"shift": -2000}, "music lies outside of the media data"),
        ({"shift": 40}, "music lies outside of the media data"),
    ],
)
def test_tables_that_contradict_themselves_are_damage(how: dict[str, object], said: str) -> None:
    data = movie(**how, tail=box("free", bytes(100)))  # type: ignore[arg-type]
    first, *_ = sound_of(data).integrity.damage
    assert first.what.startswith(said)
    assert 0 <= first.offset < len(data)


def test_a_header_that_states_more_than_there_is_is_noted() -> None:
    sound = sound_of(movie(ticks=RATE * 60))
    assert sound.integrity.state is SoundState.CONSISTENT
    assert sound.integrity.detail == "the header states 60.0 s, the samples make 2.3 s"
    assert sound_of(movie(ticks=100 * FRAME)).integrity.detail is None


@pytest.mark.parametrize("tail", [bytes(4), bytes(100), b"\0\0\0\7junk", b"\0\0\0\x10\1\2\3\4" + bytes(60)])
def test_bytes_after_the_last_box_are_noted(tail: bytes) -> None:
    sound = sound_of(movie(tail=tail))
    assert sound.integrity.state is SoundState.CONSISTENT
    assert sound.integrity.detail == f"{len(tail):,} bytes after the last box belong to no box"
    assert sound.essence == sound_of(movie()).essence


def test_boxes_that_do_not_follow_one_another_are_damage() -> None:
    assert sound_of(movie().replace(b"mdat", b"md\0t")).integrity.state is SoundState.DAMAGED
    long = sound_of(movie() + struct.pack(">I4sQ", 1, b"free", 1000) + bytes(20))
    (damage,) = long.integrity.damage
    assert (damage.what, damage.offset) == ("a box runs past the end of the file", len(movie()))
    headless = sound_of(HEAD + struct.pack(">I", 5) + movie()[len(HEAD) :], "m4a")
    assert headless.integrity.damage[0].what == "bytes belong to no box"


def test_tags_after_the_last_box_are_no_part_of_it() -> None:
    sound = sound_of(movie(tail=id3v1({"title": "T"})))
    assert (sound.integrity.state, sound.integrity.detail) == (SoundState.CONSISTENT, None)


def test_music_in_another_file_or_in_too_many_places_has_no_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    reference = full_box("url ", flags=1)
    elsewhere = sound_of(movie().replace(reference, full_box("url ")))
    assert (elsewhere.essence, elsewhere.integrity.detail) == (None, "the music lies in another file")
    many = [bytes([each & 255]) for each in range(2002)]
    scattered = sound_of(movie(many, 1, gap=b"-"))
    assert scattered.essence is None
    assert scattered.integrity.detail == "the music lies in too many places, as in a film"
    countless = sound_of(movie([bytes([each & 255]) for each in range(17_000)], 1, gap=b"-"))
    assert countless.integrity.detail == scattered.integrity.detail
    monkeypatch.setattr(mp4_tables, "MOST_CHUNKS", 9)
    assert sound_of(movie()).integrity.detail == "the tables of the sound track are too long"
    monkeypatch.setattr(mp4_tables, "MOST_TABLE_BYTES", 300)
    long = sound_of(movie())
    assert (long.essence, long.integrity.detail) == (None, "the tables of the sound track are too long")
    silent = sound_of(movie().replace(b"soun", b"text"))
    assert (silent.essence, silent.integrity.detail) == (None, "there is no sound track")


def test_what_the_walk_is_told_is_small() -> None:
    many = [bytes([each & 255]) * 30 for each in range(50_000)]
    stream = planned(movie(many, 20))
    assert stream is not None
    assert len(stream.given["parts"]) == 1


@pytest.mark.parametrize(
    ("version", "entry", "unit"),
    [
        (0, struct.pack(">HHHH", 2, 16, 0, 0), 4),
        (1, struct.pack(">HHHH", 2, 16, 0, 0), 34),
    ],
)
def test_quicktime_sound_that_sizes_no_samples(version: int, entry: bytes, unit: int) -> None:
    """Version 1 with 64 samples in 34 bytes, as IMA 4:1 has them; plain PCM of 16 bits and two channels."""
    name, each = (b"ima4", 64) if version else (b"twos", 1)
    fixed = bytes(6) + struct.pack(">HH6x", 1, version) + entry + struct.pack(">I", RATE << 16)
    body = fixed + (struct.pack(">4I", 64, 34, 68, 2) if version else bytes(16))
    described = full_box("stsd", struct.pack(">I", 1), box(name.decode(), body))
    media = random.Random(2).randbytes(10 * unit)

    def moov(at: int) -> bytes:
        samples = box(
            "stbl", described, numbers("stts", 1, 10 * each, 1), numbers("stsc", 1, 1, 10 * each, 1),
            numbers("stsz", 1, 10 * each), numbers("stco", 1, at),
        )  # fmt: skip
        return box("moov", track(samples))

    data = HEAD + moov(len(HEAD) + len(moov(0)) + 8) + box("mdat", media)
    assert essence_of(data, "mov") == (METHOD, hashlib.sha256(media).hexdigest())


def fragmented(
    fragments: Sequence[Sequence[bytes]], *, times: Sequence[int] | None = None, based: bool = True, init: bool = True,
    own_sizes: bool = True, tail: bytes = b"",
) -> bytes:  # fmt: skip
    """A movie whose samples all lie in fragments."""
    empty = box(
        "stbl",
        full_box("stsd", struct.pack(">I", 1), audio_entry("mp4a", aac_config())),
        numbers("stts", 0), numbers("stsc", 0), numbers("stsz", 0, 0), numbers("stco", 0),
    )  # fmt: skip
    extends = box("mvex", numbers("trex", 1, 1, FRAME, 0 if own_sizes else len(fragments[0][0]), 0))
    data = HEAD + (box("moov", track(empty), extends) if init else b"")
    clock = 0
    for number, samples in enumerate(fragments):
        time = clock if times is None else times[number]

        def moof(offset: int, at: int, time: int, samples: Sequence[bytes]) -> bytes:
            header = full_box("tfhd", struct.pack(">I", 1), *([] if based else [struct.pack(">Q", at)]),
                flags=0x020000 if based else 1)  # fmt: skip
            sizes = struct.pack(f">{len(samples)}I", *map(len, samples)) if own_sizes else b""
            run = full_box(
                "trun", struct.pack(">Ii", len(samples), offset), sizes, flags=0x201 if own_sizes else 1
            )
            decode = full_box("tfdt", struct.pack(">Q", time), version=1)
            return box("moof", numbers("mfhd", 1), box("traf", header, decode, run))

        size = len(moof(0, 0, time, samples))
        data += moof(size + 8, len(data), time, samples) + box("mdat", *samples)
        clock = time + len(samples) * FRAME
    return data + tail


FRAGMENTS = [SOUND[at : at + 20] for at in range(0, 100, 20)]


@pytest.mark.parametrize("based", [False, True])
@pytest.mark.parametrize("init", [False, True])
def test_fragments_are_followed_as_they_pass(based: bool, init: bool) -> None:  # noqa: FBT001
    sound = sound_of(fragmented(FRAGMENTS, based=based, init=init))
    assert sound.integrity.state is SoundState.CONSISTENT
    assert sound.integrity.detail == "nothing says how many fragments there should be"
    assert sound.essence is not None
    assert sound.essence.digest == sha256(SOUND)


def test_sizes_that_the_movie_box_states_for_all_fragments() -> None:
    samples = [bytes([each]) * 30 for each in range(40)]
    data = fragmented([samples[:20], samples[20:]], own_sizes=False)
    assert essence_of(data) == (METHOD, sha256(samples))
    headless = sound_of(fragmented([samples[:20], samples[20:]], own_sizes=False, init=False))
    assert headless.essence is None
    assert headless.integrity.damage[0].what == "a run of samples does not say how long they are"


def test_missing_fragments_are_told_by_their_time() -> None:
    times = [0, 20 * FRAME, 60 * FRAME, 80 * FRAME, 100 * FRAME]
    data = fragmented(FRAGMENTS, times=times)
    integrity = sound_of(data).integrity
    (damage,) = integrity.damage
    assert (damage.what, damage.sample) == ("fragments are missing", 40 * FRAME)
    assert data[damage.offset + 4 : damage.offset + 8] == b"moof"
    assert integrity.lost_s == round(20 * FRAME / RATE, 3)
    late = fragmented(FRAGMENTS, times=[10**9 + 20 * FRAME * each for each in range(5)])
    assert state_of(late) is SoundState.CONSISTENT


def test_a_cut_fragment_is_told_by_its_time() -> None:
    data = fragmented(FRAGMENTS)
    integrity = sound_of(data[:-500]).integrity
    (damage,) = integrity.damage
    assert damage.what == "a fragment is cut short"
    assert damage.sample is not None
    assert 80 * FRAME < damage.sample < 100 * FRAME
    assert integrity.lost_s is not None
    assert damage.sample + round(integrity.lost_s * RATE) == pytest.approx(100 * FRAME, abs=50)
    for part in range(1, 16):
        sound = sound_of(data[: len(data) * part // 16], "mp4")
        assert sound.integrity.state is SoundState.DAMAGED, part


def test_fragments_that_make_no_sense_have_no_digest() -> None:
    data = fragmented(FRAGMENTS)
    at = data.index(b"trun") + 12
    before = sound_of(data[:at] + struct.pack(">i", -50) + data[at + 4 :])
    assert before.essence is None
    assert before.integrity.detail == "samples of a movie fragment lie before it or over one another"
    for bad in (
        box("moof", box("traf", full_box("trun", bytes(8)))),
        box("moof", box("traf", full_box("tfhd", bytes(4), flags=0x10))),
        box("moof", box("traf", full_box("tfhd", bytes(4)), full_box("trun", b"\0\0\1\0", flags=0x200))),
        box("moof", box("traf", full_box("tfhd", bytes(4)), full_box("trun"))),
        box(
            "moof", box("traf", full_box("tfhd", bytes(4)), full_box("trun", b"\0\0\0\1\xff\0\0\0", flags=1))
        ),
    ):
        with pytest.raises(BrokenFragmentError):
            fragment_runs(bad, 0, {})
    with pytest.raises(BrokenFragmentError, match="too many"):
        fragment_runs(
            box("moof", *[box("traf", full_box("tfhd", bytes(4)), *[full_box("trun", bytes(4))] * 9000)] * 3),
            0,
            {},
        )
    assert fragment_runs(data[data.index(b"moof") - 4 :][:600], 0, {2: TrackDefaults()}) == []


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_the_size_of_the_pieces_does_not_matter(data: st.DataObject) -> None:
    made = data.draw(
        st.sampled_from([movie(SOUND[:20]), movie(SOUND[:20], last=True), fragmented(FRAGMENTS)[:5000]])
    )
    music = bytearray(made)
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(12, len(music) - 1))
        music[at] ^= 1 << data.draw(st.integers(0, 7))
    stream = planned(bytes(music), "m4a")
    assert stream is not None
    whole = heard(bytes(music), stream)
    for piece in (1, 7, data.draw(st.integers(2, 3000))):
        assert heard(bytes(music), stream, piece) == whole


@given(st.binary(max_size=300), st.integers(0, 3000), st.integers(1, 400))
@settings(max_examples=200, deadline=None)
def test_nothing_is_raised_whatever_comes(noise: bytes, at: int, piece: int) -> None:
    for made in (movie(SOUND[:20]), fragmented(FRAGMENTS)):
        data = made[:at] + noise + made[at + len(noise) :]
        stream = planned(data, "m4a")
        if stream is not None:
            heard(data, stream, piece)
    heard(noise, Bitstream("mp4", 0, len(noise)), piece)


def test_hostile_boxes_are_held_in_bounds_and_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked, read_box = 0, Mp4Walk._read_box

    def counted(walk: Mp4Walk) -> None:
        nonlocal looked
        looked += 1
        read_box(walk)

    monkeypatch.setattr(Mp4Walk, "_read_box", counted)
    run = full_box("trun", struct.pack(">Ii", 1, 0x7FFF_0000), flags=1)
    hostile = [
        box("free") * 100_000,
        (struct.pack(">I", 4 << 20) + b"moof") * 20_000,
        box("moof", box("traf", full_box("tfhd", bytes(4), struct.pack(">I", 5), flags=0x10), *[run] * 100))
        * 200,
        (struct.pack(">I", 0xFFFF_FFFF) + b"mdat") * 1000,
        fragmented([[b"x"]] * 3000),
    ]
    for data in hostile:
        looked = 0
        walk = Mp4Walk(Bitstream("mp4", 0, len(data)))
        for at in range(0, len(data), 1 << 16):
            walk.take(memoryview(data)[at : at + (1 << 16)])
            assert len(walk._head) <= 4 << 20
            assert len(walk._queue.pending) <= part_queue.MOST_PENDING
        assert walk.finish().integrity.state is not SoundState.INTACT
        assert looked <= len(data) // 4


def test_hostile_tables_are_held_in_bounds() -> None:
    for stsz in (numbers("stsz", 0, 0xFFFF_FFFF), numbers("stsz", 0xFFFF_FFFF, 0xFFFF_FFFF)):
        assert state_of(movie(stsz=stsz)) is SoundState.DAMAGED
    sizes = [1] * 100
    for runs in ([1, 1, 1, 1, 1, 1], [2, 1, 1], [1, 0xFFFF_FFFF, 1], [5, 1, 1, 1, 1, 1], []):
        built = movie([b"x"] * 100).replace(
            numbers("stsc", 1, 1, 10, 1), numbers("stsc", len(runs) // 3, *runs)
        )
        assert state_of(built) is SoundState.DAMAGED, (runs, sizes)


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Four seconds of noise as ffmpeg writes them."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    folder = tmp_path_factory.mktemp("encoded")

    def encode(name: str, *options: str) -> Path:
        source = ["-f", "lavfi", "-i", "anoisesrc=d=4:a=0.3:seed=7:r=44100"]
        command: list[str | Path] = ["ffmpeg", "-v", "error", *source, *options, "-y", folder / name]
        subprocess.run(command, check=True)
        return folder / name

    return encode


FORMS = {
    "aac.m4a": ("-c:a", "aac"),
    "fast.m4a": ("-c:a", "aac", "-movflags", "+faststart"),
    "alac.m4a": ("-c:a", "alac"),
    "pcm.mov": ("-c:a", "pcm_s16le"),
    "flac.mp4": ("-c:a", "flac", "-strict", "-2"),
    "fragments.mp4": (
        "-c:a",
        "aac",
        "-frag_duration",
        "500000",
        "-movflags",
        "+empty_moov+default_base_moof",
    ),
    "base.mp4": ("-c:a", "aac", "-frag_duration", "500000"),
    "dash.mp4": ("-c:a", "aac", "-frag_duration", "500000", "-movflags", "+dash+delay_moov"),
    "film.mp4": ("-f", "lavfi", "-i", "testsrc=d=4:s=64x64", "-c:v", "mpeg4", "-c:a", "aac"),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_digest_is_what_ffmpeg_copies_out(name: str, encoded: Callable[..., Path]) -> None:
    path = encoded(name, *FORMS[name])
    recipe = METHODS[METHOD].how.replace("FILE", str(path))
    done = subprocess.run(["sh", "-c", recipe], capture_output=True, text=True, check=True)
    assert essence_of(path.read_bytes(), path.suffix[1:]) == (METHOD, done.stdout.split()[0])
    assert state_of(path.read_bytes(), path.suffix[1:]) is SoundState.CONSISTENT


@pytest.mark.parametrize("name", ["aac.m4a", "fast.m4a", "alac.m4a", "fragments.mp4"])
def test_tagging_leaves_the_digest(name: str, encoded: Callable[..., Path], tmp_path: Path) -> None:
    source = encoded(name, *FORMS[name])
    before = source.read_bytes()
    copy, again = tmp_path / name, tmp_path / "again.m4a"
    command: list[str | Path] = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        source,
        "-c",
        "copy",
        "-metadata",
        "title=Three",
        again,
    ]
    subprocess.run(command, check=True)
    made = [again]
    if "fragments" not in name:
        copy.write_bytes(before)
        tagged = mutagen.File(copy)
        tagged["\xa9nam"] = "Two" * 30_000
        tagged.save()
        made.append(copy)
    for path in made:
        assert path.read_bytes() != before
        assert essence_of(path.read_bytes()) == essence_of(before)
        assert state_of(path.read_bytes()) is SoundState.CONSISTENT


def test_a_book_with_chapters_and_a_cover(encoded: Callable[..., Path], tmp_path: Path) -> None:
    plain = encoded("aac.m4a", *FORMS["aac.m4a"])
    chapters = tmp_path / "chapters.txt"
    lines = [f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={at}000\nEND={at + 1}000\ntitle={at}\n" for at in range(4)]
    chapters.write_text(";FFMETADATA1\n" + "".join(lines))
    book = tmp_path / "book.m4b"
    command: list[str | Path] = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        plain,
        "-i",
        chapters,
        "-map_chapters",
        "1",
        "-c",
        "copy",
        book,
    ]
    subprocess.run(command, check=True)
    assert b"text" in book.read_bytes()
    assert essence_of(book.read_bytes()) == essence_of(plain.read_bytes())


def test_the_samples_of_others(samples: Path) -> None:
    for name in ("alac.m4a", "has-tags.m4a", "ep7.m4b"):
        assert state_of((samples / name).read_bytes()) is SoundState.CONSISTENT, name
    sound = sound_of((samples / "nero-chapters.m4b").read_bytes())  # its sound was taken out
    assert (sound.essence, sound.integrity.state) == (None, SoundState.DAMAGED)


def test_the_built_sample_is_consistent() -> None:
    for data in (m4a(title="T"), m4a(title="T", alac=True)):
        assert state_of(data, "m4a") is SoundState.CONSISTENT
        assert sound_of(data, "m4a", 1) == sound_of(data, "m4a", SECOND)
