"""``metadata/state.jsonl``: every file of the source at that time, with its digest and the bag that has the bytes, and back.

The first line is the header. Then come, in the order of the scan, a line for each file, and before the first that lies
in an earlier bag a line for that bag, which gives it a number. Number 0 is the bag that has the record, and has no line.
Files that a decision keeps out, and those that could not be read, are not in it; ``files.jsonl`` tells of them. Folders,
links, permission bits and attributes stand in ``tree.jsonl``.
"""

from __future__ import annotations

import base64
import datetime as dt
import re
from collections.abc import Iterator
from typing import BinaryIO

from archiver.bagit.algorithms import ALGORITHMS, hex_length, strongest
from archiver.bagit.names import PAYLOAD
from archiver.model.package import HeldFile, PackedFile, PackEntry
from archiver.model.state import HoldingBag, StateFile, StateHead
from archiver.records.codec import Header, LineLimits, Record, from_line, to_line
from archiver.records.moments import ns_from_rfc3339, rfc3339, rfc3339_ns
from archiver.records.names import STATE_RECORD
from archiver.records.writing import Closing, Opening

SCHEMA = "archiver.state/1"
PIN_ALGORITHM = "sha512"
"""What pins are digests of."""
LIMITS = LineLimits(bytes=1 << 20, brackets=8, commas=1 << 18)
"""What a line may hold; the commas are those of a path."""

_MOST_BAGS = 1 << 20
"""More earlier bags than a store has."""
_PIN = re.compile("[0-9a-f]{128}")
_URN = re.compile("urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEX = re.compile("[0-9a-f]+")
_ELSEWHERE = re.compile(r"\0|(?:\A|/)\.{0,2}(?:/|\Z)")
_BYTES_ELSEWHERE = re.compile(_ELSEWHERE.pattern.encode("ascii"))
"""A path with a NUL character, or with a part that is empty, ``.`` or ``..``."""


class StateHeader(Header, frozen=True, kw_only=True):
    """The first line; as :class:`archiver.model.state.StateHead`."""

    collection: str
    accession: str
    at: str
    previous: str | None = None
    algorithm: str


class BagLine(Record, frozen=True, kw_only=True, tag_field="kind", tag="bag"):
    """An earlier bag that holds bytes of the files that follow; as :class:`archiver.model.state.HoldingBag`."""

    number: int
    identifier: str
    name: str
    pin: str


class FileLine(Record, frozen=True, kw_only=True, tag_field="kind", tag="file"):
    """A file.

    Attributes:
        algorithm: The algorithm of the digest, where it is another than the header says.
        bag: The number of the bag that holds the bytes.
        path: Their path in that bag, where it is another than ``data/`` and the source path.
    """

    source_path: str
    source_path_b64: str | None = None
    size_bytes: int
    modified: str
    digest: str
    algorithm: str | None = None
    bag: int = 0
    path: str | None = None
    decision: str


class StateWriter:
    """Writes the record, one file after another."""

    def __init__(self, opening: Opening) -> None:
        plan = opening.plan
        self._stream = opening.new_file(STATE_RECORD)
        self._identify = opening.identify
        self._algorithm = strongest(plan.algorithms)
        self._numbers: dict[str, int] = {}
        accession = plan.accession
        self._stream.write(
            to_line(
                StateHeader(
                    schema=SCHEMA,
                    collection=accession.collection,
                    accession=accession.urn,
                    at=rfc3339(accession.at),
                    previous=accession.previous,
                    algorithm=self._algorithm,
                )
            )
        )

    def add(self, entry: PackEntry) -> None:
        """Record a file whose bytes this bag or an earlier one holds; all else is passed over."""
        match entry:
            case PackedFile():
                self._write(entry, dict(entry.digests)[self._algorithm], None, 0, entry.bag_path)
            case HeldFile(_, holding):
                algorithm = None if holding.algorithm == self._algorithm else holding.algorithm
                self._write(entry, holding.digest, algorithm, self._number(holding.bag), holding.path)
            case _:
                pass

    def finish(self, closing: Closing) -> None:
        """All is written."""

    def _write(
        self, entry: PackedFile | HeldFile, digest: str, algorithm: str | None, bag: int, path: str
    ) -> None:
        ref = entry.assessed.examined.ref
        original = ref.original_name
        line = FileLine(
            source_path=ref.path,
            source_path_b64=None if original is None else base64.b64encode(original).decode("ascii"),
            size_bytes=entry.size_bytes,
            modified=rfc3339_ns(entry.modified_ns),
            digest=digest,
            algorithm=algorithm,
            bag=bag,
            path=None if path == PAYLOAD + ref.path else path,
            decision=self._identify(entry.assessed.decision),
        )
        self._stream.write(to_line(line))

    def _number(self, bag: HoldingBag) -> int:
        """Give the number of an earlier bag, whose line is written now unless it was before."""
        number = self._numbers.get(bag.identifier)
        if number is None:
            number = self._numbers[bag.identifier] = len(self._numbers) + 1
            line = BagLine(number=number, identifier=bag.identifier, name=bag.name, pin=bag.pin)
            self._stream.write(to_line(line))
        return number


def read_state(stream: BinaryIO) -> tuple[StateHead, Iterator[StateFile]]:
    """Return what a record of the state is of, and its files, which are read as they are asked for.

    Nothing of it is believed that this program does not write: a path that leads out of its bag or its source, a number
    of no bag, a digest of another length.

    Args:
        stream: The record, from its beginning; it must stay open while the files are read.

    Raises:
        ValueError: from here or from the files, where it is no such record, or contradicts itself.
        OSError: from here or from the files, as reading does.
    """
    header = from_line(stream.readline(LIMITS.bytes + 1), StateHeader, LIMITS)
    if header.schema != SCHEMA:
        raise ValueError("the record of the state is of another form")
    head = StateHead(
        collection=header.collection,
        accession=_urn(header.accession),
        at=_moment(header.at),
        previous=None if header.previous is None else _urn(header.previous),
        algorithm=_algorithm(header.algorithm),
    )
    return head, _files(stream, head.algorithm)


def _files(stream: BinaryIO, algorithm: str) -> Iterator[StateFile]:
    bags: list[HoldingBag | None] = [None]
    while line := stream.readline(LIMITS.bytes + 1):
        if not line.endswith(b"\n"):
            raise ValueError("a line is not whole")
        record = from_line(line, BagLine | FileLine, LIMITS)  # type: ignore[arg-type]  # a union is no type
        if isinstance(record, BagLine):
            if record.number != len(bags) or len(bags) > _MOST_BAGS:
                raise ValueError("the earlier bags are not numbered one after another")
            bags.append(_bag_of(record))
        else:
            if not 0 <= record.bag < len(bags):
                raise ValueError("a file lies in a bag that no line names")
            yield _file_of(record, bags[record.bag], algorithm)


def _bag_of(line: BagLine) -> HoldingBag:
    if not line.name or _PIN.fullmatch(line.pin) is None or not line.identifier:
        raise ValueError("an earlier bag has no identifier, name or pin")
    return HoldingBag(line.identifier, line.name, line.pin)


def _file_of(line: FileLine, bag: HoldingBag | None, algorithm: str) -> StateFile:
    algorithm = algorithm if line.algorithm is None else _algorithm(line.algorithm)
    if len(line.digest) != hex_length(algorithm) or _HEX.fullmatch(line.digest) is None:
        raise ValueError("a digest is none of its algorithm")
    if line.size_bytes < 0:
        raise ValueError("a file has fewer bytes than none")
    path = PAYLOAD + line.source_path if line.path is None else line.path
    if not path.startswith(PAYLOAD):
        raise ValueError("the bytes of a file lie outside a payload")
    original = None if line.source_path_b64 is None else base64.b64decode(line.source_path_b64, validate=True)
    return StateFile(
        path=_below(line.source_path),
        original_name=None if original is None else _bytes_below(original),
        size_bytes=line.size_bytes,
        modified_ns=ns_from_rfc3339(line.modified),
        algorithm=algorithm,
        digest=line.digest,
        bag=bag,
        bag_path=_below(path),
        decision=line.decision,
    )


def _below(path: str) -> str:
    """A path that stays below the folder that it is given for."""
    if _ELSEWHERE.search(path) is not None:
        raise ValueError("a path leads elsewhere")
    return path


def _bytes_below(path: bytes) -> bytes:
    if _BYTES_ELSEWHERE.search(path) is not None:
        raise ValueError("a path leads elsewhere")
    return path


def _urn(text: str) -> str:
    if _URN.fullmatch(text) is None:
        raise ValueError("an accession has no identifier")
    return text


def _moment(text: str) -> dt.datetime:
    seconds, _ = divmod(ns_from_rfc3339(text), 1_000_000_000)
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _algorithm(name: str) -> str:
    if name not in ALGORITHMS:
        raise ValueError("a digest is of an algorithm that nobody knows")
    return name
