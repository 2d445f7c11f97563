"""``archiver sign``: signs bags, and keeps signatures that were made elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import click

from archiver import config
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.reports.signed import laid_json, laid_lines
from archiver.cli.terminal.text import shown, shown_path, wrapped
from archiver.cli.terminal.watching import watcher
from archiver.cli.top import new_run
from archiver.errors import ConfigError, ExitStatus, UsageError
from archiver.executors.ordered import jobs_for
from archiver.usecases.signing import Keeping, Laid, attach, sign, write_query

_EXAMPLES = """
  archiver sign /media/backup/Music-2026-11-22
  archiver sign BAG --key ~/.ssh/id_archive.pub --as erika@example.org
  archiver sign BAG --timestamp-query bag.tsq
  archiver sign BAG --attach bag.tsr         keep what the authority answered
"""
_INTERRUPTED = (
    "The payload was not changed. A signature is in the bag as a whole or not at all; the same command given again"
    " completes what it had begun."
)


@click.command(cls=Command, name="sign", examples=_EXAMPLES, interrupted=_INTERRUPTED)
@click.argument("bags", metavar="BAG...", nargs=-1, required=True, type=click.Path(readable=False))
@click.option(
    "--key",
    metavar="FILE",
    type=click.Path(readable=False),
    help="Sign with this key, private or public.  [default: yours in ~/.ssh]",
)
@click.option(
    "--as",
    "who",
    metavar="WHO",
    help="What the signer is called, such as an address.  [default: as the public key says]",
)
@click.option(
    "--attach",
    "attached",
    metavar="FILE",
    type=click.Path(readable=False),
    help="Sign nothing; keep this signature, timestamp or proof, which was made elsewhere.",
)
@click.option(
    "--timestamp-query",
    "query",
    metavar="FILE",
    type=click.Path(),
    help="Sign nothing; write a request for a timestamp (RFC 3161) there, to be sent by you.",
)
@options.jobs
@options.catalogue
@options.progress
@options.as_json
def command(
    bags: tuple[str, ...],
    key: str | None,
    who: str | None,
    attached: str | None,
    query: str | None,
    jobs: int | None,
    catalogue: str | None,
    as_json: bool,
) -> int:
    """Sign each BAG with your SSH key, in a form that ssh-keygen checks.

    Each tag manifest is signed, and with it everything in the bag, which is
    verified in full first. ssh-keygen signs, by your key file, your agent or
    your hardware key; this program opens no private key. The signature and how
    to check it are laid into the bag's folder signatures; nothing else in it
    changes, and several people may sign. An archive is not signed.
    """
    if query is not None:
        return _query(_only(bags, "--timestamp-query"), query, (key, who, attached), as_json=as_json)
    if attached is not None:
        _only(bags, "--attach")
        if key is not None:
            raise UsageError("--attach signs nothing, so that it takes no --key", "Nothing was written.")
    settings = config.load_settings(os.environ)
    place = _place(catalogue, settings)
    keeping = Keeping(new_run(os.environ), jobs_for(jobs, settings.jobs), watcher(), place)
    home = os.path.expanduser("~")
    steps = [
        attach(bag, attached, who) if attached is not None else sign(bag, key, who, home) for bag in bags
    ]
    _show(steps, keeping, as_json=as_json)
    return ExitStatus.DONE


def _place(typed: str | None, settings: config.Settings) -> str:
    """Where the catalogue is; signing does without one where no place for it is known."""
    try:
        return config.catalogue_place(typed, settings)
    except ConfigError:
        return ""


def _only(bags: tuple[str, ...], option: str) -> str:
    if len(bags) != 1:
        raise UsageError(f"{option} is for one bag, not for {len(bags)}", "Nothing was written.")
    return bags[0]


def _query(bag: str, path: str, others: tuple[str | None, ...], *, as_json: bool) -> int:
    if any(other is not None for other in others):
        raise UsageError(
            "--timestamp-query stands alone", "Nothing was written. Leave out --key, --as and --attach."
        )
    manifest = write_query(bag, path)
    if as_json:
        write_json("archiver.timestamp-query/1", {"bag": bag, "of": manifest, "query": path}, {})
        return ExitStatus.DONE
    click.echo(
        wrapped(
            f"Wrote {shown_path(path)}, a request for a timestamp of {shown(manifest)} of {shown_path(bag)}."
        )
    )
    click.echo(wrapped("Nothing was sent. Send it to an authority that you choose, such as:"))
    click.echo(
        f"  curl -H 'Content-Type: application/timestamp-query' --data-binary @{shown(path)} URL > answer.tsr"
    )
    click.echo("Then keep the answer in the bag:")
    click.echo(f"  archiver sign {shown(bag)} --attach answer.tsr")
    return ExitStatus.DONE


def _show(steps: list[Callable[[Keeping], Laid]], keeping: Keeping, *, as_json: bool) -> None:
    if as_json:

        def records() -> Iterator[dict[str, Any]]:
            yield from (laid_json(step(keeping)) for step in steps)

        write_json("archiver.sign/1", {}, {"bags": records()})
        return
    for step in steps:
        for line in laid_lines(step(keeping)):
            click.echo(line)
