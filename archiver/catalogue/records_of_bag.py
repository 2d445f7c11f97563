"""Reads from a bag, record by record, what the catalogue keeps of its files; no file of the payload is opened.

The records may come from anywhere, so nothing of them is trusted: every line is bounded, every value of its type, and
no path leads out of the payload. A bag of another program has no records; of that, the manifest and the sizes tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from archiver.bagit.bag_source import BagSource
from archiver.bagit.names import PAYLOAD
from archiver.bagit.reading import Listing, manifest_entries, read_top
from archiver.bagit.telling import ignore
from archiver.bagit.walking import Kind
from archiver.records.codec import Record, from_line
from archiver.records.files import (
    SCHEMA,
    AudioRecord,
    EssenceRecord,
    FilesHeader,
    FormatRecord,
    ProblemRecord,
    ProtectionRecord,
)
from archiver.records.moments import ns_from_rfc3339
from archiver.records.names import FILES_LIMITS, FILES_RECORD

_MOST = (1 << 63) - 1
_LONGEST_MS = 1 << 52


class IntegrityState(Record, frozen=True, kw_only=True):
    """Of what a record says of the music, the verdict."""

    state: str


class CataloguedRecord(Record, frozen=True, kw_only=True):
    """Of a line of ``files.jsonl``, what the catalogue keeps."""

    path: str | None = None
    role: str | None = None
    size_bytes: int | None = None
    modified: str | None = None
    digests: dict[str, str] | None = None
    format: FormatRecord | None = None
    audio: AudioRecord | None = None
    essence: EssenceRecord | None = None
    integrity: IntegrityState | None = None
    tags: dict[str, list[str]] = msgspec.field(default_factory=dict)
    protection: ProtectionRecord | None = None
    decision: str | None = None
    problems: tuple[ProblemRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class FileInBag:
    """What the catalogue keeps of a file in a bag; ``None`` and empty where that is not recorded.

    Attributes:
        path: Path below ``data/``.
        digest: By the bag's strongest algorithm.
        size: Bytes.
        record_at: Where its line begins in the record of files.
        told: The line.
        modified_ns: Modification time, in nanoseconds since 1970 UTC.
        duration_ms: Of the audio.
        essence: Digest of the music apart from its tags.
    """

    path: str
    digest: bytes
    size: int
    record_at: int | None = None
    told: CataloguedRecord = field(default_factory=CataloguedRecord)
    modified_ns: int | None = None
    duration_ms: int | None = None
    essence: bytes | None = None


def recorded_files(source: BagSource, algorithm: str) -> Iterator[FileInBag]:
    """Yield the files in a bag as its own record of files tells of them, in the order of the scan.

    Args:
        source: The bag.
        algorithm: Its strongest.

    Raises:
        FileNotFoundError: where there is no such record.
        ValueError: where it is not as this program writes it.
        OSError: where it cannot be read.
    """
    with source.open(FILES_RECORD) as stream:
        line = stream.readline(FILES_LIMITS.bytes + 1)
        if from_line(line, FilesHeader, FILES_LIMITS).schema != SCHEMA:
            raise ValueError("the record of files is of another form")
        offset = len(line)
        while line := stream.readline(FILES_LIMITS.bytes + 1):
            told = from_line(line, CataloguedRecord, FILES_LIMITS)
            if told.path is not None:
                yield _file(told, algorithm, offset)
            offset += len(line)


def listed_files(listing: Listing, algorithm: str) -> Iterator[FileInBag]:
    """Yield the files of a payload as the manifest names them, with the sizes that they have.

    Args:
        listing: Of a bag that was listed, with a payload manifest of ``algorithm``.
        algorithm: The bag's strongest.

    Raises:
        OSError: where the bag cannot be read.
    """
    assert listing.top is not None
    top = read_top(listing.top)
    manifest = next(one for one in top.manifests if not one.of_tags and one.algorithm == algorithm)
    sizes = _sizes(listing)
    for entry in manifest_entries(listing.top, top, manifest, ignore):
        size = sizes.get(entry.path)
        if size is not None and entry.digest and entry.path.startswith(PAYLOAD):
            path = entry.path.removeprefix(PAYLOAD).encode("utf-8", "backslashreplace").decode("utf-8")
            yield FileInBag(path, bytes.fromhex(entry.digest), size)


def _sizes(listing: Listing) -> Mapping[str, int]:
    return {
        one.path: one.size
        for one in listing.presents()
        if one.kind is Kind.FILE and one.path.startswith(PAYLOAD)
    }


def _file(told: CataloguedRecord, algorithm: str, offset: int) -> FileInBag:
    if told.path is None or told.digests is None or told.size_bytes is None or told.modified is None:
        raise ValueError("a packed file has no digests, size or time")
    if not 0 <= told.size_bytes <= _MOST:
        raise ValueError("no file has that size")
    return FileInBag(
        path=_below_payload(told.path),
        digest=bytes.fromhex(told.digests[algorithm]) if algorithm in told.digests else _missing(algorithm),
        size=told.size_bytes,
        record_at=offset,
        told=told,
        modified_ns=max(-_MOST, min(_MOST, ns_from_rfc3339(told.modified))),
        duration_ms=_milliseconds(told.audio),
        essence=None
        if told.essence is None
        else told.essence.digest.encode("utf-8")
        if not _is_hex(told.essence.digest)
        else bytes.fromhex(told.essence.digest),
    )


def _missing(algorithm: str) -> bytes:
    raise ValueError(f"a packed file has no digest by {algorithm}")


def _is_hex(text: str) -> bool:
    try:
        bytes.fromhex(text)
    except ValueError:
        return False
    return True


def _below_payload(path: str) -> str:
    below = path.removeprefix(PAYLOAD)
    if below == path or "\0" in below or any(part in ("", ".", "..") for part in below.split("/")):
        raise ValueError("a path leads out of the payload")
    below.encode("utf-8")  # which has no place for a lone surrogate
    return below


def _milliseconds(audio: AudioRecord | None) -> int | None:
    if audio is None or audio.duration_s is None or not 0 <= audio.duration_s * 1000 <= _LONGEST_MS:
        return None
    return round(audio.duration_s * 1000)
