"""``archiver receipt``: the receipt of a bag, with the checksum that fixes it."""

from __future__ import annotations

import click

from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.terminal.text import shown_path, wrapped
from archiver.errors import ExitStatus
from archiver.report.receipt import Receipt
from archiver.report.receipt_text import receipt_text
from archiver.usecases.pages import make_receipt, write_receipt

_EXAMPLES = """
  archiver receipt /media/backup/Gift_2026-11-22
  archiver receipt /media/backup/Gift_2026-11-22 --text
"""


@click.command(cls=Command, name="receipt", examples=_EXAMPLES)
@click.argument("bag", metavar="BAG", type=click.Path())
@click.option(
    "--to",
    metavar="FILE",
    type=click.Path(),
    help="Where to write.  [default: the bag's name and -receipt.html here]",
)
@click.option("--text", "as_text", is_flag=True, help="Plain text; without --to, to standard output.")
@options.as_json
def command(bag: str, to: str | None, as_text: bool, as_json: bool) -> int:
    """Make the receipt for BAG: one page to print and sign.

    It says what was received, from whom as far as that is declared, what was
    withheld and why, and how to check it. Beyond the page in the bag,
    metadata/receipt.html, it has the checksum of the tag manifest, which fixes
    every byte of the bag. Nothing is written into the bag.
    """
    if as_json:
        _print(make_receipt(bag))
    elif as_text and to is None:
        click.echo(receipt_text(make_receipt(bag)), nl=False)
    else:
        click.echo(wrapped(f"Wrote {shown_path(write_receipt(bag, to, as_text=as_text))}"))
    return ExitStatus.DONE


def _print(told: Receipt) -> None:
    parts = (
        {
            "title": part.title,
            "rows": [{"name": name or None, "value": value} for name, value in part.rows],
        }
        for part in told.parts
    )
    members = {"title": told.title, "contents": told.contents}
    write_json("archiver.receipt/1", members, {"parts": parts})
