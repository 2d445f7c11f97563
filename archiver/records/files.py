"""``metadata/files.jsonl``: every file that was seen, lossless, and back.

The first line is the header; then one line for each file, in the order of the scan: packed, withheld, or not packed
because of a problem. A file whose bytes an earlier bag holds has its line there. What was decided of a file stands in ``rights/rights.jsonl``, which the line refers to.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

from msgspec import field
from msgspec.structs import replace

from archiver.model.audio import (
    AudioProperties,
    ExaminedFile,
    Format,
    Role,
    TagBlock,
    TagFrame,
)
from archiver.model.evidence import Evidence, Protection, Strength
from archiver.model.package import HeldFile, PackedFile, PackEntry, WithheldFile, withheld_file
from archiver.model.problem import Problem
from archiver.model.rights import Decision
from archiver.model.sound import Sound, SoundState
from archiver.model.source import (
    EmptyFolder,
    FolderProblem,
    FolderRef,
    LeftOut,
    Link,
    Unpacked,
)
from archiver.records.codec import Header, Record, to_line
from archiver.records.moments import rfc3339_ns
from archiver.records.names import FILES_RECORD
from archiver.records.papers import (
    ExpectedRecord,
    PaperRecord,
    expected_record,
    paper_record,
)
from archiver.records.writing import Closing, Opening

SCHEMA = "archiver.files/1"


class FilesHeader(Header, frozen=True, kw_only=True):
    """The first line.

    Attributes:
        signature_version: What identified the formats of all files whose lines do not say otherwise.
    """

    signature_version: str | None = None


class FormatRecord(Record, frozen=True, kw_only=True):
    """What the bytes are, as :class:`archiver.model.audio.Format`; where a key is not there, the header has it."""

    name: str
    puid: str | None = None
    mime: str | None = None
    signature_version: str | None = None


class AudioRecord(Record, frozen=True, kw_only=True):
    """Technical properties; as :class:`archiver.model.audio.AudioProperties`, seconds to the millisecond."""

    codec: str
    duration_s: float | None = None
    sample_rate_hz: int | None = None
    channels: int | None = None
    bit_depth: int | None = None
    bitrate_bps: int | None = None
    lossless: bool | None = None


class PictureRecord(Record, frozen=True, kw_only=True):
    """A picture inside a frame; as :class:`archiver.model.audio.EmbeddedPicture`."""

    sha256: str
    size_bytes: int
    type: int | None = None


class FrameRecord(Record, frozen=True, kw_only=True):
    """One frame of a tag block; ``text`` is a list where the frame has several values."""

    id: str
    offset: int
    length: int
    sha256: str | None = None
    text: str | list[str] | None = None
    pictures: tuple[PictureRecord, ...] = ()


class BlockRecord(Record, frozen=True, kw_only=True):
    """One block of tags where it stands in the file."""

    kind: str
    offset: int
    length: int
    frames: tuple[FrameRecord, ...] = ()


class ProtectionRecord(Record, frozen=True, kw_only=True):
    """A protection that was seen; as :class:`archiver.model.evidence.Protection`."""

    scheme: str
    name: str
    locator: str
    certain: bool


class EvidenceRecord(Record, frozen=True, kw_only=True):
    """One observation; the value of personal data is written nowhere."""

    code: str
    locator: str
    personal: bool = False
    strength: Strength
    value: str | None = None


class ProblemRecord(Record, frozen=True, kw_only=True):
    """One finding about the file."""

    code: str
    severity: str
    message: str


class EssenceRecord(Record, frozen=True, kw_only=True):
    """The digest of the music apart from its tags; as :class:`archiver.model.sound.Essence`."""

    method: str
    digest: str


class DamageRecord(Record, frozen=True, kw_only=True):
    """A damaged place; as :class:`archiver.model.sound.Damage`."""

    what: str
    offset: int
    sample: int | None = None
    at_s: float | None = None


class IntegrityRecord(Record, frozen=True, kw_only=True):
    """Whether the music is whole; as :class:`archiver.model.sound.Integrity`."""

    state: SoundState
    checked: tuple[str, ...] = ()
    detail: str | None = None
    damage: tuple[DamageRecord, ...] = ()
    damaged_places: int = 0
    lost_s: float | None = None
    decoded: bool = False


class FileRecord(Record, frozen=True, kw_only=True):
    """A line; ``docs/reference/files-jsonl.md`` says what each key holds."""

    path: str | None = None
    source_path: str
    source_path_b64: str | None = None
    role: Role | None = None
    size_bytes: int | None = None
    modified: str | None = None
    digests: dict[str, str] | None = None
    format: FormatRecord | None = None
    audio: AudioRecord | None = None
    essence: EssenceRecord | None = None
    integrity: IntegrityRecord | None = None
    iscc: str | None = None
    tags: dict[str, list[str]] = field(default_factory=dict)
    tag_blocks: tuple[BlockRecord, ...] = ()
    embedded_pictures: int | None = None
    papers: tuple[PaperRecord, ...] = ()
    expected: tuple[ExpectedRecord, ...] = ()
    protection: ProtectionRecord | None = None
    evidence: tuple[EvidenceRecord, ...] = ()
    disposition: str | None = None
    decision: str | None = None
    problems: tuple[ProblemRecord, ...] = ()


class FilesWriter:
    """Writes the record; where the names of withheld files are left out, these have no line."""

    def __init__(self, opening: Opening) -> None:
        self._stream = opening.new_file(FILES_RECORD)
        self._identify = opening.identify
        self._anonymous = opening.context.anonymous_withheld
        self._header: FilesHeader | None = None

    def add(self, entry: PackEntry) -> None:
        """Record one entry; what is no file is passed over."""
        if self._anonymous and withheld_file(entry) is not None:
            return
        record = file_record(entry, self._identify)
        if record is not None:
            self._stream.write(to_line(self._shortened(record)))

    def finish(self, closing: Closing) -> None:  # noqa: ARG002 - as every writer
        """Write the header of a record without files."""
        if self._header is None:
            self._stream.write(to_line(FilesHeader(schema=SCHEMA)))

    def _shortened(self, record: FileRecord) -> FileRecord:
        """Leave out of a line what the header says, which the first line decides."""
        found = record.format
        version = None if found is None else found.signature_version
        if self._header is None:
            self._header = FilesHeader(schema=SCHEMA, signature_version=version)
            self._stream.write(to_line(self._header))
        if found is None or version != self._header.signature_version:
            return record
        return replace(record, format=replace(found, signature_version=None))


def file_record(entry: PackEntry, identify: Callable[[Decision], str]) -> FileRecord | None:
    """Return the line of one entry, or ``None`` where it is no file, or one that an earlier bag describes."""
    match entry:
        case PackedFile(assessed):
            return _file(
                assessed.examined,
                size_bytes=entry.size_bytes,
                modified_ns=entry.modified_ns,
                path=entry.bag_path,
                digests=dict(entry.digests),
                disposition=assessed.decision.disposition.value,
                decision=identify(assessed.decision),
            )
        case WithheldFile(assessed):
            decision = assessed.decision
            return _file(
                assessed.examined, disposition=decision.disposition.value, decision=identify(decision)
            )
        case Unpacked():
            return unpacked_record(entry)
        case HeldFile() | EmptyFolder() | FolderProblem() | FolderRef() | Link() | LeftOut():
            return None


def unpacked_record(entry: Unpacked) -> FileRecord:
    """Return the line of what does not go into the bag because of a problem."""
    problem = entry.problem
    return FileRecord(
        source_path=problem.path,
        source_path_b64=_base64(entry.original_name),
        problems=(_problem(problem),),
    )


def examined_record(file: ExaminedFile) -> FileRecord:
    """Return the line of a file that was examined and goes nowhere."""
    return _file(file)


def _file(  # noqa: PLR0913 - what is known only of some files, each by its key
    file: ExaminedFile,
    *,
    size_bytes: int | None = None,
    modified_ns: int | None = None,
    path: str | None = None,
    digests: dict[str, str] | None = None,
    disposition: str | None = None,
    decision: str | None = None,
) -> FileRecord:
    stat = file.ref.stat
    return FileRecord(
        path=path,
        source_path=file.ref.path,
        source_path_b64=_base64(file.ref.original_name),
        role=file.role,
        size_bytes=stat.size_bytes if size_bytes is None else size_bytes,
        modified=rfc3339_ns(stat.mtime_ns if modified_ns is None else modified_ns),
        digests=digests,
        format=format_record(file.format),
        audio=_audio(file.audio),
        essence=_essence(file.sound),
        integrity=_integrity(file.sound),
        iscc=file.iscc,
        tags={name: list(values) for name, values in file.tags.items()},
        tag_blocks=tuple(map(_block, file.tag_blocks)),
        embedded_pictures=len(file.pictures) or None,
        papers=tuple(map(paper_record, file.papers)),
        expected=tuple(map(expected_record, file.expected)),
        protection=protection_record(file.protection),
        evidence=tuple(map(evidence_record, file.evidence)),
        disposition=disposition,
        decision=decision,
        problems=tuple(map(_problem, file.problems)),
    )


def format_record(found: Format | None) -> FormatRecord | None:
    """Return a format as the record has it."""
    if found is None:
        return None
    return FormatRecord(
        name=found.name, puid=found.puid, mime=found.mime, signature_version=found.signature_version
    )


def protection_record(found: Protection | None) -> ProtectionRecord | None:
    """Return a protection as the record has it."""
    if found is None:
        return None
    return ProtectionRecord(
        scheme=found.scheme, name=found.name, locator=found.locator, certain=found.certain
    )


def evidence_record(found: Evidence) -> EvidenceRecord:
    """Return an observation as the record has it, without the value of personal data."""
    return EvidenceRecord(
        code=found.code,
        locator=found.locator,
        personal=found.personal,
        strength=found.strength,
        value=None if found.personal else found.value,
    )


def _base64(original: bytes | None) -> str | None:
    return None if original is None else base64.b64encode(original).decode("ascii")


def _audio(found: AudioProperties | None) -> AudioRecord | None:
    if found is None:
        return None
    return AudioRecord(
        codec=found.codec,
        duration_s=None if found.duration_s is None else round(found.duration_s, 3),
        sample_rate_hz=found.sample_rate_hz,
        channels=found.channels,
        bit_depth=found.bit_depth,
        bitrate_bps=found.bitrate_bps,
        lossless=found.lossless,
    )


def _essence(found: Sound | None) -> EssenceRecord | None:
    if found is None or found.essence is None:
        return None
    return EssenceRecord(method=found.essence.method, digest=found.essence.digest)


def _integrity(found: Sound | None) -> IntegrityRecord | None:
    if found is None:
        return None
    verdict = found.integrity
    return IntegrityRecord(
        state=verdict.state,
        checked=verdict.checked,
        detail=verdict.detail,
        damage=tuple(
            DamageRecord(what=one.what, offset=one.offset, sample=one.sample, at_s=one.at_s)
            for one in verdict.damage
        ),
        damaged_places=verdict.damaged_places,
        lost_s=verdict.lost_s,
        decoded=verdict.decoded,
    )


def _block(block: TagBlock) -> BlockRecord:
    return BlockRecord(
        kind=block.kind, offset=block.offset, length=block.length, frames=tuple(map(_frame, block.frames))
    )


def _frame(frame: TagFrame) -> FrameRecord:
    text = frame.text
    return FrameRecord(
        id=frame.id,
        offset=frame.offset,
        length=frame.length,
        sha256=frame.sha256 or None,
        text=text.split("\0") if text is not None and "\0" in text else text,
        pictures=tuple(
            PictureRecord(sha256=one.sha256, size_bytes=one.size_bytes, type=one.type)
            for one in frame.pictures
        ),
    )


def _problem(problem: Problem) -> ProblemRecord:
    return ProblemRecord(code=problem.code, severity=problem.severity.value, message=problem.message)
