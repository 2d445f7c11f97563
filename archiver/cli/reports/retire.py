"""What retiring a bag does, or would lose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archiver.bagit.sizes import human_size
from archiver.catalogue.retiring import Elsewhere, Loss
from archiver.cli.terminal.text import brief, count, shown, shown_path, wrapped
from archiver.usecases.retire import Retirement


def retire_lines(done: Retirement) -> Iterator[str]:
    """Yield the report."""
    follows = done.follows
    if done.removed:
        yield wrapped(f"Removed {shown_path(done.bag)}.")
    elif done.may_go:
        yield wrapped(f"Would remove {shown_path(done.bag)}.")
    else:
        yield wrapped(f"{shown_path(done.bag)} stays: something would be lost with it. Nothing was removed.")
    yield wrapped(
        f"Counted on: copies in which every byte was found right on {done.since} or later.", below="  "
    )
    yield from (
        wrapped(f"the same bag in {_where(one)}", indent="  ", below="    ") for one in follows.same_bag
    )
    if follows.only_older:
        verb = "is given up" if done.may_go else "would be lost"
        told = f"what was changed of its tag files, which no other such copy has, {verb}"
        yield wrapped(told, indent="  ", below="    ")
    if follows.accession is not None:
        verb = "is given up" if done.may_go else "would be lost"
        told = f"the state of the accession of {follows.accession.at[:10]}, which stands in no other copy, {verb}"
        yield wrapped(f"  {told}", below="    ")
    yield from _loss_lines(follows.needed, "that other accessions need, or that belong to none")
    yield from _loss_lines(follows.own, "that no other accession needs")
    if not done.may_go:
        yield from _ways(done)
    elif not done.removed:
        yield "\nNothing was removed. Leave out --dry-run to remove."


def _loss_lines(loss: Loss, whose: str) -> Iterator[str]:
    if loss.files:
        yield wrapped(
            f"  {count(loss.files, 'file')} {whose}, {human_size(loss.octets)}, in no such copy:",
            below="    ",
        )
        yield from (f"    {brief(path)}" for path in loss.examples)
        if loss.files > len(loss.examples):
            yield f"    and {loss.files - len(loss.examples):,} more"


def _ways(done: Retirement) -> Iterator[str]:
    follows = done.follows
    yield ""
    if follows.unchecked:
        yield wrapped("Copies that have some of it and were not checked since then:")
        yield from (f"  {_where(one)}" for one in follows.unchecked)
        yield wrapped("Check them, or name an earlier day: --verified-since DATE")
    if follows.only_older:
        yield wrapped("To bring one of the others up to date, while this one is at hand: archiver heal BAG")
        yield wrapped("To give up what was changed: --give-up-changes")
    if follows.accession is not None and not follows.needed.files:
        yield wrapped("To give up that accession: --give-up-accession")


def _where(one: Elsewhere) -> str:
    checked = "never checked" if one.checked_at is None else f"checked {one.checked_at[:10]}"
    older = ", older tag files" if one.is_older else ""
    return f"{shown(one.store)}: {shown(one.path)}, {checked}{older}"


def retire_json(done: Retirement) -> dict[str, Any]:
    """Return the members of the JSON object."""
    follows = done.follows
    lost = follows.accession
    return {
        "bag": done.bag,
        "store": done.store,
        "verified_since": done.since,
        "may_go": done.may_go,
        "removed": done.removed,
        "accession": None if lost is None else {"identifier": lost.identifier, "at": lost.at},
        "needed": _loss_json(follows.needed),
        "own": _loss_json(follows.own),
        "only_older": follows.only_older,
        "same_bag": list(map(_elsewhere_json, follows.same_bag)),
        "unchecked": list(map(_elsewhere_json, follows.unchecked)),
    }


def _elsewhere_json(one: Elsewhere) -> dict[str, Any]:
    return {"store": one.store, "path": one.path, "checked_at": one.checked_at, "older": one.is_older}


def _loss_json(loss: Loss) -> dict[str, Any]:
    return {"files": loss.files, "bytes": loss.octets, "examples": list(loss.examples)}
