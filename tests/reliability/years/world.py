"""Where a collector's years take place: folders, stores, a catalogue, a clock; what befalls them, and how the program is run."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.hostile.shim import Fault, Shim
from tests.reliability.years.archive import Archive, Known, Logged, files_below, known_copies
from tests.reliability.years.collection import Collection
from tests.reliability.years.faults import failing
from tests.running import Outcome, run_here, run_program
from tests.samples import tree_digest

START = 2_000_000_000
"""When a life begins, in 2033: late enough that the change times of files on the test's own disk prove something."""

DAY = 86_400
_SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
_WITH_JOBS = {"pack", "verify", "audit", "heal", "diff"}


@dataclass
class World:
    """What one collector has.

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

    def _run(self, *words: str | Path) -> Outcome:
        """Run a command, some time after the one before."""
        self._now += self._chance.choice((60, 3_600, DAY, 20 * DAY))
        jobs = ("-j", "1") if words[0] in _WITH_JOBS else ()
        self.told["commands"] += 1
        return run_here(*words, *jobs, **self._environment())

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
    def _nothing_changes(self) -> Iterator[None]:
        """Hold that a command changes no store."""
        before = {label: tree_digest(self._store(label)) for label in self._stores()}
        yield
        assert before == {label: tree_digest(self._store(label)) for label in self._stores()}, (
            "a store was changed"
        )

    @contextlib.contextmanager
    def _no_bag_changes(self) -> Iterator[None]:
        """Hold that a command changes nothing in a store but what the store says of itself."""
        before = {label: self._bag_files(label) for label in self._stores()}
        yield
        assert before == {label: self._bag_files(label) for label in before}, "a bag was changed"

    def _bag_files(self, label: str) -> dict[str, bytes]:
        own = (".archiver/", ".incoming/")
        return {
            path: content
            for path, content in files_below(self._store(label)).items()
            if not path.startswith(own)
        }

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
            before = archive.known.get(key, Known())
            came_back = before.brought_back or before.state in {"missing", "retired"}
            archive.known[key] = Known(state, checked, came_back)
