"""Compares what a source has beside the bytes of its files: folders, links, permission bits, attributes."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable

from archiver.bagit.bag_source import source_of
from archiver.model.package import PlanEntry
from archiver.records.codec import to_line
from archiver.records.names import TREE_RECORD
from archiver.records.tree import tree_record

_KINDS = frozenset({"folder", "file", "link"})
_WHOLE = 1 << 256
_LONGEST_LINE = 16 << 20


class Beside:
    """Takes lines as ``tree.jsonl`` has them, in any order; two that took the same are equal.

    The times of folders do not count: whatever is written to a folder and taken away again leaves another.
    """

    def __init__(self) -> None:
        self._sum = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Beside) and self._sum == other._sum

    __hash__ = None  # type: ignore[assignment]  # it changes

    def take(self, entry: PlanEntry) -> None:
        """Take what there is of an entry of a plan."""
        record = tree_record(entry)
        if record is not None:
            self.add(to_line(record))

    def add(self, line: bytes) -> None:
        """Take one line.

        Raises:
            ValueError: where it is no JSON.
        """
        record = json.loads(line)
        if isinstance(record, dict) and record.get("kind") in _KINDS:
            record.pop("modified", None)
            said = json.dumps(record, sort_keys=True).encode("ascii")
            self._sum = (self._sum + int.from_bytes(hashlib.sha256(said).digest(), "big")) % _WHOLE


def beside_of_bags(bags: Iterable[str]) -> Beside | None:
    """Return what bags record of it together; ``None`` where that cannot be read."""
    found = Beside()
    with contextlib.suppress(OSError, ValueError):
        for bag in bags:
            source = source_of(bag)
            try:
                with source.open(TREE_RECORD) as stream:
                    while line := stream.readline(_LONGEST_LINE):
                        found.add(line)
            finally:
                source.close()
        return found
    return None
