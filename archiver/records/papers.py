"""What papers say, as ``metadata/files.jsonl`` has it, both ways; :mod:`archiver.model.paper` says what each key holds."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from archiver.model.paper import (
    AccurateRip,
    ChecksumList,
    CueSheet,
    Expected,
    Linking,
    LogChecksum,
    Paper,
    Playlist,
    RipLog,
    Verdict,
)
from archiver.records.codec import Record


class TrackRecord(Record, frozen=True, kw_only=True):
    """One track as a log tells of it."""

    number: int
    file: str | None = None
    path: str | None = None
    linking: Linking | None = None
    start_sector: int | None = None
    sectors: int | None = None
    test_crc: str | None = None
    copy_crc: str | None = None
    accuraterip: AccurateRip | None = None
    accuraterip_v1: str | None = None
    accuraterip_v2: str | None = None
    confidence_v1: int | None = None
    confidence_v2: int | None = None
    peak: float | None = None
    errors: tuple[str, ...] = ()


class RipLogRecord(Record, frozen=True, kw_only=True, tag_field="kind", tag="rip-log"):
    """The log of one disc."""

    tool: str
    version: str | None = None
    date: str | None = None
    drive: str | None = None
    read_offset: int | None = None
    disc_id: str | None = None
    cddb_id: str | None = None
    verdict: Verdict | None = None
    checksum: LogChecksum | None = None
    image: TrackRecord | None = None
    tracks: tuple[TrackRecord, ...] = ()


class NamedRecord(Record, frozen=True, kw_only=True):
    """What became of the files that a paper names."""

    names: int = 0
    found: int = 0
    otherwise: int = 0
    missing: int = 0
    addresses: int = 0
    first_missing: tuple[str, ...] = ()
    looked: bool = False
    more: bool = False


class CueTrackRecord(Record, frozen=True, kw_only=True):
    """One track of a cue sheet."""

    number: int
    kind: str = "AUDIO"
    title: str | None = None
    performer: str | None = None
    isrc: str | None = None
    start: int | None = None
    file: int | None = None


class CueSheetRecord(Record, frozen=True, kw_only=True, tag_field="kind", tag="cue-sheet"):
    """A cue sheet."""

    place: str
    title: str | None = None
    performer: str | None = None
    catalog: str | None = None
    disc_id: str | None = None
    tracks: tuple[CueTrackRecord, ...] = ()
    named: NamedRecord = NamedRecord()


class PlaylistRecord(Record, frozen=True, kw_only=True, tag_field="kind", tag="playlist"):
    """A playlist."""

    form: str
    named: NamedRecord = NamedRecord()


class ChecksumListRecord(Record, frozen=True, kw_only=True, tag_field="kind", tag="checksum-list"):
    """A list of checksums."""

    algorithms: tuple[str, ...] = ()
    named: NamedRecord = NamedRecord()


PaperRecord: TypeAlias = RipLogRecord | CueSheetRecord | PlaylistRecord | ChecksumListRecord


class ExpectedRecord(Record, frozen=True, kw_only=True):
    """A checksum that a paper gives for the file, and whether the file has it."""

    algorithm: str
    digest: str
    said_by: str
    holds: bool | None = None


_CLASSES: dict[type, type] = {
    RipLog: RipLogRecord,
    CueSheet: CueSheetRecord,
    Playlist: PlaylistRecord,
    ChecksumList: ChecksumListRecord,
}
_VALUES = {record: value for value, record in _CLASSES.items()}


def paper_record(paper: Paper) -> PaperRecord:
    """Return what a paper says as the record has it."""
    kind = _CLASSES[type(paper)]
    said = {"kind": kind.__struct_config__.tag, **msgspec.to_builtins(paper)}  # type: ignore[attr-defined]
    record: PaperRecord = msgspec.convert(said, kind)
    return record


def paper_of(record: PaperRecord) -> Paper:
    """Return what a record says of a paper."""
    paper: Paper = msgspec.convert(msgspec.to_builtins(record), _VALUES[type(record)])
    return paper


def expected_record(expected: Expected) -> ExpectedRecord:
    """Return an expected checksum as the record has it."""
    return ExpectedRecord(
        algorithm=expected.algorithm,
        digest=expected.digest,
        said_by=expected.said_by,
        holds=expected.holds,
    )


def expected_of(record: ExpectedRecord) -> Expected:
    """Return what a record says of an expected checksum."""
    return Expected(record.algorithm, record.digest, record.said_by, record.holds)
