"""The exact bytes of every description, and what holds for all of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from archiver.records.layout import RECORDS
from archiver.records.names import CRATE_RECORD, DUBLIN_CORE_RECORD, EAD_RECORD, METS_RECORD, MODS_RECORD
from tests.records.describing.cases import described_records, hostile, music
from tests.records.entries import packed

GOLDEN = Path(__file__).parent / "golden"
DESCRIBING = (DUBLIN_CORE_RECORD, CRATE_RECORD, MODS_RECORD, METS_RECORD, EAD_RECORD)


def test_these_are_all_descriptions() -> None:
    assert {kind.path for kind in RECORDS if kind.description} == set(DESCRIBING)


@pytest.mark.parametrize("path", DESCRIBING)
def test_golden_bytes(path: str) -> None:
    """With RENEW_GOLDEN in the environment the files are written anew, and the tests fail so that they get read."""
    found = described_records(music())[path]
    kept = GOLDEN / path.rpartition("/")[2]
    if "RENEW_GOLDEN" in os.environ:
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(found)
        pytest.fail("renewed: read the difference before it is kept")
    assert found.decode() == kept.read_bytes().decode()


@pytest.mark.parametrize("path", DESCRIBING)
def test_what_is_restricted_says_so_and_what_is_withheld_is_not_named(path: str) -> None:
    text = described_records(music())[path].decode()
    assert ("access restricted" if path == METS_RECORD else "Restricted until a person decides") in text
    assert "Protected" not in text
    assert "gone.wav" not in text


@pytest.mark.parametrize("path", DESCRIBING)
def test_a_bag_without_files_has_them_too(path: str) -> None:
    assert described_records(())[path]


@pytest.mark.parametrize("path", [MODS_RECORD, METS_RECORD, EAD_RECORD])
def test_hostile_names_and_tags_are_text_and_nothing_else(path: str) -> None:
    calm = etree.fromstring(
        described_records([packed(f"A{number}/x.flac", tags={}) for number in range(5)])[path]
    )
    wild = etree.fromstring(described_records(hostile())[path])
    assert {one.tag for one in calm.iter()} <= {one.tag for one in wild.iter()}
    scripts = [
        [one for one in each.iter() if etree.QName(one).localname == "script"] for each in (calm, wild)
    ]
    assert (
        len(scripts[1]) == len(scripts[0]) == (path == EAD_RECORD)
    )  # which names the script that it is written in


@settings(max_examples=60)
@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=40), min_size=1, max_size=3))
def test_any_text_in_tags_makes_well_formed_descriptions(values: list[str]) -> None:
    tags = {
        name: tuple(values) for name in ("title", "artist", "album", "album_artist", "date", "label", "genre")
    }
    found = described_records([packed("A/1.flac", tags=tags)])
    for path in (MODS_RECORD, METS_RECORD, EAD_RECORD):
        etree.fromstring(found[path])
