"""A collector's years: what happens to collections and disks, and what the program answers, step by step.

A life follows from its number. Where an answer is not what it must be, the steps up to there are told.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.reliability.years.asking import Asking
from tests.reliability.years.collection import Collection
from tests.reliability.years.keeping import Keeping
from tests.reliability.years.packing import Packing
from tests.samples import tree_digest


class Divergence(AssertionError):  # noqa: N818 - what it is called where it is looked for
    """The program's answer is not what the model says."""


class Life(Packing, Keeping, Asking):
    """One collector, who does all of it, and to whom all of it happens."""

    def live(self, steps: int) -> None:
        """Live through a number of steps.

        Raises:
            Divergence: where an answer is wrong; its text has all steps.
        """
        for collection in self._collections:
            collection.begin()
        try:
            for _ in range(steps):
                self._step()
        except Exception as error:
            told = "\n".join(self.steps)
            raise Divergence(f"life {self.seed}, step {len(self.steps)}:\n{told}\n{error}") from error

    def _step(self) -> None:
        act = self._chance.choice(self._acts())
        self.steps.append(act.__name__)
        said = act()
        self.steps[-1] = f"{len(self.steps)}. {said}"
        self._hold_known()
        self.told[act.__name__] += 1

    def _acts(self) -> list[Callable[[], str]]:
        return [
            *[self.something_happens] * 14,
            *[self.pack] * 5,
            self.pack_all,
            self.rehearse,
            *[self.damage] * 3,
            self.lose_a_copy,
            self.bring_back,
            *[self.heal] * 3,
            self.verify,
            *[self.audit] * 2,
            *[self.copy] * 2,
            *[self.restore] * 2,
            *[self.retire] * 2,
            self.rebuild,
            self.diff,
            self.status,
            *[self.interrupt] * 2,
        ]

    def interrupt(self) -> str:
        """Have something go wrong while a collection is packed or copied, and do it again."""
        collection = self._chance.choice(self._collections)
        if self._chance.random() < 0.3 and self._archive.bags_of(collection.name):
            return self._interrupted_copy(collection)
        archive = self._archive
        name, digest = self._new_name(collection), tree_digest(collection.root)
        how = self._run_badly("pack", collection.root, "--to", self._store("First"), "--name", name, "--json")
        assert tree_digest(collection.root) == digest, "the source was changed"
        if archive.is_there("First", name):
            self._know_sealed(name, collection)
        strange = {path.name for path in self.folder.glob("First/[!.]*")} - archive.bags.keys()
        assert not strange, f"a run that failed left {strange}"
        self._read_known()
        self._pack(collection)
        return f"pack {collection.name}, {how}, and pack it again"

    def _interrupted_copy(self, collection: Collection) -> str:
        archive = self._archive
        before = set(archive.copies())
        how = self._run_badly("copy", collection.name, "--to", self._store("Second"), "--json")
        for store, bag in set(archive.copies()) - before:
            assert archive.is_whole(store, bag), f"{store}/{bag} got its name and is not whole"
        self._read_known()
        self._copy(collection, "Second")
        return f"copy {collection.name}, {how}, and copy it again"
