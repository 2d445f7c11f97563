"""However an audit is cut into portions, each file is read once, and what was changed since is read again."""

from __future__ import annotations

import datetime as dt
import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.bagit.hashing import Recorded
from archiver.usecases.audit.budget import Allowance, Budget
from archiver.usecases.audit.portion import BY_PATH, BY_PLACE, Begun, Portion

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=6).filter(
    lambda name: name not in (".", "..") and len(name.encode()) < 200
)


def recorded(paths: list[str]) -> list[Recorded]:
    return [Recorded(path, 7, (("sha512", ("ab", "cd")), ("md5", ("ef",))), 3) for path in paths]


def laid(folder: Path, paths: list[str]) -> bytes:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"")
    return os.fsencode(folder)


def one_file() -> Budget:
    return Budget(Allowance(octets=1), 0, time.monotonic)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(
    names=st.lists(NAMES, min_size=1, max_size=12, unique_by=str.casefold),
    order=st.sampled_from([BY_PATH, BY_PLACE]),
    step=st.integers(1, 4),
)
def test_portions_together_are_the_whole(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], order: bytes, step: int
) -> None:
    paths = [f"data/{name}" for name in names]
    bag = laid(tmp_path_factory.mktemp("bag"), paths)
    begun, seen, whole = None, [], False
    while not whole:
        with Portion(bag, order, begun, Budget(Allowance(octets=7 * step), 0, time.monotonic)) as portion:
            handed = list(portion(iter(recorded(paths))))
            assert handed or portion.is_whole
            assert portion.goes_on is (begun is not None)
            if handed:
                portion.passed(handed[-1].path)
            begun, whole = Begun(portion.after, time.time_ns() + 10**12), portion.is_whole
        seen += handed
    assert sorted(seen) == sorted(recorded(paths))
    assert len(seen) == len(paths)


@pytest.mark.parametrize("order", [BY_PATH, BY_PLACE])
def test_a_file_that_changed_since_has_all_read_again(tmp_path: Path, order: bytes) -> None:
    paths = ["data/a", "data/b", "data/c"]
    bag = laid(tmp_path, paths)
    with Portion(bag, order, None, one_file()) as portion:
        (first,) = portion(iter(recorded(paths)))
        portion.passed(first.path)
        after = portion.after
    with Portion(bag, order, Begun(after, 0), Budget(Allowance(), 0, time.monotonic)) as portion:
        assert len(list(portion(iter(recorded(paths))))) == 3
        assert not portion.goes_on


def test_manifests_come_first_and_are_read_again_by_an_audit_that_goes_on(tmp_path: Path) -> None:
    paths = ["bagit.txt", "data/a", "manifest-sha512.txt"]
    bag = laid(tmp_path, paths)
    begun, seen = None, []
    for _ in range(3):
        with Portion(bag, BY_PATH, begun, one_file()) as portion:
            handed = [file.path for file in portion(iter(recorded(paths)))]
            portion.passed(handed[-1])
            begun = Begun(portion.after, time.time_ns() + 10**12)
        seen.append(handed)
    manifest = "manifest-sha512.txt"
    assert seen == [[manifest], [manifest, "bagit.txt"], [manifest, "data/a"]]


def test_an_order_that_is_another_begins_anew(tmp_path: Path) -> None:
    paths = ["data/a", "data/b"]
    bag = laid(tmp_path, paths)
    begun = Begun(BY_PATH + b"zzz", time.time_ns() + 10**12)
    with Portion(bag, BY_PLACE, begun, Budget(Allowance(), 0, time.monotonic)) as portion:
        assert len(list(portion(iter(recorded(paths))))) == 2
        assert not portion.goes_on


def test_files_that_are_not_there_are_handed_out_to_be_told(tmp_path: Path) -> None:
    with Portion(
        os.fsencode(tmp_path / "none"), BY_PLACE, None, Budget(Allowance(), 0, time.monotonic)
    ) as portion:
        assert [file.path for file in portion(iter(recorded(["data/b", "data/a"])))] == ["data/a", "data/b"]
        assert portion.is_whole


def test_a_budget_ends_by_time_bytes_or_share_and_lets_one_file_through() -> None:
    clock = [0.0]
    timed = Budget(Allowance(time=dt.timedelta(seconds=5)), 0, lambda: clock[0])
    timed.take(1)
    assert not timed.is_used_up
    clock[0] = 5.0
    assert timed.is_used_up
    shared = Budget(Allowance(share=0.08, octets=1_000), 1_000, time.monotonic)
    assert shared.octets == 80
    tiny = Budget(Allowance(octets=1), 0, time.monotonic)
    assert not tiny.is_used_up
    tiny.take(1 << 40)
    assert (tiny.is_used_up, tiny.octets) == (True, 0)
    assert Budget(Allowance(), 0, time.monotonic).octets is None
