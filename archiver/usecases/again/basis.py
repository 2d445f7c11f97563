"""What the decisions of a run rest on beside the files, and until which day they hold."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable

from archiver.ingest.assess import Assessor
from archiver.ingest.exclusion import Exclusion
from archiver.model.rights import Declaration
from archiver.usecases.documents import Document

_A_DAY = dt.timedelta(days=1)
_FORM = "archiver.basis/1"


def basis_digest(
    assessor: Assessor, documents: Iterable[Document], exclusion: Exclusion, version: str
) -> bytes:
    """Return a digest of all that decides what becomes of a file, beside the file and the day.

    Args:
        assessor: Decides.
        documents: Behind its declarations.
        exclusion: What is left out.
        version: The program's.
    """
    said = (
        _FORM,
        version,
        assessor.policy,
        assessor.declared,
        [(one.name, one.size_bytes, one.sha256) for one in documents],
        exclusion.rules,
    )
    return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).digest()


def holds_until(declarations: Iterable[Declaration], on: dt.date) -> dt.date | None:
    """Return a day up to which no decision changes by the calendar alone; ``None`` where none ever does.

    Where terms of protection are reckoned the day is the end of the year, with which they end.

    Args:
        declarations: That the decisions rest on.
        on: The day that they were made for.
    """
    days: list[dt.date] = []
    for one in declarations:
        days += [day for end in (one.expires, one.date) if end is not None and (day := _before(end, on))]
        if one.facts is not None or one.jurisdiction:
            days += filter(None, [_before(dt.date(on.year, 12, 31), on)])
    return min(days, default=None)


def _before(end: dt.date, on: dt.date) -> dt.date | None:
    """A day before anything can change because a day ends; that is at other times at either side of the date line."""
    if end < on - _A_DAY * 2:
        return None
    return max(end - _A_DAY * 2, on - _A_DAY)
