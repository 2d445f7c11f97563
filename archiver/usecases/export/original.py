"""The bag that is exported from: opened, held against its own tag manifest, and read."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

from archiver import filesystem
from archiver.bagit.algorithms import ALGORITHMS, STRONGEST_FIRST, hash_blocks, hash_descriptor
from archiver.bagit.bag_source import source_of
from archiver.bagit.pin import pinned_manifest
from archiver.bagit.reading import BagTop, TopFiles, manifest_entries, read_top
from archiver.bagit.serialized.archive import without_ending
from archiver.bagit.telling import ignore
from archiver.errors import ArchiverError, ExitStatus, Remedy, UsageError, Way
from archiver.machine import reason, refuse_own_limit
from archiver.model.rights import Declaration
from archiver.records.rights.read import read_declared
from archiver.store.find_bags import is_bag


class DamagedOriginalError(ArchiverError):
    """The bag is not as it was recorded, so that nothing is taken out of it."""

    exit_code = ExitStatus.DAMAGED


@dataclass(frozen=True, slots=True)
class Original:
    """A bag to export from, whose records are as they were written.

    Attributes:
        named: Its path as the user named it.
        path: Its absolute path.
        name: Its name.
        identifier: Its ``External-Identifier``, or its name where it has none.
        pin: Hex SHA-512 of its strongest tag manifest.
        algorithms: Checksums of its payload manifests that can be computed here, the strongest first.
        is_archive: Whether it is an archive, of which files are read where they were unpacked.
        unpacked: Absolute path of the folder with what was unpacked of it; ``None`` where nothing is.
    """

    named: str
    path: bytes
    name: str
    identifier: str
    pin: str
    algorithms: tuple[str, ...]
    is_archive: bool = False
    unpacked: bytes | None = None

    @property
    def payload(self) -> bytes:
        """Absolute path of the folder below which its payload files are read."""
        return self.path + b"/data" if self.unpacked is None else self.unpacked

    def place(self, stored: bytes) -> bytes:
        """Where below it a payload file lies; what was unpacked lies in one folder, under names that any disk takes."""
        return stored if self.unpacked is None else hashlib.sha256(stored).hexdigest().encode()

    def declarations(self) -> dict[str, Declaration]:
        """What it records as declared, by identifier."""
        return {one.id: one for one in read_declared(self.named) if isinstance(one, Declaration)}


def original_at(named: str) -> Original:
    """Open a bag and hold its tag files against its strongest tag manifest.

    Raises:
        UsageError: where there is no bag of this program.
        DamagedOriginalError: where a tag file is not as the manifest has it.
    """
    if not is_bag(named):
        raise UsageError(f"there is no bag at {named}", "Nothing was written. Name a bag.")
    path = os.path.abspath(os.fsencode(named))
    try:
        with contextlib.closing(source_of(path)) as source, source.listing(ignore) as listing:
            if listing.top is None:
                raise damaged(named, "it cannot be opened")
            top = read_top(listing.top)
            pin = _pin(named, path, top, listing.top)
            is_archive = source.kind != "folder"
    except OSError as error:
        refuse_own_limit(error)
        raise damaged(named, reason(error)) from error
    name = os.path.basename(os.fsdecode(path))
    if is_archive:
        name = without_ending(name)
    identifier = next(iter(top.metadata.values("External-Identifier")), name)
    algorithms = tuple(
        sorted((one for one in top.algorithms if one in ALGORITHMS), key=STRONGEST_FIRST.index)
    )
    if not algorithms:
        raise damaged(named, "it has no payload manifest that can be checked here")
    return Original(named, path, name, identifier, pin, algorithms, is_archive)


def _pin(named: str, path: bytes, top: BagTop, files: TopFiles) -> str:
    """Hold every tag file against the strongest tag manifest, and return the digest of that."""
    known = [one for one in top.manifests if one.of_tags and one.algorithm is not None]
    manifest = pinned_manifest(known) if known else None
    if manifest is None or manifest.algorithm is None:
        raise damaged(named, "it has no tag manifest, so nothing says whether its records are unchanged")
    recorded = {entry.path: entry.digest for entry in manifest_entries(files, top, manifest, ignore)}
    with contextlib.closing(source_of(path)) as source:
        for tag_file, blocks in source.contents(recorded.copy()):
            try:
                found = hash_blocks(blocks, (manifest.algorithm,))[manifest.algorithm]
            except OSError as error:
                refuse_own_limit(error)
                raise damaged(named, f"{tag_file} cannot be read: {reason(error)}") from error
            if found != recorded.pop(tag_file, None):
                raise damaged(named, f"{tag_file} is not as its tag manifest has it")
    if recorded:
        raise damaged(named, f"{next(iter(recorded))} is not there")
    return hashlib.sha512(b"".join(files.blocks(manifest.name, ignore))).hexdigest()


def check_file(original: Original, stored: bytes, recorded: dict[str, str]) -> os.stat_result:
    """Hold a payload file against the digests that are recorded of it, and return what the system says of it.

    Raises:
        DamagedOriginalError: where it is not there, or not what was recorded.
    """
    shown = os.fsdecode(b"data/" + stored)
    algorithms = [name for name in original.algorithms if name in recorded]
    try:
        descriptor = filesystem.open_regular_beneath(original.payload, original.place(stored))
        try:
            found = hash_descriptor(descriptor, algorithms)
            status = os.fstat(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        refuse_own_limit(error)
        raise damaged(original.named, f"{shown} cannot be read: {reason(error)}") from error
    if not algorithms or any(found[name] != recorded[name] for name in algorithms):
        raise damaged(original.named, f"{shown} is not as it was recorded")
    return status


def damaged(named: str, why: str) -> DamagedOriginalError:
    """The error that a bag is not as it was recorded.

    Args:
        named: The bag as the user named it.
        why: What is wrong with it.
    """
    return DamagedOriginalError(
        f"cannot export from {named}: {why}",
        "Nothing was written.",
        remedies=[Remedy(Way.LIST_DAMAGE, named)],
    )


def blocks_of(original: Original, stored: bytes) -> Iterator[bytes]:
    """Yield the bytes of a payload file.

    Raises:
        OSError: where it cannot be read.
    """
    place = original.place(stored)
    with open(filesystem.open_regular_beneath(original.payload, place), "rb") as file:
        while block := file.read(1 << 20):
            yield block
