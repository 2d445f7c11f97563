"""``archiver pack``: writes a bag."""

from __future__ import annotations

import itertools
import os
from typing import Any, Literal

import click

from archiver import config
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.profile_fixes import fix_lines
from archiver.cli.reports.pack import report_lines, verbose_lines, write_report_json
from archiver.cli.reports.pack_again import nothing_new_lines, write_nothing_new_json
from archiver.cli.terminal.sizes import SIZE
from archiver.cli.terminal.watching import watcher
from archiver.cli.top import new_run
from archiver.errors import ExitStatus, UsageError
from archiver.model.layout import LAYOUTS, PLAIN
from archiver.records.layout import DESCRIPTIONS
from archiver.usecases.pack import pack
from archiver.usecases.pack.prepare import PackRequest
from archiver.usecases.pack.profile import ProfileMismatchError
from archiver.usecases.pack.report import NothingNew, PackReport

_EXAMPLES = """
  archiver pack Music --to /media/backup
  archiver pack Music --to /media/backup --dry-run
  archiver pack Vinyl CDs --to /media/backup --name Collection-2026
  archiver pack Donation --to Intake --policy donation \\
      --algorithm sha512 --algorithm md5 \\
      --info 'Source-Organization: Example Library'
"""


_INTERRUPTED = (
    "No source was changed and no bag was left unfinished under its name. What had been copied waits in the store's"
    " .incoming folder; the same command goes on from there."
)


@click.command(cls=Command, name="pack", examples=_EXAMPLES, interrupted=_INTERRUPTED)
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True, type=click.Path())
@click.option(
    "--to",
    "store",
    metavar="STORE",
    type=click.Path(),
    help="Folder that gets the bag.  [required unless configured]",
)
@click.option("--name", metavar="NAME", help="Name of the bag.  [default: the source's name and the date]")
@click.option(
    "--collection",
    metavar="NAME",
    help="The collection that this is a new state of.  [default: the source's name]",
)
@click.option(
    "--algorithm",
    "algorithms",
    multiple=True,
    metavar="ALG",
    type=options.ALGORITHM,
    help="Checksum algorithm; may be repeated.  [default: sha512]",
)
@click.option(
    "--info",
    "info",
    multiple=True,
    metavar="'LABEL: VALUE'",
    help="A label for bag-info.txt; may be repeated.",
)
@options.exclude
@options.exclude_clutter
@options.rights
@options.policy
@click.option("--anonymous-withheld", is_flag=True, help="Leave the names of withheld files out of the bag.")
@click.option(
    "--profile",
    metavar="PROFILE",
    type=options.PROFILE,
    help="Make what a recipient wants: btr, aptrust, metaarchive or a profile file.",
)
@click.option(
    "--layout",
    type=click.Choice(list(LAYOUTS)),
    default=PLAIN.name,
    help="How the bag is laid out: plain, or as a transfer of Archivematica.  [default: plain]",
)
@click.option(
    "--describe",
    "descriptions",
    multiple=True,
    type=click.Choice(DESCRIPTIONS),
    help="A description for catalogues to write as well; may be repeated.",
)
@click.option(
    "--accrual-to",
    metavar="BAG|ACCESSION",
    help="The earlier accession that this one adds to: a bag, or its identifier.",
)
@click.option(
    "--max-size",
    "max_bytes",
    metavar="SIZE",
    type=SIZE,
    help="What one bag may take, as 100GB; albums stay whole.",
)
@click.option("--serialize", type=click.Choice(["tar", "zip"]), help="Make one archive file of each bag.")
@click.option(
    "--names",
    type=click.Choice(["exact", "portable"]),
    help="Keep names as they are, or store those that other systems or BagIt programs cannot hold under reversible"
    " ones.  [default: exact with the policy personal, no --profile and the plain layout, else portable]",
)
@click.option(
    "--premis/--no-premis",
    default=None,
    help="Write metadata/premis.xml for repositories, or leave it out.  [default: as the policy says]",
)
@click.option(
    "--reread",
    is_flag=True,
    help="Read every file, also where it looks unchanged, and pack what is new.",
)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Read and pack everything, whatever the store holds already.",
)
@options.catalogue
@click.option("--dry-run", is_flag=True, help="Say what would be packed; write nothing.")
@click.option(
    "--decode",
    is_flag=True,
    help="Decode all music as well, to know whether it is whole; needs the extra decode.",
)
@options.parity
@options.redundancy
@click.option("--read-back", is_flag=True, help="Read every copy from the disk again and compare.")
@click.option("--bag-in-bag", is_flag=True, help="Allow a source that is itself a bag.")
@options.verbose
@options.jobs
@options.progress
@options.as_json
def command(
    everything: bool,
    reread: bool,
    parity: Literal["one-file"] | None,
    redundancy: float | None,
    dry_run: bool,
    verbose: bool,
    as_json: bool,
    **asked: Any,  # noqa: ANN401 - click gives each its type
) -> int:
    """Write what is in each SOURCE, a folder or a file, into one new bag.

    The files keep their folders, names and times; the source is only read.
    The same command again packs what is new since, and records the whole:
    what the store holds already takes no room a second time.
    The bag appears in STORE under its name when it is whole and on the disk,
    never before. A run that was interrupted goes on where it stopped when the
    same command is given again.
    """
    # an option that says no more than the request does bears the name that it has there
    request = PackRequest(
        settings=config.load_settings(os.environ),
        anew="packing" if everything else "reading" if reread else "nothing",
        parity=options.amount_of(parity, redundancy),
        **asked,
    )
    work = pack.rehearse if dry_run else pack.pack
    try:
        with work(request, new_run(os.environ), watcher()) as report:
            _tell(report, verbose=verbose, as_json=as_json)
            return ExitStatus.DONE if report.complete else ExitStatus.INCOMPLETE
    except ProfileMismatchError as refused:
        raise UsageError(refused.message, refused.hint, tuple(fix_lines(refused))) from refused


def _tell(report: PackReport | NothingNew, *, verbose: bool, as_json: bool) -> None:
    if isinstance(report, NothingNew):
        if as_json:
            write_nothing_new_json(report)
        else:
            for line in nothing_new_lines(report):
                click.echo(line)
    elif as_json:
        write_report_json(report)
    else:
        for line in itertools.chain(report_lines(report), verbose_lines(report) if verbose else ()):
            click.echo(line)
