"""``archiver report``: the pages of bags that were packed before."""

from __future__ import annotations

import os
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.remedies import advice
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.terminal.text import count, shown, shown_path, wrapped
from archiver.errors import ExitStatus
from archiver.usecases.pages import MadePages, UnmadePages, make_pages

_EXAMPLES = """
  archiver report /media/backup/Music_2026-11-22 --open
  archiver report /media/backup/*_2026-* --to Pages
"""


@click.command(cls=Command, name="report", examples=_EXAMPLES)
@click.argument("bags", metavar="BAG...", nargs=-1, required=True, type=click.Path())
@click.option(
    "--to",
    metavar="FILE",
    type=click.Path(),
    help="Where to write; a folder for several bags.  [default: the bag's name here]",
)
@click.option("--open", "opened", is_flag=True, help="Open what was written in a browser.")
@options.as_json
def command(bags: tuple[str, ...], to: str | None, opened: bool, as_json: bool) -> int:
    """Make a page to look at each BAG: albums, covers, tracks, rights.

    A bag packed by this version has such a page inside: metadata/index.html.
    This makes the same of what an older BAG records, outside of it, and says
    where. The page refers to the bag's files, so keep both where they are; of
    an archive it shows no covers and plays nothing. Reads records, no music.
    """
    made = list(make_pages(bags, to))
    if as_json:
        write_json("archiver.report/1", {}, {"reports": map(_record, made)})
    else:
        for line in _report(made):
            click.echo(line)
    for one in made:
        if opened and isinstance(one, MadePages):
            webbrowser.open(Path(os.path.abspath(one.first)).as_uri())
    return max((one.fault.exit_code for one in made if isinstance(one, UnmadePages)), default=ExitStatus.DONE)


def _report(made: list[MadePages | UnmadePages]) -> Iterator[str]:
    for one in made:
        match one:
            case MadePages():
                more = f" and the pages in {shown_path(one.further)}" if one.further is not None else ""
                told = f"{count(one.files, 'file')}, {count(one.tracks, 'track')}"
                yield wrapped(f"Wrote {shown_path(one.first)}{more}: {told}")
                if not one.links:
                    yield wrapped(
                        "It is an archive, so its files can neither be shown nor played.", indent="  "
                    )
            case UnmadePages(_, fault):
                yield wrapped(shown(f"{fault.message}. {advice(fault.hint, fault.remedies)}"))


def _record(made: MadePages | UnmadePages) -> dict[str, Any]:
    match made:
        case MadePages():
            return {
                "bag": made.bag,
                "written": made.first,
                "pages": made.further,
                "files": made.files,
                "tracks": made.tracks,
                "fault": None,
            }
        case UnmadePages(bag, fault):
            return {
                "bag": bag,
                "written": None,
                "pages": None,
                "files": None,
                "tracks": None,
                "fault": fault.message,
            }
