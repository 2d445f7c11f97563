"""A file that cannot be read, or does not stay what it was, is told of, and the run goes on for all others."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from archiver.usecases.pack.pack import pack
from archiver.usecases.watch import Step, Unwatched
from tests.conftest import MakeSource
from tests.reading_bags import file_rows
from tests.reliability.faults import inject, left_over, visible_bags
from tests.running import EPOCH, Outcome, fixed_run, pack_request, run_program
from tests.samples import File, build_tree, flac, read_tree

T = TypeVar("T")
TREE: dict[str, bytes | str] = {
    "Album/01.flac": flac(),
    "Album/02.flac": flac({"TITLE": ["two"]}),
    "z": "last",
}


def records(bag: Path) -> list[dict[str, Any]]:
    return file_rows(bag)


def problems(outcome: Outcome) -> list[tuple[str, str]]:
    return [(problem["path"], problem["code"]) for problem in outcome.json["problems"]]


def accounts_for_all(outcome: Outcome) -> None:
    files = outcome.json["files"]
    assert files["seen"] == files["packed"] + files["withheld"] + files["problems"]


@pytest.mark.parametrize("when", ["when=1+", "when=2"])
@pytest.mark.case(4)
def test_disk_that_cannot_read_a_file(source: MakeSource, tmp_path: Path, when: str) -> None:
    root, store = source({**TREE, "Album/large.wav": bytes(3 << 20)}), tmp_path / "store"
    bad = root / "Album" / "large.wav"
    # every second read is the copy's: the first block is read, then the disk fails
    words = inject(tmp_path / "trace", f"read:error=EIO:{when}", paths=(bad,))
    outcome = run_program(
        "pack", root, "--all", "--to", store, "--json", before=words, SOURCE_DATE_EPOCH=EPOCH
    )
    if when == "when=2" and outcome.code == 0:
        return  # the second read was one of a worker's, which does without it
    assert outcome.code == 3, outcome.err
    assert ("Album/large.wav", "S103") in problems(outcome)
    accounts_for_all(outcome)
    (bag,) = visible_bags(store)
    assert read_tree(bag / "data").keys() == {name.encode() for name in TREE}
    assert left_over(store) == []
    (record,) = [record for record in records(bag) if record["source_path"] == "Album/large.wav"]
    assert record["path"] is None
    assert [problem["code"] for problem in record["problems"]] == ["S103"]


def times(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_ctime_ns


@pytest.mark.case(6)
def test_files_and_folders_without_permission(tmp_path: Path, permissions_count: list[str]) -> None:
    tree = {**TREE, "secret.mp3": File(b"x", mode=0), "locked/a": b"x", "locked/b": b"x"}
    root, store = build_tree(tmp_path / "Music", tree), tmp_path / "store"
    (root / "locked").chmod(0)
    before = tuple(map(times, (root, root / "locked", root / "secret.mp3")))
    outcome = run_program("pack", root, "--all", "--to", store, "--json", before=permissions_count)
    assert tuple(map(times, (root, root / "locked", root / "secret.mp3"))) == before
    (root / "locked").chmod(0o755)
    assert outcome.code == 3, outcome.err
    assert sorted(problems(outcome)) == [("locked", "S102"), ("secret.mp3", "S101")]
    accounts_for_all(outcome)
    (bag,) = visible_bags(store)
    assert read_tree(bag / "data").keys() == {name.encode() for name in TREE}


class Meddler(Unwatched):
    """Watches a run and does something to the source when the files have been examined and are about to be copied."""

    def __init__(self, meddle: Callable[[], object]) -> None:
        self._meddle = meddle

    def track(self, step: Step, outcomes: Iterable[T], weigh: Callable[[T], int]) -> Iterator[T]:  # noqa: ARG002 - as every watch takes it
        if step.title == "Copying":
            self._meddle()
        return iter(outcomes)


def packed_while(
    root: Path, store: Path, meddle: Callable[[], object], **changes: str
) -> dict[str, dict[str, Any]]:
    """Pack while something happens to the source, and return the bag's records by their source path."""
    with pack(pack_request(root, store, **changes), fixed_run(), Meddler(meddle)) as report:
        totals = report.totals
        assert totals is not None
        assert totals.seen == totals.files + totals.withheld + totals.lost
    (bag,) = visible_bags(store)
    found = {record["source_path"]: record for record in records(bag)}
    packed = {record["path"].encode() for record in found.values() if record["path"]}
    assert packed == {b"data/" + name for name in read_tree(bag / "data")}
    return found


def codes(record: dict[str, Any]) -> list[str]:
    return [problem["code"] for problem in record["problems"]]


@pytest.mark.case(8)
def test_sources_that_move_between_listing_and_copying(tmp_path: Path) -> None:
    tree = {**TREE, "gone": "x", "link": "x", "pipe": "x", "folder": "x", "sub/a": "x", "grown": "x"}
    root = build_tree(tmp_path / "Music", tree)

    def meddle() -> None:
        for name in ("gone", "link", "pipe", "folder"):
            (root / name).unlink()
        (root / "link").symlink_to("z")
        os.mkfifo(root / "pipe")
        (root / "folder").mkdir()
        (root / "sub").rename(root / "moved")
        (root / "sub").symlink_to("moved")
        (root / "grown").write_text("more than was there")

    found = packed_while(root, tmp_path / "store", meddle)
    assert {name: codes(record) for name, record in found.items() if record["path"] is None} == {
        "gone": ["S105"],
        "link": ["S104"],
        "pipe": ["S104"],
        "folder": ["S104"],
        "sub/a": ["S105"],
    }
    assert found["grown"]["size_bytes"] == 19
    assert "S109" in codes(found["grown"])


def test_record_speaks_of_the_bytes_that_were_packed(tmp_path: Path) -> None:
    root = build_tree(tmp_path / "Music", {"a.flac": flac({"TITLE": ["before"]}), "b.flac": flac()})

    def retag() -> None:
        status = (root / "a.flac").stat()
        (root / "a.flac").write_bytes(flac({"TITLE": ["after!"]}))
        os.utime(root / "a.flac", ns=(status.st_atime_ns, status.st_mtime_ns))  # as taggers offer to

    found = packed_while(root, tmp_path / "store", retag)
    assert found["a.flac"]["tags"]["title"] == ["after!"]
    assert codes(found["a.flac"]) == ["S109"]
    assert codes(found["b.flac"]) == []


RIGHTS = """
version = 1
[defaults]
by = "Erika Example"
role = "rightsholder"
date = 2020-03-01
[[declaration]]
id = "ours"
scope = { album = "Ours" }
basis = "own"
layers = ["recording", "performance", "work", "lyrics"]
acts = { preserve = "allow", access = "allow", transfer = "allow", publish = "allow", mine = "allow" }
"""


def test_decision_is_made_again_for_what_was_packed(tmp_path: Path) -> None:
    ours = flac({"ALBUM": ["Ours"]})
    root = build_tree(tmp_path / "Music", {"a.flac": ours, "b.flac": ours})
    (tmp_path / "rights.toml").write_text(RIGHTS)
    asked = {"policy": "public", "rights": str(tmp_path / "rights.toml")}
    found = packed_while(root, tmp_path / "first", lambda: None, **asked)
    assert [record["disposition"] for record in found.values()] == ["include"] * 2

    def retag() -> None:
        (root / "a.flac").write_bytes(flac({"ALBUM": ["Somebody else's"]}))

    found = packed_while(root, tmp_path / "second", retag, **asked)
    assert found["a.flac"]["disposition"] not in {"include", "restrict"}
    assert found["a.flac"]["path"] is None
    assert "S109" in codes(found["a.flac"])
    assert found["b.flac"]["disposition"] == "include"
