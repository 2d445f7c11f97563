"""Copies of one bag of which some have the tag files that it has now, and others those that it had before.

A bag whose tag files are changed on purpose in one copy, by giving it recovery data, a label or another algorithm, is still that bag.
The copy that was changed has the newer description, which the bag's pin is of. What the others have is older, and right: they are
held against the pin that they were sealed with until somebody brings them up to date.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from archiver.catalogue.database import Catalogue
from archiver.catalogue.stores import Copy

if TYPE_CHECKING:  # whoever verifies need not wait for all that describes a bag
    from archiver.catalogue.bag_facts import BagFacts

_MODIFIED = "metadata modification"
_MOST_CHANGES = 1_000
"""Changes of one bag that are followed from pin to pin."""

PIN_OF_COPY = (
    "coalesce((SELECT older.pin FROM older_copy AS older WHERE older.copy_id = copy.copy_id), bag.pin)"
)
"""SQL for the pin of a copy where ``copy`` and ``bag`` are joined."""


def older_pin(catalogue: Catalogue, copy: Copy) -> bytes | None:
    """Return the pin of a copy that has the tag files of before; ``None`` where it has those of now."""
    found = catalogue.value("SELECT pin FROM older_copy WHERE copy_id = ?", (copy.copy_id,))
    return found if isinstance(found, bytes) else None


def pin_of_copy(catalogue: Catalogue, copy: Copy) -> bytes:
    """Return what the tag manifest of a copy is held against."""
    sql = f"SELECT {PIN_OF_COPY} FROM copy JOIN bag USING (bag_id) WHERE copy_id = ?"
    found = catalogue.value(sql, (copy.copy_id,))
    assert isinstance(found, bytes)
    return found


def mark_older(catalogue: Catalogue, copy: Copy, pin: bytes) -> None:
    """Note that a copy has the tag files of before, with the pin that they have; within a transaction."""
    catalogue.run("INSERT OR REPLACE INTO older_copy (copy_id, pin) VALUES (?, ?)", (copy.copy_id, pin))


def mark_renewed(catalogue: Catalogue, copy: Copy) -> None:
    """Note that a copy has the tag files of now; within a transaction."""
    catalogue.run("DELETE FROM older_copy WHERE copy_id = ?", (copy.copy_id,))


def describe_anew(catalogue: Catalogue, bag_id: int, facts: BagFacts) -> None:
    """Have a bag described as one copy of it is now; all other copies are then older. Within a transaction.

    Args:
        catalogue: The catalogue.
        bag_id: The bag's number.
        facts: What the copy says of itself; which copy it is, :func:`mark_renewed` notes.
    """
    catalogue.run(
        "INSERT OR IGNORE INTO older_copy (copy_id, pin)"
        " SELECT copy_id, pin FROM copy JOIN bag USING (bag_id) WHERE bag_id = ?",
        (bag_id,),
    )
    catalogue.run(
        "UPDATE bag SET pin = ?, algorithms = ?, parity = ? WHERE bag_id = ?",
        (facts.pin, ",".join(facts.algorithms), facts.parity, bag_id),
    )


def renewed_from(catalogue: Catalogue, facts: BagFacts) -> int | None:
    """Return the number of a known bag that is this one with the tag files of before, as the logs of stores tell."""
    return next(
        (number for number, pin in _same_bag(catalogue, facts) if became(catalogue, pin, facts.pin)), None
    )


def renewed_as(catalogue: Catalogue, facts: BagFacts) -> int | None:
    """Return the number of a known bag that is this one with newer tag files, as the logs of stores tell."""
    older = catalogue.number(
        "SELECT bag_id FROM older_copy JOIN copy USING (copy_id) WHERE pin = ?", (facts.pin,)
    )
    if older:
        return older
    return next(
        (number for number, pin in _same_bag(catalogue, facts) if became(catalogue, facts.pin, pin)), None
    )


def _same_bag(catalogue: Catalogue, facts: BagFacts) -> Iterator[tuple[int, bytes]]:
    """Yield known bags with the identifier and the payload of another, each with its pin.

    A log tells of any change that somebody called intended; that the payload is the same is told by its manifest alone.
    """
    sql = (
        "SELECT bag_id, pin, algorithms FROM bag JOIN payload_manifest USING (bag_id)"
        " WHERE identifier = ? AND digest = ? ORDER BY bag_id"
    )
    for number, pin, algorithms in list(catalogue.rows(sql, (facts.identifier, facts.payload))):
        same = str(algorithms).split(",")[0] == facts.algorithms[0]
        if same and isinstance(number, int) and isinstance(pin, bytes):
            yield number, pin


def newest(catalogue: Catalogue, pins: Sequence[bytes]) -> bytes:
    """Return of the pins of copies of one bag the first that, as the logs tell, became none of the others."""
    ends = (pin for pin in pins if not any(became(catalogue, pin, other) for other in pins))
    return next(ends, pins[0])


def became(catalogue: Catalogue, before: bytes, after: bytes) -> bool:
    """Whether the logs of stores tell of changes on purpose that led from one pin to the other."""
    changes: dict[str, set[str]] = {}
    for (told,) in catalogue.rows("SELECT detail FROM event WHERE type = ?", (_MODIFIED,)):
        detail = json.loads(str(told))
        old, new = detail.get("pin_before"), detail.get("pin")
        if isinstance(old, str) and isinstance(new, str):
            changes.setdefault(old, set()).add(new)
    reached, pending = {before.hex()}, [before.hex()]
    while pending and len(reached) < _MOST_CHANGES:
        for new in changes.get(pending.pop(), set()) - reached:
            reached.add(new)
            pending.append(new)
    return after != before and after.hex() in reached
