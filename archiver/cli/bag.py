"""``archiver bag``: changes the tag files of a finished bag."""

from __future__ import annotations

import os

import click

from archiver import config
from archiver.bagit.updating.update import Updated
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.terminal.text import shown, wrapped
from archiver.cli.terminal.watching import watcher
from archiver.cli.top import new_run
from archiver.errors import ExitStatus
from archiver.executors.ordered import jobs_for
from archiver.usecases.bag_update import add_algorithm_to, set_info_of
from archiver.usecases.changed_bag import changing

_ADD_EXAMPLES = """
  archiver bag add-algorithm /media/backup/Music-2026-11-22 sha256
"""
_SET_EXAMPLES = """
  archiver bag set-info BAG 'Contact-Name: Erika Example'
"""

_INTERRUPTED = (
    "The payload was not changed. The tag files are as they were, or the same command given again completes what it"
    " had begun."
)


@click.group(name="bag", epilog="Each command's --help lists examples and exit statuses.")
def command() -> None:
    """Change the tag files of a finished bag, after verifying it in full."""


@command.command(cls=Command, name="add-algorithm", examples=_ADD_EXAMPLES, interrupted=_INTERRUPTED)
@click.argument("bag", metavar="BAG", type=click.Path(readable=False))
@click.argument("algorithm", metavar="ALGORITHM", type=options.ALGORITHM)
@options.signatures_aside
@options.jobs
@options.catalogue
@options.progress
@options.as_json
def add_algorithm_command(
    bag: str, algorithm: str, aside: bool, jobs: int | None, catalogue: str | None, as_json: bool
) -> int:
    """Give BAG manifests of one more checksum ALGORITHM.

    The bag is verified in full first; an invalid bag is left as it is. Then
    every file is read once more, and its old checksum is compared and the new
    one computed in that same reading. The payload is not changed. A signed bag is left
    as it is, unless its signatures may be set aside. The change is noted in the log
    of the store, and the catalogue knows the bag anew.
    """
    settings = config.load_settings(os.environ)
    workers = jobs_for(jobs, settings.jobs)
    run, watch, place = new_run(os.environ), watcher(), config.catalogue_place(catalogue, settings)
    with changing(bag, f"{algorithm} manifests were added", place, run, watch) as deciding:
        updated = add_algorithm_to(bag, algorithm, run, workers, watch, options.signed_of(aside), deciding)
    _show(bag, updated, as_json=as_json)
    return ExitStatus.DONE


@command.command(cls=Command, name="set-info", examples=_SET_EXAMPLES, interrupted=_INTERRUPTED)
@click.argument("bag", metavar="BAG", type=click.Path(readable=False))
@click.argument("label", metavar="'LABEL: VALUE'")
@options.signatures_aside
@options.jobs
@options.catalogue
@options.progress
@options.as_json
def set_info_command(
    bag: str, label: str, aside: bool, jobs: int | None, catalogue: str | None, as_json: bool
) -> int:
    """Give a label of BAG's bag-info.txt one value.

    The bag is verified in full first; an invalid bag is left as it is. A value
    that the label has is replaced, and shown; of several, all are. A signed bag is
    left as it is, unless its signatures may be set aside. The change is noted in the
    log of the store, and the catalogue knows the bag anew.
    """
    settings = config.load_settings(os.environ)
    workers = jobs_for(jobs, settings.jobs)
    run, watch, place = new_run(os.environ), watcher(), config.catalogue_place(catalogue, settings)
    what = f"the label {label.partition(':')[0].strip()} was set"
    with changing(bag, what, place, run, watch) as deciding:
        updated = set_info_of(bag, label, run, workers, watch, options.signed_of(aside), deciding)
    _show(bag, updated, as_json=as_json)
    return ExitStatus.DONE


def _show(bag: str, updated: Updated, *, as_json: bool) -> None:
    if as_json:
        members = {
            "bag": bag,
            "changed": list(updated.files),
            "replaced": list(updated.replaced),
            "recovered": updated.recovered,
        }
        write_json("archiver.bag-update/1", members, {})
        return
    if updated.recovered:
        click.echo(wrapped("An update that had been interrupted was completed first."))
    if not updated.files:
        click.echo(wrapped(f"{shown(bag)} says so already; nothing was changed."))
        return
    click.echo(wrapped(f"{shown(bag)} was verified in full and updated. Written anew:"))
    for name in updated.files:
        click.echo(f"  {shown(name)}")
    if updated.replaced:
        click.echo(wrapped("What the label said before:"))
    for value in updated.replaced:
        click.echo(wrapped(shown(value), indent="  "))
