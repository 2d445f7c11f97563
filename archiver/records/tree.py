"""``metadata/tree.jsonl``: what the sources had that a payload cannot hold, and what was left out of them.

The first line names the form and what holds where a line says nothing else; then one JSON object for each folder, for
each file, packed or held in an earlier bag, that has more than its bytes, for each link and for all that was left out, in the order of the scan.
"""

from __future__ import annotations

import base64
from typing import Any

from archiver.model.attribute import Attribute
from archiver.model.package import AssessedFile, HeldFile, PackedFile, PackEntry, PlanEntry, WithheldFile
from archiver.model.source import (
    FILE_MODE,
    FOLDER_MODE,
    EmptyFolder,
    FolderProblem,
    FolderRef,
    LeftOut,
    Link,
    Unpacked,
    undecodable,
)
from archiver.personal.find import withheld
from archiver.records.codec import to_line
from archiver.records.moments import rfc3339_ns
from archiver.records.names import TREE_RECORD
from archiver.records.writing import Closing, Opening

SCHEMA = "archiver.tree/1"


class TreeWriter:
    """Writes the record, one entry after another.

    Where the names of withheld files stay out of the bag, only folders are recorded that hold something packed or
    held, or are empty, and links and what was left out are not named, for both may bear the name of such a file.
    """

    def __init__(self, opening: Opening) -> None:
        self._stream = opening.new_file(TREE_RECORD)
        self._anonymous = opening.context.anonymous_withheld
        self._waiting: list[FolderRef] = []
        defaults = {"file": {"mode": _mode(FILE_MODE)}, "folder": {"mode": _mode(FOLDER_MODE)}}
        self._stream.write(to_line({"schema": SCHEMA, "defaults": defaults}))

    def add(self, entry: PackEntry) -> None:
        """Record what there is to record of one entry."""
        if not self._anonymous:
            self._write(entry)
            return
        match entry:
            case FolderRef():
                # a folder comes before all that is in it, so whether that is packed is yet to be seen
                self._waiting = [*self._above(entry.path), entry]
            case PackedFile(assessed) | HeldFile(assessed):
                self._settle(assessed.path.rpartition("/")[0])
                self._write(entry)
            case EmptyFolder(path):
                self._settle(path)
            case WithheldFile() | FolderProblem() | Link() | LeftOut() | Unpacked():
                pass

    def finish(self, closing: Closing) -> None:
        """All is written."""

    def _settle(self, folder: str) -> None:
        """Record the folders that wait and that ``folder`` lies in."""
        for waiting in self._above(f"{folder}/"):
            self._write(waiting)
        self._waiting = []

    def _above(self, path: str) -> list[FolderRef]:
        return [one for one in self._waiting if not one.path or path.startswith(f"{one.path}/")]

    def _write(self, entry: PackEntry) -> None:
        record = tree_record(entry)
        if record is not None:
            self._stream.write(to_line(record))


def tree_record(entry: PackEntry | PlanEntry) -> dict[str, Any] | None:
    """Return the line of one entry, or of one that is planned; ``None`` where there is nothing to record of it."""
    match entry:
        case FolderRef():
            return {
                "kind": "folder",
                **_named(entry.path, entry.original_name),
                "modified": rfc3339_ns(entry.modified_ns),
                **_beside(entry.mode, FOLDER_MODE, entry.attributes),
            }
        case AssessedFile(examined) | PackedFile(AssessedFile(examined)) | HeldFile(AssessedFile(examined)):
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
        case WithheldFile() | EmptyFolder() | FolderProblem() | Unpacked():
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
