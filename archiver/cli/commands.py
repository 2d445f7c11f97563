"""The form that every command's help has: what it does, its options, examples, exit statuses."""

from __future__ import annotations

from typing import Any

import click

from archiver import errors
from archiver.machine import MachineError


class Command(click.Command):
    """A command whose help ends with examples and the exit statuses.

    Args:
        examples: Lines to show as they are, under "Examples".
        interrupted: What state things are in after Ctrl-C, and what to do; where it says nothing, the program does.
        **options: As :class:`click.Command` takes them.
    """

    def __init__(self, *args: Any, examples: str, interrupted: str = "", **options: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*args, **options)
        self._examples = examples
        self._interrupted = interrupted

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stop:
            if not self._interrupted:
                raise
            raise errors.Interrupted("interrupted", self._interrupted) from stop
        except MachineError as error:
            again = [errors.Remedy(errors.Way.AGAIN)]
            raise errors.ArchiverError(error.message, error.hint, remedies=again) from error

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples and the exit statuses after the options."""
        for title, text in (("Examples", self._examples), ("Exit status", status_lines())):
            formatter.write_paragraph()
            formatter.write(f"{title}:\n")
            formatter.write(text.strip("\n") + "\n")


def status_lines() -> str:
    """Return the exit statuses, one indented line each."""
    return "\n".join(f"  {status:<4} {status.meaning}" for status in errors.ExitStatus)
