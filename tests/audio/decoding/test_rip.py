"""The sums of rips are those of the definitions, however the samples come, and are compared with what a log says."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.decoding.ripcheck import RipVerdict, SaidOfRip, rip_check
from archiver.audio.decoding.ripsums import RipSumming
from archiver.model.decoded import RipSums, Sought
from tests.audio.decoding.conftest import DecodeHere, Encode
from tests.audio.decoding.music import chords, whole

PLACES = [(False, False), (True, False), (False, True), (True, True)]


def accuraterip(pcm: bytes, *, first: bool, last: bool) -> tuple[int, int]:
    """The definition, frame by frame."""
    frames = [value for (value,) in struct.iter_unpack("<I", pcm)]
    begin = 2940 if first else 1
    end = len(frames) - 2940 if last else len(frames)
    products = [value * at for at, value in enumerate(frames, 1) if begin <= at <= end]
    low = sum(product & 0xFFFFFFFF for product in products)
    return low & 0xFFFFFFFF, low + sum(product >> 32 for product in products) & 0xFFFFFFFF


def without_nulls(pcm: bytes) -> int:
    return zlib.crc32(
        b"".join(pcm[at : at + 2] for at in range(0, len(pcm), 2) if pcm[at : at + 2] != b"\0\0")
    )


def summed(pcm: bytes, piece_frames: int) -> RipSums:
    summing = RipSumming()
    for at in range(0, len(pcm), 4 * piece_frames):
        summing.take(pcm[at : at + 4 * piece_frames])
    return summing.finish()


@given(
    frames=st.sampled_from([0, 1, 2, 2939, 2940, 2941, 5878, 5879, 5880, 5881, 9000]),
    piece=st.sampled_from([1, 7, 588, 2939, 2940, 100_000]),
    seed=st.integers(0, 2**32 - 1),
)
def test_sums_are_those_of_the_definition_at_every_length(frames: int, piece: int, seed: int) -> None:
    words = ((seed + at * 2_654_435_761) & 0xFFFFFFFF for at in range(frames))
    pcm = b"".join(struct.pack("<I", word if word % 5 else word & 0xFFFF) for word in words)
    sums = summed(pcm, max(piece, frames // 50))
    assert sums.crc == zlib.crc32(pcm)
    assert sums.crc_no_nulls == without_nulls(pcm)
    for first, last in PLACES:
        assert sums.of_track(first=first, last=last) == accuraterip(pcm, first=first, last=last)


def test_a_large_piece_is_summed_without_overflow() -> None:
    pcm = b"\xff" * 4 * 200_000
    assert summed(pcm, 200_000).of_track(first=False, last=False) == accuraterip(pcm, first=False, last=False)


@pytest.mark.parametrize("name", ["a.flac", "a.wav", "a.wv", "alac.m4a"])
def test_a_decoded_track_has_the_sums_of_its_samples(
    name: str, music: bytes, encode: Encode, decode_here: DecodeHere
) -> None:
    options = ("-c:a", "alac") if name == "alac.m4a" else ()
    rip = whole(decode_here(encode(name, *options), Sought.RIP)).rip
    assert rip is not None
    assert rip.crc == zlib.crc32(music)
    assert rip.crc_no_nulls == without_nulls(music)
    for first, last in PLACES:
        assert rip.of_track(first=first, last=last) == accuraterip(music, first=first, last=last)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("hi.flac", ("-ar", "48000")),
        ("mono.flac", ("-ac", "1")),
        ("deep.wav", ("-c:a", "pcm_s24le")),
        ("a.mp3", ()),
    ],
)
def test_music_that_no_cd_holds_has_no_such_sums(
    name: str, options: tuple[str, ...], encode: Encode, decode_here: DecodeHere
) -> None:
    assert whole(decode_here(encode(name, *options), Sought.RIP)).rip is None


SUMS = summed(chords(0.5), 588)
V1, V2 = SUMS.of_track(first=True, last=False)


@pytest.mark.parametrize(
    ("said", "verdict", "sentence"),
    [
        (
            SaidOfRip(V1, V2, SUMS.crc, 43, 2009, first=True),
            RipVerdict.CONFIRMED,
            "still the audio that 43 others had in 2009",
        ),
        (
            SaidOfRip(accuraterip_v2=V2, confidence=1, first=True),
            RipVerdict.CONFIRMED,
            "still the audio that 1 other had when it was ripped",
        ),
        (
            SaidOfRip(accuraterip_v1=V1, confidence=0, year=2009, first=True),
            RipVerdict.UNCHANGED,
            "still the audio that was ripped in 2009",
        ),
        (SaidOfRip(copy_crc=SUMS.crc, confidence=9), RipVerdict.UNCHANGED, "still the audio that was ripped"),
        (SaidOfRip(copy_crc=SUMS.crc_no_nulls), RipVerdict.UNCHANGED, "still the audio that was ripped"),
        (
            SaidOfRip(V1, V2, SUMS.crc ^ 1, 43, 2009, first=True),
            RipVerdict.PARTLY,
            "only part of its log holds: AccurateRip v1 and AccurateRip v2, but not the copy CRC",
        ),
        (
            SaidOfRip(V1 ^ 1, V2 ^ 1, 5, 43, 2009),
            RipVerdict.CHANGED,
            "no longer the audio that its log speaks of",
        ),
        (SaidOfRip(), RipVerdict.UNCOMPARED, "nothing to compare with its log"),
    ],
)
def test_what_a_log_said_is_compared(said: SaidOfRip, verdict: RipVerdict, sentence: str) -> None:
    check = rip_check(SUMS, said)
    assert (check.verdict, check.sentence) == (verdict, sentence)
    assert (check.confidence is not None) is (verdict is RipVerdict.CONFIRMED)


def test_a_track_has_other_sums_at_another_place_of_its_disc() -> None:
    assert rip_check(SUMS, SaidOfRip(V1, V2, confidence=5, first=False)).verdict is RipVerdict.CHANGED


def test_without_sums_nothing_is_compared() -> None:
    assert rip_check(None, SaidOfRip(1, 2, 3, 4, 2009)).verdict is RipVerdict.UNCOMPARED
