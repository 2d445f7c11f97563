"""A disk unplugged half-way ends the run, and no fragment is sealed; when it is back, the run goes on from there."""

from __future__ import annotations

import dataclasses
import errno
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import pytest

from archiver.errors import ArchiverError, Remedy, Way
from archiver.ingest.presence import SourceLostError, SourcePresence
from archiver.ingest.scan import scan
from archiver.model.source import FileRef
from archiver.usecases.pack.pack import pack
from archiver.usecases.sources import sources_of
from archiver.usecases.watch import Step, Unwatched
from tests.conftest import MakeSource
from tests.hostile.shim import Call, Fault, Shim
from tests.reliability.faults import left_over, visible_bags
from tests.running import EPOCH, Outcome, fixed_run, pack_request, run_here, run_program
from tests.samples import build_tree, read_tree

T = TypeVar("T")
TREE = {f"Album {number // 10}/{number:03}": f"{number}" for number in range(200)}
SMALL = {f"Album {number // 3}/{number}": f"{number}" for number in range(9)}


class Unplugging(Unwatched):
    """Watches a run and does something when so many of its files are copied, or listed."""

    def __init__(self, title: str, after: int, do: Callable[[], object]) -> None:
        self._title, self._after, self._do = title, after, do

    def track(self, step: Step, outcomes: Iterable[T], weigh: Callable[[T], int]) -> Iterator[T]:  # noqa: ARG002 - as every watch takes it
        for number, outcome in enumerate(outcomes, 1):
            yield outcome
            if step.title == self._title and number == self._after:
                self._do()


def stopped(root: Path, store: Path, watch: Unwatched) -> ArchiverError:
    """Pack under the watch, which must end the run, and return how it ended."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("archiver.ingest.capture.BATCH_FILES", 1)
        with pytest.raises(SourceLostError) as caught, pack(pack_request(root, store), fixed_run(), watch):
            pass
    assert caught.value.exit_code == 1
    assert visible_bags(store) == []
    return caught.value


def goes_on(root: Path, store: Path) -> Outcome:
    outcome = run_here("pack", root, "--all", "--to", store, "--json", SOURCE_DATE_EPOCH=EPOCH)
    assert outcome.code == 0, outcome.err
    (bag,) = visible_bags(store)
    assert read_tree(bag / "data") == read_tree(root)
    assert left_over(store) == []
    return outcome


@pytest.mark.parametrize("tree", [TREE, SMALL], ids=["many", "few"])
@pytest.mark.parametrize("stub", ["gone", "empty mount point"])
def test_a_source_that_is_gone_half_way_stops_the_run(
    tmp_path: Path, tree: dict[str, str], stub: str
) -> None:
    root, store = build_tree(tmp_path / "Music", tree), tmp_path / "store"
    away = tmp_path / "unplugged"

    def unplug() -> None:
        root.rename(away)
        if stub != "gone":
            root.mkdir()

    error = stopped(root, store, Unplugging("Copying", len(tree) // 2, unplug))
    assert f"the source {root} is not there any more" in error.message
    assert error.remedies == (Remedy(Way.GO_ON),)
    if stub != "gone":
        root.rmdir()
    away.rename(root)
    assert goes_on(root, store).json["kept_files"] >= len(tree) // 2


@pytest.mark.parametrize("tree", [TREE, SMALL], ids=["many", "few"])
def test_a_source_most_of_whose_files_vanish_stops_the_run(tmp_path: Path, tree: dict[str, str]) -> None:
    """As when a disk that is mounted within the source is unplugged: the source itself still stands."""
    root, store = build_tree(tmp_path / "Music", tree), tmp_path / "store"
    away = tmp_path / "unplugged"

    def unplug() -> None:
        away.mkdir()
        for album in sorted(root.iterdir())[1:]:
            album.rename(away / album.name)

    error = stopped(root, store, Unplugging("Copying", 1, unplug))
    assert "vanished after they were listed" in error.message
    for album in away.iterdir():
        album.rename(root / album.name)
    assert goes_on(root, store).json["kept_files"] >= 2


def test_files_that_are_gone_for_good_do_not_stop_the_next_run(tmp_path: Path) -> None:
    root, store = build_tree(tmp_path / "Music", SMALL), tmp_path / "store"

    def remove() -> None:
        for album in sorted(root.iterdir())[1:]:
            shutil.rmtree(album)

    stopped(root, store, Unplugging("Copying", 1, remove))
    goes_on(root, store)


def test_single_files_that_vanish_stay_problems_of_theirs(tmp_path: Path) -> None:
    root, store = build_tree(tmp_path / "Music", TREE), tmp_path / "store"

    def remove() -> None:
        for number in range(100, 130):
            (root / f"Album {number // 10}" / f"{number:03}").unlink()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("archiver.ingest.capture.BATCH_FILES", 1)
        with pack(pack_request(root, store), fixed_run(), Unplugging("Copying", 1, remove)) as report:
            totals = report.totals
        assert totals is not None
        assert totals.files + totals.lost == len(TREE)
        assert totals.lost > 0
        assert set(totals.problems) == {"S105"}
    assert len(visible_bags(store)) == 1


@pytest.mark.parametrize("title", ["Listing", "Reading headers"])
def test_a_source_lost_before_anything_is_copied_stops_the_run(tmp_path: Path, title: str) -> None:
    root, store = build_tree(tmp_path / "Music", TREE), tmp_path / "store"
    error = stopped(root, store, Unplugging(title, 20, lambda: root.rename(tmp_path / "unplugged")))
    assert "is not there any more" in error.message
    (tmp_path / "unplugged").rename(root)
    goes_on(root, store)


@pytest.fixture(scope="module")
def counts(shim: Shim, tmp_path_factory: pytest.TempPathFactory) -> Mapping[Call, int]:
    """How often a run that nothing disturbs makes each call."""
    folder = tmp_path_factory.mktemp("counted")
    root = build_tree(folder / "Music", SMALL)
    words = ("pack", root, "--all", "--to", folder / "store", "-j1")
    assert run_program(*words, SOURCE_DATE_EPOCH=EPOCH, **shim.watching(root, main=True)).code == 0
    return shim.told().counts


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (Call.OPEN, errno.ENODEV),
        (Call.OPEN, errno.ENOTCONN),
        (Call.OPEN, errno.ESTALE),
        (Call.OPEN, errno.EIO),
        (Call.OPEN, errno.ENOENT),
        (Call.READ, errno.EIO),
        (Call.READ, errno.ENODEV),
        (Call.READ, errno.ESTALE),
    ],
)
@pytest.mark.parametrize("share", [0.55, pytest.param(0.75, marks=pytest.mark.slow), 0.95])
def test_a_disk_that_fails_from_some_moment_on(  # noqa: PLR0917 - two fixtures, and what is tried
    source: MakeSource,
    tmp_path: Path,
    shim: Shim,
    counts: Mapping[Call, int],
    call: Call,
    error: int,
    share: float,
) -> None:
    root, store = source(SMALL), tmp_path / "store"
    fault = Fault(call, max(1, int(counts[call] * share)), error, lasting=True)
    words = ("pack", root, "--all", "--to", store, "-j1")
    lost = run_program(*words, SOURCE_DATE_EPOCH=EPOCH, **shim.watching(root, fault, main=True))
    assert shim.told().failed
    assert lost.code == 1, lost.out + lost.err
    assert visible_bags(store) == []
    assert "Traceback" not in lost.err
    assert "fault in this program" not in " ".join(lost.err.split())
    goes_on(root, store)


def refs(root: Path) -> list[FileRef]:
    return [entry for entry in scan(sources_of([str(root)])) if isinstance(entry, FileRef)]


def test_bad_places_of_a_disk_never_stop_a_run(source: MakeSource) -> None:
    """Nothing would be won: they are as bad the next time."""
    root = source(TREE)
    files, presence = refs(root), SourcePresence(sources_of([str(root)]))
    presence.read(files[0])
    for ref in files[1:]:
        presence.failed(ref, OSError(errno.EIO, "bad"))
    presence.conclude()


def test_a_file_without_permission_says_nothing_of_its_disk(source: MakeSource) -> None:
    root = source(TREE)
    files, presence = refs(root), SourcePresence(sources_of([str(root)]))
    for ref in files:
        presence.failed(ref, OSError(errno.EACCES, "no"))
    presence.conclude()


@pytest.mark.parametrize(
    ("vanished", "there", "is_lost"),
    [(2, 1, False), (3, 9, False), (3, 8, True), (50, 150, False), (51, 149, True)],
)
def test_how_much_may_vanish(source: MakeSource, vanished: int, there: int, is_lost: bool) -> None:  # noqa: FBT001 - a case
    root = source(TREE)
    files, presence = refs(root), SourcePresence(sources_of([str(root)]))
    for ref in files[:there]:
        presence.read(ref)
    for ref in files[there : there + vanished]:
        presence.failed(dataclasses.replace(ref, relative=ref.relative + b"?"), OSError(errno.ENOENT, "gone"))
    if is_lost:
        with pytest.raises(SourceLostError):
            presence.conclude()
    else:
        presence.conclude()
