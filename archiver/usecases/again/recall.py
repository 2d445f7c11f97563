"""Recalls what is known of a file's bytes from the bag that has them, so that they need not be read again."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
from collections import OrderedDict
from typing import BinaryIO, Self

from archiver.bagit.bag_source import source_of
from archiver.ingest.attributes import AttributesAgain
from archiver.machine import temporary_file, temporary_storage
from archiver.model.audio import ExaminedFile
from archiver.model.source import FileRef
from archiver.model.state import Known
from archiver.records.codec import from_line
from archiver.records.files import FileRecord, FilesHeader
from archiver.records.names import FILES_LIMITS, FILES_RECORD
from archiver.records.recorded_files import examined_of

_OPEN_BAGS = 32
"""Records of files that are open at the same time."""
_BUFFER_BYTES = 1 << 18


class Recall:
    """Reads lines of bags' records of files, wherever they begin. Use it in a ``with`` block.

    Neighbours in a source are mostly neighbours in a record, so that it is read from its beginning to its end. Of an
    archive the record is put aside first.

    Args:
        store: Absolute path of the store that has the bags.
    """

    def __init__(self, store: bytes) -> None:
        self._store = store
        self._attributes = AttributesAgain()
        self._open: OrderedDict[str, tuple[BinaryIO, FilesHeader] | None] = OrderedDict()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._attributes.__exit__()
        for opened in self._open.values():
            if opened is not None:
                opened[0].close()

    def examined(self, ref: FileRef, known: Known, bag: str, record_at: int) -> ExaminedFile | None:
        """Return what is recorded of the bytes that a file has, as if it had been examined now.

        What was found about it when it came in is not told again. Its attributes, which no record of files has, are
        read; nothing else of the file is opened.

        Args:
            ref: The file, as it is listed now.
            known: What is known of it, with its holding.
            bag: Path of the bag below the store.
            record_at: Where its line begins.

        Returns:
            The examined file; ``None`` where the record does not tell of just these bytes under that name, or cannot be read.
        """
        opened = self._of(bag)
        if opened is None or known.holding is None:
            return None
        stream, header = opened
        try:
            stream.seek(record_at)
            line = stream.readline(FILES_LIMITS.bytes + 1)
            record = from_line(line, FileRecord, FILES_LIMITS)
            if record.path != known.holding.path:
                return None
            if (record.digests or {}).get(known.holding.algorithm) != known.holding.digest:
                return None
            if _name(record.source_path) != _name(ref.path):  # what a file is taken for rests on its name too
                return None
            recorded = examined_of(record, header)
        except (ValueError, OSError):
            return None
        return dataclasses.replace(
            recorded,
            ref=ref,
            tag_blocks=(),
            problems=ref.problems,
            attributes=self._attributes.of(ref),
            known=known,
        )

    def _of(self, bag: str) -> tuple[BinaryIO, FilesHeader] | None:
        if bag in self._open:
            self._open.move_to_end(bag)
            return self._open[bag]
        if len(self._open) >= _OPEN_BAGS:
            _, longest_unused = self._open.popitem(last=False)
            if longest_unused is not None:
                longest_unused[0].close()
        opened = self._opened(bag)
        self._open[bag] = opened
        return opened

    def _opened(self, bag: str) -> tuple[BinaryIO, FilesHeader] | None:
        path = os.path.join(os.fsdecode(self._store), bag)
        try:
            with contextlib.ExitStack() as held:
                stream = held.enter_context(source_of(path).open(FILES_RECORD))
                if not os.path.isdir(path):
                    stream = held.enter_context(_put_aside(stream))
                header = from_line(stream.readline(FILES_LIMITS.bytes + 1), FilesHeader, FILES_LIMITS)
                held.pop_all()
        except (ValueError, OSError):
            return None
        return stream, header


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _put_aside(stream: BinaryIO) -> BinaryIO:
    """Copy what comes from an archive to where it can be read at any place."""
    aside = temporary_file()
    with temporary_storage():
        shutil.copyfileobj(stream, aside, _BUFFER_BYTES)
        aside.seek(0)
    return aside
