"""Starts the programs of others that make and judge signatures: without a shell, with bounds on time and output."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

MOST_BYTES = 1 << 20
"""Of what a program says; more is not looked at."""

_SECONDS = 60
"""A program that judges a small file and does not answer by then does not answer at all."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a program.

    Attributes:
        status: Its exit status; ``None`` where it could not be started or did not end in time.
        said: What it wrote to standard output.
    """

    status: int | None
    said: bytes


def program(name: str) -> str | None:
    """Where the program of that name is, on the absolute folders of ``PATH`` alone; ``None`` where it is not.

    The current folder may be a stranger's, and a program in it must not be run.
    """
    folders = [
        folder for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(folder)
    ]
    return shutil.which(name, path=os.pathsep.join(folders)) if folders else None


def ask(command: Sequence[str], given: bytes = b"") -> Answer:
    """Run a program that judges something and return its answer.

    Args:
        command: The program's path and its words.
        given: What it gets on standard input.
    """
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and the program was looked up
            command,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
            env=os.environ | {"LC_ALL": "C"},
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return Answer(None, b"")
    return Answer(done.returncode, done.stdout[:MOST_BYTES])


def converse(command: Sequence[str], given: bytes) -> Answer:
    """Run a program that may ask the person at the terminal something, for as long as that takes.

    It has its own door to the terminal; what it writes to standard error is shown as it comes.

    Args:
        command: The program's path and its words.
        given: What it gets on standard input.
    """
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and the program was looked up
            command, input=given, stdout=subprocess.PIPE, check=False
        )
    except (OSError, ValueError):
        return Answer(None, b"")
    return Answer(done.returncode, done.stdout[:MOST_BYTES])
