from __future__ import annotations

import pytest

from archiver.cli.progress import TerminalWatch
from archiver.usecases.watch import Step


def test_a_name_cannot_steer_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    step = Step("Verifying a\x1b]0;title\x07b", "bytes", 2)
    assert list(TerminalWatch().track(step, [1, 1], lambda size: size)) == [1, 1]
    shown = capfd.readouterr().err
    assert r"a\x1b]0;title\x07b" in shown
    assert "\x1b]0;" not in shown
