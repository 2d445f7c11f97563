"""A decade of neglect: two stores decay by chance, are audited a little each month, and heal each other.

All goes through the command line. What an audit must name is worked out here from the damage alone: what is missing or
does not belong there at once, what is damaged once it was read, and nothing else; by the end of a round nothing older than
the round is left unnamed. What healing must bring back follows from the damage too, by rules of its own: what the
other store has whole, what two damaged copies have between them, what the recovery data can make good. More may come
back; nothing may be worse.

The clock of the runs is ahead of that of the disk, so that no file looks changed: damage that shows in no time of a file
is the hardest to find.

For many decades: python -m tests.reliability.decade FIRST LAST
"""

from __future__ import annotations

import os
import random
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archiver import disk
from archiver.model.album import album_folder
from archiver.parity.program import find_par2
from tests.reliability.decay import DAMAGES, MANIFEST, PINNED
from tests.running import Outcome, run_here
from tests.samples import build_tree, flac

START = 4_000_000_000
MONTH = 30 * 86_400
DECADE = 120
DECLARATION = "bagit.txt"
SAYS_WHAT_IS_RIGHT = frozenset({DECLARATION, MANIFEST, PINNED})
"""Where one of these is wrong, what else is wrong may be told by halves: they are told, and the rest once they are healed."""

UNDECLARED = frozenset(f"B{number}" for number in range(101, 109))
"""Codes of what is wrong with a declaration so that it cannot be read; a fault that can be read over is told by its digest."""

OXUM = "B206"
NEAR = 64
"""Bytes within which faults of two copies may be taken for one."""

MOST_RANGES = 10
DECAY = 0.15
"""How often a month brings damage to a bag."""

SAME_FAULT = 0.04
"""How often a month brings the same fault to both stores."""

BUDGETS = (
    ("--percent", "4"),
    ("--percent", "8"),
    ("--percent", "30"),
    ("--bytes", "1"),
    ("--bytes", "40KB"),
    (),
)

Files = dict[str, bytes]


@dataclass
class Told:
    """What a decade came to.

    Attributes:
        audits: Audits of a bag, or of a part of one.
        rounds: How often all of a bag was read.
        found: How many bags an audit found not right.
        damaged: Files that were damaged, lost or changed when their bag was healed.
        healed: Of these, how many came back, by means.
        lost: Files that nothing could bring back, and that were said so.
        longest: Months that a damaged file waited at most to be named.
    """

    audits: int = 0
    rounds: int = 0
    found: int = 0
    damaged: int = 0
    healed: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    longest: int = 0


@dataclass(frozen=True)
class Archive:
    """Two stores that hold the same bag, and what it was.

    Attributes:
        bags: The two copies.
        whole: What they were.
        sets: How many blocks of how many bytes can be lost, by the title of a set of recovery data.
        budget: How much each audit may read.
        turns: Whether audits read in the order of the disk.
    """

    bags: tuple[Kept, Kept]
    whole: Files
    sets: dict[str, tuple[int, int]]
    budget: tuple[str, ...]
    turns: bool

    def other(self, bag: Kept) -> Kept:
        """Return the other copy."""
        return self.bags[self.bags[0] is bag]

    def place(self, bag: Kept, path: str) -> tuple[bool, int, bytes]:
        """Where a file comes in the order of an audit."""
        number = os.lstat(bag.path / path).st_ino if self.turns else 0
        return path != MANIFEST, number, os.fsencode(path)


@dataclass
class Kept:
    """A bag in a store, as it should be known by now.

    Attributes:
        path: Where it is.
        reached: Place of the last file that the audit under way has read; ``None`` where none is under way.
        began: Month in which that audit began.
        checked: Month in which the last began that read all and found nothing.
        hurt: Files that are wrong, and since which month.
        is_known_wrong: Whether it was told that something is wrong, and nothing else since.
    """

    path: Path
    reached: tuple[bool, int, bytes] | None = None
    began: int = 0
    checked: int = 0
    hurt: dict[str, int] = field(default_factory=dict)
    is_known_wrong: bool = False


def live(seed: int, folder: Path, months: int = DECADE) -> Told:
    """Let two stores decay for some months, audited and healed; raise AssertionError where a promise is broken."""
    chance = random.Random(seed)
    archive = _packed(chance, folder)
    told = Told()
    for month in range(1, months + 1):
        _decay(chance, archive, month)
        _month(archive, month, told)
    # now all decay ends, and what is still unnamed must be named within the rounds that begin from here on
    last = months + 3 * len(archive.whole)
    month = months
    while any(bag.checked <= months for bag in archive.bags):
        month += 1
        assert month < last, "the budget does not get round"
        _month(archive, month, told)
    for bag in archive.bags:
        assert _files(bag.path) == archive.whole
    return told


def _packed(chance: random.Random, folder: Path) -> Archive:
    tree: dict[str, bytes] = {}
    for album in range(chance.randint(1, 3)):
        for track in range(chance.randint(1, 5)):
            size = chance.choice((10, 900, 5_000, 5_000, 60_000))
            tree[f"Album {album}/{track}.bin"] = chance.randbytes(size)
        tree[f"Album {album}/track.flac"] = flac(title=str(album))
    build_tree(folder / "Music", tree)
    parity = chance.choice(([], ["--parity", "one-file"], ["--redundancy", "20%"]))
    more = parity if find_par2() is not None else []
    first, second = folder / "First" / "Bag", folder / "Second" / "Bag"
    packed = _run(0, "pack", folder / "Music", "--to", first.parent, "--name", "Bag", *more)
    assert packed.code == 0, packed.err
    shutil.copytree(first, second)
    added = _run(0, "catalogue", "add", second.parent)
    assert added.code == 0, added.err
    turns = disk.rotates(os.fsencode(folder))
    return Archive((Kept(first), Kept(second)), _files(first), _sets(first), chance.choice(BUDGETS), turns)


def _run(month: int, *words: str | Path) -> Outcome:
    return run_here(*words, SOURCE_DATE_EPOCH=str(START + month * MONTH))


def _sets(bag: Path) -> dict[str, tuple[int, int]]:
    """Return how many blocks of how many bytes can be lost, by the title of the set."""
    readme = bag / "parity/README.txt"
    if not readme.exists():
        return {}
    found = re.finditer(r"^\d{4,} +\d+  (\d+) x (\d+)  (.*)$", readme.read_text(), re.MULTILINE)
    return {one[3]: (int(one[1]), int(one[2])) for one in found}


def _files(bag: Path) -> Files:
    return {
        str(path.relative_to(bag)): path.read_bytes()
        for path in bag.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def _wrong(there: Files, whole: Files) -> set[str]:
    return {path for path in whole.keys() | there.keys() if there.get(path) != whole.get(path)}


def _decay(chance: random.Random, archive: Archive, month: int) -> None:
    for bag in archive.bags:
        if chance.random() < DECAY:
            for _ in range(chance.choice((1, 1, 2, 3))):
                chance.choice(DAMAGES)(chance, bag.path)
    if chance.random() < SAME_FAULT:
        damage, number = chance.choice(DAMAGES), chance.random()
        for bag in archive.bags:
            damage(random.Random(number), bag.path)
    for bag in archive.bags:
        wrong = _wrong(_files(bag.path), archive.whole)
        bag.hurt = {path: bag.hurt.get(path, month) for path in wrong}


def _month(archive: Archive, month: int, told: Told) -> None:
    """Audit as much as the budget allows, and heal what is found."""
    done = _run(month, "audit", "--json", *archive.budget)
    bags = {str(bag.path): bag for bag in archive.bags}
    found = []
    for outcome in done.json["bags"]:
        bag = bags[outcome["bag"]]
        told.audits += 1
        _hold(archive, bag, outcome, month)
        if not outcome["right"]:
            found.append(bag)
        elif outcome["whole"]:
            told.rounds += 1
    assert done.code == (4 if found else 0), done.err
    assert set(done.json["not_reached"]) == bags.keys() - {one["bag"] for one in done.json["bags"]}
    for bag in found:
        told.found += 1
        told.longest = max([told.longest, *(month - since for since in bag.hurt.values())])
        _heal(archive, bag, month, told)


def _hold(archive: Archive, bag: Kept, outcome: dict[str, Any], month: int) -> None:
    """Hold what an audit says of a bag against what is wrong with it."""
    here = _files(bag.path)
    wrong = _wrong(here, archive.whole)
    assert wrong == bag.hurt.keys()
    errors = [one for one in outcome["problems"] if one["severity"] == "error"]
    named = {one["path"] for one in errors if one["code"] != OXUM}
    assert ("data" in named) is not (bag.path / "data").is_dir()
    named -= {"data"}
    _hold_healing(archive, bag, outcome)
    is_undeclared = DECLARATION in wrong and any(one["code"] in UNDECLARED for one in errors)
    if wrong & {MANIFEST, PINNED} or is_undeclared:
        assert not outcome["right"], wrong
        assert named & (SAYS_WHAT_IS_RIGHT | {""}), outcome
        bag.is_known_wrong = True
        return
    if not outcome["went_on"]:
        bag.reached, bag.began = None, month
    read = _portion(archive, bag, here, outcome)
    must = {path for path in wrong if path not in here or path in read}
    must |= {path for path in wrong - archive.whole.keys() if path.startswith("data/")}
    assert must <= named <= wrong, f"named {named}, to be named {must}, wrong {wrong}"
    other_sum = _sum(here) != _sum(archive.whole)
    assert any(one["code"] == OXUM for one in errors) is other_sum or "bag-info.txt" in wrong
    assert outcome["right"] is not (bool(errors) or bool(outcome["wrong_before"]))
    bag.is_known_wrong = not outcome["right"]
    if outcome["right"] and outcome["whole"]:
        assert all(since > bag.began for since in bag.hurt.values()), "a round passed over old damage"
        bag.checked, bag.reached = bag.began, None
    elif read:
        bag.reached = archive.place(bag, read[-1])


def _portion(archive: Archive, bag: Kept, here: Files, outcome: dict[str, Any]) -> Sequence[str]:
    """Return the files that an audit must have read, by how many it says."""
    listed = sorted(
        (path for path in here.keys() & archive.whole.keys() - {PINNED}),
        key=lambda path: archive.place(bag, path),
    )
    ahead = [path for path in listed if bag.reached is None or archive.place(bag, path) > bag.reached]
    again = len(ahead) < len(listed)
    number = outcome["read_files"] - again
    assert number <= len(ahead)
    assert outcome["whole"] is (number == len(ahead))
    octets = sum(len(here[path]) for path in [*ahead[:number], *[MANIFEST] * again])
    assert outcome["read_bytes"] == octets, (octets, number, ahead, outcome)
    return ahead[:number]


def _hold_healing(archive: Archive, bag: Kept, outcome: dict[str, Any]) -> None:
    """Hold against what is known of the other copy whether it is offered to heal this one."""
    other = archive.other(bag)
    offered = str(other.path) in {one["path"] for one in outcome["healing"]}
    if outcome["right"] or other.is_known_wrong:
        assert not offered
    elif not SAYS_WHAT_IS_RIGHT & other.hurt.keys():
        assert offered


def _sum(files: Files) -> tuple[int, int]:
    sizes = [len(content) for path, content in files.items() if path.startswith("data/")]
    return len(sizes), sum(sizes)


def _heal(archive: Archive, bag: Kept, month: int, told: Told) -> None:
    """Heal one bag and hold what is done and said against what must be."""
    whole = archive.whole
    here, there = _files(bag.path), _files(archive.other(bag).path)
    before = _wrong(here, whole)
    must = _must_come_back(archive, here, there)
    done = _run(month, "heal", bag.path, "--json")
    assert done.code in {0, 4}, done.err
    now = _files(bag.path)
    after = _wrong(now, whole)
    assert after <= before, "healing made something worse"
    assert all(now.get(path) == here.get(path) for path in after), "what could not be healed was touched"
    assert not after & must, f"this could have been healed: {after & must}\n{done.out}"
    assert {one["path"] for one in done.json["healed"]} == (before - after) & whole.keys()
    assert (done.code == 0) is not bool(after), "the status tells something else"
    if PINNED not in after and MANIFEST not in after:
        assert {one["path"] for one in done.json["unhealed"]} == after, "what is lost was not all said"
    verified = _run(month, "verify", bag.path)
    assert (verified.code == 0) or bool(after), verified.out
    told.damaged += len(before)
    told.lost += len(after)
    for one in done.json["healed"]:
        told.healed[one["means"]] = told.healed.get(one["means"], 0) + 1
    bag.hurt, bag.reached, bag.is_known_wrong = {}, None, bool(after)
    if after:
        _put_back(bag, whole)
    else:
        bag.checked = month


def _put_back(bag: Kept, whole: Files) -> None:
    """Put back what nothing could bring back, as a person would who found another copy."""
    for path in _wrong(_files(bag.path), whole):
        place = bag.path / path
        place.unlink(missing_ok=True)
        if path in whole:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(whole[path])


def _must_come_back(archive: Archive, here: Files, there: Files) -> set[str]:
    """Return the damaged files that there is a way to bring back."""
    whole = archive.whole
    wrong = _wrong(here, whole)
    by_copies = {path for path in wrong & whole.keys() if _is_between(path, here, there, whole)}
    if PINNED in wrong and PINNED not in by_copies:
        return set()  # it may follow from the tag files, and nothing is promised
    must = by_copies | _by_recovery_data(archive, here, wrong - by_copies)
    if MANIFEST in wrong and MANIFEST not in must:
        return {path for path in must if not path.startswith("data/")}
    return must | {path for path in wrong - whole.keys() if path.startswith("data/")}


def _is_between(path: str, here: Files, there: Files, whole: Files) -> bool:
    """Whether the other copy has a file whole, or both copies have it between them."""
    right = whole[path]
    copies = [copy[path] for copy in (here, there) if path in copy]
    if there.get(path) == right or not right:
        return True
    if len(copies) < 2 or any(len(copy) != len(right) for copy in copies):
        return False
    faults = [[place for place in range(len(right)) if copy[place] != right[place]] for copy in copies]
    apart = all(abs(one - other) > NEAR for one in faults[0] for other in faults[1])
    return apart and sum(map(len, faults)) <= MOST_RANGES


def _by_recovery_data(archive: Archive, here: Files, wrong: set[str]) -> set[str]:
    """Return what the recovery data make good, where they are all as they were."""
    if any(path.startswith("parity/") for path in wrong):
        return set()
    hurt: dict[str, set[str]] = {}
    for path in wrong & archive.whole.keys() - {PINNED}:
        title = album_folder(path) if path.startswith("data/") else "the bag's own files"
        hurt.setdefault(title, set()).add(path)
    found: set[str] = set()
    for title, paths in hurt.items():
        recovery, block = archive.sets.get(title, (0, 1))
        if sum(_blocks_wrong(here.get(path, b""), archive.whole[path], block) for path in paths) <= recovery:
            found |= paths
    return found


def _blocks_wrong(there: bytes, whole: bytes, block: int) -> int:
    return sum(
        there[place : place + block] != whole[place : place + block] for place in range(0, len(whole), block)
    )


def main() -> None:
    """Live through the decades from one number to before another, and tell what came of each."""
    whole = Told()
    for seed in range(*map(int, sys.argv[1:])):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["ARCHIVER_CATALOGUE"] = os.path.join(folder, "catalogue.sqlite")
            told = live(seed, Path(folder))
        for name in ("audits", "rounds", "found", "damaged", "lost"):
            setattr(whole, name, getattr(whole, name) + getattr(told, name))
        whole.longest = max(whole.longest, told.longest)
        for means, number in told.healed.items():
            whole.healed[means] = whole.healed.get(means, 0) + number
        print(seed, told, flush=True)  # noqa: T201 - a long run tells how far it has come
    print(whole)  # noqa: T201 - and what it came to


if __name__ == "__main__":
    main()
