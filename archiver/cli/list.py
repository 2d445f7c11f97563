"""``archiver list``: lists stores, bags, collections, accessions or albums."""

from __future__ import annotations

import itertools
import os

import click

from archiver import config
from archiver.cli import options
from archiver.cli.queries import QueryCommand, query_text
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.reports.listed import listed_lines, listed_object, overview_lines
from archiver.usecases.listed import Listed, listed, overview

_SHOWN = 200
"""Rows of a report that says nothing else."""

_EXAMPLES = """
  archiver list
  archiver list bags
  archiver list albums artist:bjork
  archiver list accessions --json
"""


@click.command(cls=QueryCommand, name="list", examples=_EXAMPLES)
@click.argument("what", metavar="[WHAT]", required=False, type=click.Choice([one.value for one in Listed]))
@click.argument("query", metavar="[QUERY]...", nargs=-1)
@click.option(
    "--limit",
    type=click.IntRange(0),
    metavar="N",
    help=f"Show N at most, 0 for all.  [default: {_SHOWN} in the report, else all]",
)
@options.catalogue
@options.as_json
def command(
    what: str | None, query: tuple[str, ...], limit: int | None, catalogue: str | None, as_json: bool
) -> None:
    """List what the catalogue knows: stores, bags, collections, accessions or albums.

    Without WHAT it says how many there are of each. Albums are those that tags
    name; a QUERY, as for archiver find, lists only the albums of files that it
    finds. Nothing is changed.
    """
    place = config.catalogue_place(catalogue, config.load_settings(os.environ))
    if what is None:
        _print_overview(place, as_json)
        return
    kind = Listed(what)
    with listed(place, kind, query_text(query)) as items:
        if as_json:
            objects = map(listed_object, itertools.islice(items, limit or None))
            write_json(f"archiver.list-{kind}/1", {}, {kind.value: objects})
        else:
            for line in listed_lines(kind, items, _SHOWN if limit is None else limit or None):
                click.echo(line)


def _print_overview(place: str, as_json: bool) -> None:
    counted = overview(place)
    if as_json:
        known = {what.value: number for what, number in counted.counts.items() if number is not None}
        write_json("archiver.list/1", known, {})
        return
    for line in overview_lines(counted):
        click.echo(line)
