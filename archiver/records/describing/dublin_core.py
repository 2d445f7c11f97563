"""``metadata/metadata.csv``: Dublin Core, a row a file, in the columns that Archivematica imports and any catalogue reads.

The first column is ``filename``: the path in the bag, under which Archivematica looks a file up in a transfer that came
as a bag (its documentation, "Metadata import", ``bag-metadata.csv``). The others are elements of Dublin Core as
``dc.ELEMENT``, and ``dcterms.isPartOf`` for the album. An element with several values has several columns of one name,
as that import wants it; how many is known only when all files have passed, so the rows wait in a temporary file.

Cells that a spreadsheet would run as formulas are made text (:func:`safe_cell`). Lines end in CRLF (RFC 4180).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from archiver.model.package import PackEntry
from archiver.records.csvcells import safe_cell
from archiver.records.describing.words import Described, described
from archiver.records.lines_of_files import LinesOfFiles
from archiver.records.names import DUBLIN_CORE_RECORD
from archiver.records.writing import Closing, Opening

_COLUMNS = (
    "dc.title",
    "dc.creator",
    "dc.contributor",
    "dc.subject",
    "dc.publisher",
    "dc.date",
    "dc.type",
    "dc.format",
    "dc.identifier",
    "dc.rights",
    "dcterms.isPartOf",
)


class DublinCoreWriter:
    """Writes the rows of packed files, in the order of the scan, as UTF-8."""

    def __init__(self, opening: Opening) -> None:
        self._context = opening.context
        self._stream = opening.new_file(DUBLIN_CORE_RECORD)
        self._rows = LinesOfFiles()
        self._widths = [1] * len(_COLUMNS)

    def add(self, entry: PackEntry) -> None:
        """Keep the row of a packed file; of all else there is none."""
        told = described(entry, self._context)
        if told is None:
            return
        values = _values(told)
        self._widths = [max(width, len(found)) for width, found in zip(self._widths, values, strict=True)]
        self._rows.add(json.dumps([told.path, values]).encode() + b"\n")

    def finish(self, closing: Closing) -> None:  # noqa: ARG002 - as every writer
        """Write the header, and the rows under it."""
        text = io.TextIOWrapper(self._stream, "utf-8", errors="backslashreplace", newline="")
        table = csv.writer(text, lineterminator="\r\n")
        columns = zip(_COLUMNS, self._widths, strict=True)
        table.writerow(["filename", *(name for name, width in columns for _ in range(width))])
        with self._rows as rows:
            for line in rows:
                path, values = json.loads(line)
                cells = (
                    cell
                    for found, width in zip(values, self._widths, strict=True)
                    for cell in _padded(found, width)
                )
                table.writerow([path, *map(safe_cell, cells)])
        text.flush()
        text.detach()


def _values(told: Described) -> tuple[Sequence[str], ...]:
    formats = (told.mime, f"PRONOM {told.puid}" if told.puid else told.format_name)
    return (
        [told.title],
        told.artists or told.album_artists,
        told.composers,
        told.genres,
        told.labels,
        [told.date] if told.date else [],
        [told.type],
        [one for one in formats if one],
        [f"ISRC {code}" for code in told.isrcs],
        [told.conditions],
        [told.album] if told.album else [],
    )


def _padded(values: Sequence[str], width: int) -> list[str]:
    return [*values, *[""] * (width - len(values))]
