"""By what files are brought together before their music is read, and what keeps two apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archiver.duplicates.copy import Copy
from archiver.duplicates.keys import belongs, essence_keys
from archiver.duplicates.own_place import own_place
from archiver.duplicates.tier import Tier
from archiver.model.sound import Bitstream, Essence
from archiver.usecases.duplicates.sifting import with_something_in_common
from tests.duplicates.copies import FLAC, a_copy, labelled


def _worth_reading(*copies: Copy) -> set[int]:
    return with_something_in_common(
        (key, asks, copy.number) for copy in copies for key, asks in essence_keys(copy)
    )


def _streamed(number: int, walk: str, length: int, seconds: float = 180.0) -> Copy:
    return a_copy(
        number, bitstream=Bitstream(walk, 100, 100 + length), sound=replace(FLAC, duration_s=seconds)
    )


def test_music_of_one_length_in_bytes_is_worth_reading_whatever_the_tags_take() -> None:
    assert _worth_reading(
        _streamed(0, "flac", 500), _streamed(1, "flac", 500), _streamed(2, "flac", 501)
    ) == {0, 1}


def test_music_whose_length_changes_with_the_tags_goes_by_seconds() -> None:
    assert _worth_reading(
        _streamed(0, "ogg", 500), _streamed(1, "ogg", 700, 180.004), _streamed(2, "ogg", 500, 181.0)
    ) == {0, 1}
    assert _worth_reading(_streamed(0, "ogg", 500, 179.9999), _streamed(1, "ogg", 501, 180.0001)) == {0, 1}


def test_what_a_bag_records_is_held_against_music_of_its_length() -> None:
    recorded = a_copy(0, essence=Essence("flac-frames-v1", "0" * 64), bag="Bag")
    assert _worth_reading(recorded, _streamed(1, "flac", 500), _streamed(2, "flac", 600, 60.0)) == {0, 1}


def test_nothing_is_read_of_which_nothing_is_known() -> None:
    assert _worth_reading(a_copy(0), a_copy(1), a_copy(2, sound=None)) == set()


@pytest.mark.parametrize(
    ("tier", "seconds", "recordings", "together"),
    [
        (Tier.RECORDING, 181.9, ("a", "a"), True),
        (Tier.RECORDING, 182.1, ("a", "a"), False),
        (Tier.RECORDING, None, ("a", "a"), False),
        (Tier.TAGS, 180.0, ("", "b"), True),
        (Tier.TAGS, 180.0, ("a", "b"), False),
        (Tier.BYTES, None, ("a", "b"), True),
    ],
)
def test_two_with_one_key_belong_together_or_not(
    tier: Tier, seconds: float | None, recordings: tuple[str, str], *, together: bool
) -> None:
    one = a_copy(0, labels=labelled(recording=recordings[0]))
    other = a_copy(1, sound=replace(FLAC, duration_s=seconds), labels=labelled(recording=recordings[1]))
    assert belongs(one, other, tier) == together


@pytest.mark.parametrize(
    ("kept", "other", "reason"),
    [
        (
            a_copy(labels=labelled(album="x")),
            a_copy(labels=labelled(album="y")),
            "it belongs to another album",
        ),
        (
            a_copy(labels=labelled(track="1")),
            a_copy(labels=labelled(track="2")),
            "it is another track of the album",
        ),
        (a_copy(path="A/01.flac"), a_copy(path="A/02.flac"), "its name has another number"),
        (a_copy(path="A/01.flac"), a_copy(path="A/01 (1).flac"), None),
        (a_copy(path="A/01.flac"), a_copy(path="B/07.flac"), None),
        (a_copy(labels=labelled(album="x")), a_copy(), None),
    ],
)
def test_a_copy_with_a_place_of_its_own_is_told(kept: Copy, other: Copy, reason: str | None) -> None:
    assert own_place(kept, other) == reason
