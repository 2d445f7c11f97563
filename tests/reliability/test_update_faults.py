"""An update of a bag that may not be written; test_sweep.py lets every call of one fail, and kills it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bagit.bags import Payload, build_bag
from tests.running import EPOCH, Outcome, run_program
from tests.samples import read_tree

PAYLOAD: Payload = {"data/Album/01.flac": b"one", "data/Album/02.flac": b"two"}
RECORDS: Payload = {"metadata/events.jsonl": b'{"type": "capture"}\n'}


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return build_bag(tmp_path / "bag", PAYLOAD, tags=RECORDS)


def update(bag: Path, *before: str) -> Outcome:
    return run_program("bag", "set-info", bag, "Title: Songs", before=before, SOURCE_DATE_EPOCH=EPOCH)


@pytest.mark.parametrize("closed", ["", "metadata"])
def test_a_bag_that_may_not_be_written_is_refused_before_it_is_changed(
    bag: Path, permissions_count: list[str], closed: str
) -> None:
    before = read_tree(bag)
    (bag / closed).chmod(0o555)
    try:
        outcome = update(bag, *permissions_count)
    finally:
        (bag / closed).chmod(0o755)
    assert outcome.code == 1
    assert "cannot update" in outcome.told
    assert read_tree(bag) == before
