"""The place in a store where a bag is built before anybody can see it under its own name.

Layout below the store::

    .incoming/lock               held while a run writes to the store; names the run's process
    .incoming/NAME.unfinished/   one unfinished package
        staging.json             what it is made of, so that the same command can go on with it
        journal.jsonl            the copies that are whole and on the disk
        bag/                     the bag; renamed to STORE/NAME when it is finished
        left/N/                  journal and payload of an earlier run that was to make something else of its sources
        archive/                 or the bag as an archive, where that was asked for
        ready                    which of the two is whole, on the disk and waits for its name

The first thing in such a folder and the last is its ``staging.json``, which appears with one rename. Only a folder with a
sound one, whose name it bears, was made by this program; every other is somebody's, and left alone.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import stat
from collections.abc import Collection
from dataclasses import asdict, dataclass

from archiver import filesystem
from archiver.bagit.algorithms import UnknownAlgorithmError, normalise_algorithms
from archiver.errors import Remedy, StoreError, Way
from archiver.ownfiles import parse_json, read_own
from archiver.store import tree
from archiver.store.area import HEALING, INCOMING, LOCK, RETIRED, SCRATCH, UNFINISHED, Place
from archiver.store.faults import store_faults

_KEY = b"staging.json"
_NEW_KEY = b"staging.json.new"
READY = b"ready"
"""Marks an area whose bag or archive is whole and on the disk; holds the path of either below the area."""

_SCHEMA = "archiver.staging/2"
_LOOK = "No bag is left unfinished under its name. Check the disk of the store."
_LONGEST_KEY = 8 << 10
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_FAILING = frozenset({errno.EIO, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ESTALE})
"""Errors that say nothing about what is there, only that it cannot be told now."""


@dataclass(frozen=True, slots=True)
class StagingKey:
    """What an unfinished package is made of; only a run with an equal key may go on with it.

    Attributes:
        package: Name of the package; of the whole group where it is one part of several.
        part: Number of the part, from 1.
        parts: How many parts the group has.
        algorithms: Checksum algorithms.
        fingerprint: SHA-256 in hex over everything that goes into the whole package, with sizes and times, and over
            where it is divided.
        origin: SHA-256 in hex over the sources' paths: packages of the same sources have equal ones.
    """

    package: str
    part: int
    parts: int
    algorithms: tuple[str, ...]
    fingerprint: str
    origin: str

    @property
    def name(self) -> str:
        """Name that this part's bag will have."""
        return self.package if self.parts == 1 else f"{self.package}_{self.part}_of_{self.parts}"

    @property
    def folder(self) -> bytes:
        """Name of the folder in ``.incoming`` in which it is built."""
        return os.fsencode(self.name) + UNFINISHED


@dataclass(frozen=True, slots=True)
class Laid:
    """Copies that a run left, and the journal that tells of them.

    Attributes:
        area: The folder of the journal.
        payload: The folder of the copies.
    """

    area: Place
    payload: Place


class Staging:
    """One unfinished package below ``STORE/.incoming``.

    Args:
        store: Absolute path of the store, whose lock is held.
        key: What the package is made of.

    Attributes:
        key: The same.
        area: The folder of the unfinished package.
        bag: The bag in it.
        payload: The bag's payload.
        destination: Absolute path that the bag is to have.
    """

    def __init__(self, store: bytes, key: StagingKey) -> None:
        self.key = key
        self.area = Place(store, INCOMING + b"/" + key.folder)
        self.bag = self.area.below(b"bag")
        self.payload = self.area.below(b"bag/data")
        self.destination = store + b"/" + os.fsencode(key.name)

    @property
    def laid(self) -> Laid:
        """The copies in the bag, and their journal."""
        return Laid(self.area, self.payload)

    def open(self) -> bool:
        """Make the area, or take up what an interrupted run with the same key left in it.

        What a run with another key left under this name is set aside, so that its copies can be taken over; with
        other algorithms it is of no use and is removed. Tag files of an interrupted run are always made anew.

        Returns:
            Whether an interrupted run is continued.

        Raises:
            StoreError: where the area cannot be written, or its name is borne by what this program did not make.
        """
        hint = "No bag was written. Check the disk of the store."
        with store_faults(f"write to {os.fsdecode(self.area.absolute)}", hint, [Remedy(Way.AGAIN)]):
            key = read_key(self.area)
            continues = key == self.key and self._can_be_continued()
            if not continues:
                if key is not None and key.algorithms == self.key.algorithms and self._can_be_continued():
                    self._set_aside()
                else:
                    if key is not None:
                        remove_area(self.area)
                    self._begin()
            with self.area.cursor(filesystem.make_folders_beneath) as cursor:
                cursor.folder(b"bag/data")
                tree.remove(cursor, READY)
                tree.remove(cursor, b"archive")
                for name in os.listdir(cursor.folder(b"bag")):
                    if name != "data":
                        tree.remove(cursor, b"bag/" + os.fsencode(name))
        return continues

    def _can_be_continued(self) -> bool:
        """Whether bag and journal are what a run leaves: folders, and a file with no other name."""
        folders = ((path, stat.S_ISDIR) for path in (b"bag", b"bag/data", b"left"))
        wanted = (*folders, (b"journal.jsonl", stat.S_ISREG))
        with self.area.cursor() as cursor:
            for path, is_right in wanted:
                folder, _, name = path.rpartition(b"/")
                try:
                    status = os.stat(name, dir_fd=cursor.folder(folder), follow_symlinks=False)
                except FileNotFoundError:
                    continue
                if not is_right(status.st_mode) or (path == b"journal.jsonl" and status.st_nlink > 1):
                    return False
        return True

    def _set_aside(self) -> None:
        """Lay what another run copied where this run finds it, and make the area its own."""
        with self.area.cursor(filesystem.make_folders_beneath) as cursor:
            tree.remove(cursor, READY)
            number = 1 + max(map(int, _numbers(cursor)), default=0)
            aside = b"left/%d" % number
            for path in (b"bag/data", b"journal.jsonl"):
                above, _, name = path.rpartition(b"/")
                with contextlib.suppress(FileNotFoundError), self.area.cursor() as before:
                    os.rename(name, name, src_dir_fd=before.folder(above), dst_dir_fd=cursor.folder(aside))
            with contextlib.suppress(FileNotFoundError):
                os.unlink(_NEW_KEY, dir_fd=cursor.folder(b""))
            self._write_key(cursor.folder(b""))

    def _begin(self) -> None:
        """Make the area with its key, which is whole from the moment it appears."""
        remove_begun(self.area)
        above, _, name = self.area.path.rpartition(b"/")
        with filesystem.FolderCursor(self.area.store, filesystem.make_folders_beneath) as store:
            try:
                os.mkdir(name, dir_fd=store.folder(above))
            except FileExistsError as error:
                raise StoreError(
                    f"cannot write to {os.fsdecode(self.area.absolute)}: it is there, and this program did not make it",
                    "No bag was written, and it was not touched.",
                    remedies=[Remedy(Way.MOVE_AWAY), Remedy(Way.NAME_OTHERWISE)],
                ) from error
            self._write_key(store.folder(self.area.path))

    def _write_key(self, folder: int) -> None:
        descriptor = filesystem.create_regular(_NEW_KEY, folder)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(json.dumps({"schema": _SCHEMA, **asdict(self.key)}).encode())
            stream.flush()
            os.fsync(stream.fileno())
        os.rename(_NEW_KEY, _KEY, src_dir_fd=folder, dst_dir_fd=folder)
        filesystem.sync_folder(folder)

    def discard(self) -> None:
        """Remove the area with all in it.

        Raises:
            StoreError: where the staging area cannot be written.
        """
        with store_faults(f"remove {os.fsdecode(self.area.absolute)}"):
            remove_area(self.area)

    def clear(self, folder: str) -> None:
        """Remove from the payload a folder of records that an interrupted run wrote, for they are made anew.

        Raises:
            StoreError: where the staging area cannot be written.
        """
        with store_faults(f"make {folder} anew in {self.key.name}"), self.payload.cursor() as cursor:
            tree.remove(cursor, folder.encode("utf-8"))

    def remove_copy(self, path: str) -> None:
        """Take a copy out of the payload again, by its path there.

        Raises:
            StoreError: where the staging area cannot be written.
        """
        folder, _, name = path.encode("utf-8").rpartition(b"/")
        with (
            store_faults(f"take the copy of {path} out of the bag again"),
            self.payload.cursor() as cursor,
        ):
            os.unlink(name, dir_fd=cursor.folder(folder))


def read_key(area: Place) -> StagingKey | None:
    """Return what a staging area is made of, or ``None`` where it was not made by this program, or is not there.

    Raises:
        OSError: where it cannot be told.
    """
    try:
        with area.cursor() as cursor:
            key = _parse_key(read_own(_KEY, cursor.folder(b""), _LONGEST_KEY))
        return key if key.folder == os.path.basename(area.path) else None
    except ValueError:
        return None
    except OSError as error:
        if error.errno in _FAILING:
            raise
        return None


def _parse_key(content: bytes) -> StagingKey:
    """Read what :meth:`Staging._begin` wrote, and nothing else.

    Raises:
        ValueError: if it is something else.
    """
    said = parse_json(content)
    if not isinstance(said, dict) or said.pop("schema", None) != _SCHEMA:
        raise ValueError("it is of another kind")
    match said:
        case {
            "package": str(package),
            "part": int(part),
            "parts": int(parts),
            "algorithms": [str(), *_] as algorithms,
            "fingerprint": str(fingerprint),
            "origin": str(origin),
        } if len(said) == len(StagingKey.__slots__):
            key = StagingKey(package, part, parts, tuple(algorithms), fingerprint, origin)
        case _:
            raise ValueError("its members are others")
    numbers_fit = bool not in {type(part), type(parts)} and 1 <= part <= parts
    digests_fit = _FINGERPRINT.fullmatch(fingerprint) and _FINGERPRINT.fullmatch(origin)
    if package.startswith(".") or not package or not numbers_fit or not digests_fit:
        raise ValueError("its members cannot be")
    try:
        algorithms_fit = normalise_algorithms(algorithms) == key.algorithms
    except (UnknownAlgorithmError, AttributeError, TypeError) as error:
        raise ValueError("its algorithms cannot be") from error
    if not algorithms_fit:
        raise ValueError("its algorithms cannot be")
    return key


def remove_area(area: Place) -> None:
    """Remove a staging area of this program: its key last, so that what a crash leaves of it is known for its own.

    Raises:
        OSError: as the system calls do.
    """
    above, _, name = area.path.rpartition(b"/")
    with area.cursor() as cursor:
        tree.remove(cursor, READY)  # of what is not whole any more nothing may say that it is
        for entry in os.listdir(cursor.folder(b"")):
            if os.fsencode(entry) != _KEY:
                tree.remove(cursor, os.fsencode(entry))
        folder = cursor.folder(b"")
        filesystem.sync_folder(folder)
        os.unlink(_KEY, dir_fd=folder)
    with filesystem.FolderCursor(area.store) as store:
        os.rmdir(name, dir_fd=store.folder(above))


def remove_spent(area: Place) -> None:
    """Remove an area whose bag has gone to its name: the mark that it was ready goes when nothing else but the key is left.

    So what a crash leaves is marked and has no bag any more. Without the mark, what an archive was made from would look
    like a bag that is to be gone on with.

    Raises:
        OSError: as the system calls do.
    """
    with area.cursor() as cursor:
        for entry in map(os.fsencode, os.listdir(cursor.folder(b""))):
            if entry not in {_KEY, READY}:
                tree.remove(cursor, entry)
        filesystem.sync_folder(cursor.folder(b""))
    remove_area(area)


def remove_begun(area: Place) -> bool:
    """Remove what a crash left of making or removing an area: nothing but its folder and a key that is not whole.

    Returns:
        Whether there was such a thing; whatever else bears the name is left alone.

    Raises:
        OSError: as the system calls do.
    """
    above, _, name = area.path.rpartition(b"/")
    try:
        with area.cursor() as cursor:
            folder = cursor.folder(b"")
            names = os.listdir(folder)
            if names == [os.fsdecode(_NEW_KEY)]:
                begun = json.dumps({"schema": _SCHEMA})[:-1].encode()
                # a loss of power may leave its size and zeros for its bytes
                written = read_own(_NEW_KEY, folder, _LONGEST_KEY).rstrip(b"\0")[: len(begun)]
                if not begun.startswith(written):
                    return False
                os.unlink(_NEW_KEY, dir_fd=folder)
            elif names:
                return False
        with filesystem.FolderCursor(area.store) as store:
            os.rmdir(name, dir_fd=store.folder(above))
    except (FileNotFoundError, NotADirectoryError, filesystem.NotRegularError, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Found:
    """What lies in a store's ``.incoming`` beside the lock, each in the order of the names.

    Attributes:
        keys: What the unfinished packages are made of.
        working: Names of folders in which an export, a healing or a removal is at work, or was when it was killed.
        strange: Names of everything else: it was not made by this program, or a crash left no more than its folder.
    """

    keys: tuple[StagingKey, ...]
    working: tuple[bytes, ...]
    strange: tuple[bytes, ...]


def look_into(store: bytes) -> Found:
    """Say what lies in the store's ``.incoming``; nothing where there is none.

    Raises:
        StoreError: where it cannot be told.
    """
    place = Place(store, INCOMING)
    with store_faults(f"look into {os.fsdecode(place.absolute)}", _LOOK):
        try:
            with place.cursor() as cursor:
                names = sorted(map(os.fsencode, os.listdir(cursor.folder(b""))))
                working = tree.folders_named(cursor.folder(b""), RETIRED, HEALING, SCRATCH)
        except FileNotFoundError:
            names, working = [], ()
        found = {name: read_key(place.below(name)) for name in names if name.endswith(UNFINISHED)}
    keys = tuple(key for key in found.values() if key is not None)
    strange = (name for name in names if name != LOCK and name not in working)
    return Found(keys, working, tuple(name for name in strange if found.get(name) is None))


def unfinished(store: bytes) -> tuple[StagingKey, ...]:
    """What interrupted runs left in the store and can be continued, in the order of the names.

    Raises:
        StoreError: where it cannot be told.
    """
    with store_faults(f"look into {os.fsdecode(store)}", _LOOK):
        return tuple(key for key in look_into(store).keys if _has_bag(Staging(store, key)))


def left_of(
    store: bytes, package: str, algorithms: tuple[str, ...], but: Collection[StagingKey] = ()
) -> tuple[Laid, ...]:
    """Where runs left copies of a package, with those algorithms, that another run may take over.

    Args:
        store: The store, whose lock is held.
        package: The package's name.
        algorithms: The algorithms.
        but: Bags of this package that are being built, whose own copies do not count.

    Raises:
        StoreError: where it cannot be told.
    """
    found = []
    with store_faults(f"look into {os.fsdecode(store)}", _LOOK):
        for key in look_into(store).keys:
            if (key.package, key.algorithms) == (package, algorithms):
                staging = Staging(store, key)
                with staging.area.cursor() as cursor:
                    asides = [staging.area.below(b"left/" + number) for number in _numbers(cursor)]
                found += [] if key in but else [staging.laid]
                found += [Laid(aside, aside.below(b"data")) for aside in asides]
    return tuple(found)


def _numbers(area: filesystem.FolderCursor) -> list[bytes]:
    """The names of what was set aside in an area, the newest first."""
    try:
        names = os.listdir(area.folder(b"left"))
    except (FileNotFoundError, NotADirectoryError):
        return []
    numbers = (int(name) for name in names if _NUMBER.fullmatch(name))
    return [b"%d" % number for number in sorted(numbers, reverse=True)]


def _has_bag(staging: Staging) -> bool:
    try:
        with staging.bag.cursor():
            return True
    except (FileNotFoundError, NotADirectoryError):
        return False
