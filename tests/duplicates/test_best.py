"""Which copy is the best: the order of what decides, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.duplicates.best import RANK_BYTES, rank, why
from archiver.duplicates.copy import Copy
from archiver.duplicates.tier import Tier
from tests.duplicates.copies import FLAC, MP3, a_copy, labelled

_ANY = st.builds(
    lambda number, sound, damaged, fields, bag, name: a_copy(
        number, f"Music/{name}", sound, damaged=damaged, labels=labelled(fields=fields), bag=bag
    ),
    st.integers(0, 2**40),
    st.sampled_from(
        [None, FLAC, MP3, replace(FLAC, bit_depth=24, sample_rate_hz=96000), replace(MP3, bitrate_bps=None)]
    ),
    st.booleans(),
    st.integers(0, 1 << 20),
    st.sampled_from([None, "Bag"]),
    st.sampled_from(["01.flac", "01 (1).flac", "Copy of 01.flac", "01 - Copy.flac", "(1).flac"]),
)

BETTER: dict[str, tuple[Copy, Copy, str]] = {
    "whole": (a_copy(1, sound=MP3), a_copy(0, damaged=True), "no damage was seen in it, and some in the other"),
    "lossless": (a_copy(1), a_copy(0, sound=MP3), "it is lossless, and the other is not known to be"),
    "more bits": (
        a_copy(1, sound=replace(FLAC, bit_depth=24)),
        a_copy(0),
        "there is more in it: FLAC 24 bit 44.1 kHz against FLAC 16 bit 44.1 kHz",
    ),
    "a higher bit rate": (
        a_copy(1, sound=MP3),
        a_copy(0, sound=replace(MP3, bitrate_bps=128_000)),
        "there is more in it: MP3 320 kbit/s against MP3 128 kbit/s",
    ),
    "a codec whose name is no abbreviation": (
        a_copy(1, sound=replace(MP3, codec="vorbis")),
        a_copy(0, sound=replace(MP3, codec="opus", bitrate_bps=128_000)),
        "there is more in it: Vorbis 320 kbit/s against Opus 128 kbit/s",
    ),
    "better tagged": (a_copy(1, labels=labelled(fields=9)), a_copy(0, labels=labelled(fields=3)), "its tags say more"),
    "in a bag": (a_copy(1, bag="Bag"), a_copy(0), "it is in a bag"),
    "no name of a copy": (
        a_copy(1, "Music/01.flac"),
        a_copy(0, "Music/01 (1).flac"),
        "its name does not look like that of a copy",
    ),
    "the first": (a_copy(0), a_copy(1), "it comes first; nothing else tells them apart"),
}  # fmt: skip


@pytest.mark.parametrize("name", BETTER)
def test_what_makes_a_copy_the_better_one_is_said(name: str) -> None:
    best, other, words = BETTER[name]
    assert rank(best, Tier.FINGERPRINT) < rank(other, Tier.FINGERPRINT)
    assert why(best, other, Tier.FINGERPRINT) == words


def test_bit_rates_that_hardly_differ_decide_nothing() -> None:
    one, other = (
        a_copy(0, sound=replace(MP3, bitrate_bps=192_100)),
        a_copy(1, sound=replace(MP3, bitrate_bps=192_900)),
    )
    assert why(one, other, Tier.TAGS) == "it comes first; nothing else tells them apart"


def test_of_the_same_music_none_is_richer() -> None:
    """A file with longer tags comes to more bits a second."""
    longer = a_copy(1, sound=replace(MP3, bitrate_bps=400_000), labels=labelled(fields=3))
    tagged = a_copy(2, sound=MP3, labels=labelled(fields=9))
    assert why(tagged, longer, Tier.ESSENCE) == "its tags say more"
    assert rank(tagged, Tier.ESSENCE) < rank(longer, Tier.ESSENCE)


def test_of_the_same_bytes_only_the_place_tells() -> None:
    """A bag's record may be of an earlier version, which read fewer tags."""
    recorded, read = a_copy(9, bag="Bag"), a_copy(0, labels=labelled(fields=20), damaged=True)
    assert rank(recorded, Tier.BYTES) < rank(read, Tier.BYTES)
    assert why(recorded, read, Tier.BYTES) == "it is in a bag"


@given(_ANY, _ANY)
def test_of_any_two_one_is_better_and_there_is_a_reason(one: Copy, other: Copy) -> None:
    for tier in Tier:
        ranks = rank(one, tier), rank(other, tier)
        assert {len(ranks[0]), len(ranks[1])} == {RANK_BYTES}
        if one.number != other.number:
            best, second = (one, other) if ranks[0] < ranks[1] else (other, one)
            assert ranks[0] != ranks[1]
            assert why(best, second, tier)


@given(_ANY, _ANY)
def test_what_is_damaged_or_lossy_never_beats_what_is_not(one: Copy, other: Copy) -> None:
    if rank(one, Tier.RECORDING) < rank(other, Tier.RECORDING):
        assert one.damaged <= other.damaged
        both_whole = not one.damaged and not other.damaged
        assert not (both_whole and one.sound == MP3 and other.sound == FLAC)
