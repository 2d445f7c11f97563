"""Lines of ``metadata/files.jsonl`` read back: what each stands for, as it was when it was written."""

from __future__ import annotations

import base64
from collections.abc import Callable

from archiver.model.audio import (
    AudioProperties,
    EmbeddedPicture,
    ExaminedFile,
    Format,
    TagBlock,
    TagFrame,
)
from archiver.model.evidence import Evidence, Protection
from archiver.model.package import AssessedFile, PackedFile, WithheldFile
from archiver.model.problem import Problem
from archiver.model.rights import Decision
from archiver.model.sound import Damage, Essence, Integrity, Sound
from archiver.model.source import (
    FileRef,
    FileStat,
    Unpacked,
)
from archiver.records.files import (
    AudioRecord,
    BlockRecord,
    EssenceRecord,
    FileRecord,
    FilesHeader,
    FormatRecord,
    IntegrityRecord,
    ProtectionRecord,
)
from archiver.records.moments import ns_from_rfc3339
from archiver.records.papers import (
    expected_of,
    paper_of,
)


def entry_of(
    record: FileRecord, header: FilesHeader, decided: Callable[[str], Decision]
) -> PackedFile | WithheldFile | Unpacked:
    """Return what a line stands for, as it was when it was written.

    What no record holds is empty: the folder of the source, the file's number and the time of its last change of
    state. Permission bits and attributes stand in ``tree.jsonl``.

    Args:
        record: The line.
        header: The first line.
        decided: Gives the decision with an identifier.

    Raises:
        ValueError: where the line contradicts itself, or an identifier is unknown.
    """
    if record.decision is None:
        if len(record.problems) != 1:
            raise ValueError("neither a decision nor a problem stands there")
        return Unpacked(_problems(record)[0], _bytes(record.source_path_b64))
    assessed = AssessedFile(examined_of(record, header), decided(record.decision))
    if record.path is None:
        return WithheldFile(assessed)
    if record.digests is None or record.size_bytes is None or record.modified is None:
        raise ValueError("a packed file has no digests, size or time")
    return PackedFile(
        assessed, record.size_bytes, ns_from_rfc3339(record.modified), tuple(record.digests.items())
    )


def examined_of(record: FileRecord, header: FilesHeader) -> ExaminedFile:
    """Return what a line says of a file's bytes; see :func:`entry_of` for what no record holds.

    Raises:
        ValueError: where the line lacks what every file has.
    """
    if record.role is None or record.size_bytes is None or record.modified is None:
        raise ValueError("a file has no role, size or time")
    problems = _problems(record)
    stored = None if record.path is None else record.path.removeprefix("data/")
    ref = FileRef(
        root=b"",
        relative=_bytes(record.source_path_b64) or record.source_path.encode("utf-8", "surrogatepass"),
        path=record.source_path,
        stat=FileStat(record.size_bytes, ns_from_rfc3339(record.modified), 0, 0),
        stored=None if stored == record.source_path else stored,
    )
    return ExaminedFile(
        ref=ref,
        role=record.role,
        format=_format_of(record.format, header),
        audio=_properties(record.audio),
        tags={name: tuple(values) for name, values in record.tags.items()},
        tag_blocks=tuple(map(_block_of, record.tag_blocks)),
        protection=_protection_of(record.protection),
        evidence=tuple(
            Evidence(one.code, one.locator, one.value, one.strength, one.personal) for one in record.evidence
        ),
        problems=problems,
        sound=_sound_of(record.essence, record.integrity),
        iscc=record.iscc,
        papers=tuple(map(paper_of, record.papers)),
        expected=tuple(map(expected_of, record.expected)),
    )


def _problems(record: FileRecord) -> tuple[Problem, ...]:
    return tuple(Problem(record.source_path, one.code, one.message) for one in record.problems)


def _bytes(encoded: str | None) -> bytes | None:
    return None if encoded is None else base64.b64decode(encoded, validate=True)


def _format_of(found: FormatRecord | None, header: FilesHeader) -> Format | None:
    if found is None:
        return None
    version = header.signature_version if found.signature_version is None else found.signature_version
    if version is None:
        raise ValueError("nothing says what identified a format")
    return Format(found.puid, found.name, found.mime, version)


def _properties(found: AudioRecord | None) -> AudioProperties | None:
    if found is None:
        return None
    return AudioProperties(
        found.codec,
        found.duration_s,
        found.sample_rate_hz,
        found.channels,
        found.bit_depth,
        found.bitrate_bps,
        found.lossless,
    )


def _sound_of(essence: EssenceRecord | None, integrity: IntegrityRecord | None) -> Sound | None:
    if integrity is None:
        return None
    return Sound(
        None if essence is None else Essence(essence.method, essence.digest),
        Integrity(
            integrity.state,
            integrity.checked,
            integrity.detail,
            tuple(Damage(one.what, one.offset, one.sample, one.at_s) for one in integrity.damage),
            integrity.damaged_places,
            integrity.lost_s,
            integrity.decoded,
        ),
    )


def _protection_of(found: ProtectionRecord | None) -> Protection | None:
    return None if found is None else Protection(found.scheme, found.name, found.locator, found.certain)


def _block_of(block: BlockRecord) -> TagBlock:
    frames = tuple(
        TagFrame(
            one.id,
            one.offset,
            one.length,
            one.sha256,
            "\0".join(one.text) if isinstance(one.text, list) else one.text,
            tuple(EmbeddedPicture(shown.sha256, shown.size_bytes, shown.type) for shown in one.pictures),
        )
        for one in block.frames
    )
    return TagBlock(block.kind, block.offset, block.length, frames)
