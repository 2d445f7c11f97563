"""Killed at a call that changes the disk, or refused one, a restore leaves nothing under a name that is not right.

Given again, the same command completes it. The long part (``-m slow``) tries every such call.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.hostile.shim import PLACING, Call, Fault, Shim, every_fault, every_signal
from tests.hostile.sweeping import none_of, sampled, sliced
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


def undisturbed(shim: Shim, bag: Path, folder: Path) -> dict[Call, int]:
    """Count the calls of a run in which nothing fails."""
    target = folder / "counted"
    target.mkdir()
    assert run_program("restore", bag, "--to", target, **shim.watching(target)).code == 0
    return shim.told().counts


def wrong_with(
    shim: Shim, bag: Path, target: Path, fault: Fault, right: dict[bytes, tuple[object, ...]]
) -> str:
    """Say what is wrong after a run in which the fault comes true; nothing where all is well."""
    target.mkdir()
    outcome = run_program("restore", bag, "--to", target, **shim.watching(target, fault))
    if "Traceback" in outcome.err or "fault in this program" in outcome.err:
        return f"{fault}: {outcome.err}"
    if fault.error and outcome.code not in (0, 1, 3):
        return f"{fault}: status {outcome.code}: {outcome.err}"
    for name, content in read_tree(target).items():
        if not name.startswith(b".archiver-restoring/") and PAYLOAD[name.decode()] != content:
            return f"{fault}: {name!r} is there and is not right"
    again = run_here("restore", bag, "--to", target)
    if again.code:
        return f"{fault}: again: status {again.code}: {again.out}{again.err}"
    found = given_back(target)
    if "could not be set" in outcome.out:  # it was told, and the folder keeps the time that it got
        shutil.rmtree(target)
        return ""
    # between taking the area away and giving the top its time there is no list to go on from
    differing = {name for name in found.keys() | right.keys() if name and found.get(name) != right.get(name)}
    shutil.rmtree(target)
    return f"{fault}: {sorted(differing)} differ" if differing else ""


def sweep(
    shim: Shim, bag: Path, folder: Path, faults: Sequence[Fault], right: dict[bytes, tuple[object, ...]]
) -> None:
    assert faults
    none_of(
        [
            wrong
            for number, fault in enumerate(faults)
            if (wrong := wrong_with(shim, bag, folder / f"{number}", fault, right))
        ]
    )


@pytest.mark.case(1)
def test_killed_at_some_calls(
    shim: Shim, bag: Path, tmp_path: Path, right: dict[bytes, tuple[object, ...]]
) -> None:
    counts = undisturbed(shim, bag, tmp_path)
    assert counts[Call.LINK] >= len(PAYLOAD)
    faults = list(every_signal(counts, signal.SIGKILL))
    sweep(shim, bag, tmp_path, sampled(faults, 10), right)


@pytest.mark.slow
def test_killed_at_every_call(
    shim: Shim, bag: Path, tmp_path: Path, right: dict[bytes, tuple[object, ...]]
) -> None:
    faults = [
        fault
        for number in (signal.SIGKILL, signal.SIGTERM)
        for fault in every_signal(undisturbed(shim, bag, _fresh(tmp_path / f"for signal {number}")), number)
    ]
    sweep(shim, bag, tmp_path, sliced(faults), right)


def test_refused_some_calls(
    shim: Shim, bag: Path, tmp_path: Path, right: dict[bytes, tuple[object, ...]]
) -> None:
    counts = undisturbed(shim, bag, tmp_path)
    faults = list(every_fault({call: counts[call] for call in PLACING}, errors_each=1))
    sweep(shim, bag, tmp_path, sampled(faults, 10), right)


@pytest.mark.slow
def test_refused_every_call(
    shim: Shim, bag: Path, tmp_path: Path, right: dict[bytes, tuple[object, ...]]
) -> None:
    counts = undisturbed(shim, bag, tmp_path)
    faults = list(every_fault({call: counts[call] for call in PLACING}, errors_each=2))
    sweep(shim, bag, tmp_path, sliced(faults), right)


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
