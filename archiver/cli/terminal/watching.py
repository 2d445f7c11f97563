"""Chooses what watches a run; a display is loaded only where it is seen."""

from __future__ import annotations

import sys
from typing import Literal

import click

from archiver.cli.terminal.notes import NotesOnly
from archiver.usecases.watch import Watch

Form = Literal["terminal", "json", "off"]
"""How progress is told: as a display, as lines for a program, or not at all."""

_ASKED = "archiver.progress"


def ask_for(ctx: click.Context, _: click.Parameter, form: Form | None) -> None:
    """Keep what an option said of progress for the command that it was given to."""
    ctx.meta[_ASKED] = form


def watcher() -> Watch:
    """Return what watches a run, in the form asked for.

    Where nothing was asked for, that is a display where standard error is a terminal, and notes alone where it is not.
    """
    context = click.get_current_context(silent=True)
    asked: Form | None = None if context is None else context.meta.get(_ASKED)
    form = asked or ("terminal" if sys.stderr.isatty() else "off")
    if form == "json":
        from archiver.cli.terminal.progress_json import JsonWatch  # noqa: PLC0415 - few ask for it

        return JsonWatch()
    if form == "off":
        return NotesOnly()
    from archiver.cli.terminal.progress import TerminalWatch  # noqa: PLC0415 - rich takes as long to load as a small bag to verify

    return TerminalWatch()
