"""Disturbs every command that writes at every point: the full sweep, from the root of the project.

    python -m tests.reliability.sweep                          all of it
    python -m tests.reliability.sweep pack "pack an archive"   these commands
    python -m tests.reliability.sweep --kinds kills,power      these disturbances
    python -m tests.reliability.sweep --every 10               every tenth point, spread evenly
    python -m tests.reliability.sweep --table                  what was tried so far; nothing is run

What was tried is noted line by line in the file that ``--state`` names; a sweep that is ended goes on there. A change of the
program asks for a new file. The status is 1 where something was wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.hostile.shim import build_shim
from tests.reliability.commands import COMMANDS, Command
from tests.reliability.forked import Program
from tests.reliability.trials import Trial

KINDS = ("kills", "refusals", "unreadable", "power")
_MEMORY = Path("/dev/shm")
_NOTED_EVERY = 100


@dataclass(frozen=True, slots=True)
class Tried:
    """One point, and what was wrong after it."""

    command: str
    kind: str
    point: str
    wrong: tuple[str, ...]


class Notes:
    """What was tried, in a file that only grows.

    Args:
        path: The file; made where it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._totals: dict[tuple[str, str], int] = {}
        self._tried: dict[tuple[str, str, str], tuple[str, ...]] = {}
        for line in path.read_text().splitlines() if path.exists() else ():
            self._take(json.loads(line))

    def _take(self, line: dict[str, object]) -> None:
        command, kind = str(line["command"]), str(line["kind"])
        if "total" in line:
            self._totals[command, kind] = int(str(line["total"]))
        else:
            wrong = line["wrong"]
            assert isinstance(wrong, list)
            self._tried[command, kind, str(line["point"])] = tuple(wrong)

    def add(self, line: dict[str, object]) -> None:
        """Note how many points there are of a kind, or what came of one."""
        self._take(line)
        with self._path.open("a") as stream:
            stream.write(json.dumps(line) + "\n")

    def knows(self, command: str, kind: str, point: str) -> bool:
        """Whether a point was tried before."""
        return (command, kind, point) in self._tried

    def failures(self) -> Iterator[str]:
        """Yield what was wrong, a line for each point."""
        for (command, kind, point), wrong in self._tried.items():
            if wrong:
                yield f"{command}, {kind}, {point}: {' | '.join(wrong)}"

    def table(self) -> Iterator[str]:
        """Yield a line for each command: of each kind, how many were tried of how many."""
        yield f"{'':28}" + "".join(f"{kind:>16}" for kind in KINDS)
        sums = dict.fromkeys(KINDS, 0)
        for name in dict.fromkeys(command for command, _ in self._totals):
            row = f"{name:28}"
            for kind in KINDS:
                tried = sum(key[:2] == (name, kind) for key in self._tried)
                sums[kind] += tried
                row += f"{f'{tried}/{self._totals.get((name, kind), 0)}':>16}"
            yield row
        yield f"{'all':28}" + "".join(f"{sums[kind]:>16}" for kind in KINDS)


def points(trial: Trial, kind: str) -> list[tuple[str, Callable[[], list[str]]]]:
    """Return every point of a kind, by what it is called, with what tries it."""
    if kind == "power":
        return [(str(loss), partial(trial.powerless, image)) for loss, image in trial.losses()]
    return [(str(fault), partial(trial.disturbed, fault)) for fault in getattr(trial, kind)()]


def swept(trial: Trial, kind: str, every: int, hide: str, notes: Notes) -> None:
    """Try the points of one kind that were not tried before: every so many, from the last back."""
    name, known = trial.command.name, points(trial, kind)
    notes.add({"command": name, "kind": kind, "total": len(known)})
    for number, (point, attempt) in enumerate(known[::-every]):
        if not notes.knows(name, kind, point):
            wrong = [one.replace(hide, "") for one in attempt()]
            notes.add({"command": name, "kind": kind, "point": point, "wrong": wrong})
            if wrong:
                _say(f"  {name}: {point}: {' | '.join(wrong)}")
        if number % _NOTED_EVERY == _NOTED_EVERY - 1:
            _say(f"{name}: {kind} {number + 1}/{-(-len(known) // every)}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Sweep what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.sweep", description=__doc__)
    parser.add_argument("commands", nargs="*", metavar="COMMAND", help=", ".join(COMMANDS))
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--state", type=Path, default=Path(tempfile.gettempdir()) / "archiver-sweep.jsonl")
    parser.add_argument("--table", action="store_true")
    asked = parser.parse_args()
    notes = Notes(asked.state)
    if not asked.table:
        _sweep(
            [COMMANDS[name] for name in asked.commands or COMMANDS],
            asked.kinds.split(","),
            asked.every,
            notes,
        )
    failures = list(notes.failures())
    for line in (*notes.table(), *failures, f"{len(failures)} wrong"):
        _say(line)
    return 1 if failures else 0


def _sweep(commands: list[Command], kinds: list[str], every: int, notes: Notes) -> None:
    memory = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    base = Path(tempfile.mkdtemp(prefix="sweep-", dir=memory))
    try:
        shim = build_shim(base)
        with Program(shim.library, base) as program:
            for command in commands:
                missing = command.needs()
                if missing:
                    _say(f"{command.name}: left out: {missing}")
                    continue
                trial = Trial(command, program, shim, base / "ground")
                for kind in kinds:
                    swept(trial, kind, every, str(base), notes)
                trial.end()
    finally:
        shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
