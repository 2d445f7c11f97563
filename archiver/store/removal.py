"""Removes a finished bag so that no half of it is ever seen under its name: one rename out of sight, then the rest.

What a removal was interrupted in lies in ``.incoming`` under a name of this program, and the next one finishes it.
"""

from __future__ import annotations

import os
import secrets

from archiver import filesystem
from archiver.store import tree
from archiver.store.area import INCOMING, RETIRED, Place
from archiver.store.faults import store_faults


def remove_bag(store: bytes, name: bytes) -> None:
    """Remove the bag or archive ``name`` of the store, which the caller has locked.

    Raises:
        StoreError: where it cannot be renamed, and is whole under its name; or cannot be removed then, and is out of sight.
    """
    hidden = secrets.token_hex(8).encode() + b".retired"
    shown = os.fsdecode(store + b"/" + name)
    with (
        store_faults(f"remove {shown}", "It is as it was. Check the disk of the store."),
        filesystem.FolderCursor(store) as top,
        Place(store, INCOMING).cursor() as incoming,
    ):
        os.mkdir(hidden, dir_fd=incoming.folder(b""))
        os.rename(name, name, src_dir_fd=top.folder(b""), dst_dir_fd=incoming.folder(hidden))
        filesystem.sync_folder(incoming.folder(hidden))
        filesystem.sync_folder(incoming.folder(b""))
        filesystem.sync_folder(top.folder(b""))
    finish_removals(store)


def finish_removals(store: bytes) -> None:
    """Remove what removals left out of sight in the store, which the caller has locked.

    Raises:
        StoreError: where it cannot be removed.
    """
    hint = (
        "What is left lies in the store's .incoming folder, out of sight; the next removal goes on with it."
    )
    with (
        store_faults(f"finish a removal in {os.fsdecode(store)}", hint),
        Place(store, INCOMING).cursor() as incoming,
    ):
        for name in tree.folders_named(incoming.folder(b""), RETIRED):
            tree.remove(incoming, name)
        filesystem.sync_folder(incoming.folder(b""))
