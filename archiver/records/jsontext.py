"""JSON as the records hold it: UTF-8, one value a line where there are many, any text a file may contain."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any


def json_bytes(value: Any) -> bytes:  # noqa: ANN401 - whatever json.dumps takes
    r"""Return ``value`` as one line of JSON in UTF-8, without a line break at its end.

    A lone surrogate, which UTF-8 cannot hold but a damaged tag can, is written as its ``\uXXXX`` escape, which
    every JSON reader gives back.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    return text.encode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class LineLimits:
    """How much one line of JSON may hold that is read back from a bag, which anybody may have made.

    Values made to waste memory take thirty times the room of the text they stand in.

    Attributes:
        bytes: Its length.
        brackets: How many lists and objects it opens.
        commas: How many commas it has, which part its values.
    """

    bytes: int
    brackets: int
    commas: int


def parse_line(line: bytes, limits: LineLimits) -> Any:  # noqa: ANN401 - whatever stands there; the caller looks
    """Return the value that a line of a record holds.

    Raises:
        ValueError: where it is no JSON, or exceeds ``limits``, or a number or its depth exceeds what Python reads.
    """
    brackets = line.count(b"{") + line.count(b"[")
    if len(line) > limits.bytes or brackets > limits.brackets or line.count(b",") > limits.commas:
        raise ValueError("it is larger than any that is written")
    try:
        return json.loads(line)
    except RecursionError as error:
        raise ValueError("it is nested deeper than any that is written") from error


def rfc3339(moment: dt.datetime) -> str:
    """Return a moment in UTC as RFC 3339 has it, ``2026-11-22T18:04:05Z``, with a fraction only where there is one."""
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def rfc3339_ns(nanoseconds: int) -> str:
    """Return nanoseconds since 1970 UTC as RFC 3339, with the fraction in full where there is one.

    Years beyond those of :class:`datetime.datetime`, which a broken file system can hold, are written as the
    nearest it can.
    """
    seconds, fraction = divmod(nanoseconds, 1_000_000_000)
    try:
        moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
    except OverflowError:
        return "9999-12-31T23:59:59Z" if seconds > 0 else "0001-01-01T00:00:00Z"
    text = moment.replace(tzinfo=None).isoformat()
    return f"{text}.{fraction:09d}Z" if fraction else f"{text}Z"
