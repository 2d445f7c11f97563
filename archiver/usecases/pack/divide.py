"""Divides a plan over the bags of a package: names them, and holds them against the recipient's profile."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from archiver.bagit.names import PAYLOAD
from archiver.bagit.tagfiles import BAG_INFO
from archiver.errors import ArchiverError, ExitStatus, Remedy, UsageError, Way
from archiver.ingest.plan import PackagePlan
from archiver.model.audio import Role
from archiver.model.bag import Accession, Bag
from archiver.model.run import Run
from archiver.model.source import Source
from archiver.model.totals import Totals
from archiver.records.baginfo import bag_info_labels
from archiver.records.estimate import BAG_BYTES, described_bytes
from archiver.records.layout import record_paths
from archiver.records.rights.labels import rights_labels
from archiver.records.rights.tally import summarise
from archiver.report.layout import WRITTEN
from archiver.report.pages import FEW_TRACKS
from archiver.report.writers import FIRST_FURTHER
from archiver.store.find_bags import taken_by
from archiver.store.staging import StagingKey, unfinished
from archiver.usecases.pack.make_bag import bag_plan, contents_sentence
from archiver.usecases.pack.naming import default_name
from archiver.usecases.pack.parts import PlanPart, parts_of
from archiver.usecases.pack.prepare import Prepared
from archiver.usecases.pack.profile import Planned, refuse_mismatch
from archiver.usecases.pack.recovery import RecoveryGuess
from archiver.usecases.pack.room import Room, room_for


class AllWithheldError(ArchiverError):
    """The policy keeps every file out, so that there is no bag to write."""

    exit_code = ExitStatus.INCOMPLETE


@dataclass(frozen=True, slots=True)
class Division:
    """The bags that a plan is made into.

    Attributes:
        name: The package's name.
        continues: Whether an interrupted run of the same package is continued.
        keys: What each bag is made of.
        parts: What goes into each bag.
        room: What the package takes on the store's disk.
    """

    name: str
    continues: bool
    keys: tuple[StagingKey, ...]
    parts: tuple[PlanPart, ...]
    room: Room


def divide(prepared: Prepared, plan: PackagePlan, run: Run, accession: Accession) -> Division:
    """Name the package and divide the plan over its bags.

    Raises:
        AllWithheldError: where the policy keeps every file out.
        UsageError: where there is nothing to pack, or the package would not conform to its profile.
    """
    if plan.totals.withheld and not plan.totals.files and not plan.totals.held:
        raise AllWithheldError(
            f"the policy {prepared.assessor.policy.name} lets none of {plan.totals.withheld:,} files into a bag",
            "No bag was written.",
            remedies=[Remedy(Way.EXPLAIN_FILE), Remedy(Way.DECLARE, _only_source(prepared))],
        )
    if not plan.totals.files and not plan.totals.held:
        raise UsageError(
            f"there is nothing to pack: of {plan.totals.seen} entries seen, no file can go into a bag",
            "No bag was written.",
            remedies=[Remedy(Way.SHOW_SOURCE, _only_source(prepared))],
        )
    describes = partial(
        described_bytes,
        algorithms=len(prepared.algorithms),
        descriptions=len(prepared.form.descriptions),
    )
    parity = prepared.request.parity
    parts = parts_of(plan, prepared.request.max_bytes, _overhead(prepared), describes, RecoveryGuess(parity))
    fingerprint = _divided_fingerprint(plan, parts)
    origin = _origin(prepared.sources)
    name, same = _package_name(prepared, fingerprint, origin, run)
    keys = tuple(
        StagingKey(name, number, len(parts), prepared.algorithms, fingerprint, origin)
        for number in range(1, len(parts) + 1)
    )
    _refuse_mismatch(prepared, plan, keys, parts, run, accession)
    room = room_for(
        *(plan, describes, _overhead(prepared)),
        bags=len(parts),
        store=prepared.store,
        package=name,
        algorithms=prepared.algorithms,
        parity=parity,
        archived=prepared.request.serialize is not None,
    )
    return Division(name, same or room.kept_files > 0, keys, parts, room)


def _only_source(prepared: Prepared) -> str:
    """The source as the user named it, where there is one and no more."""
    named = prepared.request.sources
    return named[0] if len(named) == 1 else ""


def _overhead(prepared: Prepared) -> int:
    """Bytes that each bag takes whatever files are in it: its descriptions, and the documents behind declarations."""
    return BAG_BYTES + sum(document.size_bytes for document in prepared.inputs.documents)


def _divided_fingerprint(plan: PackagePlan, parts: Sequence[PlanPart]) -> str:
    """Give the digest of the plan and of where it is divided: a bag begun with other files must not be gone on with."""
    starts = [part.start for part in parts]
    return hashlib.sha256(f"{plan.fingerprint} {starts}".encode()).hexdigest()


def _origin(sources: Sequence[Source]) -> str:
    """Give the digest of the sources' paths, by which packages of the same sources are known."""
    paths = [(source.root, source.only) for source in sources]
    return hashlib.sha256(repr(paths).encode()).hexdigest()


def _package_name(prepared: Prepared, fingerprint: str, origin: str, run: Run) -> tuple[str, bool]:
    """Give the package's name, and whether an interrupted run of just the same package is continued under it.

    A package that an interrupted run began of the same sources, though something in them has changed since, gives its
    name too, so that its copies are taken over.
    """
    asked = prepared.request.name
    begun = [
        key
        for key in unfinished(prepared.store)
        if key.algorithms == prepared.algorithms
        and asked in (None, key.package)
        and taken_by(prepared.store, key.package) is None
    ]
    for key in begun:
        if key.fingerprint == fingerprint:
            return key.package, True
    if asked is not None:
        return asked, False
    for key in begun:
        if key.origin == origin:
            return key.package, False
    return default_name(prepared.sources, run.today(), prepared.store), False


def _refuse_mismatch(  # noqa: PLR0913, PLR0917 - what a planned package is
    prepared: Prepared,
    plan: PackagePlan,
    keys: Sequence[StagingKey],
    parts: Sequence[PlanPart],
    run: Run,
    accession: Accession,
) -> None:
    if prepared.profile is None or prepared.request.profile is None:
        return
    totals, first = plan.totals, keys[0]
    planned_bag = Bag(
        plan=bag_plan(accession, first, prepared.form, parts[0].cut),
        totals=totals,
        rights=summarise(plan.entries),
        contents=contents_sentence(totals),
        escaped=False,
        events=(),
    )
    labels = rights_labels(planned_bag.rights, prepared.rights_context)
    planned_package = Planned(
        bags=parts,
        info=bag_info_labels(run, planned_bag, labels),
        others={path: labels for path, labels in prepared.tag_labels.items() if path != BAG_INFO},
        algorithms=prepared.algorithms,
        tag_files=_planned_tag_files(prepared, totals),
        container=prepared.request.serialize or "folder",
    )
    refuse_mismatch(prepared.profile, prepared.request.profile, planned_package)


def _planned_tag_files(prepared: Prepared, totals: Totals) -> tuple[str, ...]:
    """List the tag files that a bag will have, if every document belongs to a file in it; of further pages, the first."""
    algorithms, empty_folders = prepared.algorithms, bool(totals.empty_folders)
    further = (FIRST_FURTHER,) if totals.roles[Role.AUDIO] > FEW_TRACKS else ()
    records = record_paths(WRITTEN, prepared.form, empty_folders=empty_folders)
    documents = (f"{prepared.layout.documents}/{document.name}" for document in prepared.inputs.documents)
    return (
        "bagit.txt",
        *dict.fromkeys((BAG_INFO, *prepared.tag_labels)),
        *(f"manifest-{algorithm}.txt" for algorithm in algorithms),
        *(f"tagmanifest-{algorithm}.txt" for algorithm in algorithms),
        *(path for path in (*records, *further, *documents) if not path.startswith(PAYLOAD)),
    )
