"""Folders in which a run works out what it is going to copy: beside the bags that are built, and gone at the end of the run."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator

from archiver.store import tree
from archiver.store.area import INCOMING, SCRATCH, Place
from archiver.store.faults import store_faults

_SECRETS = 8


@contextlib.contextmanager
def scratch(store: bytes, purpose: bytes) -> Iterator[bytes]:
    """Lend a folder beside the bags that are built, by its absolute path; it is gone after the ``with`` block.

    Args:
        store: The store, whose lock is held.
        purpose: What its name begins with: ``redacted`` or ``unpacked``.

    Raises:
        StoreError: where it cannot be made.
    """
    name = purpose + b"-" + secrets.token_hex(_SECRETS).encode()
    assert SCRATCH.fullmatch(name)
    place = Place(store, INCOMING)
    with store_faults(f"write to {os.fsdecode(place.absolute)}"), place.cursor() as cursor:
        os.mkdir(name, 0o700, dir_fd=cursor.folder(b""))
    try:
        yield place.absolute + b"/" + name
    finally:
        with contextlib.suppress(OSError), place.cursor() as cursor:
            tree.remove(cursor, name)


def clear_scratch(store: bytes) -> None:
    """Remove such folders of runs that were killed; what cannot be removed stays for the next run.

    Args:
        store: The store, whose lock is held, so that nobody uses them.
    """
    with contextlib.suppress(OSError), Place(store, INCOMING).cursor() as cursor:
        for name in tree.folders_named(cursor.folder(b""), SCRATCH):
            with contextlib.suppress(OSError):
                tree.remove(cursor, name)
