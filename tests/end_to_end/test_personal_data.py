"""Personal data is found, counted and located, and its value stands in no record, no report and on no screen."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end import planted
from tests.end_to_end.bags import Package, read_package, records
from tests.running import Outcome, run_here
from tests.samples import build_tree, tree_digest

MOMENT = "1767225600"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tree(tmp_path_factory.mktemp("source") / "Music", planted.collection())


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def bags(source: Path, store: Path) -> Mapping[str, Package]:
    before = tree_digest(source)
    made = {}
    for policy in ("personal", "donation", "public"):
        outcome = run_here(
            "pack", source, "--to", store, "--name", policy, "--policy", policy, SOURCE_DATE_EPOCH=MOMENT
        )
        made[policy] = read_package(store / policy, outcome)
    assert tree_digest(source) == before
    return made


@pytest.fixture(scope="module")
def screens(source: Path, store: Path, bags: Mapping[str, Package]) -> Mapping[str, Outcome]:
    """What every command prints about the source and the bags, for people and for programs."""
    before = tree_digest(source)
    files = sorted(path for path in source.rglob("*") if path.is_file())
    template = source.parent / "template.toml"
    runs = {f"pack --policy {name}": package.outcome for name, package in bags.items()}
    wanted: dict[str, tuple[str | Path, ...]] = {
        "scan": ("scan", source),
        "explain": ("explain", *files),
        "pack --dry-run": ("pack", source, "--to", store, "--dry-run", "--policy", "public"),
        "verify": ("verify", *(package.bag for package in bags.values())),
        "due": ("due", store),
    }
    for name, words in wanted.items():
        runs[name] = run_here(*words)
        runs[f"{name} --json"] = run_here(*words, "--json")
    runs["pack --json"] = run_here("pack", source, "--to", store, "--name", "again", "--json")
    runs["rights template"] = run_here("rights", "template", source)
    template.write_text(uncommented(runs["rights template"].out), "utf-8")
    for form in ((), ("--json",)):
        name = " ".join(("rights check", *form))
        runs[name] = run_here("rights", "check", template, "--source", source, *form)
    assert tree_digest(source) == before
    return runs


def uncommented(text: str) -> str:
    """What a person gets who takes away every comment sign that has no space after it."""
    return "".join(
        line[1:] if line.startswith("#") and line[1:2].strip() else line for line in text.splitlines(True)
    )


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
def test_no_record_in_a_bag_holds_a_value_in_any_form(bags: Mapping[str, Package], policy: str) -> None:
    found = [leak for name, data in records(bags[policy].bag) for leak in planted.leaks(name, data)]
    assert found == []


def test_nothing_that_is_printed_holds_a_value_in_any_form(screens: Mapping[str, Outcome]) -> None:
    found = [
        leak
        for name, outcome in screens.items()
        for leak in planted.leaks(name, (outcome.out + outcome.err).encode())
    ]
    assert found == []
    assert {name: outcome.code for name, outcome in screens.items() if outcome.code not in (0, 3)} == {}


def test_every_planted_file_is_counted_and_each_place_is_located(bags: Mapping[str, Package]) -> None:
    rows = assessed(bags["personal"])
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
    bags: Mapping[str, Package], screens: Mapping[str, Outcome]
) -> None:
    package = bags["personal"]
    number = sum(row["personal_data"] for row in assessed(package).values())
    assert number >= len(planted.audio_files()) + len(planted.text_files())
    assert package.info["Personal-Data"] == f"detected in {number} files, see metadata/rights"
    assert f"Carrying personal data: {number} files" in package.outcome.out
    assert f"Carrying personal data: {number} files" in screens["scan"].out
    readme = (package.bag / "metadata" / "rights" / "README.txt").read_text("utf-8")
    assert f"{number} files with data that can identify a person" in readme


def test_public_withholds_every_file_that_names_a_person(bags: Mapping[str, Package]) -> None:
    rights = bags["public"].rights
    assert not any(row["personal_data"] for row in rights["files"])
