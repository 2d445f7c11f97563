"""The record of every file seen: ``metadata/files.jsonl``, lossless, and ``metadata/files.csv`` for a spreadsheet."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Sequence
from typing import Any, BinaryIO, Self

from archiver.model.audio import AudioProperties, ExaminedFile, Format, TagBlock
from archiver.model.evidence import Protection
from archiver.model.package import PackedFile, PackEntry, WithheldFile
from archiver.model.problem import Problem
from archiver.model.rights import Decision
from archiver.model.source import EmptyFolder, FolderProblem, FolderRef, LeftOut, Link, Unpacked
from archiver.records.csvcells import safe_cell
from archiver.records.jsontext import json_bytes, rfc3339_ns

KEYS = (
    "path",
    "source_path",
    "source_path_b64",
    "role",
    "size_bytes",
    "modified",
    "digests",
    "format",
    "audio",
    "essence",
    "integrity",
    "tags",
    "tag_blocks",
    "protection",
    "rights",
    "problems",
)
"""Every key of a file record, in order; ``docs/reference/files-jsonl.md`` says what each holds."""

_TAG_COLUMNS = (
    "title",
    "artist",
    "album",
    "album_artist",
    "track",
    "disc",
    "date",
    "genre",
    "composer",
    "label",
    "isrc",
    "copyright",
    "license",
)


class FileRecords:
    """Writes both records, one entry after another, in the order of the scan.

    Args:
        jsonl: Takes one JSON object a line.
        table: Takes the table: UTF-8, RFC 4180, a header row and one row for each file seen, several values joined by
            ``; ``. Cells that a spreadsheet would run as formulas are made text (:func:`safe_cell`).
        algorithms: Checksum algorithms, a column each.
    """

    def __init__(self, jsonl: BinaryIO, table: BinaryIO, algorithms: Sequence[str]) -> None:
        self._jsonl = jsonl
        self._algorithms = tuple(algorithms)
        self._text = io.TextIOWrapper(table, "utf-8", errors="backslashreplace", newline="")
        self._table = csv.writer(self._text)

    def __enter__(self) -> Self:
        self._table.writerow(
            [
                *("path", "source_path", "role", "size_bytes", "modified", *self._algorithms),
                *("format", "puid", "mime", "codec", "duration_s", "sample_rate_hz", "channels", "bit_depth"),
                *(*_TAG_COLUMNS, "protection", "disposition", "basis", "problems"),
            ]
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._text.flush()
        self._text.detach()

    def add(self, entry: PackEntry) -> None:
        """Record one entry; what is no file is passed over."""
        record = file_record(entry)
        if record is not None:
            self._jsonl.write(json_bytes(record) + b"\n")
            self._table.writerow([safe_cell(cell) for cell in _row(record, self._algorithms)])


def file_record(entry: PackEntry) -> dict[str, Any] | None:
    """Return the record of one entry with every key of :data:`KEYS`, or ``None`` where it is no file."""
    record: dict[str, Any] = dict.fromkeys(KEYS)
    match entry:
        case PackedFile():
            record |= _examined(entry.assessed.examined)
            record |= {
                "path": entry.bag_path,
                "size_bytes": entry.size_bytes,
                "modified": rfc3339_ns(entry.modified_ns),
                "digests": dict(entry.digests),
                "rights": _rights(entry.assessed.decision),
            }
        case WithheldFile():
            record |= _examined(entry.assessed.examined)
            record["rights"] = _rights(entry.assessed.decision)
        case Unpacked(problem):
            record |= {
                "source_path": problem.path,
                "source_path_b64": _base64(entry.original_name),
                "problems": [_problem(problem)],
            }
        case EmptyFolder() | FolderProblem() | FolderRef() | Link() | LeftOut():
            return None
    return record


def examined_record(file: ExaminedFile) -> dict[str, Any]:
    """Return the record of a file that was examined and goes nowhere: every key, ``null`` where unknown."""
    return dict.fromkeys(KEYS) | _examined(file)


def _examined(file: ExaminedFile) -> dict[str, Any]:
    ref = file.ref
    return {
        "source_path": ref.path,
        "source_path_b64": _base64(ref.original_name),
        "role": file.role.value,
        "size_bytes": ref.stat.size_bytes,
        "modified": rfc3339_ns(ref.stat.mtime_ns),
        "format": _format(file.format),
        "audio": _audio(file.audio),
        "tags": {name: list(values) for name, values in file.tags.items()},
        "tag_blocks": [_block(block) for block in file.tag_blocks],
        "protection": _protection(file.protection),
        "problems": [_problem(problem) for problem in file.problems],
    }


def _base64(original: bytes | None) -> str | None:
    return None if original is None else base64.b64encode(original).decode("ascii")


def _format(found: Format | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "puid": found.puid,
        "name": found.name,
        "mime": found.mime,
        "signature_version": found.signature_version,
    }


def _audio(found: AudioProperties | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "codec": found.codec,
        "duration_s": None if found.duration_s is None else round(found.duration_s, 3),
        "sample_rate_hz": found.sample_rate_hz,
        "channels": found.channels,
        "bit_depth": found.bit_depth,
        "bitrate_bps": found.bitrate_bps,
        "lossless": found.lossless,
    }


def _block(block: TagBlock) -> dict[str, Any]:
    frames = [
        {
            "id": frame.id,
            "offset": frame.offset,
            "length": frame.length,
            "sha256": frame.sha256 or None,
            "text": None if frame.text is None else frame.text.replace("\0", "\n"),
        }
        for frame in block.frames
    ]
    return {"kind": block.kind, "offset": block.offset, "length": block.length, "frames": frames}


def _protection(found: Protection | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "scheme": found.scheme,
        "name": found.name,
        "locator": found.locator,
        "certain": found.certain,
    }


def _rights(decision: Decision) -> dict[str, Any]:
    return {
        "disposition": decision.disposition.value,
        "basis": decision.basis.value,
        "acts": {act.value: answer.value for act, answer in decision.acts.items()},
        "reasons": [{"code": reason.code, "text": reason.text} for reason in decision.reasons],
    }


def _problem(problem: Problem) -> dict[str, str]:
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
    }


def _row(record: dict[str, Any], algorithms: Sequence[str]) -> list[str]:
    found, audio = record["format"] or {}, record["audio"] or {}
    tags, rights = record["tags"] or {}, record["rights"] or {}
    digests, protection = record["digests"] or {}, record["protection"]
    cells = [record[key] for key in ("path", "source_path", "role", "size_bytes", "modified")]
    cells += [digests.get(algorithm) for algorithm in algorithms]
    cells += [found.get(key) for key in ("name", "puid", "mime")]
    cells += [audio.get(key) for key in ("codec", "duration_s", "sample_rate_hz", "channels", "bit_depth")]
    cells += ["; ".join(tags.get(name, ())) for name in _TAG_COLUMNS]
    cells += [
        None if protection is None else Protection(**protection).label,
        rights.get("disposition"),
        rights.get("basis"),
    ]
    cells.append("; ".join(f"{problem['code']} {problem['message']}" for problem in record["problems"]))
    return ["" if cell is None else str(cell) for cell in cells]
