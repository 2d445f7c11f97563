"""``archiver heal``: makes whole what is damaged or missing in a bag."""

from __future__ import annotations

import os

import click

from archiver import config
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.heal import heal_json, heal_lines
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.terminal.watching import watcher
from archiver.cli.top import new_run
from archiver.errors import ExitStatus
from archiver.executors.ordered import jobs_for
from archiver.usecases.heal.heal import heal
from archiver.usecases.heal.outcome import HealRequest

_EXAMPLES = """
  archiver heal --dry-run /media/backup/Music-2026-11-22
  archiver heal /media/backup/Music-2026-11-22
  archiver heal /media/backup/Music-2026-11-22 --from /media/second
"""
_INTERRUPTED = "Every file of the bag is as it was, or whole; nothing was deleted. The same command given again heals the rest."


@click.command(cls=Command, name="heal", examples=_EXAMPLES, interrupted=_INTERRUPTED)
@click.argument("bag", metavar="BAG", type=click.Path())
@click.option(
    "--from",
    "copies",
    metavar="COPY",
    multiple=True,
    type=click.Path(),
    help="A store or bag to take whole bytes from; may be repeated.  [default: every copy that the catalogue knows]",
)
@click.option("--dry-run", is_flag=True, help="Say what can be healed; change nothing.")
@options.catalogue
@options.jobs
@options.progress
@options.as_json
def command(
    bag: str, copies: tuple[str, ...], dry_run: bool, catalogue: str | None, jobs: int | None, as_json: bool
) -> int:
    """Make whole what is damaged or missing in BAG.

    Every file is checked. One that is not right is taken from a copy, from
    another file with the same bytes, from the sound parts of several damaged
    copies, or made of the bag's recovery data. Only bytes with the digest that
    the catalogue pins count. What stood there before is kept outside the bag;
    nothing is deleted. What cannot be healed is listed and stays as it is.
    """
    settings = config.load_settings(os.environ)
    place = config.catalogue_place(catalogue, settings)
    request = HealRequest(bag, copies, dry_run, jobs_for(jobs, settings.jobs))
    done = heal(request, place, new_run(os.environ), watcher())
    if as_json:
        write_json("archiver.heal/1", *heal_json(done))
    else:
        for line in heal_lines(done):
            click.echo(line)
    return ExitStatus.DONE if done.is_whole else ExitStatus.DAMAGED
