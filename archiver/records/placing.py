"""Of ``metadata/files.jsonl``, what says where the bytes of each file lie; all else on a line is passed over.

A bag that was made before bags recorded the state of their source says by this what it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from archiver.bagit.algorithms import ALGORITHMS, hex_length, strongest
from archiver.bagit.names import PAYLOAD
from archiver.records.codec import Record, from_line
from archiver.records.files import SCHEMA, FilesHeader
from archiver.records.moments import ns_from_rfc3339
from archiver.records.names import FILES_LIMITS
from archiver.records.tree_lines import inside, original_bytes


class PlacingEssence(Record, frozen=True, kw_only=True):
    """The digest of the music apart from its tags."""

    method: str
    digest: str


class PlacingRecord(Record, frozen=True, kw_only=True):
    """A line, as far as it is looked at."""

    path: str | None = None
    source_path: str
    source_path_b64: str | None = None
    size_bytes: int | None = None
    modified: str | None = None
    digests: dict[str, str] | None = None
    essence: PlacingEssence | None = None
    disposition: str | None = None
    decision: str | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A file whose bytes are in the bag; as :class:`archiver.model.state.StateFile`, of this bag.

    Attributes:
        essence: Method and digest of its music apart from the tags; ``None`` where they are not known.
    """

    path: str
    original_name: bytes | None
    size_bytes: int
    modified_ns: int
    algorithm: str
    digest: str
    bag_path: str
    decision: str
    essence: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class NotPlaced:
    """A file that the bag does not hold.

    Attributes:
        path: The record path.
        disposition: What was decided of it; ``None`` where a problem kept it out.
    """

    path: str
    disposition: str | None


def read_placing(stream: BinaryIO) -> Iterator[Placed | NotPlaced]:
    """Yield what the record says of each file, from its beginning, in its order.

    A file whose line has neither a path in the bag nor a decision was kept out by a problem.

    Raises:
        ValueError: where it is no such record, or a path leads elsewhere.
        OSError: as reading does.
    """
    header = from_line(stream.readline(FILES_LIMITS.bytes + 1), FilesHeader, FILES_LIMITS)
    if header.schema != SCHEMA:
        raise ValueError("the record of files is of another form")
    while line := stream.readline(FILES_LIMITS.bytes + 1):
        if not line.endswith(b"\n"):
            raise ValueError("a line is not whole")
        yield _placing(from_line(line, PlacingRecord, FILES_LIMITS))


def _placing(record: PlacingRecord) -> Placed | NotPlaced:
    if record.path is None:
        return NotPlaced(record.source_path, record.disposition)
    if record.size_bytes is None or record.size_bytes < 0 or record.modified is None:
        raise ValueError("a packed file has no size or time")
    if not record.path.startswith(PAYLOAD):
        raise ValueError("a packed file lies outside the payload")
    algorithm, digest = _digest(record.digests or {})
    return Placed(
        path=inside(record.source_path),
        original_name=original_bytes(record.source_path_b64),
        size_bytes=record.size_bytes,
        modified_ns=ns_from_rfc3339(record.modified),
        algorithm=algorithm,
        digest=digest,
        bag_path=inside(record.path),
        decision=record.decision or "",
        essence=None if record.essence is None else (record.essence.method, record.essence.digest),
    )


def _digest(digests: dict[str, str]) -> tuple[str, str]:
    """The digest that is to be believed first."""
    known = [name for name in digests if name in ALGORITHMS and len(digests[name]) == hex_length(name)]
    if not known:
        raise ValueError("a packed file has no digest")
    algorithm = strongest(known)
    return algorithm, digests[algorithm].lower()
