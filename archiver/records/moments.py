"""Moments as the records write them (RFC 3339, in UTC), and back."""

from __future__ import annotations

import datetime as dt
import re

_FORM = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{9}))?Z", re.ASCII)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


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
        moment = _EPOCH + dt.timedelta(seconds=seconds)
    except OverflowError:
        return "9999-12-31T23:59:59Z" if seconds > 0 else "0001-01-01T00:00:00Z"
    text = moment.replace(tzinfo=None).isoformat()
    return f"{text}.{fraction:09d}Z" if fraction else f"{text}Z"


def ns_from_rfc3339(text: str) -> int:
    """Return nanoseconds since 1970 UTC of a moment as :func:`rfc3339_ns` writes it.

    Raises:
        ValueError: where it is none.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError("it is no moment as the records write one")
    since = dt.datetime.fromisoformat(found[1]).replace(tzinfo=dt.UTC) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000_000 + int(found[2] or 0)
