"""``archiver protect``: gives a bag recovery data against decay."""

from __future__ import annotations

import os
from typing import Literal

import click

from archiver import config
from archiver.bagit.sizes import human_size
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.terminal.text import count, shown_path, wrapped
from archiver.cli.terminal.watching import watcher
from archiver.cli.top import new_run
from archiver.errors import ExitStatus
from archiver.executors.ordered import jobs_for
from archiver.usecases.protect import Made, Protection, protect

_EXAMPLES = """
  archiver protect /media/backup/Music-2026-11-22
  archiver protect --redundancy 10% /media/backup/Music-2026-11-22
"""
_INTERRUPTED = (
    "The payload was not changed. The tag files are as they were, or the same command given again completes what it"
    " had begun."
)


@click.command(cls=Command, name="protect", examples=_EXAMPLES, interrupted=_INTERRUPTED)
@click.argument("bag", metavar="BAG", type=click.Path())
@options.parity
@options.redundancy
@options.signatures_aside
@options.catalogue
@options.jobs
@options.progress
@options.as_json
def command(
    bag: str,
    parity: Literal["one-file"] | None,
    redundancy: float | None,
    aside: bool,
    catalogue: str | None,
    jobs: int | None,
    as_json: bool,
) -> int:
    """Give BAG recovery data, from which damaged and lost files are made again.

    The bag is verified in full first. Then each album gets a set of PAR2 files
    in the bag's folder parity, as tag files like any other; every BagIt program
    still validates the bag, and any program for PAR2 can use them. Without an
    option, any one file of each album can be lost. Where BAG has recovery data
    and another amount is asked for, they are made anew, and the old ones are
    put aside once the new ones are whole. Needs the extra parity, or a par2 of
    your system.
    """
    amount = options.amount_of(parity, redundancy)
    settings = config.load_settings(os.environ)
    place = config.catalogue_place(catalogue, settings)
    workers, signed = jobs_for(jobs, settings.jobs), options.signed_of(aside)
    done = protect(bag, amount, place, new_run(os.environ), workers, watcher(), signed)
    if as_json:
        write_json("archiver.protect/1", _json(done), {})
    else:
        _show(done)
    return ExitStatus.DONE


def _show(done: Protection) -> None:
    if done.made is Made.NOTHING:
        click.echo(wrapped(f"{shown_path(done.bag)} has recovery data already; nothing was changed."))
        return
    if done.made is Made.OWN:
        told = "They were no longer about the bag's own files as they are; of these they were made anew."
        click.echo(wrapped(told))
    share = done.parity_bytes / max(done.payload_bytes, 1)
    click.echo(
        wrapped(
            f"{shown_path(done.bag)}: {count(done.sets, 'set')} of recovery data for {count(done.files, 'file')},"
            f" {human_size(done.parity_bytes)} ({share:.0%} of {human_size(done.payload_bytes)}).",
            below="  ",
        )
    )
    if done.amount.kind == "one-file":
        click.echo("Any one file of each set can be lost and made again.")
    else:
        click.echo(f"About {done.amount} of the bytes of each set can be lost and made again.")
    if done.left_out:
        told = f"In no set, since its form cannot hold their names: {count(done.left_out, 'file')}."
        click.echo(wrapped(told))
    if done.aside is not None:
        click.echo(wrapped(f"What they take the place of is kept in {shown_path(done.aside)}", below="  "))


def _json(done: Protection) -> dict[str, object]:
    return {
        "bag": done.bag,
        "made": done.made.name.lower(),
        "amount": str(done.amount),
        "sets": done.sets,
        "files": done.files,
        "left_out": done.left_out,
        "payload_bytes": done.payload_bytes,
        "parity_bytes": done.parity_bytes,
        "aside": done.aside,
        "pin": done.pin,
    }
