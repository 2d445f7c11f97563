"""Gives files back out of the bags that have their bytes: copy after copy, and at last out of any bag with such bytes.

A bag in an archive is read once, in its own order; of a folder the files are read in the order of the scan.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import replace

from archiver.bagit.bag_source import BagSource
from archiver.bagit.reading import manifest_entries, read_top
from archiver.bagit.telling import Reading, ignore
from archiver.bagit.telling import Told as BytesTold
from archiver.machine import reason, refuse_own_limit
from archiver.usecases.restore.plan import Holder, Holders, Plan
from archiver.usecases.restore.target import Target
from archiver.usecases.restore.wanted import Fate, FaultyCopy, Told, Wanted
from archiver.usecases.states.bags import KnownBag, Shelf
from archiver.usecases.states.on_disk import OnDisk

_NOT_IN_COPY = "is missing from its bag"
_MOST_TWINS = 200
"""Places in one bag at which it is tried to get the same bytes."""


class Giver:
    """Gives files back; used once.

    Args:
        holders: The bags that are to have bytes.
        shelf: The bags at hand.
        target: Where files are given back to.
        reading: Is told how many bytes were read, while they are.

    Attributes:
        faulty: The bags out of which files could not be had, by their paths.
    """

    def __init__(self, holders: Holders, shelf: Shelf, target: Target, reading: Reading) -> None:
        self._holders = holders
        self._shelf = shelf
        self._target = target
        self._reading = reading
        self.faulty: dict[str, FaultyCopy] = {}
        self._copies: dict[int, tuple[list[KnownBag], Iterator[KnownBag]]] = {}

    def give(self, plan: Plan) -> Iterator[Told]:
        """Give back all files of a plan; yield what became of each.

        Raises:
            TargetError: where the target cannot be written.
        """
        with OnDisk[Wanted]() as lacking:
            yield from self._by_copies(plan, lacking)
            yield from self._by_digest(lacking)
            for _, wanted in lacking:
                yield self._lacking(wanted)

    def _by_copies(self, plan: Plan, lacking: OnDisk[Wanted]) -> Iterator[Told]:
        """Try the first copy of each bag for all its files, then the second for those that failed, and so on."""
        with contextlib.ExitStack() as held:
            for which in itertools.count():
                failed = held.enter_context(Plan())
                for number, files in plan.by_holder():
                    copy = self._copy(number, which)
                    if copy is not None:
                        yield from self._from(copy, files, failed)
                        continue
                    for wanted in files:
                        lacking.add(_key(wanted.algorithm, wanted.digest), wanted)
                if not failed.files:
                    return
                plan = failed

    def _copy(self, number: int, which: int) -> KnownBag | None:
        """The copy of a bag that is tried next; stores are looked into only as far as that takes."""
        tried, more = self._copies.setdefault(number, ([], self._ordered(self._holders[number])))
        while len(tried) <= which:
            found = next(more, None)
            if found is None:
                return None
            tried.append(found)
        return tried[which]

    def _ordered(self, holder: Holder) -> Iterator[KnownBag]:
        """The copies of a bag: the one that says so itself, those that are as they were pinned, all others."""
        if holder.own is not None:
            yield holder.own
        others = []
        for bag in self._shelf.copies(holder.identifier):
            if holder.own is not None and bag.path == holder.own.path:
                continue
            if holder.pin is None or bag.facts.pin.hex() == holder.pin:
                yield bag
            else:
                others.append(bag)
        yield from others

    def _from(self, bag: KnownBag, files: Iterator[Wanted], failed: Plan) -> Iterator[Told]:
        source = self._shelf.source(bag)
        give = self._in_turn if source.is_divisible else self._as_they_come
        yield from give(source, files, _Noted(bag.path, self.faulty, failed))
        yield from self._target.settle()

    def _in_turn(self, source: BagSource, files: Iterator[Wanted], failed: _Noted) -> Iterator[Told]:
        """Out of a folder: each file is opened in its turn."""
        turn = _InTurn()
        contents = source.contents(turn)
        fault: str | None = None
        for wanted in files:
            standing = self._standing(wanted)
            if standing is not None:
                yield standing
                continue
            turn.path = wanted.bag_path
            try:
                _, blocks = next(contents)
            except OSError as error:
                refuse_own_limit(error)
                fault = f"cannot be read: {reason(error)}"
                failed.add(wanted.failed(fault))
                break
            wrong = self._take(wanted, blocks)
            if wrong is not None:
                failed.add(wanted.failed(wrong))
            if self._target.is_due:
                yield from self._target.settle()
        for wanted in files:  # those that are left where the bag cannot be opened
            failed.add(wanted.failed(fault or _NOT_IN_COPY))

    def _as_they_come(self, source: BagSource, files: Iterator[Wanted], failed: _Noted) -> Iterator[Told]:
        """Out of an archive: in the order in which it has them."""
        fault = _NOT_IN_COPY
        with OnDisk[Wanted]() as by_path:
            for wanted in files:
                told = self._standing(wanted)
                if told is not None:
                    yield told
                else:
                    by_path.add(wanted.bag_path.encode("utf-8", "surrogatepass"), wanted)
            wants = _AsTheyCome(by_path)
            try:
                while wants.again:
                    wants.again = False
                    for path, blocks in source.contents(wants):
                        self._take_all(path, blocks, wants, failed)
                        if self._target.is_due:
                            yield from self._target.settle()
            except OSError as error:
                refuse_own_limit(error)
                fault = f"cannot be read: {reason(error)}"
            for _, wanted in by_path:
                failed.add(wanted.failed(fault))

    def _take_all(self, path: str, blocks: Iterator[bytes], wants: _AsTheyCome, failed: _Noted) -> None:
        """Give the bytes of one member to all files that want them; what does not fit waits for the next reading."""
        for number, wanted in wants.by_path.found(path.encode("utf-8", "surrogatepass")):
            if self._target.is_due:
                wants.again = True
                return
            fault = self._take(wanted, blocks)
            wants.by_path.take_out(number)
            if fault is not None:
                failed.add(wanted.failed(fault))
            else:
                blocks = self._target.last_part()

    def _standing(self, wanted: Wanted) -> Told | None:
        told = BytesTold(self._reading)
        standing = self._target.standing(wanted, told.add)
        told.settle(0 if standing is None else wanted.size_bytes or 0)
        return standing

    def _take(self, wanted: Wanted, blocks: Iterator[bytes]) -> str | None:
        told = BytesTold(self._reading)
        fault = self._target.take(wanted, blocks, told)
        told.settle(0 if fault is not None else wanted.size_bytes or 0)
        return fault

    def _by_digest(self, lacking: OnDisk[Wanted]) -> Iterator[Told]:
        """Look through the manifests of all bags at hand for bytes that no copy of their own bag gave."""
        algorithms = {wanted.algorithm for _, wanted in lacking}
        if not algorithms:
            return
        for bag in self._shelf.bags():
            for turn in range(_MOST_TWINS):
                with Plan() as found, Plan() as failed:
                    self._find_twins(bag, algorithms, turn, lacking, found)
                    if found.files:
                        yield from self._from(bag, iter(found), failed)
                    for wanted in failed:
                        lacking.put_back(wanted.holder)
                    if not failed.files:
                        break

    def _find_twins(
        self, bag: KnownBag, algorithms: set[str], turn: int, lacking: OnDisk[Wanted], found: Plan
    ) -> None:
        """Take what is lacking and a bag lists; in each turn at another of the places at which it lists such bytes."""
        passed = bytearray()
        for path, algorithm, digest in self._listed(bag, algorithms):
            for number, wanted in lacking.found(_key(algorithm, digest)):
                passed.extend(bytes(max(0, number + 1 - len(passed))))
                if passed[number] < turn:
                    passed[number] += 1
                else:
                    lacking.take_out(number)
                    found.add(replace(wanted, holder=number, bag_path=path))

    def _listed(self, bag: KnownBag, algorithms: set[str]) -> Iterator[tuple[str, str, str]]:
        """Yield path, algorithm and digest of what a bag's payload manifests list."""
        try:
            with self._shelf.source(bag).listing(ignore) as listing:
                if listing.top is None:
                    return
                top = read_top(listing.top)
                for manifest in top.manifests:
                    if manifest.of_tags or manifest.algorithm not in algorithms:
                        continue
                    for entry in manifest_entries(listing.top, top, manifest, ignore):
                        yield entry.path, manifest.algorithm or "", entry.digest
        except OSError as error:
            refuse_own_limit(error)

    def _lacking(self, wanted: Wanted) -> Told:
        holder = self._holders[wanted.holder]
        if wanted.fault:
            return Told(
                wanted.path, Fate.DAMAGED, f"in {holder.name} it {wanted.fault}", holder=wanted.holder
            )
        return Told(
            wanted.path, Fate.LACKING, f"no copy of its bag {holder.name} is at hand", holder=wanted.holder
        )


class _Noted:
    """Files that could not be had out of one bag: they are to be had elsewhere, and the bag is noted.

    Args:
        bag: Path of the bag.
        faulty: Takes what is to be said of it.
        failed: Takes the files.
    """

    def __init__(self, bag: str, faulty: dict[str, FaultyCopy], failed: Plan) -> None:
        self._bag, self._faulty, self._failed = bag, faulty, failed

    def add(self, wanted: Wanted) -> None:
        """Take a file, with its fault."""
        known = self._faulty.setdefault(self._bag, FaultyCopy(0, wanted.bag_path, wanted.fault))
        known.files += 1
        self._failed.add(wanted)


class _InTurn:
    """The path of the one file of a folder that is asked for next.

    Attributes:
        path: It.
    """

    def __init__(self) -> None:
        self.path = ""

    def __iter__(self) -> Iterator[str]:
        while True:
            yield self.path

    def __contains__(self, path: object) -> bool:
        return path == self.path


class _AsTheyCome:
    """The paths of files in an archive.

    Attributes:
        by_path: The files.
        again: Whether the archive is to be read once more.
    """

    def __init__(self, by_path: OnDisk[Wanted]) -> None:
        self.by_path = by_path
        self.again = True

    def __iter__(self) -> Iterator[str]:
        return (wanted.bag_path for _, wanted in self.by_path)

    def __contains__(self, path: object) -> bool:
        key = str(path).encode("utf-8", "surrogatepass")
        return next(self.by_path.found(key), None) is not None


def _key(algorithm: str, digest: str) -> bytes:
    return f"{algorithm}:{digest}".encode()
