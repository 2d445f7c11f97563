"""Personal data is planted wherever a file can hold it; in what is exported with it taken out there is none, not in one byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.end_to_end import planted
from tests.reading_bags import file_rows
from tests.running import Outcome, run_here
from tests.samples import tree_digest

RIGHTS = """
version = 1
[[declaration]]
by = "Erika Example"
role = "rightsholder"
date = 2024-03-01
basis = "own"
acts = { preserve = "allow", access = "allow", transfer = "allow" }
"""


@pytest.fixture(scope="module")
def exported(planted_source: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Outcome]:
    """The bag of the planted collection, what was exported from it, and what was said."""
    place = tmp_path_factory.mktemp("export")
    (place / "rights.toml").write_text(RIGHTS)
    rights = ("--policy", "donation", "--rights", place / "rights.toml")
    run_here("pack", planted_source, "--to", place / "store", "--name", "bag", *rights)
    before = tree_digest(place / "store/bag")
    words = ("--for", "access", "--redact", "personal", "--to", place / "out", "--name", "taken", "--json")
    done = run_here("export", place / "store/bag", *words)
    assert tree_digest(place / "store/bag") == before
    return place / "store/bag", place / "out/taken", done


def test_files_of_several_formats_were_redacted_and_others_named(
    exported: tuple[Path, Path, Outcome],
) -> None:
    _, taken, done = exported
    told = json.loads(done.out)
    assert told["redacted_files"] >= 5
    assert told["unredacted"]
    lines = [
        json.loads(line) for line in (taken / "metadata/derivation.jsonl").read_text("utf-8").splitlines()
    ]
    formats = {line["path"].rpartition(".")[2] for line in lines[1:] if "removed" in line}
    assert {"flac", "mp3", "ogg"} <= formats


def test_what_could_not_be_read_whole_stays_and_is_named(exported: tuple[Path, Path, Outcome]) -> None:
    _, taken, done = exported
    told = {row["source_path"]: row["reason"] for row in json.loads(done.out)["unredacted"]}
    assert "Damaged/cut apev2.wv" in planted.collection()
    assert not (taken / "data/Damaged/cut apev2.wv").exists()
    assert told["Damaged/cut apev2.wv"] == "it could not be read whole for personal data"


def test_no_planted_value_is_in_any_byte_of_it(exported: tuple[Path, Path, Outcome]) -> None:
    bag, taken, done = exported
    whole = b"\0".join(path.read_bytes() for path in sorted(taken.rglob("*")) if path.is_file())
    there = b"\0".join(path.read_bytes() for path in sorted(bag.rglob("*")) if path.is_file())
    for value in planted.VALUES:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert value.encode(encoding) not in whole, value
        assert value not in done.out + done.err
    assert any(value.encode() in there for value in planted.VALUES), "it was planted"


def test_the_music_of_every_redacted_file_is_the_same(exported: tuple[Path, Path, Outcome]) -> None:
    bag, taken, _ = exported
    before, after = ({row["path"]: row["essence"] for row in file_rows(one)} for one in (bag, taken))
    assert after
    assert all(essence == before[path] for path, essence in after.items())
