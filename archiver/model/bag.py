"""A bag of a package: what it is from the start, and what has become of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from archiver.model.rights_summary import RightsSummary
from archiver.model.run import Event
from archiver.model.totals import Totals

Labels = tuple[tuple[str, str], ...]
"""Label and value pairs of a tag file like ``bag-info.txt``, in order."""


@dataclass(frozen=True, slots=True)
class Accession:
    """One intake: the run that makes one bag, or one group of bags.

    Attributes:
        identifier: Its own.
        collection: Name of the collection that it is one of.
        at: When the source began to be listed, in UTC.
        previous: Identifier of the one before, ``urn:uuid:…``, of the same collection in the same store; ``None`` for
            the first.
    """

    identifier: UUID
    collection: str
    at: dt.datetime
    previous: str | None = None

    @property
    def urn(self) -> str:
        """Its identifier as records have it."""
        return f"urn:uuid:{self.identifier}"


@dataclass(frozen=True, slots=True)
class BagPlan:
    """A bag before anything is in it.

    Attributes:
        name: Its name.
        identifier: Its own, different for each bag of a group.
        accession: The accession that it is made by.
        part: Its number in its group, from 1.
        parts: Bags in the group; 1 where it stands alone.
        algorithms: Checksum algorithms, in the order of the manifests.
        labels: Labels that the user gave, by the tag file they go into.
        cut: Folders of albums that are only partly in it.
        premis: Whether it has a PREMIS record.
    """

    name: str
    identifier: UUID
    accession: Accession
    part: int
    parts: int
    algorithms: tuple[str, ...]
    labels: Mapping[str, Labels]
    cut: tuple[str, ...] = ()
    premis: bool = True


@dataclass(frozen=True, slots=True)
class Bag:
    """A bag with everything in it.

    Attributes:
        plan: What it is.
        totals: What its entries add up to.
        rights: What the decisions on its files add up to.
        contents: One sentence on what it holds.
        escaped: Whether a payload path holds a character that manifests must encode.
        events: What was done to its files, in order.
    """

    plan: BagPlan
    totals: Totals
    rights: RightsSummary
    contents: str
    escaped: bool
    events: tuple[Event, ...]
