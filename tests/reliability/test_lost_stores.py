"""A store that is lost is told as that; one that is new is announced; one that should be there is not made anew."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from archiver.usecases.pack import mounted
from tests.conftest import MakeSource
from tests.hostile.shim import Fault, Shim
from tests.reliability.faults import left_over, visible_bags
from tests.running import EPOCH, run_here, run_program
from tests.samples import flac, read_tree

TREE = {**{f"Album {number // 5}/{number}": f"{number}" for number in range(15)}, "z.flac": flac()}
LOST = (errno.ENOTCONN, errno.EIO, errno.ESTALE, errno.ENODEV, errno.EROFS)


@pytest.mark.parametrize("options", [(), ("--serialize", "tar", "--read-back")], ids=["folder", "archive"])
@pytest.mark.parametrize(
    "share", [0.05, 0.3, 0.6, 0.9, *(pytest.param(n / 40, marks=pytest.mark.slow) for n in range(40))]
)
def test_a_store_lost_at_some_moment_is_told_as_the_store_s(
    source: MakeSource, tmp_path: Path, shim: Shim, share: float, options: tuple[str, ...]
) -> None:
    root, store = source(TREE), tmp_path / "store"
    store.mkdir()
    words = ("pack", str(root), "--all", "--to", str(store), "-j1", *options)
    counting = shim.watching(store, main=True)
    whole = run_program(*words, "--name", "Counted", SOURCE_DATE_EPOCH=EPOCH, **counting)
    assert whole.code == 0, whole.err
    count = sum(shim.told().counts.values())
    error = LOST[int(share * 40) % len(LOST)]
    fault = Fault(None, max(1, int(count * share)), error, lasting=True)
    lost = run_program(*words, SOURCE_DATE_EPOCH=EPOCH, **shim.watching(store, fault, main=True))
    said = " ".join(lost.err.split())
    assert shim.told().failed
    assert lost.code in {0, 1}, said
    if lost.code == 1:
        assert said.startswith("archiver: ")
        assert os.strerror(error).lower() in said
        assert "store" in said
    for never in ("fault in this program", "Traceback", "standard output", "Exception ignored"):
        assert never not in said
    again = run_here(*words, "--json", SOURCE_DATE_EPOCH=EPOCH)
    assert again.code == 0, again.err
    assert left_over(store) == []
    for bag in visible_bags(store):
        if bag.is_dir():
            assert read_tree(bag / "data") == read_tree(root)


def test_a_new_store_is_announced_once(source: MakeSource, tmp_path: Path) -> None:
    root, store = source(TREE), tmp_path / "far" / "store"
    dry = run_here("pack", root, "--all", "--to", store, "--dry-run")
    assert f"Would make a new store at {store}." in " ".join(dry.out.split())
    assert not store.exists()
    first = run_here("pack", root, "--all", "--to", store)
    assert f"Made a new store at {store}." in " ".join(first.out.split())
    again = run_here("pack", root, "--all", "--to", store)
    assert again.code == 0
    assert "new store" not in again.out
    assert run_here("pack", root, "--all", "--to", store, "--json").json["new_store"] is False
    assert run_here("pack", root, "--all", "--to", tmp_path / "other", "--json").json["new_store"] is True


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_configured_store_that_is_not_there_is_never_made(
    source: MakeSource, tmp_path: Path, more: tuple[str, ...]
) -> None:
    root, store = source(TREE), tmp_path / "store"
    config = tmp_path / "config.toml"
    config.write_text(f"store = '{store}'\n")
    for environment in ({"ARCHIVER_CONFIG": str(config)}, {"ARCHIVER_STORE": str(store)}):
        refused = run_here("pack", root, *more, **environment)
        assert refused.code == 1
        assert "is its disk mounted?" in " ".join(refused.err.split())
        assert not store.exists()
    typed = run_here("pack", root, "--all", "--to", store, ARCHIVER_STORE=str(store))
    assert typed.code == 0, typed.err
    assert run_here("pack", root, ARCHIVER_STORE=str(store)).code == 0


@pytest.fixture
def disks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which disks are mounted, each in a folder of its own; none is."""
    folder = tmp_path / "media"
    folder.mkdir()
    monkeypatch.setattr(mounted, "_MOUNT_FOLDERS", (os.fsencode(folder),))
    monkeypatch.setattr(mounted, "_TABLE", os.fsencode(tmp_path / "fstab"))
    return folder


def refused(source: Path, store: Path) -> bool:
    before = sorted(store.parent.rglob("*"))
    outcome = run_here("pack", source, "--all", "--to", store)
    if outcome.code == 0:
        return False
    assert outcome.code == 1, outcome.err
    assert "is its disk mounted?" in " ".join(outcome.err.split())
    assert sorted(store.parent.rglob("*")) == before
    return True


def test_no_store_is_made_where_a_disk_should_be(source: MakeSource, disks: Path) -> None:
    root = source(TREE)
    assert refused(root, disks / "backup")
    assert refused(root, disks / "backup" / "store")
    (disks / "backup").mkdir()
    assert refused(root, disks / "backup" / "store")
    (disks / "root").mkdir()
    (disks / "root" / "another disk").mkdir()
    assert refused(root, disks / "root" / "backup" / "store")


def test_a_store_is_made_on_a_disk_that_is_there(
    source: MakeSource, disks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (disks / "backup").mkdir()
    monkeypatch.setattr(os.path, "ismount", lambda path: os.fsencode(path) == os.fsencode(disks / "backup"))
    assert not refused(source(TREE), disks / "backup" / "store")


def test_a_folder_that_somebody_made_there_is_taken_for_a_store(source: MakeSource, disks: Path) -> None:
    (disks / "backup").mkdir()
    assert not refused(source(TREE), disks / "backup")
    (disks / "kept").mkdir()
    (disks / "kept" / "something").touch()
    assert not refused(source(TREE, "Other"), disks / "kept" / "store")


def test_where_the_system_is_to_mount_a_disk_and_has_not_no_store_is_made(
    source: MakeSource, tmp_path: Path, disks: Path
) -> None:
    root, place = source(TREE), tmp_path / "my disk"
    place.mkdir()
    (disks.parent / "fstab").write_text(
        f"# {tmp_path}/other\n/dev/sda1 / ext4 defaults 0 1\n\nUUID=x {tmp_path}/my\\040disk ext4 nofail 0 2\nbroken\n"
    )
    assert refused(root, place)
    assert refused(root, place / "store")
    assert not refused(root, tmp_path / "other" / "store")
    (place / "kept").touch()
    assert not refused(root, place)
