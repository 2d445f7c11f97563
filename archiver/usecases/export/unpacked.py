"""Unpacks of a bag that is an archive the files that are to be taken out of it, into a folder of the run alone."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace

from archiver.bagit.bag_source import source_of
from archiver.bagit.names import PAYLOAD
from archiver.machine import reason, refuse_own_limit
from archiver.model.package import PackedFile
from archiver.records.rights.read import read_entries
from archiver.usecases.export.decide import Anew, asks_for_bytes
from archiver.usecases.export.original import Original, damaged

Writing = Callable[[], AbstractContextManager[None]]


def unpacked(original: Original, anew: Anew, folder: bytes, writing: Writing, *, redacting: bool) -> Original:
    """Return the bag with what is wanted of it unpacked; each file is held against its checksums where it is used.

    The archive is read once, in its own order.

    Args:
        original: The bag: an archive, of which nothing is unpacked.
        anew: What decides.
        folder: Absolute path of an empty folder.
        writing: Turns what its disk refuses into an error of the store.
        redacting: Whether files are wanted as well from which personal data is to be taken out.

    Raises:
        DamagedOriginalError: where it cannot be read.
        StoreError: where the folder cannot be written.
    """
    opened = replace(original, unpacked=folder)
    times = dict(_wanted(original, anew, redacting=redacting))
    try:
        with contextlib.closing(source_of(original.path)) as source:
            for path, blocks in source.contents(times):
                _write(opened, path, _read(original, path, blocks), times, writing)
    except OSError as error:
        refuse_own_limit(error)
        raise damaged(original.named, reason(error)) from error
    return opened


def _wanted(original: Original, anew: Anew, *, redacting: bool) -> Iterator[tuple[str, int]]:
    """Paths in the bag, and the time of each file."""
    for entry in read_entries(original.named):
        if isinstance(entry, PackedFile) and asks_for_bytes(anew, entry, redacting=redacting):
            yield entry.bag_path, entry.modified_ns


def _read(original: Original, path: str, blocks: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from blocks
    except OSError as error:
        refuse_own_limit(error)
        raise damaged(original.named, f"{path} cannot be read: {reason(error)}") from error


def _write(
    original: Original, path: str, blocks: Iterator[bytes], times: Mapping[str, int], writing: Writing
) -> None:
    place = original.payload + b"/" + original.place(path.removeprefix(PAYLOAD).encode("utf-8"))
    with writing():
        with open(place, "xb") as target:
            target.writelines(blocks)
        os.utime(place, ns=(times[path], times[path]))
