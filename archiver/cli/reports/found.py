"""Files that a query finds: for people and for programs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from archiver.catalogue.search import FoundFile, Order
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.terminal.table import fitted_lines
from archiver.cli.terminal.text import brief, count, shown, wrapped
from archiver.records.moments import rfc3339_ns
from archiver.usecases.find import Finding

_MOST_COUNTED = 1_000
"""Files that a report counts before it says "more than"."""

_CELL = 200
_HEADER = ("Title", "Artist", "Album", "Year", "Length", "Format")
_CUT, _RIGHT = (0, 1, 2), (3, 4)


def found_lines(found: Finding, order: Order | None, most: int | None) -> Iterator[str]:
    """Yield the report: how many files there are, and a table of the first ``most``."""
    rows = [_row(file) for file in found.files(order, None if most is None else most + 1)]
    if not rows:
        yield "Nothing was found."
        yield from (wrapped(shown(sentence)) for sentence in found.unknown)
        return
    if most is None or len(rows) <= most:
        yield f"Found {count(len(rows), 'file')}"
    else:
        rows.pop()
        order_told = "" if order is None else f" by {order.name}"
        yield wrapped(
            f"Found {_how_many(found, most)} files; the first {most:,}{order_told} are shown."
            " --limit 0 shows all."
        )
    yield ""
    yield from fitted_lines(_HEADER, rows, cut=_CUT, right=_RIGHT)
    yield ""
    yield from (wrapped(shown(sentence)) for sentence in found.unknown)
    yield "Where they are: --paths. All that is known of one: archiver show PATH"


def _how_many(found: Finding, shown_files: int) -> str:
    """Say how many files there are, of which more than were shown are known to be; very many are not counted."""
    most = max(_MOST_COUNTED, shown_files) if found.is_counted_soon else shown_files
    total = found.count(most + 1)
    return f"more than {most:,}" if total > most else f"{total:,}"


def left_out_line(files: int) -> str:
    """Say of how many files no path was printed."""
    return wrapped(
        f"{count(files, 'file')} left out: their bags are in archives, on disks that are not mounted, or"
        " no longer as they were. --json says where."
    )


def write_found(found: Finding, order: Order | None, most: int | None) -> None:
    """Write the JSON object to standard output."""
    members: dict[str, Any] = {
        "query": found.query,
        "found": found.count(),
        "limit": most,
        "unknown": list(found.unknown),
    }
    files = (_file_object(file, found) for file in found.files(order, most))
    write_json("archiver.find/1", members, {"files": files})


def _file_object(file: FoundFile, found: Finding) -> dict[str, Any]:
    copies = [
        {"store": copy.store, "path": os.fsdecode(copy.absolute), "form": copy.form, "state": copy.state}
        for copy in found.copies(file.bag_id)
    ]
    return {"bag": file.bag, "copies": copies, **file_members(file)}


def file_members(file: FoundFile) -> dict[str, Any]:
    """Return what is known of a file as JSON has it; what is not known is left out."""
    audio = {
        "codec": file.codec,
        "duration_s": file.duration_s,
        "sample_rate_hz": file.sample_rate_hz,
        "channels": file.channels,
        "bit_depth": file.bit_depth,
        "bitrate_bps": file.bitrate_bps,
        "lossless": file.lossless,
    }
    return _told(
        {
            "path": f"data/{file.path}",
            "role": file.role,
            "size_bytes": file.size_bytes,
            "modified": None if file.modified_ns is None else rfc3339_ns(file.modified_ns),
            "digests": {file.algorithm: file.digest.hex()},
            "format": _told({"puid": file.puid, "name": file.format, "mime": file.mime}),
            "audio": _told(audio),
            "essence": None if file.essence is None else file.essence.hex(),
            "integrity": file.integrity,
            "year": file.year,
            "tags": {name: list(values) for name, values in file.tags.items()},
            "protection": file.protection,
            "personal": file.personal,
            "disposition": file.disposition,
        }
    )


def _told(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None and value != {}}


def _row(file: FoundFile) -> tuple[str, ...]:
    return (
        _tag(file, "title") or brief(file.path.rpartition("/")[2], _CELL),
        _tag(file, "artist"),
        _tag(file, "album"),
        "" if file.year is None else str(file.year),
        "" if file.duration_s is None else length(file.duration_s),
        brief(_format(file), _CELL),
    )


def _tag(file: FoundFile, name: str) -> str:
    return brief("; ".join(file.tags.get(name, ())), _CELL)


def length(seconds: float) -> str:
    """Return a playing time as ``3:12`` or ``1:03:12``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _format(file: FoundFile) -> str:
    if file.codec:
        return file.codec.upper()
    ending = file.path.rpartition("/")[2].rpartition(".")[2]
    return ending.upper() if "." in file.path else file.role or ""
