"""Chooses what watches a run; the terminal's display is loaded only where there is a terminal."""

from __future__ import annotations

import sys

import click

from archiver.cli.terminal.text import shown, wrapped
from archiver.usecases.watch import Unwatched, Watch


class NotesOnly(Unwatched):
    """Shows notes, for a log, and no progress."""

    def note(self, message: str) -> None:
        """Print the note to standard error."""
        click.echo(wrapped(shown(message)), err=True)


def watcher() -> Watch:
    """Return what watches a run: a progress display where standard error is a terminal, else notes alone."""
    if not sys.stderr.isatty():
        return NotesOnly()
    from archiver.cli.terminal.progress import TerminalWatch  # noqa: PLC0415 - rich takes as long to load as a small bag to verify

    return TerminalWatch()
