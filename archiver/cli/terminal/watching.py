"""Chooses what watches a run; the terminal's display is loaded only where there is a terminal."""

from __future__ import annotations

import sys

from archiver.cli.terminal.notes import NotesOnly
from archiver.usecases.watch import Watch


def watcher() -> Watch:
    """Return what watches a run: a progress display where standard error is a terminal, else notes alone."""
    if not sys.stderr.isatty():
        return NotesOnly()
    from archiver.cli.terminal.progress import TerminalWatch  # noqa: PLC0415 - rich takes as long to load as a small bag to verify

    return TerminalWatch()
