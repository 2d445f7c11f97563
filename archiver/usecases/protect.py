"""Gives a bag recovery data: files in the form of PAR2, one set for each album, which are tag files like any other."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from archiver import filesystem
from archiver.bagit.names import PAYLOAD
from archiver.bagit.pin import pinned_manifest
from archiver.bagit.reading import FolderTop, read_top
from archiver.bagit.telling import ignore
from archiver.bagit.updating.journal import Journal
from archiver.bagit.updating.signed import Signed
from archiver.bagit.walking import Kind, walk
from archiver.catalogue.database import SHORT_PATIENCE_MS, is_there, opened
from archiver.catalogue.faults import CatalogueError
from archiver.errors import StoreError, UsageError
from archiver.model.album import album_folder
from archiver.model.run import Run
from archiver.parity.make import sets_of_payload
from archiver.parity.program import require_par2
from archiver.parity.readme import Recorded, recorded
from archiver.parity.sets import FOLDER, ONE_FILE, Amount, Sized
from archiver.records.events import EVENTS_RECORD
from archiver.store.area import locked
from archiver.store.find_bags import is_bag
from archiver.store.healing import Placer, aside_name, kept_copies, workshop_of
from archiver.store.keeping import refuse_kept
from archiver.usecases.bag_update import add_files_to
from archiver.usecases.changed_bag import Change, note_change, pin_at, settle_change
from archiver.usecases.pins import known_pin, logged_pin
from archiver.usecases.recovery_sets import (
    SetMaker,
    are_own_sets_true,
    payload_alone,
    put_old_aside,
    recorded_in,
    sets_in,
)
from archiver.usecases.watch import Watch


class Made(Enum):
    """Which recovery data were made."""

    NOTHING = "the bag has them already"
    FIRST = "recovery data were added"
    OTHERS = "recovery data were made anew"
    OWN = "recovery data of the bag's own files were made anew"


@dataclass(frozen=True, slots=True)
class Protection:
    """What came of protecting a bag.

    Attributes:
        bag: Absolute path of the bag.
        made: What was made.
        amount: How much recovery data each set has.
        sets: How many sets were made.
        files: How many files they are about.
        left_out: Files whose names have no place in the form.
        payload_bytes: What the files of the sets take.
        parity_bytes: What the recovery data take.
        aside: Absolute path of the folder with recovery data that were put aside; ``None`` where none were.
        pin: The pin that the bag has now, in hex.
    """

    bag: str
    made: Made
    amount: Amount
    sets: int
    files: int
    left_out: int
    payload_bytes: int
    parity_bytes: int
    aside: str | None
    pin: str


def protect(  # noqa: PLR0913, PLR0917 - a command's parameters
    bag: str,
    amount: Amount | None,
    catalogue: str,
    run: Run,
    jobs: int,
    watch: Watch,
    signed: Signed = Signed.REFUSE,
) -> Protection:
    """Give a bag recovery data, after verifying it in full; its tag files change together, or not at all.

    Where it has some and another amount is asked for, new ones are made; the old ones are put aside once the new ones
    are whole, on the disk and listed. Where they are no longer about the bag's own files as they are, the sets of these are
    made anew.

    Args:
        bag: Path of the bag's folder.
        amount: How much recovery data each set gets; ``None`` for as much as they have, or for any one file.
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
    settle_change(bag, catalogue, run, watch)
    before = pin_at(bag)
    with locked(place), workshop_of(place) as workshop:
        placer = Placer(place, name, aside_name(run.now()))
        making = _Making(SetMaker(path, par2, workshop, watch), placer, amount)
        detail = "Recovery data (PAR2) were made after the bag was verified in full: see parity/README.txt."
        updated = add_files_to(bag, making.write, detail, run, jobs, watch, signed)
        is_complete = bool(updated.files)
        after = pin_at(bag)
        if not is_complete:
            before = _known_before(place, name, catalogue)
        put_old_aside(path, placer)
    what = making.made.value if is_complete else "recovery data were made by a run that was interrupted"
    note_change(bag, Change(what, before, after), catalogue, run, watch)
    return making.protection(b"" if after is None else after)


@dataclass
class _Making:
    """The recovery data of one bag."""

    maker: SetMaker
    placer: Placer
    asked: Amount | None
    amount: Amount = ONE_FILE
    left_out: int = 0
    made: Made = Made.NOTHING

    def write(self, folder: int, journal: Journal) -> Collection[str] | None:
        """Stage the recovery data; return what they take the place of, ``None`` where there is nothing to make."""
        there = sets_in(folder)
        told = recorded_in(folder)
        self.made = self._made(folder, told, is_any=bool(there))
        self.amount = self.asked or (ONE_FILE if told is None else told.amount)
        first = max(there, default=0) + 1
        if self.made is Made.NOTHING:
            return None
        if self.made is not Made.FIRST:
            self._keep_manifest(folder)
        if self.made is Made.OWN:
            assert told is not None
            self.left_out = told.left_out
            old = [one.number for one in told.sets if not one.is_of_payload]
            self.maker.stage_own(payload_alone(told), first, folder, journal)
            return [path for number in old for path in there.get(number, ())]
        payload, self.left_out = sets_of_payload(_payload(folder), album_folder, self.amount, first)
        staged = recorded(payload, self.amount, self.left_out)
        self.maker.stage(payload, self.maker.bag, journal)
        self.maker.stage_own(staged, first + len(payload), folder, journal)
        return [path for paths in there.values() for path in paths]

    def _made(self, folder: int, told: Recorded | None, *, is_any: bool) -> Made:
        """Decide what is to be made; recovery data that others made give way only to such as are asked for."""
        if not is_any:
            return Made.FIRST
        if told is None:
            return Made.NOTHING if self.asked is None else Made.OTHERS
        if self.asked is not None and str(self.asked) != str(told.amount):
            return Made.OTHERS
        return Made.NOTHING if are_own_sets_true(folder, told) else Made.OWN

    def _keep_manifest(self, folder: int) -> None:
        """Keep the tag manifest that the bag is known by, so that the change can be noted even if this run is killed."""
        manifest = pinned_manifest(read_top(FolderTop(folder)).manifests)
        if manifest is not None and manifest.of_tags:
            self.placer.keep_copy(manifest.name, FolderTop(folder).blocks(manifest.name, ignore))

    def protection(self, pin: bytes) -> Protection:
        """Say what came of it."""
        return Protection(
            bag=os.fsdecode(self.maker.bag),
            made=self.made,
            amount=self.amount,
            sets=len(self.maker.sets),
            files=sum(len(each.files) for each in self.maker.sets),
            left_out=self.left_out,
            payload_bytes=sum(each.size for each in self.maker.sets),
            parity_bytes=self.maker.octets,
            aside=self.placer.aside,
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


def _known_before(place: bytes, name: bytes, catalogue: str) -> bytes | None:
    """Return the pin that is known of a bag which an interrupted run gave its recovery data; ``None`` where it is another's.

    The bag without them must be the one that is known: a bag that was changed otherwise is not taken for it.
    """
    known = None
    with contextlib.suppress(StoreError, CatalogueError, UsageError), contextlib.ExitStack() as held:
        lent = held.enter_context(opened(catalogue, SHORT_PATIENCE_MS)) if is_there(catalogue) else None
        known = (None if lent is None else known_pin(lent, place, name)) or logged_pin(place, name)
    if known is None or known.digest is None:
        return None
    bag = place + b"/" + name
    if known.digest == _pin_without(bag) or _is_but_for_recovery_data(place, name, known.digest):
        return bytes.fromhex(known.digest)
    return None


def _is_but_for_recovery_data(place: bytes, name: bytes, pin: str) -> bool:
    """Whether a bag differs from the one with a pin, whose tag manifest was kept, in its recovery data and the event alone."""
    folder = filesystem.open_folder(place + b"/" + name)
    try:
        manifest = pinned_manifest(read_top(FolderTop(folder)).manifests)
        if manifest is None or manifest.algorithm is None or not manifest.of_tags:
            return False
        with os.fdopen(_opened(folder, manifest.name), "rb") as lines:
            now = _digests(lines)
        with os.fdopen(_opened(folder, EVENTS_RECORD), "rb") as events:
            earlier = hashlib.new(manifest.algorithm, b"".join(events.readlines()[:-1])).hexdigest()
        now[EVENTS_RECORD.encode()] = earlier.encode()
        for content in kept_copies(place, name, manifest.name.encode()):
            if hashlib.sha512(content).hexdigest() == pin:
                return _digests(content.splitlines(keepends=True)) == now
    except (OSError, ValueError):
        pass
    finally:
        os.close(folder)
    return False


def _digests(lines: Iterable[bytes]) -> dict[bytes, bytes]:
    """Return the digests of what a tag manifest lists but recovery data, by the paths as it writes them."""
    listed = (line.rstrip(b"\n").partition(b"  ") for line in lines)
    return {path: digest for digest, _, path in listed if not path.startswith(FOLDER.encode() + b"/")}


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
