"""A consumer is one row: it rides on the one read, its result is named, and what befalls it touches nothing else."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import pytest

from archiver.bagit.algorithms import ALGORITHMS
from archiver.executors.ordered import Serial
from archiver.ingest import consumers
from archiver.ingest.capture import Capture
from archiver.ingest.consumers import (
    CONSUMERS,
    LISTED,
    LONGEST_RESULT,
    Consumer,
    ConsumerKind,
    Feeding,
    ReadPlan,
    Value,
    read_plan,
)
from archiver.ingest.copy import Copied
from archiver.ingest.presence import SourcePresence
from archiver.ingest.reading import BLOCK_BYTES
from archiver.ingest.scan import scan
from archiver.ingest.sound import SOUND
from archiver.machine import MachineError
from archiver.model.audio import ExaminedFile, Role
from archiver.model.source import FileRef, FileStat, Unpacked
from archiver.store.staging import Staging, StagingKey
from archiver.usecases.sources import sources_of
from tests.conftest import MakeSource
from tests.running import EPOCH, run_here
from tests.samples import build_tree, read_tree

KEY = StagingKey("Music", 1, 1, ("sha512", "md5"), "0123456789abcdef" * 4, "0123456789abcdef" * 4)
TREE = {"a": b"x" * (2 * BLOCK_BYTES + 5), "b": b"yy", "c": b""}


class Counting:
    """Counts the bytes ``x``, up to as many as it was given."""

    def __init__(self, most: Value) -> None:
        self._most, self._found = most, 0

    def update(self, block: bytes, /) -> None:
        self._found += block.count(b"x")

    def finish(self) -> Value:
        assert isinstance(self._most, int)
        return {"method": "x-v1", "found": min(self._found, self._most)}


COUNTING = ConsumerKind(
    ask=lambda _, examined: examined.ref.stat.size_bytes,
    begin=Counting,
    fits=lambda value: isinstance(value, dict) and value.get("method") == "x-v1",
)


class Failing(Counting):
    """Raises where it is told to."""

    raised: Exception = KeyError("nobody foresaw it")

    def __init__(self, where: Value) -> None:
        super().__init__(0)
        self._where = where
        self._at("begin")

    def _at(self, where: str) -> None:
        if where == self._where:
            raise self.raised

    def update(self, block: bytes, /) -> None:
        super().update(block)
        self._at("update")

    def finish(self) -> Value:
        self._at("finish")
        return "done"


def failing(where: str) -> ConsumerKind:
    return ConsumerKind(lambda *_: where, Failing, lambda value: value == "done")


def answering(answer: object) -> ConsumerKind:
    def begin(_: Value) -> Consumer:
        consumer = Counting(1)
        consumer.finish = lambda: answer  # type: ignore[method-assign, assignment, return-value]
        return consumer

    return ConsumerKind(lambda *_: True, begin, lambda _: True)


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, ConsumerKind], None]:
    def add(name: str, kind: ConsumerKind) -> None:
        rows = MappingProxyType({**consumers.CONSUMERS, name: kind})
        monkeypatch.setattr(consumers, "CONSUMERS", rows)

    return add


def examined(root: Path) -> list[ExaminedFile]:
    entries = scan(sources_of([str(root)]))
    return [ExaminedFile(entry, Role.OTHER, None) for entry in entries if isinstance(entry, FileRef)]


def staged(store: Path) -> Staging:
    store.mkdir(exist_ok=True)
    staging = Staging(os.fsencode(store), KEY)
    staging.open()
    return staging


def captured(files: list[ExaminedFile], staging: Staging) -> dict[str, Copied]:
    capture = Capture(Serial(), Serial(), SourcePresence(()), read_back=True)
    plans = [(one.ref, read_plan(KEY.algorithms, one)) for one in files]
    outcomes = list(capture.copies(plans, staging))
    assert not any(isinstance(outcome, Unpacked) for outcome in outcomes)
    return {outcome.path: outcome for outcome in outcomes if isinstance(outcome, Copied)}


def assert_copied_right(made: dict[str, Copied], staging: Staging) -> None:
    payload = Path(os.fsdecode(staging.payload.absolute))
    assert read_tree(payload) == {path.encode(): content for path, content in TREE.items()}
    for path, content in TREE.items():
        digests = {name: hashlib.new(name, content).hexdigest() for name in KEY.algorithms}
        assert made[path].digests(KEY.algorithms) == digests


def test_the_digests_of_the_manifests_are_all_that_rides_and_every_algorithm_can() -> None:
    one = ExaminedFile(FileRef(b"/", b"a", "a", FileStat(1, 1, 1, 1)), Role.OTHER, None)
    assert {name for name, _ in read_plan(("sha512", "md5"), one).asked} == {"sha512", "md5"}
    feeding = Feeding(read_plan(tuple(ALGORITHMS), one))
    feeding.update(b"one ")
    feeding.update(b"two")
    wanted = {name: hashlib.new(known, b"one two").hexdigest() for name, known in ALGORITHMS.items()}
    assert feeding.finish() == wanted
    assert CONSUMERS.keys() == {*ALGORITHMS, LISTED, SOUND}


def test_one_row_is_enough_for_a_new_consumer(
    source: MakeSource, tmp_path: Path, register: Callable[[str, ConsumerKind], None]
) -> None:
    register("x", COUNTING)
    root, staging = source(TREE), staged(tmp_path / "store")
    made = captured(examined(root), staging)
    assert_copied_right(made, staging)
    found = {path: one.results["x"] for path, one in made.items()}
    assert found == {path: {"method": "x-v1", "found": text.count(b"x")} for path, text in TREE.items()}
    journal = Path(os.fsdecode(staging.area.absolute + b"/journal.jsonl")).read_bytes().splitlines()
    assert [json.loads(line)[-1]["x"] for line in journal[1:]] == list(found.values())


def test_a_plan_goes_anywhere(register: Callable[[str, ConsumerKind], None]) -> None:
    register("x", COUNTING)
    one = ExaminedFile(FileRef(b"/", b"a", "a", FileStat(7, 1, 1, 1)), Role.OTHER, None)
    plan = read_plan(("sha512",), one)
    assert plan.asked == (("sha512", True), ("x", 7))
    assert pickle.loads(pickle.dumps(plan)) == plan
    assert plan.of_any_bytes == ReadPlan((("sha512", True),))


def test_kept_copies_give_the_same_results(
    source: MakeSource, tmp_path: Path, register: Callable[[str, ConsumerKind], None]
) -> None:
    register("x", COUNTING)
    files, staging = examined(source(TREE)), staged(tmp_path / "store")
    first = captured(files, staging)
    again = captured(files, staging)
    assert again == first
    assert all(one.kept for one in again.values())


def test_a_copy_without_a_result_that_is_asked_for_is_made_anew(
    source: MakeSource, tmp_path: Path, register: Callable[[str, ConsumerKind], None]
) -> None:
    files, staging = examined(source(TREE)), staged(tmp_path / "store")
    assert "x" not in captured(files, staging)["a"].results
    register("x", COUNTING)
    again = captured(files, staging)
    assert not any(one.kept for one in again.values())
    assert all("x" in one.results for one in again.values())
    register("x", dataclasses.replace(COUNTING, fits=lambda value: value == "of another method"))
    changed = captured(files, staging)
    assert not any(one.kept for one in changed.values())


@pytest.mark.parametrize("where", ["begin", "update", "finish"])
@pytest.mark.parametrize("raised", [KeyError("slip"), OSError(5, "of its own"), MemoryError()])
def test_a_consumer_that_raises_leaves_copy_and_digests_right(  # noqa: PLR0917 - all that varies
    source: MakeSource,
    tmp_path: Path,
    register: Callable[[str, ConsumerKind], None],
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    raised: Exception,
) -> None:
    monkeypatch.setattr(Failing, "raised", raised)
    register("fails", failing(where))
    register("x", COUNTING)
    files, staging = examined(source(TREE)), staged(tmp_path / "store")
    made = captured(files, staging)
    assert_copied_right(made, staging)
    failed = {path for path, content in TREE.items() if content or where != "update"}
    assert {path for path, one in made.items() if "fails" not in one.results} == failed
    for path, one in made.items():
        assert one.faults == ({"fails": f"failed ({type(raised).__name__})"} if path in failed else {})
        assert "x" in one.results
    assert {path for path, one in captured(files, staging).items() if not one.kept} == failed


@pytest.mark.parametrize(
    "answer",
    [None, float("nan"), b"bytes", {1, 2}, "\ud800", "x" * LONGEST_RESULT],
    ids=lambda one: repr(one)[:9],
)
def test_what_json_cannot_say_or_is_too_long_is_no_result(
    register: Callable[[str, ConsumerKind], None], answer: object
) -> None:
    kind = answering(answer)
    register("odd", dataclasses.replace(kind, fits=lambda value: value is not None))
    feeding = Feeding(ReadPlan((("odd", True), ("md5", True))))
    assert feeding.finish() == {"md5": hashlib.md5().hexdigest()}
    assert feeding.faults.keys() == {"odd"}


def test_results_are_what_a_journal_gives_back(register: Callable[[str, ConsumerKind], None]) -> None:
    register("odd", answering({"extents": ((1, 2), (3, 4))}))
    assert Feeding(ReadPlan((("odd", True),))).finish() == {"odd": {"extents": [[1, 2], [3, 4]]}}


@pytest.mark.parametrize("raised", [MachineError("no", "do"), OSError(24, "too many open files")])
def test_trouble_of_the_machine_is_no_fault_of_the_file(
    register: Callable[[str, ConsumerKind], None], monkeypatch: pytest.MonkeyPatch, raised: Exception
) -> None:
    monkeypatch.setattr(Failing, "raised", raised)
    register("fails", failing("update"))
    feeding = Feeding(ReadPlan((("fails", "update"),)))
    with pytest.raises(MachineError):
        feeding.update(b"x")


def test_what_was_copied_before_trouble_of_the_machine_is_journaled(
    source: MakeSource,
    tmp_path: Path,
    register: Callable[[str, ConsumerKind], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Failing, "raised", MachineError("no", "do"))
    fails = dataclasses.replace(
        failing("update"), ask=lambda _, one: "update" if one.ref.path == "b" else "never"
    )
    register("fails", fails)
    files, staging = examined(source(TREE)), staged(tmp_path / "store")
    with pytest.raises(MachineError):
        captured(files, staging)
    assert b'"a"' in Path(os.fsdecode(staging.area.absolute + b"/journal.jsonl")).read_bytes()
    register("fails", failing("never"))
    assert {path for path, one in captured(files, staging).items() if one.kept} == {"a"}


def test_what_was_asked_of_another_file_is_not_answered_of_this(
    tmp_path: Path, register: Callable[[str, ConsumerKind], None]
) -> None:
    register("x", COUNTING)
    root = build_tree(tmp_path / "Moving", {"a": b"x as it was examined"})
    files = examined(root)
    (root / "a").write_bytes(b"xx and as it is now")
    made = captured(files, staged(tmp_path / "store"))
    assert made["a"].changed
    assert made["a"].results.keys() == set(KEY.algorithms)
    assert made["a"].faults == {}


def test_a_bag_is_the_same_whatever_rides_along(
    source: MakeSource, tmp_path: Path, register: Callable[[str, ConsumerKind], None]
) -> None:
    root = source({path: content for path, content in TREE.items() if content})
    bags = []
    for name, kinds in {"without": {}, "with": {"x": COUNTING, "fails": failing("update")}}.items():
        for each, kind in kinds.items():
            register(each, kind)
        store = tmp_path / name
        outcome = run_here("pack", root, "--to", store, "--name", "N", SOURCE_DATE_EPOCH=EPOCH)
        assert outcome.code in {0, 3}, outcome.err
        bags.append({path: text for path, text in read_tree(store / "N").items() if b"manifest" in path})
    assert bags[0][b"manifest-sha512.txt"] == bags[1][b"manifest-sha512.txt"]
