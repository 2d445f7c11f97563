"""``archiver show``: says all that is known of a bag, a file or an album."""

from __future__ import annotations

import os

import click

from archiver import config
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.shown import shown_lines, write_shown
from archiver.usecases.show import show

_EXAMPLES = """
  archiver show Music-2026-11-29
  archiver show /media/backup/Music-2026-11-29/data/Album/01.flac
  archiver show Album/01.flac
  archiver show Homogenic
"""


@click.command(cls=Command, name="show", examples=_EXAMPLES)
@click.argument("what", metavar="BAG|FILE|ALBUM", type=click.Path())
@options.catalogue
@options.as_json
def command(what: str, catalogue: str | None, as_json: bool) -> None:
    """Say all that is known of a bag, a file or an album.

    A bag is named by its path, its name or its identifier; a file by its path
    in a bag, on any disk that was ever seen, by its path below data/, or by 16
    or more digits of its digest; an album by its title.

    What is said is what the catalogue knows: no bag is opened and nothing is
    changed. To know that a bag is intact: archiver verify.
    """
    place = config.catalogue_place(catalogue, config.load_settings(os.environ))
    shown = show(place, what)
    if as_json:
        write_shown(shown)
    else:
        for line in shown_lines(shown):
            click.echo(line)
