"""A query as it comes from a shell: words that begin with ``-`` are no options, and blanks that were quoted hold together."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from archiver.cli.commands import Command

_KEPT = "\0"
"""Marks a word that begins with ``-``; no argument of a program can hold it."""

_NEGATED = re.compile(r"-[^-].*", re.DOTALL)
_ONE_FIELD = re.compile(r"(-?[A-Za-z][A-Za-z_-]*:)([^\"]*\s[^\"]*)", re.DOTALL)
_MORE_TERMS = re.compile(r"\s(?:-\S|not\s|[A-Za-z_-]+:\S)", re.IGNORECASE)


class QueryCommand(Command):
    """A command whose arguments are a query, in which ``-live`` leaves out what has that word.

    A word with one ``-`` that is no option belongs to the query.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line."""
        kept: list[str] = []
        takes_value = {name for option in self.params if _has_value(option) for name in option.opts}
        options = {*ctx.help_option_names, *(name for option in self.params for name in option.opts)}
        for index, arg in enumerate(args):
            if arg == "--":
                kept += args[index:]
                break
            is_value = index > 0 and args[index - 1] in takes_value
            is_word = not is_value and arg not in options and _NEGATED.fullmatch(arg) is not None
            kept.append(_KEPT + arg if is_word else arg)
        return super().parse_args(ctx, kept)


def query_text(args: Sequence[str]) -> str:
    """Return a query as one text.

    A shell takes quotation marks away: of ``artist:"the beatles"`` it hands on one argument with a blank in it.
    """
    return " ".join(_quoted_again(arg.removeprefix(_KEPT)) for arg in args)


def _quoted_again(arg: str) -> str:
    found = _ONE_FIELD.fullmatch(arg)
    if found is not None and not _MORE_TERMS.search(found[2]):
        return f'{found[1]}"{found[2]}"'
    if arg.startswith("-") and re.search(r"\s", arg) and '"' not in arg and ":" not in arg:
        return f'-"{arg[1:]}"'
    return arg


def _has_value(option: click.Parameter) -> bool:
    return isinstance(option, click.Option) and not option.is_flag
