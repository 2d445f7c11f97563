"""Keeping bags whole: healing, verifying, auditing, copying, retiring, and the catalogue made anew."""

from __future__ import annotations

import os

from tests.reliability.years.archive import Bag, Known, Logged, files_below
from tests.reliability.years.collection import Collection
from tests.reliability.years.world import DAY, World


class Keeping(World):
    """A collector who keeps bags."""

    def heal(self) -> str:
        """Heal a copy, a damaged one where there is one."""
        archive = self._archive
        copies = [
            copy for copy in archive.copies() if archive.known.get(copy, Known("retired")).state != "retired"
        ]
        if not copies:
            return "nothing to heal"
        damaged = [copy for copy in copies if not archive.is_whole(*copy)]
        store, bag = self._chance.choice(damaged or copies)
        before = archive.wrong(store, bag)
        here = files_below(archive.path(store, bag))
        must = self._must_heal(store, bag, before)
        done = self._run("heal", archive.path(store, bag), "--json")
        now, after = files_below(archive.path(store, bag)), archive.wrong(store, bag)
        assert after <= before, f"healing made something worse: {after - before}"
        assert all(now.get(path) == here.get(path) for path in after), "what could not be healed was touched"
        assert not after & must, f"this could have been healed: {after & must}\n{done.out}"
        assert done.code == (4 if after else 0), f"{done.code} {after} {done.out} {done.err}"
        assert {one["path"] for one in done.json["healed"]} == before - after
        known = archive.known[store, bag]
        if after:
            known.state = "damaged"
        else:
            known.state, known.checked = "present", self._now
            if before:
                archive.logged[store, bag] = Logged(right=True, at=self._now)
        return f"heal {store}/{bag}: {sorted(before)}, left {sorted(after)}"

    def _must_heal(self, store: str, bag: str, wrong: set[str]) -> set[str]:
        """Files that another copy of the bag has whole."""
        archive, whole = self._archive, self._archive.bags[bag].files
        others = [
            files_below(archive.path(*copy))
            for copy in archive.copies()
            if copy[1] == bag and copy[0] != store and archive.known[copy].state not in {"missing", "retired"}
        ]
        found = {path for path in wrong if any(other.get(path) == whole[path] for other in others)}
        if "tagmanifest-sha512.txt" in wrong - found:
            return set()  # nothing says then what is right
        if "manifest-sha512.txt" in wrong - found:
            return {path for path in found if not path.startswith("data/")}
        return found

    def verify(self) -> str:
        """Verify all copies of a store."""
        archive = self._archive
        if not self._stores():
            return "nothing to verify"
        store = self._chance.choice(self._stores())
        with self._no_bag_changes():
            done = self._run("verify", self._store(store), "--json")
        right = {bag: archive.is_whole(store, bag) for at, bag in archive.copies() if at == store}
        if not right:
            assert done.code == 4, done.out
            return f"verify {store}, of which nothing is left"
        told = {os.path.basename(one["bag"]): one["valid"] for one in done.json["bags"]}
        assert told == right, done.out
        assert done.code == (0 if all(right.values()) else 4)
        for bag, is_right in right.items():
            known = archive.known.get((store, bag))
            if known is not None:
                archive.logged[store, bag] = Logged(is_right, self._now)
            if known is not None and is_right:
                known.state, known.checked = "present", self._now
            elif known is not None:
                known.state = "damaged"
        return f"verify {store}: {right}"

    def audit(self) -> str:
        """Audit everything."""
        archive = self._archive
        if not archive.known:
            return "nothing to audit"
        for store in self._stores():
            archive.follow(store)
        with self._no_bag_changes():
            done = self._run("audit", "--json")
        right = {
            key: archive.is_there(*key) and archive.is_whole(*key)
            for key, known in archive.known.items()
            if known.state != "retired"
        }
        told = {
            (os.path.basename(os.path.dirname(one["bag"])), os.path.basename(one["bag"])): one["right"]
            for one in done.json["bags"]
        }
        assert told == right, f"{told}\n{right}\n{done.out}"
        assert done.code == (0 if all(right.values()) else 4)
        for key, is_right in right.items():
            known = archive.known[key]
            archive.logged[key] = Logged(is_right, self._now)
            if is_right:
                known.state, known.checked = "present", self._now
            else:
                known.state = "damaged" if archive.is_there(*key) else "missing"
        return f"audit: {sum(right.values())} of {len(right)} are right"

    def copy(self) -> str:
        """Copy what a store lacks of a collection."""
        collection = self._chance.choice(self._collections)
        target = self._chance.choice(("Second", "Second", "First"))
        self._copy(collection, target)
        return f"copy {collection.name} to {target}"

    def _copy(self, collection: Collection, target: str) -> None:
        archive = self._archive
        for store in self._stores():
            archive.follow(store)
        wanted = archive.bags_of(collection.name)
        must = {bag.name: self._must_copy(bag, target) for bag in wanted}
        done = self._run("copy", collection.name, "--to", self._store(target), "--json")
        if not wanted:
            assert done.code == 2, done.err
            return
        told = {one["name"]: one["outcome"] for one in done.json["bags"]}
        assert told == must, f"{told}\n{must}\n{done.out}{done.err}"
        outcomes = set(must.values())
        if outcomes <= {"copied", "there already"}:
            assert done.code == 0
        elif "damaged" in outcomes:
            assert done.code == 4
        else:
            assert done.code == (1 if outcomes == {"refused"} else 3)
        for name, outcome in must.items():
            if outcome in {"copied", "damaged"}:
                self._note_sources(name, target)
            if outcome == "copied":
                assert archive.is_whole(target, name), "the copy is not the bag"
                archive.know(target, name)

    def _sources(self, bag: str, target: str) -> list[tuple[str, str]]:
        """Copies that can be copied from, in the order in which they are tried."""
        archive = self._archive
        return [
            key
            for key in archive.known
            if key[1] == bag and key[0] != target and archive.known[key].state == "present"
        ]

    def _must_copy(self, bag: Bag, target: str) -> str:
        archive = self._archive
        known = archive.known.get((target, bag.name))
        if known is not None and known.state == "present":
            return "there already"
        sources = self._sources(bag.name, target)
        if not sources or archive.is_there(target, bag.name):
            return "refused"
        return (
            "copied"
            if any(archive.is_there(*key) and archive.is_whole(*key) for key in sources)
            else "damaged"
        )

    def _note_sources(self, bag: str, target: str) -> None:
        archive = self._archive
        for key in self._sources(bag, target):
            if archive.is_there(*key) and archive.is_whole(*key):
                archive.known[key].checked = self._now
                return
            archive.known[key].state = "damaged"

    def retire(self) -> str:
        """Remove a copy where nothing is lost with it, and see that nothing else can."""
        archive = self._archive
        keys = [
            key for key in archive.copies() if archive.known.get(key, Known("retired")).state != "retired"
        ]
        if not keys:
            return "nothing to retire"
        store, bag = self._chance.choice(keys)
        gives_up = self._chance.random() < 0.5
        archive.follow(store)
        words = ["--give-up-accession"] if gives_up else []
        done = self._run("retire", archive.path(store, bag), "--json", *words)
        may_go = self._may_go(store, bag, self._now - 90 * DAY, gives_up=gives_up)
        assert done.code == (0 if may_go else 1), f"{may_go}: {done.code} {done.out}{done.err}"
        assert done.json["removed"] is may_go, done.out
        assert archive.is_there(store, bag) is not may_go
        if may_go:
            archive.known[store, bag].state = "retired"
        return f"retire {store}/{bag}{' and its accession' if gives_up else ''}: {may_go}"

    def _may_go(self, store: str, bag: str, since: int, *, gives_up: bool) -> bool:
        archive = self._archive
        counted = {
            key
            for key, known in archive.known.items()
            if key != (store, bag)
            and known.state == "present"
            and known.checked is not None
            and known.checked // DAY >= since // DAY
        }
        if any(name == bag for _, name in counted):
            return True
        elsewhere = {content for _, name in counted for content in archive.bags[name].payload.values()}
        needed = {
            held.path
            for one in archive.bags.values()
            if one.name != bag and one.name in archive.catalogued
            for held in one.state.values()
            if held.bag == bag
        }
        payload = archive.bags[bag].payload
        return gives_up and all(payload[path] in elsewhere for path in needed)

    def rebuild(self) -> str:
        """Lose the catalogue, and make it anew from the bags."""
        archive = self._archive
        if any(not archive.speaks(*copy) for copy in archive.copies()):
            return "no rebuilding while bags cannot say what they are"
        if not self._stores():
            return "nothing to rebuild from"
        for ending in ("", "-wal", "-shm"):
            self._catalogue.with_name(self._catalogue.name + ending).unlink(missing_ok=True)
        done = self._run("catalogue", "rebuild", *map(self._store, self._stores()), "--json")
        assert done.code == 0, done.out
        archive.know_anew()
        return "rebuild the catalogue"
