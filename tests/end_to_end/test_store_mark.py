"""A store that is marked keeps its bags from being changed, those that are there and those that come, until it is let go."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from archiver import filesystem
from archiver.store.identity import Kept, read_identity
from tests.conftest import MakeSource
from tests.running import Outcome, run_here
from tests.samples import flac

TREE = {"Album/1.flac": flac(title="One"), "notes.txt": b"about it\n"}


@pytest.fixture
def store(tmp_path: Path, source: MakeSource) -> Path:
    packed = run_here("pack", source(TREE), "--to", tmp_path / "Store", "--name", "One")
    assert packed.code == 0, packed.err
    return tmp_path / "Store"


def mark(store: Path, *how: str) -> Outcome:
    return run_here("store", "mark", *how, store)


def modes(bag: Path) -> set[tuple[bool, int]]:
    return {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in (bag, *bag.rglob("*"))}


FROZEN = {(False, 0o444), (True, 0o555)}


def test_bags_that_are_there_and_bags_that_come(store: Path, tmp_path: Path) -> None:
    done = mark(store, "--immutable")
    assert (done.code, done.err) == (0, "")
    assert modes(store / "One") == FROZEN
    packed = run_here("pack", tmp_path / "Music", "--to", store, "--name", "Two", "--all")
    assert packed.code == 0, packed.err
    assert modes(store / "Two") == FROZEN
    packed = run_here(
        "pack", tmp_path / "Music", "--to", store, "--name", "Three", "--all", "--serialize", "tar"
    )
    assert packed.code == 0, packed.err
    assert stat.S_IMODE((store / "Three.tar").stat().st_mode) == 0o444
    assert run_here("verify", store).code == 0
    assert run_here("audit").code == 0
    assert run_here("restore", store / "Two", "--to", tmp_path / "Given").code == 0
    assert os.access(tmp_path / "Given/Album", os.W_OK)


def test_what_would_change_a_bag_says_what_it_needs(store: Path) -> None:
    mark(store, "--immutable")
    for words in (
        ("retire", store / "One", "--give-up-accession"),
        ("bag", "set-info", store / "One", "Contact-Name: Erika"),
        ("bag", "add-algorithm", store / "One", "sha256"),
    ):
        refused = run_here(*words)
        assert refused.code == 2
        assert f"archiver store mark --changeable {store}" in " ".join(refused.err.split())
    assert modes(store / "One") == FROZEN
    assert mark(store, "--changeable").code == 0
    assert run_here("bag", "set-info", store / "One", "Contact-Name: Erika").code == 0
    assert run_here("pack", store.parent / "Music", "--to", store, "--name", "Two", "--all").code == 0
    assert all(mode & 0o200 for path in ("One", "Two") for _, mode in modes(store / path))


def test_copies_come_into_a_marked_store_and_out_of_it(store: Path, tmp_path: Path) -> None:
    second = tmp_path / "Second"
    second.mkdir()
    assert mark(second, "--immutable").code == 0
    assert run_here("copy", store / "One", "--to", second).code == 0
    assert modes(second / "One") == FROZEN
    assert run_here("copy", second / "One", "--to", tmp_path / "Third").code == 0
    assert all(mode & 0o200 for _, mode in modes(tmp_path / "Third/One"))


def test_the_attribute_is_set_where_the_system_allows_it(store: Path) -> None:
    done = run_here("store", "mark", "--attribute", store, "--json")
    identity = read_identity(os.fsencode(store))
    assert identity is not None
    assert identity.kept is Kept.IMMUTABLE
    assert modes(store / "One") == FROZEN
    try:
        if done.code == 3:
            assert done.json["partly"] == ["One"]
        else:
            with pytest.raises(PermissionError):
                (store / "One/bagit.txt").unlink()
    finally:
        assert mark(store, "--changeable").code == 0
    descriptor = os.open(store / "One/bagit.txt", os.O_RDONLY)
    assert filesystem.make_mutable(descriptor)
    os.close(descriptor)
    (store / "One/bagit.txt").unlink()


def test_what_is_no_store_cannot_be_marked(store: Path, tmp_path: Path) -> None:
    assert mark(store).code == 2
    assert mark(tmp_path / "nowhere", "--immutable").code == 2
    assert mark(store / "One", "--immutable").code == 2
