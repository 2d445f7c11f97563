"""The state of a source at one time: which bytes every path held, and which bag of the store has them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from archiver.model.pickling import by_fields


@by_fields
@dataclass(frozen=True, slots=True)
class HoldingBag:
    """A finished bag that holds bytes which another bag's state counts on.

    Attributes:
        identifier: Its ``External-Identifier``, ``urn:uuid:…``.
        name: Its name in the store.
        pin: Hex SHA-512 of its strongest tag manifest as it stood, by which any copy of the bag is known again.
    """

    identifier: str
    name: str
    pin: str


@by_fields
@dataclass(frozen=True, slots=True)
class Holding:
    """Where the bytes of a file are held.

    Attributes:
        bag: The bag.
        path: The path in that bag, ``data/…``.
        algorithm: The algorithm of ``digest``, as a manifest names it.
        digest: The digest of the bytes, as that bag's manifest has it.
    """

    bag: HoldingBag
    path: str
    algorithm: str
    digest: str


@dataclass(frozen=True, slots=True)
class StateHead:
    """What a bag's record of the state is of.

    Attributes:
        collection: Name of the collection.
        accession: Identifier of the accession that the bag is of, ``urn:uuid:…``.
        at: When the source began to be listed, in UTC.
        previous: Identifier of the accession before, of the same collection in the same store; ``None`` for the first.
        algorithm: The algorithm of digests that do not say otherwise.
    """

    collection: str
    accession: str
    at: dt.datetime
    previous: str | None
    algorithm: str


@dataclass(frozen=True, slots=True)
class StateFile:
    """One file of the source at that time.

    Attributes:
        path: The record path.
        original_name: The path below the source as bytes where it is not UTF-8, else ``None``.
        size_bytes: Its bytes.
        modified_ns: Its modification time, in nanoseconds since 1970 UTC.
        algorithm: The algorithm of ``digest``.
        digest: Hex digest of its bytes.
        bag: The earlier bag that holds them; ``None`` where it is the bag that has the record.
        bag_path: The path of the bytes in that bag, ``data/…``.
        decision: Identifier of what was decided of it, in the ``rights.jsonl`` beside the record.
    """

    path: str
    original_name: bytes | None
    size_bytes: int
    modified_ns: int
    algorithm: str
    digest: str
    bag: HoldingBag | None
    bag_path: str
    decision: str


@by_fields
@dataclass(frozen=True, slots=True)
class Before:
    """What the state before had under a file's path.

    Attributes:
        size_bytes: Its bytes.
        modified_ns: Its modification time, in nanoseconds since 1970 UTC.
        digest: Digest of its bytes, by the algorithm of the bag that has them.
        essence: Digest of its music apart from its tags; ``None`` where there is none.
        decision: Digest of what was decided of it; ``None`` where that is not known.
        racy: Whether it had been changed so late that its times prove nothing.
    """

    size_bytes: int
    modified_ns: int
    digest: bytes
    essence: bytes | None
    decision: bytes | None
    racy: bool


@by_fields
@dataclass(frozen=True, slots=True)
class Known:
    """What the store and the state before tell of a file.

    Attributes:
        holding: Where its bytes are held; ``None`` where no bag of the store is known to have them.
        before: What the state before had under its path; ``None`` where it had nothing there.
        moved_from: The path under which the state before had its bytes, where nothing is there any more.
        looks_as_before: Whether it looks from outside as the last look saw it, so that nobody need note that again.
        essence: Digest of the music in the bytes that are held, as the catalogue has it; ``None`` where it has none.
    """

    holding: Holding | None = None
    before: Before | None = None
    moved_from: str | None = None
    looks_as_before: bool = False
    essence: bytes | None = None


NOTHING_KNOWN = Known()
