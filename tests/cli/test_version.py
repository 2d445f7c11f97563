"""The program tells the version that was installed, from wherever it is run, and answers where nothing was installed."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import pytest

from archiver.cli.version import DISTRIBUTION, NOT_INSTALLED, program_version
from tests.running import COMMAND, ROOT, run_here


def test_the_version_is_the_one_that_was_installed() -> None:
    assert run_here("--version").out == f"archiver {importlib.metadata.version(DISTRIBUTION)}\n"


def test_a_folder_cannot_speak_for_the_version(tmp_path: Path) -> None:
    (tmp_path / "music_archiver-99.dist-info").mkdir()
    (tmp_path / "music_archiver-99.dist-info" / "METADATA").write_text("Name: music-archiver\nVersion: 99\n")
    said = subprocess.run([*COMMAND, "--version"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert said.stdout == f"archiver {program_version()}\n"


def test_a_program_that_was_never_installed_says_so_and_runs(tmp_path: Path) -> None:
    """Only the standard library is searched, as in a folder to which the sources were copied."""
    (tmp_path / "archiver").symlink_to(os.path.join(ROOT, "archiver"))
    script = "from archiver.cli.version import program_version; print(program_version())"
    said = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {script}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == f"{NOT_INSTALLED}\n"


@pytest.mark.parametrize("module", ["archiver", "archiver.cli.version", "archiver.executors.ordered"])
def test_workers_do_not_pay_for_the_version(module: str) -> None:
    script = f"import {module}, sys; print('importlib.metadata' in sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout == "False\n"
