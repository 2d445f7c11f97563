"""A fingerprint is Chromaprint's own, tells copies from strangers, and says nothing where it cannot."""

from __future__ import annotations

import itertools
import json
import os
import random
import struct
from pathlib import Path

import av
import iscc_lib
import numpy as np
import pytest

from archiver.audio.decoding.chroma import Chroma
from archiver.audio.decoding.iscc import audio_code
from archiver.audio.decoding.likeness import FEWEST_WORDS, LikenessIndex, likeness, words_of
from archiver.audio.decoding.resampling import Resampling
from archiver.model.decoded import Fingerprint, Sought
from tests.audio.decoding.conftest import DecodeHere, Encode
from tests.audio.decoding.music import chords, run_tool, whole
from tests.samples import melody, silence, wav

JUDGED = ("a.flac", "a.mp3", "a.opus", "a.ogg", "a.m4a", "a.wav")


def judged_by_fpcalc(path: Path) -> list[int]:
    done = run_tool("fpcalc", "-raw", "-json", "-length", "0", path)
    assert done.returncode in {0, 3}, (
        done.stderr
    )  # its release 1.5.1 takes the end of a file for an error, and says all
    words: list[int] = json.loads(done.stdout)["fingerprint"]
    return words


def different_bits(one: list[int], other: list[int]) -> float:
    assert len(one) == len(other)
    return sum((a ^ b).bit_count() for a, b in zip(one, other, strict=True)) / (32 * len(one))


def heard(path: Path, decode_here: DecodeHere) -> Fingerprint:
    found = whole(decode_here(path, Sought.FINGERPRINT)).fingerprint
    assert found is not None
    return found


@pytest.mark.parametrize("name", JUDGED)
def test_fpcalc_has_the_same_words_of_music(name: str, encode: Encode, decode_here: DecodeHere) -> None:
    path = encode(name)
    words = words_of(heard(path, decode_here)).tolist()
    assert different_bits(words, judged_by_fpcalc(path)) <= 0.001


@pytest.mark.parametrize("rate", [8000, 22050, 48000, 96000])
def test_fpcalc_has_the_same_words_at_every_rate(rate: int, encode: Encode, decode_here: DecodeHere) -> None:
    path = encode(f"r{rate}.flac", "-ar", str(rate))
    assert different_bits(words_of(heard(path, decode_here)).tolist(), judged_by_fpcalc(path)) <= 0.001


def test_fpcalc_has_the_same_words_of_noise_of_one_channel(tmp_path: Path, decode_here: DecodeHere) -> None:
    path = tmp_path / "noise.wav"
    noise = np.random.default_rng(4).integers(-9000, 9000, 44_100 * 20, np.int16).tobytes()
    run_tool("ffmpeg", "-v", "error", "-f", "s16le", "-ar", "44100", "-ac", "1", "-i", "-", path, given=noise)
    assert different_bits(words_of(heard(path, decode_here)).tolist(), judged_by_fpcalc(path)) <= 0.001


def test_resampling_starts_no_threads_however_many_cores_there_are(encode: Encode) -> None:
    with av.open(encode("a.wav")) as container:
        frame = next(container.decode(audio=0))
    before = len(os.listdir("/proc/self/task"))
    resampling = Resampling(frame)
    assert len(os.listdir("/proc/self/task")) == before
    assert sum(map(len, [*resampling.take(frame), *resampling.take(None)])) == pytest.approx(
        frame.samples / 4, abs=1
    )


def test_rows_are_the_same_however_the_samples_come() -> None:
    samples = np.random.default_rng(1).integers(-9000, 9000, 120_000, np.int16)
    chance = random.Random(2)
    at_once = Chroma()
    expected = np.concatenate((at_once.take(samples), at_once.finish()))
    in_parts, found, at = Chroma(), [], 0
    while at < len(samples):
        length = chance.choice((1, 500, 4096, 30_000))
        found.append(in_parts.take(samples[at : at + length]))
        at += length
    found.append(in_parts.finish())
    assert np.array_equal(np.concatenate(found), expected)
    assert len(expected) == (120_000 - 4096) // 1365 + 1 - 4


def test_copies_are_alike_and_strangers_are_not(
    encode: Encode, decode_here: DecodeHere, tmp_path: Path
) -> None:
    original = heard(encode("a.flac"), decode_here)
    for name, options in (("low.mp3", ("-b:a", "64k")), ("low.opus", ("-b:a", "48k")), ("a.ogg", ())):
        found = likeness(original, heard(encode(name, *options), decode_here))
        assert found is not None
        assert found.alike
        assert found.error_rate < 0.08
        assert found.offset_words == 0
    path = tmp_path / "stranger.wav"
    run_tool(
        "ffmpeg",
        "-v",
        "error",
        "-f",
        "s16le",
        "-ar",
        "44100",
        "-ac",
        "2",
        "-i",
        "-",
        path,
        given=chords(12.0, seed=77),
    )
    found = likeness(original, heard(path, decode_here))
    assert found is not None
    assert not found.alike
    assert found.error_rate > 0.3


@pytest.mark.parametrize("seconds", [0.5, 2.0, 3.0])
def test_a_copy_that_begins_later_is_found_with_its_offset(
    seconds: float, encode: Encode, decode_here: DecodeHere
) -> None:
    late = encode(f"late{seconds}.mp3", "-ss", str(seconds))
    found = likeness(heard(encode("a.flac"), decode_here), heard(late, decode_here))
    assert found is not None
    assert found.alike
    assert found.offset_s == pytest.approx(-seconds, abs=0.07)
    back = likeness(heard(late, decode_here), heard(encode("a.flac"), decode_here))
    assert back is not None
    assert back.offset_s == pytest.approx(seconds, abs=0.07)


def fingerprint(words: list[int]) -> Fingerprint:
    return Fingerprint(struct.pack(f"<{len(words)}I", *words))


def test_too_little_music_and_silence_say_nothing(tmp_path: Path, decode_here: DecodeHere) -> None:
    chance = random.Random(1)
    words = [chance.getrandbits(32) for _ in range(FEWEST_WORDS)]
    assert likeness(fingerprint(words), fingerprint(words)) is not None
    assert likeness(fingerprint(words[1:]), fingerprint(words)) is None
    assert likeness(fingerprint([]), fingerprint(words)) is None
    quiet = tmp_path / "quiet.wav"
    quiet.write_bytes(wav(audio=silence(20.0, rate_hz=11025)))
    silent = heard(quiet, decode_here)
    assert len(silent) > 100
    assert likeness(silent, silent) is None
    index = LikenessIndex()
    assert [index.add(silent), index.add(silent)] == [0, 1]
    assert list(index.candidates(0)) == []


def test_music_shorter_than_a_word_has_an_empty_fingerprint(tmp_path: Path, decode_here: DecodeHere) -> None:
    path = tmp_path / "short.wav"
    path.write_bytes(wav(audio=melody([440], seconds=2.0)))
    assert len(heard(path, decode_here)) == 0


def spoilt(words: list[int], part: float, chance: random.Random) -> list[int]:
    """The same with a part of the bits flipped, in bursts as real errors come."""
    return [
        word ^ (chance.getrandbits(32) & chance.getrandbits(32) if chance.random() < 4 * part else 0)
        for word in words
    ]


def test_the_index_finds_every_copy_and_few_strangers() -> None:
    chance = random.Random(9)
    originals = [[chance.getrandbits(32) for _ in range(chance.choice((60, 800, 3000)))] for _ in range(120)]
    index = LikenessIndex()
    for words in originals:
        index.add(fingerprint(words))
    for words in originals:
        index.add(fingerprint(spoilt(words, 0.05, chance)))
    pairs = {(one, other) for one in range(240) for other in index.candidates(one)}
    assert {(at, at + 120) for at in range(120)} <= pairs
    assert len(pairs) < 240
    assert all(one < other for one, other in pairs)
    assert list(index.candidates(5)) == sorted(index.candidates(5))


def test_the_index_is_of_use_while_it_grows() -> None:
    chance, index = random.Random(3), LikenessIndex()
    words = [chance.getrandbits(32) for _ in range(50)]
    first = index.add(fingerprint(words))
    assert list(index.candidates(first)) == []
    second = index.add(fingerprint(words))
    assert list(index.candidates(first)) == [second]


def test_an_index_keeps_no_more_of_a_long_fingerprint_than_of_a_short_one() -> None:
    chance, index = random.Random(8), LikenessIndex()
    index.add(fingerprint([chance.getrandbits(32) for _ in range(50_000)]))
    assert sum(map(len, index._kept)) == 256


def test_an_iscc_is_made_of_the_fingerprint(encode: Encode, decode_here: DecodeHere) -> None:
    both = whole(decode_here(encode("a.flac"), Sought.FINGERPRINT, Sought.ISCC))
    alone = whole(decode_here(encode("a.flac"), Sought.ISCC))
    assert both.iscc is not None
    assert both.iscc.startswith("ISCC:EIA")
    assert alone.iscc == both.iscc
    assert alone.fingerprint is None
    assert whole(decode_here(encode("a.flac"))).iscc is None


def test_the_iscc_is_made_of_signed_words_by_a_library_that_conforms_to_the_standard() -> None:
    assert iscc_lib.conformance_selftest()
    assert audio_code(fingerprint([])) is None
    words = [1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF]
    signed = [1, 0x7FFF_FFFF, -0x8000_0000, -1]
    assert audio_code(fingerprint(words)) == iscc_lib.gen_audio_code_v0(signed, 64)["iscc"]


def test_what_was_not_asked_for_is_not_computed(encode: Encode, decode_here: DecodeHere) -> None:
    plain = whole(decode_here(encode("a.flac")))
    assert (plain.rip, plain.fingerprint, plain.iscc) == (None, None, None)


def test_every_pair_of_the_same_fingerprint_is_nearest_at_no_offset() -> None:
    chance = random.Random(6)
    many = [fingerprint([chance.getrandbits(32) for _ in range(100)]) for _ in range(4)]
    for one, other in itertools.combinations_with_replacement(many, 2):
        found = likeness(one, other)
        assert found is not None
        assert (found.error_rate == 0) is (one is other)
        assert one is not other or (found.offset_words, found.compared_words) == (0, 100)
