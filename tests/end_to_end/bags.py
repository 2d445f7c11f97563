"""Reads finished bags with nothing of the program's own, so that it can judge them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.reading_bags import file_rows, rights_of
from tests.running import Outcome


@dataclass(frozen=True, slots=True)
class Package:
    """A bag on the disk, and how the run ended that made it."""

    bag: Path
    outcome: Outcome

    @property
    def payload(self) -> frozenset[str]:
        """Every file below ``data``, relative to it."""
        data = self.bag / "data"
        return frozenset(str(path.relative_to(data)) for path in data.rglob("*") if path.is_file())

    @property
    def files(self) -> list[dict[str, Any]]:
        """The rows of ``metadata/files.jsonl``."""
        return file_rows(self.bag)

    @property
    def sources(self) -> dict[str, str]:
        """By path below ``data``, the path in the source of every packed file."""
        packed = (row for row in self.files if row["path"] is not None)
        return {row["path"].removeprefix("data/"): row["source_path"] for row in packed}

    @property
    def rights(self) -> dict[str, Any]:
        """What ``metadata/rights/rights.jsonl`` says, file by file."""
        return rights_of(self.bag)

    @property
    def rows(self) -> list[dict[str, str]]:
        """The rows of ``metadata/rights.csv``."""
        with (self.bag / "metadata" / "rights.csv").open(newline="", encoding="utf-8") as lines:
            return list(csv.DictReader(lines))

    @property
    def info(self) -> dict[str, str]:
        """The labels of ``bag-info.txt``; none of those read here is folded or repeated."""
        lines = (self.bag / "bag-info.txt").read_text("utf-8").splitlines()
        return dict(line.split(": ", 1) for line in lines if ": " in line)


def read_package(bag: Path, outcome: Outcome) -> Package:
    """Return the bag that a run made."""
    assert (bag / "bagit.txt").is_file(), outcome.err + outcome.out
    return Package(bag, outcome)


def records(bag: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the path and bytes of everything in a bag but its payload."""
    for path in sorted(bag.rglob("*")):
        relative = path.relative_to(bag)
        if path.is_file() and relative.parts[0] != "data":
            yield str(relative), path.read_bytes()
