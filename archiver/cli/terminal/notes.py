"""Shows what a person is told while a run goes on, a line for each."""

from __future__ import annotations

import click

from archiver.cli.terminal.text import shown, wrapped
from archiver.usecases.watch import Unwatched


class NotesOnly(Unwatched):
    """Shows notes, for a log, and no progress."""

    def note(self, message: str) -> None:
        """Print the note to standard error."""
        click.echo(wrapped(shown(message)), err=True)
