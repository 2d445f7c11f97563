"""What must be in the stores: bags as they were sealed, copies of them, states by accession; and what the disk really has.

Nothing of the program is asked here. What a bag holds is read from the disk once, when it is sealed.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.reliability.years.collection import Look

PINNED = "tagmanifest-sha512.txt"
PAYLOAD = "data/"


@dataclass(frozen=True)
class Held:
    """Where a state says that the bytes of a path lie: the name of the bag, and the path in it."""

    bag: str
    path: str
    modified: int


@dataclass(frozen=True)
class Bag:
    """A bag as it was sealed.

    Attributes:
        name: Its name, the same in every store.
        files: Every file of it with its bytes.
        collection: Of which it has a state.
        accession: Identifier of the accession that made it.
        at: When the source was listed, seconds since 1970.
        look: What the source was.
        state: Where the bytes of each path lie.
    """

    name: str
    files: dict[str, bytes]
    collection: str
    accession: str
    at: int
    look: Look
    state: dict[str, Held]

    @property
    def payload(self) -> dict[str, bytes]:
        """The files of its payload."""
        return {path: content for path, content in self.files.items() if path.startswith(PAYLOAD)}


@dataclass
class Known:
    """What the catalogue must know of a copy: what was last seen of it, and when all of it was found right.

    What was checked of one that went says nothing of the one that was ``brought_back``.
    """

    state: str = "present"
    checked: int | None = None
    brought_back: bool = False


@dataclass(frozen=True)
class Logged:
    """What a store's log tells of a copy: whether it was right when it was last looked at, and when that was."""

    right: bool = True
    at: int | None = None


@dataclass
class Archive:
    """The stores, by their label; in the order in which they are given to the program.

    Attributes:
        stores: The folder of each store.
        bags: Every bag that was ever sealed and of which a copy may be somewhere.
        known: What the catalogue must know, by store and bag.
        logged: What the log of its store last told of a copy.
        lines: In which store's line of a collection the catalogue has the accession of a bag.
    """

    stores: dict[str, Path]
    bags: dict[str, Bag] = field(default_factory=dict)
    known: dict[tuple[str, str], Known] = field(default_factory=dict)
    logged: dict[tuple[str, str], Logged] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)

    @property
    def first(self) -> str:
        """Label of the store that is packed into."""
        return next(iter(self.stores))

    def path(self, store: str, bag: str) -> Path:
        """Where a copy lies."""
        return self.stores[store] / bag

    def is_there(self, store: str, bag: str) -> bool:
        """Whether anything of a copy is there."""
        return self.path(store, bag).is_dir()

    def copies(self) -> list[tuple[str, str]]:
        """The copies that are there, in order, however damaged."""
        return [
            (store, bag) for store in self.stores for bag in sorted(self.bags) if self.is_there(store, bag)
        ]

    def wrong(self, store: str, bag: str) -> set[str]:
        """The files of a copy that are not as they were sealed, those that are gone, and those that were added."""
        there, whole = files_below(self.path(store, bag)), self.bags[bag].files
        return {path for path in there.keys() | whole.keys() if there.get(path) != whole.get(path)}

    def is_whole(self, store: str, bag: str) -> bool:
        """Whether a copy is as it was sealed."""
        return not self.wrong(store, bag)

    def speaks(self, store: str, bag: str) -> bool:
        """Whether all of a copy but its payload is as it was sealed, so that it can say what it is."""
        return self.is_there(store, bag) and all(path.startswith(PAYLOAD) for path in self.wrong(store, bag))

    def follow(self, store: str) -> None:
        """Know what a listing of a store tells: copies that went, and copies that came back."""
        came_back = False
        for (at, bag), known in self.known.items():
            if at != store:
                continue
            there = self.is_there(store, bag)
            if not there and known.state not in {"missing", "retired"}:
                known.state = "missing"
            elif there and known.state in {"missing", "retired"}:
                known.state, known.checked, known.brought_back = "present", None, True
                came_back = True
        if came_back:
            self.believe_log(store)

    def held(self) -> dict[bytes, list[tuple[str, str]]]:
        """Bytes that the first store has, as the catalogue knows, each with the bags and paths that have them."""
        found: dict[bytes, list[tuple[str, str]]] = {}
        for (store, name), known in self.known.items():
            if store == self.first and known.state == "present":
                for path, content in self.bags[name].payload.items():
                    found.setdefault(content, []).append((name, path))
        return found

    def on_disk(
        self, content: bytes, *, stores: tuple[str, ...] | None = None
    ) -> Iterator[tuple[str, str, str]]:
        """Yield where whole bytes lie in copies that can say what they are: store, bag, path."""
        for store, name in self.copies():
            if stores is not None and store not in stores:
                continue
            for path, one in self.bags[name].payload.items():
                if (
                    one == content
                    and self.speaks(store, name)
                    and _read(self.path(store, name) / path) == one
                ):
                    yield store, name, path

    @property
    def catalogued(self) -> set[str]:
        """The bags that the catalogue knows."""
        return set(self.lines)

    def is_made(self, store: str) -> bool:
        """Whether a store is there."""
        return self.stores[store].is_dir()

    def last_of(self, collection: str) -> Bag | None:
        """The bag with the last state of a collection in the first store, as the catalogue knows."""
        bags = [
            self.bags[name]
            for name, store in self.lines.items()
            if store == self.first and self.bags[name].collection == collection
        ]
        return max(bags, key=lambda bag: bag.at, default=None)

    def bags_of(self, collection: str) -> list[Bag]:
        """The bags of a collection that the catalogue knows, and of which not every copy was retired."""
        kept = {bag for (_, bag), known in self.known.items() if known.state != "retired"}
        return [
            self.bags[name]
            for name in self.lines
            if name in kept and self.bags[name].collection == collection
        ]

    def know(self, store: str, bag: str) -> None:
        """Know a copy that was just made; its log tells of it."""
        self.logged[store, bag] = Logged()
        self.known[store, bag] = Known()
        self.lines.setdefault(bag, store)
        self.believe_log(store)

    def know_anew(self) -> None:
        """Know what bags and logs tell, and nothing else."""
        self.known = {copy: Known() for copy in self.copies()}
        self.lines = {}
        for store, bag in self.known:
            self.lines.setdefault(bag, store)
        for store in self.stores:
            self.believe_log(store)

    def believe_log(self, store: str) -> None:
        """Know what the log of a store tells and nobody saw otherwise since."""
        for key, known in self.known.items():
            logged = self.logged.get(key, Logged())
            if key[0] != store or known.state != "present" or logged.at is None:
                continue
            if not logged.right and (known.checked is None or known.checked < logged.at):
                known.state = "damaged"
            elif logged.right and known.checked is None and not known.brought_back:
                known.checked = logged.at


def sealed_bag(path: Path, look: Look, pins: dict[str, str]) -> Bag:
    """Read a bag that was just sealed, with nothing of the program, and hold its record of the state against the source.

    Args:
        path: The bag.
        look: What the source was.
        pins: Pins of the other bags of its store, by their name.
    """
    files = files_below(path)
    head, *lines = map(json.loads, files["metadata/state.jsonl"].splitlines())
    others: dict[int, str] = {}
    state: dict[str, Held] = {}
    for line in lines:
        if line["kind"] == "bag":
            others[line["number"]] = line["name"]
            assert pins.get(line["name"]) == line["pin"], f"it counts on a bag that is not there: {line}"
            continue
        said = _path(line)
        assert said in look.files, f"the state has a path that the source had not: {said!r}"
        assert line["digest"] == hashlib.sha512(look.files[said].content).hexdigest(), said
        name = path.name if "bag" not in line else others[line["bag"]]
        state[said] = Held(
            name, line.get("path", f"{PAYLOAD}{line['source_path']}"), look.files[said].modified
        )
    assert state.keys() == look.files.keys(), "the state is not the source"
    return Bag(path.name, files, head["collection"], head["accession"], _seconds(head["at"]), look, state)


def pin_of(files: dict[str, bytes]) -> str:
    """Return the pin of a bag."""
    return hashlib.sha512(files[PINNED]).hexdigest()


def known_copies(catalogue: Path) -> dict[tuple[str, str], tuple[str, int | None]]:
    """Return what a catalogue says of each copy, by label of the store and path: its state, and when it was checked."""
    sql = "SELECT label, path, state, checked_at FROM copy JOIN store USING (store_id)"
    with contextlib.closing(sqlite3.connect(f"file:{catalogue}?mode=ro", uri=True)) as opened:
        rows = opened.execute(sql).fetchall()
    return {
        (label, path): (state, None if checked is None else _seconds(checked))
        for label, path, state, checked in rows
    }


def files_below(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by its path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def _path(line: dict[str, Any]) -> str:
    if "source_path_b64" in line:
        return base64.b64decode(line["source_path_b64"]).decode()
    return str(line["source_path"])


def _seconds(moment: str) -> int:
    return int(dt.datetime.fromisoformat(moment).timestamp())


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
