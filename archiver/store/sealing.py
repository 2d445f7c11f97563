"""Gives finished bags their own names: first everything is made ready, then each name is given with one rename.

A group of bags is ready as a whole before its first bag gets its name. What is interrupted between two names is
brought to its end by the next run on the store, so that no group stays torn.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Literal

from archiver import disk, filesystem
from archiver.bagit.findings import Severity
from archiver.bagit.hashing import Checked
from archiver.bagit.serialized.writer import SerializeError, serialize
from archiver.bagit.validate import open_bag
from archiver.errors import Remedy, StoreError, Way
from archiver.ownfiles import read_own
from archiver.store import keeping, tree
from archiver.store.area import INCOMING, UNFINISHED, Place
from archiver.store.faults import store_faults
from archiver.store.healing import clear_workshops
from archiver.store.identity import Kept, read_identity
from archiver.store.removal import finish_removals
from archiver.store.scratch import clear_scratch
from archiver.store.staging import READY, Staging, StagingKey, look_into, remove_begun, remove_spent

ENDINGS = ("tar", "zip", "gz", "tgz")
"""How the name of an archive ends that can be made ready: one that is made here, or a copy of one."""

_LONGEST_READY = 512


def make_ready(
    staging: Staging,
    archive: Literal["tar", "zip"] | None,
    modified: int,
    reading: Callable[[int], object] = lambda _: None,
) -> None:
    """Sync every folder of the staged bag, make the archive where one is asked for, and mark the area as ready.

    Args:
        staging: The staged bag, with everything written.
        archive: The archive's format, or ``None`` for a folder.
        modified: Time of tag files and folders in the archive, in seconds since 1970 UTC.
        reading: Told the bytes of each block that goes into the archive.

    Raises:
        StoreError: where syncing or writing fails, or the bag cannot be made an archive; the area is left as it is.
    """
    made = b"bag"
    with store_faults(f"finish the bag {staging.key.name}"), staging.area.cursor() as area:
        with staging.bag.cursor() as bag:
            tree.sync_folders(bag)
        if archive is not None:
            made = _archive(staging, archive)
            os.mkdir(b"archive", dir_fd=area.folder(b""))
            _serialize(staging, made, archive, modified, reading)
        _mark(staging, area, made)


def make_archive_ready(staging: Staging, copied: bytes, ending: str) -> None:
    """Mark an area as ready that has a copy of an archive, which is whole and on the disk.

    Args:
        staging: The area.
        copied: Name of the copy in the area.
        ending: How the archive's name ends, without the dot.

    Raises:
        StoreError: where that cannot be written; the area is left as it is.
    """
    made = _archive(staging, ending)
    with store_faults(f"finish the bag {staging.key.name}"), staging.area.cursor() as area:
        os.mkdir(b"archive", dir_fd=area.folder(b""))
        with staging.area.cursor() as inner:
            folder, _, name = made.rpartition(b"/")
            os.rename(copied, name, src_dir_fd=area.folder(b""), dst_dir_fd=inner.folder(folder))
            filesystem.sync_folder(inner.folder(folder))
        _mark(staging, area, made)


def _mark(staging: Staging, area: filesystem.FolderCursor, made: bytes) -> None:
    """Mark the area as ready; its own name is durable too then: bags of a group wait there while others get theirs."""
    folder = area.folder(b"")
    with os.fdopen(filesystem.create_regular(READY, folder), "wb") as marker:
        marker.write(made)
        marker.flush()
        os.fsync(marker.fileno())
    filesystem.sync_folder(folder)
    with filesystem.FolderCursor(staging.area.store) as store:
        filesystem.sync_folder(store.folder(INCOMING))
        filesystem.sync_folder(store.folder(b""))


def _archive(staging: Staging, kind: str) -> bytes:
    return b"archive/" + os.fsencode(staging.key.name) + b"." + kind.encode()


def _serialize(
    staging: Staging,
    made: bytes,
    archive: Literal["tar", "zip"],
    modified: int,
    reading: Callable[[int], object],
) -> None:
    try:
        serialize(staging.bag.absolute, staging.area.below(made).absolute, archive, modified, reading)
    except SerializeError as error:
        raise StoreError(
            f"cannot make the archive of {staging.key.name}: {error}",
            "All copies wait in the store's .incoming folder.",
            remedies=[Remedy(Way.GO_ON), Remedy(Way.KEEP_FOLDERS)],
        ) from error


def read_back(staging: Staging) -> Iterator[Checked]:
    """Validate the archive that is ready in the area as it lies on the disk, its cached bytes dropped.

    Args:
        staging: A staged bag that is marked as ready, as an archive.

    Returns:
        An outcome every few hundred files, until all are read.

    Raises:
        StoreError: where it cannot be read, or is not the valid bag that was written.
    """
    with store_faults(f"read back from {os.fsdecode(staging.area.absolute)}"):
        made = _ready(staging)
        folder, _, name = made.rpartition(b"/")
        with staging.area.cursor() as area:
            archive = filesystem.open_regular(name, area.folder(folder))
        try:
            disk.drop_cache(archive)
        finally:
            os.close(archive)
        with open_bag(staging.area.below(made).absolute) as validation:
            yield from validation.check()
            report = validation.report()
    if not report.valid:
        wrong = next(finding for finding in report.findings if finding.severity is Severity.ERROR)
        raise StoreError(
            f"{os.fsdecode(name)} does not read back as it was written:"
            f" {wrong.code} {wrong.path}: {wrong.message}",
            "No bag got its name. The store's disk may be failing; all copies wait in its .incoming folder.",
        )


def publish(staging: Staging) -> bytes:
    """Give what is ready in the area its own name with one rename, and clear the area.

    Args:
        staging: A staged bag that is marked as ready.

    Returns:
        The absolute path of the finished bag or archive.

    Raises:
        StoreError: where renaming fails, or the name is taken; the area is left as it is.
    """
    store = staging.area.store
    with store_faults(f"finish the bag {os.fsdecode(staging.destination)}"):
        made = _ready(staging)
        name = _name(staging, made)
        folder, _, made_name = made.rpartition(b"/")
        kept = _kept(store)
        if kept is not Kept.PLAIN and made == b"bag":
            with staging.bag.cursor() as bag:
                keeping.freeze_inside(bag)
        with filesystem.FolderCursor(store) as top, staging.area.cursor() as area:
            if filesystem.is_there(name, top.folder(b"")):
                raise FileExistsError(0, "something of that name is there already")
            os.rename(made_name, name, src_dir_fd=area.folder(folder), dst_dir_fd=top.folder(b""))
            filesystem.sync_folder(top.folder(b""))
        if kept is not Kept.PLAIN:
            keeping.freeze(store, name, kept)
    with contextlib.suppress(OSError):  # the bag is whole and in place; the next run removes what is left
        remove_spent(staging.area)
    return store + b"/" + name


def _kept(store: bytes) -> Kept:
    identity = read_identity(store)
    return Kept.PLAIN if identity is None else identity.kept


def _name(staging: Staging, made: bytes) -> bytes:
    """The name in the store of what is made: the bag's, with an archive's ending."""
    return os.fsencode(staging.key.name) + (b"" if made == b"bag" else os.path.splitext(made)[1])


def _ready(staging: Staging) -> bytes:
    """Return the path below the area of the bag or archive that is ready in it.

    Raises:
        FileNotFoundError: if nothing is.
        OSError: as the system calls do.
    """
    made = _marked(staging)
    if made is None or not _is_made(staging, made):
        raise FileNotFoundError(0, "it is not whole")
    return made


def _marked(staging: Staging) -> bytes | None:
    """What the area is marked with as ready; a mark that can be none of this program's counts for nothing."""
    try:
        with staging.area.cursor() as area:
            made = read_own(READY, area.folder(b""), _LONGEST_READY)
    except (FileNotFoundError, NotADirectoryError, filesystem.NotRegularError, ValueError):
        return None
    known = {b"bag", *(_archive(staging, ending) for one in ENDINGS for ending in (one, one.upper()))}
    return made if made in known else None


def _is_made(staging: Staging, made: bytes) -> bool:
    """Whether the bag or archive lies in the area: a folder, or a file that has no other name."""
    folder, _, name = made.rpartition(b"/")
    try:
        with staging.area.cursor() as area:
            status = os.stat(name, dir_fd=area.folder(folder), follow_symlinks=False)
    except (FileNotFoundError, NotADirectoryError):
        return False
    if made == b"bag":
        return stat.S_ISDIR(status.st_mode)
    return stat.S_ISREG(status.st_mode) and status.st_nlink == 1


def recover(store: bytes) -> tuple[bytes, ...]:
    """Bring to its end what runs were interrupted in while they gave names: the first thing to do with a locked store.

    A group of which a bag has its name already gets its other names, unless something else bears one of them; areas
    whose bag has gone to its name, or was never begun, are removed, and so is what a removal left out of sight, a workshop, and
    a folder in which an export worked out what to copy. What can be continued stays, and so does everything that this program did not make.

    Returns:
        The absolute paths of bags that got their names.

    Raises:
        StoreError: where the store cannot be written.
    """
    finish_removals(store)
    clear_workshops(store)
    clear_scratch(store)
    groups: dict[StagingKey, list[Staging]] = defaultdict(list)
    found = look_into(store)
    with store_faults(f"tidy {os.fsdecode(store)}/{os.fsdecode(INCOMING)}"):
        for name in found.strange:
            if name.endswith(UNFINISHED):
                remove_begun(Place(store, INCOMING + b"/" + name))
        for key in found.keys:
            staging = Staging(store, key)
            made = _marked(staging)
            if not _is_made(staging, made or b"bag"):
                remove_spent(staging.area)
            elif key.parts > 1 and made is not None:
                groups[_group_of(key)].append(staging)
        torn = [
            group
            for key, group in groups.items()
            if len(group) < key.parts and _is_torn(store, key) and _are_free(group)
        ]
    return tuple(publish(staging) for group in torn for staging in group)


def _group_of(key: StagingKey) -> StagingKey:
    """What the keys of a group have in common: the key of its first part."""
    return StagingKey(key.package, 1, key.parts, key.algorithms, key.fingerprint, key.origin)


def _is_torn(store: bytes, key: StagingKey) -> bool:
    """Tell whether some bag of the group has its name already: all were ready before the first got one."""
    stem, end = re.escape(os.fsencode(key.package)), str(key.parts).encode()
    named = re.compile(stem + rb"_([1-9][0-9]*)_of_" + end + rb"(\.[^.]*)?")
    with os.scandir(store) as entries:
        found = (named.fullmatch(entry.name) for entry in entries)
        return any(match is not None and int(match[1]) <= key.parts for match in found)


def _are_free(group: list[Staging]) -> bool:
    """Whether no name of the group's bags that are ready is taken."""
    with filesystem.FolderCursor(group[0].area.store) as top:
        folder = top.folder(b"")
        return not any(filesystem.is_there(_name(staging, _ready(staging)), folder) for staging in group)
