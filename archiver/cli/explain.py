"""``archiver explain``: what is known of a file's rights, from where, and what follows."""

from __future__ import annotations

import datetime as dt
import os

import click

from archiver import config
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.explain import CLOSING, explained_lines
from archiver.cli.reports.explain_json import explained_record
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.terminal.text import shown, shown_path, wrapped
from archiver.cli.top import new_run
from archiver.errors import ExitStatus
from archiver.model.day import Day
from archiver.usecases.explain import ExplainRequest, UnexplainedFile, explain_files

_EXAMPLES = """
  archiver explain Music/Album/01.flac
  archiver explain --policy donation --on 2040-01-01 Music/Album/01.flac
  archiver explain --rights rights.toml --source Music Music/Album/01.flac
"""


@click.command(cls=Command, name="explain", examples=_EXAMPLES)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(readable=False))
@options.rights
@click.option(
    "--source", metavar="FOLDER", type=click.Path(), help="The folder that the declarations speak for."
)
@options.policy
@click.option(
    "--on",
    "on",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day to ask for.  [default: today]",
)
@options.as_json
def command(
    files: tuple[str, ...],
    rights: str | None,
    source: str | None,
    policy: str | None,
    on: dt.datetime | None,
    as_json: bool,
) -> int:
    """Say what is known of the rights in each FILE, from where, and what follows.

    Shows what the file's bytes say, what is declared, which rule made which
    act allowed, denied or unknown, what each policy makes of the file, and
    what its owner could declare or supply to change that. What is no file, or
    cannot be read, is named, and the others are explained.
    """
    settings = config.load_settings(os.environ)
    day = Day.whole(on.date()) if on is not None else new_run(os.environ).day()
    request = ExplainRequest(files, source, rights, policy, day, settings)
    outcomes = list(explain_files(request))
    if as_json:
        records = map(explained_record, outcomes)
        write_json("archiver.explain/1", {"on": day.on.isoformat()}, {"files": records})
    else:
        for number, outcome in enumerate(outcomes):
            if number:
                click.echo()
            if isinstance(outcome, UnexplainedFile):
                click.echo(wrapped(f"{shown_path(outcome.named)}: {shown(outcome.problem.message)}"))
            else:
                for line in explained_lines(outcome):
                    click.echo(line)
        click.echo(f"\n{CLOSING}")
    unread = any(isinstance(outcome, UnexplainedFile) for outcome in outcomes)
    return ExitStatus.INCOMPLETE if unread else ExitStatus.DONE
