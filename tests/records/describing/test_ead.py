"""The description in EAD 3 has the elements that its schema requires, in its order; the schema itself is not at hand."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import etree

from archiver.model.package import PackEntry, packed_file
from archiver.records.names import EAD_RECORD
from tests.records.describing.cases import described_records, hostile, music

SCHEMAS = os.environ.get("ARCHIVER_SCHEMAS")
"""Read here, because every test runs without the variables that the program might read."""

NAMES = {"e": "http://ead3.archivists.org/schema/"}

CONTROL = (
    ("recordid", 1, 1), ("otherrecordid", 0, None), ("representation", 0, None), ("filedesc", 1, 1), ("maintenancestatus", 1, 1),
    ("publicationstatus", 0, 1), ("maintenanceagency", 1, 1), ("languagedeclaration", 0, None),
    ("conventiondeclaration", 0, None), ("rightsdeclaration", 0, None), ("localtypedeclaration", 0, None),
    ("localcontrol", 0, None), ("maintenancehistory", 1, 1), ("sources", 0, 1),
)  # fmt: skip
SEQUENCES: dict[str, tuple[tuple[str, int, int | None], ...]] = {
    "ead": (("control", 1, 1), ("archdesc", 1, 1)),
    "control": CONTROL,
    "filedesc": (("titlestmt", 1, 1), ("editionstmt", 0, 1), ("publicationstmt", 0, 1)),
    "titlestmt": (("titleproper", 1, None), ("subtitle", 0, None), ("author", 0, None), ("sponsor", 0, None)),
    "maintenanceagency": (("agencycode", 0, 1), ("otheragencycode", 0, None), ("agencyname", 1, None), ("descriptivenote", 0, 1)),
    "languagedeclaration": (("language", 1, 1), ("script", 1, 1), ("descriptivenote", 0, 1)),
    "maintenancehistory": (("maintenanceevent", 1, None),),
    "maintenanceevent": (("eventtype", 1, 1), ("eventdatetime", 1, 1), ("agenttype", 1, 1), ("agent", 1, 1), ("eventdescription", 0, None)),
    "physdescstructured": (("quantity", 1, 1), ("unittype", 1, 1), ("physfacet", 0, None), ("dimensions", 0, None), ("descriptivenote", 0, 1)),
    "origination": (("name", 1, None),),
    "name": (("part", 1, None),),
    "corpname": (("part", 1, None),),
    "repository": (("corpname", 1, None),),
    "accessrestrict": (("head", 0, 1), ("p", 1, None)),
    "userestrict": (("head", 0, 1), ("p", 1, None)),
    "scopecontent": (("head", 0, 1), ("p", 1, None)),
    "processinfo": (("head", 0, 1), ("p", 1, None)),
    "dsc": (("head", 0, 1), ("c", 1, None)),
}  # fmt: skip
"""What each element holds, in order, from the tag library of EAD 3, version 1.1; how often at least and at most."""

IN_DID = frozenset(
    ("repository", "unitid", "unittitle", "unitdate", "origination", "physdesc", "physdescstructured", "dao")
)
AFTER_DID = frozenset(("scopecontent", "processinfo", "userestrict", "accessrestrict"))
ATTRIBUTES: dict[str, dict[str, frozenset[str] | None]] = {
    "maintenancestatus": {"value": frozenset(("cancelled", "deleted", "deletedmerged", "deletedreplaced", "deletedsplit", "derived", "new", "revised"))},
    "publicationstatus": {"value": frozenset(("approved", "inprocess", "published"))},
    "eventtype": {"value": frozenset(("cancelled", "created", "deleted", "derived", "revised", "unknown", "updated"))},
    "agenttype": {"value": frozenset(("human", "machine", "unknown"))},
    "archdesc": {"level": frozenset(("class", "collection", "file", "fonds", "item", "otherlevel", "recordgrp", "series", "subfonds", "subgrp", "subseries"))},
    "physdescstructured": {
        "coverage": frozenset(("part", "whole")),
        "physdescstructuredtype": frozenset(("carrier", "materialtype", "otherphysdescstructuredtype", "spaceoccupied")),
    },
    "dao": {"daotype": frozenset(("borndigital", "derived", "otherdaotype", "unknown"))},
    "language": {"langcode": None},
    "script": {"scriptcode": None},
}  # fmt: skip
"""Attributes that are required, or whose values are listed."""


def document(entries: Iterable[PackEntry]) -> etree._Element:
    return etree.fromstring(described_records(entries)[EAD_RECORD])


def name(one: etree._Element) -> str:
    qualified = etree.QName(one)
    assert qualified.namespace == NAMES["e"]
    return str(qualified.localname)


def hold_to_sequence(one: etree._Element) -> None:
    held, at = [name(child) for child in one], 0
    for kind, least, most in SEQUENCES[name(one)]:
        count = 0
        while at < len(held) and held[at] == kind:
            at, count = at + 1, count + 1
        assert count >= least, f"{name(one)} lacks {kind}"
        assert most is None or count <= most, f"{name(one)} has {count} {kind}"
    assert at == len(held), f"{held[at]} is not there, or not at its place, in {name(one)}"


def hold(one: etree._Element) -> None:
    """Hold an element and all in it to the tag library."""
    kind = name(one)
    for attribute, values in ATTRIBUTES.get(kind, {}).items():
        assert values is None or one.get(attribute) in values, (kind, attribute)
        assert one.get(attribute)
    held = [name(child) for child in one]
    if kind in SEQUENCES:
        hold_to_sequence(one)
    elif kind == "did":
        assert held
        assert set(held) <= IN_DID
    elif kind in ("archdesc", "c"):
        assert held[0] == "did"
        last = "dsc" if kind == "archdesc" else "c"
        rest = [child for child in held[1:] if child != last]
        assert set(rest) <= AFTER_DID
        assert held[1 : 1 + len(rest)] == rest
    else:
        assert held == [], kind
    for child in one:
        hold(child)


@pytest.mark.parametrize("entries", [music(), hostile(), ()], ids=["music", "hostile", "empty"])
def test_required_elements_are_there_in_their_order(entries: tuple[PackEntry, ...]) -> None:
    hold(document(entries))


def test_what_is_out_of_order_is_seen() -> None:
    broken = document(music())
    control = broken.find("e:control", NAMES)
    assert control is not None
    control.append(control[0])
    with pytest.raises(AssertionError, match="lacks recordid"):
        hold(broken)


def test_it_is_valid_where_the_schema_is_at_hand() -> None:
    schema = None if SCHEMAS is None else Path(SCHEMAS) / "ead3.rng"
    if schema is None or not schema.is_file():
        pytest.skip("set ARCHIVER_SCHEMAS to a folder that holds ead3.rng to judge the document by it")
    judge = etree.RelaxNG(etree.parse(schema))
    for entries in (music(), hostile(), ()):
        judge.assertValid(document(entries))


def test_albums_hold_their_tracks() -> None:
    albums = document(music()).findall(".//e:c[@level='file']", NAMES)
    told = {
        album.findtext("e:did/e:unittitle", namespaces=NAMES): [
            one.findtext("e:did/e:unittitle", namespaces=NAMES) for one in album.findall("e:c", NAMES)
        ]
        for album in albums
    }
    assert told["Mornings"] == ["First Morning", "Second Morning"]
    assert told["Sampler"] == ["Alone"]
    assert albums[0].find("e:did/e:unitdate", NAMES).get("normal") == "1999-04-30"
    assert [one.text for one in albums[0].findall("e:did/e:origination/e:name/e:part", NAMES)] == [
        "The Examples"
    ]


def test_totals_are_those_of_what_is_described() -> None:
    described = document(music())
    counts = [
        int(one.text or "")
        for one in described.findall("e:archdesc/e:did/e:physdescstructured/e:quantity", NAMES)
    ]
    assert counts == [
        len(described.findall(f".//e:c[@level='{level}']", NAMES)) for level in ("file", "item")
    ]


def test_open_files_are_led_to_and_closed_ones_are_not() -> None:
    entries = music()
    paths = {file.bag_path for entry in entries if (file := packed_file(entry)) is not None}
    for one in document(entries).findall(".//e:c[@level='item']", NAMES):
        path, dao = one.findtext("e:did/e:unitid", namespaces=NAMES), one.find("e:did/e:dao", NAMES)
        assert path in paths
        assert dao is not None
        if one.find("e:accessrestrict", NAMES) is None:
            assert unquote(dao.get("href") or "") == f"../{path}"
        else:
            assert dao.get("href") is None
