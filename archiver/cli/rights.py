"""``archiver rights``: helps to write and check declarations."""

from __future__ import annotations

import dataclasses
import os
import shlex
from collections.abc import Iterator

import click

from archiver import config
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.remedies import advice
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.terminal.text import count, shown, shown_path, wrapped
from archiver.cli.terminal.watching import watcher
from archiver.cli.top import new_run
from archiver.errors import ExitStatus
from archiver.executors.ordered import jobs_for
from archiver.model.problem import PROBLEM_KINDS
from archiver.rights.declaring.check import CheckResult
from archiver.rights.declaring.read import Remark
from archiver.usecases.hearings import UNREAD
from archiver.usecases.rights_files import (
    refuse_unwritable,
    rights_check,
    rights_template,
    write_new_file,
)

_TEMPLATE_EXAMPLES = """
  archiver rights template Music                        print it
  archiver rights template Music -o Music/rights.toml   write it, then edit it
"""
_CHECK_EXAMPLES = """
  archiver rights check Music/rights.toml --source Music
"""


@click.group(name="rights", epilog="Each command's --help lists examples and exit statuses.")
def command() -> None:
    """Help to write declarations of rights, and to check what they match."""


@command.command(cls=Command, name="template", examples=_TEMPLATE_EXAMPLES)
@click.argument("source", metavar="SOURCE", type=click.Path())
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(), help="Write to FILE, which must not be there yet."
)
@options.jobs
@options.progress
def template_command(source: str, output: str | None, jobs: int | None) -> int:
    """Write a commented rights.toml for SOURCE, grouped by what was found.

    It declares nothing until you take the comment signs away: what is in a
    file suggests a question, and only you know the answer.
    """
    settings = config.load_settings(os.environ)
    if output is not None:
        refuse_unwritable(output)
    today = new_run(os.environ).today()
    text = rights_template(source, today, jobs_for(jobs, settings.jobs), watcher())
    if output is None:
        click.echo(text, nl=False)
    else:
        write_new_file(output, text)
        click.echo(wrapped(f"Written to {shown(output)}. Edit it, then:"))
        click.echo(
            f"  archiver rights check {shown(shlex.quote(output))} --source {shown(shlex.quote(source))}"
        )
    return ExitStatus.DONE


@command.command(cls=Command, name="check", examples=_CHECK_EXAMPLES)
@click.argument("file", metavar="FILE", type=click.Path())
@click.option(
    "--source", metavar="SOURCE", required=True, type=click.Path(), help="The folder they speak for."
)
@options.jobs
@options.progress
@options.as_json
def check_command(file: str, source: str, jobs: int | None, as_json: bool) -> int:
    """Say what each declaration in FILE matches in a source, and what is left over.

    What is said in vain is told too: a denial that takes in no file, a
    document that is empty or not there, a second rights.toml.
    """
    settings = config.load_settings(os.environ)
    today = new_run(os.environ).today()
    result = rights_check(file, source, today, jobs_for(jobs, settings.jobs), watcher())
    if as_json:
        _write_json(result)
    else:
        for line in _lines(result):
            click.echo(line)
    return ExitStatus.INCOMPLETE if result.silences or result.nested else ExitStatus.DONE


def _lines(result: CheckResult) -> Iterator[str]:
    for matches in result.matches:
        yield wrapped(f"{shown(matches.declaration)} (line {matches.line}): {count(matches.files, 'file')}")
        yield from (f"    {shown(path)}" for path in matches.examples)
        if matches.files > len(matches.examples):
            yield f"    and {matches.files - len(matches.examples):,} more"
        if not matches.files:
            yield "    Nothing in the source fits its scope."
    yield ""
    yield f"Declared by nobody: {result.undeclared:,} of {count(result.files, 'file')}"
    yield from (f"    {shown(path)}" for path in result.undeclared_examples)
    if result.undeclared > len(result.undeclared_examples):
        yield f"    and {result.undeclared - len(result.undeclared_examples):,} more"
    if result.silences:
        yield "\nNot heard as it was meant"
        yield from map(_remark, result.silences)
    if result.nested:
        kind = PROBLEM_KINDS[UNREAD]
        yield f"\n{UNREAD} {kind.title}"
        yield from (wrapped(shown_path(path), indent="  ") for path in result.nested)
        yield wrapped(advice(kind.advice, kind.remedies), indent="  ")
    if result.remarks:
        yield "\nWorth a look"
        yield from map(_remark, result.remarks)


def _remark(remark: Remark) -> str:
    words = f"line {remark.line}, {shown(remark.declaration)}: {shown(remark.text)}"
    return wrapped(words, indent="  ", below="    ")


def _write_json(result: CheckResult) -> None:
    write_json(
        "archiver.rights-check/1",
        {
            "files": result.files,
            "undeclared": result.undeclared,
            "undeclared_examples": list(result.undeclared_examples),
        },
        {
            "declarations": map(dataclasses.asdict, result.matches),
            "remarks": map(dataclasses.asdict, result.remarks),
            "silences": map(dataclasses.asdict, result.silences),
            "nested": iter(result.nested),
        },
    )
