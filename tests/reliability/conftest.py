"""Fixtures for the tests of what goes wrong."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tests.hostile.shim import Shim, build_shim


@pytest.fixture
def permissions_count() -> list[str]:
    """Words before a command that make permissions count for it, though root may start it."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    words = [setpriv or "setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    if setpriv is None or subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("root cannot give up its powers here, so permissions are not tried")
    return words


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Shim:
    """Build the library that has calls of the system fail."""
    return build_shim(tmp_path_factory.mktemp("shim"))
