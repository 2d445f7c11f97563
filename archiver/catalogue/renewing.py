"""Notes that the tag files of a bag were changed on purpose: its pin is another, and its payload the same."""

from __future__ import annotations

import os

from archiver.catalogue.bag_facts import BagFacts
from archiver.catalogue.database import Catalogue
from archiver.catalogue.stores import Copy, KnownStore, copy_at, mark_checked
from archiver.catalogue.take_in import TakenBag, take_in


def renew(catalogue: Catalogue, store: KnownStore, copy: Copy, facts: BagFacts, now: str) -> None:
    """Give a copy that was verified in full and then changed its new pin.

    Where another copy of the bag still has the old one, the two are two bags with the same identifier from now on.

    Args:
        catalogue: The catalogue.
        store: The store that the copy lies in.
        copy: The copy.
        facts: What the bag is now.
        now: The time, RFC 3339 in UTC.

    Raises:
        CatalogueError: where the catalogue cannot be written.
    """
    others = catalogue.number(
        "SELECT count(*) FROM copy WHERE bag_id = ? AND copy_id <> ? AND state <> 'retired'",
        (copy.bag_id, copy.copy_id),
    )
    known = catalogue.number("SELECT count(*) FROM bag WHERE pin = ?", (facts.pin,))
    # the digests of files are by the first of the algorithms
    same = catalogue.number(
        "SELECT count(*) FROM bag WHERE bag_id = ? AND algorithms = ?",
        (copy.bag_id, ",".join(facts.algorithms)),
    )
    if same and not others and not known:
        sql = "UPDATE bag SET pin = ?, parity = ? WHERE bag_id = ?"
        with catalogue.write():
            catalogue.run(sql, (facts.pin, facts.parity, copy.bag_id))
            mark_checked(catalogue, copy, now)
        return
    path = os.fsdecode(os.fsencode(copy.path))
    if isinstance(take_in(catalogue, store, path, now), TakenBag):
        renewed = copy_at(catalogue, store, path) or copy
        with catalogue.write():
            mark_checked(catalogue, renewed, now)
