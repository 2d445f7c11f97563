"""Decades of neglect: a year of a few of them in every run, two hundred whole ones among the slow tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.decade import live


@pytest.mark.parametrize("seed", range(4))
def test_a_year_of_neglect(seed: int, tmp_path: Path) -> None:
    assert live(seed, tmp_path, months=12).audits


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(200))
def test_a_decade_of_neglect(seed: int, tmp_path: Path) -> None:
    told = live(seed, tmp_path)
    assert told.found
    assert sum(told.healed.values())
