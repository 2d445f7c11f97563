"""Each command against the least time that the machine allows, on a tree of large files and on one of small ones."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.commands import archiver, run
from benchmarks.limits import (
    COPIED,
    COPY,
    HASHED,
    LISTED,
    READ,
    SEEN,
    WRITTEN,
    Limit,
    limit_of,
    parts_for,
    read,
)
from benchmarks.places import PROVEN_S, Tree, clear, clear_catalogue, forget, packed
from benchmarks.results import Row, Section, at_least, at_most
from benchmarks.timing import Task, Took, in_turns, ratio, seconds, spread

_WRITING = (WRITTEN, COPIED, COPY)
_HASHING = (HASHED, LISTED, SEEN)
_HEADER = ("command", "on", "took", "the least", "share of it", "wanted", "holds")
_LARGE_BYTES = 2_000_000_000
"""From here on what bytes cost outweighs what starting costs, so that a share is wanted."""

_MANY_FILES = 100_000
_SCANNED_FILES = 10_000
_PACK_SHARE = 0.85
_VERIFY_SHARE = 0.90
_TIMES_COPY = 1.5
_TIMES_FIND = 4.0
_SCANNED_A_SECOND = 3_000


@dataclass(frozen=True, slots=True)
class _Command:
    """A command that is measured.

    Attributes:
        name: What the table calls it.
        task: It.
        parts: What the machine has to do for it at least.
        wanted: The share of the limit to reach on large files; ``None`` where no number is wanted.
    """

    name: str
    task: Task
    parts: tuple[str, ...]
    wanted: float | None = None


def share_sections(tree: Tree, scratch: Path, rounds: int) -> Iterator[Section]:
    """Measure every command that reads or writes a whole collection, in turns with what the machine must do for it.

    Args:
        tree: What to measure on.
        scratch: Where bags and copies go; nothing of them stays.
        rounds: How often each is run.
    """
    kept, second = scratch / "kept", scratch / "second"
    clear(kept, second)
    clear_catalogue()
    time.sleep(PROVEN_S)
    bag = packed(tree.folder, kept)
    run(archiver("copy", bag, "--to", second))
    commands = list(_commands(tree, bag, second / bag.name, scratch))
    tasks = parts_for(tree, scratch) | {one.name: one.task for one in commands}
    # of small files every round takes minutes, and all have been in memory since they were packed
    taken = in_turns(tasks, rounds, unmeasured=0 if tree.is_small else 1)
    clear(kept, second)
    clear_catalogue()
    shares = [_share_row(tree, one, taken[one.name], limit_of(tree, one.parts, taken)) for one in commands]
    yield Section(f"### {tree.label}", "", tuple(shares), _HEADER)
    yield Section(f"### {tree.label}, against cp and find", "", tuple(_ratio_rows(tree, taken)))


def _commands(tree: Tree, bag: Path, copied: Path, scratch: Path) -> Iterator[_Command]:
    new, catalogue = scratch / "new", scratch / "new.sqlite"
    pack = archiver("pack", tree.folder, "--to", new, "--catalogue", catalogue)

    def task(reads: Path, command: Sequence[str], find: Callable[[Path], None] = read) -> Task:
        def before() -> None:
            _make_room(new)
            # an audit has the system forget what it read, and pages are given up as others are written
            find(reads)

        return Task(lambda: run(command), before, lambda: clear(new))

    if tree.is_small:
        # of large files a scan reads the beginning alone
        yield _Command("scan", task(tree.folder, archiver("scan", tree.folder)), (LISTED, SEEN))
    yield _Command("pack", task(tree.folder, pack), _WRITING, _PACK_SHARE)
    if not tree.is_small:
        yield _Command("pack, from the disk", task(tree.folder, pack, forget), (READ, *_WRITING))
    again = archiver("pack", tree.folder, "--to", bag.parent)
    yield _Command("pack again, nothing new", task(tree.folder, again), (LISTED,))
    yield _Command("verify", task(bag, archiver("verify", bag)), _HASHING, _VERIFY_SHARE)
    yield _Command("audit, from the disk", task(bag, archiver("audit", bag)), (READ, *_HASHING))
    yield _Command("restore", task(bag, archiver("restore", bag, "--to", new)), _WRITING)
    yield _Command("copy", task(bag, archiver("copy", bag, "--to", new)), _WRITING)
    yield _Command("heal one file", _healing(bag, copied), _HASHING)


def _healing(bag: Path, copied: Path) -> Task:
    """Return the task of making a file of the second copy whole again, which is damaged anew each time."""
    damaged = max(path for path in (copied / "data").rglob("*") if path.is_file())
    aside = copied.parent / ".archiver" / "aside"

    def before() -> None:
        _damage(damaged)
        read(copied)

    return Task(lambda: run(archiver("heal", copied, "--from", bag.parent)), before, lambda: clear(aside))


def _make_room(new: Path) -> None:
    clear(new)
    for path in new.parent.glob("new.sqlite*"):
        path.unlink()


def _damage(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.seek(-1, 2)
        last = stream.read(1)[0]
        stream.seek(-1, 2)
        stream.write(bytes([last ^ 1]))


def _share_row(tree: Tree, one: _Command, taken: Sequence[Took], limit: Limit) -> Row:
    share = limit.share(taken)
    wanted = one.wanted if tree.bytes >= _LARGE_BYTES else None
    return Row(
        one.name,
        "",
        _both(taken),
        f"{limit.middle:.2f} s, {limit.part}",
        share.told(),
        "" if wanted is None else f"≥ {wanted:.2f}",
        "" if wanted is None else at_least(share.middle, wanted),
    )


def _both(taken: Sequence[Took]) -> str:
    return f"{seconds(taken)}, {statistics.median(took.cpu for took in taken):.1f} CPU s"


def _ratio_rows(tree: Tree, taken: Mapping[str, Sequence[Took]]) -> Iterator[Row]:
    many = tree.files >= _MANY_FILES
    yield _times("pack", COPY, taken, _TIMES_COPY if many else None)
    # of few files most is the start of a program, so that nothing is wanted of it
    yield _times("pack again, nothing new", LISTED, taken, _TIMES_FIND if many else None)
    if not tree.is_small:
        return
    rate = spread([tree.files / took.wall for took in taken["scan"]])
    wanted = tree.files >= _SCANNED_FILES
    yield Row(
        "scan",
        "",
        seconds(taken["scan"]),
        "",
        f"{rate.told(',.0f')} files/s",
        f"≥ {_SCANNED_A_SECOND:,} files/s" if wanted else "",
        at_least(rate.middle, _SCANNED_A_SECOND) if wanted else "",
    )


def _times(command: str, other: str, taken: Mapping[str, Sequence[Took]], wanted: float | None) -> Row:
    times = ratio(taken[command], taken[other])
    return Row(
        command,
        "",
        seconds(taken[command]),
        f"{other}, {seconds(taken[other])}",
        f"{times.told()} times as long",
        "" if wanted is None else f"≤ {wanted:.1f}",
        "" if wanted is None else at_most(times.middle, wanted),
    )
