"""Finds the copies of a bag that whole bytes can be taken from: those that were named, else those that the catalogue knows."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from archiver import filesystem
from archiver.bagit.algorithms import hash_descriptor
from archiver.bagit.bag_source import source_of
from archiver.bagit.pin import pin_at, pinned_manifest
from archiver.bagit.reading import FolderTop, manifest_entries, read_top
from archiver.bagit.serialized.archive import without_ending
from archiver.bagit.telling import ignore
from archiver.catalogue.bag_facts import UnreadableBagError, bag_facts
from archiver.catalogue.database import Catalogue
from archiver.catalogue.stores import is_mounted, stores_with
from archiver.errors import UsageError
from archiver.machine import refuse_own_limit
from archiver.store.find_bags import bags_in, is_bag


@dataclass(frozen=True, slots=True)
class SameBytes:
    """Another file that should have the same bytes: its bag and its path in it."""

    bag: bytes
    path: str


class DamagedCopy(NamedTuple):
    """A file of a copy that has not the right bytes as a whole: a folder, and its path below it.

    The folder is that of the copy, or where a file of an archive was unpacked.
    """

    bag: bytes
    path: str

    def open(self) -> int:
        """Open it to read, by no link.

        Raises:
            OSError: where it is no regular file, or cannot be opened.
        """
        return filesystem.open_regular_beneath(self.bag, os.fsencode(self.path))


def has_tag_files_of(copy: bytes, pin: str) -> bool:
    """Whether the copy in a folder has the tag manifest with a pin, in hex, and every file that this lists as it lists it."""
    folder = filesystem.open_folder(copy)
    files = FolderTop(folder)
    try:
        top = read_top(files)
        manifest = pinned_manifest(top.manifests)
        if manifest is None or manifest.algorithm is None or pin_at(files, manifest).hex() != pin:
            return False
        if not manifest.of_tags:
            return True
        entries = manifest_entries(files, top, manifest, ignore)
        return all(_digest(copy, one.path, manifest.algorithm) == one.digest for one in entries)
    except OSError as error:
        refuse_own_limit(error)
        return False
    finally:
        os.close(folder)


def _digest(copy: bytes, path: str, algorithm: str) -> str:
    with os.fdopen(filesystem.open_regular_beneath(copy, os.fsencode(path)), "rb", buffering=0) as file:
        return hash_descriptor(file.fileno(), (algorithm,))[algorithm]


def named_copies(paths: Sequence[str], bag: bytes, identifier: str | None) -> tuple[str, ...]:
    """Return the copies of a bag among stores and bags that a person named.

    A bag that was named is one, whatever it is called: its bytes are judged, not its name. Of a store's bags those are
    that have the bag's name, or its identifier.

    Raises:
        UsageError: where there is no such bag at one of the paths.
    """
    found: list[str] = []
    for path in paths:
        among = [path] if is_bag(path) else list(_in_store(path, bag, identifier))
        among = [one for one in among if os.path.realpath(os.fsencode(one)) != bag]
        if not among:
            raise UsageError(
                f"there is no copy of {os.fsdecode(os.path.basename(bag))} at {path}",
                "Nothing was changed. Check the spelling, and that the disk is mounted.",
            )
        found += among
    return tuple(dict.fromkeys(map(os.path.abspath, found)))


def known_copies(catalogue: Catalogue, identifier: str, bag: bytes) -> tuple[str, ...]:
    """Return the other copies of a bag that the catalogue knows and whose stores are mounted, the soundest first."""
    copies = [
        (copy.state != "present", os.fsdecode(store.place + b"/" + os.fsencode(copy.path)))
        for store, copy in stores_with(catalogue, identifier)
        if copy.state != "missing" and is_mounted(store)
    ]
    return tuple(
        path
        for _, path in sorted(copies)
        if os.path.realpath(os.fsencode(path)) != bag and os.path.lexists(path)
    )


def same_bytes(catalogue: Catalogue, algorithm: str, digest: str) -> Iterator[SameBytes]:
    """Yield other files that the catalogue knows to have the bytes with a digest, in bags that are folders and at hand."""
    value = bytes.fromhex(digest)
    sql = (
        "SELECT store.place, copy.path, folder.path, file.name FROM file JOIN bag USING (bag_id) JOIN copy USING (bag_id)"
        " JOIN store USING (store_id) JOIN folder USING (folder_id)"
        " WHERE substr(digest, 1, 8) = substr(?, 1, 8) AND digest = ? AND form = 'folder' AND state <> 'retired'"
        " AND (algorithms = ? OR algorithms GLOB ? || ',*') ORDER BY state <> 'present', file_id LIMIT 8"
    )
    for place, bag, folder, name in catalogue.rows(sql, (value, value, algorithm, algorithm)):
        assert isinstance(place, bytes)
        path = f"data/{folder!s}/{name!s}" if folder else f"data/{name!s}"
        yield SameBytes(place + b"/" + os.fsencode(str(bag)), path)


def identifier_of(path: str) -> str | None:
    """Return the identifier of a bag by its own word; ``None`` where it cannot be read."""
    source = source_of(path)
    try:
        with contextlib.suppress(UnreadableBagError, OSError):
            return bag_facts(source, path).identifier
    finally:
        source.close()
    return None


def _in_store(path: str, bag: bytes, identifier: str | None) -> Iterator[str]:
    try:
        bags = bags_in(path).bags
    except OSError:
        return
    wanted = without_ending(os.fsdecode(os.path.basename(bag)))
    named = [one for one in bags if without_ending(os.path.basename(one)) == wanted]
    yield from named
    if not named and identifier is not None:
        yield from (one for one in bags if identifier_of(one) == identifier)
