"""A decade of neglect: two stores decay by chance, and heal each other through the command line.

What must come back is worked out here from the damage alone, by rules of its own: what the other store has whole, what two
damaged copies have between them, what the recovery data can make good. More may come back; nothing may be worse.

For many decades: python -m tests.reliability.decade 200
"""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from archiver.model.album import album_folder
from archiver.parity.program import find_par2
from tests.running import run_here
from tests.samples import build_tree, flac

START = 1_700_000_000
MONTH = 30 * 86_400
PINNED = "tagmanifest-sha512.txt"
MANIFEST = "manifest-sha512.txt"
NEAR = 64
"""Bytes within which faults of two copies may be taken for one."""

MOST_RANGES = 10
SAME_FAULT = 0.4
"""How often a month brings the same fault to both stores."""

Files = dict[str, bytes]


@dataclass
class Told:
    """What a decade came to.

    Attributes:
        damaged: Files that were damaged, lost or changed.
        healed: Of these, how many came back, by means.
        lost: Files that nothing could bring back, and that were said so.
    """

    damaged: int = 0
    healed: dict[str, int] = field(default_factory=dict)
    lost: int = 0


@dataclass(frozen=True)
class Archive:
    """Two stores that hold the same bag, and what it was."""

    first: Path
    second: Path
    whole: Files
    sets: dict[str, tuple[int, int]]

    def __iter__(self) -> Iterator[Path]:
        return iter((self.first, self.second))


def live(seed: int, folder: Path, months: int) -> Told:
    """Let two stores decay for some months and heal each month; raise AssertionError where a promise is broken."""
    chance = random.Random(seed)
    archive = _packed(chance, folder)
    told = Told()
    for month in range(1, months + 1):
        for bag in archive:
            for _ in range(chance.choice((0, 1, 1, 2, 3))):
                chance.choice(DAMAGES)(chance, bag)
        if chance.random() < SAME_FAULT:
            damage, number = chance.choice(DAMAGES), chance.random()
            for bag in archive:
                damage(random.Random(number), bag)
        order = list(archive)
        chance.shuffle(order)
        for bag in order:
            _heal(archive, bag, month, told)
        _replace_what_is_lost(archive)
    return told


def _packed(chance: random.Random, folder: Path) -> Archive:
    tree: dict[str, bytes] = {}
    for album in range(chance.randint(1, 3)):
        for track in range(chance.randint(1, 5)):
            size = chance.choice((10, 900, 5_000, 60_000))
            tree[f"Album {album}/{track}.bin"] = chance.randbytes(size)
        tree[f"Album {album}/track.flac"] = flac(title=str(album))
    build_tree(folder / "Music", tree)
    parity = chance.choice(([], ["--parity", "one-file"], ["--redundancy", "20%"]))
    more = parity if find_par2() is not None else []
    first, second = folder / "First" / "Bag", folder / "Second" / "Bag"
    packed = run_here(
        "pack", folder / "Music", "--to", first.parent, "--name", "Bag", *more, SOURCE_DATE_EPOCH=str(START)
    )
    assert packed.code == 0, packed.err
    shutil.copytree(first, second)
    added = run_here("catalogue", "add", second.parent, SOURCE_DATE_EPOCH=str(START))
    assert added.code == 0, added.err
    return Archive(first, second, _files(first), _sets(first))


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


def _heal(archive: Archive, bag: Path, month: int, told: Told) -> None:
    """Heal one bag and hold what is done and said against what must be."""
    whole = archive.whole
    other = next(each for each in archive if each != bag)
    here, there = _files(bag), _files(other)
    before = _wrong(here, whole)
    must = _must_come_back(archive, here, there)
    done = run_here("heal", bag, "--json", SOURCE_DATE_EPOCH=str(START + month * MONTH))
    assert done.code in {0, 4}, done.err
    now = _files(bag)
    after = _wrong(now, whole)
    assert after <= before, "healing made something worse"
    assert all(now.get(path) == here.get(path) for path in after), "what could not be healed was touched"
    assert not after & must, f"this could have been healed: {after & must}\n{done.out}"
    assert {one["path"] for one in done.json["healed"]} == (before - after) & whole.keys()
    assert (done.code == 0) is not bool(after), "the status tells something else"
    if PINNED not in after and MANIFEST not in after:
        assert {one["path"] for one in done.json["unhealed"]} == after, "what is lost was not all said"
    verified = run_here("verify", bag, SOURCE_DATE_EPOCH=str(START + month * MONTH))
    assert (verified.code == 0) or bool(after), verified.out
    told.damaged += len(before)
    told.lost += len(after)
    for one in done.json["healed"]:
        told.healed[one["means"]] = told.healed.get(one["means"], 0) + 1


def _replace_what_is_lost(archive: Archive) -> None:
    """Put in place what nothing could bring back, so that the next month begins with whole bags."""
    for bag in archive:
        for path in _wrong(_files(bag), archive.whole):
            place = bag / path
            place.unlink(missing_ok=True)
            if path in archive.whole:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(archive.whole[path])


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


def _chosen(chance: random.Random, bag: Path, *, below: str = "") -> Path | None:
    there = sorted(path for path in (bag / below).rglob("*") if path.is_file() and path.stat().st_size)
    return chance.choice(there) if there else None


def flip_bits(chance: random.Random, bag: Path) -> None:
    """Flip a few bits of a file."""
    path = _chosen(chance, bag)
    if path is not None:
        content = bytearray(path.read_bytes())
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)


def overwrite(chance: random.Random, bag: Path) -> None:
    """Lose a stretch of a file to zeros."""
    path = _chosen(chance, bag)
    if path is not None:
        content = bytearray(path.read_bytes())
        start = chance.randrange(len(content))
        stop = min(len(content), start + chance.randint(1, 5_000))
        content[start:stop] = bytes(stop - start)
        path.write_bytes(content)


def cut_off(chance: random.Random, bag: Path) -> None:
    """Cut a file off."""
    path = _chosen(chance, bag)
    if path is not None:
        os.truncate(path, chance.randrange(path.stat().st_size))


def lose_a_file(chance: random.Random, bag: Path) -> None:
    """Lose a file."""
    path = _chosen(chance, bag)
    if path is not None:
        path.unlink()


def lose_a_folder(chance: random.Random, bag: Path) -> None:
    """Lose a folder with all that is in it."""
    folders = sorted(path for path in bag.rglob("*") if path.is_dir())
    if folders:
        shutil.rmtree(chance.choice(folders))


def swap(chance: random.Random, bag: Path) -> None:
    """Swap two files; where sizes are the same, nothing tells but a digest."""
    one, other = (_chosen(chance, bag, below="data") for _ in range(2))
    if one is not None and other is not None and one != other:
        content = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(content)


def tamper(chance: random.Random, bag: Path) -> None:
    """Change a file, and make the bag valid again."""
    path = _chosen(chance, bag, below="data")
    if path is None:
        return
    path.write_bytes(path.read_bytes()[::-1] or b"x")
    _list_anew(bag, MANIFEST, "data")
    _list_anew(bag, PINNED, "")


def add_a_stray(chance: random.Random, bag: Path) -> None:
    """Add a file that no manifest lists."""
    (bag / "data").mkdir(exist_ok=True)
    (bag / "data" / f"stray {chance.randrange(1000)}").write_bytes(b"stray")


DAMAGES: tuple[Callable[[random.Random, Path], None], ...] = (
    flip_bits,
    flip_bits,
    flip_bits,
    overwrite,
    cut_off,
    lose_a_file,
    lose_a_folder,
    swap,
    tamper,
    add_a_stray,
)


def _list_anew(bag: Path, name: str, below: str) -> None:
    lines = []
    for path in sorted((bag / below).rglob("*")):
        inside = str(path.relative_to(bag))
        if path.is_file() and (below or not inside.startswith(("data/", "tagmanifest"))):
            lines.append(f"{hashlib.sha512(path.read_bytes()).hexdigest()}  {inside}\n")
    (bag / name).write_text("".join(lines))


def main() -> None:
    """Live through as many decades as a word says, or from one number to before another, and tell what came of each."""
    whole = Told()
    for seed in range(*map(int, sys.argv[1:])):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["ARCHIVER_CATALOGUE"] = os.path.join(folder, "catalogue.sqlite")
            told = live(seed, Path(folder), months=12)
        whole.damaged += told.damaged
        whole.lost += told.lost
        for means, number in told.healed.items():
            whole.healed[means] = whole.healed.get(means, 0) + number
        print(seed, told, flush=True)  # noqa: T201 - a long run tells how far it has come
    print(whole)  # noqa: T201 - and what it came to


if __name__ == "__main__":
    main()
