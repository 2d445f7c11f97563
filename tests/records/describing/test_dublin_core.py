from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.model.layout import ARCHIVEMATICA
from archiver.model.package import PackEntry, packed_file
from archiver.records.names import DUBLIN_CORE_RECORD
from tests.records.describing.cases import described_records, hostile, music
from tests.records.entries import packed

ELEMENTS = frozenset(
    f"dc.{name}"
    for name in [
        "title",
        "creator",
        "subject",
        "description",
        "publisher",
        "contributor",
        "date",
        "type",
        "format",
        "identifier",
        "source",
        "language",
        "relation",
        "coverage",
        "rights",
    ]
)


def table(entries: Iterable[PackEntry]) -> list[list[str]]:
    text = described_records(entries)[DUBLIN_CORE_RECORD].decode()
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_columns_are_elements_of_dublin_core_and_filename_is_first() -> None:
    header = table(music())[0]
    assert header[0] == "filename"
    assert set(header[1:]) <= ELEMENTS | {"dcterms.isPartOf"}


def test_several_values_stand_in_columns_of_one_name() -> None:
    header, first, *_ = table(music())
    creators = [cell for name, cell in zip(header, first, strict=True) if name == "dc.creator"]
    assert creators == ["Erika Example", "The Examples"]


def test_a_row_for_each_packed_file_by_its_path_in_the_bag() -> None:
    paths = [row[0] for row in table(music())[1:]]
    assert paths == [one.bag_path for one in map(packed_file, music()) if one is not None]


def test_it_lies_where_archivematica_looks_in_its_transfer() -> None:
    assert "data/metadata/metadata.csv" in described_records(music(), layout=ARCHIVEMATICA)


def test_no_cell_is_a_formula_or_holds_what_xml_cannot() -> None:
    for row in table(hostile())[1:]:
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
        assert not any("\x00" in cell or "\x1b" in cell for cell in row[1:])


@settings(max_examples=60)
@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=()), max_size=20), min_size=1, max_size=4),
        max_size=4,
    )
)
def test_every_row_is_as_long_as_the_header(all_values: list[list[str]]) -> None:
    entries = [packed(f"A/{n}.flac", tags={"artist": tuple(values)}) for n, values in enumerate(all_values)]
    rows = table(entries)
    assert len(rows) == len(entries) + 1
    assert {len(row) for row in rows} == {len(rows[0])}
