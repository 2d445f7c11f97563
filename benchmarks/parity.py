"""What recovery data cost: protecting a bag, against verifying it and having par2 make the same data of the same files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from archiver.parity.make import make_sets, sets_of_payload
from archiver.parity.program import Par2, find_par2
from archiver.parity.sets import Amount, ParitySet, Sized
from benchmarks.commands import archiver, run
from benchmarks.places import Tree, clear, packed
from benchmarks.results import Row, at_most, not_measured
from benchmarks.timing import Task, in_turns, ratio, seconds, spread

_AMOUNT = Amount("share", 0.1)
_WANTED = 1.5
_LARGE_BYTES = 100_000_000
"""From here on making the data outweighs what starting costs, so that a number is wanted."""


def parity_rows(tree: Tree, scratch: Path, rounds: int) -> Iterator[Row]:
    """Measure protecting a bag of a tree with a tenth of recovery data; a machine without par2 gives one row that says so.

    Args:
        tree: What to pack.
        scratch: Where bags and recovery data go; nothing of them stays.
        rounds: How often each is run.
    """
    par2 = find_par2()
    if par2 is None:
        yield not_measured("protect --redundancy 10%", "there is no par2")
        return
    store, whole, made = scratch / "protected", scratch / "unprotected", scratch / "recovery"
    bag = packed(tree.folder, whole)
    sets = _sets(bag)
    copy = ["cp", "-r", str(whole), str(store)]
    protect = archiver("protect", store / bag.name, "--redundancy", "10%")

    def fresh() -> None:
        clear(store)
        run(copy)

    tasks = {
        "protect": Task(lambda: run(protect), fresh, lambda: clear(store)),
        "verify": Task(lambda: run(archiver("verify", bag))),
        "par2": Task(lambda: _make(par2, sets, bag, made), made.mkdir, lambda: clear(made)),
    }
    taken = in_turns(tasks, rounds, unmeasured=0)
    clear(store, whole)
    rate = spread([tree.bytes / 1e6 / took.wall for took in taken["protect"]])
    wanted = tree.bytes >= _LARGE_BYTES
    times = ratio(taken["protect"], taken["par2"])
    yield Row(
        "protect --redundancy 10%",
        tree.label,
        f"{seconds(taken['protect'])}, {rate.middle:,.0f} MB/s",
        f"par2 alone, {seconds(taken['par2'])}",
        f"{times.told()} times as long",
        f"≤ {_WANTED:.1f}" if wanted else "",
        at_most(times.middle, _WANTED) if wanted else "",
    )
    times = ratio(taken["protect"], taken["verify"])
    yield Row(
        "protect --redundancy 10%",
        tree.label,
        f"{seconds(taken['protect'])}, {rate.middle:,.0f} MB/s",
        f"archiver verify, {seconds(taken['verify'])}",
        f"{times.told()} times as long",
    )


def _sets(bag: Path) -> tuple[ParitySet, ...]:
    """The sets that protecting makes of the payload, whose files lie in one folder."""
    paths = sorted(path for path in (bag / "data").rglob("*") if path.is_file())
    files = [Sized(str(path.relative_to(bag)), path.stat().st_size) for path in paths]
    return sets_of_payload(files, lambda path: path.rpartition("/")[0], _AMOUNT)[0]


def _make(par2: Par2, sets: Sequence[ParitySet], bag: Path, made: Path) -> None:
    for _ in make_sets(par2, sets, bytes(bag), bytes(made)):
        pass
