"""Packs sources into a bag: lists, examines, decides, plans, copies, describes, seals."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from archiver import filesystem
from archiver.audio.decoding.extras import sought_at_hand
from archiver.bagit.walking import walk
from archiver.errors import ArchiverError, Remedy, Way
from archiver.executors.pools import Threads
from archiver.ingest.capture import Capture
from archiver.ingest.decode import music_decoders
from archiver.ingest.examine import header_readers
from archiver.ingest.names import EXACT, PORTABLE
from archiver.ingest.presence import SourcePresence
from archiver.ingest.reexamine import Reexaminer
from archiver.ingest.spool import Spool
from archiver.model.bag import Accession
from archiver.model.package import PackEntry, PlanEntry
from archiver.model.problem import PROBLEM_KINDS, Effect, Problem
from archiver.model.rights_summary import RightsSummary
from archiver.model.run import Run
from archiver.model.totals import Totals, problems_in
from archiver.records.rights.tally import RightsTally
from archiver.store.area import INCOMING, is_begun, locked
from archiver.store.faults import lost_store, store_faults
from archiver.store.sealing import make_ready, publish, read_back, recover
from archiver.store.staging import Staging, look_into
from archiver.usecases.hearings import UNREAD
from archiver.usecases.leftovers import Leftover, clear_superseded, is_begun_otherwise, leftovers
from archiver.usecases.pack.divide import Division, divide
from archiver.usecases.pack.make_bag import BagMaker
from archiver.usecases.pack.noted import is_noted
from archiver.usecases.pack.parts import PlanPart
from archiver.usecases.pack.prepare import (
    PackRequest,
    Prepared,
    name_rule,
    prepare,
    refuse_taken_name,
)
from archiver.usecases.pack.room import Room, refuse_without_room
from archiver.usecases.planning import planned
from archiver.usecases.watch import Step, Watch

_NAMED = 5
"""How many of the strange things in a store are named."""


@dataclass(frozen=True, slots=True)
class PackReport:
    """What packing did, or in a dry run would do.

    Attributes:
        bags: Absolute paths of the finished bags or archives; those to be made in a dry run.
        dry_run: Whether nothing was written.
        new_store: Whether no run has written to the store before.
        totals: What was packed, withheld and lost.
        algorithms: Checksum algorithms of the bags.
        policy: Name of the policy that was applied.
        rights: What was decided, over all bags.
        escaped: Whether a payload path holds a character that manifests must encode.
        spools: The entries that a report names by themselves (:func:`is_noted`), in the order of the scan, on disk; one
            spool for each bag.
        parts: The parts, one for each bag.
        oversize: The bags that are, or in a dry run are likely to be, larger than they were asked to be.
        continued: Whether an interrupted run was continued.
        room: What the package takes on the store's disk while it is made, as estimated before.
        unfinished: What other interrupted runs left in the store.
        remarks: What in the declarations will not do what their writer may expect.
        silences: What is declared in vain, or not as it was meant.
        names: Whether names are stored as they are, or as every system and program can hold them.
        names_withheld: Whether the records name what was withheld and whoever gets the bags is not the holder.
    """

    bags: tuple[str, ...]
    dry_run: bool
    new_store: bool
    totals: Totals
    algorithms: tuple[str, ...]
    policy: str
    rights: RightsSummary
    escaped: bool
    spools: tuple[Spool[PlanEntry] | Spool[PackEntry], ...]
    parts: tuple[PlanPart, ...]
    oversize: tuple[str, ...]
    continued: bool
    room: Room
    unfinished: tuple[Leftover, ...]
    remarks: tuple[str, ...]
    silences: tuple[str, ...]
    names: Literal["exact", "portable"]
    names_withheld: bool

    @property
    def complete(self) -> bool:
        """Whether every file is in and every declaration was heard."""
        return not (self.totals.lost or self.totals.withheld or self.silences or self.totals.problems[UNREAD])

    @property
    def noted(self) -> Iterator[PlanEntry | PackEntry]:
        """The entries that a report names by themselves, in the order of the scan."""
        return itertools.chain.from_iterable(self.spools)

    @property
    def problems(self) -> Iterator[Problem]:
        """The problems of these entries, in the same order."""
        return itertools.chain.from_iterable(map(problems_in, self.noted))

    @property
    def refused_elsewhere(self) -> int:
        """How many names are stored as other systems or programs cannot hold them; all problems of one stand together."""
        refusing = {code for code, kind in PROBLEM_KINDS.items() if kind.effect is Effect.REFUSED_ELSEWHERE}
        if not refusing & self.totals.problems.keys():
            return 0
        refused = (problem.path for problem in self.problems if problem.code in refusing)
        return sum(1 for _ in itertools.groupby(refused))

    @property
    def cut_albums(self) -> dict[str, list[str]]:
        """The bags of each album that had to be cut."""
        cut: dict[str, list[str]] = {}
        for bag, part in zip(self.bags, self.parts, strict=True):
            for album in part.cut:
                cut.setdefault(album, []).append(bag)
        return cut


@contextlib.contextmanager
def pack(request: PackRequest, run: Run, watch: Watch) -> Iterator[PackReport]:
    """Write the bag or bags and lend the report for a ``with`` block.

    Raises:
        UsageError: where the request cannot be meant, or would not conform to its profile.
        StoreError: where the store cannot be written; then no bag stands under its name.
        SourceLostError: where a source is not there any more; then none does either.
    """
    prepared = prepare(request, run)
    with contextlib.ExitStack() as held:
        with lost_store(prepared.store):
            report = _packed(prepared, run, watch, held)
        yield report


def _packed(prepared: Prepared, run: Run, watch: Watch, held: contextlib.ExitStack) -> PackReport:
    """Write the bag or bags; what the report rests on stays open as long as ``held``."""
    request, store = prepared.request, prepared.store
    accession = Accession(run.identifier, prepared.collection, run.now())
    presence = SourcePresence(prepared.sources)
    is_new = held.enter_context(locked(store))
    for bag in recover(store):
        watch.note(f"Gave its name to a bag that an interrupted run had finished: {os.fsdecode(bag)}")
    _name_strange(store, watch)
    refuse_taken_name(prepared)
    scratch = store + b"/" + INCOMING
    decoders = None
    if request.decode:
        decoders = held.enter_context(music_decoders(prepared.jobs, sought_at_hand()))
    plan = held.enter_context(
        planned(
            prepared.sources,
            prepared.hearings.assess,
            jobs=prepared.jobs,
            watch=watch,
            scratch=scratch,
            presence=presence,
            exclusion=prepared.exclusion,
            rule=name_rule(prepared),
            decoders=decoders,
        )
    )
    silences = prepared.hearings.told(plan.entries)
    division = divide(prepared, plan, run, accession)
    others = leftovers(store, division.keys)
    refuse_without_room(division.room, store, sum(each.bytes for each in others))
    _tell_copied_anew(store, division, watch)
    copying, syncing = (held.enter_context(Threads(number)) for number in (prepared.jobs, 1))
    maker = BagMaker(
        run=run,
        accession=accession,
        planned=run.now(),
        keys=division.keys,
        rights=prepared.rights_context,
        documents=prepared.inputs.documents,
        labels=prepared.tag_labels,
        premis=prepared.premis,
        capture=Capture(copying, syncing, presence, request.read_back),
        watch=watch,
        reexaminer=Reexaminer(prepared.hearings.assess, held.enter_context(header_readers(1))),
    )
    stagings = [Staging(store, key) for key in division.keys]
    spools = tuple(held.enter_context(Spool[PackEntry](scratch)) for _ in division.parts)
    totals, tally, escaped = Totals(), RightsTally(), False
    for staging, part, spool in zip(stagings, division.parts, spools, strict=True):
        made = maker.make(staging, part, spool, tally)
        totals.add(made.totals)
        escaped = escaped or made.escaped
    presence.conclude()
    _refuse_nothing(totals, stagings)
    for staging in stagings:
        _finish(staging, request, run, watch)
    bags = tuple(os.fsdecode(publish(staging)) for staging in stagings)
    clear_superseded(store, division.keys)
    most = request.max_bytes
    oversize = () if most is None else tuple(bag for bag in bags if _size(bag) > most)
    return _report(
        prepared,
        division,
        totals,
        tally.summary(),
        escaped=escaped,
        bags=bags,
        oversize=oversize,
        spools=spools,
        silences=silences,
        dry_run=False,
        new_store=is_new,
    )


def _tell_copied_anew(store: bytes, division: Division, watch: Watch) -> None:
    """Say what of an interrupted run is copied anew, and why, where anything is."""
    if division.room.foreign_journals:
        watch.note(
            f"What an interrupted run left of {division.name} is copied anew, as far as its list of copies is of another"
            " version of this program or damaged."
        )
    elif is_begun_otherwise(store, division.keys) and not division.room.kept_files:
        watch.note(
            f"What an interrupted run left of {division.name} is copied anew: its source or checksums have"
            " changed since."
        )


def _finish(staging: Staging, request: PackRequest, run: Run, watch: Watch) -> None:
    """Make one bag ready for its name, and read an archive back where that is asked for."""
    with watch.during(Step(f"Finishing {staging.key.name}", "")):
        make_ready(staging, request.serialize, int(run.now().timestamp()))
    if request.serialize and request.read_back:
        step = Step(f"Reading back {staging.key.name}.{request.serialize}", "bytes")
        for _ in watch.track(step, read_back(staging), lambda checked: checked.bytes):
            pass


class NothingPackedError(ArchiverError):
    """No file could be copied, so that there is no bag to write."""


def _refuse_nothing(totals: Totals, stagings: Sequence[Staging]) -> None:
    """Refuse to make a bag with nothing in it, and take away what was begun of it."""
    if totals.files:
        return
    for staging in stagings:
        staging.discard()
    details = [
        f"{code} {PROBLEM_KINDS[code].title}: {number:,}" for code, number in totals.problems.most_common()
    ]
    raise NothingPackedError(
        f"cannot make a bag: of {totals.seen:,} files that were seen, none could be copied",
        "No bag was written. See that the source is there still and can be read.",
        details,
        [Remedy(Way.AGAIN)],
    )


def _name_strange(store: bytes, watch: Watch) -> None:
    """Say what in the folder where bags are built is not this program's, which leaves it alone."""
    strange = look_into(store).strange
    if strange:
        named = ", ".join(map(os.fsdecode, strange[:_NAMED]))
        more = f" and {len(strange) - _NAMED:,} more" if len(strange) > _NAMED else ""
        watch.note(
            f"Not made by this program, and left alone in {os.fsdecode(store)}/.incoming: {named}{more}"
        )


def _size(bag: str) -> int:
    """Bytes of a bag's files together, or of the archive that it is."""
    with store_faults(f"look at {bag}", "It stands under its name and is whole."):
        if os.path.isfile(bag):
            return os.path.getsize(bag)
        with filesystem.FolderCursor(os.fsencode(bag)) as cursor:
            return sum(present.size for present in walk(cursor.folder(b""), lambda _: None))


@contextlib.contextmanager
def rehearse(request: PackRequest, run: Run, watch: Watch) -> Iterator[PackReport]:
    """Work out what :func:`pack` would do, write nothing, and lend the report for a ``with`` block.

    Raises:
        UsageError: where the request cannot be meant, or would not conform to its profile.
    """
    prepared = prepare(request, run)
    refuse_taken_name(prepared)
    accession = Accession(run.identifier, prepared.collection, run.now())
    # what names the store folds cannot be tried without writing
    rule = PORTABLE if prepared.names == "portable" else EXACT
    with (
        planned(
            prepared.sources,
            prepared.hearings.assess,
            jobs=prepared.jobs,
            watch=watch,
            exclusion=prepared.exclusion,
            rule=rule,
        ) as plan,
        Spool[PlanEntry]() as noted,
    ):
        silences = prepared.hearings.told(plan.entries)
        division = divide(prepared, plan, run, accession)
        suffix = f".{request.serialize}" if request.serialize else ""
        bags = tuple(f"{os.fsdecode(prepared.store)}/{key.name}{suffix}" for key in division.keys)
        most = request.max_bytes
        likely = zip(bags, division.parts, strict=True)
        oversize = () if most is None else tuple(bag for bag, part in likely if part.likely_bytes > most)
        tally = RightsTally()
        for entry in plan.entries:
            tally.add(entry)
            if is_noted(entry):
                noted.append(entry)
        yield _report(
            prepared,
            division,
            plan.totals,
            tally.summary(),
            escaped=False,
            bags=bags,
            oversize=oversize,
            spools=(noted,),
            silences=silences,
            dry_run=True,
            new_store=not is_begun(prepared.store),
        )


def _report(  # noqa: PLR0913 - what both ways of packing have at their end
    prepared: Prepared,
    division: Division,
    totals: Totals,
    rights: RightsSummary,
    *,
    escaped: bool,
    bags: tuple[str, ...],
    oversize: tuple[str, ...],
    spools: tuple[Spool[PlanEntry] | Spool[PackEntry], ...],
    silences: tuple[str, ...],
    dry_run: bool,
    new_store: bool,
) -> PackReport:
    return PackReport(
        bags=bags,
        dry_run=dry_run,
        new_store=new_store,
        totals=totals,
        algorithms=prepared.algorithms,
        policy=prepared.assessor.policy.name,
        rights=rights,
        escaped=escaped,
        spools=spools,
        parts=division.parts,
        oversize=oversize,
        continued=division.continues,
        room=division.room,
        unfinished=leftovers(prepared.store, division.keys),
        remarks=prepared.remarks,
        silences=silences,
        names=prepared.names,
        names_withheld=prepared.names_withheld,
    )
