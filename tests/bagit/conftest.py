"""Fixtures for the tests of the BagIt library."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.bagit.report import BagReport, Depth
from archiver.bagit.validate import validate
from tests.bagit.bags import tree_state

Check = Callable[..., BagReport]


@pytest.fixture
def check() -> Check:
    """Validate a bag and prove at the same time that this changed nothing in it."""

    def run(bag: Path, depth: Depth = Depth.FULL) -> BagReport:
        before = tree_state(bag)
        report = validate(os.fsencode(bag), depth)
        assert tree_state(bag) == before
        return report

    return run


@pytest.fixture(scope="session")
def conformance_suite() -> Path:
    """The folder of the public conformance suite; tests that need it are skipped where it is not named."""
    folder = os.environ.get("BAGIT_CONFORMANCE_SUITE")
    if not folder:
        pytest.skip("set BAGIT_CONFORMANCE_SUITE to the folder of the public conformance suite to run this")
    path = Path(folder)
    assert (path / "v1.0").is_dir(), f"BAGIT_CONFORMANCE_SUITE does not name the suite: {folder}"
    return path
