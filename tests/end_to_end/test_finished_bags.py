"""Nothing is ever written into a finished bag, an archive of one, or where a store builds them: it would be valid no more."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import MakeSource
from tests.reliability.faults import visible_bags
from tests.running import EPOCH, Outcome, run_here
from tests.samples import flac, tree_digest

TREE = {"Album/01.flac": flac(), "Album/note.txt": "n"}


@pytest.fixture
def store(source: MakeSource, tmp_path: Path) -> Path:
    """A store with a bag and an archive of one."""
    root = source(TREE, "First")
    for more in (("--name", "Bag"), ("--name", "Archive", "--serialize", "zip")):
        made = run_here("pack", root, "--all", "--to", tmp_path / "store", *more, SOURCE_DATE_EPOCH=EPOCH)
        assert made.code == 0, made.err
    return tmp_path / "store"


def refused(outcome: Outcome, above: Path) -> None:
    assert outcome.code == 2, outcome.out
    told = " ".join(outcome.err.split())
    assert "is never added to; name the folder above it" in told
    assert str(above) in outcome.err.replace("\n  ", "")
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(
    "place", ["Bag", "Bag/", "Bag/data", "Bag/data/Album/deeper/still", "Bag/new", "Archive.zip"]
)
@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_pack_never_adds_to_a_bag(source: MakeSource, store: Path, place: str, more: tuple[str, ...]) -> None:
    root = source(TREE, "Second")
    before = tree_digest(store)
    refused(run_here("pack", root, "--all", "--to", f"{store}/{place}", *more), store)
    assert tree_digest(store) == before
    assert len(visible_bags(store)) == 2


@pytest.mark.parametrize("name", ["New.zip", "New.TAR", "New.tar.gz/below", "New.tgz"])
def test_no_store_is_made_under_the_name_of_an_archive(source: MakeSource, store: Path, name: str) -> None:
    refused(run_here("pack", source(TREE, "Second"), "--to", store / name), store)
    assert len(visible_bags(store)) == 2


def test_a_link_to_a_bag_is_that_bag(source: MakeSource, store: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(store / "Bag" / "data")
    refused(run_here("pack", source(TREE, "Second"), "--to", tmp_path / "link"), store)
    assert len(visible_bags(store)) == 2


def test_a_bag_known_by_its_declaration_alone_is_not_added_to(source: MakeSource, tmp_path: Path) -> None:
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "bagit.txt").write_text("BagIt-Version: 0.97\n")
    refused(run_here("pack", source(TREE), "--all", "--to", tmp_path / "damaged"), tmp_path)
    assert [path.name for path in (tmp_path / "damaged").iterdir()] == ["bagit.txt"]


def test_where_a_store_builds_its_bags_is_no_store(source: MakeSource, store: Path) -> None:
    outcome = run_here("pack", source(TREE, "Second"), "--to", store / ".incoming" / "Mine")
    assert outcome.code == 2
    assert "lies where a store builds its bags" in " ".join(outcome.err.split())
    assert os.listdir(store / ".incoming") == ["lock"]


@pytest.mark.parametrize(
    "place", ["Bag/rights.toml", "Bag/data/Album/rights.toml", "Bag/metadata/rights.toml"]
)
def test_a_template_of_rights_is_not_written_into_a_bag(source: MakeSource, store: Path, place: str) -> None:
    before = tree_digest(store)
    refused(run_here("rights", "template", source(TREE, "Second"), "-o", store / place), store)
    assert tree_digest(store) == before


def test_a_folder_beside_bags_is_a_store_as_before(source: MakeSource, store: Path) -> None:
    made = run_here("pack", source(TREE, "Second"), "--to", store, SOURCE_DATE_EPOCH=EPOCH)
    assert made.code == 0, made.err
    assert len(visible_bags(store)) == 3


def test_every_command_that_a_bag_without_files_names_succeeds(source: MakeSource, tmp_path: Path) -> None:
    root = source({"a.txt": "a", "b.txt": "b"})
    store = tmp_path / "store"
    assert run_here("pack", root, "--to", store, "--name", "First").code == 0
    left = source({"a.txt": "a"}, name="Left")
    again = run_here("pack", left, "--to", store, "--name", "Then", "--collection", root.name)
    assert (again.code, "the bag records how the source is now" in " ".join(again.out.split())) == (0, True)
    receipt = run_here("receipt", store / "Then", "--text").out
    for told in (receipt, (store / "Then" / "metadata" / "README.txt").read_text(encoding="utf-8")):
        commands = re.findall(r"sha512sum -c \S+", told)
        assert commands, told
        for command in commands:
            subprocess.run(command.split(), cwd=store / "Then", capture_output=True, check=True)
    assert "sha512sum -c manifest" not in (store / "Then" / "metadata" / "index.html").read_text(
        encoding="utf-8"
    )
