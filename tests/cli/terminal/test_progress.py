"""What a terminal shows while a run goes on: safe, one line, moving while work goes on, and no time that rises."""

from __future__ import annotations

import pickle
import re
import time
from collections.abc import Iterator

import pytest
from rich.progress import Progress

from archiver.cli.terminal.progress import TerminalWatch, _Pace
from archiver.usecases.watch import Meter, Step


def test_a_name_cannot_steer_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    step = Step("Of a\x1b]0;title\x07b", "bytes", 2)
    assert list(TerminalWatch().track(step, [1, 1], lambda size: size)) == [1, 1]
    shown = capfd.readouterr().err
    assert r"a\x1b]0;title\x07b" in shown
    assert "\x1b]0;" not in shown


@pytest.mark.parametrize("columns", [30, 40, 60, 80, 200])
@pytest.mark.parametrize("unit", ["bytes", "files"])
def test_whatever_the_width_a_step_is_one_line_and_tells_how_much(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], columns: int, unit: str
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    step = Step(f"Verifying {'a long name ' * 9}(3 of 40)", unit, 987_000_000)
    assert list(TerminalWatch().track(step, [654_000_000], lambda size: size)) == [654_000_000]
    raw = capfd.readouterr().err
    drawn = re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", raw))
    assert raw.count("\n") == 1, "the line is left once, at its end"
    assert max(map(len, drawn)) <= columns
    if columns >= 60 and unit == "bytes":
        assert all(part in drawn[-2] for part in ("3 of 40)", "654.0/987.0 MB", "B/s", "left"))


def wait_until_drawn(words: str, capfd: pytest.CaptureFixture[str]) -> str:
    """Return what was drawn up to ``words``; where they never come, the test's own limit ends it."""
    drawn = ""
    while words not in drawn:
        time.sleep(0.01)
        drawn += capfd.readouterr().err
    return drawn


def test_a_large_file_moves_the_line_before_it_is_done(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    meter = Meter()

    def one_large_file() -> Iterator[int]:
        for copied in ("200.0/600.0 MB", "400.0/600.0 MB"):
            meter.add(200_000_000)
            wait_until_drawn(copied, capfd)
        yield 600_000_000

    step = Step("Copying", "bytes", 600_000_000, meter)
    assert list(TerminalWatch().track(step, one_large_file(), int)) == [600_000_000]


def test_a_step_of_which_nothing_can_be_counted_shows_that_time_goes_by(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with TerminalWatch().during(Step("Finishing Music", "")):
        drawn = wait_until_drawn("0:00:00", capfd)
        assert "Finishing Music" in drawn
        wait_until_drawn("0:00:01", capfd)


@pytest.mark.parametrize("burst", [1, 7, 40])
def test_the_time_left_does_not_rise_while_work_goes_on_evenly(burst: int) -> None:
    now = [0.0]
    display = Progress(_Pace("files"), get_time=lambda: now[0], auto_refresh=False)
    task = display.add_task("", total=200)
    column = display.columns[0]
    assert isinstance(column, _Pace)
    left: list[int] = []
    for second in range(1, 200):
        now[0] = float(second)
        display.update(task, completed=second // burst * burst)
        said = re.search(r"(\d+):(\d+):(\d+) left", column.render(display.tasks[0]).plain)
        if said is not None:
            hours, minutes, seconds = map(int, said.groups())
            left.append((hours * 60 + minutes) * 60 + seconds)
    assert len(left) > 100
    assert left == sorted(left, reverse=True)
    assert left[0] <= 200 - burst


def test_a_meter_that_is_sent_away_counts_for_itself() -> None:
    meter = Meter()
    sent = pickle.loads(pickle.dumps(meter))
    sent.add(5)
    assert (meter.total, sent.total) == (0, 5)
