"""Puts what came of work on the catalogue into lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archiver.catalogue.check import CheckedCatalogue
from archiver.catalogue.update import UpdatedStore
from archiver.cli.reports.verify import bag_lines
from archiver.cli.terminal.text import count, shown, shown_path, wrapped
from archiver.usecases.catalogued import UpdatedCatalogue
from archiver.usecases.repin import Acceptance

_SHOWN = 32
"""Digits of a pin that are shown."""


def updated_lines(updated: UpdatedCatalogue) -> Iterator[str]:
    """Yield the report on bringing the catalogue up to date."""
    for store in updated.stores:
        yield from _store_lines(store)
    for label in updated.unmounted:
        yield wrapped(f"{shown(label)} is not mounted: what is known of it stands as it was.")
    yield from (wrapped(f"Not looked at: {shown(reason)}") for reason in updated.unread)
    if not updated.stores and not updated.unmounted:
        yield "The catalogue knows no store yet."
    yield ""
    yield wrapped(f"The catalogue: {shown_path(updated.path)}", below="  ")


def _store_lines(updated: UpdatedStore) -> Iterator[str]:
    bags = sum(bag.is_new for bag in updated.taken)
    copies = len(updated.taken) - bags
    told = [count(bags, "bag") + " taken in"] if bags else []
    told += [count(copies, "copy of a known bag", "copies of known bags")] if copies else []
    told += [count(len(updated.missing), "copy", "copies") + " missing"] if updated.missing else []
    yield wrapped(f"{shown(updated.store.label)}: {', '.join(told) or 'nothing changed'}.", below="  ")
    yield from (wrapped(f"  missing  {shown_path(path)}", below="    ") for path in updated.missing)
    for bag in updated.refused:
        yield wrapped(f"  not taken in  {shown_path(bag.path)}: {shown(bag.reason)}", below="    ")
    yield from (wrapped(f"  {shown(note)}", below="    ") for note in updated.notes)


def updated_json(updated: UpdatedCatalogue) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the members and the lists of the JSON object on bringing the catalogue up to date."""
    members = {"catalogue": updated.path}
    lists = {
        "stores": map(_store_json, updated.stores),
        "unmounted": updated.unmounted,
        "not_looked_at": updated.unread,
    }
    return members, lists


def _store_json(updated: UpdatedStore) -> dict[str, Any]:
    return {
        "store": updated.store.label,
        "identifier": updated.store.identifier,
        "taken_in": [{"path": bag.path, "known": not bag.is_new} for bag in updated.taken],
        "not_taken_in": [{"path": bag.path, "reason": bag.reason} for bag in updated.refused],
        "missing": list(updated.missing),
        "events": updated.events,
        "notes": list(updated.notes),
    }


def accepted_lines(bag: str, accepted: Acceptance) -> Iterator[str]:
    """Yield the report on accepting a bag as it is."""
    if accepted.after is None:
        yield from bag_lines(accepted.verified)
        yield wrapped("It was not accepted: the catalogue knows it as it was.")
    elif accepted.after == accepted.before:
        yield wrapped(f"{shown_path(bag)} is the bag that the catalogue knows; every byte of it is right.")
    else:
        yield wrapped(f"{shown_path(bag)} is valid, and the catalogue knows it as it is now.")
        yield f"  before  {accepted.before.hex()[:_SHOWN]}…"
        yield f"  now     {accepted.after.hex()[:_SHOWN]}…"


def checked_lines(path: str, checked: CheckedCatalogue) -> Iterator[str]:
    """Yield the report on a check of the catalogue."""
    right = not checked.disagreements
    yield wrapped(
        f"The catalogue is {'whole' if right else 'whole in itself, but not all that it says is so'}:"
        f" {count(checked.bags, 'bag')}, {count(checked.files, 'file')}, {count(checked.events, 'event')};"
        f" {count(checked.copies, 'copy', 'copies')} looked for."
    )
    if not checked.has_checksums:
        yield wrapped("Its pages carry no checksums on this system: a flipped byte may not show.")
    for wrong in checked.disagreements:
        yield wrapped(
            f"  {shown(wrong.store)}: {shown_path(wrong.path)}: {shown(wrong.message)}", below="    "
        )
    for label in checked.unmounted:
        yield wrapped(f"{shown(label)} is not mounted: its copies were not looked for.")
    yield ""
    yield wrapped(f"The catalogue: {shown_path(path)}", below="  ")
