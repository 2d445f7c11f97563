"""Tells a fault of standard output apart from every other fault of a disk: only what is printed can raise it."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class OutputError(OSError):
    """What this program prints cannot be written where it is to go."""


class _Printed(io.FileIO):
    """The descriptor of standard output or error, whose own faults bear a name."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream.fileno(), "wb", closefd=False)
        self._stream = stream  # it would close the descriptor if nobody held it any more

    def write(self, data: ReadableBuffer, /) -> int:
        """Write as a file does.

        Raises:
            OutputError: where that fails.
        """
        try:
            return super().write(data)
        except OSError as error:
            raise OutputError(error.errno, error.strerror) from error


def mark_output() -> None:
    """Let standard output and error raise :class:`OutputError` from now on where they cannot be written."""
    sys.stdout, sys.stderr = _marked(sys.stdout), _marked(sys.stderr)


def _marked(stream: TextIO) -> TextIO:
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    is_bare = isinstance(stream.buffer, io.FileIO)  # as PYTHONUNBUFFERED has it
    if not is_bare and not hasattr(stream.buffer, "raw"):
        return stream  # a stand-in that no descriptor is behind
    stream.flush()
    raw = _Printed(stream)
    return io.TextIOWrapper(
        raw if is_bare else io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
