"""Every subject measures on small trees, whole, and leaves them as they were."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from benchmarks import peers
from benchmarks.again import glance_rows
from benchmarks.against import judged_section, made_section
from benchmarks.audit import audit_rows
from benchmarks.commands import CATALOGUE
from benchmarks.pages import receipt_row
from benchmarks.parity import parity_rows
from benchmarks.places import Tree, clear_all_but_trees, make_large, make_small, tree_of
from benchmarks.results import Row
from benchmarks.shares import share_sections
from benchmarks.start import start_rows
from tests.samples import build_tree, read_tree, tree_digest


@pytest.fixture(autouse=True)
def own_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CATALOGUE, str(tmp_path / "catalogue.sqlite"))


def test_a_tree_is_small_by_what_its_files_have_on_an_average(tmp_path: Path) -> None:
    build_tree(tmp_path, {"a": b"1" * 300_000, "b/c": b"2" * 300_000})
    tree = tree_of(tmp_path, "two")
    assert (tree.files, tree.bytes, tree.is_small) == (2, 600_000, False)
    build_tree(tmp_path / "more", {"d": b"", "e": b""})
    assert tree_of(tmp_path, "four").is_small


def test_of_a_run_that_was_ended_the_trees_alone_are_used_again(tmp_path: Path) -> None:
    build_tree(
        tmp_path, {"large-2-1/a": b"", "tagged-10-store/b": b"", "tagged-10.sqlite": b"", "small-3/c": b""}
    )
    kept = read_tree(tmp_path)
    build_tree(tmp_path, {"pages-1000/d": b"", "catalogue.sqlite": b"", "written": b""})
    clear_all_but_trees(tmp_path)
    assert read_tree(tmp_path) == kept


def test_a_glance_is_measured(tmp_path: Path) -> None:
    glance, memory = glance_rows(tmp_path, 100, 1)
    assert "times as long" in glance.result
    assert not glance.wanted
    assert memory.holds == "yes"
    assert os.listdir(tmp_path) == []


def test_what_is_not_installed_is_said_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = make_small(tmp_path, 3)
    monkeypatch.setattr("benchmarks.against.is_here", lambda program: program == "sha512sum")
    section = judged_section(tree, tmp_path, 1)
    assert len([row for row in section.rows if "times as long" in row.result]) == 2
    missing = [row.what for row in section.rows if row.result == "not measured: not installed"]
    assert [name for name in missing if "bagit.py" in name or "hashdeep" in name]


def test_programs_are_named_with_their_versions() -> None:
    told = dict(peers.versions())
    assert re.match(r"\d+\.\d", told["cp"])
    assert set(told) >= {
        "bagit-python",
        "bdbag",
        "rclone",
        "restic",
        "borg",
        "hashdeep",
        "openssl",
        "sha512sum",
    }
    assert not peers.is_here("no-such-program")


def _measured(tree: Tree, scratch: Path) -> Iterator[tuple[Iterable[Row], int]]:
    small = int(tree.is_small)
    shares, ratios = share_sections(tree, scratch, 1)
    yield shares.rows, 8
    yield ratios.rows, 2 + small
    yield made_section(tree, scratch, 1).rows, 11
    yield judged_section(tree, scratch, 1).rows, 7
    yield audit_rows(tree, scratch, 1), 2
    yield [receipt_row(tree, scratch)], 1


@pytest.mark.slow
@pytest.mark.parametrize("make", [lambda at: make_large(at, 2, 1), lambda at: make_small(at, 24)])
def test_everything_is_measured_on_small_trees(make: Callable[[Path], Tree], tmp_path: Path) -> None:
    tree = make(tmp_path)
    before = tree_digest(tree.folder)
    for rows, number in _measured(tree, tmp_path):
        found = list(rows)
        # a second program that is not here has one row instead of three
        assert number - 6 <= len(found) <= number
        assert all(row.result for row in found)
    assert tree_digest(tree.folder) == before
    left = {name for name in os.listdir(tmp_path) if not name.startswith("catalogue.sqlite")}
    assert left == {tree.folder.name}


@pytest.mark.slow
def test_starting_is_measured(tmp_path: Path) -> None:
    assert [row.what for row in start_rows(tmp_path, 1)] == ["--version", "--help", "a tiny pack"]


@pytest.mark.slow
def test_recovery_data_are_measured(tmp_path: Path) -> None:
    rows = list(parity_rows(make_large(tmp_path, 4, 1), tmp_path, 1))
    assert all("times as long" in row.result or "no par2" in row.result for row in rows)
    assert len(rows) in (1, 2)
