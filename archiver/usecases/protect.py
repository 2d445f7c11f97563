"""Gives a bag recovery data: files in the form of PAR2, one set for each album, which are tag files like any other."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from archiver import filesystem
from archiver.bagit.bag_source import source_of
from archiver.bagit.names import PAYLOAD
from archiver.bagit.tagfiles import list_tag_files
from archiver.bagit.telling import ignore
from archiver.bagit.updating.journal import STAGED_PREFIX, Journal
from archiver.bagit.updating.update import Updated
from archiver.bagit.walking import Kind, walk
from archiver.catalogue.bag_facts import BagFacts, bag_facts
from archiver.catalogue.database import is_there, opened
from archiver.catalogue.events import follow_log
from archiver.catalogue.faults import CatalogueError
from archiver.catalogue.renewing import renew
from archiver.catalogue.stores import copy_at, find_store, know_store
from archiver.errors import StoreError, UsageError
from archiver.model.album import album_folder
from archiver.model.run import Run
from archiver.parity.make import README, MadeFile, make_sets, readme, sets_of_payload, sets_of_tag_files
from archiver.parity.program import Par2, require_par2
from archiver.parity.sets import FOLDER, Amount, ParitySet, Sized
from archiver.records.events import EVENTS_RECORD
from archiver.records.moments import rfc3339
from archiver.store.area import locked
from archiver.store.find_bags import is_bag
from archiver.store.healing import Workshop, workshop_of
from archiver.store.identity import make_identity, read_identity
from archiver.store.log import Happened, append_event
from archiver.usecases.bag_update import add_files_to
from archiver.usecases.catalogued import SHORT_PATIENCE_MS
from archiver.usecases.pins import logged_pin
from archiver.usecases.watch import Step, Watch

_BLOCK = 1 << 20
_OUTSIDE = (f"{FOLDER}/", "signatures/", STAGED_PREFIX)
"""Where tag files lie that no set is about."""


@dataclass(frozen=True, slots=True)
class Protection:
    """What came of protecting a bag.

    Attributes:
        bag: Absolute path of the bag.
        amount: How much recovery data each set got.
        sets: How many sets were made; 0 where the bag has recovery data already.
        files: How many files they are about.
        left_out: Files whose names have no place in the form.
        payload_bytes: What the files of the sets take.
        parity_bytes: What the recovery data take.
        pin: The pin that the bag has now, in hex.
    """

    bag: str
    amount: Amount
    sets: int
    files: int
    left_out: int
    payload_bytes: int
    parity_bytes: int
    pin: str


def protect(  # noqa: PLR0913, PLR0917 - a command's parameters
    bag: str, amount: Amount, catalogue: str, run: Run, jobs: int, watch: Watch
) -> Protection:
    """Give a bag recovery data, after verifying it in full; its tag files change together, or not at all.

    Args:
        bag: Path of the bag's folder.
        amount: How much recovery data each set gets.
        catalogue: The catalogue's file, in which the pin is renewed where there is one.
        run: Who does it, and when.
        jobs: Threads to use.
        watch: Sees how far it has come.

    Raises:
        MissingParityError: where no program is there that makes them.
        UsageError: where ``bag`` is no bag that is a folder.
        BagDamagedError: where it is not valid.
        StoreError: where it cannot be written; the next run completes or undoes what was begun.
    """
    par2 = require_par2()
    path = os.path.realpath(os.fsencode(bag))
    place, name = os.path.split(path)
    if not os.path.isdir(path) or not is_bag(os.fsdecode(path)):
        raise UsageError(
            f"{bag} is no bag that is a folder", "Nothing was changed. An archive is not updated."
        )
    with locked(place), workshop_of(place) as workshop:
        making = _Making(path, par2, amount, workshop, watch)
        detail = (
            f"Recovery data (PAR2, {amount} of each album) were added after the bag was verified in full."
        )
        updated = add_files_to(bag, making.write, detail, run, jobs, watch)
        facts = _facts(path)
        _renew(place, name, facts, updated, catalogue, run, watch)
    return making.protection(facts)


@dataclass
class _Making:
    """The recovery data of one bag."""

    bag: bytes
    par2: Par2
    amount: Amount
    workshop: Workshop
    watch: Watch
    sets: list[ParitySet] = field(default_factory=list)
    left_out: int = 0
    octets: int = 0

    def write(self, folder: int, journal: Journal) -> bool:
        """Stage the recovery data; whether there are any to add."""
        if filesystem.is_there(FOLDER.encode(), folder):
            return False
        payload, self.left_out = sets_of_payload(_payload(folder), album_folder, self.amount)
        own = self._copied(folder, journal)
        tags = sets_of_tag_files(_sizes(own), self.amount, len(payload) + 1)
        scratch = self.workshop.path(b"made")
        os.mkdir(scratch)
        self._stage(make_sets(self.par2, self._counted(payload), self.bag, scratch), journal)
        self._stage(make_sets(self.par2, self._counted(tags), own, scratch), journal)
        shutil.rmtree(own)
        with journal.write(README) as stream:
            stream.write(readme(self.sets, self.amount, self.left_out))
        return True

    def _counted(self, sets: Sequence[ParitySet]) -> Iterator[ParitySet]:
        step = Step("Making recovery data", "bytes", sum(each.size for each in sets))
        for each in self.watch.track(step, sets, lambda one: one.size):
            self.sets.append(each)
            yield each

    def _stage(self, made: Iterable[list[MadeFile]], journal: Journal) -> None:
        for files in made:
            for file in files:
                with journal.write(file.path) as stream, open(file.made, "rb") as source:
                    while block := source.read(_BLOCK):
                        self.octets += len(block)
                        stream.write(block)

    def _copied(self, folder: int, journal: Journal) -> bytes:
        """Copy the tag files as they will be, since the log of the bag gets a line in the same moment."""
        own = self.workshop.path(b"own")
        os.mkdir(own)
        staged = set(journal.paths)
        for path in sorted(staged | {one for one in list_tag_files(folder) if not one.startswith(_OUTSIDE)}):
            place = own + b"/" + os.fsencode(path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            descriptor = journal.open(path) if path in staged else _opened(folder, path)
            with os.fdopen(descriptor, "rb") as source, open(place, "xb") as target:
                shutil.copyfileobj(source, target, _BLOCK)
        return own

    def protection(self, facts: BagFacts) -> Protection:
        """Say what came of it."""
        return Protection(
            bag=os.fsdecode(self.bag),
            amount=self.amount,
            sets=len(self.sets),
            files=sum(len(each.files) for each in self.sets),
            left_out=self.left_out,
            payload_bytes=sum(each.size for each in self.sets),
            parity_bytes=self.octets,
            pin=facts.pin.hex(),
        )


def _opened(folder: int, path: str) -> int:
    where, _, name = os.fsencode(path).rpartition(b"/")
    with filesystem.folder_beneath(folder, where) as parent:
        return filesystem.open_regular(name, parent)


def _payload(folder: int) -> Iterator[Sized]:
    for one in walk(folder, ignore):
        if one.kind is Kind.FILE and one.path.startswith(PAYLOAD):
            yield Sized(one.path, one.size)


def _sizes(own: bytes) -> Iterator[Sized]:
    folder = filesystem.open_folder(own)
    try:
        for path in list_tag_files(folder):
            yield Sized(path, os.path.getsize(own + b"/" + os.fsencode(path)))
    finally:
        os.close(folder)


def _facts(path: bytes) -> BagFacts:
    source = source_of(path)
    try:
        return bag_facts(source, os.fsdecode(path))
    finally:
        source.close()


def _renew(  # noqa: PLR0913, PLR0917 - what is told, to whom
    place: bytes, name: bytes, facts: BagFacts, updated: Updated, catalogue: str, run: Run, watch: Watch
) -> None:
    """Tell the store's log and the catalogue of the pin, also where an earlier run was interrupted before it could."""
    logged = None
    with contextlib.suppress(StoreError):
        logged = logged_pin(place, name)
    if updated.files or logged is None or logged.digest != facts.pin.hex():
        make_identity(place, uuid.uuid5(run.identifier, repr(place)))
        detail = {
            "identifier": facts.identifier,
            "name": facts.name,
            "pin": facts.pin.hex(),
            "files": [EVENTS_RECORD, f"{FOLDER}/"],
        }
        append_event(
            place,
            Happened(
                "metadata modification", rfc3339(run.now()), facts.identifier, "success", detail, run.software
            ),
        )
    if not is_there(catalogue):
        return
    try:
        with opened(catalogue, SHORT_PATIENCE_MS) as lent:
            store = find_store(lent, read_identity(place), place)
            copy = None if store is None else copy_at(lent, store, os.fsdecode(name))
            if store is not None and copy is not None:
                renew(lent, store, copy, facts, rfc3339(run.now()))
                with lent.write():  # a store that had no identity may have got one
                    follow_log(lent, know_store(lent, read_identity(place), place))
    except (CatalogueError, StoreError, UsageError) as error:
        watch.note(f"The new pin is not noted in the catalogue: {error.message}.")
