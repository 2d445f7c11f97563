"""Gives a bag recovery data: files in the form of PAR2, one set for each album, which are tag files like any other."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from archiver import filesystem
from archiver.bagit.names import PAYLOAD
from archiver.bagit.pin import pinned_manifest
from archiver.bagit.reading import FolderTop, read_top
from archiver.bagit.tagfiles import list_tag_files
from archiver.bagit.telling import ignore
from archiver.bagit.updating.journal import STAGED_PREFIX, Journal
from archiver.bagit.updating.signed import Signed
from archiver.bagit.walking import Kind, walk
from archiver.catalogue.database import is_there, opened
from archiver.catalogue.faults import CatalogueError
from archiver.errors import StoreError, UsageError
from archiver.model.album import album_folder
from archiver.model.run import Run
from archiver.parity.make import README, MadeFile, make_sets, readme, sets_of_payload, sets_of_tag_files
from archiver.parity.program import Par2, require_par2
from archiver.parity.sets import FOLDER, Amount, ParitySet, Sized
from archiver.records.events import EVENTS_RECORD
from archiver.store.area import locked
from archiver.store.find_bags import is_bag
from archiver.store.healing import Workshop, workshop_of
from archiver.store.keeping import refuse_kept
from archiver.usecases.bag_update import add_files_to
from archiver.usecases.catalogued import SHORT_PATIENCE_MS
from archiver.usecases.pins import known_pin, logged_pin
from archiver.usecases.repin import Change, note_change, pin_at
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
    bag: str,
    amount: Amount,
    catalogue: str,
    run: Run,
    jobs: int,
    watch: Watch,
    signed: Signed = Signed.REFUSE,
) -> Protection:
    """Give a bag recovery data, after verifying it in full; its tag files change together, or not at all.

    Args:
        bag: Path of the bag's folder.
        amount: How much recovery data each set gets.
        catalogue: The catalogue's file, in which the pin is renewed where there is one.
        run: Who does it, and when.
        jobs: Threads to use.
        watch: Sees how far it has come.
        signed: What becomes of signatures, which would no longer hold.

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
    refuse_kept(place, f"protect {bag}")
    before = pin_at(bag)
    with locked(place), workshop_of(place) as workshop:
        making = _Making(path, par2, amount, workshop, watch)
        detail = (
            f"Recovery data (PAR2, {amount} of each album) were added after the bag was verified in full."
        )
        updated = add_files_to(bag, making.write, detail, run, jobs, watch, signed)
    after = pin_at(bag)
    if not updated.files:
        before = _known_before(place, name, catalogue)
    note_change(bag, Change("recovery data were added", before, after), catalogue, run, watch)
    return making.protection(b"" if after is None else after)


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

    def protection(self, pin: bytes) -> Protection:
        """Say what came of it."""
        return Protection(
            bag=os.fsdecode(self.bag),
            amount=self.amount,
            sets=len(self.sets),
            files=sum(len(each.files) for each in self.sets),
            left_out=self.left_out,
            payload_bytes=sum(each.size for each in self.sets),
            parity_bytes=self.octets,
            pin=pin.hex(),
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


def _known_before(place: bytes, name: bytes, catalogue: str) -> bytes | None:
    """Return the pin that is known of a bag which an interrupted run gave its recovery data; ``None`` where it is another's.

    The bag without them must be the one that is known: a bag that was changed otherwise is not taken for it.
    """
    known = None
    with contextlib.suppress(StoreError, CatalogueError, UsageError), contextlib.ExitStack() as held:
        lent = held.enter_context(opened(catalogue, SHORT_PATIENCE_MS)) if is_there(catalogue) else None
        known = (None if lent is None else known_pin(lent, place, name)) or logged_pin(place, name)
    if known is None or known.digest is None or known.digest != _pin_without(place + b"/" + name):
        return None
    return bytes.fromhex(known.digest)


def _pin_without(bag: bytes) -> str | None:
    """Return the pin that a bag had before its recovery data, and the event that tells of them, came to it."""
    folder = filesystem.open_folder(bag)
    try:
        top = read_top(FolderTop(folder))
        manifest = pinned_manifest(top.manifests)
        if manifest is None or manifest.algorithm is None or not manifest.of_tags:
            return None
        with os.fdopen(_opened(folder, EVENTS_RECORD), "rb") as events:
            earlier = hashlib.new(manifest.algorithm, b"".join(events.readlines()[:-1])).hexdigest()
        digest = hashlib.sha512()
        with os.fdopen(_opened(folder, manifest.name), "rb") as lines:
            for line in lines:
                path = line.partition(b"  ")[2].rstrip(b"\n")
                if path == EVENTS_RECORD.encode():
                    digest.update(earlier.encode() + b"  " + path + b"\n")
                elif not path.startswith(FOLDER.encode() + b"/"):
                    digest.update(line)
        return digest.hexdigest()
    except (OSError, ValueError):
        return None
    finally:
        os.close(folder)
