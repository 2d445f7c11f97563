"""``metadata/accrual.csv``: of each file of a package that adds to an earlier accession, whether that had its bytes already.

UTF-8, RFC 4180, a header row and a row for each file whose bytes this bag or an earlier one of the store holds. Cells that a
spreadsheet would run as formulas are made text. Where nothing could be compared ``there_already`` is empty.
"""

from __future__ import annotations

import csv
import io

from archiver.bagit.sizes import human_size
from archiver.model.accrual import Accrual, Accrued
from archiver.model.bag import Bag, Labels
from archiver.model.package import HeldFile, PackedFile, PackEntry
from archiver.records.csvcells import safe_cell
from archiver.records.names import ACCRUAL_RECORD
from archiver.records.visible import counted_files, one_line
from archiver.records.writing import Closing, Opening


class AccrualWriter:
    """Writes the table, in the order of the scan."""

    def __init__(self, opening: Opening) -> None:
        self._accrual = opening.plan.accrual
        stream = opening.new_file(ACCRUAL_RECORD)
        self._text = io.TextIOWrapper(stream, "utf-8", errors="backslashreplace", newline="")
        self._table = csv.writer(self._text, lineterminator="\r\n")
        self._table.writerow(["path", "source_path", "size_bytes", "there_already"])

    def add(self, entry: PackEntry) -> None:
        """Write the row of a file whose bytes are kept; of all else there is none."""
        if not isinstance(entry, PackedFile | HeldFile):
            return
        path = entry.bag_path if isinstance(entry, PackedFile) else ""
        self._table.writerow(
            [path, safe_cell(entry.assessed.path), entry.size_bytes, self._there_already(entry)]
        )

    def finish(self, closing: Closing) -> None:  # noqa: ARG002 - as every writer
        """Hand everything to the stream."""
        self._text.flush()
        self._text.detach()

    def _there_already(self, entry: PackedFile | HeldFile) -> str:
        if self._accrual is None or self._accrual.algorithm is None:
            return ""
        return "yes" if self._accrual.holds(entry) else "no"


def accrual_labels(bag: Bag) -> Labels:
    """Labels for ``bag-info.txt``; nothing where the bag adds to no accession."""
    accrual = bag.plan.accrual
    if accrual is None:
        return ()
    return (
        ("Accrual-To", one_line(accrual.identifier)),
        ("Accrual-Summary", accrued_words(accrual, bag.accrued)),
    )


def accrued_words(accrual: Accrual, accrued: Accrued) -> str:
    """Say how much is new and how much was there already, without a full stop."""
    if accrual.algorithm is None:
        return one_line(f"not compared: {accrual.not_compared}")
    new = f"{counted_files(accrued.new_files)} new, {human_size(accrued.new_bytes)}"
    return f"{new}; {counted_files(accrued.known_files)} there already, {human_size(accrued.known_bytes)}"


def accrual_sentence(accrual: Accrual, accrued: Accrued) -> str:
    """Say what the bag adds to, and what of it was there already."""
    adds = f"This package adds to {one_line(accrual.told)}."
    if accrual.algorithm is None:
        return f"{adds} What of it was there already could not be told: {one_line(accrual.not_compared)}."
    return f"{adds} By {accrual.algorithm}: {accrued_words(accrual, accrued)}; {ACCRUAL_RECORD} says which."
