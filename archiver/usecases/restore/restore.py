"""Gives back what bags hold, as it was at a time, out of however many bags and stores hold it."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from archiver.errors import UsageError
from archiver.ingest.spool import Spool
from archiver.store.find_bags import bag_around, is_bag
from archiver.usecases.restore.give import Giver
from archiver.usecases.restore.plan import Holder
from archiver.usecases.restore.selection import selected
from archiver.usecases.restore.statement import Statement
from archiver.usecases.restore.target import Overwriting, Target
from archiver.usecases.restore.wanted import Fate, FaultyCopy, Told
from archiver.usecases.states.bags import Shelf
from archiver.usecases.states.choosing import Chosen, choose, end_of, holds_bags
from archiver.usecases.states.description import SourceFolder, SourceLink
from archiver.usecases.states.known_stores import known_stores
from archiver.usecases.watch import Meter, Step, Watch

GIVEN = frozenset({Fate.RESTORED, Fate.REPLACED, Fate.THERE})
"""What became of that which is in the target, as it was."""
LOST = frozenset({Fate.LACKING, Fate.DAMAGED})
"""What became of that which cannot be had."""


@dataclass(frozen=True, slots=True)
class RestoreRequest:
    """What is to be given back, and where to.

    Attributes:
        what: As :func:`archiver.usecases.states.choosing.choose` takes it.
        target: The folder that gets it; ``None`` to say what would be given back.
        stores: Folders of bags.
        at: The day or time that its state is wanted of, as it was typed; ``None`` for the newest.
        match: Patterns in gitignore's syntax, of which the record path of a file must fit one; all where there is none.
        query: A query as ``find`` takes it, of which the files must be found; ``None`` for none.
        overwriting: What becomes of what stands in the way.
        catalogue: Path of the catalogue, which says what other stores there are; nothing fails where it cannot be used.
        zone: The time zone of the place.
    """

    what: str | None
    target: str | None
    stores: tuple[str, ...]
    at: str | None
    match: tuple[str, ...]
    query: str | None
    overwriting: Overwriting
    catalogue: str
    zone: dt.tzinfo | None


@dataclass(slots=True)
class Restored:
    """What was given back.

    Attributes:
        chosen: The bags whose state it is.
        target: The folder that got it; ``None`` where that was only to be said.
        files: Files by what became of them.
        links: Links by what became of them.
        folders: Folders that are there.
        folders_left: Folders that could not be made.
        undressed: Folders whose time and permission bits could not be set.
        bytes: Bytes that were written.
        wanted_files: Files that were to be given back.
        wanted_bytes: Their bytes.
        holders: The bags that were to have bytes.
        plain: Files whose recorded permission bits or attributes could not be set.
        otherwise: Files that stood there with another modification time than is recorded.
        withheld: Files of the source that were kept out of the bags by a decision.
        unpacked: Files that were kept out by a problem.
        damaged: Records that say what the source was and are damaged, by the bag.
        short: Numbers of bags that files could not be had of.
        faulty: Bags at hand out of which files could not be had that they should have, by their paths.
        told: What became of each that is not in the target as it was.
        places_of: Says for the identifier of a bag in which stores the catalogue knows copies of it.
    """

    chosen: Chosen
    target: str | None
    told: Spool[Told]
    places_of: Callable[[str], tuple[str, ...]]
    files: Counter[Fate] = field(default_factory=Counter)
    links: Counter[Fate] = field(default_factory=Counter)
    folders: int = 0
    folders_left: int = 0
    undressed: int = 0
    bytes: int = 0
    wanted_files: int = 0
    wanted_bytes: int = 0
    holders: tuple[Holder, ...] = ()
    plain: int = 0
    otherwise: int = 0
    withheld: int = 0
    unpacked: int = 0
    damaged: list[tuple[str, str]] = field(default_factory=list)
    short: set[int] = field(default_factory=set)
    faulty: dict[str, FaultyCopy] = field(default_factory=dict)

    @property
    def lacking(self) -> Iterator[tuple[Holder, tuple[str, ...]]]:
        """Bags that files could not be had of, each with the stores that should have a copy."""
        for number in sorted(self.short):
            yield self.holders[number], self.places_of(self.holders[number].identifier)

    @property
    def lost(self) -> int:
        """Files that cannot be had."""
        return sum(self.files[fate] for fate in LOST)

    @property
    def is_incomplete(self) -> bool:
        """Whether anything that was wanted is not in the target, or may not be as it was, because a bag lacks it."""
        return bool(self.lost or self.chosen.missing or self.chosen.silent or self.damaged)

    @property
    def left(self) -> int:
        """Files, links and folders that are not in the target as they were, though they can be had."""
        counted = self.files + self.links
        return (
            self.folders_left
            + self.undressed
            + sum(number for fate, number in counted.items() if fate not in GIVEN | LOST)
        )

    def count(self, told: Told) -> None:
        """Count what became of a file."""
        self.files[told.fate] += 1
        self.bytes += told.size_bytes
        self.plain += told.plain
        self.otherwise += told.otherwise
        if told.fate in LOST and told.holder is not None:
            self.short.add(told.holder)
        if told.fate not in GIVEN:
            self.told.append(told)


@contextlib.contextmanager
def restore(request: RestoreRequest, watch: Watch) -> Iterator[Restored]:
    """Give back what was asked for; lend what came of it for a ``with`` block.

    Raises:
        UsageError: where there is no such thing, or the target cannot be meant.
        DescriptionError: where no copy of a bag says what the source was.
        TargetError: where the target cannot be written; what was given back so far is right.
        ArchiverError: where another run restores into the same target.
    """
    at = None if request.at is None else end_of(request.at, request.zone)
    if request.target is not None:
        _refuse_bag(request.target)
    with (
        selected(request.match, request.query, request.catalogue) as selection,
        Shelf(request.stores) as shelf,
        Spool[Told]() as told,
        known_stores(request.catalogue, watch) as known,
    ):
        with watch.during(Step("Looking at the bags", "")):
            chosen = choose(request.what, at, shelf, known.mounted)
        restored = Restored(chosen, request.target, told, known.places_of)
        with Statement(chosen.bags, shelf, selection) as said:
            with watch.during(Step("Reading what is in them", "")):
                said.read()
            _put_down(said, restored)
            if request.target is None:
                _rehearse(said, shelf, restored)
            else:
                _give(said, request.target, request.overwriting, shelf, restored, watch)
        yield restored


def _refuse_bag(target: str) -> None:
    """A bag, or a folder in one, would be a bag no more."""
    path = os.path.abspath(target)
    if is_bag(path) and os.path.lexists(path):
        raise UsageError(
            f"{target} is a bag, and files cannot be given back into one", "Name another folder."
        )
    if os.path.isdir(path) and holds_bags(path):
        raise UsageError(
            f"{target} is a folder of bags, and is to hold nothing else",
            "Name a folder in it, or another one.",
        )
    while not os.path.isdir(path) and path != os.path.dirname(path):
        path = os.path.dirname(path)
    around = path if is_bag(path) else bag_around(path)
    if around is not None:
        raise UsageError(f"{target} lies in the bag {around}", "Nothing was written. Name another folder.")


def _put_down(said: Statement, restored: Restored) -> None:
    """Put down what is known before anything is given back."""
    restored.wanted_files, restored.wanted_bytes = said.plan.files, said.plan.bytes
    restored.holders = tuple(said.holders)
    restored.withheld, restored.unpacked = said.withheld, said.unpacked
    restored.damaged = said.damaged


def _rehearse(said: Statement, shelf: Shelf, restored: Restored) -> None:
    """Look which bags are at hand, and tell the files whose bag is not."""
    for number, files in said.plan.by_holder():
        holder = said.holders[number]
        at_hand = holder.own is not None or any(shelf.copies(holder.identifier))
        for wanted in files:
            fate, why = Fate.RESTORED, ""
            if not at_hand:
                fate, why = Fate.LACKING, f"no copy of its bag {holder.name} is at hand"
            restored.count(Told(wanted.path, fate, why, holder=number))
    for member in said.members():
        if isinstance(member, SourceFolder):
            restored.folders += 1
        else:
            restored.links[Fate.WITHHELD if member.target is None else Fate.RESTORED] += 1


def _give(  # noqa: PLR0913, PLR0917 - what, where to, out of what, and who is told
    said: Statement, target: str, overwriting: Overwriting, shelf: Shelf, restored: Restored, watch: Watch
) -> None:
    meter = Meter()
    with Target(target, overwriting, said.folder) as place:
        giver = Giver(said.holders, shelf, place, meter.add)
        step = Step("Restoring", "bytes", said.plan.bytes, meter)
        for told in watch.track(step, giver.give(said.plan), lambda told: told.size_bytes):
            restored.count(told)
        restored.faulty = giver.faulty
        with watch.during(Step("Folders and links", "")):
            for member in said.members():
                if isinstance(member, SourceLink):
                    _count_link(place.make_link(member), restored)
                else:
                    refused = place.make_folder(member)
                    restored.folders += refused is None
                    if refused is not None:
                        restored.folders_left += 1
                        restored.told.append(refused)
            restored.undressed = place.finish()


def _count_link(told: Told, restored: Restored) -> None:
    restored.links[told.fate] += 1
    if told.fate not in GIVEN:
        restored.told.append(told)
