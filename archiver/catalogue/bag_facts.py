"""Says what a bag is before its files are looked at: its names, its pin, what accession it is of."""

from __future__ import annotations

import errno
import os
import re
from dataclasses import dataclass

from archiver.bagit.algorithms import STRONGEST_FIRST
from archiver.bagit.bag_source import BagSource, Container
from archiver.bagit.manifest_reader import ManifestName
from archiver.bagit.pin import pin_at, pinned_manifest
from archiver.bagit.reading import BagTop, TopFiles, manifest_entries, read_top
from archiver.bagit.serialized.archive import SUFFIXES, without_ending
from archiver.bagit.telling import ignore
from archiver.catalogue.bag_pin import broken_off
from archiver.model.state import StateHead
from archiver.parity.sets import FOLDER, set_of_file
from archiver.records.moments import rfc3339
from archiver.records.names import STATE_RECORD
from archiver.records.state import read_state

_COUNT = re.compile(r"(?a)([0-9]{1,6}) of ([0-9]{1,6})")
_MOST = 1 << 60
_FAILING = frozenset({errno.EIO, errno.ESTALE, errno.ENOTCONN})
"""Errors of a disk, which say nothing about what is on it."""


class UnreadableBagError(ValueError):
    """It cannot be read, or is no bag; the message says why."""


@dataclass(frozen=True, slots=True)
class BagFacts:
    """What a bag is.

    Attributes:
        identifier: Its ``External-Identifier``, or ``urn:sha512:`` and its pin where it has none.
        name: Its name, without an archive's ending.
        form: What it is in.
        sealed_at: When it was sealed: RFC 3339 in UTC, or the day alone; ``None`` where it does not say.
        algorithms: Of its payload manifests, the strongest first; at least one.
        pin: SHA-512 of its strongest tag manifest; of its strongest payload manifest where it has none.
        payload: SHA-512 of its strongest payload manifest, which is of its payload alone.
        oxum: Bytes and files of its payload as it states them, or ``None``.
        head: What its record of the state is of; ``None`` where it has none that can be read.
        part: Its number in its accession, from 1.
        parts: Bags of the accession.
        parity: Sets of recovery data that its tag manifest lists.
        collection: The collection that its labels name; ``None`` where they name none.
    """

    identifier: str
    name: str
    form: Container
    sealed_at: str | None
    algorithms: tuple[str, ...]
    pin: bytes
    payload: bytes
    oxum: tuple[int, int] | None
    head: StateHead | None
    part: int
    parts: int
    parity: int
    collection: str | None


def bag_facts(source: BagSource, path: str) -> BagFacts:
    """Return what the bag at ``path`` is.

    Args:
        source: Its bytes; of an archive, what is put aside in listing it need not be read again.
        path: Its path, for its name.

    Raises:
        UnreadableBagError: where it is no bag, or cannot be read.
        OSError: as the system calls do.
    """
    with source.listing(ignore) as listing:
        if listing.top is None:
            raise UnreadableBagError(
                next((one.message for one in listing.found.report()), "it cannot be opened")
            )
        unread = broken_off(listing)
        if unread is not None:
            raise UnreadableBagError(unread)
        top = read_top(listing.top)
        algorithms = _algorithms(top)
        if not top.is_bag or not algorithms or source.kind is None:
            raise UnreadableBagError("it is no bag, or none with a payload manifest that can be read")
        pinned = pinned_manifest(top.manifests)
        assert pinned is not None, "it has a payload manifest"
        try:
            pin = pin_at(listing.top, pinned)
            payload = pin_at(listing.top, _payload_manifest(top, algorithms[0]))
        except OSError as error:
            raise UnreadableBagError(f"{pinned.name}: {error.strerror}") from error
        parity = _parity(listing.top, top, pinned)
    head = _head(source)
    part, parts = _part(top.metadata.values("Bag-Count"))
    return BagFacts(
        identifier=_first(top, "External-Identifier") or f"urn:sha512:{pin.hex()}",
        name=_name(path, source.kind),
        form=source.kind,
        sealed_at=rfc3339(head.at) if head is not None else _first(top, "Bagging-Date"),
        algorithms=algorithms,
        pin=pin,
        payload=payload,
        oxum=_bounded(top.metadata.oxum),
        head=head,
        part=part,
        parts=parts,
        parity=parity,
        collection=_first(top, "Collection"),
    )


def _algorithms(top: BagTop) -> tuple[str, ...]:
    known = {one.algorithm for one in top.manifests if not one.of_tags and one.algorithm is not None}
    return tuple(sorted(known, key=STRONGEST_FIRST.index))


def _payload_manifest(top: BagTop, algorithm: str) -> ManifestName:
    return next(one for one in top.manifests if not one.of_tags and one.algorithm == algorithm)


def _parity(top: TopFiles, bag: BagTop, manifest: ManifestName) -> int:
    """Count the sets of recovery data that a manifest lists."""
    entries = manifest_entries(top, bag, manifest, ignore)
    numbers = {set_of_file(entry.path) for entry in entries if entry.path.startswith(FOLDER)}
    return len(numbers - {None})


def _head(source: BagSource) -> StateHead | None:
    try:
        with source.open(STATE_RECORD) as stream:
            return read_state(stream)[0]
    except ValueError:
        return None
    except OSError as error:
        if error.errno in _FAILING:  # else a bag would be known without its state for good
            raise
        return None


def _first(top: BagTop, label: str) -> str | None:
    return next(iter(top.metadata.values(label)), None)


def _bounded(oxum: tuple[int, int] | None) -> tuple[int, int] | None:
    return None if oxum is None or max(oxum) > _MOST else oxum


def _name(path: str, form: Container) -> str:
    name = os.path.basename(os.path.abspath(path))
    return name if form == "folder" else without_ending(name, SUFFIXES[form])


def _part(values: tuple[str, ...]) -> tuple[int, int]:
    found = _COUNT.fullmatch(values[0].strip()) if values else None
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        return 1, 1
    return int(found[1]), int(found[2])
