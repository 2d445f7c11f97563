"""Packs sources into a bag: lists, examines, decides, plans, copies, describes, seals."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archiver import filesystem
from archiver.audio.decoding.extras import sought_at_hand
from archiver.bagit.walking import walk
from archiver.catalogue.faults import CatalogueError
from archiver.errors import ArchiverError, Remedy, Way
from archiver.executors.pools import Threads
from archiver.ingest.capture import Capture
from archiver.ingest.covers import CoverMakers
from archiver.ingest.decode import music_decoders
from archiver.ingest.examine import examine_and_hear, header_readers
from archiver.ingest.names import EXACT, PORTABLE
from archiver.ingest.plan import PackagePlan
from archiver.ingest.presence import SourcePresence
from archiver.ingest.reexamine import Reexaminer
from archiver.ingest.spool import Spool
from archiver.model.accrual import NOTHING_ACCRUED, Accrued
from archiver.model.bag import Accession
from archiver.model.changes import Changes
from archiver.model.package import PackEntry, PlanEntry
from archiver.model.problem import PROBLEM_KINDS
from archiver.model.rights_summary import RightsSummary
from archiver.model.run import Run
from archiver.model.totals import Totals
from archiver.parity.program import require_par2
from archiver.records.rights.tally import RightsTally
from archiver.store.area import INCOMING, is_begun, locked
from archiver.store.faults import lost_store, store_faults
from archiver.store.sealing import make_ready, publish, read_back, recover
from archiver.store.staging import Staging, look_into
from archiver.usecases.again.accession import next_accession, next_accession_by_bags
from archiver.usecases.again.changed import begun_anew
from archiver.usecases.again.line import (
    Line,
    identify,
    keep_state,
    line_of,
    line_to_rehearse,
    log_accession,
)
from archiver.usecases.leftovers import clear_superseded, is_begun_otherwise, leftovers
from archiver.usecases.pack.again import Looking, begin_look
from archiver.usecases.pack.divide import Division, divide
from archiver.usecases.pack.make_bag import BagMaker
from archiver.usecases.pack.noted import is_noted
from archiver.usecases.pack.prepare import (
    PackRequest,
    Prepared,
    name_rule,
    prepare,
    refuse_taken_name,
)
from archiver.usecases.pack.recovery import Recovery
from archiver.usecases.pack.report import NothingNew, PackReport
from archiver.usecases.pack.room import refuse_without_room
from archiver.usecases.planning import planned
from archiver.usecases.watch import Meter, Step, Watch

_NAMED = 5
"""How many of the strange things in a store are named."""


@contextlib.contextmanager
def pack(request: PackRequest, run: Run, watch: Watch) -> Iterator[PackReport | NothingNew]:
    """Write the bag or bags and lend the report for a ``with`` block; where nothing is new, no bag is written.

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


def _packed(
    prepared: Prepared, run: Run, watch: Watch, held: contextlib.ExitStack
) -> PackReport | NothingNew:
    """Write the bag or bags; what the report rests on stays open as long as ``held``."""
    store = prepared.store
    presence = SourcePresence(prepared.sources)
    is_new = held.enter_context(locked(store))
    for bag in recover(store):
        watch.note(f"Gave its name to a bag that an interrupted run had finished: {os.fsdecode(bag)}")
    _name_strange(store, watch)
    line = _line(prepared, run, watch, held)
    if _writes_in_any_case(prepared, line):
        refuse_taken_name(prepared)
    if line is None:
        accession = next_accession_by_bags(store, prepared.collection, run)
    else:
        accession = next_accession(line, prepared.collection, run)
    looking = begin_look(prepared, line, run, held, store + b"/" + INCOMING)
    if looking.glance():
        return looking.nothing_new_at_a_glance(watch)
    plan = _plan(prepared, looking, presence, watch, held)
    silences = prepared.hearings.told(plan.entries)
    changes = looking.changes(watch)
    if changes is not None and not changes:
        presence.conclude()
        return looking.nothing_new(plan, silences, watch)
    refuse_taken_name(prepared)
    division = divide(prepared, plan, run, accession)
    others = leftovers(store, division.keys)
    refuse_without_room(division.room, store, sum(each.bytes for each in others))
    _tell_copied_anew(store, division, watch)
    made = _made(_Making(prepared, accession, division, run, watch, presence, changes), held)
    bags = made.bags
    log_accession(store, bags, accession, run)
    if line is not None:
        keep_state(line, accession, looking.look(made.totals, silences), run, watch)
    clear_superseded(store, division.keys)
    most = prepared.request.max_bytes
    return _report(
        prepared,
        division,
        made.totals,
        made.rights,
        accession=accession,
        since=looking.since,
        changes=made.changes,
        escaped=made.escaped,
        bags=bags,
        oversize=() if most is None else tuple(bag for bag in bags if _size(bag) > most),
        spools=made.spools,
        silences=silences,
        dry_run=False,
        new_store=is_new,
        accrued=made.accrued,
    )


def _plan(
    prepared: Prepared, looking: Looking, presence: SourcePresence, watch: Watch, held: contextlib.ExitStack
) -> PackagePlan:
    """List and examine the sources, and decide what becomes of each file; the plan stays open as long as ``held``."""
    decoders = None
    if prepared.request.decode:
        decoders = held.enter_context(music_decoders(prepared.jobs, sought_at_hand()))
    return held.enter_context(
        planned(
            prepared.sources,
            prepared.hearings.assess,
            jobs=prepared.jobs,
            watch=watch,
            scratch=looking.scratch,
            presence=presence,
            exclusion=prepared.exclusion,
            rule=name_rule(prepared),
            files_in=prepared.layout.files,
            decoders=decoders,
            memory=looking.memory,
            examining=examine_and_hear,
            told=looking.take,
        )
    )


def _line(prepared: Prepared, run: Run, watch: Watch, held: contextlib.ExitStack) -> Line | None:
    """Open the collection's line; where everything is packed anyhow, a catalogue that cannot be used is only told of."""
    try:
        return held.enter_context(
            line_of(prepared.catalogue, prepared.store, prepared.collection, run, watch)
        )
    except CatalogueError as error:
        if not prepared.packs_everything:
            raise
        watch.note(f"Packed without the catalogue: {error.message}. {error.hint}")
        return None


def _writes_in_any_case(prepared: Prepared, line: Line | None) -> bool:
    """Whether there will be a bag, whatever a look at the source shows; else its name may be that of the bag that has it all."""
    return prepared.packs_everything or line is None or line.last is None


@dataclass(frozen=True, slots=True)
class _Making:
    """What the bags of a run are made of."""

    prepared: Prepared
    accession: Accession
    division: Division
    run: Run
    watch: Watch
    presence: SourcePresence
    changes: Changes | None


@dataclass(frozen=True, slots=True)
class _Made:
    """The bags of a run, under their names, and what is in them."""

    bags: tuple[str, ...]
    totals: Totals
    rights: RightsSummary
    escaped: bool
    spools: tuple[Spool[PackEntry], ...]
    changes: Changes | None
    accrued: Accrued


def _made(making: _Making, held: contextlib.ExitStack) -> _Made:
    """Make the bags and give them their names."""
    prepared, division, run = making.prepared, making.division, making.run
    request, store = prepared.request, prepared.store
    changes = None if making.changes is None else begun_anew(making.changes)
    copying, syncing = (held.enter_context(Threads(number)) for number in (prepared.jobs, 1))
    maker = BagMaker(
        run=run,
        accession=making.accession,
        planned=run.now(),
        keys=division.keys,
        rights=prepared.rights_context,
        documents=prepared.inputs.documents,
        form=prepared.form,
        capture=Capture(copying, syncing, making.presence, request.read_back, making.watch.note),
        watch=making.watch,
        reexaminer=Reexaminer(prepared.hearings.assess, held.enter_context(header_readers(1))),
        cover_makers=held.enter_context(CoverMakers()),
        told=_ignore if changes is None else changes.add,
        recovery=None if request.parity is None else Recovery(require_par2(), request.parity),
    )
    stagings = [Staging(store, key) for key in division.keys]
    spools = tuple(held.enter_context(Spool[PackEntry](store + b"/" + INCOMING)) for _ in division.parts)
    totals, tally, escaped, accrued = Totals(), RightsTally(), False, NOTHING_ACCRUED
    for staging, part, spool in zip(stagings, division.parts, spools, strict=True):
        made = maker.make(staging, part, spool, tally)
        totals.add(made.totals)
        escaped = escaped or made.escaped
        accrued += made.accrued
    making.presence.conclude()
    _refuse_nothing(totals, stagings)
    for staging, part in zip(stagings, division.parts, strict=True):
        _finish(staging, part.bytes, request, run, making.watch)
    identify(store, run)
    bags = tuple(os.fsdecode(publish(staging)) for staging in stagings)
    return _Made(bags, totals, tally.summary(), escaped, spools, changes, accrued)


def _ignore(entry: PackEntry) -> None:
    """Nothing is to be told of it."""


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


def _finish(staging: Staging, planned_bytes: int, request: PackRequest, run: Run, watch: Watch) -> None:
    """Make one bag ready for its name, and read an archive back where that is asked for."""
    title, now = f"Finishing {staging.key.name}", int(run.now().timestamp())
    if request.serialize is None:
        with watch.during(Step(title, "")):
            make_ready(staging, None, now)
        return
    meter = Meter()
    with watch.during(Step(title, "bytes", planned_bytes, meter)):
        make_ready(staging, request.serialize, now, meter.add)
    if request.read_back:
        step = Step(f"Reading back {staging.key.name}.{request.serialize}", "bytes")
        for _ in watch.track(step, read_back(staging), lambda checked: checked.bytes):
            pass


class NothingPackedError(ArchiverError):
    """No file could be copied, so that there is no bag to write."""


def _refuse_nothing(totals: Totals, stagings: Sequence[Staging]) -> None:
    """Refuse to make a bag with nothing in it, and take away what was begun of it."""
    if totals.files or totals.held:
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
def rehearse(request: PackRequest, run: Run, watch: Watch) -> Iterator[PackReport | NothingNew]:
    """Work out what :func:`pack` would do, write nothing, and lend the report for a ``with`` block.

    Raises:
        UsageError: where the request cannot be meant, or would not conform to its profile.
    """
    prepared = prepare(request, run)
    with contextlib.ExitStack() as held:
        yield _rehearsed(prepared, run, watch, held)


def _rehearsed(
    prepared: Prepared, run: Run, watch: Watch, held: contextlib.ExitStack
) -> PackReport | NothingNew:
    line = None
    if not prepared.packs_everything:
        line = held.enter_context(
            line_to_rehearse(prepared.catalogue, prepared.store, prepared.collection, run, watch)
        )
    if _writes_in_any_case(prepared, line):
        refuse_taken_name(prepared)
    accession = next_accession(line, prepared.collection, run)
    looking = begin_look(prepared, line, run, held, None)
    if looking.glance():
        return looking.nothing_new_at_a_glance(watch)
    plan = held.enter_context(
        planned(
            prepared.sources,
            prepared.hearings.assess,
            jobs=prepared.jobs,
            watch=watch,
            exclusion=prepared.exclusion,
            # what names the store folds cannot be tried without writing
            rule=PORTABLE if prepared.names == "portable" else EXACT,
            files_in=prepared.layout.files,
            memory=looking.memory,
            told=looking.take,
        )
    )
    silences = prepared.hearings.told(plan.entries)
    changes = looking.changes(watch)
    if changes is not None and not changes:
        return looking.nothing_new(plan, silences, watch)
    refuse_taken_name(prepared)
    division = divide(prepared, plan, run, accession)
    suffix = f".{prepared.request.serialize}" if prepared.request.serialize else ""
    bags = tuple(f"{os.fsdecode(prepared.store)}/{key.name}{suffix}" for key in division.keys)
    most = prepared.request.max_bytes
    likely = zip(bags, division.parts, strict=True)
    noted, tally = held.enter_context(Spool[PlanEntry]()), RightsTally()
    for entry in plan.entries:
        tally.add(entry)
        if is_noted(entry):
            noted.append(entry)
    return _report(
        prepared,
        division,
        plan.totals,
        tally.summary(),
        accession=accession,
        since=looking.since,
        changes=changes,
        escaped=False,
        bags=bags,
        oversize=() if most is None else tuple(bag for bag, part in likely if part.likely_bytes > most),
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
    accession: Accession,
    since: str | None,
    changes: Changes | None,
    escaped: bool,
    bags: tuple[str, ...],
    oversize: tuple[str, ...],
    spools: tuple[Spool[PlanEntry] | Spool[PackEntry], ...],
    silences: tuple[str, ...],
    dry_run: bool,
    new_store: bool,
    accrued: Accrued = NOTHING_ACCRUED,
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
        collection=prepared.collection,
        accession=accession.urn,
        since=since,
        changes=changes,
        accrual=prepared.accrual,
        accrued=accrued,
    )
