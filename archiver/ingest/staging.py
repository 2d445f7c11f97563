"""The place in a store where a bag is built before anybody can see it under its own name.

Layout below the store::

    .incoming/lock            held while a run writes to the store; names the run's process
    .incoming/NAME/           one unfinished package
        staging.json          what it is made of, so that the same command can go on with it
        journal.jsonl         the copies that are whole and on the disk
        bag/                  the bag; renamed to STORE/NAME when it is finished
        archive/              or the bag as an archive, where that was asked for
        ready                 which of the two is whole, on the disk and waits for its name
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from archiver import filesystem
from archiver.errors import StoreError
from archiver.ingest import tree

INCOMING = b".incoming"
_SCHEMA = "archiver.staging/1"


@contextlib.contextmanager
def locked(store: bytes) -> Iterator[None]:
    """Make the store and hold its lock for a ``with`` block, so that one run at a time writes to it.

    Raises:
        StoreError: where the store cannot be made or written, or another run holds it.
    """
    shown = os.fsdecode(store)
    with store_faults(
        f"write to the store {shown}", "Nothing was written. Check the folder and its permissions."
    ):
        _make_durable(store + b"/" + INCOMING)
        descriptor = os.open(store + b"/" + INCOMING + b"/lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        with store_faults(f"lock the store {shown}", "Nothing was written. Choose a store on another disk."):
            free = filesystem.try_lock(descriptor)
        if not free:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            raise StoreError(
                f"another run is writing to the store {shown}{f' (process {holder})' if holder else ''}",
                "Nothing was written. Wait until it has ended, then run the same command again.",
            )
        with store_faults(f"write to the store {shown}", "Nothing was packed. Check its disk."):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        yield
    finally:
        os.close(descriptor)


def _make_durable(folder: bytes) -> None:
    """Make a folder and what is missing above it, and sync each parent: a bag is no safer than the way to it."""
    missing = []
    folder = os.path.abspath(folder)
    while not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    for made in reversed(missing):
        os.makedirs(made, exist_ok=True)
        with filesystem.FolderCursor(os.path.dirname(made)) as above:
            filesystem.sync_folder(above.folder(b""))


@dataclass(frozen=True, slots=True)
class StagingKey:
    """What an unfinished package is made of; only a run with an equal key may go on with it.

    Attributes:
        package: Name of the package; of the whole group where it is one part of several.
        part: Number of the part, from 1.
        parts: How many parts the group has.
        algorithms: Checksum algorithms.
        fingerprint: Digest over everything that goes into the whole package, with sizes and times, and over where it
            is divided.
    """

    package: str
    part: int
    parts: int
    algorithms: tuple[str, ...]
    fingerprint: str

    @property
    def name(self) -> str:
        """Name that this part's bag will have."""
        return self.package if self.parts == 1 else f"{self.package}_{self.part}_of_{self.parts}"


def folds(folder: bytes, names: tuple[bytes, bytes]) -> bool:
    """Whether the file system of ``folder`` takes the two names, which differ, for one.

    Raises:
        StoreError: where it cannot be tried.
    """
    with store_faults(f"write to {os.fsdecode(folder)}", "No bag was written. Check the disk of the store."):
        trial = tempfile.mkdtemp(prefix=b"names-", dir=folder)
        try:
            os.mkdir(trial + b"/" + names[0])
            return os.path.lexists(trial + b"/" + names[1])
        finally:
            tree.remove_tree(trial)


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


class Staging:
    """One unfinished package below ``STORE/.incoming``.

    Args:
        store: Absolute path of the store, whose lock is held.
        key: What the package is made of.
    """

    def __init__(self, store: bytes, key: StagingKey) -> None:
        self.key = key
        self.area = store + b"/" + INCOMING + b"/" + os.fsencode(key.name)
        self.bag = self.area + b"/bag"
        self.payload = self.bag + b"/data"
        self.journal = self.area + b"/journal.jsonl"
        self.destination = store + b"/" + os.fsencode(key.name)

    def holds_other(self) -> bool:
        """Whether an interrupted run left something else under this name, which :meth:`open` will remove."""
        key = read_key(self.area)
        return key is not None and key != self.key

    def open(self) -> bool:
        """Make the area, or take up what an interrupted run with the same key left in it.

        What a run with another key left under this name is removed first. Tag files of an interrupted run are
        always made anew.

        Returns:
            Whether an interrupted run is continued.

        Raises:
            StoreError: where the area cannot be written.
        """
        hint = "No bag was written. Check the disk of the store, then run the same command again."
        with store_faults(f"write to {os.fsdecode(self.area)}", hint):
            continues = read_key(self.area) == self.key
            if not continues:
                tree.remove_tree(self.area)
                os.makedirs(self.area)
                _write_key(self.area, self.key)
            os.makedirs(self.payload, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.area + b"/ready")
            tree.remove_tree(self.area + b"/archive")
            self._remove_tag_files()
        return continues

    def remove_copy(self, path: str) -> None:
        """Take a copy out of the payload again, by its record path.

        Raises:
            StoreError: where the staging area cannot be written.
        """
        folder, _, name = path.encode("utf-8").rpartition(b"/")
        with (
            store_faults(f"take the copy of {path} out of the bag again"),
            filesystem.FolderCursor(self.payload) as cursor,
        ):
            os.unlink(name, dir_fd=cursor.folder(folder))

    def _remove_tag_files(self) -> None:
        with os.scandir(self.bag) as entries:
            for entry in list(entries):
                if entry.name == b"data":
                    continue
                if entry.is_dir(follow_symlinks=False):
                    tree.remove_tree(entry.path)
                else:
                    os.unlink(entry.path)


def unfinished(store: bytes) -> Iterator[StagingKey]:
    """Yield what interrupted runs left in the store, in the order of their names."""
    for area in areas_of(store):
        key = read_key(area)
        if key is not None and os.path.lexists(area + b"/bag"):
            yield key


def areas_of(store: bytes) -> list[bytes]:
    """Return the absolute paths of the staging areas in the store, in the order of their names."""
    try:
        with os.scandir(store + b"/" + INCOMING) as entries:
            return sorted(entry.path for entry in entries if entry.is_dir(follow_symlinks=False))
    except FileNotFoundError:
        return []


def read_key(area: bytes) -> StagingKey | None:
    """Return what a staging area says it is made of, or ``None`` where it does not say."""
    try:
        with open(area + b"/staging.json", encoding="utf-8") as stream:
            content = json.load(stream)
        if content.pop("schema") != _SCHEMA:
            return None
        return StagingKey(**{**content, "algorithms": tuple(content["algorithms"])})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _write_key(area: bytes, key: StagingKey) -> None:
    with open(area + b"/staging.json", "x", encoding="utf-8") as stream:
        json.dump({"schema": _SCHEMA, **asdict(key)}, stream)
        stream.flush()
        os.fsync(stream.fileno())


def reason(error: OSError) -> str:
    """Put an operating system's error into a few lower-case words for the middle of a sentence."""
    return (error.strerror or str(error)).lower()
