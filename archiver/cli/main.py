"""The ``archiver`` command: its subcommands, loaded when they are called, and the one place where errors end."""

from __future__ import annotations

import contextlib
import errno
import functools
import gc
import importlib
import io
import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn, TextIO

import click

from archiver import errors, process
from archiver.cli.commands import status_lines
from archiver.cli.terminal.output import OutputError, mark_output
from archiver.cli.version import program_version
from archiver.errors import ExitStatus
from archiver.machine import reason

_COMMANDS = {
    "scan": "say what is there; write nothing",
    "pack": "write a bag",
    "verify": "say whether bags are complete and valid",
    "heal": "make whole what is damaged or missing in a bag",
    "protect": "give a bag recovery data against decay",
    "restore": "give back what bags hold, as it was",
    "diff": "say how two bags, accessions or folders differ",
    "explain": "say what is known of a file's rights, and what follows",
    "rights": "help to write declarations of rights, and check them",
    "duplicates": "find copies of the same music; delete nothing",
    "export": "take out of a bag what may be used for one purpose",
    "find": "find files in bags by words, tags and what is known of them",
    "show": "say all that is known of a bag, a file or an album",
    "list": "list stores, bags, collections, accessions or albums",
    "status": "say what is kept where, when it was checked, what falls due",
    "copy": "make a second copy of bags in another store",
    "audit": "read again what was longest unchecked, within a budget",
    "due": "say what rights end by a day, and what to review",
    "report": "make a page to look at a bag",
    "receipt": "make a receipt for a bag, to print and sign",
    "bag": "change the tag files of a finished bag",
    "sign": "sign bags with your SSH key, or keep signatures of others",
    "retire": "remove a copy of a bag, where nothing is lost with it",
    "catalogue": "look after the index over all your bags",
    "store": "clear what is left in a store, or keep its bags from being changed",
    "completion": "print what makes your shell complete archiver's commands",
}
"""Every subcommand, in the order of use, with its line in the overview; each is the module of its name."""

_SCARCE = {
    errno.EMFILE: "open files",
    errno.ENFILE: "open files",
    errno.EAGAIN: "processes",
    errno.ENOMEM: "memory",
}
"""What a machine, or the shell's limits, may have too little of, by the error that tells of it."""

_OPEN_FILES = 4096
"""More than the most jobs need."""

_LEAST_OPEN_FILES = 64

_OBJECTS_BETWEEN_LOOKS = 20_000
"""After so many new objects Python looks for cycles among them. Frozen values make none, and a look at every 700th, which is
Python's own way, takes a sixth of the time of a run over many files."""

_LONGEST = 2_000
"""Characters of one line of an error; a key or path in it may be a megabyte."""

_EPILOG = f"""\b
Exit status, the same for every command:
{status_lines()}

\b
A first try:
  archiver scan Music
  archiver pack Music --to /media/backup
  archiver verify /media/backup

Your music is only ever read. Nothing is downloaded, decrypted or sent anywhere.
"""


class _LazyGroup(click.Group):
    """Imports a subcommand's module only when it is called, so that help and version answer at once."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take no words at all for the command ``status`` where there is a catalogue."""
        bare = not args and not ctx.resilient_parsing and _has_catalogue()
        return super().parse_args(ctx, ["status"] if bare else args)

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
            from archiver.cli.terminal.text import nearest, shown  # noqa: PLC0415 - only a mistake needs it

            ctx.fail(f"There is no command {shown(typed)!r}.{nearest(typed, _COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


def _has_catalogue() -> bool:
    from archiver import config  # noqa: PLC0415 - help and version do without

    try:
        return os.path.lexists(config.catalogue_place(None, config.load_settings(os.environ)))
    except errors.ConfigError:
        return False


def _show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"archiver {program_version()}")
        ctx.exit()


@click.group(
    cls=_LazyGroup,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.option(
    "-V",
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
def archiver() -> None:
    """Pack the music you hold into packages that can be proved intact.

    archiver reads music files that you have, says what is in them, and writes
    BagIt packages (RFC 8493) that carry a checksum for every file and, beside
    it, what may be done with each file and on what evidence.
    """
    _settle_in()


def _settle_in() -> None:
    """See to it that the machine lets a run do its work, before it begins.

    Raises:
        ArchiverError: where it does not.
    """
    allowed = process.allow_open_files(_OPEN_FILES)
    if allowed is not None and allowed < _LEAST_OPEN_FILES:
        raise errors.ArchiverError(
            f"this shell lets a program have no more than {allowed} files open at once",
            f"Nothing was done. At least {_LEAST_OPEN_FILES} are needed: ulimit -n 1024",
        )
    from archiver.machine import settle_temporary_folder  # noqa: PLC0415 - help and version do without

    settle_temporary_folder()


def main() -> NoReturn:
    """Run the command line and end the process with its exit status; no traceback reaches a user."""
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS)
    process.on_ending(process.stop_at_once)
    _replace_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    mark_output()
    status = _flushed(_status())
    process.on_ending(signal.SIG_IGN)  # it is done, and what is left takes no time
    if status == ExitStatus.INTERRUPTED:
        _end_at_once(status)
    sys.exit(status)


def _replace_closed_streams() -> None:
    """Send to nowhere what would go to a stream that came closed."""
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
        result = _interruptible()
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _interrupted()
    except click.ClickException as error:
        _print_error(functools.partial(_show_usage, error))
        return ExitStatus.USAGE
    except errors.ArchiverError as error:
        _say(error)
        return error.exit_code
    except OutputError as error:
        return _unwritten(error)
    except Exception as error:
        if os.environ.get("ARCHIVER_DEBUG"):
            raise
        return _unforeseen(error)
    return result if isinstance(result, int) else ExitStatus.DONE


def _interruptible() -> object:
    """Run the command line so that Ctrl-C raises KeyboardInterrupt, and only as long as somebody catches it."""
    try:
        process.on_ending(process.interrupt)
        return archiver.main(standalone_mode=False, prog_name="archiver")
    finally:
        process.on_ending(process.stop_at_once)


def _flushed(status: int) -> int:
    """Write what is still to be written to standard output, and return ``status`` if that succeeds."""
    try:
        sys.stdout.flush()
    except OSError as error:
        return _unwritten(error)
    return status


def _unwritten(error: OSError) -> int:
    """Say that the report could not be written where it was to go; that its reader has gone is not worth a word."""
    _discard(sys.stdout)
    if error.errno == errno.EPIPE:
        return ExitStatus.STOPPED
    _say(
        errors.ArchiverError(
            f"cannot write to standard output: {reason(error)}",
            "Only the report is not complete. A bag that stands under its name is whole.",
        )
    )
    return ExitStatus.STOPPED


def _discard(stream: TextIO) -> None:
    """Keep Python from complaining once more when it flushes at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _print_error(show: Callable[[], object]) -> None:
    """Print to standard error; where that cannot be written, the exit status alone says what happened."""
    try:
        show()
        sys.stderr.flush()
    except OSError:
        _discard(sys.stderr)
    except (MemoryError, ImportError):  # of what it takes to wrap a line
        os.write(2, b"archiver: there is not enough memory\n")


def _say(error: errors.ArchiverError) -> None:
    _print_error(functools.partial(_show, error))


def _show_usage(error: click.ClickException) -> None:
    """Print what click says of a wrong word, which may be a folder's name that a shell's ``*`` put there."""
    from archiver.cli.terminal.text import shown  # noqa: PLC0415 - only an error needs it

    said = io.StringIO()
    error.show(said)
    click.echo("\n".join(map(shown, said.getvalue().rstrip("\n").split("\n"))), err=True)


def _show(error: errors.ArchiverError) -> None:
    from archiver.cli.remedies import advice  # noqa: PLC0415 - only an error needs it
    from archiver.cli.terminal.text import brief, shown, wrapped  # noqa: PLC0415 - the same

    # only a file with several faults has a line for each; a line break in any other message is part of a name
    lines = error.message.split("\n") if isinstance(error, errors.ConfigError) else [error.message]
    first, *rest = lines
    click.echo(wrapped(f"archiver: {brief(first, _LONGEST)}"), err=True)
    for line in (*rest, *error.details):
        click.echo(wrapped(brief(line, _LONGEST), indent="  "), err=True)
    told = advice(error.hint, error.remedies)
    if told:
        click.echo(wrapped(shown(told), indent="  "), err=True)


def _unforeseen(error: Exception) -> int:
    if isinstance(error, FileNotFoundError) and not process.has_current_folder():
        _say(
            errors.UsageError(
                "the current folder has been deleted, so nothing can be found by a path that begins in it",
                "Change to another folder, or name every path from / on.",
            )
        )
        return ExitStatus.USAGE
    scarce = _scarce(error)
    if scarce is not None:
        _say(
            errors.ArchiverError(
                f"this machine, or the shell's limits (ulimit -a), let this program have no more {scarce}",
                "No source was changed and no bag was left unfinished under its name."
                + process.told_limits(),
            )
        )
        return ExitStatus.STOPPED
    _say(
        errors.ArchiverError(
            f"a fault in this program stopped the run: {type(error).__name__}: {error}",
            "No source was changed and no bag was left unfinished under its name. Please report it, with what"
            " the same command prints after: export ARCHIVER_DEBUG=1",
        )
    )
    return ExitStatus.STOPPED


def _scarce(error: Exception) -> str | None:
    """What the machine has too little of, if that is what the error tells."""
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, ImportError | SystemError) and process.limits_memory():
        return "memory"  # a library that cannot be mapped is an ImportError, and Python itself may fail oddly
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return "processes"
    return _SCARCE.get(error.errno or 0) if isinstance(error, OSError) else None


def _interrupted() -> int:
    _say(errors.Interrupted(*process.INTERRUPTED))
    return ExitStatus.INTERRUPTED
