"""Refuses to make a store anew where there should be one, or where a disk is mounted at other times.

The program remembers nothing outside a store. That an earlier run had one is told by the configuration, by the list of
what the system mounts, and by the folders in which disks are mounted by custom.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator

from archiver.errors import Remedy, StoreError, Way

_MOUNT_FOLDERS = (b"/media", b"/run/media", b"/mnt", b"/Volumes")
"""Where systems mount disks, each in a folder of its own; below the first two often in one of the user's name first."""
_TABLE = b"/etc/fstab"
_MOST_TABLE_BYTES = 1 << 20
_ESCAPED = re.compile(rb"\\([0-7]{3})")


def refuse_unmounted(store: bytes, *, configured: bool) -> None:
    """Refuse a store whose disk is probably not mounted, before anything is made in its place.

    Args:
        store: Absolute path of the store.
        configured: Whether the configuration names it, so that it must be there.

    Raises:
        StoreError: where it is configured and not there; where the system is to mount a disk at it or above it, has not
            done so, and nothing is there; or where it is not there and would be made in a folder for mounted disks.
    """
    if configured and not os.path.lexists(store):
        raise _unmounted(store, "the configuration names it, and it is not there")
    place = _waiting_place(store)
    if place is not None:
        raise _unmounted(store, f"nothing is mounted at {os.fsdecode(place)}")
    if not os.path.lexists(store):
        above = _existing(store)
        if _is_for_disks(above):
            raise _unmounted(store, f"it is not there, and {os.fsdecode(above)} is where disks are mounted")


def _unmounted(store: bytes, what: str) -> StoreError:
    shown = os.fsdecode(store)
    return StoreError(
        f"the store {shown} cannot be used: {what}: is its disk mounted?",
        "Nothing was written. Mount the disk. If this is to be a new store, make its folder instead, and something in it"
        " where the folder is for a disk.",
        remedies=[Remedy(Way.AGAIN)],
    )


def _waiting_place(store: bytes) -> bytes | None:
    """The folder, at the store or above it, at which the system is to mount a disk and has mounted none."""
    for place in _listed_places():
        if (
            (store + b"/").startswith(place.rstrip(b"/") + b"/")
            and _is_empty(place)
            and not os.path.ismount(place)
        ):
            return place
    return None


def _listed_places() -> Iterator[bytes]:
    """Where the system's list of file systems has them mounted; nothing where there is no such list."""
    lines: list[bytes] = []
    with contextlib.suppress(OSError), open(_TABLE, "rb") as table:
        lines = table.read(_MOST_TABLE_BYTES).splitlines()
    for line in lines:
        fields = line.split()
        if len(fields) > 1 and not line.lstrip().startswith(b"#") and fields[1].startswith(b"/"):
            yield os.path.normpath(_ESCAPED.sub(lambda match: bytes([int(match[1], 8) & 0xFF]), fields[1]))


def _existing(path: bytes) -> bytes:
    while not os.path.isdir(path) and path != os.path.dirname(path):
        path = os.path.dirname(path)
    return path


def _is_for_disks(folder: bytes) -> bool:
    """Whether the folder holds the places of mounted disks, or is an empty one of them, with nothing mounted there."""
    for top in _MOUNT_FOLDERS:
        if folder == top:
            return not os.path.ismount(folder)
        if folder.startswith(top + b"/"):
            if _is_mounted_below(folder, top):
                return False
            return _is_empty(folder) or (
                os.path.dirname(folder) == top and _is_user(os.path.basename(folder))
            )
    return False


def _is_mounted_below(folder: bytes, top: bytes) -> bool:
    while folder != top:
        if os.path.ismount(folder):
            return True
        folder = os.path.dirname(folder)
    return os.path.ismount(top)


def _is_user(name: bytes) -> bool:
    try:
        import pwd  # noqa: PLC0415 - only some systems have it
    except ImportError:
        return False
    try:
        pwd.getpwnam(os.fsdecode(name))
    except KeyError:
        return False
    return True


def _is_empty(folder: bytes) -> bool:
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is None
    except OSError:
        return False
