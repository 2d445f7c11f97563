"""Tells what the operating system refuses in the store as an error of the store."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from archiver.errors import StoreError

GO_ON = "All copies wait in the store's .incoming folder; run the same command again to go on from there."


@contextlib.contextmanager
def store_faults(attempt: str, hint: str = GO_ON) -> Iterator[None]:
    """Turn what the operating system refuses within a ``with`` block into a :class:`StoreError`.

    Args:
        attempt: What is being done, for "cannot …".
        hint: What state things are in and what to do.
    """
    try:
        yield
    except OSError as error:
        raise StoreError(f"cannot {attempt}: {reason(error)}", hint) from error


def reason(error: OSError) -> str:
    """Put an operating system's error into a few lower-case words for the middle of a sentence."""
    return (error.strerror or str(error)).lower()
