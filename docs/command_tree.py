"""The walk over every command of the program, from which its pages are made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import click

from archiver.cli.main import archiver


@dataclass(frozen=True, slots=True)
class Node:
    """A command or group, the words by which it is called, and the context in which click tells of it."""

    path: tuple[str, ...]
    command: click.Command
    context: click.Context

    def below(self) -> Iterator[Node]:
        """Yield the commands of a group, in the order of its help."""
        if isinstance(self.command, click.Group):
            for name in self.command.list_commands(self.context):
                command = self.command.get_command(self.context, name)
                assert command is not None
                yield _node(command, (*self.path, name), self.context)


def walk() -> Iterator[Node]:
    """Yield the program itself and every command, each group before what is in it."""
    yield from _walk(_node(archiver, ("archiver",), None))


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for below in node.below():
        yield from _walk(below)


def _node(command: click.Command, path: tuple[str, ...], parent: click.Context | None) -> Node:
    # two columns less than the terminal, as click leaves them free
    context = command.make_context(path[-1], [], parent, resilient_parsing=True, terminal_width=78)
    return Node(path, command, context)
