"""``archiver catalogue``: looks after the index over all bags."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterable, Iterator
from typing import Any

import click

from archiver import config
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.audit import Tally, audited_json, audited_lines
from archiver.cli.reports.catalogue import accepted_lines, checked_lines, updated_json, updated_lines
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.reports.verify import FEW
from archiver.cli.terminal.watching import watcher
from archiver.cli.top import new_run
from archiver.errors import ExitStatus
from archiver.executors.ordered import jobs_for
from archiver.records.moments import rfc3339
from archiver.usecases import catalogued
from archiver.usecases.audit.audit import AuditedBag, AuditRequest, auditing
from archiver.usecases.audit.budget import Allowance
from archiver.usecases.audit.targets import adoptable
from archiver.usecases.catalogued import UpdatedCatalogue
from archiver.usecases.repin import accept

_REBUILD_EXAMPLES = """
  archiver catalogue rebuild /media/backup
  archiver catalogue rebuild /media/backup /media/second
"""
_CHECK_EXAMPLES = """
  archiver catalogue check
  archiver catalogue check --json
"""
_ADD_EXAMPLES = """
  archiver catalogue add /media/second
"""
_UPDATE_EXAMPLES = """
  archiver catalogue update
"""
_ACCEPT_EXAMPLES = """
  archiver catalogue accept /media/backup/Music-2026-11-22
"""
_ACCEPT_INTERRUPTED = "Nothing was accepted, and no bag was changed."
_INTERRUPTED = "No bag was changed. What was taken in so far stays in the catalogue; the same command goes on from there."
_REBUILD_INTERRUPTED = "No bag was changed, and the catalogue that was there is as it was."


@click.group(name="catalogue", epilog="Each command's --help lists examples and exit statuses.")
def command() -> None:
    """Look after the catalogue, an index over all your bags."""


@command.command(cls=Command, name="rebuild", examples=_REBUILD_EXAMPLES, interrupted=_REBUILD_INTERRUPTED)
@click.argument("stores", metavar="STORE...", nargs=-1, required=True, type=click.Path())
@options.catalogue
@options.progress
@options.as_json
def rebuild_command(stores: tuple[str, ...], catalogue: str | None, as_json: bool) -> int:
    """Make the catalogue anew from the bags in STORE.

    The bags themselves tell everything but how the files of your sources
    looked from outside: the next run of pack reads its source in full. When
    copies were last audited, and which bags they were, the logs of the stores
    tell. The catalogue that is there is replaced once the new one is whole.
    """
    place, now = _place(catalogue), _now()
    return _report("archiver.catalogue-rebuild/1", catalogued.rebuild(place, stores, now, watcher()), as_json)


@command.command(cls=Command, name="check", examples=_CHECK_EXAMPLES)
@options.catalogue
@options.as_json
def check_command(catalogue: str | None, as_json: bool) -> int:
    """Check the catalogue itself; change nothing.

    Every page is held against its checksum, the events of each store against
    its own log, and every copy in a mounted store is looked for by its pinned
    tag manifest. No file of a payload is read: verify does that.
    """
    place = _place(catalogue)
    checked = catalogued.check(place)
    if as_json:
        members = dataclasses.asdict(checked)
        lists = {name: members.pop(name) for name in ("unmounted", "disagreements")}
        write_json("archiver.catalogue-check/1", {"catalogue": place, **members}, lists)
    else:
        click.echo("\n".join(checked_lines(place, checked)))
    return ExitStatus.DAMAGED if checked.disagreements else ExitStatus.DONE


@command.command(cls=Command, name="add", examples=_ADD_EXAMPLES, interrupted=_INTERRUPTED)
@click.argument("store", metavar="STORE", type=click.Path())
@click.option(
    "--unchecked", is_flag=True, help="Do not read copies of known bags now; they count as never checked."
)
@options.jobs
@options.catalogue
@options.progress
@options.as_json
def add_command(store: str, unchecked: bool, jobs: int | None, catalogue: str | None, as_json: bool) -> int:
    """Take the bags of STORE into the catalogue.

    A bag that the catalogue knows from another store is a copy that somebody
    made by hand. Each such copy that was never checked is read in full and held
    against the pin, so that it counts as a copy that was found right. A store
    that is the copy of a whole disk gets an identifier of its own.
    """
    place, run, watch = _place(catalogue), new_run(os.environ), watcher()
    updated = catalogued.add_store(place, store, run, watch)
    paths = () if unchecked else adoptable(place, updated.stores[0].store.place)
    workers = jobs_for(jobs, config.load_settings(os.environ).jobs)
    request = AuditRequest(paths, Allowance(), None, workers)
    with contextlib.ExitStack() as held:
        audit = held.enter_context(auditing(request, place, run, watch)) if paths else None
        outcomes = () if audit is None else audit.outcomes()
        return _report_added(updated, outcomes, as_json)


@command.command(cls=Command, name="update", examples=_UPDATE_EXAMPLES, interrupted=_INTERRUPTED)
@options.catalogue
@options.progress
@options.as_json
def update_command(catalogue: str | None, as_json: bool) -> int:
    """Bring the catalogue up to date with every store that is mounted."""
    updated = catalogued.update_stores(_place(catalogue), _now(), watcher())
    return _report("archiver.catalogue-update/1", updated, as_json)


@command.command(cls=Command, name="accept", examples=_ACCEPT_EXAMPLES, interrupted=_ACCEPT_INTERRUPTED)
@click.argument("bag", metavar="BAG", type=click.Path())
@options.jobs
@options.catalogue
@options.progress
@options.as_json
def accept_command(bag: str, jobs: int | None, catalogue: str | None, as_json: bool) -> int:
    """Have the catalogue know BAG as it is now.

    For a bag that you changed on purpose with another program, and that an
    audit therefore tells. It is checked in full first; one that is not valid
    is not accepted. The old pin and the new one are written to the log of the
    store.
    """
    workers = jobs_for(jobs, config.load_settings(os.environ).jobs)
    accepted = accept(bag, _place(catalogue), workers, new_run(os.environ), watcher())
    is_valid = accepted.after is not None
    if as_json:
        pins = {
            "before": accepted.before.hex(),
            "after": None if accepted.after is None else accepted.after.hex(),
        }
        write_json("archiver.catalogue-accept/1", {"bag": bag, "accepted": is_valid, "pin": pins}, {})
    else:
        click.echo("\n".join(accepted_lines(bag, accepted)))
    return ExitStatus.DONE if is_valid else ExitStatus.DAMAGED


def _report_added(updated: UpdatedCatalogue, outcomes: Iterable[AuditedBag], as_json: bool) -> int:
    """Report on a store that was taken in, and on the copies in it that are checked meanwhile."""
    tally = Tally()

    def adopted() -> Iterator[dict[str, Any]]:
        for outcome in outcomes:
            tally.add(outcome)
            yield audited_json(outcome)

    if as_json:
        members, lists = updated_json(updated)
        write_json("archiver.catalogue-add/1", members, {**lists, "adopted": adopted()})
    else:
        click.echo("\n".join(updated_lines(updated)))
        for outcome in outcomes:
            tally.add(outcome)
            for line in audited_lines(outcome, FEW):
                click.echo(line)
    return ExitStatus.DAMAGED if tally.broken else _status(updated)


def _place(typed: str | None) -> str:
    return config.catalogue_place(typed, config.load_settings(os.environ))


def _now() -> str:
    return rfc3339(new_run(os.environ).now())


def _report(schema: str, updated: UpdatedCatalogue, as_json: bool) -> int:
    if as_json:
        write_json(schema, *updated_json(updated))
    else:
        click.echo("\n".join(updated_lines(updated)))
    return _status(updated)


def _status(updated: UpdatedCatalogue) -> int:
    if any(store.missing for store in updated.stores):
        return ExitStatus.DAMAGED
    left_out = updated.unread or any(store.refused or store.notes for store in updated.stores)
    return ExitStatus.INCOMPLETE if left_out else ExitStatus.DONE
