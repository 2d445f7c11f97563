"""No name that a folder lists goes unaccounted, whatever the system says of it."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tests.bagit.bags import build_bag
from tests.conftest import MakeSource
from tests.hostile.machines import denying
from tests.reliability.faults import inject, visible_bags
from tests.running import run_program
from tests.samples import flac, read_tree

TREE = {"Album/a.flac": flac(), "Album/ghost.mp3": b"x", "Album/z": b"z"}
CODES = {
    errno.ENOENT: "S105",
    errno.EIO: "S103",
    errno.EACCES: "S101",
    errno.ENAMETOOLONG: "S103",
    errno.EOVERFLOW: "S103",
}


@pytest.mark.parametrize("error", CODES, ids=errno.errorcode.get)
def test_a_name_that_cannot_be_looked_at_is_told_and_takes_no_other_with_it(
    source: MakeSource, tmp_path: Path, error: int
) -> None:
    root, store = source(TREE), tmp_path / "store"
    outcome = run_program(
        "pack", root, "--all", "--to", store, "--json", **denying(tmp_path, "ghost.mp3", error)
    )
    assert outcome.code == 3, outcome.err
    told = [(problem["path"], problem["code"]) for problem in outcome.json["problems"]]
    assert told == [("Album/ghost.mp3", CODES[error])]
    files = outcome.json["files"]
    assert files["seen"] == files["packed"] + files["withheld"] + files["problems"] == 3
    (bag,) = visible_bags(store)
    assert read_tree(bag / "data").keys() == {b"Album/a.flac", b"Album/z"}
    assert '"Album/ghost.mp3"' in (bag / "metadata" / "files.jsonl").read_text()


def test_a_folder_that_cannot_be_looked_at_is_told_as_a_folder(source: MakeSource, tmp_path: Path) -> None:
    root, store = source({"Album/a.flac": flac(), "ghost/b": b"x"}), tmp_path / "store"
    denied = denying(tmp_path, "ghost", errno.EIO)
    outcome = run_program("pack", root, "--all", "--to", store, "--dry-run", "--json", **denied)
    told = [(problem["path"], problem["code"]) for problem in outcome.json["problems"]]
    assert told == [("ghost", "S102")]


@pytest.mark.parametrize("error", [errno.ENOENT, errno.EIO], ids=errno.errorcode.get)
def test_a_name_in_a_bag_that_cannot_be_looked_at_takes_no_other_with_it(tmp_path: Path, error: int) -> None:
    bag = build_bag(tmp_path / "bag", {"data/a": b"a", "data/ghost": b"g", "data/z": b"z"})
    outcome = run_program("verify", bag, "--json", **denying(tmp_path, "ghost", error))
    assert outcome.code == 4, outcome.err
    (report,) = outcome.json["bags"]
    told = {(problem["code"], problem["path"]) for problem in report["problems"]}
    assert told == {("B705", "data/ghost"), ("B206", "bag-info.txt")}
    assert report["intact"] == 2


def test_a_listing_that_breaks_off_keeps_what_was_seen(source: MakeSource, tmp_path: Path) -> None:
    names = {f"Album/{'n' * 200}{number:04}": b"" for number in range(300)}
    root, store = source(names), tmp_path / "store"
    words = inject(tmp_path / "trace", "getdents64:error=EIO:when=2", paths=(root / "Album",))
    outcome = run_program("pack", root, "--all", "--to", store, "--json", before=words)
    assert outcome.code == 3, outcome.err
    (problem,) = [problem for problem in outcome.json["problems"] if problem["code"] == "S102"]
    assert problem["path"] == "Album"
    files = outcome.json["files"]
    assert 0 < files["packed"] < 300
    assert f"after {files['packed']} names" in problem["message"]
    assert files["seen"] == files["packed"] + 1
