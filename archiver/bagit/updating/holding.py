"""Holds a bag for an update: alone, whole and proved."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

from archiver import filesystem
from archiver.bagit.findings import Severity
from archiver.bagit.hashing import Batch, Checked, Mapper
from archiver.bagit.reading import BagTop, FolderTop, read_top
from archiver.bagit.report import BagReport, Depth
from archiver.bagit.updating.journal import UpdateError, recover
from archiver.bagit.updating.signed import Signed, refuse_signed
from archiver.bagit.validate import validate


class InvalidBagError(UpdateError):
    """The bag is not valid, so that it is not updated."""


class BusyBagError(UpdateError):
    """Another update holds the bag."""


@dataclass(frozen=True, slots=True)
class HeldBag:
    """A bag that was verified and is held for an update.

    Attributes:
        folder: Descriptor of its folder.
        top: The tag files at its top.
        recovered: Whether an update that had been interrupted was completed first.
        report: The judgement of the bag, in full.
    """

    folder: int
    top: BagTop
    recovered: bool
    report: BagReport


@contextlib.contextmanager
def held(bag: bytes, map_ordered: Mapper[Batch, Checked], signed: Signed) -> Iterator[HeldBag]:
    """Hold the bag in the folder ``bag``, complete what was interrupted, verify it in full, and lend it.

    Raises:
        BusyBagError: if it is held by another update.
        SignedBagError: if it has signatures that may not be set aside; it was not read then.
        InvalidBagError: if it is not valid.
        UpdateError: if it is of a kind that is not updated, or an earlier update cannot be completed.
        OSError: as the system calls do.
    """
    folder = filesystem.open_folder(bag)
    try:
        if not filesystem.try_lock(folder):
            raise BusyBagError("another update of this bag is under way")
        recovered = recover(folder)
        refuse_signed(folder, signed)
        report = validate(bag, Depth.FULL, map_ordered)
        if not report.valid:
            first = next(finding for finding in report.findings if finding.severity is Severity.ERROR)
            completed = "an interrupted update was completed, but " if recovered else ""
            raise InvalidBagError(
                f"{completed}the bag is not valid ({first.code} {first.path!r}: {first.message}), and new digests must not"
                " cover damage"
            )
        top = read_top(FolderTop(folder))
        if top.declaration.encoding not in ("utf-8", "ascii"):
            raise UpdateError(f"its tag files are in {top.declaration.named_encoding}; only UTF-8 is updated")
        yield HeldBag(folder, top, recovered, report)
    finally:
        os.close(folder)
