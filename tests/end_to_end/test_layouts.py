"""Bags laid out for a receiving system: what it finds where, judged by other readers than the program's own."""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path

import bagit
import pytest
from lxml import etree

from archiver.records.layout import DESCRIPTIONS
from archiver.records.rights.rows import COLUMNS
from tests.conftest import MakeSource
from tests.end_to_end.bags import Package, read_package
from tests.end_to_end.conftest import MOMENT
from tests.running import run_here
from tests.samples import flac, read_tree, tree_digest

SCHEMAS = os.environ.get("ARCHIVER_SCHEMAS")
PREMIS = {"p": "http://www.loc.gov/premis/v3"}
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

_OPTIONAL = ("processingMCP.xml",)
_LIFTED = ("logs", "logs/fileMeta", "metadata", "metadata/submissionDocumentation", "objects")


@pytest.fixture(scope="module")
def transfer(collection: Path, declared: Path, tmp_path_factory: pytest.TempPathFactory) -> Package:
    """The worked example as a transfer of Archivematica."""
    store = tmp_path_factory.mktemp("store")
    words = ("--rights", declared, "--policy", "donation", "--layout", "archivematica", "--name", "gift")
    return read_package(
        store / "gift", run_here("pack", collection, "--to", store, *words, SOURCE_DATE_EPOCH=MOMENT)
    )


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines, strict=True))


def test_it_is_valid_for_another_program_and_for_this_one(transfer: Package) -> None:
    assert bagit.Bag(str(transfer.bag)).is_valid()
    assert run_here("verify", transfer.bag).code == 0


def test_the_payload_is_a_transfer(transfer: Package) -> None:
    metadata = {path for path in transfer.payload if not path.startswith("objects/")}
    assert metadata == {
        "metadata/metadata.csv",
        "metadata/premis.xml",
        "metadata/rights.csv",
        "metadata/submissionDocumentation/documents/deed-of-gift.txt",
    }
    assert not (transfer.bag / "metadata/rights.csv").exists()
    assert not (transfer.bag / "metadata/submissionDocumentation").exists()


def test_every_file_of_the_source_lies_below_objects_under_a_portable_name(
    transfer: Package, collection: Path, declared: Path, tmp_path: Path
) -> None:
    words = ("--rights", declared, "--policy", "donation", "--name", "plain")
    plain = read_package(tmp_path / "plain", run_here("pack", collection, "--to", tmp_path, *words))
    objects = {f"objects/{path}" for path in plain.payload}
    assert {path for path in transfer.payload if path.startswith("objects/")} == objects
    assert set(transfer.sources.values()) == set(plain.sources.values())
    assert not any("%" in path for path in transfer.payload)


def test_rights_have_the_columns_and_values_that_the_import_knows(transfer: Package) -> None:
    path = transfer.bag / "data/metadata/rights.csv"
    assert path.read_text("utf-8").splitlines()[0] == ",".join(COLUMNS)
    found = rows(path)
    files = {f"data/{one}" for one in transfer.payload if one.startswith("objects/")}
    assert {row["file"] for row in found} == files
    assert {row["grant_restriction"] for row in found} <= {"", "Allow", "Disallow", "Conditional"}
    known = {"Copyright", "License", "Statute", "Donor", "Policy", "Other"}
    assert {row["basis"].lower().capitalize() for row in found} <= known
    keys = [(row["file"], row["basis"].lower(), row["grant_act"].lower()) for row in found]
    assert len(keys) == len(set(keys)), "the import drops the second of these"
    documents = {row["doc_id_value"] for row in found if row["doc_id_type"] == "path in the bag"}
    assert documents
    assert all((transfer.bag / document).is_file() for document in documents)


def test_descriptions_name_every_file_by_its_path_in_the_bag(transfer: Package) -> None:
    found = [row["filename"] for row in rows(transfer.bag / "data/metadata/metadata.csv")]
    assert sorted(found) == sorted(f"data/{one}" for one in transfer.payload if one.startswith("objects/"))


def test_premis_is_valid_and_leaves_nothing_unlinked(transfer: Package) -> None:
    document = etree.parse(transfer.bag / "data/metadata/premis.xml")
    if SCHEMAS is not None:
        etree.XMLSchema(etree.parse(Path(SCHEMAS) / "premis.xsd")).assertValid(document)
    root = document.getroot()

    def texts(path: str) -> set[str]:
        return {one.text for one in root.iterfind(path, PREMIS)}

    files = [one for one in root.iterfind("p:object", PREMIS) if one.get(TYPE) == "premis:file"]
    names = {one.findtext("p:originalName", namespaces=PREMIS) for one in files}
    assert names == {f"data/{one}" for one in transfer.payload if one.startswith("objects/")}
    events = texts("p:event/p:eventIdentifier/p:eventIdentifierValue")
    assert all(one.find("p:linkingEventIdentifier", PREMIS) is not None for one in files)
    assert texts(".//p:object//p:linkingEventIdentifierValue") == events
    agents = texts("p:agent/p:agentIdentifier/p:agentIdentifierValue")
    linked = texts(".//p:event//p:linkingAgentIdentifierValue")
    linked |= {
        one.findtext(".//p:agentIdentifierValue", namespaces=PREMIS)
        for one in root.iterfind("p:agent", PREMIS)
        if one.find("p:linkingEventIdentifier", PREMIS) is not None
    }
    assert agents == linked


def restructured(bag: Path, place: Path) -> Path:
    """Move a bag's parts to where Archivematica moves them (verify_and_restructure_transfer_bag.py), refusing to overwrite."""
    unit = shutil.copytree(bag, place)
    data = unit / "data"
    for name in _LIFTED:
        if (data / name).is_dir():
            _merge(data / name, unit / name)
        else:
            (unit / name).mkdir(parents=True, exist_ok=True)
    (unit / "logs/BagIt").mkdir()
    for path in [one for one in unit.iterdir() if one.is_file()]:
        _merge(path, unit / ("metadata" if path.name.startswith("manifest") else "logs/BagIt") / path.name)
    for path in list(data.iterdir()):
        _merge(path, unit / ("" if path.name in _OPTIONAL else "objects") / path.name)
    data.rmdir()
    return unit


def _merge(source: Path, target: Path) -> None:
    if source.is_dir() and target.is_dir():
        for one in list(source.iterdir()):
            _merge(one, target / one.name)
        source.rmdir()
    else:
        assert not target.exists(), f"{target} would be overwritten"
        source.rename(target)


def test_it_is_taken_apart_into_a_transfer_with_nothing_lost(transfer: Package, tmp_path: Path) -> None:
    unit = restructured(transfer.bag, tmp_path / "unit")
    assert {"rights.csv", "premis.xml", "metadata.csv", "files.jsonl", "README.txt"} <= {
        one.name for one in (unit / "metadata").iterdir()
    }
    objects = {
        f"objects/{one.relative_to(unit / 'objects')}"
        for one in (unit / "objects").rglob("*")
        if one.is_file()
    }
    assert objects == {one for one in transfer.payload if one.startswith("objects/")}


def test_folders_of_a_source_are_never_taken_for_those_of_the_transfer(
    source: MakeSource, tmp_path: Path
) -> None:
    root = source(
        {
            "metadata/rights.csv": b"mine\n",
            "metadata/premis.xml": b"<mine/>\n",
            "logs/a.txt": b"log\n",
            "objects/b.flac": flac(),
            "processingMCP.xml": b"<mine/>\n",
        }
    )
    before = tree_digest(root)
    done = run_here("pack", root, "--to", tmp_path / "store", "--layout", "archivematica", "--name", "bag")
    assert done.code == 0, done.err
    bag = tmp_path / "store/bag"
    assert (bag / "data/objects/metadata/rights.csv").read_bytes() == b"mine\n"
    unit = restructured(bag, tmp_path / "unit")
    assert (unit / "objects/metadata/rights.csv").read_bytes() == b"mine\n"
    assert (unit / "metadata/rights.csv").read_bytes().startswith(b"file,basis,")
    assert not (unit / "processingMCP.xml").exists()
    assert tree_digest(root) == before


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_an_archive_of_it_is_valid_and_a_profile_is_met(
    source: MakeSource, tmp_path: Path, kind: str
) -> None:
    root = source({"Album/01.flac": flac()})
    words = ("--layout", "archivematica", "--serialize", kind, "--name", "bag", "--profile", "btr")
    done = run_here("pack", root, "--to", tmp_path, *words, "--info", "Source-Organization: Example Library")
    assert done.code == 0, done.err
    assert run_here("verify", tmp_path / f"bag.{kind}", "--profile", "btr").code == 0


def test_the_same_run_writes_the_same_bytes(source: MakeSource, tmp_path: Path) -> None:
    root = source({"Album/01.flac": flac(), "Album/02.flac": flac(title="Two")})
    digests = []
    for store in ("one", "two"):
        words = ("--layout", "archivematica", "--describe", "ro-crate", "--describe", "mets", "--name", "bag")
        run_here("pack", root, "--to", tmp_path / store, *words, SOURCE_DATE_EPOCH=MOMENT)
        bag = tmp_path / store / "bag"
        digests.append(
            (bag / "data/metadata/metadata.csv").read_bytes()
            + (bag / "data/metadata/rights.csv").read_bytes()
        )
    assert digests[0] == digests[1]


def test_a_transfer_is_whole_though_the_store_has_the_files_already(
    source: MakeSource, tmp_path: Path
) -> None:
    root = source({"Album/01.flac": flac()})
    run_here("pack", root, "--to", tmp_path / "store", "--name", "plain")
    run_here("pack", root, "--to", tmp_path / "store", "--name", "transfer", "--layout", "archivematica")
    assert (tmp_path / "store/transfer/data/objects/Album/01.flac").is_file()


def test_a_transfer_gives_the_source_back_as_it_was(source: MakeSource, tmp_path: Path) -> None:
    root = source({"Album/01 100%.flac": flac(), "metadata/rights.csv": b"mine\n", "Empty/a/b.txt": b"b"})
    run_here("pack", root, "--to", tmp_path / "store", "--name", "bag", "--layout", "archivematica")
    done = run_here("restore", tmp_path / "store/bag", "--to", tmp_path / "back")
    assert done.code == 0, done.err
    assert read_tree(tmp_path / "back") == read_tree(root)


def test_bags_with_every_description_keep_to_the_size_that_was_asked(
    source: MakeSource, tmp_path: Path
) -> None:
    albums = {
        f"Album {n:03}/{track:02}.flac": flac(title=f"{n} {track}") for n in range(12) for track in range(4)
    }
    root = source(albums)
    described = [word for name in DESCRIPTIONS for word in ("--describe", name)]
    words = ("--layout", "archivematica", *described, "--max-size", "150kB", "--name", "bag")
    done = run_here("pack", root, "--to", tmp_path / "store", *words)
    assert done.code == 0, done.err
    bags = [path for path in (tmp_path / "store").iterdir() if path.name.startswith("bag")]
    assert len(bags) > 1
    for bag in bags:
        assert sum(path.stat().st_size for path in bag.rglob("*") if path.is_file()) <= 150_000, bag.name
        assert bagit.Bag(str(bag)).is_valid()


def test_explain_finds_files_by_where_they_lie_and_by_their_names_in_the_source(transfer: Package) -> None:
    table = rows(transfer.bag / "metadata/files.csv")
    packed = next(row for row in table if row["path"].startswith("data/objects/"))
    withheld = next(row for row in table if not row["path"])
    for row, is_packed in ((packed, True), (withheld, False)):
        for folder in ("data/objects", "data"):
            asked = transfer.bag / folder / row["source_path"]
            outcome = run_here("explain", asked, "--json")
            assert outcome.code == 0, outcome.out + outcome.err
            (told,) = outcome.json["files"]
            assert told["recorded"]["packed"] is is_packed, folder
            assert told["disposition"] == row["disposition"]
    gone = run_here("explain", transfer.bag / "data/objects" / "no such file.flac")
    assert gone.code != 0


def test_in_a_plain_bag_no_file_is_found_by_the_folder_of_a_transfer(
    source: MakeSource, tmp_path: Path
) -> None:
    root = source({"Album/1.flac": flac(title="T"), "objects/2.flac": flac(title="U")})
    assert run_here("pack", root, "--to", tmp_path / "store", "--name", "bag").code == 0
    bag = tmp_path / "store" / "bag"
    assert run_here("explain", bag / "data/objects/2.flac").code == 0
    assert run_here("explain", bag / "data/objects/Album/1.flac").code != 0
