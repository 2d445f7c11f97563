"""What a bag records gives the same pages again; what somebody forged gives an error or harmless pages."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MakeSource
from tests.report.pages import addresses, parsed
from tests.running import EPOCH, ROOT, run_here
from tests.samples import flac, jpeg, tree_digest

EXAMPLES = Path(ROOT) / "examples" / "collection"


@pytest.fixture
def bag(source: MakeSource, tmp_path: Path) -> Path:
    tree = {
        "Album/01.flac": flac(title="One", artist="A", album="Album"),
        "Album/cover.jpg": jpeg(),
        "Notes/read me.txt": "hello\n",
    }
    done = run_here(
        "pack", source(tree), "--to", tmp_path / "store", "--name", "bag", SOURCE_DATE_EPOCH=EPOCH
    )
    assert done.code == 0, done.err
    return tmp_path / "store" / "bag"


def report(*words: str | Path) -> Any:  # noqa: ANN401 - what JSON holds
    done = run_here("report", *words, "--json")
    assert done.code == 0, done.err
    return done.json["reports"]


def test_the_page_that_is_made_anew_is_the_one_in_the_bag_from_elsewhere(tmp_path: Path) -> None:
    packing = ("pack", EXAMPLES, "--to", tmp_path / "store", "--name", "bag", "--policy", "donation")
    made = run_here(*packing, SOURCE_DATE_EPOCH=EPOCH)
    assert made.code == 3, made.err
    bag = tmp_path / "store" / "bag"
    before = tree_digest(bag)
    (one,) = report(bag, "--to", tmp_path / "page.html")
    assert (one["written"], one["pages"]) == (str(tmp_path / "page.html"), None)
    again = (tmp_path / "page.html").read_bytes()
    assert again.replace(b"store/bag/data/", b"../data/") == (bag / "metadata" / "index.html").read_bytes()
    assert tree_digest(bag) == before


def test_withheld_files_without_names_are_counted_in_the_page_made_anew(tmp_path: Path) -> None:
    packing = ("pack", EXAMPLES, "--to", tmp_path / "store", "--name", "bag", "--policy", "donation")
    assert run_here(*packing, "--anonymous-withheld", SOURCE_DATE_EPOCH=EPOCH).code == 3
    bag = tmp_path / "store" / "bag"
    report(bag, "--to", tmp_path / "page.html")
    again = (tmp_path / "page.html").read_bytes()
    inside = (bag / "metadata" / "index.html").read_bytes()
    assert b"Locked Away" not in inside
    account = "their names are left out on"
    assert account in parsed(again).text_content()
    assert b"withheld" in inside
    told = [parsed(page).cssselect(".account")[0].text_content() for page in (again, inside)]
    assert "1 withheld" in told[0]
    assert "1 withheld" in told[1]


def test_the_receipt_made_anew_has_the_checksum_of_the_tag_manifest(bag: Path, tmp_path: Path) -> None:
    digest = hashlib.sha512((bag / "tagmanifest-sha512.txt").read_bytes()).hexdigest()
    done = run_here("receipt", bag, "--json")
    rows = [row for part in done.json["parts"] for row in part["rows"]]
    assert {"name": "sha512 of tagmanifest-sha512.txt", "value": digest} in rows
    plain = run_here("receipt", bag, "--text")
    assert digest in "".join(plain.out.split())
    target = tmp_path / "receipt.html"
    assert run_here("receipt", bag, "--to", target).code == 0
    assert digest in parsed(target.read_bytes()).text_content()
    assert digest.encode() not in (bag / "metadata" / "receipt.html").read_bytes()


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_an_archive_has_a_page_that_refers_to_nothing(source: MakeSource, tmp_path: Path, kind: str) -> None:
    tree = {"Album/01.flac": flac(title="One", album="Album"), "Album/cover.jpg": jpeg()}
    store = tmp_path / "store"
    assert run_here("pack", source(tree), "--to", store, "--name", "bag", "--serialize", kind).code == 0
    report(store / f"bag.{kind}", "--to", tmp_path / "page.html")
    page = parsed((tmp_path / "page.html").read_bytes())
    assert page.cssselect(".wall .t")[0].text_content() == "Album"
    assert not addresses(page)
    assert page.cssselect("h1")[0].text_content() == "bag"


def test_several_bags_and_a_large_one_go_to_a_folder(source: MakeSource, tmp_path: Path) -> None:
    many = {f"A/{number:03}.flac": flac(title=str(number)) for number in range(620)}
    store = tmp_path / "store"
    for name, tree in (("few", {"B/1.flac": flac()}), ("many", many)):
        assert run_here("pack", source(tree), "--to", store, "--name", name).code == 0
    (tmp_path / "pages").mkdir()
    many_made, few_made = report(store / "many", store / "few", "--to", tmp_path / "pages")
    assert few_made["pages"] is None
    first = parsed(Path(many_made["written"]).read_bytes())
    targets = {one.get("href").partition("#")[0] for one in first.cssselect(".wall a")}
    assert len(targets) == 2
    for target in targets:
        page = tmp_path / "pages" / target
        for address in addresses(parsed(page.read_bytes())):
            path = page.parent / address.partition("#")[0]
            assert path.resolve().is_file(), address


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("store/bag/page.html", "lies in the bag"),
        ("store/bag/metadata/index.html", "lies in the bag"),
        ("there.html", "is there already"),
        ("page.zip", "name of an archive"),
    ],
)
def test_nothing_is_overwritten_or_written_into_a_bag(
    bag: Path, tmp_path: Path, target: str, said: str
) -> None:
    (tmp_path / "there.html").write_text("mine")
    before = tree_digest(bag)
    for command in ("report", "receipt"):
        done = run_here(command, bag, "--to", tmp_path / target)
        assert done.code == 2
        assert said in " ".join(done.err.split())
    assert tree_digest(bag) == before
    assert (tmp_path / "there.html").read_text() == "mine"


def test_a_bag_without_records_is_named_and_the_others_go_on(bag: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    (foreign / "data").mkdir(parents=True)
    (foreign / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    (tmp_path / "pages").mkdir()
    done = run_here("report", foreign, bag, "--to", tmp_path / "pages")
    assert done.code == 3
    assert "has no record of rights" in " ".join(done.out.split())
    assert (tmp_path / "pages" / "bag.html").is_file()
    assert not (tmp_path / "pages" / "foreign.html").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"path": "data/../../../../etc/passwd"},
        {"path": "data/<script>alert(1)</script>.flac"},
        {"path": "javascript:alert(1)"},
        {"tags": {"title": ["<img src=x onerror=alert(1)>"] * 900}},
        {"source_path": "/" * 3000},
        {"source_path": "a\u0000b/\ud800"},
        {"audio": {"codec": "x" * 100_000, "duration_s": 1e300}},
        {"audio": {"codec": "flac", "duration_s": -5, "sample_rate_hz": -1, "bit_depth": -9}},
        {"size_bytes": -1},
    ],
)
def test_a_forged_line_makes_no_markup_and_leads_nowhere(
    bag: Path, tmp_path: Path, change: dict[str, Any]
) -> None:
    record = bag / "metadata" / "files.jsonl"
    header, *lines = record.read_bytes().splitlines()
    forged = json.loads(lines[0]) | change
    record.write_bytes(b"\n".join([header, json.dumps(forged).encode(), *lines[1:]]) + b"\n")
    target = tmp_path / "page.html"
    done = run_here("report", bag, "--to", target)
    assert done.code in (0, 4)
    assert "Traceback" not in done.err
    assert target.exists() is (done.code == 0)
    if target.exists():
        page = parsed(target.read_bytes())
        assert len(page.cssselect("script")) == 1
        assert not page.cssselect("[onerror]")
        for address in addresses(page):
            assert address.startswith("store/bag/data/")
            assert ".." not in address


@pytest.mark.parametrize("record", ["files.jsonl", "rights/rights.jsonl"])
def test_damaged_records_are_told(bag: Path, tmp_path: Path, record: str) -> None:
    path = bag / "metadata" / record
    path.write_bytes(path.read_bytes()[:-40])
    done = run_here("report", bag, "--to", tmp_path / "page.html")
    assert done.code == 4
    assert "archiver verify" in " ".join(done.out.split())
    assert not (tmp_path / "page.html").exists()


@pytest.mark.parametrize("command", ["report", "receipt"])
def test_where_there_is_nothing_that_is_said(command: str, tmp_path: Path) -> None:
    refused = run_here(command, tmp_path / "nowhere", "--to", tmp_path / "page.html")
    assert (refused.code, "there is nothing at" in refused.told) == (2, True)
    assert list(tmp_path.iterdir()) == []
