"""Tells what the operating system refuses in the store as an error of the store."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Sequence

from archiver.errors import Remedy, StoreError, Way
from archiver.machine import reason

_WAITING = "All copies wait in the store's .incoming folder."
_GO_ON = (Remedy(Way.GO_ON),)

_NAMED = (
    "ENOTCONN",
    "ESTALE",
    "ENODEV",
    "ENXIO",
    "ESHUTDOWN",
    "ECONNABORTED",
    "EHOSTDOWN",
    "ETIMEDOUT",
    "ENOMEDIUM",
)
GONE = frozenset({errno.EIO, errno.EROFS, *(getattr(errno, name) for name in _NAMED if hasattr(errno, name))})
"""What the system says of a disk or share that is gone, or that it has stopped writing to."""


@contextlib.contextmanager
def store_faults(attempt: str, hint: str | None = None, remedies: Sequence[Remedy] = ()) -> Iterator[None]:
    """Turn what the operating system refuses within a ``with`` block into a :class:`StoreError`.

    Args:
        attempt: What is being done, for "cannot …".
        hint: What state things are in and what to do; ``None`` where the copies wait for the next run.
        remedies: What can be done by way of this program; with no hint, to go on.
    """
    if hint is None:
        hint, remedies = _WAITING, _GO_ON
    try:
        yield
    except OSError as error:
        asked = " Is its disk still connected?" if error.errno in GONE else ""
        raise StoreError(f"cannot {attempt}: {reason(error)}", hint + asked, remedies=remedies) from error


@contextlib.contextmanager
def lost_store(store: bytes) -> Iterator[None]:
    """Turn an error that a store's disk gives wherever it is touched once it is gone into a :class:`StoreError`.

    It stands around a whole run. What the system refuses within is told where it is met, and more exactly; what is
    left are the calls of which nobody expects that they fail, and which do on a disk that is not there.
    """
    shown = os.fsdecode(store)
    try:
        yield
    except OSError as error:
        if error.errno not in GONE and os.path.isdir(store):
            raise
        raise StoreError(
            f"the store {shown} cannot be reached any more: {reason(error)}",
            "No bag is left unfinished under its name. What was copied waits in the store's .incoming folder. Connect its"
            " disk again.",
            remedies=_GO_ON,
        ) from error
