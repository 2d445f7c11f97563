"""Killed at a call that changes the disk, or refused one, a copy of a bag leaves nothing under its name that is not whole.

Given again, the same command completes it, and what is complete is registered. The long part (``-m slow``) tries every such
call.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from archiver.catalogue.database import reading
from tests.hostile.shim import PLACING, Call, Fault, Shim, every_fault, every_signal
from tests.hostile.sweeping import none_of, sampled, sliced
from tests.reliability.faults import left_over, visible_bags
from tests.running import Outcome, run_here, run_program
from tests.samples import build_tree, flac, read_tree, tree_digest

CALLS = (*PLACING, Call.TRUNCATE, Call.SPACE)


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


def states(catalogue: Path) -> list[tuple[object, ...]]:
    with reading(str(catalogue)) as lent:
        sql = (
            "SELECT label, state FROM copy JOIN store USING (store_id) WHERE state = 'present' ORDER BY label"
        )
        return list(lent.rows(sql))


def wrong_with(shim: Shim, bag: Path, target: Path, fault: Fault) -> str:
    """Say what is wrong after a run in which the fault comes true; nothing where all is well."""
    prepared(bag, target)
    outcome = run_program(*words(bag, target), **shim.watching(target / "Second", fault))
    wrong = next(wrong_at_once(outcome, bag, target, fault), "") or next(wrong_again(bag, target), "")
    shutil.rmtree(target)
    return f"{fault}: {wrong}" if wrong else ""


def wrong_at_once(outcome: Outcome, bag: Path, target: Path, fault: Fault) -> Iterator[str]:
    if "Traceback" in outcome.err or "fault in this program" in outcome.err:
        yield outcome.err
    if fault.error and outcome.code not in (0, 1):
        yield f"status {outcome.code}: {outcome.out}{outcome.err}"
    for made in visible_bags(target / "Second"):
        if not is_same(made, bag):
            yield f"{made.name} stands under its name and is another"


def wrong_again(bag: Path, target: Path) -> Iterator[str]:
    again = run_here(*words(bag, target))
    if again.code:
        yield f"again: status {again.code}: {again.out}{again.err}"
    if not is_same(target / "Second" / bag.name, bag):
        yield "again: it is another"
    if left_over(target / "Second"):
        yield f"again: there is left {left_over(target / 'Second')}"
    if states(target / "c.sqlite") != [("Second", "present"), ("Store", "present")]:
        yield f"again: the catalogue says {states(target / 'c.sqlite')}"


def sweep(shim: Shim, bag: Path, folder: Path, faults: Sequence[Fault]) -> None:
    assert faults
    before = tree_digest(bag.parent)
    none_of(
        [
            wrong
            for number, fault in enumerate(faults)
            if (wrong := wrong_with(shim, bag, folder / f"{number}", fault))
        ]
    )
    assert tree_digest(bag.parent) == before


@pytest.mark.case(1)
def test_killed_at_some_calls(shim: Shim, bag: Path, tmp_path: Path) -> None:
    sweep(
        shim, bag, tmp_path, sampled(list(every_signal(undisturbed(shim, bag, tmp_path), signal.SIGKILL)), 8)
    )


@pytest.mark.slow
def test_killed_at_every_call(shim: Shim, bag: Path, tmp_path: Path) -> None:
    sweep(shim, bag, tmp_path, sliced(list(every_signal(undisturbed(shim, bag, tmp_path), signal.SIGKILL))))


def test_refused_some_calls(shim: Shim, bag: Path, tmp_path: Path) -> None:
    counts = undisturbed(shim, bag, tmp_path)
    faults = list(every_fault({call: counts[call] for call in CALLS if call in counts}, errors_each=1))
    sweep(shim, bag, tmp_path, sampled(faults, 8))


@pytest.mark.slow
def test_refused_every_call(shim: Shim, bag: Path, tmp_path: Path) -> None:
    counts = undisturbed(shim, bag, tmp_path)
    faults = list(every_fault({call: counts[call] for call in CALLS if call in counts}, errors_each=2))
    sweep(shim, bag, tmp_path, sliced(faults))


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
    assert "does not fit" in done.err
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
