"""What interrupted runs left in a store: named with what it takes, taken over, or cleared away."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archiver.errors import StoreError, UsageError
from archiver.store import tree
from archiver.store.area import INCOMING, Place, locked
from archiver.store.faults import store_faults
from archiver.store.sealing import recover
from archiver.store.staging import Staging, StagingKey, look_into
from archiver.usecases.watch import Watch

_HINT = "Nothing is lost. Check the disk of the store."


@dataclass(frozen=True, slots=True)
class Leftover:
    """A folder that an interrupted run left.

    Attributes:
        name: Its folder below the store's ``.incoming``.
        bytes: What it takes on the store's disk.
    """

    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What cleaning a store did, or in a dry run would do.

    Attributes:
        store: Absolute path of the store.
        dry_run: Whether nothing was removed.
        removed: Unfinished packages that were, or would be, removed.
        working: The same of folders in which exports, healings and removals worked.
        strange: Names of what in the store's ``.incoming`` was not made by this program and is left alone.
    """

    store: str
    dry_run: bool
    removed: tuple[Leftover, ...]
    working: tuple[Leftover, ...]
    strange: tuple[str, ...]

    @property
    def freed(self) -> int:
        """Bytes of the disk that this frees."""
        return sum(leftover.bytes for leftover in (*self.removed, *self.working))


def leftovers(store: bytes, keys: Sequence[StagingKey]) -> tuple[Leftover, ...]:
    """What interrupted runs left in a store of other packages than that of ``keys``, in the order of the names.

    Raises:
        StoreError: where it cannot be told.
    """
    mine = {(key.package, key.origin) for key in keys}
    return tuple(
        _measured(store, key) for key in look_into(store).keys if (key.package, key.origin) not in mine
    )


def is_begun_otherwise(store: bytes, keys: Sequence[StagingKey]) -> bool:
    """Whether an interrupted run began one of the bags of ``keys`` of something else, or in another division.

    Raises:
        StoreError: where it cannot be told.
    """
    folders = {key.folder for key in keys}
    return any(key.folder in folders and key not in keys for key in look_into(store).keys)


def clear_superseded(store: bytes, keys: Sequence[StagingKey]) -> None:
    """Remove what earlier runs, which divided it otherwise, left of the package whose bags, of ``keys``, are finished.

    What cannot be removed stays for the next run to name.
    """
    mine = {(key.package, key.origin) for key in keys}
    for key in look_into(store).keys:
        if key not in keys and (key.package, key.origin) in mine:
            with contextlib.suppress(StoreError):
                Staging(store, key).discard()


@contextlib.contextmanager
def clean(path: str, watch: Watch) -> Iterator[Cleaning]:
    """Remove all that interrupted runs left in a store, with the store's lock held, and lend what was done.

    A group of bags that was interrupted while its bags got their names is first brought to its end.

    Raises:
        UsageError: where it is no store.
        StoreError: where it cannot be written, or another run writes to it.
    """
    store = _store_at(path)
    with locked(store):
        working = tuple(_cleared(store, name) for name in look_into(store).working)
        for bag in recover(store):
            watch.note(f"Gave its name to a bag that an interrupted run had finished: {os.fsdecode(bag)}")
        found = look_into(store)
        removed = []
        for key in found.keys:
            leftover = _measured(store, key)
            Staging(store, key).discard()
            removed.append(leftover)
        yield _cleaning(store, removed, working, found.strange, dry_run=False)


@contextlib.contextmanager
def rehearse_cleaning(path: str, watch: Watch) -> Iterator[Cleaning]:  # noqa: ARG001 - as cleaning takes it
    """Say what :func:`clean` would do, and write nothing.

    Raises:
        UsageError: where it is no store.
        StoreError: where it cannot be read.
    """
    store = _store_at(path)
    found = look_into(store)
    packages = [_measured(store, key) for key in found.keys]
    working = [_taken(store, name) for name in found.working]
    yield _cleaning(store, packages, working, found.strange, dry_run=True)


def _cleaning(
    store: bytes,
    removed: Sequence[Leftover],
    working: Sequence[Leftover],
    strange: Sequence[bytes],
    *,
    dry_run: bool,
) -> Cleaning:
    foreign = tuple(map(os.fsdecode, strange))
    return Cleaning(os.fsdecode(store), dry_run, tuple(removed), tuple(working), foreign)


def _measured(store: bytes, key: StagingKey) -> Leftover:
    return _taken(store, key.folder)


def _taken(store: bytes, name: bytes) -> Leftover:
    shown = os.fsdecode(name)
    with store_faults(f"look into {shown}", _HINT), Place(store, INCOMING).below(name).cursor() as cursor:
        return Leftover(shown, tree.disk_bytes(cursor))


def _cleared(store: bytes, name: bytes) -> Leftover:
    left = _taken(store, name)
    with store_faults(f"remove {left.name}", _HINT), Place(store, INCOMING).cursor() as cursor:
        tree.remove(cursor, name)
    return left


def _store_at(path: str) -> bytes:
    store = os.path.abspath(os.fsencode(path))
    if not os.path.isdir(store):
        raise UsageError(f"there is no store {path}", "Check its spelling. Is its disk mounted?")
    if not os.path.isdir(store + b"/" + INCOMING):
        raise UsageError(
            f"{path} is no store: no run of this program ever wrote to it",
            "Name the folder that the bags are in.",
        )
    return store
