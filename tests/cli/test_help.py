"""Every command explains itself: what it does, examples, exit statuses, in 80 columns."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from archiver.cli.main import archiver
from archiver.cli.version import program_version
from archiver.errors import ExitStatus
from tests.running import run_here, run_program

STATUSES = [str(status.value) for status in ExitStatus]


def leaves(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command that does something."""
    if not isinstance(command, click.Group):
        yield words
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        yield from leaves(below, (*words, name))


COMMANDS = [" ".join(words) for words in leaves(archiver)]


def after(text: str, title: str) -> list[str]:
    lines = text.splitlines()
    return lines[lines.index(title) + 1 :]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_has_examples_and_exit_statuses(command: str) -> None:
    outcome = run_here(*command.split(), "--help")
    assert outcome.code == 0
    assert outcome.err == ""
    assert [line.split()[0] for line in after(outcome.out, "Exit status:")] == STATUSES
    examples = after(outcome.out, "Examples:")
    assert f"archiver {command}" in examples[0]
    long = [line for line in outcome.out.splitlines() if len(line) > 80]
    assert all("completion" in line for line in long), long
    assert run_here(*command.split(), "-h").out == outcome.out


def test_overview_lists_every_command_and_status() -> None:
    outcome = run_here("--help")
    assert outcome.code == 0
    for command in COMMANDS:
        assert f"\n  {command.split()[0]} " in outcome.out
    for status in STATUSES:
        assert re.search(rf"(?m)^ +{status} ", outcome.out)
    assert max(map(len, outcome.out.splitlines())) <= 80


def test_help_of_every_module_is_the_one_of_the_overview() -> None:
    """The overview's lines are kept apart from the commands so that help need not import them; both must exist."""
    assert {command.split()[0] for command in COMMANDS} == set(
        archiver.list_commands(click.Context(archiver))
    )


def test_version() -> None:
    assert run_here("--version").out == f"archiver {program_version()}\n"
    assert run_here("-V").out == f"archiver {program_version()}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_unknown_options_are_wrong_usage(command: str) -> None:
    outcome = run_here(*command.split(), "--no-such-option")
    assert outcome.code == 2
    assert outcome.out == ""
    assert "No such option" in outcome.told
    assert f"archiver {command} --help" in outcome.told


DO_WITHOUT = {"audit", "completion", "catalogue check", "catalogue update", "list", "status"}
"""Commands that need no argument; completion is told of the missing one as of a choice."""


@pytest.mark.parametrize("command", [command for command in COMMANDS if command not in DO_WITHOUT])
def test_missing_arguments_are_wrong_usage(command: str) -> None:
    outcome = run_here(*command.split())
    assert outcome.code == 2
    assert "Missing argument" in outcome.told or "Missing option" in outcome.told


@pytest.mark.parametrize(
    "words", [["nonsense"], ["--nonsense"], ["scan", "--jobs", "0", "."], ["scan", "-j", "x", "."]]
)
def test_other_wrong_usage(words: list[str]) -> None:
    outcome = run_here(*words)
    assert outcome.code == 2
    assert outcome.out == ""
    assert "Traceback" not in outcome.err


def test_nothing_at_all_shows_the_overview() -> None:
    outcome = run_here()
    assert outcome.code == 2
    assert "Commands:" in outcome.out + outcome.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script(shell: str) -> None:
    outcome = run_here("completion", shell)
    assert outcome.code == 0
    assert "_ARCHIVER_COMPLETE" in outcome.out
    assert "archiver" in outcome.out


def test_completion_completes_commands_and_options() -> None:
    def completed(words: str) -> str:
        typed = {
            "_ARCHIVER_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        }
        return run_program(**typed).out

    assert "verify" in completed("archiver ver")
    assert "--dry-run" in completed("archiver pack --d")


def test_the_help_says_what_each_status_means() -> None:
    told = [line.split(maxsplit=1) for line in after(run_here("scan", "--help").out, "Exit status:")]
    assert told == [[str(status.value), status.meaning] for status in ExitStatus]
    assert list(ExitStatus) == [0, 1, 2, 3, 4, 130]
