"""What the machine refuses the program itself: temporary storage, open files, memory. Nothing of it is any file's fault.

These errors are no ``OSError`` on purpose: code that turns what a file system says about a file into a finding about
that file can never take them for one. They end the run, and what was not looked at stays unsaid.
"""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

OWN_LIMITS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})
"""Error numbers that speak of this process or the whole machine, whatever file they were met at."""

_NAMED_BY = ("TMPDIR", "TEMP", "TMP")
_FOLDERS = ("/tmp", "/var/tmp", "/usr/tmp")  # noqa: S108 - where every program looks, in this order


class MachineError(Exception):
    """The machine, or a limit set for this process, refuses what the program needs for itself.

    Args:
        message: What failed, in one plain sentence.
        hint: What to do.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """The message."""
        return self.message


class TemporaryStorageError(MachineError):
    """The folder for temporary files is full, failing or missing."""


def refuse_own_limit(error: OSError) -> None:
    """Raise :class:`MachineError` where ``error`` is about this process or machine, not about the file it was met at."""
    if error.errno in OWN_LIMITS:
        raise MachineError(
            f"the system refuses this program what it needs: {reason(error)}",
            "Nothing is wrong with the file at hand. Allow more open files (ulimit -n) or free some memory.",
        ) from error


@contextlib.contextmanager
def temporary_storage() -> Iterator[None]:
    """Turn every ``OSError`` of a ``with`` block, which only uses temporary files, into :class:`TemporaryStorageError`."""
    try:
        yield
    except OSError as error:
        refuse_own_limit(error)
        raise _unusable(reason(error)) from error


def settle_temporary_folder() -> None:
    """Let ``tempfile``, and whoever uses it, write temporary files where :func:`temporary_folder` says."""
    tempfile.tempdir = _chosen_folder()


def temporary_folder() -> str:
    """The folder for temporary files: that of ``TMPDIR``, ``TEMP`` or ``TMP``, or one that a system has.

    Never the current folder, in which Python's ``tempfile`` would write where it finds no other.
    """
    return tempfile.tempdir or _chosen_folder()


def _chosen_folder() -> str:
    named = [folder for name in _NAMED_BY if (folder := os.environ.get(name))]
    for folder in (*named, *_FOLDERS):
        if os.path.isabs(folder) and os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK):
            return folder
    return (*filter(os.path.isabs, named), *_FOLDERS)[0]


def temporary_file() -> BinaryIO:
    """Make a temporary file without a name, which is gone when it is closed.

    Raises:
        TemporaryStorageError: where it cannot be made.
    """
    folder = temporary_folder()
    with temporary_storage():
        return tempfile.TemporaryFile(prefix="archiver-", dir=folder)


def _unusable(reason: str) -> TemporaryStorageError:
    return TemporaryStorageError(
        f"the folder for temporary files, {temporary_folder()}, cannot be used: {reason}",
        "This says nothing about the files that were looked at. Free some space there, or name another folder"
        " (export TMPDIR=FOLDER).",
    )


def reason(error: OSError) -> str:
    """Put an operating system's error into a few lower-case words for the middle of a sentence."""
    return (error.strerror or str(error)).lower()
