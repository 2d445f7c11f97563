"""What runs before a change lands says what it runs, and the tests are run by the README's command."""

from __future__ import annotations

import subprocess

import pytest

from tests.docs.blocks import ROOT, commands


def ci(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", ROOT / ".ci" / "run", *words],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_ci_runs_the_readmes_test_command_word_for_word() -> None:
    [command] = [each.line for each in commands(ROOT / "README.md") if "-m pytest" in each.line]
    listed = ci("--list")
    assert listed.returncode == 0, listed.stderr
    assert [line.strip() for line in listed.stdout.splitlines()].count(command) == 1


def test_listing_runs_nothing_and_names_every_check_once() -> None:
    listed = ci("--list")
    names = [line.split()[0] for line in listed.stdout.splitlines() if not line.startswith(" ")]
    assert len(names) == len(set(names))
    assert {"readme_tests", "lint", "types", "layers", "changelog", "wheel"} <= set(names)
    assert "===" not in listed.stdout


@pytest.mark.parametrize("words", [["nonsense"], ["lint", "nonsense"], ["--list", "lint"]])
def test_what_is_no_check_is_wrong_usage_and_runs_nothing(words: list[str]) -> None:
    said = ci(*words)
    assert said.returncode == 2
    assert said.stdout == ""
    assert "--list" in said.stderr
