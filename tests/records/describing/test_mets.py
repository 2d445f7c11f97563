from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import etree

from archiver.model.layout import ARCHIVEMATICA
from archiver.model.package import PackEntry, packed_file
from archiver.records.describing.mets import RESTRICTED_FILES
from archiver.records.names import METS_RECORD
from tests.records.describing.cases import described_records, hostile, music

SCHEMAS = os.environ.get("ARCHIVER_SCHEMAS")
"""Read here, because every test runs without the variables that the program might read."""

NAMES = {"m": "http://www.loc.gov/METS/", "x": "http://www.w3.org/1999/xlink"}
HREF = "{http://www.w3.org/1999/xlink}href"


class _Beside(etree.Resolver):  # type: ignore[misc]  # lxml has no types
    """Finds the schema for links beside that of METS, which names it by its address."""

    def resolve(self, url: str, _: str, context: object) -> object:
        assert SCHEMAS is not None
        return self.resolve_filename(os.path.join(SCHEMAS, url.rpartition("/")[2]), context)


@pytest.fixture(scope="session")
def schema() -> etree.XMLSchema:
    if SCHEMAS is None:
        pytest.skip(
            "set ARCHIVER_SCHEMAS to a folder that holds mets.xsd and xlink.xsd to judge the document by them"
        )
    parser = etree.XMLParser()
    parser.resolvers.add(_Beside())
    return etree.XMLSchema(etree.parse(Path(SCHEMAS) / "mets.xsd", parser))


def document(entries: Iterable[PackEntry]) -> etree._Element:
    return etree.fromstring(described_records(entries)[METS_RECORD])


@pytest.mark.parametrize("entries", [music(), hostile(), ()], ids=["music", "hostile", "empty"])
def test_it_is_valid(entries: tuple[PackEntry, ...], schema: etree.XMLSchema) -> None:
    schema.assertValid(document(entries))


def test_every_packed_file_is_in_it_once_with_its_place_and_in_the_structure() -> None:
    root = document(music())
    hrefs = [unquote(one.get(HREF)) for one in root.iterfind(".//m:FLocat", NAMES)]
    assert sorted(hrefs) == sorted(
        f"../{one.bag_path}" for one in map(packed_file, music()) if one is not None
    )
    files = {one.get("ID") for one in root.iterfind(".//m:file", NAMES)}
    assert sorted(files) == sorted(one.get("FILEID") for one in root.iterfind(".//m:fptr", NAMES))


def test_restricted_files_stand_in_a_group_of_their_own() -> None:
    root = document(music())
    group = root.find(f".//m:fileGrp[@USE='{RESTRICTED_FILES}']", NAMES)
    assert group is not None
    assert any("Second" in one.get(HREF) for one in group.iterfind(".//m:FLocat", NAMES))
    assert not any("First" in one.get(HREF) for one in group.iterfind(".//m:FLocat", NAMES))


def test_it_refers_to_premis_where_the_layout_has_it() -> None:
    found = described_records(music(), layout=ARCHIVEMATICA)[METS_RECORD]
    hrefs = {one.get(HREF) for one in etree.fromstring(found).iterfind(".//m:mdRef", NAMES)}
    assert hrefs == {"rights/README.txt", "../data/metadata/premis.xml"}
