"""Files, folders and documents that are swapped for links, pipes and devices while a run goes on, over and over.

A process of its own exchanges each victim with its stand-in, thousands of times a second, for as long as the run
takes. No byte of a secret gets into any bag or report, nothing beside the store is touched, every bag that appears is
valid, and the run ends. The long part (``-m slow``) makes 160 runs: 100 with a source that is swapped for links to a secret,
pipes, folders and devices, 20 with documents and declarations, 40 with what lies in a store; the short part makes 5.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.sweeping import none_of, sliced
from tests.reliability.faults import visible_bags
from tests.running import EPOCH, PATIENCE, Outcome, run_here, run_program
from tests.samples import build_tree, flac, mp3, read_tree, tree_digest

SECRET = b"SECRET-7f3a9c-of-the-person-who-runs-this\n" * 40
TOKEN = SECRET[:20]
DOCUMENTED = {0, 1, 2, 3, 130}
MOST_SECONDS = PATIENCE // 2
_RENAME_EXCHANGE = 2

RACER = """
import ctypes, os, random, sys
library = ctypes.CDLL(None, use_errno=True)
dice, pairs = random.Random(sys.argv[1]), [os.fsencode(word) for word in sys.argv[2:]]
victims = list(zip(pairs[::2], pairs[1::2]))
sys.stdout.write("racing\\n"); sys.stdout.flush()
while True:
    victim, other = dice.choice(victims)
    library.renameat2(-100, victim, -100, other, 2)
    if dice.random() < 0.02:
        os.sched_yield()
"""


@pytest.fixture(scope="module", autouse=True)
def _can_exchange(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("probe")
    (folder / "a").touch()
    (folder / "b").mkdir()
    exchange = getattr(ctypes.CDLL(None), "renameat2", None)
    names = os.fsencode(folder / "a"), os.fsencode(folder / "b")
    if exchange is None or exchange(-100, names[0], -100, names[1], _RENAME_EXCHANGE) != 0:
        pytest.skip("renameat2 cannot exchange two names here: races are not tried")


@contextlib.contextmanager
def racing(seed: str, victims: list[tuple[Path, Path]]) -> Iterator[None]:
    """Exchange each victim with its stand-in over and over for a ``with`` block."""
    words = [str(path) for pair in victims for path in pair]
    racer = subprocess.Popen([sys.executable, "-c", RACER, seed, *words], stdout=subprocess.PIPE)
    assert racer.stdout is not None
    try:
        assert racer.stdout.readline() == b"racing\n"
        yield
        assert racer.poll() is None, "the racer ended"
    finally:
        racer.kill()
        racer.wait()
        racer.stdout.close()


class Ground:
    """A source, a store, a secret outside both, and stand-ins for what is swapped."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.source = build_tree(place / "Music", _tree())
        self.outside = build_tree(
            place / "outside", {"secret": SECRET, "folder/secret": SECRET, "folder/deed.txt": SECRET}
        )
        self.store = place / "store"
        self.others = place / "others"
        self.others.mkdir()
        self._made = 0

    def stand_in(self, kind: str) -> Path:
        """Make something that takes a victim's place."""
        self._made += 1
        path = self.others / str(self._made)
        match kind:
            case "link":
                path.symlink_to(self.outside / "secret")
            case "folder link":
                path.symlink_to(self.outside / "folder")
            case "pipe":
                os.mkfifo(path)
            case "folder":
                path.mkdir()
            case _:
                path.symlink_to(kind)
        return path

    def pack(self, *options: str | Path) -> Outcome:
        words = ("pack", self.source, "--all", "--to", self.store, "-j2", *options)
        return ended(run_program_for(*words))

    def holds_no_secret(self, *outcomes: Outcome) -> None:
        told = "".join(outcome.out + outcome.err for outcome in outcomes).encode()
        assert TOKEN not in told, "the secret was told"
        bags = [path for path in self.store.glob("*") if not path.name.startswith(".")]
        for bag in bags:
            for name, content in read_tree(bag).items():
                assert TOKEN not in content, f"the secret is in {os.fsdecode(name)} of {bag.name}"

    def outside_is_untouched(self) -> None:
        assert read_tree(self.outside) == {
            b"secret": SECRET,
            b"folder/secret": SECRET,
            b"folder/deed.txt": SECRET,
        }


def _tree() -> dict[str, bytes | str]:
    songs = {f"Album {number // 4}/{number:02}.flac": flac(title=str(number)) for number in range(10)}
    return {**songs, "Loose/a.mp3": mp3(title="a"), "Loose/notes.txt": "All rights reserved.", "z": "last"}


def run_program_for(*words: str | Path) -> Outcome:
    """Run the program and fail, not hang, where it does not end."""
    try:
        return run_program(*words, before=["timeout", "-k", "5", str(MOST_SECONDS)], SOURCE_DATE_EPOCH=EPOCH)
    except subprocess.TimeoutExpired:
        pytest.fail("the run did not end")


def ended(outcome: Outcome) -> Outcome:
    """Check that the run ended as documented, and not by its own fault."""
    assert outcome.code in DOCUMENTED, f"status {outcome.code}: {outcome.err}"
    assert "Traceback" not in outcome.err, outcome.err
    assert "fault in this program" not in outcome.err, outcome.err
    return outcome


def race_a_source(place: Path, kinds: tuple[str, ...], seed: str) -> None:
    """Swap ten files and a folder of a source while it is scanned and packed."""
    ground = Ground(place)
    dice = random.Random(seed)
    whole = read_tree(ground.source)
    files = [path for path in sorted(ground.source.rglob("*")) if path.is_file()]
    victims = [(path, ground.stand_in(dice.choice(kinds))) for path in dice.sample(files, 10)]
    victims.append((ground.source / "Loose", ground.stand_in("folder link")))
    with racing(seed, victims):
        packed = ground.pack()
        told = ended(run_program_for("scan", ground.source, "--json", "-j2"))
    ground.holds_no_secret(packed, told)
    ground.outside_is_untouched()
    for bag in visible_bags(ground.store):
        for name, content in read_tree(bag / "data").items():
            assert content in whole.values(), f"{os.fsdecode(name)} is no file of the source"


DECLARATION = """\
version = 1
[[declaration]]
id = "d"
scope = { path = "**" }
basis = "license"
license = "CC-BY-4.0"
by = "S"
role = "donor"
date = 2024-01-01
"""


def race_documents(place: Path, seed: str) -> None:
    """Swap the documents that declarations name, the folder they are in and the declarations themselves."""
    ground = Ground(place)
    declarations = DECLARATION + 'document = "docs/deed.txt"\n'
    declarations += DECLARATION.partition("\n")[2].replace('"d"', '"e"') + 'document = "loose.txt"\n'
    build_tree(
        ground.source,
        {"rights.toml": declarations, "docs/deed.txt": "the deed", "loose.txt": "another deed"},
    )
    deed = (ground.source / "docs" / "deed.txt", ground.stand_in("link"))
    loose = (ground.source / "loose.txt", ground.stand_in("link"))
    folder = (ground.source / "docs", ground.stand_in("folder link"))
    written = (ground.source / "rights.toml", ground.stand_in("link"))
    with racing(seed, [[deed], [folder], [loose, deed], [written]][int(seed) % 4]):
        packed = ground.pack()
    ground.holds_no_secret(packed)
    ground.outside_is_untouched()
    visible_bags(ground.store)


def race_a_store(place: Path, seed: str) -> None:
    """Swap the staging place, the area, its bag, its payload or the lock for links to what is somebody's.

    Whoever can do that can spoil a bag at any time, so that no bag is promised; what is outside the store is.
    """
    ground = Ground(place)
    before = tree_digest(ground.source)
    area = ground.store / ".incoming" / "Music-2023-11-14"
    (area / "bag" / "data").mkdir(parents=True)
    (ground.store / ".incoming" / "lock").touch()
    places = {
        "incoming": (ground.store / ".incoming", "folder link"),
        "area": (area, "folder link"),
        "bag": (area / "bag", "folder link"),
        "data": (area / "bag" / "data", "folder link"),
        "lock": (ground.store / ".incoming" / "lock", "link"),
    }
    victim, kind = list(places.values())[int(seed) % len(places)]
    stand_in = ground.stand_in(kind)
    with racing(seed, [(victim, stand_in)]):
        ground.pack()
    ground.outside_is_untouched()
    ground.holds_no_secret()
    assert tree_digest(ground.source) == before, "the source was changed"
    # what was left of the race is put away; the same command then makes the bag
    shutil.rmtree(ground.store)
    again = run_here("pack", ground.source, "--all", "--to", ground.store, SOURCE_DATE_EPOCH=EPOCH)
    assert again.code == 0, again.err
    assert len(visible_bags(ground.store)) == 1


LINKS = ("link",)
ANYTHING = ("link", "pipe", "folder", "/dev/zero", "/dev/tty", "/usr", "/proc/self/environ", "nowhere")


@pytest.mark.case(8, 9)
def test_source_swapped_for_links(tmp_path: Path) -> None:
    race_a_source(tmp_path / "0", LINKS, "0")


@pytest.mark.parametrize("seed", ["0", "1"])
def test_documents_swapped_for_links(tmp_path: Path, seed: str) -> None:
    race_documents(tmp_path / seed, seed)


@pytest.mark.parametrize("seed", ["1", "4"])
@pytest.mark.case(9)
def test_store_swapped_for_links(tmp_path: Path, seed: str) -> None:
    race_a_store(tmp_path / seed, seed)


def _many(tmp_path: Path, first: int, count: int, race: str) -> None:
    failures = []
    for seed in map(str, sliced(range(first, first + count))):
        place = tmp_path / seed
        try:
            match race:
                case "store":
                    race_a_store(place, seed)
                case "documents":
                    race_documents(place, seed)
                case _:
                    race_a_source(place, LINKS if race == "links" else ANYTHING, seed)
        except (AssertionError, pytest.fail.Exception) as error:
            failures.append(f"- {race} {seed}: {' '.join(str(error).split())[:500]}")
        shutil.rmtree(place)
    none_of(failures)


@pytest.mark.slow
@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize(
    ("race", "count"), [("links", 60), ("anything", 40), ("documents", 20), ("store", 40)]
)
def test_many_races(tmp_path: Path, race: str, count: int) -> None:
    _many(tmp_path, 100, count, race)


def test_the_racer_does_exchange(tmp_path: Path) -> None:
    ground = Ground(tmp_path / "ground")
    victim, other = ground.source / "z", ground.stand_in("link")
    seen = set()
    with racing("0", [(victim, other)]):
        for _ in range(100_000):
            with contextlib.suppress(OSError):
                seen.add(victim.is_symlink())
            if len(seen) == 2:
                break
    assert seen == {True, False}
