"""The top of a run: the one place that looks at the clock and makes an identifier."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

from archiver.cli.version import program_version
from archiver.errors import UsageError
from archiver.model.run import Run

_NAMESPACE = uuid.UUID("8f3f8f0e-6a2c-5d0e-9a55-2f6d1f0d7c11")


def new_run(environment: Mapping[str, str]) -> Run:
    """Return what the run takes from the world.

    With ``SOURCE_DATE_EPOCH`` set (seconds since 1970 UTC, https://reproducible-builds.org/specs/source-date-epoch/)
    the clock stands still at that moment, in UTC, and the identifier follows from it, so that the same sources give the
    same bag, byte for byte.

    Raises:
        UsageError: where ``SOURCE_DATE_EPOCH`` is no such number.
    """
    fixed = environment.get("SOURCE_DATE_EPOCH")
    if not fixed:
        return Run(lambda: dt.datetime.now().astimezone(), program_version(), uuid.uuid4())
    try:
        moment = dt.datetime.fromtimestamp(int(fixed), dt.UTC)
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"SOURCE_DATE_EPOCH must be seconds since 1970, not {fixed!r}") from None
    return Run(lambda: moment, program_version(), uuid.uuid5(_NAMESPACE, fixed))
