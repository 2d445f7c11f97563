"""Finds the pin of a bag: what the catalogue, or the store's own log, says its tag manifest was."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from archiver.bagit.algorithms import hash_blocks
from archiver.bagit.bag_source import source_of
from archiver.bagit.reading import read_top
from archiver.bagit.serialized.archive import without_ending
from archiver.bagit.telling import ignore
from archiver.catalogue.bag_pin import pin_of
from archiver.catalogue.database import Catalogue
from archiver.catalogue.renewed import older_pin
from archiver.catalogue.stores import Copy, KnownStore, copy_at, find_store
from archiver.errors import StoreError
from archiver.machine import refuse_own_limit
from archiver.store.identity import read_identity
from archiver.store.log import read_events

Trusted = Literal["catalogue", "log", "bag"]
"""What says which bytes are right: the pin of the catalogue, that of the store's log, or the bag's own tag manifest."""

_TELL_PINS = frozenset({"accession", "metadata modification", "replication"})
"""Types of events after which a bag is what they say it is."""

_DIGITS = 128


@dataclass(frozen=True, slots=True)
class Pin:
    """What says which bytes of a bag are right.

    Attributes:
        trusted: Who says it.
        digest: SHA-512 of its strongest tag manifest, in hex; ``None`` where nobody but the bag itself says it.
        identifier: The bag's identifier, by the same word; ``None`` where that is not known.
        algorithms: Of its payload manifests, the strongest first; empty where that is not known.
        older: The pin that this copy has where the tag files of another copy were changed on purpose since, in hex.
        store: The store's row in the catalogue.
        copy: The bag's row there.
    """

    trusted: Trusted
    digest: str | None = None
    identifier: str | None = None
    algorithms: tuple[str, ...] = ()
    older: str | None = None
    store: KnownStore | None = None
    copy: Copy | None = None


def known_pin(catalogue: Catalogue, place: bytes, name: bytes) -> Pin | None:
    """Return the pin that the catalogue has of the bag ``name`` in the store at ``place``; ``None`` where it has none."""
    try:
        store = find_store(catalogue, read_identity(place), place)
    except StoreError:
        return None
    copy = None if store is None else copy_at(catalogue, store, os.fsdecode(name))
    if copy is None:
        return None
    row = catalogue.row("SELECT pin, identifier, algorithms FROM bag WHERE bag_id = ?", (copy.bag_id,))
    assert row is not None, "a copy is of a bag"
    pin, identifier, algorithms = row
    assert isinstance(pin, bytes)
    older = older_pin(catalogue, copy)
    return Pin(
        "catalogue",
        pin.hex(),
        str(identifier),
        tuple(str(algorithms).split(",")),
        None if older is None else older.hex(),
        store,
        copy,
    )


def logged_pin(place: bytes, name: bytes) -> Pin | None:
    """Return the last pin that the log of the store at ``place`` tells of the bag ``name``; ``None`` where it tells none.

    Raises:
        StoreError: where the log cannot be read, or not be believed.
    """
    text = without_ending(os.fsdecode(name).encode("utf-8", "replace").decode("utf-8"))
    found: Pin | None = None
    for event in read_events(place):
        if event.happened.type not in _TELL_PINS:
            continue
        detail = event.happened.detail
        told = detail.get("bags")
        for one in [*(told if isinstance(told, list) else ()), detail]:
            if isinstance(one, Mapping):
                told_here = _told(one, text)
                if told_here is not None:
                    known = None if found is None else found.identifier
                    found = dataclasses.replace(told_here, identifier=told_here.identifier or known)
    return found


def digests_of_manifests(bag: bytes) -> set[str]:
    """Return the SHA-512 of each manifest of the bag in a folder, in hex; of an archive, the pin alone."""
    found: set[str] = set()
    source = source_of(bag)
    try:
        if source.kind != "folder":
            pin = pin_of(source)
            return set() if pin is None else {pin.hex()}
        with source.listing(ignore) as listing:
            if listing.top is not None:
                for one in read_top(listing.top).manifests:
                    blocks = listing.top.blocks(one.name, ignore)
                    found.add(hash_blocks(blocks, ("sha512",))["sha512"])
    except OSError as error:
        refuse_own_limit(error)
    finally:
        source.close()
    return found


def _told(detail: Mapping[str, Any], name: str) -> Pin | None:
    pin, identifier = detail.get("pin"), detail.get("identifier")
    named = detail.get("name", detail.get("path"))
    if (
        not isinstance(pin, str)
        or len(pin) != _DIGITS
        or not isinstance(named, str)
        or without_ending(named) != name
    ):
        return None
    return Pin("log", pin, identifier if isinstance(identifier, str) else None)
