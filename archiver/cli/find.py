"""``archiver find``: finds files in bags by a query."""

from __future__ import annotations

import os
import sys

import click

from archiver import config
from archiver.catalogue.search import ORDERS, Order
from archiver.cli import options
from archiver.cli.queries import QueryCommand, query_text
from archiver.cli.reports.found import found_lines, left_out_line, write_found
from archiver.cli.terminal.text import brief, nearest, shown
from archiver.errors import ExitStatus, UsageError
from archiver.usecases.find import Finding, finding

_SHOWN = 50
"""Files in a report that says nothing else."""

_EXAMPLES = """
  archiver find bjork live
  archiver find artist:bjork year:1990..1999 format:flac
  archiver find title:"hyper-ballad" -remix
  archiver find integrity:damaged --paths
  archiver find lossless:no --count
  archiver find "size:>100MB" --sort -size --limit 10
"""


@click.command(cls=QueryCommand, name="find", examples=_EXAMPLES)
@click.argument("query", metavar="QUERY...", nargs=-1, required=True)
@click.option(
    "--sort",
    "sort",
    metavar="FIELD",
    help=f"Sort by {', '.join(ORDERS[:-1])} or {ORDERS[-1]}; with - before it the greatest first.",
)
@click.option(
    "--limit",
    type=click.IntRange(0),
    metavar="N",
    help=f"Show N files at most, 0 for all.  [default: {_SHOWN} in the report, else all]",
)
@click.option("--count", "only_count", is_flag=True, help="Print how many files are found, and nothing else.")
@click.option("--paths", is_flag=True, help="Print where the files are, one path a line, and nothing else.")
@click.option("--paths0", is_flag=True, help="The same, each path followed by a NUL.")
@options.catalogue
@options.as_json
def command(
    query: tuple[str, ...],
    sort: str | None,
    limit: int | None,
    only_count: bool,
    paths: bool,
    paths0: bool,
    catalogue: str | None,
    as_json: bool,
) -> int:
    r"""Find files in bags by words of their tags and paths, and by what is known of them.

    Words are found without regard to capitals and accents, in any script, and
    by how they begin: bjor finds Björk. All must hold; - or not before one
    leaves out what has it. "Quoted words" stand side by side. A field says
    where to look or what to ask:

    \b
      artist title album albumartist composer genre label path name year
      format codec lossless rate depth duration size role integrity problem
      protected personal disposition publish bag collection store added ...

    The manual's page "Finding" has them all; a wrong one is told with the
    right one. What is asked is the catalogue, which packing keeps; no bag is
    opened and nothing is changed.
    """
    _refuse_several(only_count, paths, paths0, as_json)
    order = None if sort is None else _order(sort)
    place = config.catalogue_place(catalogue, config.load_settings(os.environ))
    with finding(place, query_text(query)) as found:
        if only_count:
            click.echo(str(found.count()))
            _warn(found)
        elif paths or paths0:
            return _write_paths(found, order, limit or None, b"\0" if paths0 else b"\n")
        elif as_json:
            write_found(found, order, limit or None)
        else:
            for line in found_lines(found, order, _SHOWN if limit is None else limit or None):
                click.echo(line)
    return ExitStatus.DONE


def _refuse_several(*ways: bool) -> None:
    if sum(ways) > 1:
        raise UsageError(
            "--count, --paths, --paths0 and --json each print something else",
            "Leave all but one of them out.",
        )


def _order(sort: str) -> Order:
    name = sort.removeprefix("-").casefold()
    if name not in ORDERS:
        raise UsageError(
            f"files cannot be sorted by {brief(name, 80)!r}",
            nearest(name, ORDERS).strip() or f"It is one of: {', '.join(ORDERS)}.",
        )
    return Order(name, descending=sort.startswith("-"))


def _write_paths(found: Finding, order: Order | None, most: int | None, end: bytes) -> int:
    on_a_screen = end == b"\n" and sys.stdout.isatty()
    sys.stdout.flush()
    left_out = 0
    for file in found.files(order, most):
        path = found.place(file)
        if path is None:
            left_out += 1
        elif on_a_screen:
            click.echo(shown(os.fsdecode(path)))
        else:
            sys.stdout.buffer.write(path + end)
    sys.stdout.buffer.flush()
    if left_out:
        click.echo(left_out_line(left_out), err=True)
    _warn(found)
    return ExitStatus.INCOMPLETE if left_out else ExitStatus.DONE


def _warn(found: Finding) -> None:
    for sentence in found.unknown:
        click.echo(brief(sentence), err=True)
