"""What can be done about an error, spelled for the command line; and that nothing below it spells such words."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import archiver
from archiver.cli.remedies import advice
from archiver.errors import Remedy, Way
from docs.command_tree import walk

PACKAGE = Path(archiver.__file__).parent

IN_BAGS = {
    # the README of a bag tells whoever opens it in forty years how to check it, with this program too
    "records/readme.py": {"archiver verify", "command"},
    # and so do its pages
    "report/overview.py": {"archiver verify"},
    "report/receipt.py": {"archiver receipt", "archiver verify"},
}
"""Words of the command line that are right where they stand, for they lie in bags."""

COMMANDS = [" ".join(node.path) for node in walk() if len(node.path) > 1]
OPTIONS = {
    option
    for node in walk()
    for parameter in node.command.params
    if isinstance(parameter, click.Option)
    for option in (*parameter.opts, *parameter.secondary_opts)
    if option.startswith("--")
}
TYPED = re.compile(
    r"\bcommand\b|"
    + "|".join(rf"\b{command}\b" for command in COMMANDS)
    + "|"
    + "|".join(rf"(?<![\w-]){option}(?![\w-])" for option in sorted(OPTIONS))
)


def typed_words(source: str) -> Iterator[str]:
    """Yield what of the string literals of a module, but for its docstrings, is a command or an option."""
    tree = ast.parse(source)
    bare = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
    }  # docstrings, of attributes too
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield from TYPED.findall(node.value)


def test_no_module_below_the_command_line_spells_its_words() -> None:
    spelled = {
        str(module.relative_to(PACKAGE)): set(typed_words(module.read_text("utf-8")))
        for module in PACKAGE.rglob("*.py")
        if module.relative_to(PACKAGE).parts[0] != "cli"
    }
    assert {module: words for module, words in spelled.items() if words} == IN_BAGS


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("raise E('Choose another --name.')", ["--name"]),
        ("hint = f'Check it: archiver verify {bag}'", ["archiver verify"]),
        ("hint = 'Check it: archiver ' 'verify'", ["archiver verify"]),
        ("x = '''a rights file: archiver rights template'''", ["archiver rights"]),
        ("def f():\n    'As --name has it.'\n    return '--quiet, -name, a--name'", []),
        ("X = 1\n'What --to is.'", []),
        ("hint = 'Give the same command again.'", ["command"]),
        ("# --name\nx = 'name'", []),
    ],
)
def test_words_of_the_command_line_are_found_where_they_are_told(source: str, found: list[str]) -> None:
    assert list(typed_words(source)) == found


@pytest.mark.parametrize("way", Way, ids=lambda way: way.name)
def test_each_way_is_spelled_with_commands_and_options_that_there_are(way: Way) -> None:
    told = advice("", [Remedy(way)])
    assert told[0].isupper()
    assert set(re.findall(r"(?<![\w-])--[a-z-]+", told)) <= OPTIONS
    _, word, typed = told.partition("archiver ")
    assert not word or any(f"archiver {typed}".startswith(command) for command in COMMANDS)
    assert "{" not in told


@given(st.sampled_from(Way), st.text(min_size=1))
@example(Way.VERIFY, "Bags: one")
def test_a_subject_is_told_so_that_a_shell_gives_it_back(way: Way, subject: str) -> None:
    told, plain = advice("", [Remedy(way, subject)]), advice("", [Remedy(way)])
    quoted = shlex.quote(subject)
    assert told == plain or (told.endswith(f" {quoted}") and shlex.split(quoted) == [subject])


@pytest.mark.parametrize(
    ("hint", "remedies", "told"),
    [
        ("Nothing was written.", [], "Nothing was written."),
        ("", [], ""),
        ("", [Remedy(Way.NAME_OTHERWISE)], "Choose another --name."),
        (
            "It was not touched.",
            [Remedy(Way.MOVE_AWAY), Remedy(Way.NAME_OTHERWISE)],
            "It was not touched. Move it away, or choose another --name.",
        ),
        (
            "No bag was written.",
            [Remedy(Way.FREE_SPACE), Remedy(Way.ANOTHER_STORE), Remedy(Way.PACK_PART)],
            "No bag was written. Free some space, choose another --to, or pack a part of the source.",
        ),
        (
            "",
            [Remedy(Way.PACK_PART), Remedy(Way.CLEAN_STORE, "/media/my disk")],
            "Pack a part of the source. To clear what interrupted runs left: archiver store clean '/media/my disk'",
        ),
        (
            "No bag was written.",
            [Remedy(Way.EXPLAIN_FILE), Remedy(Way.DECLARE)],
            (
                "No bag was written. Why, for one of them: archiver explain FILE. What you know can be declared:"
                " archiver rights template SOURCE"
            ),
        ),
        (
            "All copies wait. Free some space.",
            [Remedy(Way.GO_ON)],
            "All copies wait. Free some space. Give the same command again: it goes on from there.",
        ),
        (
            "",
            [Remedy(Way.PUT_FILE_IN_PLACE), Remedy(Way.NAME_DECLARATIONS)],
            "Put the file itself in its place, or name the one that counts: --rights FILE",
        ),
    ],
)
def test_state_and_remedies_read_as_one_text(hint: str, remedies: list[Remedy], told: str) -> None:
    assert advice(hint, remedies) == told
