"""``metadata/rights.csv``: the conclusions as the table that Archivematica imports.

The columns, their order and the words in them are those of Archivematica's ``rights.csv`` import. It looks a file up
by the exact value of ``file`` below the transfer's folder; for a bag that is the path in the bag, ``data/…``. So that
column holds :attr:`PackedFile.bag_path` and nothing else: it cannot begin like a spreadsheet formula, and every other
cell that would is made text. Two paths are beyond the import, which strips cells and reads every line break as
a line feed: one that ends in a space, and one that holds a carriage return.

Copyright comes first for each file, then access (``use``) under the basis that governs, then what else is known. The
access that the policy closes stands last, under the basis Policy.
The import makes a statement of its own of every row, with the one document that the row names. The statement of
rightsstatements.org on the status stands on the first row of a file alone; the other rows name the document behind the
declaration, where there is one.
The import drops a second row with the same file, basis and act without a word, so there is none here; what does not
fit stands in ``rights.jsonl``. An open end is written ``open``; on the basis copyright it is left blank, for there the
import stores the word as if it were a date.
Lines end in CRLF (RFC 4180), for which every version of Python quotes a carriage return in a cell.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator

from archiver.model.package import PackEntry, packed_file
from archiver.model.rights import Decision
from archiver.model.rights_context import RightsContext
from archiver.records.csvcells import safe_cell
from archiver.records.names import ROWS_RECORD
from archiver.records.rights.statements import (
    NOT_STATED,
    ON_THE_STATUS,
    POLICY_BASIS,
    Documentation,
    Grant,
    PremisBasis,
    RightsStatement,
    rights_statements,
)
from archiver.records.writing import Closing, Opening

COLUMNS = (
    "file",
    "basis",
    "status",
    "determination_date",
    "jurisdiction",
    "start_date",
    "end_date",
    "terms",
    "citation",
    "note",
    "grant_act",
    "grant_restriction",
    "grant_start_date",
    "grant_end_date",
    "grant_note",
    "doc_id_type",
    "doc_id_value",
    "doc_id_role",
)
"""The header; a column that Archivematica does not know would fail its whole import."""

_OPEN = "open"
_NAMED_BASES = ("Donor", POLICY_BASIS)
"""What the import knows as a basis, though PREMIS has no word for it."""


class RowsWriter:
    """Writes the rows of every packed file, in the order of the scan, as UTF-8 without a byte order mark."""

    def __init__(self, opening: Opening) -> None:
        self._context = opening.context
        stream = opening.new_file(ROWS_RECORD)
        self._text = io.TextIOWrapper(stream, "utf-8", errors="backslashreplace", newline="")
        self._table = csv.writer(self._text, lineterminator="\r\n")
        self._table.writerow(COLUMNS)
        self._shared: Decision | None = None
        self._rows: list[list[str]] = []

    def add(self, entry: PackEntry) -> None:
        """Write the rows of a packed file; of all else there are none."""
        file = packed_file(entry)
        if file is None:
            return
        decision = file.assessed.decision
        # neighbours mostly share one decision, and everything but the path follows from it
        if decision is not self._shared:
            self._shared = decision
            self._rows = [list(map(safe_cell, cells)) for cells in _rows(decision, self._context)]
        self._table.writerows([file.bag_path, *cells] for cells in self._rows)

    def finish(self, closing: Closing) -> None:  # noqa: ARG002 - as every writer
        """Hand everything to the stream."""
        self._text.flush()
        self._text.detach()


def _rows(decision: Decision, context: RightsContext) -> Iterator[list[str]]:
    """Every row without its first column: per statement one row an act, or one row without an act."""
    written: set[tuple[str, str]] = set()
    for statement in rights_statements(decision, context):
        named = statement.other_basis
        basis = named if named in _NAMED_BASES else statement.basis.value
        grants: tuple[Grant | None, ...] = statement.grants or (None,)
        documents = statement.documents
        for grant in grants:
            key = basis, grant.act if grant else ""
            if key not in written:
                written.add(key)
                yield [
                    basis,
                    *_basis_cells(statement),
                    *_grant_cells(grant),
                    *_document_cells(documents),
                ]
                # on the status there is one word for the file; an act rests on the document of a declaration
                documents = tuple(one for one in documents if one.role != ON_THE_STATUS)


def _basis_cells(statement: RightsStatement) -> list[str]:
    copyright_governs = statement.basis is PremisBasis.COPYRIGHT
    copyright_or_statute = statement.basis in (PremisBasis.COPYRIGHT, PremisBasis.STATUTE)
    place = ", ".join(statement.jurisdiction) or NOT_STATED
    carrier = None if statement.other_basis in _NAMED_BASES else statement.other_basis
    return [
        statement.status or "",
        statement.determined.isoformat() if copyright_or_statute else "",
        place if copyright_or_statute else "",
        _day(statement.starts),
        _end(statement.ends, open_ended=statement.starts is not None and not copyright_governs),
        statement.terms or "",
        statement.citation or "",
        f"{carrier}. {statement.note}" if carrier else statement.note,
    ]


def _grant_cells(grant: Grant | None) -> list[str]:
    if grant is None:
        return [""] * 5
    return [grant.act, grant.restriction.value, _day(grant.starts), _end(grant.ends), grant.note]


def _document_cells(documents: tuple[Documentation, ...]) -> list[str]:
    if not documents:
        return [""] * 3
    first = documents[0]
    return [first.type, first.value, first.role]


def _end(day: dt.date | None, *, open_ended: bool = True) -> str:
    return _OPEN if day is None and open_ended else _day(day)


def _day(day: dt.date | None) -> str:
    return "" if day is None else day.isoformat()
