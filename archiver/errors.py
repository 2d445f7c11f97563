"""The errors that end a run, each with the exit status it causes and a hint on what to do.

A fault of one file is a :class:`archiver.model.problem.Problem`, a value; only what stops the whole run is
raised. Exit statuses are the same for every command:

====  ==========================================================
0     done
1     stopped by an error, nothing lost
2     wrong usage
3     done, but some files were left out or await review
4     damage or an invalid bag was found
130   interrupted
====  ==========================================================
"""

from __future__ import annotations

from collections.abc import Sequence

DONE = 0
STOPPED = 1
USAGE = 2
INCOMPLETE = 3
DAMAGED = 4
INTERRUPTED = 130


class ArchiverError(Exception):
    """A fault that ends the run.

    Args:
        message: What failed and on which path, in one plain sentence.
        hint: What state things are in and what to do next; may be empty.
        details: What belongs to the message and is shown a line each.
    """

    exit_code = STOPPED

    def __init__(self, message: str, hint: str = "", details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = tuple(details)


class UsageError(ArchiverError):
    """What was asked for cannot be meant: a wrong option, folder or file given by the user."""

    exit_code = USAGE


class ConfigError(UsageError):
    """A configuration, declaration or policy file says something it cannot say."""


class StoreError(ArchiverError):
    """The store cannot be written: full, failing, read-only or held by another run."""


class Interrupted(ArchiverError):  # noqa: N818 - the event is named, as KeyboardInterrupt is
    """The person at the keyboard stopped the run."""

    exit_code = INTERRUPTED
