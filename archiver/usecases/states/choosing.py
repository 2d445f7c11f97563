"""Finds the bags of what a person named: a bag, an accession or a collection as it was on some day."""

from __future__ import annotations

import calendar
import datetime as dt
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from archiver.errors import Remedy, UsageError, Way
from archiver.model.state import StateHead
from archiver.store.find_bags import bags_in, is_bag
from archiver.usecases.states.bags import KnownBag, Shelf

_UUID = re.compile(r"(?:urn:uuid:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)
_DAY = re.compile(r"(?a)(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_MOMENT = re.compile(r"(?a)\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?")
_TOLD = 10


@dataclass(frozen=True, slots=True)
class Chosen:
    """The bags of one accession, or one bag.

    Attributes:
        bags: The bags, in the order of their numbers in the group; each once.
        head: What they are the state of; ``None`` where the bag does not say.
        missing: Numbers of bags of the group of which no copy is at hand.
        parts: Bags of the group; where the user named one of them, 1.
        others: Bags of the group beside the one that the user named.
        silent: Later bags that belong to the collection by their labels, and of which no state can be read.
    """

    bags: tuple[KnownBag, ...]
    head: StateHead | None
    missing: tuple[int, ...] = ()
    parts: int = 1
    others: int = 0
    silent: tuple[KnownBag, ...] = ()

    @property
    def title(self) -> str:
        """What to call it: the collection, or the bag."""
        return self.bags[0].name if self.head is None else self.head.collection


def end_of(text: str, zone: dt.tzinfo | None) -> dt.datetime:
    """Return the last moment of what a person typed: a year, a month, a day or a time.

    Args:
        text: ``2026``, ``2026-11``, ``2026-11-28`` or ``2026-11-28T18:00``.
        zone: The time zone of the place, where the text names none.

    Raises:
        UsageError: where it is none of these.
    """
    try:
        if _MOMENT.fullmatch(text):
            moment = dt.datetime.fromisoformat(text)
            return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
        found = _DAY.fullmatch(text)
        if found is not None:
            year, month = int(found[1]), int(found[2] or 12)
            day = int(found[3]) if found[3] else calendar.monthrange(year, month)[1]
            return dt.datetime(year, month, day, 23, 59, 59, 999_999, tzinfo=zone)
    except (ValueError, IndexError):
        pass
    raise UsageError(f"{text!r} is no date", "Write it like 2026, 2026-11, 2026-11-28 or 2026-11-28T18:00.")


def choose(what: str | None, at: dt.datetime | None, shelf: Shelf, others: Iterable[str] = ()) -> Chosen:
    """Find the bags of what was named.

    Args:
        what: Path of a bag or of a folder of bags, an identifier, or the name of a bag or a collection; ``None`` for the
            one collection that there is.
        at: The last moment that its state may be of; ``None`` for the newest. A bag or an accession has one state.
        shelf: The bags at hand; gets the folder that a bag lies in, and the other stores.
        others: Stores that are looked into where the shelf has none, and afterwards for copies.

    Raises:
        UsageError: where there is no such thing, or more than one.
    """
    found = _chosen(what, at, shelf, others)
    for store in others:
        shelf.add_store(store)
    return found


def _chosen(what: str | None, at: dt.datetime | None, shelf: Shelf, others: Iterable[str]) -> Chosen:
    if what is not None and os.path.exists(what):
        if is_bag(what):
            _refuse_day(what, at)
            return _bag_at(what, shelf)
        # a source often bears the name of its collection, and lies where the command is given
        if os.path.isdir(what) and holds_bags(what):
            shelf.add_store(what)
            what = None
    if not shelf.stores:
        for store in others:
            shelf.add_store(store)
    if what is None:
        return _only_collection(at, shelf)
    found = _UUID.fullmatch(what)
    if found is not None:
        _refuse_day(what, at)
        return _identified(f"urn:uuid:{found[1].lower()}", what, shelf)
    return _named(what, at, shelf)


def _refuse_day(what: str, at: dt.datetime | None) -> None:
    if at is not None:
        raise UsageError(
            f"{what} is of one day, and no other can be asked of it",
            "A day is asked of a collection, by its name.",
        )


def holds_bags(folder: str) -> bool:
    """Whether bags lie directly in a folder; one that cannot be listed holds none that anybody can mean."""
    try:
        return bool(bags_in(folder).bags)
    except OSError:
        return False


def choose_as_named(named: str, zone: dt.tzinfo | None, shelf: Shelf, others: Iterable[str] = ()) -> Chosen:
    """Find the bags of what was named in one word: as :func:`choose`, and ``COLLECTION@DATE`` for that of a day.

    Raises:
        UsageError: as :func:`choose`.
    """
    name, at, date = named.rpartition("@")
    if at and not os.path.exists(named) and (_DAY.fullmatch(date) or _MOMENT.fullmatch(date)):
        return choose(name, end_of(date, zone), shelf, others)
    return choose(named, None, shelf, others)


def _bag_at(path: str, shelf: Shelf) -> Chosen:
    bag = shelf.bag(path)
    if bag is None:
        told = next((one.reason for one in shelf.unknown if one.path == os.path.abspath(path)), "")
        raise UsageError(f"{path} cannot be read as a bag: {told}", "Nothing was written.")
    shelf.add_store(os.path.dirname(bag.path))
    return _single(bag)


def _single(bag: KnownBag) -> Chosen:
    return Chosen((bag,), bag.head, others=bag.facts.parts - 1)


def _identified(identifier: str, typed: str, shelf: Shelf) -> Chosen:
    bags = list(shelf.bags())
    of_accession = [bag for bag in bags if bag.head is not None and bag.head.accession == identifier]
    if of_accession:
        return _together(of_accession)
    bag = next((bag for bag in bags if bag.identifier == identifier), None)
    if bag is None:
        raise _nothing(typed, shelf)
    return _single(bag)


def _named(what: str, at: dt.datetime | None, shelf: Shelf) -> Chosen:
    bags = list(shelf.bags())
    of_collection = [bag for bag in bags if bag.head is not None and bag.head.collection == what]
    if of_collection:
        return _with_silent(_newest(of_collection, what, at), bags, at)
    named = [bag for bag in bags if what in (bag.name, os.path.basename(bag.path))]
    if not named:
        raise _nothing(what, shelf)
    return _single(named[0])


def _only_collection(at: dt.datetime | None, shelf: Shelf) -> Chosen:
    bags = list(shelf.bags())
    names = sorted({bag.head.collection for bag in bags if bag.head is not None})
    if len(names) == 1:
        return _with_silent(_newest([bag for bag in bags if bag.head is not None], names[0], at), bags, at)
    if not names and len({bag.identifier for bag in bags}) == 1:
        return _single(bags[0])
    where = ", ".join(shelf.stores)
    if not bags:
        raise _nothing(where, shelf)
    told = "collections" if names else "bags, and none of them says what collection it is of"
    hint = "Name the one that is meant." if names else "Name the bag that is meant."
    raise UsageError(
        f"in {where} there are {len(names) if names else len(bags):,} {told}",
        hint,
        (names or [bag.name for bag in bags])[:_TOLD],
    )


def _newest(bags: Iterable[KnownBag], name: str, at: dt.datetime | None) -> Chosen:
    """The last accession of a collection that is no later than ``at``."""
    dated = [bag for bag in bags if bag.head is not None]
    before = [bag for bag in dated if bag.head is not None and (at is None or bag.head.at <= at)]
    if not before:
        first = min(bag.head.at for bag in dated if bag.head is not None)
        raise UsageError(
            f"of the collection {name} there is no state as old as that",
            f"The oldest is of {first.astimezone():%Y-%m-%d %H:%M}.",
        )
    heads = {bag.head.accession: bag.head for bag in before if bag.head is not None}
    # two stores may have got the collection at one time
    last = max(heads.values(), key=lambda head: (head.at, head.accession))
    return _together(bag for bag in before if bag.head is not None and bag.head.accession == last.accession)


def _with_silent(chosen: Chosen, bags: Iterable[KnownBag], at: dt.datetime | None) -> Chosen:
    """Add the bags that may have the state of a later day than the one that was found, and tell none."""
    if chosen.head is None:
        return chosen
    first = chosen.head.at.date().isoformat()
    last = "9999" if at is None else at.astimezone(dt.UTC).date().isoformat()
    known = {bag.identifier for bag in chosen.bags}
    silent = {
        bag.identifier: bag
        for bag in bags
        if bag.head is None
        and bag.identifier not in known
        and bag.facts.collection == chosen.head.collection
        and first <= (bag.facts.sealed_at or last) <= last
    }
    return replace(chosen, silent=tuple(silent.values()))


def _together(bags: Iterable[KnownBag]) -> Chosen:
    """The bags of one accession in order, the first copy of each."""
    by_part: dict[int, KnownBag] = {}
    for bag in bags:
        by_part.setdefault(bag.facts.part, bag)
    ordered = tuple(by_part[part] for part in sorted(by_part))
    parts = max(bag.facts.parts for bag in ordered)
    missing = tuple(part for part in range(1, parts + 1) if part not in by_part)
    head = next((bag.head for bag in ordered if bag.head is not None), None)
    return Chosen(ordered, head, missing, parts)


def _nothing(typed: str, shelf: Shelf) -> UsageError:
    details = [f"{one.path}: {one.reason}" for one in shelf.unknown[:_TOLD]]
    silent = [bag.path for bag in shelf.bags() if bag.head is None and bag.facts.collection == typed]
    details += [
        f"{path} is of it, and its record of the state is missing or damaged" for path in silent[:_TOLD]
    ]
    details += [f"{store} cannot be listed: {told}" for store, told in shelf.unreached]
    looked = "Looked into " + ", ".join(shelf.stores) + "." if shelf.stores else "No store was looked into."
    names = sorted({bag.head.collection for bag in shelf.bags() if bag.head is not None})
    known = f" Collections there: {', '.join(names[:_TOLD])}." if names else ""
    return UsageError(
        f"there is no bag, accession or collection {typed}",
        f"{looked}{known}",
        details,
        [Remedy(Way.NAME_STORES)],
    )
