from __future__ import annotations

import re

import pytest

from archiver.cli.progress import TerminalWatch
from archiver.usecases.watch import Step


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
