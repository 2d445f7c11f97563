"""Brings together the music files of collections as the catalogue knows them; no bag is opened for it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace

from archiver.catalogue.collected import collection_called, files_of
from archiver.catalogue.copies import BagCopy, copies_of
from archiver.catalogue.database import Catalogue
from archiver.catalogue.search import FoundFile
from archiver.duplicates.copy import Copy, Place, copy_of
from archiver.model.audio import ExaminedFile, Role
from archiver.model.sound import Essence, Integrity, Sound, SoundState
from archiver.model.source import FileRef, FileStat
from archiver.usecases.duplicates.gather import Gathered

_METHOD = "recorded"
"""The catalogue keeps the digest of the music and not how it was made, which the same digest tells."""


def in_collections(catalogue: Catalogue, names: Iterable[str], gathered: Gathered) -> Iterator[Copy]:
    """Yield the music files of collections, as their latest accessions left them.

    Args:
        catalogue: The catalogue.
        names: Of the collections.
        gathered: Counts what is met.
    """
    for name in names:
        collection_id = collection_called(catalogue, name)
        bags: dict[int, tuple[BagCopy, ...]] = {}
        for path, file in () if collection_id is None else files_of(catalogue, collection_id):
            if file.role != Role.AUDIO or not file.size_bytes:
                continue
            if file.bag_id not in bags:
                bags[file.bag_id] = tuple(copies_of(catalogue, file.bag_id))
            copy = _copy(f"{name}/{path}", file, bags[file.bag_id], gathered.files)
            gathered.count(copy)
            yield copy
        gathered.bags += len(bags)


def _copy(path: str, file: FoundFile, copies: tuple[BagCopy, ...], number: int) -> Copy:
    root, relative = b"", b""
    usable = (copy for copy in copies if copy.form == "folder" and copy.state == "present")
    at_hand = next((copy.absolute for copy in usable if os.path.isdir(copy.absolute)), None)
    if at_hand is not None:
        root, relative = at_hand, os.fsencode(f"data/{file.path}")
    bag = os.fsdecode(copies[0].absolute) if copies else file.bag
    known = copy_of(_examined(path, file), number, Place(path, root, relative), bag)
    return replace(known, recorded=((file.algorithm, file.digest.hex()),))


def _examined(path: str, file: FoundFile) -> ExaminedFile:
    stat = FileStat(file.size_bytes, file.modified_ns or 0, ctime_ns=0, inode=0)
    return ExaminedFile(
        ref=FileRef(root=b"", relative=b"", path=path, stat=stat),
        role=Role.AUDIO,
        format=None,
        audio=file.audio,
        tags=file.tags,
        sound=_sound(file),
    )


def _sound(file: FoundFile) -> Sound:
    state = file.integrity if file.integrity in set(SoundState) else SoundState.NOT_CHECKABLE
    essence = None if file.essence is None else Essence(_METHOD, file.essence.hex())
    return Sound(essence, Integrity(SoundState(state)))
