"""The worked example under each policy: three different, correct, explained packages; and one that nobody declared."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from lxml import etree

from tests.end_to_end.bags import Package
from tests.running import run_here
from tests.samples import read_tree, tree_digest

bagit = pytest.importorskip("bagit", reason="bagit-python, a test dependency, is not installed")

SCHEMAS = os.environ.get("ARCHIVER_SCHEMAS")
POLICIES = ("personal", "donation", "public")
ALL = (*POLICIES, "undeclared")

REHEARSAL = {
    "Example Artist/100% Rehearsal/1 50% Slower.wav",
    "Example Artist/100% Rehearsal/2 100% Tempo.wav",
}
COMMONS = {"Open Sounds Ensemble/Commons Tune/01 Share.ogg", "Open Sounds Ensemble/Commons Tune/02 Alike.ogg"}
HALL = "Donated/Evening at the Hall (1987)"
LOCKED = "Bought/Locked Away/01 Locked Away.m4p"
BOUGHT = "Bought/Bought Once/01 Bought Once.m4a"

INCLUDED: dict[str, set[str] | None] = {
    # keeping a copy of one's own needs nobody's leave: all 47 files, whatever is known of them
    "personal": None,
    "donation": {
        # the maker of the recording allows everything
        *REHEARSAL,
        # CC BY-SA 4.0 carries handing on, and the holder looked it up at the publisher
        *COMMONS,
        # the deed covers handing over; Side A is missing because an e-mail address stands in its texts, and the booklet
        # because nobody here can read a PDF for one
        f"{HALL}/Side B.aiff",
    },
    "public": {
        # the maker of the recording allows everything
        *REHEARSAL,
        # CC BY-SA 4.0 carries publishing; the deed of the hall denies it, a purchase or a disc says nothing of it
        *COMMONS,
    },
}
"""What goes in open, or ``None`` for every file."""

WITHHELD: dict[str, set[str] | None] = {
    "personal": set(),
    # the one file with a technical protection; everything unknown goes in closed
    "donation": {LOCKED},
    # everything that is not included: unknown is not allowed, and nothing goes in closed
    "public": None,
}
"""What stays out, or ``None`` for every file that is not included."""

DECIDED_BY = {
    ("personal", LOCKED): "protected",
    ("personal", BOUGHT): "acts-allowed",
    ("personal", "Demo Trio/Packed Light/01 Small Suitcase.wv"): "act-unknown",
    ("donation", LOCKED): "protected",
    ("donation", f"{HALL}/Side A.aiff"): "personal-data",
    ("donation", f"{HALL}/Side B.aiff"): "acts-allowed",
    ("donation", f"{HALL}/Booklet.pdf"): "personal-unknown",
    # nor can anybody read it for personal data; that nobody declared it weighs first
    ("donation", "Unsorted/old format.shn"): "act-unknown",
    ("public", f"{HALL}/Booklet.pdf"): "act-denied",
    (
        "donation",
        "Garage Example/Direct from the Band/Garage Example - Direct from the Band - 01 Loading Dock.flac",
    ): ("act-unknown"),
    ("public", f"{HALL}/Side B.aiff"): "act-denied",
    ("public", BOUGHT): "act-unknown",
    ("public", "Open Sounds Ensemble/Commons Tune/01 Share.ogg"): "acts-allowed",
}
"""The rule that gave the disposition of a telling file, which is the first of its reasons."""


@pytest.fixture(scope="module")
def everything(collection: Path) -> set[str]:
    return {path.decode() for path in read_tree(collection)}


def dispositions(package: Package) -> dict[str, str]:
    rights = package.rights
    own = package.sources
    packed = {own[row["path"].removeprefix("data/")]: row["disposition"] for row in rights["files"]}
    return packed | {row["source_path"]: row["disposition"] for row in rights["withheld"]}


@pytest.mark.parametrize("policy", POLICIES)
def test_each_policy_packs_exactly_what_it_should(
    packages: Mapping[str, Package], everything: set[str], policy: str
) -> None:
    named, left_out = INCLUDED[policy], WITHHELD[policy]
    included = everything if named is None else named
    withheld = everything - included if left_out is None else left_out
    package = packages[policy]
    assert package.payload == package.sources.keys()
    assert set(package.sources.values()) == everything - withheld
    decided = dispositions(package)
    assert decided.keys() == everything
    assert {path for path, what in decided.items() if what == "include"} == included
    assert {path for path, what in decided.items() if what == "restrict"} == everything - included - withheld
    assert {path for path, what in decided.items() if what == "exclude"} == withheld


def test_the_payload_is_the_source_byte_for_byte(packages: Mapping[str, Package], collection: Path) -> None:
    source = read_tree(collection)
    for package in packages.values():
        packed = read_tree(package.bag / "data")
        own = {os.fsencode(path): os.fsencode(name) for path, name in package.sources.items()}
        assert {path: source[own[path]] for path in packed} == packed


def test_a_run_that_withholds_ends_with_its_own_status(packages: Mapping[str, Package]) -> None:
    assert {name: package.outcome.code for name, package in packages.items()} == {
        "personal": 0,
        "donation": 3,
        "public": 3,
        "undeclared": 0,
    }


@pytest.mark.parametrize(("policy", "path"), DECIDED_BY)
def test_every_decision_says_which_rule_made_it(
    packages: Mapping[str, Package], policy: str, path: str
) -> None:
    rights = packages[policy].rights
    rows = {
        row.get("path", "data/" + row.get("source_path", "")): row
        for group in ("files", "withheld")
        for row in rights[group]
    }
    reasons = rows[f"data/{path}"]["reasons"]
    assert reasons[0]["code"] == DECIDED_BY[policy, path]
    assert f"'{policy}'" in reasons[0]["text"]


@pytest.mark.parametrize("name", ALL)
def test_each_package_is_valid_here_and_for_bagit_python(
    packages: Mapping[str, Package], name: str, tmp_path: Path
) -> None:
    bag = packages[name].bag
    before = tree_digest(bag)
    outcome = run_here("verify", bag, "--json")
    assert outcome.code == 0, outcome.out
    assert [problem["code"] for problem in outcome.json["bags"][0]["problems"]] == []
    assert tree_digest(bag) == before
    copy = shutil.copytree(bag, tmp_path / name)
    percent = "%" in "".join(packages[name].payload)
    assert percent is not bagit.Bag(str(copy)).is_valid(), "bagit-python is wrong about names with a % alone"


@pytest.mark.parametrize("name", ALL)
def test_premis_is_valid_and_speaks_of_every_packed_file(packages: Mapping[str, Package], name: str) -> None:
    if SCHEMAS is None:
        pytest.skip("set ARCHIVER_SCHEMAS to a folder that holds premis.xsd to judge premis.xml by it")
    document = etree.parse(packages[name].bag / "metadata" / "premis.xml")
    schema = etree.XMLSchema(etree.parse(Path(SCHEMAS) / "premis.xsd"))
    assert schema.validate(document), schema.error_log
    names = document.xpath(
        "//p:object/p:originalName/text()", namespaces={"p": "http://www.loc.gov/premis/v3"}
    )
    assert packages[name].payload <= {text.removeprefix("data/") for text in names}


@pytest.mark.parametrize("name", ALL)
def test_every_packed_file_has_one_copyright_and_one_access_row(
    packages: Mapping[str, Package], name: str
) -> None:
    rows = packages[name].rows
    copyrights = Counter(row["file"] for row in rows if row["basis"] == "Copyright" and row["status"])
    uses = Counter(row["file"] for row in rows if row["grant_act"] == "use")
    wanted = {f"data/{path}": 1 for path in packages[name].payload}
    assert dict(uses) == wanted
    assert dict.fromkeys(copyrights, 1) == wanted
    firsts = {(row["file"], row["basis"], row["grant_act"]) for row in rows}
    assert len(firsts) == len(rows), "Archivematica drops a second row of the same file, basis and act"


ARCHIVEMATICA = (
    "file,basis,status,determination_date,jurisdiction,start_date,end_date,terms,citation,note,grant_act,"
    "grant_restriction,grant_start_date,grant_end_date,grant_note,doc_id_type,doc_id_value,doc_id_role"
)
"""The header of the example that Archivematica's documentation gives for its import."""


@pytest.mark.parametrize("name", ALL)
def test_rights_csv_has_the_columns_that_archivematica_imports(
    packages: Mapping[str, Package], name: str
) -> None:
    first = (packages[name].bag / "metadata" / "rights.csv").read_bytes().splitlines()[0]
    assert first.decode("ascii") == ARCHIVEMATICA


def test_restricted_files_are_closed_for_access_and_included_ones_are_not_unless_unknown(
    packages: Mapping[str, Package],
) -> None:
    package = packages["donation"]
    uses = {
        package.sources[row["file"].removeprefix("data/")]: row["grant_restriction"]
        for row in package.rows
        if row["grant_act"] == "use"
    }
    assert {path for path, restriction in uses.items() if restriction == "Allow"} == INCLUDED["donation"]
    assert set(uses.values()) == {"Allow", "Disallow"}


@pytest.mark.parametrize("name", ALL)
def test_the_counts_on_screen_in_bag_info_and_in_the_records_agree(
    packages: Mapping[str, Package], everything: set[str], name: str
) -> None:
    package = packages[name]
    counts = Counter(dispositions(package).values())
    packed, withheld = len(package.payload), len(everything) - len(package.payload)
    assert f"Seen 47 = packed {packed} + withheld {withheld} + problems 0." in package.outcome.out
    assert package.info["Rights-Summary"].startswith(
        f"{counts['include']} include, {counts['restrict']} restrict, {counts['exclude']} exclude, 0 review;"
    )
    assert Counter(row["disposition"] for row in package.files) == counts


def test_without_a_declaration_pack_needs_no_answer_and_says_that_nothing_was_evaluated(
    packages: Mapping[str, Package], everything: set[str]
) -> None:
    package = packages["undeclared"]
    assert package.outcome.code == 0
    assert package.outcome.err == ""
    assert "?" not in package.outcome.out
    assert package.payload == everything
    assert set(dispositions(package).values()) == {"include"}
    assert package.info["Rights-Policy"] == "personal"
    assert package.info["Rights-Summary"].endswith("; basis unknown for 47")
    assert package.rights["declarations"] == []
    for row in package.rows:
        assert row["basis"] == "Copyright", row
        assert row["status"] == "unknown", row
        assert row["note"] == "Copyright not evaluated.", row
        assert row["doc_id_value"] in ("http://rightsstatements.org/vocab/CNE/1.0/", ""), row
    told = Counter(row["file"] for row in package.rows if row["doc_id_value"])
    assert told == dict.fromkeys((f"data/{path}" for path in everything), 1)
    readme = (package.bag / "metadata" / "rights" / "README.txt").read_text("utf-8")
    assert "47  of these without a declared basis\n" in readme


def test_the_protected_file_is_packed_untouched_and_its_inhibitor_recorded(
    packages: Mapping[str, Package], collection: Path
) -> None:
    package = packages["undeclared"]
    assert (package.bag / "data" / LOCKED).read_bytes() == (collection / LOCKED).read_bytes()
    document = etree.parse(package.bag / "metadata" / "premis.xml")
    space = {"p": "http://www.loc.gov/premis/v3"}
    inhibited = document.xpath("//p:object[.//p:inhibitors]", namespaces=space)
    assert [each.findtext("p:originalName", namespaces=space) for each in inhibited] == [f"data/{LOCKED}"]
    assert inhibited[0].xpath(".//p:inhibitorType/text()", namespaces=space) == ["Apple FairPlay"]


def test_a_package_says_how_many_of_its_own_files_carry_personal_data(
    packages: Mapping[str, Package],
) -> None:
    told = {name: (package.bag / "bag-info.txt").read_text("utf-8") for name, package in packages.items()}
    unread = "; 2 more could not be read for it"
    seen = "see metadata/rights\n"
    inside = "of them in this package"
    assert f"Personal-Data: detected in 3 files{unread}, {seen}" in told["personal"]
    assert f"Personal-Data: detected in 3 files, 2 {inside}{unread}, {seen}" in told["donation"]
    assert (
        f"Personal-Data: detected in 3 files, none {inside}{unread}, none {inside}, {seen}" in told["public"]
    )


def test_what_was_not_read_for_personal_data_is_never_told_as_none(packages: Mapping[str, Package]) -> None:
    for name in POLICIES:
        package = packages[name]
        rights = package.rights
        rows = [*rights["files"], *rights["withheld"]]
        unknown = [row for row in rows if row["personal_data"] is None]
        assert [row.get("path", row.get("source_path", "")).rpartition("/")[2] for row in unknown] == [
            "Booklet.pdf",
            "old format.shn",
        ]
        for row in unknown:
            assert [item["code"] for item in row["evidence"]] == ["personal-unread"]
        assert rights["totals"]["personal_data"]["unknown"] == 2
        readme = " ".join((package.bag / "metadata" / "rights" / "README.txt").read_text("utf-8").split())
        assert "2 more could not be read for it" in readme
        assert "2 more could not be read for it" in " ".join(package.outcome.out.split())


def test_a_denied_training_limits_mining_in_the_records_for_repositories(
    packages: Mapping[str, Package],
) -> None:
    table = (packages["public"].bag / "metadata" / "rights.csv").read_text("utf-8")
    rows = [row for row in csv.DictReader(io.StringIO(table)) if row["grant_act"] == "mine"]
    limited = [row for row in rows if "100%25 Rehearsal" in row["file"] or "Rehearsal" in row["file"]]
    assert limited
    assert {row["grant_restriction"] for row in limited} == {"Conditional"}
    assert all("not for generative training" in row["grant_note"] for row in limited)
    premis = (packages["public"].bag / "metadata" / "premis.xml").read_text("utf-8")
    assert "not for generative training" in premis
