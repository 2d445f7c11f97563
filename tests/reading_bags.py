"""Reads the records of a bag with nothing of the program's own, so that what it reads can judge them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE_KEYS = (
    *(
        "path",
        "source_path",
        "source_path_b64",
        "role",
        "size_bytes",
        "modified",
        "digests",
        "format",
        "audio",
    ),
    *(
        "essence",
        "integrity",
        "iscc",
        "tags",
        "tag_blocks",
        "embedded_pictures",
        "papers",
        "expected",
        "protection",
        "evidence",
        "disposition",
        "decision",
        "problems",
    ),
)
"""Every key that a line of ``files.jsonl`` can have."""
_EMPTY: dict[str, Any] = {
    "tags": {},
    "tag_blocks": [],
    "papers": [],
    "expected": [],
    "evidence": [],
    "problems": [],
}
_FORMAT = {"puid": None, "mime": None}
_AUDIO = dict.fromkeys(("duration_s", "sample_rate_hz", "channels", "bit_depth", "bitrate_bps", "lossless"))
_CARRIES = {"detected": True, "unknown": None}


def lines_of(path: Path) -> list[dict[str, Any]]:
    """The lines of a line-file after its header, which names the file's form."""
    header, *lines = path.read_bytes().splitlines()
    assert json.loads(header)["schema"].startswith("archiver.")
    return [json.loads(line) for line in lines]


def file_rows(bag: Path) -> list[dict[str, Any]]:
    """The lines of ``files.jsonl``, each with every key, also with those that are left out because nothing is known."""
    path, rows = bag / "metadata" / "files.jsonl", []
    version = json.loads(path.read_bytes().splitlines()[0]).get("signature_version")
    for line in lines_of(path):
        assert set(line) <= set(FILE_KEYS), line
        row: dict[str, Any] = dict.fromkeys(FILE_KEYS) | _EMPTY | line
        row["format"] = row["format"] and _FORMAT | {"signature_version": version} | row["format"]
        row["audio"] = row["audio"] and _AUDIO | row["audio"]
        row["evidence"] = [{"personal": False, "value": None} | one for one in row["evidence"]]
        rows.append(row)
    return rows


def rights_of(bag: Path) -> dict[str, Any]:
    """What ``rights.jsonl`` and ``files.jsonl`` say together, file by file."""
    kinds: dict[str, list[dict[str, Any]]] = {}
    for text in (bag / "metadata" / "rights" / "rights.jsonl").read_bytes().splitlines():
        line = json.loads(text)
        kinds.setdefault(line.pop("kind"), []).append(line)
    [header], [totals] = kinds["header"], kinds["totals"]
    decisions = {one.pop("id"): one for one in kinds.get("decision", ())}
    decided = [_decided(row, decisions[row["decision"]]) for row in file_rows(bag) if row["decision"]]
    unnamed = [
        {
            "disposition": group["disposition"],
            "files": group["files"],
            "reasons": [
                {"code": code, "text": told}
                for code, told in zip(group["reasons"], group["texts"], strict=True)
            ],
        }
        for group in kinds.get("withheld", ())
    ]
    return {
        **header,
        "declarations": [_declared(one) for one in kinds.get("declaration", ())],
        "files": [one for one in decided if "path" in one],
        "totals": {"protection": {}, "withheld_because": {}, "restricted_because": {}, "unknown_basis": 0}
        | totals,
        "withheld": [*(one for one in decided if "path" not in one), *unnamed],
    }


def _decided(row: dict[str, Any], decision: dict[str, Any]) -> dict[str, Any]:
    personal = _CARRIES.get(decision.get("personal_data", ""), False)
    return {
        "acts": decision["acts"],
        "basis": decision["basis"],
        "declarations": decision.get("declarations", []),
        "disposition": decision["disposition"],
        "evidence": row["evidence"],
        "layers": {name: {"findings": []} | layer for name, layer in decision.get("layers", {}).items()},
        "machine_use": decision.get("machine_use", {}),
        "personal_data": True if any(one["personal"] for one in row["evidence"]) else personal,
        "protection": row["protection"],
        "reasons": [{"act": None, "rests_on": []} | one for one in decision.get("reasons", ())],
        "restricted_until": decision.get("restricted_until"),
        **({"source_path": row["source_path"]} if row["path"] is None else {"path": row["path"]}),
    }


def _declared(line: dict[str, Any]) -> dict[str, Any]:
    empty: dict[str, Any] = {"acts": {}, "machine_use": {}, "jurisdiction": [], "layers": []}
    absent = dict.fromkeys(
        ("license", "document", "document_in_bag", "citation", "expires", "carrier_held", "facts", "note")
    )
    scope = {"paths": [], "albums": [], "tags": []} | line["scope"]
    return empty | absent | line | {"scope": scope}
