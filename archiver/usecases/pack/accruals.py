"""Finds the accession that a package is to add to, and reads from its manifests what it holds."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

from archiver.bagit.reading import manifest_entries, read_top
from archiver.bagit.telling import ignore
from archiver.errors import UsageError
from archiver.machine import reason, refuse_own_limit
from archiver.model.accrual import KEPT_BYTES, Accrual
from archiver.usecases.states.bags import KnownBag, Shelf

_UUID = re.compile("(?:urn:uuid:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)

MOST_FILES = 4_000_000
"""More files of an earlier accession than these are not compared with."""


def accrual_to(named: str, store: str, algorithms: Sequence[str]) -> Accrual:
    """Return the accession that was named, with the digests of what it holds where its bags are at hand.

    Args:
        named: The path of a bag, or of one of several; else the identifier of an accession or a bag, or the name of a
            bag in the store.
        store: The store, which need not be there.
        algorithms: Checksums of the new package, the strongest first.

    Raises:
        UsageError: where it is neither a bag nor an identifier.
    """
    with Shelf([store] if os.path.isdir(store) else []) as shelf:
        bags = _at(named, shelf) if os.path.lexists(named) else _among(named, shelf)
        if not bags:
            return Accrual(_identifier(named), not_compared="none of its bags was at hand")
        first = bags[0]
        identifier = _accession(first) or first.identifier
        algorithm = _in_common(bags, algorithms)
        if algorithm is None:
            return Accrual(identifier, first.name, not_compared="there is no checksum that both have")
        try:
            digests = frozenset(_digests(shelf, bags, algorithm))
        except (OSError, ValueError) as error:
            if isinstance(error, OSError):
                refuse_own_limit(error)
            told = reason(error) if isinstance(error, OSError) else str(error)
            return Accrual(identifier, first.name, not_compared=f"its manifests cannot be read: {told}")
    return Accrual(identifier, first.name, algorithm, digests)


def _at(named: str, shelf: Shelf) -> list[KnownBag]:
    """The bag at a path, and those beside it that its run made with it."""
    bag = shelf.bag(named)
    if bag is None:
        why = next(
            (one.reason for one in shelf.unknown if one.path == os.path.abspath(named)), "it is no bag"
        )
        raise UsageError(
            f"cannot add to {named}: {why}",
            "Nothing was written. Name a bag, or the identifier of an accession.",
        )
    accession = _accession(bag)
    if accession is None:
        return [bag]
    shelf.add_store(os.path.dirname(bag.path))
    return sorted(
        (one for one in shelf.bags() if _accession(one) == accession), key=lambda one: one.facts.part
    )


def _among(named: str, shelf: Shelf) -> list[KnownBag]:
    """The bags of the store that bear an identifier or a name, and those of the same run; without a path two copies count once."""
    wanted = {named} if _urn(named) is None else {named, _urn(named)}
    found = [one for one in shelf.bags() if wanted & {one.identifier, _accession(one), one.name}]
    accessions = {accession for one in found if (accession := _accession(one)) is not None}
    return sorted(
        (one for one in shelf.bags() if one in found or _accession(one) in accessions),
        key=lambda one: (one.facts.part, one.name),
    )


def _accession(bag: KnownBag) -> str | None:
    """The identifier of the accession that a bag is one of several of; ``None`` where it stands alone."""
    return bag.head.accession if bag.head is not None and bag.facts.parts > 1 else None


def _identifier(named: str) -> str:
    urn = _urn(named)
    if urn is None:
        raise UsageError(
            f"there is no bag at {named}, and the store has none of that name or identifier",
            "Nothing was written. Name a bag, or an accession by its identifier: urn:uuid:...",
        )
    return urn


def _urn(named: str) -> str | None:
    found = _UUID.fullmatch(named)
    return None if found is None else f"urn:uuid:{found[1].lower()}"


def _in_common(bags: Sequence[KnownBag], algorithms: Sequence[str]) -> str | None:
    """The first of the algorithms that each of the bags has a payload manifest for."""
    return next((one for one in algorithms if all(one in bag.facts.algorithms for bag in bags)), None)


def _digests(shelf: Shelf, bags: Sequence[KnownBag], algorithm: str) -> Iterator[bytes]:
    files = 0
    for bag in bags:
        with shelf.source(bag).listing(ignore) as listing:
            if listing.top is None:
                raise ValueError(f"{bag.name} cannot be opened")
            top = read_top(listing.top)
            for manifest in top.manifests:
                if manifest.of_tags or manifest.algorithm != algorithm:
                    continue
                for entry in manifest_entries(listing.top, top, manifest, ignore):
                    files += 1
                    if files > MOST_FILES:
                        raise ValueError(f"they list more than {MOST_FILES:,} files")
                    if entry.digest:
                        yield bytes.fromhex(entry.digest)[:KEPT_BYTES]
