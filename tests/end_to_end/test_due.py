"""What comes due in a store: embargoes, permissions and terms, each on both sides of its last day."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.end_to_end.bags import Package
from tests.running import Outcome, run_here
from tests.samples import build_tree, flac, tree_digest

MOMENT = "1767225600"
"""2026-01-01."""
ADVICE = "This is not legal advice."

RIGHTS = """\
version = 1
[defaults]
by = "Erika Example"
role = "rightsholder"
date = 2020-01-01

[[declaration]]
id = "embargo"
scope = { path = "Embargo/**" }
basis = "own"
acts = { transfer = "deny", publish = "deny" }
expires = 2030-06-30

[[declaration]]
id = "agreed"
scope = { path = "Agreed/**" }
basis = "license"
license = "https://example.org/terms"
acts = { preserve = "allow", publish = "allow" }
expires = 2028-02-29

[[declaration]]
id = "dated"
scope = { path = "Dated/**" }
basis = "carrier"
role = "owner"
carrier_held = "yes"
jurisdiction = "EU"
facts = { fixed = 1966, published = 1967 }
"""
# Directive 2006/116/EC, article 3(2), as amended by 2011/77/EU: 70 years from the end of the year of publication
TERM_ENDS = "2037-12-31"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = build_tree(
        tmp_path_factory.mktemp("source") / "Music",
        {
            **{
                f"{folder}/{number}.flac": flac(album=folder)
                for folder in ("Embargo", "Agreed", "Dated")
                for number in (1, 2)
            },
            "rights.toml": RIGHTS,
        },
    )
    before = tree_digest(source)
    made = tmp_path_factory.mktemp("store")
    for name, more in (("one", ()), ("two", ("--policy", "donation")), ("three", ("--serialize", "tar"))):
        outcome = run_here(
            "pack", source, "--all", "--to", made, "--name", name, *more, SOURCE_DATE_EPOCH=MOMENT
        )
        assert outcome.code in (0, 3), outcome.err
    assert tree_digest(source) == before
    return made


def due(*words: str | Path, moment: str = MOMENT) -> Outcome:
    return run_here("due", *words, SOURCE_DATE_EPOCH=moment)


def items(outcome: Outcome) -> list[tuple[str, str, str, int]]:
    """Day, kind, subject and number of files of everything due in the first bag."""
    return [
        (item["day"], item["kind"], item["subject"], item["files"])
        for item in outcome.json["bags"][0]["items"]
        if item["kind"] != "term-may-end"
    ]


PERMISSION = ("2028-02-29", "permission-ends", "agreed", 2)
EMBARGO = ("2030-06-30", "restriction-ends", "embargo", 2)
TERMS = [(TERM_ENDS, "term-ends", f"{layer} EU", 2) for layer in ("performance", "recording")]


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("2026-01-01", []),
        ("2028-02-28", []),
        ("2028-02-29", [PERMISSION]),
        ("2030-06-29", [PERMISSION]),
        ("2030-06-30", [PERMISSION, EMBARGO]),
        ("2037-12-30", [PERMISSION, EMBARGO]),
        ("2037-12-31", [PERMISSION, EMBARGO, *TERMS]),
    ],
)
def test_a_thing_is_due_from_its_last_day_on(
    store: Path, until: str, expected: list[tuple[str, str, str, int]]
) -> None:
    outcome = due(store / "one", "--until", until, "--json")
    assert outcome.code == 0
    assert items(outcome) == expected


def test_what_has_ended_before_the_day_asked_from_is_not_due(store: Path) -> None:
    later = "1909180800"  # 2030-07-02
    assert items(due(store / "one", "--until", "2031-01-01", "--json", moment=later)) == []


def test_every_bag_of_a_store_is_looked_at_archives_too(store: Path) -> None:
    before = tree_digest(store)
    outcome = due(store, "--until", "2030-06-30")
    assert outcome.code == 0
    assert "From 2026-01-01 to 2030-06-30, in 3 bags" in outcome.out
    for name in ("one", "two", "three.tar"):
        assert f"\n{store / name}\n" in outcome.out
    told = " ".join(outcome.out.split())
    assert told.count("embargo (Erika Example) denies transfer, publish until 2030-06-30") == 3
    assert outcome.out.count(ADVICE) == 1
    assert tree_digest(store) == before
    assert due(store / "one", store, "--json").json["bags"].__len__() == 3


def test_json_has_its_keys(store: Path) -> None:
    value = due(store, "--until", "2040-01-01", "--json").json
    assert list(value) == ["schema", "from", "until", "rules", "bags"]
    assert value["schema"] == "archiver.due/1"
    assert (value["from"], value["until"]) == ("2026-01-01", "2040-01-01")
    assert {key for bag in value["bags"] for key in bag} == {"bag", "items", "fault"}
    keys = {"day", "kind", "subject", "text", "files", "examples"}
    assert [item for bag in value["bags"] for item in bag["items"] if item.keys() != keys] == []
    assert all(item.keys() == keys for item in value["rules"])


def test_nothing_due_is_said(store: Path) -> None:
    outcome = due(store, "--until", "2026-01-02")
    assert outcome.code == 0
    assert "Nothing comes due." in outcome.out


@pytest.fixture
def mixed(store: Path, tmp_path: Path) -> Path:
    """A store with a good bag, one of another program, and one whose record is damaged."""
    folder = tmp_path / "mixed"
    shutil.copytree(store / "one", folder / "good")
    foreign = folder / "foreign"
    (foreign / "data").mkdir(parents=True)
    (foreign / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    return folder


def test_a_bag_without_a_record_is_named_and_the_others_are_looked_at(mixed: Path) -> None:
    outcome = due(mixed, "--until", "2030-06-30")
    assert outcome.code == 3
    assert "in 1 bag\n" in outcome.out
    assert "embargo" in outcome.out
    told = " ".join(outcome.out.split())
    assert (
        f"{mixed / 'foreign'} has no record of rights. Only bags that this program packed have one." in told
    )
    assert outcome.err == ""
    listed = due(mixed, "--until", "2030-06-30", "--json")
    assert listed.code == 3
    assert [bag["fault"] is None for bag in listed.json["bags"]] == [False, True]


def forged(whole: bytes) -> bytes:
    return re.sub(
        rb'"layers":\{"recording":\{', b'"layers":{"recording":{"findings":[{"jurisdiction":["DE"]}],', whole
    )


@pytest.mark.parametrize("how", ["cut", "forged", "binary", "empty"])
def test_a_damaged_record_is_named_and_the_others_are_looked_at(mixed: Path, how: str) -> None:
    bad = shutil.copytree(mixed / "good", mixed / "bad")
    path = bad / "metadata" / "rights" / "rights.jsonl"
    whole = path.read_bytes()
    path.write_bytes(
        {
            "cut": whole[: len(whole) // 2],
            "forged": forged(whole),
            "binary": b"\0\xff" * 9,
            "empty": b"",
        }[how]
    )
    outcome = due(mixed, "--until", "2030-06-30")
    assert outcome.code == 4
    told = " ".join(outcome.out.split())
    assert (
        f"the record of rights in {bad} is not as this program writes it. To check the bag: archiver verify {bad}"
        in told
    )
    assert f"{mixed / 'good'}\n" in outcome.out
    assert "embargo" in outcome.out
    assert "Traceback" not in outcome.out + outcome.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nowhere",), "cannot read nowhere: no such file or directory"),
        ((".",), ". is neither a bag nor a store with bags in it"),
        (("note.txt",), "cannot read note.txt: not a directory"),
    ],
)
def test_what_is_neither_bag_nor_store_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("note.txt").write_text("x")
    outcome = due(*words)
    assert outcome.code == 2
    assert message in " ".join(outcome.err.split())
    assert outcome.out == ""


def test_days_the_wrong_way_round_are_refused(store: Path) -> None:
    outcome = due(store, "--until", "2025-12-31")
    assert outcome.code == 2
    assert "2025-12-31 is before 2026-01-01" in outcome.told


def test_a_review_is_due_until_somebody_decides(planted_bags: Mapping[str, Package]) -> None:
    """The planted collection declares as its own what a store wrote its buyer into."""
    outcome = due(planted_bags["personal"].bag, "--json")
    items = outcome.json["bags"][0]["items"]
    held = len(planted_bags["personal"].rights["withheld"])
    assert sum(item["files"] for item in items if item["kind"] == "review-waits") == held > 0


def test_files_whose_names_are_left_out_are_counted(planted_source: Path, tmp_path: Path) -> None:
    packed = run_here(
        "pack",
        planted_source,
        "--to",
        tmp_path / "store",
        "--name",
        "quiet",
        "--anonymous-withheld",
        SOURCE_DATE_EPOCH=MOMENT,
    )
    held = int(packed.out.split("withheld ")[1].split()[0])
    outcome = due(tmp_path / "store", "--json")
    assert outcome.code == 0, outcome.out
    assert sum(item["files"] for item in outcome.json["bags"][0]["items"]) == held
    assert "(name" not in due(tmp_path / "store").out
