"""A collector's years: what happens to collections and disks, and what the program answers, step by step.

A life follows from its number. Where an answer is not what it must be, the steps up to there are told.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.hostile.shim import Fault, Shim
from tests.reliability.years.archive import (
    Archive,
    Bag,
    Known,
    Logged,
    files_below,
    known_copies,
    pin_of,
    sealed_bag,
)
from tests.reliability.years.collection import Collection
from tests.reliability.years.expected import Expected, expected
from tests.reliability.years.faults import failing
from tests.running import Outcome, run_here, run_program
from tests.samples import tree_digest

START = 2_000_000_000
"""When a life begins, in 2033: late enough that the change times of files on the test's own disk prove something."""

DAY = 86_400


class Divergence(AssertionError):  # noqa: N818 - what it is called where it is looked for
    """The program's answer is not what the model says."""


@dataclass
class Life:
    """One collector.

    Attributes:
        seed: Its number, from which everything follows.
        folder: Where it takes place.
        shim: Ends processes at a chosen call; ``None`` where that is not tried.
        steps: What has happened so far, a line each.
        told: How often each thing happened.
    """

    seed: int
    folder: Path
    shim: Shim | None = None
    steps: list[str] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._archive = Archive({"First": self.folder / "First", "Second": self.folder / "Second"})
        self._now = START
        self._number = 0
        self._collections = [
            Collection(self.folder / name, random.Random(f"{self.seed} {name}"))
            for name in ("Music", "Tapes")
        ]

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

    # what happens without the program

    def something_happens(self) -> str:
        collection = self._chance.choice(self._collections)
        happening = self._chance.choice(list(collection.happenings()))
        return f"{collection.name}: {happening()}"

    def damage(self) -> str:
        """Spoil a file of one copy."""
        copies = self._archive.copies()
        if not copies:
            return "nothing to damage"
        store, bag = self._chance.choice(copies)
        there = sorted(files_below(self._archive.path(store, bag)))
        payload = [path for path in there if path.startswith("data/")]
        path = self._chance.choice(payload if payload and self._chance.random() < 0.7 else there)
        place = self._archive.path(store, bag) / path
        content = place.read_bytes()
        how = self._chance.choice(("turn a bit of", "cut off", "lose"))
        if how == "lose" and path.startswith("tagmanifest"):
            how = "cut off"  # without it a bag is valid by itself, and only its pin tells
        if how == "lose":
            place.unlink()
        elif how == "cut off":
            os.truncate(place, len(content) // 2)
        elif content:
            spoilt = bytearray(content)
            spoilt[self._chance.randrange(len(spoilt))] ^= self._chance.choice((1, 2, 16, 128))
            place.write_bytes(spoilt)
        return f"{how} {path!r} in {store}/{bag}"

    def lose_a_copy(self) -> str:
        """Lose one copy as a whole."""
        copies = self._archive.copies()
        if len(copies) < 3:
            return "nothing to lose"
        store, bag = self._chance.choice(copies)
        shutil.rmtree(self._archive.path(store, bag))
        return f"lose {store}/{bag}"

    def bring_back(self) -> str:
        """Put a copy that was lost back to its place, out of a backup of it."""
        lost = [
            key
            for key, known in self._archive.known.items()
            if known.state != "retired" and not self._archive.is_there(*key)
        ]
        if not lost:
            return "nothing to bring back"
        store, bag = self._chance.choice(sorted(lost))
        (self._archive.path(store, bag) / "data").mkdir(parents=True)
        for path, content in self._archive.bags[bag].files.items():
            place = self._archive.path(store, bag) / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        return f"bring {store}/{bag} back"

    # what the program does

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
        digest = tree_digest(collection.root)
        done = self._run(
            *("pack", collection.root, "--to", self._store("First"), "--name", name, "--json"), *options
        )
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
        with self._logs_alone_change():
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
        with self._logs_alone_change():
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

    def restore(self) -> str:
        """Give back a state, the newest or an older one, into an empty folder."""
        archive = self._archive
        at_hand = {bag for _, bag in archive.copies()}
        speaking = {bag for store, bag in archive.copies() if archive.speaks(store, bag)}
        collection = self._chance.choice(self._collections)
        bags = [
            bag
            for name, bag in archive.bags.items()
            if name in speaking and bag.collection == collection.name
        ]
        if not bags:
            return f"nothing to restore of {collection.name}"
        newest = max(bags, key=lambda bag: bag.at)
        chosen = self._chance.choice((newest, self._chance.choice(bags)))
        target = self.folder / "Restored"
        shutil.rmtree(target, ignore_errors=True)
        words: list[str | Path] = [collection.name if chosen is newest else chosen.accession]
        words += [word for store in self._stores() for word in ("--from", self._store(store))]
        with self._nothing_changes():
            done = self._run("restore", *words, "--to", target, "--json")
        is_silent = at_hand != speaking
        told = done.json
        if is_silent and told["accession"] != chosen.accession:  # a damaged bag may be able to say a part
            chosen = next(bag for bag in archive.bags.values() if bag.accession == told["accession"])
            assert chosen.at >= newest.at, done.out
        self._hold_restored(target, chosen, told, done)
        lost = told["files"]["lacking"] + told["files"]["damaged"]
        if not is_silent:
            assert done.code == (4 if lost else 0), f"{done.code}: {done.out}{done.err}"
        assert done.code in {0, 4}, done.err
        shutil.rmtree(target)
        return f"restore {collection.name} as of {chosen.name}, lost {lost}"

    def _hold_restored(self, target: Path, chosen: Bag, told: dict[str, Any], done: Outcome) -> None:
        archive, found = self._archive, files_below(target)
        wanted = chosen.look.contents
        assert all(wanted.get(path) == content for path, content in found.items()), (
            "what was given back is wrong"
        )
        must = {path for path, content in wanted.items() if any(archive.on_disk(content))}
        assert must <= found.keys(), f"these are in some bag: {must - found.keys()}\n{done.out}{done.err}"
        assert told["files"]["restored"] == len(found)
        assert told["files"]["wanted"] == len(wanted)
        assert all(int((target / path).stat().st_mtime) == chosen.look.files[path].modified for path in found)
        if told["damaged_records"]:
            return
        folders = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_dir()}
        assert folders == chosen.look.folders
        links = {
            str(path.relative_to(target)): os.readlink(path)
            for path in target.rglob("*")
            if path.is_symlink()
        }
        assert links == chosen.look.links

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

    def diff(self) -> str:
        """Compare the newest state with the source."""
        archive, collection = self._archive, self._chance.choice(self._collections)
        bags = [bag for bag in archive.bags.values() if bag.collection == collection.name]
        if not bags or any(not archive.speaks(*copy) for copy in archive.copies()):
            return "nothing to compare"
        at_hand = [bag for bag in bags if archive.is_there("First", bag.name)]
        if not at_hand:
            return "nothing to compare"
        newest, look = max(at_hand, key=lambda bag: bag.at), collection.look()
        with self._nothing_changes():
            done = self._run(
                "diff", collection.name, collection.root, "--from", self._store("First"), "--json"
            )
        before, now = newest.look.contents, look.contents
        told = done.json["files"]
        same = {path for path, content in before.items() if now.get(path) == content}
        assert told["same"] == len(same), done.out
        other = {path for path in before.keys() & now.keys() if path not in same}
        assert told["retagged"] + told["changed"] + told["possibly_damaged"] == len(other), done.out
        assert told["new"] + told["moved"] == len(now.keys() - before.keys()), done.out
        assert told["gone"] + told["moved"] == len(before.keys() - now.keys()), done.out
        is_equal = before == now and (newest.look.folders, newest.look.links) == (look.folders, look.links)
        assert done.json["equal"] is is_equal, done.out
        assert done.code == (0 if is_equal else 3)
        return f"diff {collection.name}"

    def status(self) -> str:
        """Ask how things stand."""
        archive = self._archive
        if not archive.known:
            return "nothing to ask"
        done = self._run("status", "--json")
        assert done.code == 0, done.err
        for one in done.json["stores"]:
            states = Counter(
                known.state for (store, _), known in archive.known.items() if store == one["store"]
            )
            said = {"present": one["bags"], "damaged": one["damaged"], "missing": one["missing"]}
            assert said == {state: states[state] for state in said}, done.out
        whole = Counter(bag for (_, bag), known in archive.known.items() if known.state == "present")
        there = {bag for (_, bag), known in archive.known.items() if known.state != "retired"}
        copies = Counter(whole[bag] for bag in there)
        assert {one["copies"]: one["bags"] for one in done.json["copies"]} == copies, done.out
        return "status"

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

    def _run_badly(self, *words: str | Path) -> str:
        """Run a command in which something goes wrong, and say what did."""
        if self.shim is None or self._chance.random() < 0.7:
            with failing(self._chance) as fault:
                done = self._run(*words)
            how = str(fault)
        else:
            killed = Fault(None, self._chance.randint(1, 400), signal=self._chance.choice(_SIGNALS))
            self._now += DAY
            watched = self.shim.watching(self.folder, killed)
            done = run_program(*words, **watched, **self._environment())
            how = f"{killed}"
        assert done.code in {0, 1, 3, 4, 130, -signal.SIGKILL}, f"{how}: {done.code}: {done.err}"
        assert "a fault in this program" not in done.told, f"{how}: {done.err}"
        assert "Traceback" not in done.err, f"{how}: {done.err}"
        return how

    # how the program is asked

    def _run(self, *words: str | Path) -> Outcome:
        """Run a command, some time after the one before."""
        self._now += self._chance.choice((60, 3_600, DAY, 20 * DAY))
        jobs = ("-j", "1") if words[0] in _WITH_JOBS else ()
        self.told["commands"] += 1
        return run_here(*words, *jobs, **self._environment())

    def _environment(self) -> dict[str, str]:
        return {"SOURCE_DATE_EPOCH": str(self._now), "ARCHIVER_CATALOGUE": str(self._catalogue)}

    @property
    def _catalogue(self) -> Path:
        return self.folder / "catalogue.sqlite"

    def _store(self, label: str) -> Path:
        return self._archive.stores[label]

    def _stores(self) -> list[str]:
        return [label for label in self._archive.stores if self._archive.is_made(label)]

    def _new_name(self, collection: Collection) -> str:
        self._number += 1
        return f"{collection.name} {self._number:04}"

    @contextlib.contextmanager
    def _logs_alone_change(self) -> Iterator[None]:
        """Hold that a command changes nothing in a store but what the program keeps there of its own."""
        before = {store: files_below(self._store(store)) for store in self._stores()}
        yield
        for store, files in before.items():
            after = files_below(self._store(store))
            changed = {path for path in files.keys() | after.keys() if files.get(path) != after.get(path)}
            assert all(path.startswith(".archiver/") for path in changed), f"a check changed {changed}"

    @contextlib.contextmanager
    def _nothing_changes(self) -> Iterator[None]:
        """Hold that a command changes no store."""
        before = {label: tree_digest(self._store(label)) for label in self._stores()}
        yield
        assert before == {label: tree_digest(self._store(label)) for label in self._stores()}, (
            "a store was changed"
        )

    def _hold_known(self) -> None:
        """Hold what the catalogue says of every copy against what it must know."""
        if not self._catalogue.exists():
            return
        said = known_copies(self._catalogue)
        must = {key: (known.state, known.checked) for key, known in self._archive.known.items()}
        assert said == must, (
            f"the catalogue is wrong of {dict(said.items() ^ must.items())}\nit must be {must}"
        )

    def _read_known(self) -> None:
        """After a run that failed, take what the catalogue and the stores say."""
        archive = self._archive
        for store in self._stores():
            for path in sorted(self._store(store).glob("[!.]*")):
                if (store, path.name) not in archive.known or archive.known[
                    store, path.name
                ].state == "retired":
                    archive.logged[store, path.name] = Logged()
                    archive.lines.setdefault(path.name, store)
        if not self._catalogue.exists():
            return
        self._run("catalogue", "update")
        for key, (state, checked) in known_copies(self._catalogue).items():
            archive.known[key] = Known(state, checked)


_SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
_WITH_JOBS = {"pack", "verify", "audit", "heal", "diff"}


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


_BECAME = ("changed", "retagged", "damaged", "replaced", "rights")
