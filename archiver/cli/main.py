"""The ``archiver`` command: its subcommands, loaded when they are called, and the one place where errors end."""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

import click

from archiver import __version__, errors
from archiver.cli.commands import status_lines

_COMMANDS = {
    "scan": "say what is there; write nothing",
    "pack": "write a bag",
    "verify": "say whether bags are complete and valid; write nothing",
    "explain": "say what is known of a file's rights, and what follows",
    "rights": "help to write declarations of rights, and check them",
    "due": "say what rights end by a day, and what to review",
    "bag": "change the tag files of a finished bag",
    "completion": "print what makes your shell complete archiver's commands",
}
"""Every subcommand, in the order of use, with its line in the overview; each is the module of its name."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})

_EPILOG = f"""\b
Exit status, the same for every command:
{status_lines()}

\b
A first try:
  archiver scan Music
  archiver pack Music --to /media/backup
  archiver verify /media/backup/*

Your music is only ever read. Nothing is downloaded, decrypted or sent anywhere.
"""


class _LazyGroup(click.Group):
    """Imports a subcommand's module only when it is called, so that help and version answer at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"archiver.cli.{cmd_name.replace('-', '_')}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed, or say which was probably meant."""
        typed = args[0]
        if typed not in _COMMANDS and not typed.startswith("-"):
            from archiver.cli.text import nearest, shown  # noqa: PLC0415 - only a mistake needs it

            ctx.fail(f"There is no command {shown(typed)!r}.{nearest(typed, _COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_LazyGroup,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(__version__, "-V", "--version", message="archiver %(version)s")
def archiver() -> None:
    """Pack the music you hold into packages that can be proved intact.

    archiver reads music files that you have, says what is in them, and writes
    BagIt packages (RFC 8493) that carry a checksum for every file and, beside
    it, what may be done with each file and on what evidence.
    """


def main() -> NoReturn:
    """Run the command line and end the process with its exit status; no traceback reaches a user."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    signal.signal(signal.SIGTERM, _interrupt)
    status = _flushed(_status())
    if status == errors.INTERRUPTED:
        _end_at_once(status)
    sys.exit(status)


def _open_closed_streams() -> None:
    """Send to nowhere what would go to a closed stream; its descriptor would become that of the next file opened."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r+", encoding="utf-8"))  # noqa: SIM115 - as long as we run


def _end_at_once(status: int) -> NoReturn:
    """End without waiting for threads that have a large file in hand; what they do meanwhile is made again."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(status)


def _status() -> int:
    try:
        result = archiver.main(standalone_mode=False, prog_name="archiver")
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _interrupted()
    except click.ClickException as error:
        error.show()
        return errors.USAGE
    except errors.ArchiverError as error:
        _say(error)
        return error.exit_code
    except BrokenPipeError:
        return _unread()
    except Exception as error:
        if os.environ.get("ARCHIVER_DEBUG"):
            raise
        return _unforeseen(error)
    return result if isinstance(result, int) else errors.DONE


def _flushed(status: int) -> int:
    """Write what is still to be written to standard output, and return ``status`` if that succeeds."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return _unread()
    except OSError as error:
        return _unwritten(error)
    return status


def _unwritten(error: OSError) -> int:
    """Say that the report could not be written where it was to go."""
    _discard_output()
    _say(
        errors.ArchiverError(
            f"cannot write to standard output: {(error.strerror or str(error)).lower()}",
            "Only the report is not complete. A bag that stands under its name is whole.",
        )
    )
    return errors.STOPPED


def _unread() -> int:
    """End because whoever read our output has gone, as ``head`` does; not worth a word."""
    _discard_output()
    return errors.STOPPED


def _discard_output() -> None:
    """Keep Python from complaining once more when it flushes at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(error: errors.ArchiverError) -> None:
    from archiver.cli.text import shown, wrapped  # noqa: PLC0415 - only an error needs it

    # only a file with several faults has a line for each; a line break in any other message is part of a name
    lines = error.message.split("\n") if isinstance(error, errors.ConfigError) else [error.message]
    first, *rest = lines
    click.echo(wrapped(f"archiver: {shown(first)}"), err=True)
    for line in (*rest, *error.details):
        click.echo(wrapped(shown(line), indent="  "), err=True)
    if error.hint:
        click.echo(wrapped(shown(error.hint), indent="  "), err=True)


def _unforeseen(error: Exception) -> int:
    if isinstance(error, OSError) and error.errno in _FULL:
        # faults of the store are told as such where they happen; this one is of the output
        return _unwritten(error)
    _say(
        errors.ArchiverError(
            f"a fault in this program stopped the run: {type(error).__name__}: {error}",
            "No source was changed and no bag was left unfinished under its name. Please report it, with what"
            " the same command prints after: export ARCHIVER_DEBUG=1",
        )
    )
    return errors.STOPPED


def _interrupted() -> int:
    _say(
        errors.Interrupted(
            "interrupted",
            "No source was changed and no bag was left unfinished under its name.",
        )
    )
    return errors.INTERRUPTED


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
