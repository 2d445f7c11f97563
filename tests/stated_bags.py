"""Bags with records of a state and a tree, built by hand: what the program writes, and what it never would."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bagit.bags import build_bag

COLLECTION = "Music"
WHEN = "2026-11-22T18:04:05Z"


def urn(number: int) -> str:
    """Return an identifier, the same for the same number."""
    return f"urn:uuid:00000000-0000-4000-8000-{number:012d}"


def sha512(content: bytes) -> str:
    """Return what a state says of bytes."""
    return hashlib.sha512(content).hexdigest()


def file_line(name: str, content: bytes, **others: Any) -> dict[str, Any]:  # noqa: ANN401 - any key of a line
    """Return the line of a file, as the program writes it but for ``others``."""
    return {
        "kind": "file",
        "source_path": name,
        "size_bytes": len(content),
        "modified": WHEN,
        "digest": sha512(content),
        "decision": "d1",
        **others,
    }


def bag_line(number: int, bag: Path, identifier: str) -> dict[str, Any]:
    """Return the line of an earlier bag."""
    pin = sha512((bag / "tagmanifest-sha512.txt").read_bytes())
    return {"kind": "bag", "number": number, "identifier": identifier, "name": bag.name, "pin": pin}


def json_lines(header: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> bytes:
    """Return a line-file."""
    return b"".join(json.dumps(line).encode() + b"\n" for line in (header, *lines))


def stated_bag(
    root: Path,
    payload: Mapping[str, bytes],
    *,
    number: int = 1,
    state: Sequence[Mapping[str, Any]] | None = None,
    tree: Sequence[Mapping[str, Any]] = (),
    at: str = WHEN,
    info: str = "",
    collection: str = COLLECTION,
    accession: int | None = None,
) -> Path:
    """Build a bag whose payload has ``payload`` below ``data/``; without ``state`` it is the state of just that."""
    if state is None:
        state = [file_line(path, content) for path, content in payload.items()]
    head = {
        "schema": "archiver.state/1",
        "collection": collection,
        "accession": urn(number if accession is None else accession),
        "at": at,
        "algorithm": "sha512",
    }
    defaults = {"file": {"mode": "0644"}, "folder": {"mode": "0755"}}
    return build_bag(
        root,
        {f"data/{path}": content for path, content in payload.items()},
        info=f"External-Identifier: {urn(number)}\n{info}",
        tags={
            "metadata/state.jsonl": json_lines(head, state),
            "metadata/tree.jsonl": json_lines({"schema": "archiver.tree/1", "defaults": defaults}, tree),
        },
    )
