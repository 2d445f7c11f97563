"""``archiver retire``: removes a copy of a bag, where nothing is lost with it."""

from __future__ import annotations

import datetime as dt
import os

import click

from archiver import config
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.reports.retire import retire_json, retire_lines
from archiver.cli.terminal.watching import watcher
from archiver.cli.top import new_run
from archiver.errors import ExitStatus
from archiver.usecases.retire import RetireRequest, retire

_EXAMPLES = """
  archiver retire --dry-run /media/backup/First     say what would be lost
  archiver retire /media/backup/First
"""
_INTERRUPTED = "The bag is whole under its name, or out of sight in the store's .incoming folder, where the next run removes what is left."
_LATELY = dt.timedelta(days=90)


@click.command(cls=Command, name="retire", examples=_EXAMPLES, interrupted=_INTERRUPTED)
@click.argument("bag", metavar="BAG", type=click.Path())
@click.option(
    "--verified-since",
    "since",
    metavar="DATE",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help="Count on copies found right on DATE or later.  [default: 90 days ago]",
)
@click.option(
    "--give-up-accession",
    is_flag=True,
    help="Let the accession go too whose state stands in no other copy.",
)
@click.option(
    "--give-up-changes",
    is_flag=True,
    help="Let the tag files go too, as they were changed, where all other copies have older ones.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be removed or lost; remove nothing.")
@options.catalogue
@options.progress
@options.as_json
def command(
    bag: str,
    since: dt.datetime | None,
    give_up_accession: bool,
    give_up_changes: bool,
    dry_run: bool,
    catalogue: str | None,
    as_json: bool,
) -> int:
    """Remove a copy of BAG from its store, if nothing is lost with it.

    Every content that a kept accession needs must be in another copy that was
    checked lately: in a copy of the same bag, or in other bags. Tag files that
    were changed since the bag was sealed must be in another copy too. Where
    that is not so, the report says what would be lost, and nothing is done.
    What is removed is written to the store's log first.
    """
    run = new_run(os.environ)
    day = run.today() - _LATELY if since is None else since.date()
    request = RetireRequest(bag, day.isoformat(), give_up_accession, give_up_changes, dry_run)
    place = config.catalogue_place(catalogue, config.load_settings(os.environ))
    done = retire(request, place, run, watcher())
    if as_json:
        write_json("archiver.retire/1", retire_json(done), {})
    else:
        for line in retire_lines(done):
            click.echo(line)
    return ExitStatus.DONE if done.may_go else ExitStatus.STOPPED
