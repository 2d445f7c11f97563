"""Tells a file that is gone from a source that is: a disk unplugged half-way ends the run, and no fragment is sealed.

A source is lost where its folder is gone, cannot be listed any more, or has another folder in its place; where no file
that could be read before can be read now; or where so many files vanished since they were listed that the list is no
account of the source. One file more or less that vanishes is a problem of that file (``S105``).
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Sequence

from archiver import disk, filesystem
from archiver.errors import ArchiverError, Remedy, Way
from archiver.machine import reason
from archiver.model.source import FileRef, Source

_NAMED = (
    *(
        "ENOENT",
        "ENOTDIR",
        "ESTALE",
        "ENODEV",
        "ENXIO",
        "ENOTCONN",
        "ESHUTDOWN",
        "ECONNABORTED",
        "ECONNRESET",
    ),
    *("EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH", "ETIMEDOUT", "ENOMEDIUM"),
)
_VANISHED = frozenset(getattr(errno, name) for name in _NAMED if hasattr(errno, name))
"""What is said of a file that is not there any more, alone or with its whole disk or share."""
_LOST = _VANISHED | {errno.EIO, getattr(errno, "EREMOTEIO", errno.EIO)}
"""What is said of files of a disk that is gone; of one file it says less."""

_STREAK = 16
"""After so many files in a row that could not be read, one that could is tried again."""
_LEAST_VANISHED = 3
_SHARE_VANISHED = 4
"""A quarter of the files, and no fewer than three, are more than single files that somebody removed."""

_CONNECT = "Connect its disk again."


class SourceLostError(ArchiverError):
    """A source is not there any more while it is being packed or looked at."""


class SourcePresence:
    """Watches over sources while they are listed and copied; any thread may tell it of files.

    Args:
        sources: The sources, which are there now.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._identities = {source.root: _identity(source.root) for source in sources}
        self._lock = threading.Lock()
        self._first: dict[bytes, FileRef] = {}
        self._last: dict[bytes, FileRef] = {}
        self._streak: list[FileRef] = []
        self._there = 0
        self._vanished = 0

    def look(self) -> None:
        """See whether every source is still there, after something in one could not be listed or examined.

        Raises:
            SourceLostError: where one is not.
        """
        for root in self._identities:
            reason = self._loss_of(root)
            if reason is not None:
                raise SourceLostError(
                    _gone(root, reason), f"Nothing was written. {_CONNECT}", remedies=[Remedy(Way.AGAIN)]
                )

    def kept(self, ref: FileRef) -> None:
        """Take note of a file that need not be read, since an interrupted run copied it."""
        with self._lock:
            self._there += 1
            self._first.setdefault(ref.root, ref)

    def read(self, ref: FileRef) -> None:
        """Take note of a file that was read to its end."""
        with self._lock:
            self._there += 1
            self._streak = []
            self._first.setdefault(ref.root, ref)
            self._last[ref.root] = ref

    def failed(self, ref: FileRef, error: OSError) -> None:
        """Take note of a file that could not be opened or read.

        Raises:
            SourceLostError: where that shows that its source is lost.
        """
        if error.errno not in _LOST:
            return
        with self._lock:
            self._vanished += error.errno in _VANISHED
            self._streak.append(ref)
            is_long = len(self._streak) % _STREAK == 0
        reason = self._loss_of(ref.root)
        if reason is not None:
            raise _lost(_gone(ref.root, reason))
        if is_long:
            self._try_again(ref.root)

    def conclude(self) -> None:
        """See, when all files were copied or could not be, whether they are an account of the sources.

        Raises:
            SourceLostError: where a source was lost, or too much vanished from one.
        """
        for root in {ref.root for ref in self._streak}:
            self._try_again(root)
        listed = self._there + self._vanished
        if self._vanished >= _LEAST_VANISHED and self._vanished * _SHARE_VANISHED > listed:
            raise SourceLostError(
                f"{self._vanished:,} of {listed:,} files vanished after they were listed",
                "No bag was written. What was copied waits in the store's .incoming folder. See that the whole source is"
                " there; it is listed anew.",
                remedies=[Remedy(Way.GO_ON)],
            )

    def _try_again(self, root: bytes) -> None:
        """Read again what could be read before, after files of the same source could not be read."""
        known = [ref for found in (self._first, self._last) if (ref := found.get(root)) is not None]
        faults = [fault for ref in known if (fault := _fault_of(ref)) is not None]
        if known and len(faults) == len(known):
            raise _lost(_gone(root, f"files that could be read cannot be read any more: {reason(faults[0])}"))

    def _loss_of(self, root: bytes) -> str | None:
        """Say why a source counts as lost; ``None`` where its folder is there and can be listed."""
        before = self._identities.get(root)
        try:
            folder = filesystem.open_folder(root)
            try:
                status = os.fstat(folder)
                with filesystem.scan_folder(folder) as entries:
                    next(entries, None)
            finally:
                os.close(folder)
        except OSError as error:
            return reason(error) if error.errno in _LOST else None
        if before is not None and (status.st_dev, status.st_ino) != before:
            return "another folder has taken its place"
        return None


def _identity(root: bytes) -> tuple[int, int] | None:
    try:
        status = os.stat(root)
    except OSError:  # what is wrong with it is told where it is listed
        return None
    return status.st_dev, status.st_ino


def _fault_of(ref: FileRef) -> OSError | None:
    """What keeps a file from being read from its disk; nothing where it can be."""
    try:
        descriptor = filesystem.open_regular_beneath(ref.root, ref.relative)
        try:
            disk.drop_cache(descriptor)
            os.read(descriptor, 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        return error
    return None


def _gone(root: bytes, reason: str) -> str:
    return f"the source {os.fsdecode(root)} is not there any more: {reason}"


def _lost(message: str) -> SourceLostError:
    hint = "No bag was written. What was copied waits in the store's .incoming folder."
    return SourceLostError(message, f"{hint} {_CONNECT}", remedies=[Remedy(Way.GO_ON)])
