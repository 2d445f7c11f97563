"""A restore on a full disk, interrupted, or where there are no hard links; test_sweep.py kills it at every call."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.hostile.shim import Call, Fault, Shim
from tests.running import Outcome, run_here, run_program
from tests.samples import given_back, read_tree
from tests.stated_bags import stated_bag

PAYLOAD = {f"Album/{number}": bytes([number]) * 9_000 for number in range(4)} | {"Other/x": b"x", "top": b"t"}
TREE = [
    {"kind": "folder", "source_path": "", "modified": "2001-01-01T00:00:00Z"},
    {"kind": "folder", "source_path": "Album", "modified": "2002-02-02T00:00:00Z", "mode": "0750"},
    {"kind": "folder", "source_path": "Other", "modified": "2002-02-02T00:00:00Z"},
    {"kind": "folder", "source_path": "Empty", "modified": "2003-03-03T00:00:00Z"},
    {"kind": "link", "source_path": "link", "target": "top", "leads_to": "top"},
]


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stated_bag(tmp_path_factory.mktemp("store") / "Bag", PAYLOAD, tree=TREE)


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory, bag: Path) -> dict[bytes, tuple[object, ...]]:
    """What an undisturbed run gives."""
    target = tmp_path_factory.mktemp("right") / "back"
    assert run_here("restore", bag, "--to", target).code == 0
    return given_back(target)


def _fresh(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.mark.case(3)
def test_a_full_disk_stops_it_and_room_lets_it_go_on(
    bag: Path, tmp_path: Path, right: dict[bytes, tuple[object, ...]]
) -> None:
    unshare = shutil.which("unshare")
    words = [unshare or "unshare", "-Urm", "sh", "-c"]
    if unshare is None or subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("unshare -Urm does not work here: full disks are not tried")
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    script = (
        f"mount -t tmpfs -o size=24k none {disk} && "
        f'{{ "$@"; echo status $?; mount -o remount,size=2m {disk} && "$@"; echo status $?;'
        f" cp -a {disk}/back {kept}; }}"
    )
    outcome = run_program("restore", bag, "--to", disk / "back", before=[*words, script, "sh"])
    statuses = [line for line in outcome.out.splitlines() if line.startswith("status")]
    assert statuses == ["status 1", "status 0"], outcome.out + outcome.err
    told = " ".join(outcome.err.split())
    assert "no space left on device" in told
    assert "Give the same command again: it goes on from there" in told
    assert given_back(kept) == right


def test_a_run_that_was_interrupted_goes_on_and_copies_nothing_twice(
    shim: Shim, bag: Path, tmp_path: Path, right: dict[bytes, tuple[object, ...]]
) -> None:
    target = _fresh(tmp_path / "back")
    fault = Fault(Call.TIMES, len(PAYLOAD) + 1, signal=signal.SIGINT)
    stopped = run_program("restore", bag, "--to", target, **shim.watching(target, fault))
    assert stopped.code == 130, stopped.err
    assert "Give the same command again: it goes on from there" in " ".join(stopped.err.split())
    inodes = _inodes(target)
    assert len(inodes) == len(PAYLOAD)
    again: Outcome = run_here("restore", bag, "--to", target, "--json")
    assert (again.code, again.json["files"]["restored"]) == (0, 0)
    assert _inodes(target) == inodes
    assert given_back(target) == right


def _inodes(target: Path) -> dict[str, int]:
    return {name: os.stat(target / name).st_ino for name in PAYLOAD if (target / name).exists()}


def test_a_file_system_without_hard_links_gets_every_file(shim: Shim, bag: Path, tmp_path: Path) -> None:
    target = _fresh(tmp_path / "back")
    fault = Fault(Call.LINK, 1, errno.EPERM, lasting=True)
    done = run_program("restore", bag, "--to", target, "--json", **shim.watching(target, fault))
    assert done.json["files"]["restored"] == len(PAYLOAD), done.err
    assert read_tree(target) == {name.encode(): content for name, content in PAYLOAD.items()}
    (target / "Album" / "0").write_bytes(b"mine")
    again = run_program("restore", bag, "--to", target, "--json", **shim.watching(target, fault))
    assert again.code == 3
    assert (target / "Album" / "0").read_bytes() == b"mine"
