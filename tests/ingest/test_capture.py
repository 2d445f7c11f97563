"""Copies are journaled once they are on the disk, and only a journaled copy that is in place is not made again."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import StoreError
from archiver.executors.ordered import Serial
from archiver.executors.pools import Threads
from archiver.ingest import capture as capture_module
from archiver.ingest.capture import Capture
from archiver.ingest.consumers import ReadPlan
from archiver.ingest.copy import Copied
from archiver.ingest.journal import EarlierCopies, Journal, read_lines
from archiver.ingest.presence import SourcePresence
from archiver.ingest.scan import scan
from archiver.model.problem import Problem
from archiver.model.source import FileRef, Unpacked
from archiver.store.area import Place
from archiver.store.staging import Staging, StagingKey
from archiver.usecases.sources import sources_of
from tests.conftest import MakeSource
from tests.samples import read_tree

PLAN = ReadPlan((("sha512", True),))
KEY = StagingKey("Music", 1, 1, ("sha512",), "0123456789abcdef" * 4, "0123456789abcdef" * 4)
TREE = {f"{folder}/{number}": f"{folder}{number}" for folder in "abc" for number in range(10)}


def refs(root: Path) -> list[FileRef]:
    return [entry for entry in scan(sources_of([str(root)])) if isinstance(entry, FileRef)]


def opened(store: Path) -> Staging:
    store.mkdir(exist_ok=True)
    staging = Staging(os.fsencode(store), KEY)
    staging.open()
    return staging


def captured(
    files: Sequence[FileRef], staging: Staging, *, read_back: bool = False
) -> list[Copied | Unpacked]:
    capture = Capture(Serial(), Serial(), SourcePresence(()), read_back)
    return list(capture.copies([(ref, PLAN) for ref in files], staging))


def test_every_file_is_copied_in_order_and_journaled(source: MakeSource, tmp_path: Path) -> None:
    root = source(TREE)
    staging = opened(tmp_path / "store")
    outcomes = captured(refs(root), staging)
    assert [outcome.path for outcome in outcomes if isinstance(outcome, Copied)] == list(TREE)
    assert read_tree(Path(os.fsdecode(staging.payload.absolute))) == read_tree(root)
    journal = Path(os.fsdecode(staging.area.absolute + b"/journal.jsonl"))
    assert len(journal.read_bytes().splitlines()) == 1 + len(TREE)


def test_threads_give_the_same_as_one_after_another(
    source: MakeSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture_module, "BATCH_FILES", 2)
    monkeypatch.setattr(capture_module, "SYNC_FILES", 3)
    files = refs(source(TREE))
    serial = captured(files, opened(tmp_path / "one"))
    with Threads(4) as copying, Threads(1) as syncing:
        staging = opened(tmp_path / "two")
        threads = list(
            Capture(copying, syncing, SourcePresence(()), read_back=True).copies(
                [(ref, PLAN) for ref in files], staging
            )
        )
    assert threads == serial


def test_second_run_copies_only_what_is_not_in_place(source: MakeSource, tmp_path: Path) -> None:
    root = source(TREE)
    staging = opened(tmp_path / "store")
    first = captured(refs(root), staging)
    payload = Path(os.fsdecode(staging.payload.absolute))
    (payload / "a" / "1").unlink()
    (payload / "b" / "2").write_text("another size")
    os.utime(payload / "c" / "3", ns=(1, 1))
    inodes = {path: path.stat().st_ino for path in payload.rglob("*") if path.is_file()}
    assert captured(refs(root), staging) == first
    assert read_tree(payload) == read_tree(root)
    again = {str(path.relative_to(payload)) for path, inode in inodes.items() if path.stat().st_ino != inode}
    assert again | {"a/1"} <= {"a/1", "b/2", "c/3"}
    inodes = {path: path.stat().st_ino for path in payload.rglob("*") if path.is_file()}
    assert captured(refs(root), staging) == first
    assert {path: path.stat().st_ino for path in payload.rglob("*") if path.is_file()} == inodes


@pytest.mark.parametrize("kept", [0, 1, 2, 7, 30])
@pytest.mark.parametrize("torn", [b"", b'["a', b"\x00\x00\x00", b'{"a": 1}\n', b"null\n", b'["a", 1]'])
def test_journal_cut_off_by_a_crash_is_used_up_to_there(
    source: MakeSource, tmp_path: Path, kept: int, torn: bytes
) -> None:
    root = source(TREE)
    staging = opened(tmp_path / "store")
    first = captured(refs(root), staging)
    journal = Path(os.fsdecode(staging.area.absolute + b"/journal.jsonl"))
    whole = journal.read_bytes()
    lines = whole.splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:kept]) + torn)
    assert captured(refs(root), staging) == first
    assert journal.read_bytes() == whole


def test_journal_of_another_division_tells_of_the_same_files(source: MakeSource, tmp_path: Path) -> None:
    root = source(TREE)
    staging = opened(tmp_path / "store")
    files = refs(root)
    captured(files, staging)
    outcomes = captured(files[5:], staging)
    assert [outcome.path for outcome in outcomes if isinstance(outcome, Copied)] == list(TREE)[5:]
    digests = [outcome.results["sha512"] for outcome in outcomes if isinstance(outcome, Copied)]
    assert digests == [hashlib.sha512(text.encode()).hexdigest() for text in list(TREE.values())[5:]]


def test_reading_back_finds_a_disk_that_lies(
    source: MakeSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = refs(source(TREE))
    staging = opened(tmp_path / "store")
    captured(files, staging)
    path = Path(os.fsdecode(staging.payload.absolute)) / "b" / "3"
    status = path.stat()
    path.write_text("B3")
    os.utime(path, ns=(status.st_mtime_ns, status.st_mtime_ns))
    with pytest.raises(StoreError, match="gives back other bytes than were written for b/3"):
        captured(files, staging, read_back=True)


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
HEX = st.text("0123456789abcdef", min_size=32, max_size=32)
NUMBERS = st.integers(-(2**63), 2**63)
outcomes = st.lists(
    st.one_of(
        st.builds(
            Copied,
            NAMES,
            st.integers(0, 2**63),
            NUMBERS,
            st.fixed_dictionaries({"md5": HEX}),
            changed_ns=NUMBERS,
            placed_ns=NUMBERS,
            source=HEX,
        ),
        NAMES.map(lambda path: Unpacked(Problem(path, "S101", "unreadable"))),
    ),
    max_size=20,
)


@given(recorded=outcomes, cut=st.integers(0, 4000))
def test_journal_never_gives_back_what_was_not_recorded(
    recorded: list[Copied | Unpacked], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    area = Place(os.fsencode(folder), b"")
    with Journal(area) as journal:
        journal.record(recorded)
    path = folder / "journal.jsonl"
    os.truncate(path, min(cut, path.stat().st_size))
    with Journal(area) as journal:
        journal.record(recorded)
    with path.open("rb") as stream:
        told = [copied for _, _, copied in read_lines(stream)]
    copies = [outcome for outcome in recorded if isinstance(outcome, Copied)]
    whole = len(told) - len(copies)
    assert told == copies[:whole] + copies


def find(ref: FileRef, staging: Staging) -> Copied | None:
    with EarlierCopies((staging.laid,)) as earlier:
        kept = earlier.find(ref, PLAN)
    return None if kept is None else kept.copied


@pytest.mark.parametrize("member", ["size_bytes", "mtime_ns", "ctime_ns"])
def test_a_copy_counts_only_for_the_file_as_it_is_now(
    source: MakeSource, tmp_path: Path, member: str
) -> None:
    files = refs(source(TREE))
    staging = opened(tmp_path / "store")
    outcomes = captured(files, staging)
    assert [find(ref, staging) for ref in files] == outcomes
    for ref in files[:3]:
        stat = dataclasses.replace(ref.stat, **{member: getattr(ref.stat, member) + 1})
        assert find(dataclasses.replace(ref, stat=stat), staging) is None
    assert find(dataclasses.replace(files[0], relative=b"another"), staging) is None
    assert find(dataclasses.replace(files[0], root=files[0].root + b"2"), staging) is None


def test_a_disk_that_numbers_its_files_anew_keeps_its_copies(source: MakeSource, tmp_path: Path) -> None:
    (ref, *_) = refs(source(TREE))
    staging = opened(tmp_path / "store")
    (outcome,) = captured([ref], staging)
    stat = dataclasses.replace(ref.stat, inode=ref.stat.inode + 7)
    assert find(dataclasses.replace(ref, stat=stat), staging) == outcome


def test_of_several_copies_of_one_file_the_last_counts(source: MakeSource, tmp_path: Path) -> None:
    (ref, *_) = refs(source(TREE))
    staging = opened(tmp_path / "store")
    (outcome,) = captured([ref], staging)
    assert isinstance(outcome, Copied)
    later = dataclasses.replace(outcome, changed_ns=outcome.changed_ns + 5)
    with Journal(staging.area) as journal:
        journal.record([later])
    assert find(ref, staging) is None
    stat = dataclasses.replace(ref.stat, ctime_ns=later.changed_ns)
    assert find(dataclasses.replace(ref, stat=stat), staging) == later
