from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.model.package import PackedFile
from archiver.model.rights import Acts, Answer, Basis, DeclarantRole, Declaration, Disposition, Scope
from archiver.model.rights_context import RightsContext
from archiver.records.names import ROWS_RECORD
from archiver.records.rights.rows import COLUMNS
from tests.records.entries import CONTEXT, DAY, DONATION, decision, every_case, packed, record_files

ANY_TEXT = st.text(st.characters(exclude_categories=()))
PATHS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def judged_as_archivematica_imports_it(data: bytes) -> None:
    """The rules of its import, each of which would fail the whole table or drop a row in silence."""
    table = rows(data)
    seen: Counter[tuple[str, str, str]] = Counter()
    for row in table:
        assert list(row) == list(COLUMNS)
        assert row["file"].startswith("data/")
        assert row["basis"].lower().capitalize() in (
            "Copyright",
            "Statute",
            "License",
            "Donor",
            "Policy",
            "Other",
        )
        assert row["grant_restriction"].lower() in ("", "allow", "disallow", "conditional")
        assert row["grant_note"] or row["grant_restriction"] != "Conditional"
        assert bool(row["grant_act"]) == bool(row["grant_restriction"])
        if row["basis"] == "Copyright":
            assert row["status"]
            assert row["jurisdiction"]
            assert row["end_date"] == ""
        if row["basis"] == "Statute":
            assert row["jurisdiction"]
            assert row["citation"]
        for column in ("determination_date", "start_date", "end_date", "grant_start_date", "grant_end_date"):
            may_be_open = column == "grant_end_date" or (
                column == "end_date" and row["basis"] != "Copyright" and row["start_date"]
            )
            if not (may_be_open and row[column] == "open"):
                assert not row[column] or dt.date.fromisoformat(row[column])
        assert row["grant_end_date"] or not row["grant_act"]
        assert row["end_date"] or row["basis"] == "Copyright" or not row["start_date"]
        seen[row["file"], row["basis"].lower(), row["grant_act"].lower()] += 1
    assert all(count == 1 for count in seen.values())


def test_every_packed_file_has_a_copyright_row_and_an_access_row_and_no_other_file_has_any() -> None:
    entries = every_case()
    data = record_files(entries, CONTEXT)[ROWS_RECORD]
    judged_as_archivematica_imports_it(data)
    bases: dict[str, list[str]] = {}
    acts: dict[str, list[str]] = {}
    for row in rows(data):
        bases.setdefault(row["file"], []).append(row["basis"])
        acts.setdefault(row["file"], []).append(row["grant_act"])
    assert set(bases) == {entry.bag_path for entry in entries if isinstance(entry, PackedFile)}
    assert all(found[0] == "Copyright" for found in bases.values())
    assert all(found.count("use") == 1 for found in acts.values())


def test_there_is_no_byte_order_mark_for_it_would_be_part_of_the_first_column() -> None:
    assert record_files((), CONTEXT)[ROWS_RECORD] == ",".join(COLUMNS).encode() + b"\r\n"


def test_a_second_declaration_of_the_same_basis_gives_no_row_that_the_import_would_drop() -> None:
    first, second = (
        Declaration(name, Scope(), Basis.LICENSE, "A", DeclarantRole.RIGHTSHOLDER, DAY, license=name)
        for name in ("CC-BY-4.0", "CC0-1.0")
    )
    context = RightsContext(DONATION, DAY, {one.id: one for one in (first, second)})
    decided = decision(
        basis=Basis.LICENSE, acts=Acts(*[Answer.ALLOW] * 5), declarations=(first.id, second.id)
    )
    data = record_files([packed("a", decided)], context)[ROWS_RECORD]
    judged_as_archivematica_imports_it(data)
    assert {row["terms"] for row in rows(data)} == {"", "CC-BY-4.0", "CC0-1.0"}


def test_the_statement_on_the_status_stands_once_and_the_document_of_a_declaration_on_each_other_row() -> (
    None
):
    own = Declaration("one", Scope(), Basis.OWN, "A", DeclarantRole.OWNER, DAY)
    decided = decision(basis=Basis.OWN, acts=Acts(*[Answer.ALLOW] * 5), declarations=("one",))
    deed = "metadata/submissionDocumentation/a.pdf"
    for documents, others in (({"one": deed}, deed), ({}, "")):
        context = RightsContext(DONATION, DAY, {"one": own}, documents)
        table = rows(record_files([packed("a", decided), packed("b", decided)], context)[ROWS_RECORD])
        told = [row["doc_id_value"] for row in table if row["file"] == "data/b"]
        assert told == ["http://rightsstatements.org/vocab/InC/1.0/", others, others, others]
        assert all(bool(row["doc_id_type"]) == bool(row["doc_id_value"]) for row in table)


def test_every_row_of_a_declared_basis_has_its_document() -> None:
    gift = Declaration("one", Scope(), Basis.DONOR, "A", DeclarantRole.DONOR, DAY)
    context = RightsContext(DONATION, DAY, {"one": gift}, {"one": "metadata/submissionDocumentation/a.pdf"})
    decided = decision(basis=Basis.DONOR, acts=Acts(*[Answer.ALLOW] * 5), declarations=("one",))
    table = rows(record_files([packed("a", decided)], context)[ROWS_RECORD])
    donor = [row["doc_id_value"] for row in table if row["basis"] == "Donor"]
    assert len(donor) > 1
    assert set(donor) == {"metadata/submissionDocumentation/a.pdf"}


@given(st.lists(PATHS, unique=True), ANY_TEXT, ANY_TEXT)
@settings(max_examples=60)
def test_any_path_comes_back_and_no_cell_is_a_formula(paths: list[str], by: str, text: str) -> None:
    declared = Declaration(
        "one", Scope(), Basis.LICENSE, by, DeclarantRole.DONOR, DAY, license=text, note=text, citation=text
    )
    context = RightsContext(DONATION, DAY, {"one": declared}, {"one": text})
    decided = decision(basis=Basis.LICENSE, declarations=("one",), disposition=Disposition.RESTRICT)
    data = record_files([packed(path, decided) for path in paths], context)[ROWS_RECORD]
    judged_as_archivematica_imports_it(data)
    assert list(dict.fromkeys(row["file"] for row in rows(data))) == ["data/" + path for path in paths]
    for row in rows(data):
        assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r") for cell in row.values() if cell)


def test_neighbours_that_share_a_decision_have_the_rows_they_would_have_apart() -> None:
    shared, other = decision(), decision(acts=Acts(preserve=Answer.ALLOW))
    together = [packed("a", shared), packed("b", shared), packed("c", other), packed("d", shared)]
    apart = b"".join(record_files([entry], CONTEXT)[ROWS_RECORD].split(b"\r\n", 1)[1] for entry in together)
    assert record_files(together, CONTEXT)[ROWS_RECORD].split(b"\r\n", 1)[1] == apart
