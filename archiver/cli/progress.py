"""What a person at a terminal sees while a run goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from rich.console import Console
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
from archiver.cli.text import duration, shown
from archiver.cli.watching import NotesOnly
from archiver.records.visible import shortened
from archiver.usecases.watch import Step

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
        console = Console(stderr=True)
        has_bar = console.width >= _WIDE
        room = console.width - _FIGURES - (_BAR if has_bar else 0)
        with Progress(*_columns(step, has_bar=has_bar), console=console, transient=True) as display:
            task = display.add_task(shortened(shown(step.title), max(room, _LEAST)), total=step.total)
            for outcome in outcomes:
                yield outcome
                display.advance(task, weigh(outcome))


def _columns(step: Step, *, has_bar: bool) -> list[ProgressColumn]:
    title = TextColumn("{task.description}", markup=False, table_column=_unbroken())
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


class _Pace(ProgressColumn):
    """Rate and remaining time from the whole step so far: outcomes come in bursts, which a short memory misjudges."""

    def __init__(self, unit: str) -> None:
        super().__init__(table_column=_unbroken())
        self._unit = unit

    def render(self, task: Task) -> Text:
        """Say nothing before the first outcome."""
        elapsed = task.finished_time if task.finished_time is not None else task.elapsed
        if not task.completed or not elapsed or task.remaining is None:
            return Text("")
        rate = task.completed / elapsed
        pace = human_size(round(rate)) if self._unit == "bytes" else f"{rate:,.0f} {self._unit}"
        return Text(f"{pace}/s  {duration(task.remaining / rate)} left")
