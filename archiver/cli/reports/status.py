"""How the archive stands, on one screen."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from archiver.bagit.sizes import human_size
from archiver.catalogue.standing import Kept, NamedCopy
from archiver.cli.terminal.table import fitted_lines
from archiver.cli.terminal.text import brief, count, shown_path, wrapped
from archiver.usecases.status import Status, StoreStatus

_MOST = 6
"""Rows of a table, so that all fits on one screen."""

_CELL = 60

_FEW = 3
"""Bags in one copy only that are named."""


def status_lines(status: Status) -> Iterator[str]:
    """Yield the report."""
    if not status.stores:
        yield "The catalogue knows no store yet. To take one in: archiver catalogue add STORE"
        return
    yield from _collections(status)
    yield from _stores(status.stores)
    yield ""
    yield from _copies(status.kept)
    yield from _single(status.single)
    yield from _older(status.older)
    if status.protected:
        yield f"{count(status.protected, 'bag has', 'bags have')} recovery data."
    yield from _due(status)
    yield ""
    yield wrapped(f"The catalogue: {shown_path(status.catalogue)}", below="  ")


def _collections(status: Status) -> Iterator[str]:
    rows = [
        (
            brief(one.name, _CELL),
            brief(one.store, _CELL),
            f"{one.files:,}",
            _day(one.last_at),
            _day(one.looked_at),
        )
        for one in status.collections[:_MOST]
    ]
    if rows:
        header = ("Collection", "Store", "Files", "Last accession", "Looked at")
        yield from fitted_lines(header, rows, cut=(0, 1), right=(2,))
        yield from _more(len(status.collections), "archiver list collections")
        yield ""


def _stores(stores: Sequence[StoreStatus]) -> Iterator[str]:
    rows = []
    for one in stores[:_MOST]:
        listed = one.listed
        wrong = [count(listed.damaged, "damaged", "damaged")] if listed.damaged else []
        wrong += [count(listed.missing, "missing", "missing")] if listed.missing else []
        free = "not mounted" if not one.mounted else "" if one.free is None else human_size(one.free)
        bags = f"{listed.bags:,}" + (f" ({', '.join(wrong)})" if wrong else "")
        rows.append(
            (brief(listed.label, _CELL), bags, human_size(listed.octets), free, _day(listed.checked_at))
        )
    header = ("Store", "Bags", "Size", "Free", "Oldest check")
    yield from fitted_lines(header, rows, cut=(0,), right=(2, 3))
    yield from _more(len(stores), "archiver list stores")


def _more(total: int, how: str) -> Iterator[str]:
    if total > _MOST:
        yield f"  and {total - _MOST:,} more: {how}"


def _copies(kept: Sequence[Kept]) -> Iterator[str]:
    told = [f"{one.bags:,} in {_number(one.copies)}" for one in kept]
    total = sum(one.bags for one in kept)
    yield wrapped(f"{count(total, 'bag')}{': ' if told else ''}{', '.join(told)}.", below="  ")


def _single(single: Sequence[NamedCopy]) -> Iterator[str]:
    if single:
        named = [f"{brief(one.name, _CELL)} ({brief(one.store, _CELL)})" for one in single[:_FEW]]
        more = f" and {len(single) - _FEW:,} more" if len(single) > _FEW else ""
        yield wrapped(f"In one copy only: {', '.join(named)}{more}.", below="  ")
        yield wrapped("For a second copy: archiver copy BAG --to STORE", below="  ")


def _older(older: Sequence[NamedCopy]) -> Iterator[str]:
    if older:
        named = [f"{brief(one.name, _CELL)} ({brief(one.store, _CELL)})" for one in older[:_FEW]]
        more = f" and {len(older) - _FEW:,} more" if len(older) > _FEW else ""
        yield wrapped(f"Older tag files than another copy: {', '.join(named)}{more}.", below="  ")
        yield wrapped("To bring one up to date: archiver heal BAG", below="  ")


def _number(copies: int) -> str:
    return "no whole copy" if not copies else count(copies, "copy", "copies")


def _due(status: Status) -> Iterator[str]:
    due = status.due
    if due.unchecked:
        told = f"{count(due.unchecked, 'copy was', 'copies were')} never checked, or not within a year"
        yield wrapped(f"Due: {told}. To check: archiver audit", below="  ")
    if due.restricted_until is not None:
        told = (
            f"restrictions on {count(due.restricted_files, 'file')} end, the first on {due.restricted_until}"
        )
        yield wrapped(f"Due: {told}. More: archiver due STORE", below="  ")
    if not due.unchecked and due.restricted_until is None:
        yield "Nothing falls due."


def _day(moment: str | None) -> str:
    return "never" if moment is None else moment[:10]


def status_json(status: Status) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the members and the lists of the JSON object."""
    due = status.due
    members = {
        "catalogue": status.catalogue,
        "protected_bags": status.protected,
        "due": {
            "unchecked": due.unchecked,
            "restricted_files": due.restricted_files,
            "restricted_until": due.restricted_until,
        },
    }
    lists: dict[str, Any] = {
        "collections": (
            {
                "collection": one.name,
                "store": one.store,
                "accessions": one.accessions,
                "files": one.files,
                "last_accession": one.last_at,
                "looked_at": one.looked_at,
            }
            for one in status.collections
        ),
        "stores": map(_store_json, status.stores),
        "one_copy": (
            {"bag": one.name, "store": one.store, "path": one.path, "bytes": one.octets}
            for one in status.single
        ),
        "older_copies": (
            {"bag": one.name, "store": one.store, "path": one.path, "bytes": one.octets}
            for one in status.older
        ),
        "checked": (
            {"store": one.store, "month": one.month, "copies": one.copies, "bytes": one.octets}
            for one in status.checked
        ),
        "copies": ({"copies": one.copies, "bags": one.bags} for one in status.kept),
    }
    return members, lists


def _store_json(one: StoreStatus) -> dict[str, Any]:
    listed = one.listed
    return {
        "store": listed.label,
        "identifier": listed.identifier,
        "place": os.fsdecode(listed.place),
        "mounted": one.mounted,
        "free": one.free,
        "bags": listed.bags,
        "bytes": listed.octets,
        "damaged": listed.damaged,
        "missing": listed.missing,
        "oldest_check": listed.checked_at,
    }
