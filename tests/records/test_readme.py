"""The page in every bag tells a person what it is and how to check it, and what it tells is true."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest

from archiver.model.bag import BagPlan
from archiver.model.totals import Totals
from archiver.records.layout import RIGHTS_FOLDER
from archiver.records.readme import readme_text
from tests.records.entries import ACCESSION, PACKAGE, RUN, bag_of

TOTALS = Totals(files=171, withheld=5, lost=4)
PLAN = BagPlan("Music-2026-11-22", PACKAGE, ACCESSION, 1, 1, ("sha512",), {})
CONTENTS = "Music: 12 albums, 140 audio files and 31 accompanying files, 4.1 GB in all."


def page(
    *,
    algorithms: tuple[str, ...] = ("sha512",),
    escaped: bool = False,
    empty_folders: int = 0,
    renamed: int = 0,
) -> str:
    totals = dataclasses.replace(TOTALS, empty_folders=empty_folders, problems=Counter({"N309": renamed}))
    plan = dataclasses.replace(PLAN, algorithms=algorithms)
    bag = dataclasses.replace(bag_of(()), plan=plan, totals=totals, contents=CONTENTS, escaped=escaped)
    return readme_text(RUN, bag, [RIGHTS_FOLDER])


@pytest.mark.parametrize(
    "algorithms", [("sha512",), ("md5",), ("blake2b",), ("sha3256",), ("sha1", "sha512")]
)
@pytest.mark.parametrize("escaped", [False, True])
def test_page_is_plain_text_of_78_columns_with_single_blank_lines(
    algorithms: tuple[str, ...], *, escaped: bool
) -> None:
    text = page(algorithms=algorithms, escaped=escaped, empty_folders=2)
    assert max(map(len, text.splitlines())) <= 78
    assert "\n\n\n" not in text
    assert text.endswith("\n")
    assert text.isascii()


@pytest.mark.parametrize(
    ("algorithms", "command"),
    [
        (("sha512",), "sha512sum -c manifest-sha512.txt"),
        (("md5", "sha512"), "sha512sum -c manifest-sha512.txt"),
        (("md5",), "md5sum -c tagmanifest-md5.txt"),
        (("blake2b512",), "b2sum -c manifest-blake2b512.txt"),
        (("sha3256",), "archiver verify ."),
    ],
)
def test_command_is_one_that_can_check_it(algorithms: tuple[str, ...], command: str) -> None:
    text = page(algorithms=algorithms)
    assert f"    {command}\n" in text
    assert ("The first command" in text) is (command != "archiver verify .")
    assert ("On a Mac" in text) is command.startswith("sha")


def test_numbers_add_up_and_special_cases_are_told() -> None:
    assert "180  seen in the source\n171  packed\n  5  withheld" in page()
    assert "%25" not in page()
    assert "%25" in page(escaped=True)
    assert "empty-folders.txt" not in page()
    assert "2  empty folders, listed in metadata/empty-folders.txt" in page(empty_folders=2)


def test_names_that_are_stored_otherwise_are_told_with_where_to_find_their_own() -> None:
    assert "=XX" not in page()
    told = " ".join(page(renamed=1234).split())
    assert "1,234 names of files and folders." in told
    assert "is in metadata/files.csv, as source_path" in told


def test_names_that_the_command_cannot_check_are_said_before_it_calls_them_failed() -> None:
    told = " ".join(page(escaped=True).split())
    assert "No line may say FAILED, save for the names that the next paragraph tells of." in told
    assert "No line may say FAILED. To see" in " ".join(page().split())
