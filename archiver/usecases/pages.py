"""Makes the pages and receipts of bags that were packed before, beside them and never inside."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO
from urllib.parse import quote

from archiver.bagit.names import PAYLOAD
from archiver.errors import ArchiverError, Remedy, UsageError, Way
from archiver.ingest.covers import CoverMakers
from archiver.records.writing import no_covers
from archiver.report.counts import Counts
from archiver.report.pages import PagesOfBag, Site
from archiver.report.receipt import Receipt, receipt
from archiver.report.receipt_page import receipt_page
from archiver.report.receipt_text import receipt_text
from archiver.report.recorded import bag_name, read_bag
from archiver.usecases.finished import refuse_finished
from archiver.usecases.further_pages import FurtherPages
from archiver.usecases.new_file import new_file, write_faults


@dataclass(frozen=True, slots=True)
class MadePages:
    """What was written of one bag.

    Attributes:
        bag: The bag as the user named it.
        first: Path of the page to open.
        further: Path of the folder of further pages and small pictures; ``None`` where there are none.
        files: Files in the bag.
        tracks: Audio files among them.
        links: Whether the pages play and show the files of the bag, which those of an archive cannot.
    """

    bag: str
    first: str
    further: str | None
    files: int
    tracks: int
    links: bool


@dataclass(frozen=True, slots=True)
class UnmadePages:
    """A bag whose pages could not be made.

    Attributes:
        bag: The bag as the user named it.
        fault: Why, with the exit status that follows.
    """

    bag: str
    fault: ArchiverError


def make_pages(bags: tuple[str, ...], to: str | None) -> Iterator[MadePages | UnmadePages]:
    """Make the pages of bags, one after another; a bag whose records cannot be read does not keep the others back.

    Args:
        bags: Paths of folders and archives.
        to: Where to write: a file for one bag, a folder for several; ``None`` for the current folder.

    Raises:
        UsageError: where there is no such bag, something is there already, or where to write lies in a bag.
        ArchiverError: where it cannot be written.
    """
    _refuse_nothing(bags)
    wanted = [_target(bag, to, ".html", several=len(bags) > 1) for bag in bags]
    if len(set(wanted)) < len(wanted):
        raise UsageError(
            "several bags have the same name",
            "Make their pages one after another, each in a place of its own.",
        )
    for target in wanted:
        refuse_taken(target, "page")
        FurtherPages(target).refuse_taken()
    with CoverMakers() as makers:
        yield from _made(bags, wanted, makers)


def _made(
    bags: Sequence[str], wanted: Sequence[str], makers: CoverMakers
) -> Iterator[MadePages | UnmadePages]:
    for bag, target in zip(bags, wanted, strict=True):
        try:
            yield _make(bag, target, makers)
        except ArchiverError as fault:
            if isinstance(fault, UsageError):
                raise
            yield UnmadePages(bag, fault)


def make_receipt(bag: str) -> Receipt:
    """Return the receipt of a bag, with the checksum of its tag manifest.

    Raises:
        UsageError: where there is nothing.
        ArchiverError: where its records cannot be read.
    """
    _refuse_nothing((bag,))
    counts = Counts()
    read = read_bag(bag, counts.add)
    return receipt(read.facts, counts, read.albums, read.pin)


def _refuse_nothing(bags: tuple[str, ...]) -> None:
    missing = [bag for bag in bags if not os.path.lexists(bag)]
    if missing:
        raise UsageError(
            f"there is nothing at {', '.join(missing)}",
            "Nothing was written. Check the spelling, and that the disk is mounted.",
        )


def write_receipt(bag: str, to: str | None, *, as_text: bool) -> str:
    """Write the receipt of a bag to a file, and return the file's path.

    Args:
        bag: The bag.
        to: The file; ``None`` for one in the current folder.
        as_text: Whether to write plain text rather than a page.

    Raises:
        UsageError: where something is there already, or it lies in a bag.
        ArchiverError: where the bag cannot be read or the file not be written.
    """
    target = _target(bag, to, "-receipt.txt" if as_text else "-receipt.html", several=False)
    refuse_taken(target, "receipt")
    told = make_receipt(bag)
    whole = receipt_text(told) if as_text else receipt_page(told)
    with created(target) as stream:
        stream.write(whole.encode("utf-8", "backslashreplace"))
    return target


def _target(bag: str, to: str | None, ending: str, *, several: bool) -> str:
    name = bag_name(bag)
    if to is not None and (several or os.path.isdir(to)):
        return os.path.join(to, name + ending)
    return name + ending if to is None else to


def refuse_taken(target: str, what: str) -> None:
    """Refuse to write where something is, or in a bag.

    Args:
        target: Where is to be written.
        what: What is to be written there.

    Raises:
        UsageError: where that is so.
    """
    refuse_finished(os.path.abspath(os.fsencode(target)), what)
    if os.path.lexists(target):
        raise UsageError(
            f"the {what} {target} is there already",
            "Nothing is ever overwritten. Name another place.",
            remedies=[Remedy(Way.MOVE_AWAY)],
        )


def _make(bag: str, target: str, makers: CoverMakers) -> MadePages:
    pages = PagesOfBag()
    read = read_bag(bag, pages.add)
    further = FurtherPages(target)
    site = Site(
        to_bag=_address(bag, target) if read.is_folder else None,
        first=f"../{quote(os.fsencode(os.path.basename(target)))}",
        further=quote(os.fsencode(os.path.basename(further.path))),
        new=further.new,
        covers=partial(makers.covers, _payload(bag)) if read.is_folder else no_covers,
    )
    with further, created(target) as stream:
        further.begin()
        pages.write(read.facts, stream, site)
    counts = pages.counts
    return MadePages(bag, target, further.made, counts.files, counts.tracks, read.is_folder)


def _payload(bag: str) -> bytes:
    return os.path.realpath(os.fsencode(bag)) + b"/" + os.fsencode(PAYLOAD.rstrip("/"))


def _address(bag: str, target: str) -> str:
    """The relative address of a bag from a page."""
    start = os.path.dirname(os.path.realpath(os.fsencode(target)))
    return quote(os.path.relpath(os.path.realpath(os.fsencode(bag)), start)) + "/"


@contextlib.contextmanager
def created(path: str) -> Iterator[BinaryIO]:
    """Create a file for a ``with`` block; it is there when the block has ended well, and else is not."""
    with write_faults(path), new_file(path) as stream:
        yield stream
