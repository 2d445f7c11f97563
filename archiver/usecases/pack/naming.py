"""Names for bags: safe on every system, never one that is taken."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Sequence

from archiver.errors import Remedy, UsageError, Way
from archiver.ingest.names import portability
from archiver.model.source import Source
from archiver.records.visible import one_line
from archiver.store.area import UNFINISHED
from archiver.store.find_bags import taken_by
from archiver.store.staging import look_into

_LONGEST_BYTES = 180
"""Leaves room for a part's number and an archive's extension within the 255 bytes of a name."""


def refuse_unfit(name: str) -> None:
    """Refuse a bag name that the user gave and that not every system can hold.

    Raises:
        UsageError: where it cannot be a folder's name everywhere.
    """
    refusal = next((message for _, message in portability(name)), None)
    if not name or "/" in name or name.startswith(".") or name != name.strip():
        refusal = "it must be one folder's name that does not begin with a dot"
    elif any("\ud800" <= character <= "\udfff" for character in name):
        refusal = "it is not UTF-8"
    elif len(name.encode("utf-8")) > _LONGEST_BYTES:
        refusal = f"it is longer than {_LONGEST_BYTES} bytes"
    if refusal is not None:
        raise UsageError(f"a bag cannot be named {name!r}: {refusal}", remedies=[Remedy(Way.NAME_OTHERWISE)])


def refuse_unspeakable(collection: str) -> None:
    """Refuse a collection's name that the user gave and that cannot be written on one line.

    Raises:
        UsageError: where it is empty, too long, or holds what a line cannot.
    """
    refusal = None
    if not collection or collection != collection.strip():
        refusal = "it is empty, or has a blank at an end"
    elif one_line(collection) != collection:
        refusal = "it holds what cannot be written on one line"
    elif len(collection.encode("utf-8")) > _LONGEST_BYTES:
        refusal = f"it is longer than {_LONGEST_BYTES} bytes"
    if refusal is not None:
        raise UsageError(f"a collection cannot be named {collection!r}: {refusal}", "Choose another name.")


def refuse_taken(name: str, store: bytes) -> None:
    """Refuse a bag name that the user gave and that something in the store bears, or under which it cannot be built.

    Raises:
        UsageError: where it is taken.
        StoreError: where what lies in the store cannot be told.
    """
    taken = taken_by(store, name)
    if taken is not None:
        raise UsageError(
            f"{os.fsdecode(store)}/{taken} exists already, and a bag is never overwritten",
            remedies=[Remedy(Way.NAME_OTHERWISE)],
        )
    barred = _barred_by(name, look_into(store).strange)
    if barred is not None:
        raise UsageError(
            f"a bag cannot be named {name!r}: {os.fsdecode(store)}/.incoming/{os.fsdecode(barred)} was not made by this"
            " program and stands where the bag is to be built",
            "It was not touched.",
            remedies=[Remedy(Way.MOVE_AWAY), Remedy(Way.NAME_OTHERWISE)],
        )


def default_name(sources: Sequence[Source], day: dt.date, store: bytes) -> str:
    """Name a bag after its first source and the day; a number follows where that is taken.

    Raises:
        StoreError: where what lies in the store cannot be told.
    """
    stem = "".join("_" if _awkward(character) else character for character in sources[0].name)
    stem = re.sub(r"^[\s.]+|[\s.]+$", "", stem)
    while len(stem.encode("utf-8")) > _LONGEST_BYTES - 30:
        stem = stem[:-1]
    more = f"_and_{len(sources) - 1}_more" if len(sources) > 1 else ""
    base = f"{stem or 'music'}{more}-{day.isoformat()}"
    name, number = base, 1
    strange = look_into(store).strange
    while taken_by(store, name) is not None or _barred_by(name, strange) is not None:
        number += 1
        name = f"{base}_{number}"
    return name


def _awkward(character: str) -> bool:
    return character == "%" or any(True for _ in portability(f"a{character}a"))


def _barred_by(name: str, strange: Sequence[bytes]) -> bytes | None:
    """What this program did not make, of ``strange`` things, and stands where a bag of that name, or of its group, is built."""
    built = re.compile(re.escape(os.fsencode(name)) + rb"(_[0-9]+_of_[0-9]+)?" + re.escape(UNFINISHED))
    return next(filter(built.fullmatch, strange), None)
