"""What the log of a store tells of its copies: which bag each was, and when it was last checked.

A catalogue that is made anew knows bags only as they are now. The log knows what they were: a bag that was changed since
is not taken for the one that was packed, and what was checked need not be checked at once again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from archiver.bagit.serialized.archive import ENDINGS
from archiver.catalogue.database import Catalogue
from archiver.catalogue.events import events_of
from archiver.catalogue.renewed import PIN_OF_COPY
from archiver.catalogue.stores import KnownStore
from archiver.store.log import Happened

_OF_COPIES = ("fixity check", "replication", "metadata modification")
_HEALED = "recovery"


@dataclass(slots=True)
class _Told:
    """The last that is told of a copy: its pin, when all of it was read and right, when it was found not to be."""

    pin: str
    checked_at: str | None = None
    wrong_at: str | None = None


def believe_log(catalogue: Catalogue, store: KnownStore, new: Collection[str]) -> tuple[str, ...]:
    """Note of a store's copies what its log, as the catalogue has it, tells of them; within a transaction.

    When it was last checked is taken over for a copy of which no check is known, where it is new to the catalogue, or was checked
    after it was taken in: what was checked of a copy that then went says nothing of the one that was brought back. What the
    log tells to be damaged is so unless the catalogue knows of a later check.

    Args:
        catalogue: The catalogue.
        store: The store.
        new: Paths of the copies that the catalogue has just come to know.

    Returns:
        A sentence for each copy that is another bag than the log tells of; it counts as damaged.
    """
    told = _last_told(catalogue, store)
    notes = []
    sql = (
        f"SELECT copy_id, path, name, {PIN_OF_COPY}, checked_at, added_at FROM copy JOIN bag USING (bag_id)"
        " WHERE store_id = ? AND state = 'present' ORDER BY path"
    )
    for copy_id, path, name, pin, checked_at, added_at in list(catalogue.rows(sql, (store.store_id,))):
        one = told.get(str(path)) or told.get(str(name))
        if one is None or not isinstance(pin, bytes):
            continue
        if one.pin != pin.hex():
            notes.append(f"{path!s} is not the bag that the log of the store tells of")
            catalogue.run("UPDATE copy SET state = 'damaged' WHERE copy_id = ?", (copy_id,))
        elif one.wrong_at is not None:
            if checked_at is None or str(checked_at) < one.wrong_at:
                catalogue.run("UPDATE copy SET state = 'damaged' WHERE copy_id = ?", (copy_id,))
        elif checked_at is not None or one.checked_at is None:
            continue
        elif str(path) in new or one.checked_at >= str(added_at):
            catalogue.run("UPDATE copy SET checked_at = ? WHERE copy_id = ?", (one.checked_at, copy_id))
    return tuple(notes)


def _last_told(catalogue: Catalogue, store: KnownStore) -> dict[str, _Told]:
    """By path, or by name for bags of which no more is told, the last that the log tells."""
    told: dict[str, _Told] = {}
    for event in events_of(catalogue, store):
        detail = event.happened.detail
        if event.happened.type == "accession":
            for name, pin in _sealed(detail):
                for ending in ("", *ENDINGS):
                    told.pop(name + ending, None)
                told[name] = _Told(pin)
        elif event.happened.type in _OF_COPIES:
            named, known = detail.get("path"), detail.get("pin")
            if isinstance(named, str) and isinstance(known, str):
                told[named] = _told(event.happened, known)
        elif event.happened.type == _HEALED:
            healed = told.get(str(detail.get("path")))
            if healed is not None and event.happened.outcome == "success":
                told[str(detail.get("path"))] = _Told(healed.pin, checked_at=event.happened.at)
    return told


def _told(happened: Happened, pin: str) -> _Told:
    since = happened.detail.get("since")
    if happened.type != "fixity check":
        return _Told(pin)
    if happened.outcome != "success":
        return _Told(pin, wrong_at=happened.at)
    return _Told(pin, checked_at=since if isinstance(since, str) else None)


def _sealed(detail: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - the same
    bags = detail.get("bags")
    for bag in bags if isinstance(bags, list) else []:
        if isinstance(bag, dict) and isinstance(bag.get("name"), str) and isinstance(bag.get("pin"), str):
            yield bag["name"], bag["pin"]
