"""Packing, time and again: what is new, everything, and what a run would do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.reliability.years.archive import Bag, pin_of, sealed_bag
from tests.reliability.years.collection import Collection
from tests.reliability.years.expected import Expected, expected
from tests.reliability.years.world import World
from tests.running import Outcome
from tests.samples import tree_digest

_BECAME = ("changed", "retagged", "damaged", "replaced", "rights")


class Packing(World):
    """A collector who packs."""

    def pack(self) -> str:
        """Pack what is new of a collection."""
        return self._packed(self._chance.choice(((), (), (), ("--reread",))))

    def pack_all(self) -> str:
        """Pack all of a collection."""
        return self._packed(("--all",))

    def rehearse(self) -> str:
        """Say what packing would do."""
        collection = self._chance.choice(self._collections)
        with self._nothing_changes():
            done = self._run("pack", collection.root, "--to", self._store("First"), "--dry-run", "--json")
        assert done.code in {0, 3}, done.err
        assert done.json["dry_run"]
        return f"rehearse {collection.name}"

    def _packed(self, options: tuple[str, ...]) -> str:
        collection = self._chance.choice(self._collections)
        self._pack(collection, options)
        return f"pack {collection.name} {' '.join(options)}"

    def _pack(self, collection: Collection, options: tuple[str, ...] = ()) -> None:
        archive, look = self._archive, collection.look()
        archive.follow("First")
        last = archive.last_of(collection.name)
        must = expected(archive, look, last, everything="--all" in options)
        name = self._new_name(collection)
        words: tuple[str | Path, ...] = (
            "pack",
            collection.root,
            "--to",
            self._store("First"),
            "--name",
            name,
            "--json",
            *options,
        )
        digest = tree_digest(collection.root)
        done = self._run(*words)
        assert tree_digest(collection.root) == digest, "the source was changed"
        assert done.code in {0, 3}, f"{done.code}: {done.err}"
        told = done.json
        assert told["nothing_new"] is not must.is_new, f"{must}\n{done.out}"
        if must.is_new:
            _agree(must, told, done)
            assert told["bags"] == [str(self._archive.path("First", name))]
            self._know_sealed(name, collection)
        else:
            assert not archive.is_there("First", name)

    def _know_sealed(self, name: str, collection: Collection) -> Bag:
        archive = self._archive
        pins = {one: pin_of(bag.files) for one, bag in archive.bags.items()}
        bag = sealed_bag(archive.path("First", name), collection.look(), pins)
        assert bag.collection == collection.name
        archive.bags[name] = bag
        archive.know("First", name)
        for path, held in bag.state.items():
            holder = archive.bags[held.bag]
            assert holder.files[held.path] == bag.look.files[path].content, f"{path!r} does not lie at {held}"
        return bag


def _agree(must: Expected, told: dict[str, Any], done: Outcome) -> None:
    """Hold the report of a run that wrote a bag against what it must say."""
    files = told["files"]
    assert files["packed"] == len(must.packed), f"{must}\n{done.out}"
    assert files["held"] == len(must.held), f"{must}\n{done.out}"
    assert files["links"] == must.linked, done.out
    assert files["problems"] == must.dangling, done.out
    assert files["withheld"] == files["left_out"] == 0, done.out
    assert files["seen"] == sum(number for what, number in files.items() if what != "seen"), done.out
    assert done.code == (3 if must.dangling else 0), done.out
    changes = told["changes"]
    assert (changes is not None) is must.is_compared, done.out
    if changes is None:
        return
    assert {what: changes[what] for what in _BECAME} == {what: must.counts[what] for what in _BECAME}, (
        f"{must}\n{done.out}"
    )
    least, most = must.moved
    assert least <= changes["moved"] <= most, f"{must}\n{done.out}"
    assert changes["new"] + changes["moved"] == must.came, f"{must}\n{done.out}"
    assert changes["gone"] + changes["moved"] == must.went, f"{must}\n{done.out}"
