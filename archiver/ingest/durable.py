"""Makes copies durable in groups, before the journal tells of them, and reads them back from the disk where that is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Self

from archiver import disk, filesystem
from archiver.bagit.algorithms import hash_descriptor
from archiver.errors import StoreError
from archiver.ingest.copy import Copied
from archiver.machine import reason
from archiver.model.source import Unpacked
from archiver.store.area import Place
from archiver.store.faults import store_faults

MANY_FILES = 32
"""From so many copies on the file system is synced as a whole where that can be relied on. It costs as much as a few of them, and
waits for what others write as well."""

_DISTRUST = "No bag was written. Do not trust this disk before you have checked it."


class Durable:
    """Makes the copies in a payload durable. Use it in a ``with`` block that begins before the first of them is written.

    Args:
        payload: The payload's folder.
        algorithms: Where there are any, every copy is read back from the disk, and its digests by these are compared.
        expected: How many copies there will be, or a lower number that they will reach.
        note: Is told, in a sentence, of what the disk could not write before the first of them.

    Raises:
        OSError: from entering, as the system calls do.
    """

    def __init__(
        self, payload: Place, algorithms: tuple[str, ...], expected: int, note: Callable[[str], object]
    ) -> None:
        self._payload, self._algorithms = payload, algorithms
        self._expected, self._note = expected, note

    def __enter__(self) -> Self:
        self._held = self._payload.cursor()
        self._since = self._held.folder(b"")
        self._is_whole = self._expected >= MANY_FILES and disk.syncs_as_a_whole(self._since)
        if self._is_whole:
            self._ask_for_older_errors()
        return self

    def _ask_for_older_errors(self) -> None:
        """Have the system tell by the descriptor, once, of an error that nobody has asked for yet: it is not of these copies.

        A descriptor that is opened is told of such an error too. After it was told it hears of new ones only.
        """
        try:
            disk.sync_all(self._since)
        except OSError as error:
            where = os.fsdecode(self._payload.store)
            self._note(
                f"The disk of {where} could not write something before this run copied anything to it ({reason(error)});"
                " what it was, the system does not say. Look after what was written to that disk lately"
            )

    def __exit__(self, *_: object) -> None:
        self._held.__exit__()

    def made(self, outcomes: Sequence[Copied | Unpacked]) -> Sequence[Copied | Unpacked]:
        """Make a group of copies durable and give the outcomes back.

        Raises:
            StoreError: where the disk does not take them, or does not give back what was written.
        """
        copies = [outcome for outcome in outcomes if isinstance(outcome, Copied)]
        with store_faults("write the copies to the disk"):
            together = self._is_whole and len(copies) >= MANY_FILES
            if together:
                self._sync_all()
            if not together or self._algorithms:
                self._sync_each(copies)
        return outcomes

    def _sync_all(self) -> None:
        try:
            disk.sync_all(self._since)
        except OSError as error:
            raise StoreError(f"cannot write the copies to the disk: {reason(error)}", _DISTRUST) from error

    def _sync_each(self, copies: Sequence[Copied]) -> None:
        with self._payload.cursor() as cursor:
            if len(copies) > 1:
                disk.start_sync(cursor.folder(b""))
            for copied in copies:
                try:
                    self._sync_file(cursor, copied)
                except OSError as error:
                    raise StoreError(
                        f"cannot write the copy of {copied.path} to the disk: {reason(error)}", _DISTRUST
                    ) from error

    def _sync_file(self, cursor: filesystem.FolderCursor, copied: Copied) -> None:
        folder, _, name = copied.path.encode("utf-8").rpartition(b"/")
        descriptor = filesystem.open_regular(name, cursor.folder(folder))
        try:
            os.fsync(descriptor)
            if self._algorithms:
                disk.drop_cache(descriptor)
                if hash_descriptor(descriptor, self._algorithms) != copied.digests(self._algorithms):
                    raise StoreError(
                        f"the disk gives back other bytes than were written for {copied.path}",
                        "No bag was written. Do not trust this disk or its cable; pack to another one.",
                    )
        finally:
            os.close(descriptor)
