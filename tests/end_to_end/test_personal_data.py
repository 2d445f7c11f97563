"""Personal data is found, counted and located, and its value stands in no record, no report and on no screen."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end import planted
from tests.end_to_end.bags import Package, records
from tests.running import Outcome, run_here


def assessed(package: Package) -> dict[str, dict[str, Any]]:
    """The row of every file, packed or withheld, by its path in the source."""
    rights = package.rights
    packed = {row["path"].removeprefix("data/"): row for row in rights["files"]}
    return packed | {row["source_path"]: row for row in rights["withheld"]}


@pytest.mark.parametrize("value", planted.VALUES)
def test_the_search_finds_every_form_of_a_value(value: str) -> None:
    for form, trace in planted.traces(value):
        around = b"\0 around it " + trace + b" and more"
        told = [leak for leak in planted.leaks("x", around) if repr(value) in leak]
        assert told or len(trace) < planted.SHORTEST, form
    raw = value.encode()
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + raw + b"...")
        assert planted.leaks("x", encoded) or len(raw) < 9, before


def test_the_values_are_there_to_be_found() -> None:
    for name, data in (planted.audio_files() | planted.text_files()).items():
        known = [
            value
            for value in planted.VALUES
            for form in ("utf-8", "utf-16-le", "utf-16-be")
            if value.encode(form) in data
        ]
        assert known or name.startswith("id3v1 title"), name


@pytest.mark.parametrize("policy", ["personal", "donation", "public"])
def test_no_record_in_a_bag_holds_a_value_in_any_form(
    planted_bags: Mapping[str, Package], policy: str
) -> None:
    found = [leak for name, data in records(planted_bags[policy].bag) for leak in planted.leaks(name, data)]
    assert found == []


@pytest.mark.parametrize("policy", ["personal", "donation", "public"])
def test_no_page_and_no_receipt_holds_a_value_in_any_form(
    planted_bags: Mapping[str, Package], policy: str, tmp_path: Path
) -> None:
    bag = planted_bags[policy].bag
    told = {name for name, _ in records(bag)}
    assert {"metadata/index.html", "metadata/receipt.html"} <= told
    page, receipt = tmp_path / "page.html", tmp_path / "receipt.html"
    screens = [
        run_here("report", bag, "--to", page),
        run_here("receipt", bag, "--to", receipt),
        run_here("receipt", bag, "--text"),
        run_here("receipt", bag, "--json"),
    ]
    assert [one.code for one in screens] == [0] * len(screens), screens
    whole = {one.name: one.read_bytes() for one in (page, receipt)}
    whole |= {f"screen {number}": (one.out + one.err).encode() for number, one in enumerate(screens)}
    assert [leak for name, data in whole.items() for leak in planted.leaks(name, data)] == []


def test_nothing_that_is_printed_holds_a_value_in_any_form(planted_screens: Mapping[str, Outcome]) -> None:
    found = [
        leak
        for name, outcome in planted_screens.items()
        for leak in planted.leaks(name, (outcome.out + outcome.err).encode())
    ]
    assert found == []
    assert {
        name: outcome.code for name, outcome in planted_screens.items() if outcome.code not in (0, 3)
    } == {}


def test_every_planted_file_is_counted_and_each_place_is_located(planted_bags: Mapping[str, Package]) -> None:
    rows = assessed(planted_bags["personal"])
    whole = {path: row for path, row in rows.items() if path.startswith(("Planted/", "Beside/"))}
    assert len(whole) == len(planted.audio_files()) + len(planted.text_files())
    for path, row in whole.items():
        found = [item for item in row["evidence"] if item["personal"]]
        assert row["personal_data"], path
        assert found, path
        for item in found:
            assert item["value"] is None, path
            assert "@" in item["locator"] or item["locator"].startswith("line "), (path, item)
    assert not any(rows[path]["personal_data"] for path in rows if path.startswith("Plain/"))


def test_the_count_is_told_the_same_everywhere(
    planted_bags: Mapping[str, Package], planted_screens: Mapping[str, Outcome]
) -> None:
    package = planted_bags["personal"]
    number = sum(row["personal_data"] is True for row in assessed(package).values())
    assert number >= len(planted.audio_files()) + len(planted.text_files())
    held = sum(row["personal_data"] is True for row in package.rights["files"])
    assert 0 < held < number, "some are held for review"
    unread = sum(row["personal_data"] is None for row in assessed(package).values())
    assert unread
    told = (
        f"detected in {number} files, {held} of them in this package; {unread} more could not be read for it"
    )
    assert package.info["Personal-Data"].startswith(told)
    assert f"Carrying personal data: {number} files" in package.outcome.out
    assert f"Carrying personal data: {number} files" in planted_screens["scan"].out
    readme = (package.bag / "metadata" / "rights" / "README.txt").read_text("utf-8")
    assert f"{number} files with data that can identify a person" in readme
    assert f"{held} of them are in this package." in " ".join(readme.split())


def test_public_withholds_every_file_that_names_a_person(planted_bags: Mapping[str, Package]) -> None:
    rights = planted_bags["public"].rights
    assert not any(row["personal_data"] for row in rights["files"])


def test_the_place_of_the_source_on_this_machine_is_not_recorded(
    planted_source: Path, planted_bags: Mapping[str, Package]
) -> None:
    place = str(planted_source.parent).encode()
    found = [
        name for package in planted_bags.values() for name, data in records(package.bag) if place in data
    ]
    assert found == []
