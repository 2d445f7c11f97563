from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from archiver.bagit.findinglog import FindingLog
from archiver.bagit.findings import report_order

ADDED = st.lists(
    st.tuples(st.sampled_from(["B401", "B402", "B411"]), st.text("abc", max_size=3)), max_size=60
)


@given(ADDED, st.randoms(), st.integers(1, 5))
def test_the_report_does_not_depend_on_the_order(
    added: list[tuple[str, str]], random: st.DataObject, kept: int
) -> None:
    one, other = FindingLog(kept), FindingLog(kept)
    for code, path in added:
        one.add(code, path, "message")
    random.shuffle(added)  # type: ignore[attr-defined]
    for code, path in added:
        other.add(code, path, "message")
    assert one.report() == other.report()
    assert one.counts() == other.counts()


@given(ADDED)
def test_all_are_kept_and_sorted_while_they_are_few(added: list[tuple[str, str]]) -> None:
    log = FindingLog()
    for code, path in added:
        log.add(code, path, "message")
    report = log.report()
    assert list(report) == sorted(report, key=report_order)
    assert sorted((finding.code, finding.path) for finding in report) == sorted(added)


def test_the_rest_is_counted() -> None:
    log = FindingLog(kept_per_code=3)
    for number in reversed(range(5000)):
        log.add("B401", f"data/{number:04d}", "gone")
    log.add("B402", "data/x", "extra")
    report = log.report()
    assert [finding.path for finding in report] == ["data/0000", "data/0001", "data/0002", "", "data/x"]
    assert report[3].message == "and 4,997 more like these"
    assert log.counts() == {"B401": 5000, "B402": 1}
    assert sum(map(len, log._kept.values())) < 10


@given(
    st.lists(st.tuples(st.sampled_from(["B401", "B402"]), st.integers(0, 40), st.booleans()), max_size=30),
    st.randoms(),
)
def test_long_paths_are_kept_as_far_as_room_is_whatever_the_order(
    added: list[tuple[str, int, bool]], random: st.DataObject
) -> None:
    one, other = FindingLog(), FindingLog()
    for log in (one, other):
        for code, number, is_long in added:
            log.add(code, f"{number:02d}" + "x" * (300_000 if is_long else 0), "gone")
        random.shuffle(added)  # type: ignore[attr-defined]
    assert one.report() == other.report()


def test_a_flood_of_long_paths_is_counted_and_held_in_little_memory() -> None:
    log = FindingLog()
    for number in reversed(range(200)):
        log.add("B401", f"data/{number:03d}{'x' * 250_000}", "gone")
    assert sum(len(finding.path) for finding in log._kept["B401"]) < 3 << 20
    *first, last = log.report()
    assert [finding.path[5:8] for finding in first] == ["000", "001", "002", "003"]
    assert last.message == "and 196 more like these"


def test_one_finding_is_kept_however_long() -> None:
    log = FindingLog()
    log.add("B401", "x" * 3_000_000, "gone")
    assert len(log.report()) == 1


def test_threads_may_add_at_once() -> None:
    log = FindingLog(kept_per_code=10)

    def add(start: int) -> None:
        for number in range(start, 8000, 8):
            log.add("B401", f"{number:04d}", "gone")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    assert log.count("B401") == 8000
    assert [finding.path for finding in log.report()[:10]] == [f"{number:04d}" for number in range(10)]


def test_a_log_takes_over_what_another_holds_and_what_it_only_counted() -> None:
    first, second = FindingLog(kept_per_code=2), FindingLog()
    for number in range(9):
        first.add("B401", f"bag/{number}", "gone")
    first.add("B411", "bag/x", "changed")
    second.add("B401", "y", "gone")
    second.absorb(first, lambda finding: replace(finding, path=finding.path.removeprefix("bag/")))
    assert second.counts() == {"B401": 10, "B411": 1}
    assert [finding.path for finding in second.report()][:2] == ["0", "1"]
    assert second.report()[-1].path == "x"
