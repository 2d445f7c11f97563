"""Every executor gives the same outcomes in the same order; guarded workers survive what kills them."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from archiver.executors.guarded import GuardedProcesses, Stopped
from archiver.executors.ordered import OrderedMap, Serial, available_cores
from archiver.executors.pools import DividedWork, Processes, Threads

EXECUTORS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "serial": Serial,
    "threads": lambda: Threads(3),
    "one thread": lambda: Threads(1),
    "processes": lambda: Processes(2),
    "divided": lambda: DividedWork[int, int](2, lambda number: number % 3 == 0, lambda _: None),
    "guarded": lambda: GuardedProcesses(2),
}


def square(number: int) -> int:
    return number * number


def slow_when_even(number: int) -> int:
    time.sleep(0.002 * (number % 2 == 0))
    return number


def refuse_seven(number: int) -> int:
    if number == 7:
        raise ValueError("seven")
    return number


def misbehave(what: str) -> str:
    """Do to the worker what a parser of hostile files might."""
    if what == "hang":
        time.sleep(600)
    elif what == "spin":
        while True:
            pass
    elif what == "exit":
        os._exit(3)
    elif what == "abort":
        os.abort()
    elif what == "allocate":
        return str(len(bytearray(1 << 30)))
    return what


@pytest.fixture(params=list(EXECUTORS), scope="module")
def executor(request: pytest.FixtureRequest) -> Iterator[OrderedMap]:
    with EXECUTORS[request.param]() as made:
        yield made


@pytest.mark.parametrize("count", [0, 1, 2, 31, 32, 33, 500])
def test_outcomes_are_in_order(executor: OrderedMap, count: int) -> None:
    assert list(executor.map_ordered(square, range(count))) == [number * number for number in range(count)]


def test_quick_items_do_not_overtake_slow_ones(executor: OrderedMap) -> None:
    assert list(executor.map_ordered(slow_when_even, range(60))) == list(range(60))


def test_an_exception_is_raised_at_its_item(executor: OrderedMap) -> None:
    outcomes = executor.map_ordered(refuse_seven, range(50))
    assert [next(outcomes) for _ in range(7)] == list(range(7))
    with pytest.raises(ValueError, match="seven"):
        next(outcomes)


def test_an_executor_can_be_used_again_after_an_exception(executor: OrderedMap) -> None:
    with pytest.raises(ValueError, match="seven"):
        list(executor.map_ordered(refuse_seven, range(50)))
    assert list(executor.map_ordered(square, range(40))) == [number * number for number in range(40)]


@pytest.mark.parametrize(("name", "window"), [("threads", 12), ("processes", 8), ("guarded", 6 * 32)])
def test_only_a_bounded_window_of_items_is_taken(name: str, window: int) -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(10_000):
            taken.append(number)
            yield number

    with EXECUTORS[name]() as executor:
        outcomes = executor.map_ordered(square, items())
        assert next(outcomes) == 0
        assert len(taken) <= window + 32
        assert [next(outcomes) for _ in range(100)][-1] == 10_000
        assert len(taken) <= window + 164


def test_leaving_early_ends_the_workers_though_there_is_no_end_of_work() -> None:
    before = threading.active_count()
    for make in EXECUTORS.values():
        with make() as executor:
            next(executor.map_ordered(square, itertools.count()))
    assert threading.active_count() <= before + 1


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("hang", "time"),
        pytest.param("spin", "time", marks=pytest.mark.slow),
        ("exit", "crash"),
        pytest.param("abort", "crash", marks=pytest.mark.slow),
        ("allocate", "memory"),
    ],
)
def test_what_kills_a_worker_is_named_and_the_others_keep_their_outcome(what: str, reason: str) -> None:
    items = ["a", "b", what, "c", *(str(number) for number in range(70))]
    with GuardedProcesses(2, seconds=3.0, memory_bytes=300 << 20) as guarded:
        outcomes = list(guarded.map_ordered(misbehave, items))
    assert outcomes == ["a", "b", Stopped(reason), "c", *(str(number) for number in range(70))]


def test_many_that_misbehave_in_one_batch() -> None:
    items = ["exit", "a", "allocate", "b", "exit", "c"]
    with GuardedProcesses(1, seconds=10.0, memory_bytes=300 << 20) as guarded:
        outcomes = list(guarded.map_ordered(misbehave, items))
    assert outcomes == [Stopped("crash"), "a", Stopped("memory"), "b", Stopped("crash"), "c"]


def named_seconds(item: str) -> float:
    return 3.0 if item == "hang" else 60.0


def test_items_that_take_long_have_a_time_of_their_own() -> None:
    items = ["a", "hang", "b", "exit", *(str(number) for number in range(20))]
    taken: list[str] = []

    def offered() -> Iterator[str]:
        for item in items:
            taken.append(item)
            yield item

    with GuardedProcesses(2, seconds=0.5) as guarded:
        outcomes = guarded.map_timed(misbehave, offered(), named_seconds)
        assert next(outcomes) == "a"
        assert len(taken) <= 7
        rest = list(outcomes)
    assert rest == [Stopped("time"), "b", Stopped("crash"), *items[4:]]


def fail_at_b(item: str) -> str:
    if item == "b":
        raise LookupError(item)
    return item


def test_an_item_that_raises_is_raised_at_its_turn() -> None:
    with GuardedProcesses(1) as guarded:
        outcomes = guarded.map_timed(fail_at_b, ["a", "b", "c"], named_seconds)
        assert next(outcomes) == "a"
        with pytest.raises(LookupError, match="b"):
            next(outcomes)


def test_cores_are_those_this_process_may_use() -> None:
    assert available_cores() == len(os.sched_getaffinity(0))
    assert available_cores() >= 1


def process_of(item: int) -> tuple[int, int]:
    return item, os.getpid()


def test_divided_work_leaves_large_pieces_here_and_tells_of_the_others() -> None:
    told: list[tuple[int, int]] = []
    with DividedWork[int, tuple[int, int]](2, lambda item: item >= 5, told.append) as divided:
        outcomes = list(divided.map_ordered(process_of, range(10)))
    assert [item for item, _ in outcomes] == list(range(10))
    assert {process == os.getpid() for item, process in outcomes if item >= 5} == {True}
    assert told == outcomes[:5]
    assert os.getpid() not in {process for _, process in told}
