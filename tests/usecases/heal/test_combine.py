"""Parts of several damaged copies are put together where they add up to the file, and only there."""

from __future__ import annotations

import hashlib
import io
import os
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.usecases.heal import combine as module
from archiver.usecases.heal.combine import combine


def tried(folder: Path, whole: bytes, copies: Sequence[bytes]) -> bytes | None:
    descriptors = []
    for number, copy in enumerate(copies):
        path = folder / str(number)
        path.write_bytes(copy)
        descriptors.append(os.open(path, os.O_RDONLY))
    into = io.BytesIO()
    try:
        digest = hashlib.sha512(whole).hexdigest()
        return into.getvalue() if combine(descriptors, len(whole), "sha512", digest, into) else None
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def flipped(whole: bytes, places: Sequence[int]) -> bytes:
    hurt = bytearray(whole)
    for place in places:
        hurt[place] ^= 1
    return bytes(hurt)


@given(data=st.data())
def test_flips_in_different_places_of_two_copies_are_undone(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = random.Random(data.draw(st.integers(0, 9))).randbytes(data.draw(st.integers(2_000, 9_000)))
    places = data.draw(st.lists(st.integers(0, len(whole) // 40 - 1), unique=True, max_size=12))
    cut = data.draw(st.integers(0, len(places)))
    hurt = [flipped(whole, [place * 40 for place in part]) for part in (places[:cut], places[cut:])]
    assert tried(tmp_path_factory.mktemp("copies"), whole, hurt) == whole or hurt == [whole, whole]


def test_a_copy_that_was_cut_off_and_one_with_a_bad_beginning_make_a_whole(tmp_path: Path) -> None:
    whole = random.Random(1).randbytes(3 << 20)
    bad_beginning = bytes(5000) + whole[5000:]
    assert tried(tmp_path, whole, [whole[: 1 << 20], bad_beginning]) == whole


def test_a_burst_across_blocks_is_one_range(tmp_path: Path) -> None:
    whole = random.Random(2).randbytes(2 << 20)
    burst = whole[:1_000_000] + random.Random(3).randbytes(100_000) + whole[1_100_000:]
    assert tried(tmp_path, whole, [burst, flipped(whole, [7, 1_900_000])]) == whole


def test_three_copies_that_each_have_a_fault_of_their_own(tmp_path: Path) -> None:
    whole = random.Random(4).randbytes(10_000)
    copies = [flipped(whole, [100, 5000]), flipped(whole, [5000, 9000]), flipped(whole, [100, 9000])]
    assert tried(tmp_path, whole, copies) == whole


@pytest.mark.parametrize(
    "copies",
    [
        [flipped(bytes(9000), [5]), flipped(bytes(9000), [5])],  # the same fault in both
        [bytes(9000)[:50], bytes(9000)[:60]],  # nobody has the end
        [flipped(bytes(9000), [5])],
        [],
    ],
)
def test_what_does_not_add_up_is_left_alone(tmp_path: Path, copies: list[bytes]) -> None:
    assert tried(tmp_path, bytes(9000), copies) is None


def test_too_many_faults_are_given_up_in_bounded_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = random.Random(5).randbytes(4 << 20)
    far = 200_000
    places = [number * far for number in range(20)]
    monkeypatch.setattr(module, "_MOST_HASHED", 1 << 26)
    hurt = [flipped(whole, places[::2]), flipped(whole, places[1::2])]
    assert tried(tmp_path, whole, hurt) is None
