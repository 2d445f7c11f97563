"""``archiver status``: how the archive stands."""

from __future__ import annotations

import os

import click

from archiver import config
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.reports.status import status_json, status_lines
from archiver.cli.top import new_run
from archiver.errors import ExitStatus
from archiver.usecases.status import status

_EXAMPLES = """
  archiver status
  archiver status --json
"""


@click.command(cls=Command, name="status", examples=_EXAMPLES)
@options.catalogue
@options.as_json
def command(catalogue: str | None, as_json: bool) -> int:
    """Say what is kept where, when it was last checked, and what falls due.

    All of it is what the catalogue knows; no bag is looked at. A copy that was
    not checked within a year falls due, and so do restrictions that end within
    90 days.
    """
    place = config.catalogue_place(catalogue, config.load_settings(os.environ))
    found = status(place, new_run(os.environ).today())
    if as_json:
        write_json("archiver.status/1", *status_json(found))
    else:
        for line in status_lines(found):
            click.echo(line)
    return ExitStatus.DONE
