"""What a person at a terminal sees while a run goes on."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
)
from rich.table import Column
from rich.text import Text

from archiver.bagit.sizes import human_size
from archiver.cli.terminal.notes import NotesOnly
from archiver.cli.terminal.pace import Pacer
from archiver.cli.terminal.text import duration, shown
from archiver.records.visible import shortened
from archiver.usecases.watch import Meter, Step

T = TypeVar("T")

_WIDE = 72
_BAR = 13
_FIGURES = 40
"""Columns for how much of how much, the rate and the time that remains."""

_LEAST = 6
"""Columns of a title, however narrow the terminal."""


class TerminalWatch(NotesOnly):
    """Shows each step as one line: what, a bar, how much of how much, the rate, the time that remains.

    Where the terminal is narrow, the bar goes first and then the end of the line; the line is never broken.
    """

    def track(self, step: Step, outcomes: Iterable[T], weigh: Callable[[T], int]) -> Iterator[T]:
        """Yield ``outcomes`` unchanged and count them on the terminal; the line goes when the step ends."""
        with _Display(step) as display:
            for outcome in outcomes:
                yield outcome
                if step.meter is None:
                    display.advance(display.task, weigh(outcome))

    @contextlib.contextmanager
    def during(self, step: Step) -> Iterator[None]:
        """Show the step on the terminal for a ``with`` block."""
        with _Display(step):
            yield


class _Display(Progress):
    """One step's line, drawn ten times a second: also while a single large file is in hand, by the step's meter."""

    def __init__(self, step: Step) -> None:
        console = Console(stderr=True)
        has_bar = console.width >= _WIDE
        room = console.width - _FIGURES - (_BAR if has_bar else 0)
        self._meter: Meter | None = None  # the parent draws the empty display already
        super().__init__(*_columns(step, has_bar=has_bar), console=console, transient=True)
        self.task = self.add_task(shortened(shown(step.title), max(room, _LEAST)), total=step.total)
        self._meter = step.meter

    def get_renderables(self) -> Iterable[RenderableType]:
        """Bring the line up to date before it is drawn."""
        if self._meter is not None:
            self.update(self.task, completed=self._meter.total)
        return super().get_renderables()


def _columns(step: Step, *, has_bar: bool) -> list[ProgressColumn]:
    title = TextColumn("{task.description}", markup=False, table_column=_unbroken())
    if not step.unit:
        return [title, _Elapsed()]
    if step.total is None:
        done = TextColumn(f"{{task.completed:,.0f}} {step.unit}", markup=False, table_column=_unbroken())
        return [title, done]
    amount: ProgressColumn
    if step.unit == "bytes":
        amount = DownloadColumn(table_column=_unbroken())
    else:
        amount = MofNCompleteColumn(table_column=_unbroken())
    bar = [BarColumn(bar_width=_BAR - 1)] if has_bar else []
    return [title, *bar, amount, _Pace(step.unit)]


def _unbroken() -> Column:
    return Column(no_wrap=True, overflow="ellipsis")


class _Elapsed(ProgressColumn):
    """How long a step has gone on of which nothing can be counted, so that it is seen to go on."""

    def __init__(self) -> None:
        super().__init__(table_column=_unbroken())

    def render(self, task: Task) -> Text:
        """Say it in whole seconds."""
        return Text(duration(task.elapsed or 0))


class _Pace(ProgressColumn):
    """How fast the step goes, and how long it has still to go."""

    max_refresh = None

    def __init__(self, unit: str) -> None:
        super().__init__(table_column=_unbroken())
        self._unit = unit
        self._pacer = Pacer()

    def render(self, task: Task) -> Text:
        """Say nothing before the first outcome."""
        elapsed = task.finished_time if task.finished_time is not None else task.elapsed
        pace = self._pacer.pace(task.completed, task.total, elapsed or 0)
        if pace is None:
            return Text("")
        rate = human_size(round(pace.rate)) if self._unit == "bytes" else f"{pace.rate:,.0f} {self._unit}"
        return Text(f"{rate}/s  {duration(pace.left_s)} left")
