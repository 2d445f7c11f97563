"""A system call that fails, or at which a run is killed: every one that a run makes in source, store, temporary folder and bag.

A library put before the program (failing_calls.c) counts the calls of an undisturbed run on paths below one folder,
then lets each of them fail in turn, or kills the run at it. The long part (``-m slow``) makes about 6,500 runs, two of the
program for each: 2,500 in which each of 1,260 calls gives two of the errors that can come of it, 1,900 in which it is
a store of archives or of a group of bags, 700 in which all later calls of the kind fail as well, and 1,300 that
SIGKILL, SIGTERM or SIGINT ends at a call that changes the store. The short part makes 21 of them.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from archiver.bagit.report import Depth
from archiver.bagit.updating.journal import is_update_pending
from archiver.bagit.validate import validate
from tests.bagit.archives import make_deflated_zip
from tests.bagit.bags import build_bag, tree_state
from tests.hostile.shim import Call, Fault, Shim, build_shim, every_fault, every_signal
from tests.hostile.sweeping import none_of, sampled, sliced
from tests.reliability.faults import left_over, visible_bags
from tests.reliability.states import newest_content
from tests.running import EPOCH, Outcome, run_here, run_program
from tests.samples import build_tree, flac, mp3, read_tree, tree_digest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="LD_PRELOAD is for POSIX systems")

RIGHTS = """\
version = 1
[[declaration]]
id = "ours"
scope = { path = "**" }
basis = "own"
by = "Erika Example"
role = "rightsholder"
date = 2020-03-01
document = "deed.txt"
"""
TREE: dict[str, bytes | str] = {
    "Album/01.flac": flac(title="a"),
    "Album/02.mp3": mp3(title="b"),
    "Album/cover.txt": "c",
    "Notes/n": "n" * 900,
    "deed.txt": "what was agreed",
    "rights.toml": RIGHTS,
    "b\n%": "odd",
}
DOCUMENTED = {0, 1, 2, 3, 4, 130}
NEVER = (
    *("a fault in this program", "Traceback", "Exception ignored", "goroutine ", "SIGABRT", "fatal error"),
    "cannot write to standard output",
)
"""What no fault of a disk may bring to a user's eyes; standard output is never at fault here."""
SOURCE_FAULTS = {"S101", "S102", "S103", "S104", "S105", "S107"}


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Shim:
    return build_shim(tmp_path_factory.mktemp("shim"))


def is_plain(outcome: Outcome) -> None:
    """Check that the run ended with a status that is documented, not silently, and blamed neither itself nor the terminal."""
    told = f"{outcome.out}\n{outcome.err}"
    assert outcome.code in DOCUMENTED, f"status {outcome.code}: {told}"
    assert outcome.code == 0 or told.strip(), f"status {outcome.code} without a word"
    assert [word for word in NEVER if word in told] == [], told


def blamed(outcome: Outcome) -> set[str]:
    """Return the files of which the report says that the source could not give them."""
    return {one["path"] for one in outcome.json["problems"] if one["code"] in SOURCE_FAULTS}


def has_everything(outcome: Outcome, source: Path, store: Path) -> None:
    """Check that a rerun without the fault made bags that together hold the source, and tidied up."""
    assert outcome.code == 0, f"the rerun: {outcome.err}"
    bags = visible_bags(store)
    assert {Path(bag) for bag in outcome.json["bags"]} <= set(bags)
    assert not all(bag.is_dir() for bag in bags) or newest_content(store) == read_tree(source)
    assert left_over(store) == []


@dataclass(frozen=True)
class Ground:
    """Where one case takes place: a folder of its own, and the source that all share."""

    place: Path
    source: Path

    @property
    def store(self) -> Path:
        return self.place / "store"

    @property
    def temporary(self) -> Path:
        return self.place / "tmp"

    @property
    def bag(self) -> Path:
        return self.place / "bag"

    @property
    def catalogue(self) -> Path:
        """One of its own: with a clock that stands still, a store at the same place has the same identifier."""
        return self.place / "catalogue.sqlite"


class Target:
    """A command and the folder in which its calls fail."""

    options: tuple[str, ...] = ("-j1",)

    def root(self, ground: Ground) -> Path:
        raise NotImplementedError

    def prepare(self, ground: Ground) -> None:
        ground.temporary.mkdir(parents=True)

    def words(self, ground: Ground) -> Sequence[str | Path]:
        return ("pack", ground.source, "--to", ground.store, *self.options, "--json")

    def judge(self, ground: Ground, outcome: Outcome, path: str) -> None:
        raise NotImplementedError

    def run(self, ground: Ground, **environment: str) -> Outcome:
        return run_program(
            *self.words(ground),
            SOURCE_DATE_EPOCH=EPOCH,
            TMPDIR=str(ground.temporary),
            ARCHIVER_CATALOGUE=str(ground.catalogue),
            **environment,
        )

    def again(self, ground: Ground) -> Outcome:
        settings = {"SOURCE_DATE_EPOCH": EPOCH, "ARCHIVER_CATALOGUE": str(ground.catalogue)}
        return run_here(*map(str, self.words(ground)), **settings)


class OfTheStore(Target):
    """A store that fails: the run stops and says so, and no bag is there that is not whole."""

    def __init__(self, *options: str) -> None:
        self.options = ("-j1", *options)

    def root(self, ground: Ground) -> Path:
        return ground.store

    def judge(self, ground: Ground, outcome: Outcome, path: str) -> None:  # noqa: ARG002 - as every target takes it
        assert outcome.code in {0, 1}, (outcome.code, outcome.err)
        bags = visible_bags(ground.store)
        if outcome.code == 0:
            assert [str(bag) for bag in bags] == outcome.json["bags"]
            assert blamed(outcome) == set()
        else:
            assert outcome.err.startswith("archiver: "), outcome.err
            # where the bag stands already, it was the report that could not be finished
            assert bags or outcome.out == ""
        has_everything(self.again(ground), ground.source, ground.store)


class OfTheSource(Target):
    """A source that fails: what cannot be read is told and left out, the rest is packed, and nothing is lost beside it."""

    def root(self, ground: Ground) -> Path:
        return ground.source

    def judge(self, ground: Ground, outcome: Outcome, path: str) -> None:
        assert outcome.code in {0, 1, 2, 3}, (outcome.code, outcome.err)
        bags = visible_bags(ground.store)
        if outcome.code in {0, 3}:
            (bag,) = bags
            self.accounts(ground, outcome, bag, path)
        else:
            assert bags == []
        has_everything(self.again(ground), ground.source, ground.store)

    def accounts(self, ground: Ground, outcome: Outcome, bag: Path, path: str) -> None:
        whole, packed = read_tree(ground.source), read_tree(bag / "data")
        lost = {os.fsdecode(name) for name in whole.keys() - packed.keys()}
        # a record path spells the odd name otherwise, but a bag folder does not
        assert all(whole[name] == content for name, content in packed.items()), "a copy differs"
        told = blamed(outcome)
        assert (outcome.code == 3) == bool(told), f"status {outcome.code}, told of {told}: {outcome.json}"
        untold = {name for name in lost if not told & {name, *map(str, Path(name).parents)}}
        assert not untold, f"lost without a word: {untold}"
        hit = Path(path).relative_to(ground.source)
        beneath = {name for name in lost if Path(name) == hit or hit in Path(name).parents}
        assert lost == beneath, f"a fault of {hit} lost {lost - beneath} beside it"
        held = {os.fsdecode(name) for name in packed}
        assert not told & held, f"in the bag and blamed: {told & held}"
        files = outcome.json["files"]
        assert files["seen"] == files["packed"] + files["withheld"] + files["problems"]


class OfTheTemporaryFolder(Target):
    """A temporary folder that fails is the machine's trouble: no file is blamed, no bag is called damaged."""

    def __init__(self, *command: str) -> None:
        self.command = command

    def root(self, ground: Ground) -> Path:
        return ground.temporary

    def prepare(self, ground: Ground) -> None:
        super().prepare(ground)
        if "BAG" in self.command:
            bag = build_bag(ground.place / "made" / "bag", {f"data/{number}": b"x" for number in range(40)})
            make_deflated_zip(bag, ground.bag.with_suffix(".zip"))

    def words(self, ground: Ground) -> Sequence[str | Path]:
        named = {"SOURCE": ground.source, "STORE": ground.store, "BAG": ground.bag.with_suffix(".zip")}
        return [named.get(word, word) for word in self.command]

    def judge(self, ground: Ground, outcome: Outcome, path: str) -> None:  # noqa: ARG002 - as every target takes it
        assert outcome.code in {0, 1}, (outcome.code, outcome.out, outcome.err)
        if outcome.code == 0 and "problems" in outcome.json:
            assert blamed(outcome) == set()
        visible_bags(ground.store)
        again = self.again(ground)
        assert again.code == 0, f"the rerun: {again.err}"


class OfABag(Target):
    """A bag that fails while it is verified: the report says so, and the bag is not touched."""

    def root(self, ground: Ground) -> Path:
        return ground.bag

    def prepare(self, ground: Ground) -> None:
        super().prepare(ground)
        build_bag(ground.bag, tags={"metadata/events.jsonl": b"{}\n"})

    def words(self, ground: Ground) -> Sequence[str | Path]:
        return ("verify", ground.bag, "-j1", "--json")

    def judge(self, ground: Ground, outcome: Outcome, path: str) -> None:  # noqa: ARG002 - as every target takes it
        assert outcome.code in {0, 1, 4}, (outcome.code, outcome.err)
        assert self.again(ground).code == 0

    def run(self, ground: Ground, **environment: str) -> Outcome:
        before = tree_state(ground.bag)
        outcome = super().run(ground, **environment)
        assert tree_state(ground.bag) == before, "the bag was changed"
        return outcome


class OfAnUpdatedBag(OfABag):
    """A bag that fails while its tag files change: it is the old one, or the new one, or a rerun completes it."""

    def words(self, ground: Ground) -> Sequence[str | Path]:
        return ("bag", "set-info", ground.bag, "Title: Songs")

    def run(self, ground: Ground, **environment: str) -> Outcome:
        payload = tree_digest(ground.bag / "data")
        outcome = Target.run(self, ground, **environment)
        assert tree_digest(ground.bag / "data") == payload, "the payload was changed"
        return outcome

    def judge(self, ground: Ground, outcome: Outcome, path: str) -> None:  # noqa: ARG002 - as every target takes it
        assert outcome.code in {0, 1, 4}, (outcome.code, outcome.err)
        pending = is_update_pending(os.fsencode(ground.bag))
        assert pending or validate(os.fsencode(ground.bag), Depth.FULL).valid
        again = self.again(ground)
        assert again.code == 0, f"the rerun: {again.err}"
        assert b"Title: Songs" in (ground.bag / "bag-info.txt").read_bytes()
        assert validate(os.fsencode(ground.bag), Depth.FULL).valid


TARGETS: dict[str, Target] = {
    "store": OfTheStore(),
    "source": OfTheSource(),
    "temporary folder, pack": OfTheTemporaryFolder("pack", "SOURCE", "--to", "STORE", "-j1", "--json"),
    "temporary folder, scan": OfTheTemporaryFolder("scan", "SOURCE", "-j1", "--json"),
    "temporary folder, verify": OfTheTemporaryFolder("verify", "BAG", "-j1", "--json"),
    "bag": OfABag(),
    "updated bag": OfAnUpdatedBag(),
    "store of an archive": OfTheStore("--serialize", "zip"),
    "store of a group": OfTheStore("--max-size", "90kB"),
}
FURTHER = {"store of an archive", "store of a group"}
"""Targets whose calls are for the most part those of another."""
SHORT = {
    "store": 5,
    "source": 5,
    "temporary folder, pack": 1,
    "temporary folder, verify": 2,
    "bag": 3,
    "updated bag": 3,
}
"""How many faults of each the short part tries."""


def prepared(tmp_path: Path, target: Target, name: str) -> Ground:
    source = tmp_path / "Music"
    if not source.is_dir():
        build_tree(source, TREE)
    ground = Ground(tmp_path / name, source)
    target.prepare(ground)
    return ground


def counted(shim: Shim, tmp_path: Path, target: Target, *, main: bool = False) -> dict[Call, int]:
    """Count the calls of a run that nothing disturbs."""
    ground = prepared(tmp_path, target, "counted")
    outcome = target.run(ground, **shim.watching(target.root(ground), main=main))
    assert outcome.code == 0, outcome.err
    counts = shim.told().counts
    shutil.rmtree(ground.place)
    return counts


def tried(shim: Shim, tmp_path: Path, target: Target, fault: Fault) -> str | None:
    """Run with the fault and judge what came of it; return what is wrong, or ``None``."""
    ground = prepared(tmp_path, target, "tried")
    before = tree_digest(ground.source)
    outcome: Outcome | None = None
    path = ""
    try:
        outcome = target.run(ground, **shim.watching(target.root(ground), fault))
        told = shim.told()
        path = told.path
        if fault.signal:
            assert outcome.code in {130, -fault.signal, 0}, (outcome.code, outcome.err)
            assert not [word for word in NEVER if word in outcome.err], outcome.err
            has_everything(target.again(ground), ground.source, ground.store)
        elif told.failed:
            is_plain(outcome)
            target.judge(ground, outcome, path)
        else:  # the run took another way and made fewer calls
            assert outcome.code == 0, outcome.err
        assert tree_digest(ground.source) == before, "the source was changed"
    except AssertionError as error:
        place = path.replace(str(ground.place), "").replace(str(ground.source), "Music")
        why = " ".join((str(error) or "an assertion").split())[:400]
        ended = "" if outcome is None else f"status {outcome.code}: {' '.join(outcome.err.split())[-300:]}"
        return f"- {fault} at {place}: {why}\n  {ended}"
    finally:
        shutil.rmtree(ground.place)
    return None


def all_tried(shim: Shim, tmp_path: Path, target: Target, faults: Iterable[Fault]) -> None:
    none_of([wrong for fault in faults if (wrong := tried(shim, tmp_path, target, fault)) is not None])


@pytest.mark.parametrize("name", SHORT)
@pytest.mark.case(4, 5)
def test_some_calls_fail(shim: Shim, tmp_path: Path, name: str) -> None:
    target = TARGETS[name]
    faults = list(every_fault(counted(shim, tmp_path, target), errors_each=1))
    assert len(faults) > SHORT[name]
    all_tried(shim, tmp_path, target, sampled(faults, SHORT[name]))


@pytest.mark.case(1)
def test_killed_at_some_calls(shim: Shim, tmp_path: Path) -> None:
    points = list(every_signal(counted(shim, tmp_path, TARGETS["store"], main=True), signal.SIGKILL))
    assert len(points) > 50
    all_tried(shim, tmp_path, TARGETS["store"], sampled(points, 2))


@pytest.mark.slow
@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("name", TARGETS)
def test_every_call_fails(shim: Shim, tmp_path: Path, name: str) -> None:
    target = TARGETS[name]
    errors = 1 if name in FURTHER else 2
    all_tried(
        shim, tmp_path, target, sliced(every_fault(counted(shim, tmp_path, target), errors_each=errors))
    )


@pytest.mark.slow
@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("name", ["store", "source"])
def test_every_call_fails_and_so_do_all_that_follow(shim: Shim, tmp_path: Path, name: str) -> None:
    target = TARGETS[name]
    faults = sliced(every_fault(counted(shim, tmp_path, target), errors_each=1))
    lasting = [dataclasses.replace(fault, lasting=True) for fault in faults]
    all_tried(shim, tmp_path, Broken(target), lasting)


class Broken(Target):
    """A target whose folder fails for good: more is lost than one file, and nothing else is promised otherwise."""

    def __init__(self, target: Target) -> None:
        self.root = target.root  # type: ignore[method-assign]
        self.words = target.words  # type: ignore[method-assign]

    def judge(self, ground: Ground, outcome: Outcome, path: str) -> None:  # noqa: ARG002 - as every target takes it
        visible_bags(ground.store)
        has_everything(self.again(ground), ground.source, ground.store)


@pytest.mark.slow
@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("name", ["store", "store of a group", "store of an archive"])
@pytest.mark.case(1)
def test_stopped_at_every_call(shim: Shim, tmp_path: Path, name: str, number: signal.Signals) -> None:
    target = TARGETS[name]
    points = list(every_signal(counted(shim, tmp_path, target, main=True), number))
    assert len(points) > 50
    all_tried(shim, tmp_path, target, sliced(points))
