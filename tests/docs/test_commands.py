"""Every command in the documentation is run, and prints what the page says."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from archiver import process
from tests.docs.blocks import ROOT, commands, fits
from tests.running import seen_here

PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs" / "tutorial").glob("*.md")),
    *sorted((ROOT / "docs" / "how-to").glob("*.md")),
]
CLOCK = "1795370645"
"""2026-11-22, 18:04:05 UTC."""
OF_THE_SHELL = set("|&;<>$*?~`\\\n")
"""Characters that mean more to a shell than themselves, or may."""
COLLECTION = ROOT / "examples" / "collection"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """Make a folder as the pages take for granted: ``Music`` to pack, ``archiver`` installed."""
    shutil.copytree(COLLECTION, tmp_path / "desk" / "Music")
    program = tmp_path / "bin" / "archiver"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m archiver "$@"\n')
    program.chmod(0o755)
    return tmp_path / "desk"


def run(line: str, desk: Path) -> tuple[int, str]:
    """Run a line and return its status and what it prints; what needs no shell is run in this process."""
    environment = {
        "PATH": f"{desk.parent / 'bin'}:{os.environ['PATH']}",
        "HOME": str(desk.parent),
        "PYTHONPATH": str(ROOT),
        "SOURCE_DATE_EPOCH": CLOCK,
        "ARCHIVER_CATALOGUE": str(desk.parent / "catalogue.sqlite"),
        "LC_ALL": "C.UTF-8",
    }
    if line.startswith("archiver ") and not OF_THE_SHELL & set(line):
        return seen_here(*shlex.split(line, comments=True)[1:], **environment)
    ended = subprocess.run(
        ["bash", "-c", line],
        cwd=desk,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout


def unchanged(source: Path) -> bool:
    originals = [path for path in COLLECTION.rglob("*") if path.is_file()]
    copies = [source / path.relative_to(COLLECTION) for path in originals]
    return bool(copies) and all(
        copy.read_bytes() == original.read_bytes() and copy.stat().st_mtime_ns == original.stat().st_mtime_ns
        for copy, original in zip(copies, originals, strict=True)
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_the_page_does_what_the_page_says(
    page: Path, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    monkeypatch.setattr(
        process, "be_quiet", lambda: True
    )  # it would hold for all that this process does later
    given = [command for command in commands(page) if not command.line.startswith("python3 -m venv")]
    assert given, "a page that tells what to do has commands"
    for command in given:
        status, printed = run(command.line, desk)
        if command.status is not None:
            assert status == command.status, f"{command.line}\n{printed}"
        if command.expected is not None:
            assert fits(command.expected, printed), f"{command.line}\n{printed}"
    assert unchanged(desk / "Music")


def install_lines() -> list[str]:
    lines = [command.line for command in commands(ROOT / "README.md")]
    return [line for line in lines if line.startswith("python3 -m venv")]


def test_the_readme_installs_with_one_line_and_tests_with_one_line() -> None:
    packs, tests = install_lines()
    assert " pip install " not in packs, "by the new environment's own pip"
    assert ".venv/bin/pip install --quiet . && .venv/bin/archiver pack examples/collection" in packs
    assert tests.endswith("/python -m pytest -n auto")


@pytest.mark.parametrize("line", ["pipx install .", "uv tool install ."])
def test_the_readmes_lines_for_every_day_install_the_command(line: str, tmp_path: Path) -> None:
    assert f"\n{line}\n" in (ROOT / "README.md").read_text()
    tool = shutil.which(line.split(maxsplit=1)[0])
    if tool is None:
        pytest.skip(f"{line.split(maxsplit=1)[0]} is not installed: its line in the README is not tried")
    places = {"PIPX_HOME": "home", "PIPX_BIN_DIR": "bin", "UV_TOOL_DIR": "home", "UV_TOOL_BIN_DIR": "bin"}
    environment = os.environ | {name: str(tmp_path / place) for name, place in places.items()}
    subprocess.run([tool, *line.split()[1:]], cwd=ROOT, env=environment, check=True, capture_output=True)
    said = subprocess.run([tmp_path / "bin" / "archiver", "--version"], check=True, capture_output=True)
    assert said.stdout.startswith(b"archiver ")


def test_the_readmes_first_line_packs_the_examples(tmp_path: Path) -> None:
    packs = install_lines()[0].rpartition(" && ")[2]
    arguments = packs.removeprefix(".venv/bin/archiver ").replace("/tmp/archive", str(tmp_path / "archive"))
    ended = subprocess.run(
        [sys.executable, "-m", "archiver", *arguments.split()], cwd=ROOT, capture_output=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert [path.name for path in (tmp_path / "archive").iterdir() if path.name.startswith("collection-")]
