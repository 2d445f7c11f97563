"""A collector's years against a model of what must be so; more of them: python -m tests.reliability.years 10000 0."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.hostile.shim import Shim
from tests.reliability.years.collection import Collection
from tests.reliability.years.life import Divergence, Life

STEPS = 100


def test_some_years(tmp_path: Path, shim: Shim) -> None:
    life = Life(2, tmp_path, shim)
    life.live(STEPS)
    assert len(life.steps) == STEPS
    assert life.told.keys() >= {"pack", "heal", "audit", "copy", "restore", "retire", "rebuild", "interrupt"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 110))
def test_many_years(seed: int, tmp_path: Path, shim: Shim) -> None:
    Life(seed, tmp_path, shim).live(250)


def test_a_number_gives_the_same_life(tmp_path: Path) -> None:
    lives = [Collection(tmp_path / name, random.Random(7)) for name in ("One", "Other")]
    told = []
    for life in lives:
        life.begin()
        told.append([life.chance.choice(list(life.happenings()))() for _ in range(30)])
    assert told[0] == told[1]
    assert lives[0].look() == lives[1].look()


def test_a_wrong_answer_is_told_with_all_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.usecases.pack.again.Looking.changes", lambda *_: None)
    with pytest.raises(Divergence, match=r"life 1, step \d+:\n1\. .*"):
        Life(1, tmp_path).live(STEPS)
