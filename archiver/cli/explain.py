"""``archiver explain``: what is known of a file's rights, from where, and what follows; of a bag, what it records."""

from __future__ import annotations

import datetime as dt
import os

import click

from archiver import config
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.explain import CLOSING
from archiver.cli.reports.explain_json import explained_records
from archiver.cli.reports.explain_recorded import outcome_lines
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.top import new_run
from archiver.errors import ExitStatus
from archiver.model.day import Day
from archiver.usecases.explain import ExplainedFile, ExplainRequest, Outcome, UnexplainedFile, explain_files
from archiver.usecases.recorded import RecordedBag, RecordedFile, UnreadBag, UnreadRecord

_EXAMPLES = """
  archiver explain Music/Album/01.flac
  archiver explain --policy donation --on 2040-01-01 Music/Album/01.flac
  archiver explain --rights rights.toml --source Music Music/Album/01.flac
  archiver explain /media/backup/Music-2026-11-19
"""


@click.command(cls=Command, name="explain", examples=_EXAMPLES)
@click.argument("files", metavar="FILE|BAG...", nargs=-1, required=True, type=click.Path(readable=False))
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

    Shows what the file's bytes say and whether its music is whole, for which
    it is read to its end; what is declared, which rule made which act allowed,
    denied or unknown, what each policy makes of the file, and what its owner
    could declare or supply to change that. What is no file, or cannot be read,
    is named, and the others are explained.

    Of a BAG, or a file in one, shows what was recorded when it was packed; the
    payload is not read. For a file there, --policy and --on also show what
    today's rules make of it. To know that the records are unchanged:
    archiver verify.
    """
    settings = config.load_settings(os.environ)
    day = None if on is None else Day.whole(on.date())
    request = ExplainRequest(files, source, rights, policy, day, new_run(os.environ).day(), settings)
    outcomes = list(explain_files(request))
    if as_json:
        members = {"on": (day or request.today).on.isoformat()}
        write_json("archiver.explain/1", members, explained_records(outcomes))
    else:
        for number, outcome in enumerate(outcomes):
            if number:
                click.echo()
            for line in outcome_lines(outcome):
                click.echo(line)
        click.echo(f"\n{CLOSING}")
    return max(map(_status, outcomes))


def _status(outcome: Outcome) -> ExitStatus:
    match outcome:
        case UnreadBag() | UnreadRecord():
            return outcome.fault.exit_code
        case UnexplainedFile():
            return ExitStatus.INCOMPLETE
        case ExplainedFile() | RecordedFile() | RecordedBag():
            return ExitStatus.DONE
