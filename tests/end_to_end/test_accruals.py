"""A later gift is tied to the first, and told by digest what was there already."""

from __future__ import annotations

import csv
import json
import os
import re
from pathlib import Path

import pytest
from lxml import etree

from tests.conftest import MakeSource
from tests.running import Outcome, run_here
from tests.samples import flac, tree_digest

SCHEMAS = os.environ.get("ARCHIVER_SCHEMAS")
PREMIS = {"p": "http://www.loc.gov/premis/v3"}
OLD, NEW = flac(title="Old"), flac(title="New")
FIRST = {"Album/01.flac": OLD, "Album/notes.txt": b"notes\n"}
SECOND = {"Renamed/one.flac": OLD, "More/02.flac": NEW}


@pytest.fixture
def first(source: MakeSource, tmp_path: Path) -> Path:
    """A bag of the first gift."""
    done = run_here("pack", source(FIRST, name="First"), "--to", tmp_path / "first", "--name", "gift")
    assert done.code == 0, done.err
    return tmp_path / "first/gift"


def add(source: MakeSource, tmp_path: Path, accession: str | Path, *more: str) -> Outcome:
    root = source(SECOND, name="Second")
    before = tree_digest(root)
    done = run_here(
        "pack", root, "--to", tmp_path / "second", "--name", "more", "--accrual-to", accession, *more
    )
    assert tree_digest(root) == before
    return done


def info(bag: Path) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in (bag / "bag-info.txt").read_text("utf-8").splitlines())


def there(bag: Path) -> dict[str, str]:
    with (bag / "metadata/accrual.csv").open(newline="", encoding="utf-8") as lines:
        return {row["source_path"]: row["there_already"] for row in csv.DictReader(lines, strict=True)}


def test_everything_in_the_bag_says_what_it_adds_to(first: Path, source: MakeSource, tmp_path: Path) -> None:
    before = tree_digest(first)
    done = add(source, tmp_path, first)
    assert done.code == 0, done.err
    bag = tmp_path / "second/more"
    urn = info(first)["External-Identifier"]
    assert info(bag)["Accrual-To"] == urn
    assert info(bag)["Accrual-Summary"].startswith("1 file new, ")
    assert there(bag) == {"Renamed/one.flac": "yes", "More/02.flac": "no"}
    assert urn in (bag / "metadata/README.txt").read_text("utf-8")
    assert f"Adds to gift ({urn})" in " ".join(done.out.split())
    events = [
        json.loads(line) for line in (bag / "metadata/events.jsonl").read_text("utf-8").splitlines()[1:]
    ]
    assert [urn in event["detail"] for event in events if event["type"] == "accession"] == [True]
    document = etree.parse(bag / "metadata/premis.xml")
    related = document.findtext(".//p:relatedObjectIdentifierValue", namespaces=PREMIS)
    assert f"urn:uuid:{related}" == urn
    if SCHEMAS is not None:
        etree.XMLSchema(etree.parse(Path(SCHEMAS) / "premis.xsd")).assertValid(document)
    assert run_here("verify", bag).code == 0
    assert tree_digest(first) == before, "the earlier bag is only read"


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_the_earlier_accession_may_be_archives_of_several_bags(
    source: MakeSource, tmp_path: Path, kind: str
) -> None:
    root = source(
        {"A/1.flac": OLD, "A/a.bin": bytes(60_000), "B/1.flac": flac(title="B"), "B/b.bin": b"b" * 60_000},
        name="First",
    )
    made = run_here(
        "pack",
        root,
        "--to",
        tmp_path / "first",
        "--name",
        "gift",
        "--max-size",
        "100kB",
        "--serialize",
        kind,
    )
    bags = sorted((tmp_path / "first").glob(f"*.{kind}"))
    assert len(bags) == 2, made.out + made.err
    done = add(source, tmp_path, bags[1], "--json")
    told = json.loads(done.out)["accrual"]
    assert (told["known_files"], told["new_files"]) == (1, 1), "the other bag of the run counts too"


@pytest.mark.parametrize("by", ["identifier", "bare", "name"])
def test_a_bag_of_the_store_is_found_by_its_identifier_or_name(
    first: Path, source: MakeSource, tmp_path: Path, by: str
) -> None:
    urn = info(first)["External-Identifier"]
    named = {"identifier": urn, "bare": urn.removeprefix("urn:uuid:").upper(), "name": "gift"}[by]
    root = source(SECOND, name="Second")
    done = run_here("pack", root, "--to", first.parent, "--name", "more", "--accrual-to", named, "--json")
    told = json.loads(done.out)["accrual"]
    assert (told["identifier"], told["name"], told["known_files"]) == (urn, "gift", 1)


def test_an_accession_that_is_not_at_hand_is_recorded_and_nothing_compared(
    source: MakeSource, tmp_path: Path
) -> None:
    urn = "urn:uuid:0f6c1111-2222-4333-8444-555555555555"
    done = add(source, tmp_path, urn)
    assert done.code == 0
    bag = tmp_path / "second/more"
    assert info(bag)["Accrual-To"] == urn
    assert info(bag)["Accrual-Summary"] == "not compared: none of its bags was at hand"
    assert set(there(bag).values()) == {""}


def test_without_a_checksum_in_common_it_says_so(first: Path, source: MakeSource, tmp_path: Path) -> None:
    done = add(source, tmp_path, first, "--algorithm", "md5", "--json")
    told = json.loads(done.out)["accrual"]
    assert (told["algorithm"], told["known_files"]) == (None, None)
    assert told["not_compared"] == "there is no checksum that both have"


@pytest.mark.parametrize("named", ["gone", "", "urn:uuid:nothing"])
def test_what_is_no_accession_is_refused_before_anything_is_written(
    source: MakeSource, tmp_path: Path, named: str
) -> None:
    done = add(source, tmp_path, named)
    assert done.code == 2
    assert "there is no bag at" in done.told
    assert not (tmp_path / "second").exists()


def test_a_folder_that_is_no_bag_is_refused(source: MakeSource, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    done = add(source, tmp_path, tmp_path / "folder")
    assert (done.code, "cannot add to" in done.told) == (2, True)


def test_a_dry_run_says_what_it_would_add_to_and_compares_nothing(
    first: Path, source: MakeSource, tmp_path: Path
) -> None:
    root = source(SECOND, name="Second")
    words = ("pack", root, "--to", tmp_path / "second", "--accrual-to", first, "--dry-run")
    done = run_here(*words)
    assert re.search(r"Would add to gift\s+\(urn:uuid:[0-9a-f-]+\)\.", " ".join(done.out.split()))
    assert json.loads(run_here(*words, "--json").out)["accrual"]["known_files"] is None


def test_a_bag_of_another_program_with_a_hostile_identifier_stays_text(
    source: MakeSource, tmp_path: Path
) -> None:
    bag = tmp_path / "their bag"
    (bag / "data").mkdir(parents=True)
    (bag / "data/one").write_bytes(OLD)
    (bag / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")
    (bag / "bag-info.txt").write_text("External-Identifier: <script>\x1b[31m&\n")
    (bag / "manifest-sha512.txt").write_text("nonsense\n../../x  y\n")
    done = add(source, tmp_path, bag)
    assert done.code == 0, done.err
    assert "\x1b" not in done.out
    etree.parse(tmp_path / "second/more/metadata/premis.xml")
