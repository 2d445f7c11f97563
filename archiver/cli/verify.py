"""``archiver verify``: says whether bags are complete and valid."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import click

from archiver import config
from archiver.bagit.report import Depth
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.reports.verified_json import verified_json
from archiver.cli.reports.verify import FEW, aside_lines, bag_lines, summary_lines, verdict
from archiver.cli.terminal.text import shown, wrapped
from archiver.cli.terminal.watching import watcher
from archiver.cli.top import new_run
from archiver.errors import ConfigError, ExitStatus
from archiver.executors.ordered import jobs_for
from archiver.signing.allowed import AllowedSigners
from archiver.usecases.verify.noted import noting
from archiver.usecases.verify.signatures import Trust, read_allowed
from archiver.usecases.verify.verify import Targets, VerifiedBag, VerifyRequest, targets_of, verify
from archiver.usecases.watch import Watch

_EXAMPLES = """
  archiver verify /media/backup/Music-2026-11-22
  archiver verify /media/backup             every bag there, with a summary
  archiver verify --fast BAG                names, number and size of files
"""


_INTERRUPTED = (
    "Nothing was changed. Only what is reported above was checked; the rest is neither proved nor disproved."
)


@click.command(cls=Command, name="verify", examples=_EXAMPLES, interrupted=_INTERRUPTED)
@click.argument("bags", metavar="BAG|STORE...", nargs=-1, required=True, type=click.Path(readable=False))
@click.option(
    "--fast",
    "depth",
    flag_value="fast",
    help="Compare names with one manifest, and number and size of the files with Payload-Oxum; read no file.",
)
@click.option(
    "--complete",
    "depth",
    flag_value="complete",
    help="Compare names with all manifests, tag files too: is every file there, and no other? Read no file.",
)
@click.option(
    "--profile",
    metavar="PROFILE",
    type=options.PROFILE,
    help="Check it against btr, aptrust, metaarchive or a profile file too.",
)
@click.option(
    "--allowed-signers",
    metavar="FILE",
    type=click.Path(),
    help="Say whether those who signed are on this list, in ssh's own form.",
)
@click.option(
    "--require-signature",
    "required",
    is_flag=True,
    help="Let a bag pass only with a signature that holds, by an allowed signer if there is a list.",
)
@options.verbose
@options.jobs
@options.catalogue
@options.progress
@options.as_json
def command(
    bags: tuple[str, ...],
    depth: str | None,
    profile: str | None,
    allowed_signers: str | None,
    required: bool,
    verbose: bool,
    jobs: int | None,
    catalogue: str | None,
    as_json: bool,
) -> int:
    """Say whether each BAG is complete and valid (RFC 8493).

    A BAG is a folder, or a tar, tar.gz or zip archive, read without unpacking.
    Of a STORE, which is no bag and holds some, every bag is checked.

    Every file of every manifest, payload and tag files, is read and compared,
    unless --fast or --complete is given, which look at less and say so. A bag
    is judged whoever made it. Nothing is repaired, fetched or changed; of a
    copy that the catalogue knows, it is noted there, and in the log of its
    store, what was found.

    Signatures in a bag are checked as far as that needs no network, by the
    programs that make them. One that does not hold counts as damage.
    """
    settings = config.load_settings(os.environ)
    wanted = Depth(depth) if depth else Depth.FULL
    targets = targets_of(bags)
    watch, run = watcher(), new_run(os.environ)
    trust = Trust(_allowed(allowed_signers, watch), required, run.now())
    request = VerifyRequest(targets.bags, wanted, profile, jobs_for(jobs, settings.jobs), trust)
    outcomes = noting(verify(request, watch), _place(catalogue, settings), run, watch)
    if as_json:
        return _status(_json(outcomes, targets), targets)
    return _status(_report(outcomes, targets, wanted, sys.maxsize if verbose else FEW), targets)


def _allowed(path: str | None, watch: Watch) -> AllowedSigners | None:
    if path is None:
        return None
    allowed = read_allowed(path)
    if allowed.passed_over:
        lines = ", ".join(map(str, allowed.passed_over[:FEW]))
        watch.note(f"Not understood in {shown(path)}, so that it trusts nobody: line {lines}.")
    return allowed


def _place(typed: str | None, settings: config.Settings) -> str:
    """Where the catalogue is; checking does without one where no place for it is known."""
    try:
        return config.catalogue_place(typed, settings)
    except ConfigError:
        return ""


def _status(all_passed: bool, targets: Targets) -> int:
    """Damage weighs more than a path that leads nowhere, which weighs more than nothing at all."""
    if not all_passed:
        return ExitStatus.DAMAGED
    return ExitStatus.USAGE if targets.missing else ExitStatus.DONE


def _report(outcomes: Iterator[VerifiedBag], targets: Targets, depth: Depth, most: int) -> bool:
    seen = 0
    failed: list[tuple[str, str]] = []
    for outcome in outcomes:
        if seen:
            click.echo()
        for line in bag_lines(outcome, most):
            click.echo(line)
        seen += 1
        if not outcome.passed:
            failed.append((outcome.report.bag, verdict(outcome)))
    if seen > 1:
        click.echo()
        for line in summary_lines(seen, failed, depth):
            click.echo(line)
    beside = list(aside_lines(targets))
    if beside:
        click.echo("\n" + "\n".join(beside))
    _tell_missing(targets.missing)
    return not failed


def _tell_missing(missing: tuple[str, ...]) -> None:
    for path in missing:
        click.echo(wrapped(f"archiver: there is nothing at {shown(path)}; it was not checked"), err=True)


def _json(outcomes: Iterator[VerifiedBag], targets: Targets) -> bool:
    statuses: list[bool] = []

    def records() -> Iterator[dict[str, Any]]:
        for outcome in outcomes:
            statuses.append(outcome.passed)
            yield verified_json(outcome)

    beside: dict[str, Iterable[Any]] = {
        "missing": targets.missing,
        "passed_over": targets.passed_over,
        "unfinished": targets.unfinished,
    }
    write_json("archiver.verify/1", {}, {"bags": records(), **beside})
    _tell_missing(targets.missing)
    return all(statuses)
