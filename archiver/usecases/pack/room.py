"""How much room a package takes on its store's disk while it is made: one estimate, which check, message and dry run share."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from archiver import disk
from archiver.bagit.sizes import human_size
from archiver.errors import Remedy, StoreError, Way
from archiver.ingest.consumers import read_plan
from archiver.ingest.journal import EarlierCopies
from archiver.ingest.plan import PackagePlan
from archiver.model.package import PlanEntry, file_to_copy
from archiver.parity.sets import Amount
from archiver.store.faults import store_faults
from archiver.store.staging import left_of
from archiver.usecases.pack.recovery import RecoveryGuess

MARGIN_BYTES = 64 << 20
"""What is to stay free on the store's disk: for temporary files of the run, and for what cannot be foreseen."""


_TAG_FILES = 48
"""More than the tag files of a bag, and their folders; each fills its last block only in part."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a package takes while it is made, in bytes of the store's disk, whole blocks each.

    Attributes:
        files: The payload, and its folders.
        descriptions: Tag files: manifests, records, the documents behind declarations.
        recovery: Recovery data; 0 where bags get none.
        archive: The archives, which stand beside what goes into them until they are whole; 0 where none is made.
        kept_files: Files that an interrupted run copied, whose copies are taken over.
        kept: What these copies take; it is part of ``files``.
        free: Bytes free on the disk; ``None`` where it cannot be told.
        foreign_journals: Journals of interrupted runs that are none of this version, so that nothing in them is believed.
    """

    files: int
    descriptions: int
    recovery: int
    archive: int
    kept_files: int
    kept: int
    free: int | None
    foreign_journals: int = 0

    @property
    def needed(self) -> int:
        """Bytes that must be free, with :data:`MARGIN_BYTES` to spare."""
        return self.files - self.kept + self.descriptions + self.recovery + self.archive + MARGIN_BYTES

    @property
    def fits(self) -> bool:
        """Whether the disk has that."""
        return self.free is None or self.free >= self.needed

    @property
    def told(self) -> str:
        """The parts that add up to what is needed, in words."""
        parts = [
            f"{human_size(self.files - self.kept)} for the files",
            f"{human_size(self.descriptions)} for what describes them",
        ]
        if self.recovery:
            parts.append(f"{human_size(self.recovery)} for recovery data")
        if self.archive:
            parts.append(f"{human_size(self.archive)} for the archive")
        told = f"{', '.join(parts)} and {human_size(MARGIN_BYTES)} to spare"
        return told + (f"; {human_size(self.kept)} are copied already" if self.kept else "")


def room_for(  # noqa: PLR0913 - what a package is made of
    plan: PackagePlan,
    described: Callable[[PlanEntry], int],
    overhead: int,
    *,
    bags: int,
    store: bytes,
    package: str,
    algorithms: tuple[str, ...],
    parity: Amount | None,
    archived: bool,
) -> Room:
    """Estimate what a package takes, by its plan and by what interrupted runs copied of it.

    Args:
        plan: What goes in.
        described: Guesses the bytes that the descriptions of one entry take.
        overhead: Bytes of descriptions whatever is in a bag.
        bags: How many bags the package is made into.
        store: Absolute path of the store, which need not be there yet.
        package: The package's name.
        algorithms: Its checksum algorithms.
        parity: How much recovery data its bags get; ``None`` for none.
        archived: Whether archives are made.

    Raises:
        StoreError: where the store cannot be looked at.
    """
    shown = os.fsdecode(store)
    with store_faults(f"look at the store {shown}", "No bag was written. Check the folder and its disk."):
        free, block = _disk_of(store)
        with EarlierCopies(left_of(store, package, algorithms)) as earlier:
            files = kept_files = kept = recovery = 0
            guess = RecoveryGuess(parity)
            descriptions, folders = bags * (overhead + _TAG_FILES * block), set[str]()
            for entry in plan.entries:
                descriptions += described(entry)
                if (file := file_to_copy(entry)) is not None:
                    ref = file.examined.ref
                    taken = _in_blocks(ref.stat.size_bytes, block)
                    files += taken
                    recovery += guess.added(ref.payload_path, ref.stat.size_bytes)
                    folders.add(os.path.dirname(ref.payload_path))
                    if (
                        earlier.has_any
                        and earlier.find(ref, read_plan(algorithms, file.examined)) is not None
                    ):
                        kept_files, kept = kept_files + 1, kept + taken
    files += block * len(folders)
    recovery += bags * guess.of_tag_files(descriptions // bags)
    archive = files + descriptions + recovery if archived else 0
    return Room(files, descriptions, recovery, archive, kept_files, kept, free, earlier.foreign)


def refuse_without_room(room: Room, store: bytes, left: int) -> None:
    """Refuse to begin what the store's disk cannot hold.

    Args:
        room: What is needed.
        store: The store.
        left: Bytes that other interrupted runs left in the store.

    Raises:
        StoreError: where it cannot; no bag was written.
    """
    if room.fits:
        return
    assert room.free is not None
    hint = "No bag was written."
    remedies = [Remedy(Way.FREE_SPACE), Remedy(Way.ANOTHER_STORE), Remedy(Way.PACK_PART)]
    if left:
        hint += f" What other interrupted runs left takes {human_size(left)}."
        remedies.append(Remedy(Way.CLEAN_STORE, os.fsdecode(store)))
    raise StoreError(
        f"the store's disk has {human_size(room.free)} free, and {human_size(room.needed)} are needed: {room.told}",
        hint,
        remedies=remedies,
    )


def _disk_of(store: bytes) -> tuple[int | None, int]:
    """Free bytes and the block size of the disk that has the store, or will have it."""
    folder = store
    while not os.path.isdir(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    return disk.free_bytes(folder), disk.block_bytes(folder)


def _in_blocks(size: int, block: int) -> int:
    return -(-size // block) * block
