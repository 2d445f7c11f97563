"""Packing and verifying against other programs that copy, bag, back up or hash the same files, in turns."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks.commands import archiver, run
from benchmarks.peers import Judge, Maker, is_here, judges, makers, settings
from benchmarks.places import Tree, clear, clear_catalogue, packed
from benchmarks.results import Row, Section, at_least, not_measured
from benchmarks.timing import Task, Took, in_turns, ratio, seconds

OWN = "archiver"
_HEADER = ("what", "on", "archiver", "another program", "it takes", "wanted", "holds")
_TIMES_BAGIT = 3.0
_MANY_FILES = 20_000


def made_section(tree: Tree, scratch: Path, rounds: int) -> Section:
    """Measure a first run and one where nothing is new, of this program and of each that is installed.

    Args:
        tree: What to measure on.
        scratch: Where everything goes; nothing of it stays.
        rounds: How often each is run.
    """
    place, store = scratch / "peers", scratch / "made"
    everyone = makers(tree.folder, place)
    here = [one for one in everyone if is_here(one.program)]
    pack = archiver("pack", tree.folder, "--to", store)
    own = Task(lambda: run_and_sync(pack), lambda: _clear_all(place, store))
    first = {OWN: own} | {one.name: _first(one, place, store) for one in here}
    taken = in_turns(first, rounds, unmeasured=0)
    rows = [_row("pack", one.name, taken) for one in here]
    rows += [not_measured(f"pack, {one.name}", "not installed") for one in everyone if one not in here]
    rows += _again_rows(here, place, pack, store, rounds)
    _clear_all(place, store)
    return Section(f"### A first and a second time, {tree.label}", "", tuple(rows), _HEADER)


def _again_rows(
    here: Sequence[Maker], place: Path, pack: Sequence[str], store: Path, rounds: int
) -> Iterator[Row]:
    """Measure what each does where nothing is new, and how long reading back takes those that keep things their own way."""
    _clear_all(place, store)
    repeated = [one for one in here if one.again]
    run(pack)
    for one in repeated:
        _begin(one, place)
        _in(place, one.first)
    again = {OWN: Task(lambda: run(pack))}
    again |= {one.name: Task(partial(_in, place, one.again)) for one in repeated}
    taken = in_turns(again, rounds)
    yield from (_row("nothing new", one.name.partition(",")[0], taken, one.name) for one in repeated)
    read = [one for one in repeated if one.check]
    checks = {OWN: Task(lambda: run(archiver("verify", store)))}
    checks |= {one.name: Task(partial(_in, place, one.check)) for one in read}
    taken = in_turns(checks, rounds, unmeasured=0)
    yield from (_row("verify", f"{one.program} check, all data", taken, one.name) for one in read)


def judged_section(tree: Tree, scratch: Path, rounds: int) -> Section:
    """Measure verifying a bag against every program that reads it through.

    Args:
        tree: What to pack and to measure on.
        scratch: Where the bag goes; it does not stay.
        rounds: How often each is run.
    """
    place, store = scratch / "peers", scratch / "judged"
    clear_catalogue()
    bag = packed(tree.folder, store)
    place.mkdir(exist_ok=True)
    everyone = judges(bag)
    here = [one for one in everyone if is_here(one.program)]
    tasks = {OWN: Task(lambda: run(archiver("verify", bag)))} | {
        one.name: _judging(one, place) for one in here
    }
    taken = in_turns(tasks, rounds, unmeasured=0)
    _clear_all(place, store)
    rows = [_judged_row(tree, one, taken) for one in here]
    rows += [not_measured(f"verify, {one.name}", "not installed") for one in everyone if one not in here]
    return Section(f"### Verifying, {tree.label}", "", tuple(rows), _HEADER)


def _judged_row(tree: Tree, judge: Judge, taken: Mapping[str, Sequence[Took]]) -> Row:
    wanted = judge.name == "bagit.py --validate" and tree.is_small and tree.files >= _MANY_FILES
    return _row("verify", judge.name, taken, wanted=_TIMES_BAGIT if wanted else None)


def _row(
    what: str,
    shown: str,
    taken: Mapping[str, Sequence[Took]],
    name: str | None = None,
    wanted: float | None = None,
) -> Row:
    other = taken[name or shown]
    times = ratio(other, taken[OWN])
    return Row(
        what,
        "",
        seconds(taken[OWN]),
        f"{shown}, {seconds(other)}",
        f"{times.told()} times as long",
        "" if wanted is None else f"≥ {wanted:.0f}",
        "" if wanted is None else at_least(times.middle, wanted),
    )


def _judging(judge: Judge, place: Path) -> Task:
    return Task(lambda: _in(place, judge.command))


def _first(maker: Maker, place: Path, store: Path) -> Task:
    def before() -> None:
        _clear_all(place, store)
        _begin(maker, place)

    return Task(lambda: _in(place, maker.first), before)


def _begin(maker: Maker, place: Path) -> None:
    place.mkdir(exist_ok=True)
    if maker.prepare:
        _in(place, maker.prepare)


def _in(place: Path, command: Sequence[str]) -> None:
    """Run a program that notes things below ``place``, and wait until what it wrote is on the disk."""
    run(command, settings(place))
    os.sync()


def run_and_sync(command: Sequence[str]) -> None:
    """Run a command and wait until everything is on the disk, as the others are waited for."""
    run(command)
    os.sync()


def _clear_all(place: Path, store: Path) -> None:
    clear(place, store)
    clear_catalogue()
