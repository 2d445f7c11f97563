"""How much recovery data a set gets, and of which files it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model.album import album_folder
from archiver.parity.sets import (
    ONE_FILE,
    Amount,
    ParitySet,
    Sized,
    divide,
    may_be_protected,
    set_of_file,
)

SIZES = st.lists(st.integers(1, 1 << 34), min_size=1, max_size=50)


def one_set(sizes: list[int], amount: Amount) -> ParitySet:
    files = [Sized(f"data/A/{number:03}", size) for number, size in enumerate(sizes)]
    (only,) = divide(files, album_folder, amount)
    return only


@given(SIZES)
def test_any_one_file_can_be_lost(sizes: list[int]) -> None:
    made = one_set(sizes, ONE_FILE)
    assert made.recovery * made.block >= max(sizes)


@given(SIZES, st.integers(1, 100))
def test_a_share_is_at_least_that_and_the_format_holds_it(sizes: list[int], percent: int) -> None:
    made = one_set(sizes, Amount("share", percent / 100))
    blocks = sum(-(-size // made.block) for size in sizes)
    assert made.recovery >= blocks * percent // 100
    assert 1 <= made.recovery <= 32_768
    assert len(sizes) <= blocks <= 32_768
    assert made.block % 4 == 0


def test_an_album_is_a_set_and_its_discs_are_of_it() -> None:
    paths = ["data/X/CD1/1", "data/X/CD2/1", "data/Y/1", "data/loose"]
    sets = list(divide([Sized(path, 9) for path in paths], album_folder, ONE_FILE))
    assert [(one.number, one.title, len(one.files)) for one in sets] == [
        (1, "data", 1),
        (2, "data/X", 2),
        (3, "data/Y", 1),
    ]


def test_a_folder_of_very_many_files_is_divided() -> None:
    files = [Sized(f"data/A/{number:05}", 4000) for number in range(5000)]
    sets = list(divide(files, album_folder, ONE_FILE))
    assert [len(one.files) for one in sets] == [2000, 2000, 1000]
    assert [one.number for one in sets] == [1, 2, 3]


@pytest.mark.parametrize(
    ("path", "size", "fits"),
    [
        ("data/ä.flac", 1, True),
        ("data/empty", 0, False),
        ("data/a\nb", 1, False),
        ("data/a\\b", 1, False),
        ("data/a*", 1, False),
        ("data/\udcff", 1, False),
    ],
)
def test_names_that_the_format_cannot_hold(path: str, size: int, fits: bool) -> None:  # noqa: FBT001
    assert may_be_protected(Sized(path, size)) is fits


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("parity/0001.par2", 1),
        ("parity/0001.vol00+21.par2", 1),
        ("parity/12345.par2", 12345),
        ("parity/README.txt", None),
        ("data/0001.par2", None),
        ("parity/x/0001.par2", None),
    ],
)
def test_files_of_recovery_data_are_known_by_their_names(path: str, number: int | None) -> None:
    assert set_of_file(path) == number
