"""A few decades of neglect in every run; as many as ``ARCHIVER_DECADES`` says where it is set."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.reliability.decade import live

DECADES = int(os.environ.get("ARCHIVER_DECADES", "4"))


@pytest.mark.parametrize("seed", range(DECADES))
def test_a_decade_of_neglect(seed: int, tmp_path: Path) -> None:
    told = live(seed, tmp_path, months=4)
    assert told.damaged
    assert sum(told.healed.values()) or told.lost
