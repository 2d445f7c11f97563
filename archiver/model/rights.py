"""What is declared of a file's rights, what a policy asks, and what was decided and why.

*Evidence* is observed (:mod:`archiver.model.evidence`); a *declaration* is asserted by a named person; a
*decision* follows from both under a policy on a given day. Everything here is frozen and can be pickled.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from archiver.model.pickling import by_fields
from archiver.model.terms import Layer, LayerAssessment, TermFacts


class Basis(StrEnum):
    """Why an act is allowed."""

    LICENSE = "license"
    PURCHASE = "purchase"
    CARRIER = "carrier"
    DONOR = "donor"
    STATUTE = "statute"
    EXPIRED = "expired"
    OWN = "own"
    UNKNOWN = "unknown"


class Act(StrEnum):
    """What may be done with a file.

    ``preserve`` keeps a copy; ``access`` lets the holder use it; ``transfer`` hands it to another holder;
    ``publish`` makes it available to anyone; ``mine`` lets machines analyse it in bulk.
    """

    PRESERVE = "preserve"
    ACCESS = "access"
    TRANSFER = "transfer"
    PUBLISH = "publish"
    MINE = "mine"


class Answer(StrEnum):
    """The answer for one act or one machine use; unknown never becomes allowed."""

    ALLOW = "allow"
    DENY = "deny"
    UNKNOWN = "unknown"


class Disposition(StrEnum):
    """What becomes of a file.

    ``include``: in the bag. ``restrict``: its bytes are in the bag, closed until a person decides or a date
    comes. ``exclude``: not in the bag. ``review``: held back and listed, because what is declared
    and what is seen contradict each other or because a person has to look.
    """

    INCLUDE = "include"
    RESTRICT = "restrict"
    EXCLUDE = "exclude"
    REVIEW = "review"

    @property
    def packed(self) -> bool:
        """Whether the bytes go into the bag."""
        return self in (Disposition.INCLUDE, Disposition.RESTRICT)


class Level(StrEnum):
    """How closely a declaration is aimed; the closer one beats the wider one."""

    FILE = "file"
    ALBUM = "album"
    COLLECTION = "collection"


class DeclarantRole(StrEnum):
    """In what role a person declares."""

    OWNER = "owner"
    DONOR = "donor"
    RIGHTSHOLDER = "rightsholder"
    CUSTODIAN = "custodian"


class CarrierHeld(StrEnum):
    """What has become of the disc, tape or record that a copy was made from."""

    YES = "yes"
    TRANSFERRED = "transferred"
    LOST = "lost"


class MachineUse(StrEnum):
    """A use by machines, in the words of the program; renderers map them to each vocabulary."""

    SEARCH = "search"
    INFERENCE = "inference"
    DATA_MINING = "data_mining"
    GENERATIVE_TRAINING = "generative_training"
    OTHER_TRAINING = "other_training"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which files a declaration speaks of. Within a key any pattern may match; all given keys must.

    Attributes:
        paths: Glob patterns for the path below the folder that the declarations speak for.
        albums: Glob patterns for the album's title, without regard to case.
        tags: Canonical tag name and its glob patterns, without regard to case.
        level: How closely the scope is aimed.
    """

    paths: tuple[str, ...] = ()
    albums: tuple[str, ...] = ()
    tags: tuple[tuple[str, tuple[str, ...]], ...] = ()
    level: Level = Level.COLLECTION


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a named person asserts about some files.

    Attributes:
        id: Unique in its file: the ``id`` it was given, or ``declaration-N`` by its place, from 1.
        scope: The files it speaks of.
        basis: Why it allows what it allows.
        by: Who declares.
        role: In what role.
        date: When it was declared.
        acts: The acts it names, in the order of :class:`Act`, each with its answer.
        license: SPDX identifier or URL of the licence, where the basis is one.
        document: Path of the deed, licence or letter, relative to the file of declarations, ``/``-separated.
        jurisdiction: ISO 3166 country codes or ``EU``, sorted; empty where none was named.
        citation: The provision relied on, where the basis is a statute.
        expires: The last day on which it holds.
        carrier_held: What has become of the carrier, where the basis is one.
        layers: The layers whose term it says has ended, where the basis is ``expired``.
        facts: Dates for counting terms of protection.
        machine_use: The machine uses it names, in the order of :class:`MachineUse`, each with its answer.
        note: Free text.
    """

    id: str
    scope: Scope
    basis: Basis
    by: str
    role: DeclarantRole
    date: dt.date
    acts: tuple[tuple[Act, Answer], ...] = ()
    license: str | None = None
    document: str | None = None
    jurisdiction: tuple[str, ...] = ()
    citation: str | None = None
    expires: dt.date | None = None
    carrier_held: CarrierHeld | None = None
    layers: tuple[Layer, ...] = ()
    facts: TermFacts | None = None
    machine_use: tuple[tuple[MachineUse, Answer], ...] = ()
    note: str | None = None

    @property
    def level(self) -> Level:
        """How closely it is aimed."""
        return self.scope.level

    def has_ended(self, on: dt.date) -> bool:
        """Whether its last day was before that day."""
        return self.expires is not None and self.expires < on


@dataclass(frozen=True, slots=True)
class Policy:
    """What a package is for: the acts it needs, and what follows when they are not allowed.

    Attributes:
        name: Short name, such as ``personal``.
        title: What it is for, in one plain sentence.
        needs: The acts that every included file needs, in the order of :class:`Act`.
        denied: What follows when an act is denied: every needed one and any other that matters, in the order
            of :class:`Act`.
        unknown: What follows when an act is unknown: every needed one, in the order of :class:`Act`.
        protected: What follows when the file is protected.
        maybe_protected: What follows when the file may be protected and only a person can tell.
        personal_data: What follows when the file carries personal data.
        personal_unknown: What follows when none was detected in it and not all of it could be read for that.
        premis: Whether packages get a PREMIS record.
    """

    name: str
    title: str
    needs: tuple[Act, ...]
    denied: tuple[tuple[Act, Disposition], ...]
    unknown: tuple[tuple[Act, Disposition], ...]
    protected: Disposition
    maybe_protected: Disposition
    personal_data: Disposition
    personal_unknown: Disposition
    premis: bool = True


@by_fields
@dataclass(frozen=True, slots=True)
class Acts:
    """The answer for each of the five acts."""

    preserve: Answer = Answer.UNKNOWN
    access: Answer = Answer.UNKNOWN
    transfer: Answer = Answer.UNKNOWN
    publish: Answer = Answer.UNKNOWN
    mine: Answer = Answer.UNKNOWN

    def __getitem__(self, act: Act) -> Answer:
        return getattr(self, act.value)  # type: ignore[no-any-return]  # every value of Act is a field above

    def items(self) -> tuple[tuple[Act, Answer], ...]:
        """Every act with its answer, in the order of :class:`Act`."""
        return tuple((act, self[act]) for act in Act)


@by_fields
@dataclass(frozen=True, slots=True)
class Reason:
    """One step on the way to a decision.

    Attributes:
        code: Stable code of the rule, listed in ``docs/reference/rights-toml.md``.
        text: One plain sentence.
        rests_on: What it rests on: ``evidence CODE at LOCATOR``, ``protection SCHEME at LOCATOR``,
            ``declaration ID``, ``policy NAME``, ``term ROW``; personal values never stand here.
        act: The act it speaks of, or ``None`` where it speaks of the file.
    """

    code: str
    text: str
    rests_on: tuple[str, ...] = ()
    act: Act | None = None


@by_fields
@dataclass(frozen=True, slots=True)
class UseAnswer:
    """The answer for one machine use, and who gave it.

    Attributes:
        use: The use.
        answer: The answer; ``unknown`` means not granted.
        declared_by: Who declared it; ``None`` where nobody did or where a signal in the file says it.
        role: The declarant's role; ``None`` as above.
        signal: Where a signal embedded in the file bears on it, ``CODE at LOCATOR``; else ``None``.
        stricter_signal: Whether that signal is stricter than what was declared, which is worth a warning.
    """

    use: MachineUse
    answer: Answer = Answer.UNKNOWN
    declared_by: str | None = None
    role: DeclarantRole | None = None
    signal: str | None = None
    stricter_signal: bool = False


@by_fields
@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one file under one policy on one day, and why.

    Attributes:
        disposition: What becomes of it.
        acts: The answer for each act.
        basis: The declared basis that governs, which is never one that evidence contradicts; ``unknown`` where
            none does. Evidence alone gives none.
        policy: Name of the policy.
        on: The day that was asked for.
        layers: The four layers, in the order of :class:`Layer`.
        machine_use: The five machine uses, in the order of :class:`MachineUse`.
        reasons: How it came about, in the order of the rules.
        declarations: Identifiers of the declarations that bear on the file, closest first.
        personal: Whether the file carries personal data.
        personal_unknown: Whether none was detected in it and not all of it could be read for that.
        restricted_until: The day after which a declared restriction or embargo no longer holds; ``None``
            where the disposition is not ``restrict`` or where no date was declared.
    """

    disposition: Disposition
    acts: Acts
    basis: Basis
    policy: str
    on: dt.date
    layers: tuple[LayerAssessment, ...]
    machine_use: tuple[UseAnswer, ...]
    reasons: tuple[Reason, ...]
    declarations: tuple[str, ...] = ()
    personal: bool = False
    personal_unknown: bool = False
    restricted_until: dt.date | None = None
