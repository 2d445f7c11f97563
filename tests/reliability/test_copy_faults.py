"""A copy of a bag on a full disk, or gone on with after what was copied rotted; test_sweep.py kills it at every call."""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.hostile.shim import Call, Fault, Shim
from tests.running import run_here, run_program
from tests.samples import build_tree, flac, read_tree


@pytest.fixture(scope="module", params=["folder", "tar"])
def bag(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """Make a bag as a folder, and one as an archive of some megabytes."""
    place = tmp_path_factory.mktemp("store")
    tree = {"Album/1.flac": flac(title="One"), "Album/2.bin": bytes(5 << 20), "Other/x": b"x"}
    music = build_tree(place / "Music", tree)
    form = () if request.param == "folder" else ("--serialize", "tar")
    packed = run_here(
        "pack", music, "--to", place / "Store", "--name", "Bag", *form, "--catalogue", place / "c.sqlite"
    )
    assert packed.code == 0, packed.err
    return next(place.glob("Store/Bag*"))


def words(bag: Path, target: Path) -> tuple[str | Path, ...]:
    return "copy", bag, "--to", target / "Second", "--catalogue", target / "c.sqlite"


def prepared(bag: Path, folder: Path) -> Path:
    """Make a place for the copy, with a catalogue that knows the bag."""
    folder.mkdir()
    shutil.copy(bag.parents[1] / "c.sqlite", folder / "c.sqlite")
    return folder


def undisturbed(shim: Shim, bag: Path, folder: Path) -> dict[Call, int]:
    """Count the calls of a run in which nothing fails."""
    target = prepared(bag, folder / "counted")
    done = run_program(*words(bag, target), **shim.watching(target / "Second"))
    assert done.code == 0, done.err
    return shim.told().counts


def is_same(one: Path, other: Path) -> bool:
    if one.is_file():
        return one.read_bytes() == other.read_bytes()
    return read_tree(one) == read_tree(other)


@pytest.mark.case(3)
def test_a_full_disk_stops_it_and_room_lets_it_go_on(bag: Path, tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    before = [unshare or "unshare", "-Urm", "sh", "-c"]
    if unshare is None or subprocess.run([*before, "true"], capture_output=True, check=False).returncode:
        pytest.skip("unshare -Urm does not work here: full disks are not tried")
    target = prepared(bag, tmp_path / "target")
    disk = target / "Second"
    disk.mkdir()
    script = (
        f"mount -t tmpfs -o size=18m none {disk} && "
        f'{{ "$@"; echo status $?; mount -o remount,size=64m {disk} && "$@"; echo status $?;'
        f" cp -a {disk}/{bag.name} {tmp_path}/kept; }}"
    )
    done = run_program(*words(bag, target), before=[*before, script, "sh"])
    statuses = [line for line in done.out.splitlines() if line.startswith("status")]
    assert statuses == ["status 1", "status 0"], done.out + done.err
    assert "does not fit" in done.told
    assert is_same(tmp_path / "kept", bag)


def test_a_copy_that_was_interrupted_goes_on_and_believes_nothing(
    shim: Shim, bag: Path, tmp_path: Path
) -> None:
    counts = undisturbed(shim, bag, tmp_path)
    target = prepared(bag, tmp_path / "target")
    fault = Fault(Call.RENAME, counts[Call.RENAME], signal=signal.SIGKILL)
    run_program(*words(bag, target), **shim.watching(target / "Second", fault))
    large = [
        path
        for path in (target / "Second/.incoming").rglob("*")
        if path.is_file() and path.stat().st_size > 2 << 20
    ]
    assert large
    for path in large:
        with path.open("r+b") as stream:
            stream.seek(1 << 20)
            stream.write(b"rotten")
    done = run_here(*words(bag, target))
    assert done.code == 0, done.out + done.err
    assert is_same(target / "Second" / bag.name, bag)
