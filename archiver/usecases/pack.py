"""Packs sources into a bag: lists, examines, decides, plans, copies, describes, seals."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from archiver import filesystem
from archiver.bagit.profile import Profile
from archiver.bagit.sizes import human_size
from archiver.errors import StoreError, UsageError
from archiver.executors import Threads
from archiver.ingest.assess import Assessor
from archiver.ingest.parts import PlanPart, parts_of
from archiver.ingest.plan import PackagePlan, Totals
from archiver.ingest.spool import Spool
from archiver.ingest.staging import INCOMING, Staging, StagingKey, locked, unfinished
from archiver.model.package import PackEntry, PlanEntry
from archiver.model.run import Run
from archiver.model.source import Source
from archiver.records.baginfo import BagFacts, Labels, bag_info_labels
from archiver.records.rights_context import RightsContext
from archiver.usecases.description import BAG_INFO, planned_tag_files
from archiver.usecases.naming import chosen_name, default_name
from archiver.usecases.package import BagMaker, CopyTools, Progress, contents_sentence
from archiver.usecases.planning import planned
from archiver.usecases.profiling import (
    Planned,
    algorithms_for,
    labels_by_file,
    read_profile,
    refuse_mismatch,
)
from archiver.usecases.rights_inputs import RightsInputs, read_policy, read_rights
from archiver.usecases.sources import refuse_store_in_source, sources_of
from archiver.usecases.watch import Watch

_MARGIN_BYTES = 64 << 20
"""Room wanted on the store's disk beside the payload, for the descriptions."""


@dataclass(frozen=True, slots=True)
class PackRequest:
    """What is to be packed, and how.

    Attributes:
        sources: Folders and files as the user named them.
        store: Folder that gets the bag; made where it is missing.
        name: The bag's name; from the source and the date where ``None``.
        algorithms: Normalised names of the checksum algorithms; empty for the default.
        info: Labels for ``bag-info.txt``.
        jobs: Threads and processes to use.
        read_back: Whether every copy is read from the disk again and compared.
        bag_in_bag: Whether a source may be a bag.
        max_bytes: Payload that one bag may hold; ``None`` for no limit.
        rights: File of declarations that the user named, or ``None`` to look for one in each source.
        policy: Name of a policy, or path of a policy file.
        anonymous_withheld: Whether the names of withheld files stay out of the bag.
        profile: Name of a recipient's profile, or path of a profile file, or ``None``.
        serialize: Format of the archive to make of each bag, or ``None`` for folders.
    """

    sources: tuple[str, ...]
    store: str
    name: str | None
    algorithms: tuple[str, ...]
    info: Labels
    jobs: int
    read_back: bool
    bag_in_bag: bool
    max_bytes: int | None
    rights: str | None
    policy: str
    anonymous_withheld: bool
    profile: str | None
    serialize: Literal["tar", "zip"] | None


@dataclass(frozen=True, slots=True)
class PackReport:
    """What packing did, or in a dry run would do.

    Attributes:
        bags: Absolute paths of the finished bags or archives; those to be made in a dry run.
        dry_run: Whether nothing was written.
        totals: What was packed, withheld and lost.
        algorithms: Checksum algorithms of the bags.
        policy: Name of the policy that was applied.
        spools: Every entry with its outcome, in the order of the scan, on disk; one spool for each bag.
        parts: The parts, one for each bag.
        continued: Whether an interrupted run was continued.
        unfinished: Names of packages that other interrupted runs left in the store.
        remarks: What in the declarations will not do what their writer may expect.
    """

    bags: tuple[str, ...]
    dry_run: bool
    totals: Totals
    algorithms: tuple[str, ...]
    policy: str
    spools: tuple[Spool[PlanEntry] | Spool[PackEntry], ...]
    parts: tuple[PlanPart, ...]
    continued: bool
    unfinished: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def entries(self) -> Iterator[PlanEntry | PackEntry]:
        """Every entry, in the order of the scan."""
        return itertools.chain.from_iterable(self.spools)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A request that was understood, with everything it names read."""

    request: PackRequest
    sources: tuple[Source, ...]
    store: bytes
    inputs: RightsInputs
    assessor: Assessor
    profile: Profile | None
    algorithms: tuple[str, ...]
    tag_labels: Mapping[str, Labels]


@contextlib.contextmanager
def pack(request: PackRequest, run: Run, watch: Watch) -> Iterator[PackReport]:
    """Write the bag or bags and lend the report for a ``with`` block.

    Raises:
        UsageError: where the request cannot be meant, or would not conform to its profile.
        StoreError: where the store cannot be written; then no bag stands under its name.
    """
    prepared = _prepare(request, run)
    store, started = prepared.store, run.now()
    with contextlib.ExitStack() as held:
        held.enter_context(locked(store))
        scratch = store + b"/" + INCOMING
        plan = held.enter_context(
            planned(
                prepared.sources, prepared.assessor.assess, jobs=request.jobs, watch=watch, scratch=scratch
            )
        )
        name, continues = _package_name(prepared, plan, run)
        keys, parts = _parts(prepared, plan, name)
        _refuse_mismatch(prepared, plan, run, len(parts))
        if not continues:
            _refuse_without_room(store, plan.totals.bytes, archive=request.serialize is not None)
        tools = CopyTools(
            held.enter_context(Threads(request.jobs)),
            held.enter_context(Threads(1)),
            request.read_back,
            watch,
        )
        progress = Progress(started, run.now(), continues)
        maker = BagMaker(
            run, progress, _rights_context(prepared), prepared.inputs.documents, prepared.tag_labels, tools
        )
        stagings = [Staging(store, key) for key in keys]
        spools = [held.enter_context(Spool[PackEntry](scratch)) for _ in parts]
        totals = Totals()
        for staging, part, spool in zip(stagings, parts, spools, strict=True):
            totals.add(maker.make(staging, part, spool))
        bags = tuple(os.fsdecode(_seal(staging, request, run)) for staging in stagings)
        others = tuple(key.name for key in unfinished(store))
        yield PackReport(
            bags,
            False,
            totals,
            prepared.algorithms,
            tuple(spools),
            parts,
            continues,
            others,
            _remarks(prepared),
        )


@contextlib.contextmanager
def rehearse(request: PackRequest, run: Run, watch: Watch) -> Iterator[PackReport]:
    """Work out what :func:`pack` would do, write nothing, and lend the report for a ``with`` block.

    Raises:
        UsageError: where the request cannot be meant, or would not conform to its profile.
    """
    prepared = _prepare(request, run)
    with planned(prepared.sources, prepared.assessor.assess, jobs=request.jobs, watch=watch) as plan:
        name, continues = _package_name(prepared, plan, run)
        keys, parts = _parts(prepared, plan, name)
        _refuse_mismatch(prepared, plan, run, len(parts))
        suffix = f".{request.serialize}" if request.serialize else ""
        bags = tuple(f"{os.fsdecode(prepared.store)}/{key.name}{suffix}" for key in keys)
        others = tuple(key.name for key in unfinished(prepared.store) if key.package != name)
        yield PackReport(
            bags=bags,
            dry_run=True,
            totals=plan.totals,
            algorithms=prepared.algorithms,
            policy=prepared.assessor.policy.name,
            spools=(plan.entries,),
            parts=parts,
            continued=continues,
            unfinished=others,
            remarks=_remarks(prepared),
        )


def _prepare(request: PackRequest, run: Run) -> _Prepared:
    sources = sources_of(request.sources, bags_on_purpose=request.bag_in_bag)
    store = os.path.abspath(os.fsencode(request.store))
    refuse_store_in_source(store, sources)
    if request.name is not None:
        chosen_name(request.name, store)
    inputs = read_rights(sources, request.rights)
    profile = None if request.profile is None else read_profile(request.profile)
    return _Prepared(
        request=request,
        sources=sources,
        store=store,
        inputs=inputs,
        assessor=Assessor(inputs.declared, read_policy(request.policy), run.today()),
        profile=profile,
        algorithms=algorithms_for(profile, request.algorithms),
        tag_labels=labels_by_file(profile, request.info),
    )


def _package_name(prepared: _Prepared, plan: PackagePlan, run: Run) -> tuple[str, bool]:
    """Give the package's name, and whether an interrupted run of the same package is continued under it."""
    if not plan.totals.files:
        raise UsageError(
            f"there is nothing to pack: {plan.totals.seen} entries seen, none that can go into a bag",
            "Nothing was written. To see what is there: archiver scan SOURCE",
        )
    asked = prepared.request.name
    for key in unfinished(prepared.store):
        same = (key.fingerprint, key.algorithms) == (plan.fingerprint, prepared.algorithms)
        if same and asked in (None, key.package):
            return key.package, True
    return asked or default_name(prepared.sources, run.today(), prepared.store), False


def _parts(
    prepared: _Prepared, plan: PackagePlan, name: str
) -> tuple[tuple[StagingKey, ...], tuple[PlanPart, ...]]:
    parts = parts_of(plan, prepared.request.max_bytes)
    keys = tuple(
        StagingKey(name, number, len(parts), prepared.algorithms, plan.fingerprint)
        for number in range(1, len(parts) + 1)
    )
    return keys, parts


def _refuse_mismatch(prepared: _Prepared, plan: PackagePlan, run: Run, parts: int) -> None:
    if prepared.profile is None or prepared.request.profile is None:
        return
    totals = plan.totals
    facts = BagFacts(run.identifier, contents_sentence(totals), totals.files, totals.bytes, 1, parts)
    info = bag_info_labels(run, facts, prepared.tag_labels[BAG_INFO])
    planned_package = Planned(
        entries=plan.entries,
        info=info,
        others={path: labels for path, labels in prepared.tag_labels.items() if path != BAG_INFO},
        algorithms=prepared.algorithms,
        tag_files=planned_tag_files(prepared.algorithms, prepared.inputs.documents, prepared.tag_labels),
        container=prepared.request.serialize or "folder",
    )
    refuse_mismatch(prepared.profile, prepared.request.profile, planned_package)


def _rights_context(prepared: _Prepared) -> RightsContext:
    assessor = prepared.assessor
    return RightsContext(
        policy=assessor.policy,
        assessed_on=assessor.on,
        declarations={declaration.id: declaration for declaration in assessor.declarations},
        documents=prepared.inputs.evidenced,
        anonymous_withheld=prepared.request.anonymous_withheld,
    )


def _remarks(prepared: _Prepared) -> tuple[str, ...]:
    return tuple(
        f"{file.name}, line {remark.line}, {remark.declaration}: {remark.text}"
        for file in prepared.inputs.files
        for remark in file.remarks
    )


def _seal(staging: Staging, request: PackRequest, run: Run) -> bytes:
    if request.serialize is None:
        return staging.seal()
    return staging.seal_archive(request.serialize, int(run.now().timestamp()))


def _refuse_without_room(store: bytes, payload: int, *, archive: bool) -> None:
    free = filesystem.free_bytes(store)
    needed = payload * 2 if archive else payload
    if free is not None and free < needed + _MARGIN_BYTES:
        raise StoreError(
            f"the store's disk has {human_size(free)} free, and {human_size(needed)} are needed",
            "Nothing was written. Free some space, choose another --to, or pack a part of the source.",
        )
