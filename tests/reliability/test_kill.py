"""Killed at any system call that changes the disk, a run leaves no bag that looks finished and is not."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import MakeSource
from tests.reliability.faults import MUTATING, calls_of_main_thread, inject, left_over, strace, visible_bags
from tests.running import EPOCH, run_here, run_program
from tests.samples import flac, read_tree

TREE: dict[str, bytes | str] = {
    "Album/01.flac": flac(),
    "Album/cover.txt": "c",
    "Notes/n": "n" * 900,
    "b\n%": "odd",
}
ONE_BAG = ("-j1",)
GROUP = ("-j1", "--max-size", "60kB")


def kill_and_run_again(source: Path, store: Path, fault: str, options: Sequence[str]) -> int:
    """Kill a run at the fault; check the store; run again; check that everything is there, and nothing else.

    Returns:
        The status of the run that was to be killed.
    """
    arguments = ("pack", str(source), "--to", str(store), *options)
    store.parent.mkdir(exist_ok=True)
    log = store.with_name("trace")
    killed = run_program(*arguments, before=inject(log, fault), SOURCE_DATE_EPOCH=EPOCH)
    finished = visible_bags(store)
    again = run_here(*arguments, "--json", SOURCE_DATE_EPOCH=EPOCH)
    assert again.code == 0, again.err
    bags = visible_bags(store)
    assert [str(bag) for bag in bags if str(bag) in again.json["bags"]] == again.json["bags"]
    packed = {
        name: content for bag in again.json["bags"] for name, content in read_tree(Path(bag) / "data").items()
    }
    assert packed == read_tree(source)
    assert left_over(store) == []
    assert len(bags) <= len(finished) + 2 * len(again.json["bags"])
    return killed.code


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Every kill point of an undisturbed run into one bag, and into a group of two, as faults for strace."""
    from tests.samples import build_tree  # noqa: PLC0415 - the module's source fixture is for one test only

    folder = tmp_path_factory.mktemp("counted")
    source = build_tree(folder / "Music", TREE)
    points = {}
    for name, options in (("one", ONE_BAG), ("group", GROUP)):
        log = folder / f"{name}.trace"
        done = run_program(
            *("pack", source, "--to", folder / name, *options),
            before=strace(log, "--seccomp-bpf", "-e", "trace=" + ",".join(MUTATING)),
        )
        assert done.code == 0, done.err
        calls = calls_of_main_thread(log)
        points[name] = [
            f"{call}:signal=KILL:when={number}" for call in MUTATING for number in range(1, calls[call] + 1)
        ]
    return points


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param("mkdirat:signal=KILL:when=3", marks=pytest.mark.slow),
        "ftruncate:signal=KILL:when=2",
        "utimensat:signal=KILL:when=1",
        pytest.param("fsync:signal=KILL:when=2", marks=pytest.mark.slow),
        "fsync:signal=KILL:when=20",
        "renameat:signal=KILL:when=1",  # of the staging area's key
        pytest.param("renameat:signal=KILL:when=2", marks=pytest.mark.slow),  # of the bag
        "unlinkat:signal=KILL:when=4",
    ],
)
def test_killed_at_a_point_that_matters(source: MakeSource, tmp_path: Path, fault: str) -> None:
    assert kill_and_run_again(source(TREE), tmp_path / "store", fault, ONE_BAG) == -signal.SIGKILL


@pytest.mark.parametrize(
    "fault",  # three renames give the areas their keys, and the fifth is that of the second bag
    ["renameat:signal=KILL:when=5", pytest.param("renameat:signal=KILL:when=6", marks=pytest.mark.slow)],
)
def test_killed_between_the_names_of_a_group(source: MakeSource, tmp_path: Path, fault: str) -> None:
    assert kill_and_run_again(source(TREE), tmp_path / "store", fault, GROUP) == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("kind", "options"), [("one", ONE_BAG), ("group", GROUP)])
def test_killed_at_every_call(
    source: MakeSource, tmp_path: Path, counted: dict[str, list[str]], kind: str, options: Sequence[str]
) -> None:
    root = source(TREE)
    assert len(counted[kind]) > 50
    killed = 0
    for number, fault in enumerate(counted[kind]):
        # where a worker makes as many such calls, it is the worker that dies, and the run goes on
        status = kill_and_run_again(root, tmp_path / str(number) / "store", fault, options)
        assert status in {-signal.SIGKILL, 0}, fault
        killed += status == -signal.SIGKILL
    assert killed > 0.8 * len(counted[kind])
