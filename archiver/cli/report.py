"""``archiver report``: the pages of bags that were packed before, and of what a query finds."""

from __future__ import annotations

import os
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from archiver import config
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.remedies import advice
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.terminal.text import brief, count, shown, shown_path, wrapped
from archiver.cli.top import new_run
from archiver.errors import ExitStatus, UsageError
from archiver.usecases.found_pages import MadeOfQuery, make_pages_of_query
from archiver.usecases.pages import MadePages, UnmadePages, make_pages

_EXAMPLES = """
  archiver report /media/backup/Music_2026-11-22 --open
  archiver report /media/backup/*_2026-* --to Pages
  archiver report --query "artist:bjork year:1990s" --to Bjork.html
"""


@click.command(cls=Command, name="report", examples=_EXAMPLES)
@click.argument("bags", metavar="[BAG]...", nargs=-1, type=click.Path())
@click.option("--query", metavar="QUERY", help="Of the files that find QUERY finds, instead of bags.")
@click.option(
    "--to",
    metavar="FILE",
    type=click.Path(),
    help="Where to write; a folder for several bags.  [default: the bag's name here]",
)
@click.option("--open", "opened", is_flag=True, help="Open what was written in a browser.")
@options.catalogue
@options.as_json
def command(
    bags: tuple[str, ...],
    query: str | None,
    to: str | None,
    opened: bool,
    catalogue: str | None,
    as_json: bool,
) -> int:
    """Make a page to look at each BAG: albums, covers, tracks, rights.

    A bag packed by this version has such a page inside: metadata/index.html.
    This makes the same of what an older BAG records, outside of it, and says
    where. The page refers to the bag's files, so keep both where they are; of
    an archive it shows no covers and plays nothing. Reads records, no music.

    With --query it is a page of what the catalogue finds, in all stores at once.
    It refers to files in folders that are there now; it says which are not at
    hand, and marks those that are closed.
    """
    made = _made(bags, query, to, catalogue)
    if as_json:
        write_json("archiver.report/1", {}, {"reports": map(_record, made)})
    else:
        for line in _report(made):
            click.echo(line)
    for one in made:
        if opened and not isinstance(one, UnmadePages):
            webbrowser.open(Path(os.path.abspath(one.first)).as_uri())
    return max((one.fault.exit_code for one in made if isinstance(one, UnmadePages)), default=ExitStatus.DONE)


_Made = MadePages | MadeOfQuery | UnmadePages


def _made(bags: tuple[str, ...], query: str | None, to: str | None, catalogue: str | None) -> list[_Made]:
    if query is None:
        if not bags:
            raise click.UsageError("Missing argument 'BAG...', or --query with --to.")
        if catalogue is not None:
            raise UsageError(
                "--catalogue says what a query is asked of", "Give --query as well, or leave it out."
            )
        return list(make_pages(bags, to))
    if bags:
        raise UsageError(
            "bags and --query are two things", "Leave one of them out; a query can have bag:NAME."
        )
    if to is None:
        raise UsageError("--query needs --to", "Name the file that is to be written.")
    place = config.catalogue_place(catalogue, config.load_settings(os.environ))
    return [make_pages_of_query(place, query, to, new_run(os.environ))]


def _report(made: list[_Made]) -> Iterator[str]:
    for one in made:
        match one:
            case MadePages():
                more = (
                    f" and what belongs to it in {shown_path(one.further)}" if one.further is not None else ""
                )
                told = f"{count(one.files, 'file')}, {count(one.tracks, 'track')}"
                yield wrapped(f"Wrote {shown_path(one.first)}{more}: {told}")
                if not one.links:
                    yield wrapped(
                        "It is an archive, so its files can neither be shown nor played.", indent="  "
                    )
            case MadeOfQuery():
                yield from _report_found(one)
            case UnmadePages(_, fault):
                yield wrapped(shown(f"{fault.message}. {advice(fault.hint, fault.remedies)}"))


def _report_found(made: MadeOfQuery) -> Iterator[str]:
    more = f" and what belongs to it in {shown_path(made.further)}" if made.further is not None else ""
    told = f"{count(made.files, 'file')}, {count(made.tracks, 'track')}"
    yield wrapped(f"Wrote {shown_path(made.first)}{more}: {told}")
    if made.closed:
        yield wrapped(f"{count(made.closed, 'file')} closed: marked, and not linked to.", indent="  ")
    if made.away:
        yield wrapped(
            f"{count(made.away, 'file')} not at hand, or in archives: shown without links.", indent="  "
        )
    for remark in made.remarks:
        yield wrapped(brief(remark), indent="  ")


def _record(made: _Made) -> dict[str, Any]:
    match made:
        case MadeOfQuery():
            return {
                "query": made.query,
                "written": made.first,
                "pages": made.further,
                "files": made.files,
                "tracks": made.tracks,
                "closed": made.closed,
                "away": made.away,
                "remarks": list(made.remarks),
                "fault": None,
            }
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
