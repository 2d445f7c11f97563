"""Reads what the bags of one accession say of their source, out of copies that are whole where there are such."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Self

from archiver.records.tree_lines import Beside, TreeFile, TreeLeftOut
from archiver.usecases.restore.plan import Holders, Plan
from archiver.usecases.restore.selection import Selection
from archiver.usecases.restore.wanted import Wanted
from archiver.usecases.states.bags import KnownBag, Shelf
from archiver.usecases.states.description import (
    DescriptionError,
    SourceFile,
    SourceFolder,
    SourceLink,
    damaged_records,
    files_of,
    tree_of,
    withheld_of,
)
from archiver.usecases.states.on_disk import OnDisk


class Statement:
    """What the bags of an accession say of their source, as far as it is wanted; use it in a ``with`` block.

    Args:
        bags: The bags, in order.
        shelf: The bags at hand, copies of these among them.
        selection: What is wanted.

    Attributes:
        plan: The files.
        holders: The bags that are to have their bytes.
        withheld: Files of the source that a decision kept out of every bag.
        unpacked: Files that a problem kept out.
        damaged: Records that are damaged, each with the path of its bag.
    """

    plan: Plan

    def __init__(self, bags: Sequence[KnownBag], shelf: Shelf, selection: Selection) -> None:
        self.holders = Holders()
        self.withheld = self.unpacked = 0
        self.damaged: list[tuple[str, str]] = []
        self._bags = list(bags)
        self._shelf = shelf
        self._selection = selection
        self._without: dict[str, set[str]] = {}
        self._held = contextlib.ExitStack()
        self._default: Beside | None = None
        self._begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def _begin(self) -> None:
        self._held.close()
        self.plan = self._held.enter_context(Plan())
        self._folders = self._held.enter_context(OnDisk[SourceFolder]())
        self._beside = self._held.enter_context(OnDisk[Beside]())
        self.withheld = self.unpacked = 0
        self._default = None

    def read(self) -> None:
        """Read it all, of copies that are whole where there are such; where none is, what can be read all the same."""
        self._bags = [self._wholest(bag) for bag in self._bags]
        while True:
            try:
                for bag in self._bags:
                    self._read_tree(bag)
                for bag in self._bags:
                    self._read_files(bag)
            except DescriptionError as fault:
                without = self._without.setdefault(fault.bag.path, set())
                if not fault.record.startswith("metadata/") or fault.record in without:
                    raise
                without.add(fault.record)
                self._note_damage(fault.bag, fault.record)
                self._begin()
            else:
                return

    def folder(self, name: bytes) -> SourceFolder | None:
        """Return what is recorded of a folder."""
        return self._folders.first(name)

    def members(self) -> Iterator[SourceFolder | SourceLink]:
        """Yield the folders and links that are wanted, the folders first."""
        for _, folder in self._folders:
            if folder.path and self._selection.takes_folder(folder.path):
                yield folder
        for bag in self._bags:
            with tree_of(bag, self._shelf.source(bag), self._skipped(bag)) as tree:
                for member in tree.members:
                    if isinstance(member, SourceLink) and self._selection.takes_other(member.path):
                        yield member

    def _wholest(self, bag: KnownBag) -> KnownBag:
        """The bag, or where what it says is damaged, a copy of it that is whole."""
        damaged = damaged_records(bag, self._shelf.source(bag))
        if not damaged:
            return bag
        for copy in self._shelf.copies(bag.identifier):
            if copy.path != bag.path and not damaged_records(copy, self._shelf.source(copy)):
                return copy
        for record in damaged:
            self._note_damage(bag, record)
        return bag

    def _note_damage(self, bag: KnownBag, record: str) -> None:
        if (bag.path, record) not in self.damaged:
            self.damaged.append((bag.path, record))

    def _skipped(self, bag: KnownBag) -> frozenset[str]:
        return frozenset(self._without.get(bag.path, ()))

    def _read_tree(self, bag: KnownBag) -> None:
        with tree_of(bag, self._shelf.source(bag), self._skipped(bag)) as tree:
            if tree.file is not None:
                self._default = tree.file
            for member in tree.members:
                match member:
                    case SourceFolder():
                        self._folders.add(member.name, member)
                    case TreeFile():
                        self._beside.add(member.path.encode("utf-8", "surrogatepass"), member.beside)
                    case SourceLink() | TreeLeftOut():
                        pass

    def _read_files(self, bag: KnownBag) -> None:
        source, skipped = self._shelf.source(bag), self._skipped(bag)
        for file in files_of(bag, source, skipped):
            if self._selection.takes_file(file.path, file.algorithm, file.digest):
                self.plan.add(self._wanted(file, bag))
        for kept_out in withheld_of(bag, source, skipped):
            if self._selection.takes_other(kept_out.path):
                self.withheld += kept_out.disposition is not None
                self.unpacked += kept_out.disposition is None

    def _wanted(self, file: SourceFile, bag: KnownBag) -> Wanted:
        beside = self._beside.first(file.path.encode("utf-8", "surrogatepass"))
        return Wanted(
            file.path,
            file.name,
            file.size_bytes,
            file.modified_ns,
            file.algorithm,
            file.digest,
            self.holders.number_of(file.bag, bag),
            file.bag_path,
            self._default if beside is None else beside,
        )
