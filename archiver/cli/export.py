"""``archiver export``: takes out of a bag what may be used for one purpose."""

from __future__ import annotations

import os
from typing import Literal

import click

from archiver import config
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.export import report_lines, verbose_lines, write_report_json
from archiver.cli.terminal.watching import watcher
from archiver.cli.top import new_run
from archiver.errors import ExitStatus
from archiver.model.rights import Act
from archiver.rights.declaring.policies import EXPORTED_FOR
from archiver.usecases.export.export import ExportRequest, export

_EXAMPLES = """
  archiver export Intake/Gift-2026 --for access --to Reading-Room
  archiver export Intake/Gift-2026 --for publish --to Web --redact personal
"""

_INTERRUPTED = "The bag was not changed, and no bag was left unfinished under its name."


@click.command(cls=Command, name="export", examples=_EXAMPLES, interrupted=_INTERRUPTED)
@click.argument("bag", metavar="BAG", type=click.Path())
@click.option(
    "--for",
    "act",
    required=True,
    type=click.Choice([act.value for act in EXPORTED_FOR]),
    help="What the files are to be used for: only those of which it is allowed today go in.",
)
@click.option("--to", metavar="DIR", required=True, type=click.Path(), help="Folder that gets the new bag.")
@click.option(
    "--name", metavar="NAME", help="Name of the new bag.  [default: the bag's name, the purpose and the date]"
)
@click.option(
    "--redact",
    type=click.Choice(["personal"]),
    help="Write copies without personal data of files that nothing else keeps back.",
)
@options.verbose
@options.jobs
@options.progress
@options.as_json
def command(
    bag: str,
    act: str,
    to: str,
    name: str | None,
    redact: Literal["personal"] | None,
    verbose: bool,
    jobs: int | None,
    as_json: bool,
) -> int:
    """Write the files of a BAG that may be used for one purpose into a new bag.

    What the bag records of each file, and of what was declared, is decided
    anew for today. What is not allowed, or not known to be, stays where it is,
    and so does what holds personal data. The BAG is only read; what is taken
    is held against its checksums first.

    With --redact personal the tags of music are written anew in a copy, which
    goes in only where its music is the same by its digest and nothing personal
    is left; what cannot be redacted is named and stays where it is.
    """
    request = ExportRequest(bag, Act(act), to, config.load_settings(os.environ), name, redact, jobs)
    with export(request, new_run(os.environ), watcher()) as report:
        if as_json:
            write_report_json(report)
        else:
            for line in report_lines(report):
                click.echo(line)
            if verbose:
                for line in verbose_lines(report):
                    click.echo(line)
        return ExitStatus.INCOMPLETE if report.totals.withheld else ExitStatus.DONE
