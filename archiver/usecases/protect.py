"""Gives a bag recovery data: files in the form of PAR2, one set for each album, which are tag files like any other."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum

from archiver.bagit.names import PAYLOAD
from archiver.bagit.telling import ignore
from archiver.bagit.updating.journal import Journal
from archiver.bagit.updating.signed import Signed
from archiver.bagit.walking import Kind, walk
from archiver.errors import UsageError
from archiver.model.album import album_folder
from archiver.model.run import Run
from archiver.parity.make import sets_of_payload
from archiver.parity.program import require_par2
from archiver.parity.readme import Recorded, recorded
from archiver.parity.sets import ONE_FILE, Amount, Sized
from archiver.store.area import locked
from archiver.store.find_bags import is_bag
from archiver.store.healing import Placer, aside_name, workshop_of
from archiver.store.keeping import refuse_kept
from archiver.usecases.bag_update import add_files_to
from archiver.usecases.changed_bag import changing, pin_at
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
    placer = Placer(place, name, aside_name(run.now()))
    detail = "Recovery data (PAR2) were made after the bag was verified in full: see parity/README.txt."
    with (
        changing(bag, "recovery data were made", catalogue, run, watch) as deciding,
        locked(place),
        workshop_of(place) as workshop,
    ):
        making = _Making(SetMaker(path, par2, workshop, watch), amount)
        add_files_to(bag, making.write, detail, run, jobs, watch, signed, deciding)
        put_old_aside(path, placer)
    return making.protection(placer.aside, pin_at(bag) or b"")


@dataclass
class _Making:
    """The recovery data of one bag."""

    maker: SetMaker
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

    def protection(self, aside: str | None, pin: bytes) -> Protection:
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
            aside=aside,
            pin=pin.hex(),
        )


def _payload(folder: int) -> Iterator[Sized]:
    for one in walk(folder, ignore):
        if one.kind is Kind.FILE and one.path.startswith(PAYLOAD):
            yield Sized(one.path, one.size)
