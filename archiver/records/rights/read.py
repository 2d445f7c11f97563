"""Reads back from a bag what was declared, and what was decided of each of its files.

The records may come from anywhere, so nothing of them is trusted: the header must stand first and the totals last, a
line has a greatest length and complexity, and a line that is not as :mod:`archiver.records.rights.lines` or
:mod:`archiver.records.files` writes it ends the reading with an error that names the bag.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Self, TypeVar

from archiver.bagit.bag_source import source_of
from archiver.errors import ArchiverError, ExitStatus, Remedy, Way
from archiver.model.package import PackedFile, WithheldFile
from archiver.model.rights import Acts, Basis, Decision, Declaration
from archiver.model.source import Unpacked
from archiver.records.codec import LineLimits, Record, from_line
from archiver.records.files import SCHEMA as FILES_SCHEMA
from archiver.records.files import FileRecord, FilesHeader
from archiver.records.names import FILES_LIMITS, FILES_RECORD, RIGHTS_RECORD
from archiver.records.recorded_files import entry_of
from archiver.records.rights.lines import (
    SCHEMA,
    DecisionLine,
    DeclarationLine,
    HeaderLine,
    RightsLine,
    TotalsLine,
    UnnamedLine,
)
from archiver.records.rights.record import Remembered, decision_of, declaration_of, reasons_of

T = TypeVar("T")

_LIMITS = LineLimits(bytes=16 << 20, brackets=20_000, commas=1_000_000)
"""What a line may hold: a declaration may list many paths."""
_MOST_UNNAMED = 10_001


@dataclass(frozen=True, slots=True)
class UnnamedFiles:
    """Withheld files whose names were left out on purpose: how many, and what was decided of them.

    Attributes:
        files: How many.
        decision: What is told of the decision: the disposition, and the rules that led to it with what each means.
    """

    files: int
    decision: Decision


class RightsRecordError(ArchiverError):
    """A bag's records of files and rights are damaged or not such as this program writes."""

    exit_code = ExitStatus.DAMAGED


class NoRightsRecordError(ArchiverError):
    """A bag has no record of rights, or it cannot be opened."""

    exit_code = ExitStatus.INCOMPLETE


class DecidedRecord(Record, frozen=True, kw_only=True):
    """Of a line of ``files.jsonl``, what says which decision is about which file."""

    path: str | None = None
    source_path: str
    decision: str | None = None


def read_declared(bag: str) -> Iterator[Declaration | UnnamedFiles]:
    """Yield the declarations that a bag records, then the groups of withheld files whose names were left out.

    Args:
        bag: Path of a bag: a folder, or a tar, tar.gz or zip archive.

    Raises:
        NoRightsRecordError: where there is no such record, or it cannot be opened.
        RightsRecordError: where it is not one that this program writes.
    """
    with _faults(bag), _Rights.opened(bag) as rights:
        yield from rights.declared()


def read_decided(bag: str) -> Iterator[tuple[str, Decision]]:
    """Yield each file's path in the bag, or its source path where it was withheld, with what was decided of it.

    Raises:
        NoRightsRecordError: as :func:`read_declared`.
        RightsRecordError: as :func:`read_declared`.
    """
    for record, _, decided in _in_step(bag, DecidedRecord):
        if record.decision is not None:
            path = record.source_path if record.path is None else record.path
            with _faults(bag):
                decision = decided(record.decision)
            yield path, decision


def read_entries(bag: str) -> Iterator[PackedFile | WithheldFile | Unpacked]:
    """Yield every file that a bag records, with all that is recorded of it, in the order of the scan.

    Raises:
        NoRightsRecordError: as :func:`read_declared`.
        RightsRecordError: as :func:`read_declared`.
    """
    for record, header, decided in _in_step(bag, FileRecord):
        with _faults(bag):
            entry = entry_of(record, header, decided)
        yield entry


def read_decisions(stream: BinaryIO) -> tuple[str, Iterator[DecisionLine]]:
    """Return the name of the policy of a record of rights, and its decisions, which are read as they are asked for.

    Raises:
        ValueError: from here or from the decisions, where it is no such record.
        OSError: from here or from the decisions, as reading does.
    """
    header: object = from_line(stream.readline(_LIMITS.bytes + 1), RightsLine, _LIMITS)  # type: ignore[arg-type]  # a union is no type
    if not isinstance(header, HeaderLine) or header.schema != SCHEMA:
        raise ValueError("the record of rights is of another form")
    return header.policy.name, _decisions(stream)


def _decisions(stream: BinaryIO) -> Iterator[DecisionLine]:
    while line := stream.readline(_LIMITS.bytes + 1):
        read: object = from_line(line, RightsLine, _LIMITS)  # type: ignore[arg-type]  # a union is no type
        if isinstance(read, DecisionLine):
            yield read


def _in_step(bag: str, kind: type[T]) -> Iterator[tuple[T, FilesHeader, Callable[[str], Decision]]]:
    """Yield the lines about files; decisions are read as far as the files have come."""
    with contextlib.ExitStack() as held:
        with _faults(bag):
            rights = held.enter_context(_Rights.opened(bag))
            stream = held.enter_context(_opened(bag, FILES_RECORD))
            header = from_line(stream.readline(FILES_LIMITS.bytes), FilesHeader, FILES_LIMITS)
            if header.schema != FILES_SCHEMA:
                raise ValueError("the record of files is of another form")
        while True:
            with _faults(bag):
                line = stream.readline(FILES_LIMITS.bytes + 1)
                record = from_line(line, kind, FILES_LIMITS) if line else None
            if record is None:
                return
            yield record, header, rights.decided


@contextlib.contextmanager
def _faults(bag: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, LookupError, TypeError, OSError) as error:
        raise RightsRecordError(
            f"the record of rights in {bag} is not as this program writes it",
            remedies=[Remedy(Way.VERIFY, bag)],
        ) from error


def _opened(bag: str, path: str) -> BinaryIO:
    try:
        return source_of(bag).open(path)
    except FileNotFoundError as error:
        raise NoRightsRecordError(
            f"{bag} has no record of rights", "Only bags that this program packed have one."
        ) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise NoRightsRecordError(
            f"the record of rights in {bag} cannot be read: {(reason or str(error)).lower()}",
            remedies=[Remedy(Way.VERIFY, bag)],
        ) from error


class _Rights:
    """The lines of a record of rights, read as far as is asked for."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._remembered = Remembered()
        header = self._line()
        if not isinstance(header, HeaderLine) or header.schema != SCHEMA:
            raise LookupError("the record of rights is of another form")
        self._header = header

    @classmethod
    @contextlib.contextmanager
    def opened(cls, bag: str) -> Iterator[Self]:
        with _opened(bag, RIGHTS_RECORD) as stream:
            yield cls(stream)

    def declared(self) -> Iterator[Declaration | UnnamedFiles]:
        """Read to the end."""
        unnamed, ended = 0, False
        while (line := self._line()) is not None:
            if ended:
                raise ValueError("something stands after the end")
            match line:
                case DeclarationLine():
                    yield declaration_of(line)
                case UnnamedLine():
                    unnamed += 1
                    if line.files < 1 or unnamed > _MOST_UNNAMED:
                        raise ValueError(
                            "more groups of unnamed files than are ever written, or an empty one"
                        )
                    yield UnnamedFiles(line.files, self._decided_alike(line))
                case HeaderLine():
                    raise ValueError("there is a second header")
                case DecisionLine():
                    pass
                case TotalsLine():
                    ended = True
        if not ended:
            raise ValueError("it is not whole")

    def decided(self, identifier: str) -> Decision:
        """Return the decision with an identifier, reading on until it comes."""
        found = self._remembered.find(identifier)
        while found is None:
            line = self._line()
            if not isinstance(line, DecisionLine):
                raise LookupError("a file names a decision that is not there")  # noqa: TRY004 - the record is wrong, not the call
            decision = decision_of(line, self._header.policy.name, self._header.assessed_on)
            self._remembered.keep(line.id, decision)
            found = decision if line.id == identifier else None
        assert isinstance(found, Decision)
        return found

    def _decided_alike(self, line: UnnamedLine) -> Decision:
        return Decision(
            disposition=line.disposition,
            acts=Acts(),
            basis=Basis.UNKNOWN,
            policy=self._header.policy.name,
            on=self._header.assessed_on,
            layers=(),
            machine_use=(),
            reasons=tuple(reasons_of(line)),
        )

    def _line(self) -> RightsLine | None:
        line = self._stream.readline(_LIMITS.bytes + 1)
        return from_line(line, RightsLine, _LIMITS) if line else None  # type: ignore[arg-type]  # a union is no type
