from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from archiver.catalogue.query.parse import parse_query
from archiver.catalogue.query.terms import Term, Words
from archiver.cli.queries import QueryCommand, query_text


@click.command(cls=QueryCommand, examples="")
@click.argument("query", nargs=-1)
@click.option("--sort")
@click.option("--limit", type=int)
@click.option("--json", is_flag=True)
def looking(query: tuple[str, ...], sort: str | None, limit: int | None, json: bool) -> None:  # noqa: FBT001 - a flag of click's
    click.echo(repr((query_text(query), sort, limit, json)))


@pytest.mark.parametrize(
    ("args", "understood"),
    [
        (["bjork", "live"], ("bjork live", None, None, False)),
        (["bjork", "-live"], ("bjork -live", None, None, False)),
        (["-hits", "bjork"], ("-hits bjork", None, None, False)),
        (["-artist:bjork", "--json"], ("-artist:bjork", None, None, True)),
        (["x", "--sort", "-size", "--limit", "3"], ("x", "-size", 3, False)),
        (["x", "--sort=-size"], ("x", "-size", None, False)),
        (["-x", "-1990", "-"], ("-x -1990 -", None, None, False)),
        (["--", "-live"], ("-live", None, None, False)),
        (["artist:the beatles"], ('artist:"the beatles"', None, None, False)),
        (["-artist:the beatles"], ('-artist:"the beatles"', None, None, False)),
        (["artist:bjork year:1990"], ("artist:bjork year:1990", None, None, False)),
        (["artist:bjork -live"], ("artist:bjork -live", None, None, False)),
        (["artist:bjork not live"], ("artist:bjork not live", None, None, False)),
        (['title:"hyper ballad" remix'], ('title:"hyper ballad" remix', None, None, False)),
        (["-two words"], ('-"two words"', None, None, False)),
        (['"dark side"'], ('"dark side"', None, None, False)),
        (["dark side"], ("dark side", None, None, False)),
    ],
)
def test_how_a_command_line_is_understood(args: list[str], understood: tuple[object, ...]) -> None:
    done = CliRunner().invoke(looking, args)
    assert done.output == f"{understood!r}\n"


def test_a_wrong_option_is_still_one() -> None:
    done = CliRunner().invoke(looking, ["x", "--sorted", "size"])
    assert done.exit_code == 2
    assert "--sorted" in done.output


def test_help_stands_alone() -> None:
    assert CliRunner().invoke(looking, ["--help"]).exit_code == 0


def test_what_a_shell_quoted_is_words_side_by_side() -> None:
    assert parse_query(query_text(["artist:the beatles"])).terms == (
        Term(Words("artist", "the beatles", quoted=True)),
    )
