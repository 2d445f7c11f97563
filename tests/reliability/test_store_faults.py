"""A store that is full, failing or not writable ends the run with one clear message, and no bag under its name."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import MakeSource
from tests.reliability.faults import inject, left_over, visible_bags
from tests.running import EPOCH, Outcome, run_here, run_program
from tests.samples import flac, read_tree

TREE: dict[str, bytes | str] = {
    "Album/01.flac": flac(),
    "Album/02.flac": flac(title="b"),
    "Album/large.wav": bytes(3 << 20),
    "z": "last",
}


def is_clear(outcome: Outcome) -> None:
    """Check that the run stopped and said why, in plain words, without blaming itself."""
    assert outcome.code == 1, (outcome.out, outcome.err)
    assert "\narchiver: cannot " in f"\n{outcome.err}"
    assert "fault in this program" not in outcome.err
    assert "Traceback" not in outcome.err
    assert outcome.out == ""


def finishes(source: Path, store: Path, *options: str) -> None:
    """Check that the same command, given again once the fault is gone, makes the whole bag and tidies up."""
    again = run_here("pack", source, "--all", "--to", store, "--json", *options, SOURCE_DATE_EPOCH=EPOCH)
    assert again.code == 0, again.err
    (bag,) = visible_bags(store)
    assert read_tree(bag / "data") == read_tree(source)
    assert left_over(store) == []


STAGED = ".incoming/Music-2023-11-14.unfinished"


FAULTS = [
    ("write:error=ENOSPC:when=2", f"{STAGED}/bag/data/Album/large.wav"),
    ("fsync:error=EIO", f"{STAGED}/bag/data/z"),
    ("write:error=ENOSPC", f"{STAGED}/bag/manifest-sha512.txt"),
    ("fsync:error=EIO", f"{STAGED}/bag"),
]
MORE_FAULTS = [
    ("write:error=EIO", f"{STAGED}/bag/data/z"),
    ("utimensat:error=EIO", f"{STAGED}/bag/data/z"),
    ("close:error=EIO", f"{STAGED}/bag/data/z"),
    ("mkdirat:error=EDQUOT", f"{STAGED}/bag/data"),
    ("fsync:error=EIO", f"{STAGED}/journal.jsonl"),
    ("fsync:error=EIO", f"{STAGED}/bag/metadata/files.jsonl"),
    ("write:error=ENOSPC", f"{STAGED}/bag/tagmanifest-sha512.txt"),
    ("fsync:error=EIO", f"{STAGED}/bag/data/Album"),
    ("renameat:error=EIO:when=2", STAGED),
    ("write:error=ENOSPC", f"{STAGED}/staging.json.new"),
    ("write:error=ENOSPC", f"{STAGED}/ready"),
    ("pwrite64:error=ENOSPC", ".incoming/lock"),
    ("flock:error=ENOLCK", ".incoming/lock"),
]


@pytest.mark.parametrize(
    ("fault", "place"), [*FAULTS, *(pytest.param(*more, marks=pytest.mark.slow) for more in MORE_FAULTS)]
)
@pytest.mark.case(5)
def test_fault_of_the_store(source: MakeSource, tmp_path: Path, fault: str, place: str) -> None:
    root, store = source(TREE), tmp_path / "store"
    words = inject(tmp_path / "trace", fault, paths=(store / place,))
    stopped = run_program("pack", root, "--all", "--to", store, before=words, SOURCE_DATE_EPOCH=EPOCH)
    is_clear(stopped)
    assert visible_bags(store) == []
    finishes(root, store)


@pytest.mark.slow
@pytest.mark.case(5)
def test_store_folder_that_cannot_be_synced_after_the_name_was_given(
    source: MakeSource, tmp_path: Path
) -> None:
    root, store = source(TREE), tmp_path / "store"
    store.mkdir()
    words = inject(tmp_path / "trace", "fsync:error=EIO:when=2", paths=(store,))
    stopped = run_program("pack", root, "--all", "--to", store, before=words, SOURCE_DATE_EPOCH=EPOCH)
    is_clear(stopped)
    (bag,) = visible_bags(store)  # it has its name and is whole; only that the name will last is not known
    assert read_tree(bag / "data") == read_tree(root)


@pytest.mark.case(3)
def test_temporary_files_that_do_not_fit(source: MakeSource, tmp_path: Path) -> None:
    root, store = source({f"{number}": "" for number in range(600)}), tmp_path / "store"
    limited = ["sh", "-c", 'ulimit -f 8; exec "$@"', "sh"]  # 4 KiB: less than the list of files
    stopped = run_program("pack", root, "--all", "--to", store, before=limited, SOURCE_DATE_EPOCH=EPOCH)
    is_clear(stopped)
    assert visible_bags(store) == []
    finishes(root, store)


@pytest.fixture
def in_small_disk(tmp_path: Path) -> list[str]:
    """Words before a command that run it where ``disk`` below the temporary folder is a small file system of its own."""
    unshare = shutil.which("unshare")
    words = [unshare or "unshare", "-Urm", "sh", "-c"]
    if unshare is None or subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("unshare -Urm does not work here: full disks are not tried")
    (tmp_path / "disk").mkdir()
    return words


@pytest.mark.case(3)
def test_disk_without_room_is_refused_before_anything_is_copied(
    source: MakeSource, tmp_path: Path, in_small_disk: list[str]
) -> None:
    root, disk = source(TREE), tmp_path / "disk"
    script = f'mount -t tmpfs -o size=20m none {disk} && "$@"; status=$?; ls -R {disk} >&2; exit $status'
    stopped = run_program(
        "pack", root, "--all", "--to", disk / "store", before=[*in_small_disk, script, "sh"]
    )
    assert stopped.code == 1
    free = re.search(r"([0-9.]+) MB free", " ".join(stopped.err.split()))
    assert free is not None, stopped.err
    assert 15 < float(free[1]) <= 21, "a disk of 20 MiB, less what the store itself takes"
    assert "large.wav" not in stopped.err


@pytest.mark.case(3)
def test_disk_that_runs_out_of_inodes(source: MakeSource, tmp_path: Path, in_small_disk: list[str]) -> None:
    root = source({f"{number:03}": "x" for number in range(200)})
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    mount = f"mount -t tmpfs -o size=200m,nr_inodes=150 none {disk}"
    again = f"mount -o remount,nr_inodes=2000 {disk}"
    script = (
        f'{mount} && {{ "$@"; echo status $?; ls {disk}/store; {again} && "$@"; echo status $?;'
        f" cp -r {disk}/store {kept}; }}"
    )
    outcome = run_program(
        *("pack", root, "--all", "--to", disk / "store"),
        before=[*in_small_disk, script, "sh"],
        SOURCE_DATE_EPOCH=EPOCH,
    )
    assert outcome.out.splitlines()[0] == "status 1"
    assert outcome.out.splitlines()[-1] == "status 0"
    assert "no space left on device" in outcome.told
    assert "Free some space. Give the same command again: it goes on from there." in " ".join(
        outcome.err.split()
    )
    assert "Went on with a run that was interrupted." in outcome.out
    (bag,) = visible_bags(kept)
    assert read_tree(bag / "data") == read_tree(root)


def test_read_only_store(source: MakeSource, tmp_path: Path, in_small_disk: list[str]) -> None:
    root, disk = source(TREE), tmp_path / "disk"
    script = f'mount -t tmpfs -o ro none {disk} && "$@"'
    stopped = run_program(
        "pack", root, "--all", "--to", disk / "store", before=[*in_small_disk, script, "sh"]
    )
    is_clear(stopped)
    assert "read-only file system" in " ".join(stopped.err.split())


@pytest.mark.case(24)
def test_read_only_source_is_enough(source: MakeSource, tmp_path: Path, in_small_disk: list[str]) -> None:
    root, store = source(TREE), tmp_path / "store"
    script = f'mount --bind {root} {root} && mount -o remount,bind,ro {root} && "$@"'
    done = run_program("pack", root, "--all", "--to", store, before=[*in_small_disk, script, "sh"])
    assert done.code == 0, done.err
    (bag,) = visible_bags(store)
    assert read_tree(bag / "data") == read_tree(root)


@pytest.mark.parametrize("place", ["store", "store/below", "store/.incoming"])
def test_store_that_is_a_file(source: MakeSource, tmp_path: Path, place: str) -> None:
    root = source(TREE)
    path = tmp_path / (place if place.endswith(".incoming") else "store")
    path.parent.mkdir(exist_ok=True)
    path.write_text("not a folder")
    target = tmp_path / place if not place.endswith(".incoming") else tmp_path / "store"
    stopped = run_here("pack", root, "--all", "--to", target)
    assert stopped.code == 1
    assert stopped.err.startswith("archiver: cannot write to the store")
    assert path.read_text() == "not a folder"


@pytest.mark.case(6)
def test_store_without_permission(source: MakeSource, tmp_path: Path, permissions_count: list[str]) -> None:
    root, store = source(TREE), tmp_path / "store"
    store.mkdir(mode=0o555)
    stopped = run_program("pack", root, "--all", "--to", store, before=permissions_count)
    is_clear(stopped)
    assert "permission denied" in " ".join(stopped.err.split())
    assert not list(store.iterdir())
