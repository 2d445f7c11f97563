"""Updates the tag files of a finished bag: another checksum algorithm, another value in bag-info.txt.

The payload is only ever read. The bag is verified in full first, so that nothing damaged is given new digests; each
file that gets a new digest is compared with its old one in the very same reading. The tag files then change
together, or not at all: see :mod:`archiver.bagit.updating.journal`.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass

from archiver import filesystem
from archiver.bagit.algorithms import normalise_algorithm
from archiver.bagit.findings import Severity
from archiver.bagit.hashing import Batch, Checked, Mapper, serial_map
from archiver.bagit.manifest_reader import parse_manifest_name
from archiver.bagit.pin import pinned_manifest
from archiver.bagit.report import BagReport, Depth
from archiver.bagit.updating.holding import HeldBag, held
from archiver.bagit.updating.info_edit import replace_element
from archiver.bagit.updating.journal import Journal, UnfinishedUpdateError, UpdateError, stage
from archiver.bagit.updating.manifests import (
    Hashed,
    PayloadReader,
    ToHash,
    stage_payload_manifest,
    stage_tag_manifests,
)
from archiver.bagit.updating.signed import Signed, set_aside
from archiver.bagit.validate import validate
from archiver.ownfiles import read_own

_COMPUTED = frozenset({"payload-oxum"})
_LARGEST_INFO = 16 << 20
"""Bytes of bag-info.txt that are changed as a whole; no more of it is ever understood."""

_COPIED = 1 << 20

Stager = Callable[[int, Journal], Collection[str] | None]
"""Stages further tag files: is given the bag's folder descriptor and the journal, in which all else but the tag manifests is
staged, and returns the paths of files that are to be listed no longer, which stay where they are; ``None`` where there is
nothing to stage."""


Deciding = Callable[[bytes], object]
"""Is told the pin that a bag will have, when all is staged and nothing is changed yet."""


def untold(_pin: bytes) -> None:
    """Nobody is told the pin that a bag will have."""


def nothing_more(_folder: int, _journal: Journal) -> None:
    """Stage nothing further."""


@dataclass(frozen=True, slots=True)
class Updated:
    """What came of an update.

    Attributes:
        files: The tag files that were written, none where nothing had to change.
        replaced: The values that the label had before, and no longer has.
        recovered: Whether an update that had been interrupted was completed first.
        report: The judgement of the bag as it is now; in full where nothing had to change, else complete, since
            what was verified before was not touched.
    """

    files: tuple[str, ...]
    recovered: bool
    report: BagReport
    replaced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Appended:
    """A line for a line-file of a bag, such as a log of what was done to it.

    Attributes:
        path: The file's path in the bag.
        line: The line, with its line break.
        header: What the file begins with where it is not there yet.

    Raises:
        ValueError: from making one, where the line is none.
    """

    path: str
    line: bytes
    header: bytes = b""

    def __post_init__(self) -> None:
        """Refuse what is not one line."""
        if not self.line.endswith(b"\n") or self.line.count(b"\n") != 1:
            raise ValueError("what is appended is one line with its line break")


def add_algorithm(  # noqa: PLR0913, PLR0917 - what is added, how it is read, what gives way
    bag: bytes,
    algorithm: str,
    event: Appended | None = None,
    map_ordered: Mapper[Batch, Checked] = serial_map,
    hash_ordered: Mapper[ToHash, Hashed] = serial_map,
    signed: Signed = Signed.REFUSE,
    also: Stager = nothing_more,
    deciding: Deciding = untold,
) -> Updated:
    """Give the bag in the folder ``bag`` payload and tag manifests of ``algorithm`` too.

    Args:
        bag: Path of the bag's folder.
        algorithm: Any common name of it, ``SHA-256`` or ``sha256``.
        event: A line to be appended to the bag's own log.
        map_ordered: How the bag is verified first.
        hash_ordered: How the payload is then read once more, for old and new digests together.
        signed: What becomes of signatures, which hold for the tag manifests as they are.
        also: Stages what changes with it.
        deciding: Is told the pin that the bag will have, when all is staged and nothing is changed yet.

    Returns:
        Without files, where the bag has manifests of the algorithm already.

    Raises:
        UnknownAlgorithmError: if the algorithm is unknown.
        SignedBagError: if it is signed, and its signatures are not to be set aside.
        InvalidBagError: if the bag is not valid.
        BusyBagError: if it is held by another update.
        UnfinishedUpdateError: if an update, this or an earlier one, cannot be completed.
        UpdateError: if it is of a kind that is not updated.
        OSError: as the system calls do.
    """
    name = normalise_algorithm(algorithm)
    with held(bag, map_ordered, signed) as update:
        if name in update.top.algorithms:
            return Updated((), update.recovered, update.report)
        with stage(update.folder) as journal:
            reader = PayloadReader(os.path.abspath(bag), hash_ordered)
            stage_payload_manifest(update.folder, update.top, name, update.report.files, journal, reader)
            _stage_event(update.folder, event, journal)
            stage_tag_manifests(update.folder, update.top, name, journal, _dropped(also, update, journal))
            _tell_pin(journal, deciding)
            set_aside(update.folder)
        return _checked(bag, update, journal)


def set_info(  # noqa: PLR0913, PLR0917 - the same
    bag: bytes,
    label: str,
    value: str,
    event: Appended | None = None,
    map_ordered: Mapper[Batch, Checked] = serial_map,
    signed: Signed = Signed.REFUSE,
    also: Stager = nothing_more,
    deciding: Deciding = untold,
) -> Updated:
    """Make ``value`` the one value of ``label`` in the bag-info.txt of the bag in the folder ``bag``.

    Args:
        bag: Path of the bag's folder.
        label: Compared without regard to case; added at the end where it is new.
        value: Line breaks become continuation lines.
        event: A line to be appended to the bag's own log.
        map_ordered: How the bag is verified first.
        signed: What becomes of signatures, which hold for the tag manifests as they are.
        also: Stages what changes with it.
        deciding: Is told the pin that the bag will have, when all is staged and nothing is changed yet.

    Returns:
        Without files, where bag-info.txt says so already.

    Raises:
        BagWriteError: if label or value cannot stand in bag-info.txt.
        UpdateError: if the label is one that is computed, or as :func:`add_algorithm`.
        OSError: as the system calls do.
    """
    if label.lower() in _COMPUTED:
        raise UpdateError(f"{label} is computed from the payload and cannot be set")
    with held(bag, map_ordered, signed) as update:
        if update.top.declaration.encoding == "ascii" and not f"{label}{value}".isascii():
            raise UpdateError("its tag files are in ASCII, and this value is not")
        name = update.top.declaration.metadata_name
        content = _content(update.folder, name)
        changed = replace_element(content, label, value)
        if changed == content:
            return Updated((), update.recovered, update.report)
        with stage(update.folder) as journal:
            with journal.write(name) as stream:
                stream.write(changed)
            _stage_event(update.folder, event, journal)
            stage_tag_manifests(update.folder, update.top, None, journal, _dropped(also, update, journal))
            _tell_pin(journal, deciding)
            set_aside(update.folder)
        replaced = tuple([one for name, one in update.top.metadata.entries if name.lower() == label.lower()])
        return dataclasses.replace(_checked(bag, update, journal), replaced=replaced)


def add_tag_files(  # noqa: PLR0913, PLR0917 - the same
    bag: bytes,
    write: Stager,
    event: Appended | None = None,
    map_ordered: Mapper[Batch, Checked] = serial_map,
    signed: Signed = Signed.REFUSE,
    deciding: Deciding = untold,
) -> Updated:
    """Give the bag in the folder ``bag`` further tag files.

    Args:
        bag: Path of the bag's folder.
        write: Stages them; where it has nothing to stage, nothing changes.
        event: A line to be appended to the bag's own log.
        map_ordered: How the bag is verified first.
        signed: What becomes of signatures, which hold for the tag manifests as they are.
        deciding: Is told the pin that the bag will have, when all is staged and nothing is changed yet.

    Returns:
        Without files, where there was nothing to add.

    Raises:
        UpdateError: as :func:`add_algorithm`.
        OSError: as the system calls do.
    """
    with held(bag, map_ordered, signed) as update:
        try:
            with stage(update.folder) as journal:
                _stage_event(update.folder, event, journal)
                dropped = _ensure_more(write(update.folder, journal))
                stage_tag_manifests(update.folder, update.top, None, journal, dropped)
                _tell_pin(journal, deciding)
                set_aside(update.folder)
        except _NothingToAddError:
            return Updated((), update.recovered, update.report)
        return _checked(bag, update, journal)


class _NothingToAddError(Exception):
    """What was staged is to be thrown away again."""


def _ensure_more(dropped: Collection[str] | None) -> Collection[str]:
    if dropped is None:
        raise _NothingToAddError
    return dropped


def _dropped(also: Stager, update: HeldBag, journal: Journal) -> Collection[str]:
    return also(update.folder, journal) or ()


def _tell_pin(journal: Journal, deciding: Deciding) -> None:
    """Tell the pin of what is staged; a bag without tag manifests keeps the one that it has."""
    staged = [parse_manifest_name(path) for path in journal.paths]
    pinned = pinned_manifest(one for one in staged if one is not None and one.of_tags)
    if pinned is not None:
        deciding(bytes.fromhex(journal.digests(pinned.name, ("sha512",))["sha512"]))


def _content(folder: int, name: str) -> bytes:
    if not filesystem.is_there(os.fsencode(name), folder):
        return b""
    try:
        return read_own(name.encode(), folder, _LARGEST_INFO)
    except (OSError, ValueError) as error:
        raise UpdateError(f"{name} cannot be read as a whole: {error}") from error


def _stage_event(folder: int, event: Appended | None, journal: Journal) -> None:
    """Stage the log of the bag with the line after what it has."""
    if event is None:
        return
    with journal.write(event.path) as stream:
        if not filesystem.is_there(event.path.encode(), folder):
            stream.write(event.header)
        else:
            where, _, name = event.path.encode().rpartition(b"/")
            last = b"\n"
            with filesystem.folder_beneath(folder, where) as parent:
                descriptor = filesystem.open_regular(name, parent)
            with os.fdopen(descriptor, "rb") as source:
                while block := source.read(_COPIED):
                    stream.write(block)
                    last = block[-1:]
            stream.write(b"" if last == b"\n" else b"\n")
        stream.write(event.line)


def _checked(bag: bytes, update: HeldBag, journal: Journal) -> Updated:
    report = validate(bag, Depth.COMPLETE)
    if not report.complete:
        first = next(finding for finding in report.findings if finding.severity is Severity.ERROR)
        raise UnfinishedUpdateError(
            f"after the update the bag is not complete: {first.code} {first.path!r}: {first.message}"
        )
    return Updated(journal.paths, update.recovered, report)
