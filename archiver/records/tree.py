"""``metadata/tree.jsonl``: what the sources had that a payload cannot hold, and what was left out of them.

The first line names the form and what holds where a line says nothing else; then one JSON object for each folder, for
each packed file that has more than its bytes, for each link and for all that was left out, in the order of the scan.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from archiver.model.attribute import Attribute
from archiver.model.package import PackedFile, PackEntry
from archiver.model.source import (
    FILE_MODE,
    FOLDER_MODE,
    EmptyFolder,
    FolderRef,
    LeftOut,
    Link,
    Unpacked,
    undecodable,
)
from archiver.personal.find import withheld
from archiver.records.jsontext import json_bytes, rfc3339_ns

TREE_RECORD = "metadata/tree.jsonl"
SCHEMA = "archiver.tree/1"


def write_tree(stream: BinaryIO, entries: Iterable[PackEntry], *, anonymous_withheld: bool) -> None:
    """Write the record.

    Args:
        stream: Takes it.
        entries: Every entry with its outcome; read twice where withheld files are to stay without a name.
        anonymous_withheld: Whether names of withheld files stay out of the bag. Then only folders are recorded that
            hold something packed, or are empty, and links and what was left out are not named, for both may bear the
            name of such a file.
    """
    header = {
        "schema": SCHEMA,
        "defaults": {"file": {"mode": _mode(FILE_MODE)}, "folder": {"mode": _mode(FOLDER_MODE)}},
    }
    stream.write(json_bytes(header) + b"\n")
    told = _without_names(entries) if anonymous_withheld else entries
    for entry in told:
        record = tree_record(entry)
        if record is not None:
            stream.write(json_bytes(record) + b"\n")


def tree_record(entry: PackEntry) -> dict[str, Any] | None:
    """Return the line of one entry; ``None`` where there is nothing to record of it."""
    match entry:
        case FolderRef():
            return {
                "kind": "folder",
                **_named(entry.path, entry.original_name),
                "modified": rfc3339_ns(entry.modified_ns),
                **_beside(entry.mode, FOLDER_MODE, entry.attributes),
            }
        case PackedFile():
            examined = entry.assessed.examined
            beside = _beside(examined.ref.mode, FILE_MODE, examined.attributes)
            return {"kind": "file", **_named(examined.ref.path, None), **beside} if beside else None
        case Link():
            return {
                "kind": "link",
                **_named(entry.path, entry.original_name),
                **_target(entry.target),
                "leads_to": entry.leads_to,
            }
        case Unpacked(problem, original, bytes() as target):
            return {"kind": "link", **_named(problem.path, original), **_target(target), "leads_to": None}
        case LeftOut():
            return {"kind": "left-out", **_named(entry.path, entry.original_name), **left_out_record(entry)}
    return None


def left_out_record(entry: LeftOut) -> dict[str, str]:
    """Return what was left out, and the rule that it fell under."""
    return {"what": entry.what, "rule": entry.rule}


def _named(path: str, original: bytes | None) -> dict[str, str]:
    return {"source_path": path, **({} if original is None else {"source_path_b64": _base64(original)})}


def _target(target: bytes) -> dict[str, str]:
    """What a link says; a path into somebody's home folder names that person."""
    text = target.decode("utf-8", "backslashreplace")
    shown = withheld(text)
    exact = undecodable(target) is not None and shown == text
    return {"target": shown, **({"target_b64": _base64(target)} if exact else {})}


def _beside(mode: int, default: int, attributes: tuple[Attribute, ...]) -> dict[str, Any]:
    """What is worth recording of permission bits and attributes."""
    found: dict[str, Any] = {}
    if mode != default:
        found["mode"] = _mode(mode)
    if attributes:
        found["attributes"] = [_attribute(attribute) for attribute in attributes]
    return found


def _attribute(attribute: Attribute) -> dict[str, Any]:
    why = attribute.fault or ("personal data" if attribute.personal else "")
    return {
        "name": attribute.name,
        "size_bytes": attribute.size_bytes,
        "value_b64": None if attribute.value is None else _base64(attribute.value),
        **({"withheld": why} if why else {}),
    }


def _mode(mode: int) -> str:
    return f"{mode:04o}"


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _without_names(entries: Iterable[PackEntry]) -> Iterator[PackEntry]:
    """What is recorded where nothing may name, or be named after, a withheld file."""
    folders = {""}
    for entry in entries:
        if isinstance(entry, PackedFile):
            _take_in(entry.assessed.path.rpartition("/")[0], folders)
        elif isinstance(entry, EmptyFolder):
            _take_in(entry.path, folders)
    for entry in entries:
        if isinstance(entry, PackedFile) or (isinstance(entry, FolderRef) and entry.path in folders):
            yield entry


def _take_in(folder: str, folders: set[str]) -> None:
    """Add a folder and those above it."""
    while folder not in folders:
        folders.add(folder)
        folder = folder.rpartition("/")[0]
