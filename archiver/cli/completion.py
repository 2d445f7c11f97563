"""``archiver completion``: prints the script with which a shell completes this program's commands."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from archiver.cli.commands import Command

_EXAMPLES = """
  bash:  archiver completion bash > ~/.local/share/bash-completion/completions/archiver
  zsh:   archiver completion zsh > ~/.zfunc/_archiver   (with ~/.zfunc in fpath)
  fish:  archiver completion fish > ~/.config/fish/completions/archiver.fish
"""


@click.command(cls=Command, name="completion", examples=_EXAMPLES)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script with which SHELL completes archiver's commands."""
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(ctx.find_root().command, {}, "archiver", "_ARCHIVER_COMPLETE").source())
