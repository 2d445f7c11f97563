"""Gives finished bags their own names: first everything is made ready, then each name is given with one rename.

A group of bags is ready as a whole before its first bag gets its name. What is interrupted between two names is
brought to its end by the next run on the store, so that no group stays torn.
"""

from __future__ import annotations

import contextlib
import os
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

from archiver import filesystem
from archiver.bagit.findings import Severity
from archiver.bagit.hashing import Checked
from archiver.bagit.serialized.validation import open_serialized
from archiver.bagit.serialized.writer import SerializeError, serialize
from archiver.errors import StoreError
from archiver.ingest import tree
from archiver.ingest.staging import INCOMING, Staging, areas_of, read_key, store_faults

_READY = b"/ready"
"""Marks an area whose bag or archive is whole and on the disk; holds the path of either below the area."""


def make_ready(staging: Staging, archive: Literal["tar", "zip"] | None, modified: int) -> None:
    """Sync every folder of the staged bag, make the archive where one is asked for, and mark the area as ready.

    Args:
        staging: The staged bag, with everything written.
        archive: The archive's format, or ``None`` for a folder.
        modified: Time of tag files and folders in the archive, in seconds since 1970 UTC.

    Raises:
        StoreError: where syncing or writing fails, or the bag cannot be made an archive; the area is left as it is.
    """
    made = b"bag"
    with store_faults(f"finish the bag {staging.key.name}"):
        tree.sync_folders(staging.bag)
        if archive is not None:
            made = b"archive/" + os.path.basename(staging.destination) + f".{archive}".encode()
            os.mkdir(staging.area + b"/archive")
            _serialize(staging, made, archive, modified)
        with open(staging.area + _READY, "xb") as marker:
            marker.write(made)
            marker.flush()
            os.fsync(marker.fileno())
        with filesystem.FolderCursor(staging.area) as area:
            filesystem.sync_folder(area.folder(b""))


def _serialize(staging: Staging, made: bytes, archive: Literal["tar", "zip"], modified: int) -> None:
    try:
        serialize(staging.bag, staging.area + b"/" + made, archive, modified)
    except SerializeError as error:
        raise StoreError(
            f"cannot make the archive of {staging.key.name}: {error}",
            "All copies wait in the store's .incoming folder; run the same command again, or without --serialize.",
        ) from error


def read_back(area: bytes) -> Iterator[Checked]:
    """Validate the archive that is ready in the area as it lies on the disk, its cached bytes dropped.

    Args:
        area: Absolute path of a staging area that is marked as ready, with an archive in it.

    Returns:
        An outcome every few hundred files, until all are read.

    Raises:
        StoreError: where it cannot be read, or is not the valid bag that was written.
    """
    with store_faults(f"read back from {os.fsdecode(area)}"):
        with open(area + _READY, "rb") as marker:
            made = area + b"/" + marker.read()
        with open(made, "rb") as archive:
            filesystem.drop_cache(archive.fileno())
    with open_serialized(made) as validation:
        yield from validation.check()
        report = validation.report()
    if not report.valid:
        wrong = next(finding for finding in report.findings if finding.severity is Severity.ERROR)
        raise StoreError(
            f"{os.fsdecode(os.path.basename(made))} does not read back as it was written:"
            f" {wrong.code} {wrong.path}: {wrong.message}",
            "No bag got its name. The store's disk may be failing; all copies wait in its .incoming folder.",
        )


def publish(area: bytes, destination: bytes) -> bytes:
    """Give what is ready in the area its own name with one rename, and clear the area.

    Args:
        area: Absolute path of a staging area that is marked as ready.
        destination: Absolute path that the bag is to have; an archive's ending is added to it.

    Returns:
        The absolute path of the finished bag or archive.

    Raises:
        StoreError: where renaming fails, or the name is taken; the area is left as it is.
    """
    with store_faults(f"finish the bag {os.fsdecode(destination)}"):
        made, destination = _ready(area, destination)
        if os.path.lexists(destination):
            raise FileExistsError(0, "something of that name is there already")
        os.rename(area + b"/" + made, destination)
        with filesystem.FolderCursor(os.path.dirname(destination)) as store:
            filesystem.sync_folder(store.folder(b""))
    with contextlib.suppress(OSError):  # the bag is whole and in place; the next run removes what is left
        tree.remove_tree(area)
    return destination


def _ready(area: bytes, destination: bytes) -> tuple[bytes, bytes]:
    """Return what is ready in the area, and the path that it is to have."""
    with open(area + _READY, "rb") as marker:
        made = marker.read()
    if not made:
        raise FileNotFoundError(0, "it is not whole")
    return made, destination if made == b"bag" else destination + os.path.splitext(made)[1]


def recover(store: bytes) -> tuple[bytes, ...]:
    """Bring to its end what runs were interrupted in while they gave names: the first thing to do with a locked store.

    A group of which a bag has its name already gets its other names, unless something else bears one of them; areas
    whose bag has gone to its name, or was never begun, are removed. What can be continued stays.

    Returns:
        The absolute paths of bags that got their names.

    Raises:
        StoreError: where the store cannot be written.
    """
    groups: dict[tuple[str, str], list[bytes]] = defaultdict(list)
    published = []
    with store_faults(f"tidy {os.fsdecode(store)}/{os.fsdecode(INCOMING)}"):
        for area in areas_of(store):
            key = read_key(area)
            if not _holds_something(area):
                tree.remove_tree(area)
            elif key is not None and key.parts > 1 and os.path.lexists(area + _READY):
                groups[key.package, key.fingerprint].append(area)
    for areas in groups.values():
        keys = [key for key in map(read_key, areas) if key is not None]
        if len(areas) < keys[0].parts and _is_torn(store, keys[0].package, keys[0].parts):
            named = {
                area: store + b"/" + os.fsencode(key.name) for area, key in zip(areas, keys, strict=True)
            }
            with store_faults(f"finish the group {keys[0].package}"):
                free = not any(os.path.lexists(_ready(*pair)[1]) for pair in named.items())
            published += [publish(*pair) for pair in named.items()] if free else []
    return tuple(published)


def _holds_something(area: bytes) -> bool:
    """Tell whether there is a bag or archive in the area that has not got its name."""
    with contextlib.suppress(FileNotFoundError), open(area + _READY, "rb") as marker:
        return os.path.lexists(area + b"/" + marker.read())
    return os.path.lexists(area + b"/bag")


def _is_torn(store: bytes, package: str, parts: int) -> bool:
    """Tell whether some bag of the group has its name already: all were ready before the first got one."""
    names = {os.fsencode(f"{package}_{number}_of_{parts}") for number in range(1, parts + 1)}
    with os.scandir(store) as entries:
        return any(os.path.splitext(entry.name)[0] in names or entry.name in names for entry in entries)
