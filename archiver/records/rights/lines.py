"""The lines of ``metadata/rights/rights.jsonl``, as they stand in the file."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from msgspec import field

from archiver.model.rights import (
    Act,
    Answer,
    Basis,
    CarrierHeld,
    DeclarantRole,
    Disposition,
    Level,
    MachineUse,
)
from archiver.model.terms import Layer, TermState
from archiver.records.codec import Record

SCHEMA = "archiver.rights/2"


class PolicyRecord(Record, frozen=True, kw_only=True):
    """What the package is for; as :class:`archiver.model.rights.Policy`."""

    name: str
    title: str
    needs: tuple[Act, ...] = ()
    denied: dict[Act, Disposition] = field(default_factory=dict)
    unknown: dict[Act, Disposition] = field(default_factory=dict)
    protected: Disposition
    maybe_protected: Disposition
    personal_data: Disposition
    personal_unknown: Disposition
    premis: bool = True


class HeaderLine(Record, frozen=True, kw_only=True, tag_field="kind", tag="header"):
    """The first line."""

    schema: str
    assessed_on: dt.date
    policy: PolicyRecord


class FindingRecord(Record, frozen=True, kw_only=True):
    """A layer's term in one place."""

    jurisdiction: str
    state: TermState
    ends_earliest: dt.date | None = None
    ends_latest: dt.date | None = None
    rules: tuple[str, ...] = ()
    text: str


class LayerRecord(Record, frozen=True, kw_only=True):
    """What is known of one layer."""

    findings: tuple[FindingRecord, ...] = ()
    text: str


class UseRecord(Record, frozen=True, kw_only=True):
    """The answer on one use by machines."""

    answer: Answer
    declared_by: str | None = None
    role: DeclarantRole | None = None
    signal: str | None = None
    stricter_signal: bool = False


class ReasonRecord(Record, frozen=True, kw_only=True):
    """One step on the way to a decision."""

    code: str
    text: str
    rests_on: tuple[str, ...] = ()
    act: Act | None = None


class DecisionLine(Record, frozen=True, kw_only=True, tag_field="kind", tag="decision"):
    """One decision, which any number of files share.

    ``personal_data`` is ``unknown`` where none was detected and not all of a file could be read for it.
    """

    id: str
    disposition: Disposition
    basis: Basis
    acts: dict[Act, Answer]
    machine_use: dict[MachineUse, UseRecord] = field(default_factory=dict)
    personal_data: Literal["detected", "unknown"] | None = None
    restricted_until: dt.date | None = None
    declarations: tuple[str, ...] = ()
    layers: dict[Layer, LayerRecord] = field(default_factory=dict)
    reasons: tuple[ReasonRecord, ...] = ()


class ScopeRecord(Record, frozen=True, kw_only=True):
    """Which files a declaration speaks of."""

    level: Level
    paths: tuple[str, ...] = ()
    albums: tuple[str, ...] = ()
    tags: tuple[tuple[str, tuple[str, ...]], ...] = ()


class SpanRecord(Record, frozen=True, kw_only=True):
    """Between which days something happened."""

    earliest: dt.date | None = None
    latest: dt.date | None = None
    never: bool = False


class FactsRecord(Record, frozen=True, kw_only=True):
    """Dates that terms are counted from."""

    fixed: SpanRecord | None = None
    published: SpanRecord | None = None
    work_published: SpanRecord | None = None
    composer_died: SpanRecord | None = None
    lyricist_died: SpanRecord | None = None


class DeclarationLine(Record, frozen=True, kw_only=True, tag_field="kind", tag="declaration"):
    """One declaration; ``document_in_bag`` is the path of its document in the bag."""

    id: str
    scope: ScopeRecord
    basis: Basis
    by: str
    role: DeclarantRole
    date: dt.date
    acts: dict[Act, Answer] = field(default_factory=dict)
    license: str | None = None
    document: str | None = None
    document_in_bag: str | None = None
    jurisdiction: tuple[str, ...] = ()
    citation: str | None = None
    expires: dt.date | None = None
    carrier_held: CarrierHeld | None = None
    layers: tuple[Layer, ...] = ()
    facts: FactsRecord | None = None
    machine_use: dict[MachineUse, Answer] = field(default_factory=dict)
    note: str | None = None


class UnnamedLine(Record, frozen=True, kw_only=True, tag_field="kind", tag="withheld"):
    """Withheld files whose names were left out on purpose: how many, and by which rules."""

    disposition: Disposition
    files: int
    reasons: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


class InBagRecord(Record, frozen=True, kw_only=True):
    """The same numbers for the files in the bag alone."""

    acts: dict[str, dict[str, int]]
    personal_data: int = 0
    personal_data_unknown: int = 0
    protection: dict[str, int] = field(default_factory=dict)
    protection_unseen: int = 0
    unknown_basis: int = 0


class TotalsLine(Record, frozen=True, kw_only=True, tag_field="kind", tag="totals"):
    """What the package's files add up to; numbers of files."""

    files: dict[str, int]
    dispositions: dict[str, int]
    bases: dict[str, int]
    acts: dict[str, dict[str, int]]
    machine_use: dict[str, dict[str, int] | int]
    personal_data: dict[str, dict[str, int] | int]
    protection: dict[str, int] = field(default_factory=dict)
    protection_unseen: int = 0
    unknown_basis: int = 0
    restricted_because: dict[str, int] = field(default_factory=dict)
    withheld_because: dict[str, int] = field(default_factory=dict)
    in_bag: InBagRecord


RightsLine = HeaderLine | DecisionLine | DeclarationLine | UnnamedLine | TotalsLine
