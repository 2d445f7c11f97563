"""An update of a bag on a full, failing or read-only disk, or killed: the bag is old, or new, or a rerun completes it."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from archiver.bagit.report import Depth
from archiver.bagit.updating.journal import is_update_pending
from archiver.bagit.validate import validate
from tests.bagit.bags import Payload, build_bag
from tests.reliability.faults import strace
from tests.running import EPOCH, Outcome, run_program
from tests.samples import read_tree, tree_digest

PAYLOAD: Payload = {"data/Album/01.flac": b"one", "data/Album/02.flac": b"two"}
RECORDS: Payload = {"metadata/events.jsonl": b'{"type": "capture"}\n'}
CALLS = ("mkdirat", "renameat", "unlinkat", "fsync", "write")
_CALL = re.compile(r"\d+ +(\w+)\((.*)")


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return build_bag(tmp_path / "bag", PAYLOAD, tags=RECORDS)


def update(bag: Path, *before: str) -> Outcome:
    return run_program("bag", "set-info", bag, "Title: Songs", before=before, SOURCE_DATE_EPOCH=EPOCH)


def points(bag: Path, log: Path) -> list[tuple[str, int]]:
    """Name every call of an update that changes something in the bag, and its number among those of its name."""
    told = update(bag, *strace(log, "-y", "-e", f"trace={','.join(CALLS)}"))
    assert told.code == 0, told.err
    counts = dict.fromkeys(CALLS, 0)
    found = []
    for match in map(_CALL.match, log.read_text().splitlines()):
        if match is None:
            continue
        name, arguments = match.groups()
        counts[name] += 1
        if str(bag) in arguments:
            found.append((name, counts[name]))
    return found


@pytest.mark.parametrize(
    ("fault", "step"),
    [
        ("error=ENOSPC", 4),
        pytest.param("error=ENOSPC", 1, marks=pytest.mark.slow),
        pytest.param("error=EIO", 1, marks=pytest.mark.slow),
        # tests/bagit/test_update.py lets the library die at every call; here it is the whole program
        pytest.param("signal=KILL", 1, marks=pytest.mark.slow),
    ],
)
def test_whatever_call_fails_the_bag_is_old_or_new_or_a_rerun_completes_it(
    bag: Path, tmp_path: Path, fault: str, step: int
) -> None:
    old = read_tree(bag)
    kept = shutil.copytree(bag, tmp_path / "kept")
    every = points(bag, tmp_path / "log")
    new = read_tree(bag)
    assert {name for name, _ in every} == set(CALLS)
    states = set()
    for name, number in every[::step]:
        shutil.rmtree(bag)
        shutil.copytree(kept, bag)
        payload = tree_digest(bag / "data")
        injecting = strace(
            tmp_path / "log", "-e", f"trace={name}", "-e", f"inject={name}:{fault}:when={number}"
        )
        outcome = update(bag, *injecting)
        where = f"{name} {number}: {outcome}"
        pending = is_update_pending(os.fsencode(bag))
        journal = (b".bagit-update/", b".bagit-update.new/")
        now = {path: content for path, content in read_tree(bag).items() if not path.startswith(journal)}
        assert pending or now in (old, new), where
        assert pending or validate(os.fsencode(bag), Depth.FULL).valid, where
        states.add((pending, now == old, now == new))
        if "error" in fault and "write" not in name:
            told = " ".join(outcome.err.split())
            assert outcome.code == 1, where
            assert ("partly new" in told) is pending, where
            assert "give the same command again" in told, where
        assert update(bag).code == 0, where
        assert (read_tree(bag), tree_digest(bag / "data")) == (new, payload), where
    assert {(False, True, False), (True, False, False)} <= states


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
    assert "cannot update" in outcome.err
    assert read_tree(bag) == before
