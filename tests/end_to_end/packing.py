"""Packs in this process for the tests of the forms a package can take, and proves the source unchanged."""

from __future__ import annotations

from pathlib import Path

from tests.running import Outcome, run_here
from tests.samples import tree_digest

MOMENT = "1767225600"


def pack(source: Path, store: Path, *words: str | Path) -> Outcome:
    """Pack ``source`` as ``bag`` and prove it unchanged."""
    before = tree_digest(source)
    outcome = run_here(
        "pack", source, "--all", "--to", store, "--name", "bag", *words, SOURCE_DATE_EPOCH=MOMENT
    )
    assert tree_digest(source) == before
    return outcome


def nothing_written(store: Path) -> bool:
    """Whether a store holds no more than the lock that a run takes."""
    return {str(path.relative_to(store)) for path in store.rglob("*")} <= {".incoming", ".incoming/lock"}
