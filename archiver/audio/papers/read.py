"""The way in: what a file says as a paper, by its role and its form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archiver.audio.containers.window import Window
from archiver.audio.papers.checksum_list import read_checksums
from archiver.audio.papers.cue_sheet import FLAC_BLOCK_BYTES, read_cue, read_flac_cue
from archiver.audio.papers.playlist import FORMS, read_playlist
from archiver.audio.papers.rip_log import read_rip_logs
from archiver.audio.papers.text import MAX_BYTES, PaperText, paper_text, text_of
from archiver.model.audio import Role, TagBlock
from archiver.model.paper import Paper, Reference

_SHEET = "cuesheet"
_FLAC_HEADER = 4
_READ = frozenset({Role.LOG, Role.CUE, Role.PLAYLIST, Role.CHECKSUM, Role.DOCUMENT})


@dataclass(frozen=True, slots=True)
class PapersRead:
    """What a file says as a paper, and the files that it names, which are yet to be looked for."""

    papers: tuple[Paper, ...] = ()
    references: tuple[Reference, ...] = ()


NONE = PapersRead()


def read_papers(window: Window, role: Role, extension: str) -> PapersRead:
    """What a file beside the music says.

    Args:
        window: The file, of which :data:`archiver.audio.papers.text.MAX_BYTES` are read.
        role: What it is for.
        extension: In small letters.

    Raises:
        OSError: where the disk fails.
    """
    text = text_of(window) if role in _READ else None
    if text is None:
        return NONE
    match role:
        case Role.LOG:
            data = window.again(MAX_BYTES).read(0, MAX_BYTES) if text.whole else b""
            return PapersRead(read_rip_logs(text.lines, data))
        case Role.CUE:
            return _one(read_cue(text.lines))
        case Role.PLAYLIST if extension in FORMS:
            lines = text.lines if text.whole else text.lines[:-1]
            data = window.again(MAX_BYTES).read(0, MAX_BYTES)
            return _one(read_playlist(FORMS[extension], lines, data))
        case Role.CHECKSUM | Role.DOCUMENT:
            prose = role is Role.DOCUMENT
            return _one(_checksums(text, extension, prose=prose))
        case _:
            return NONE


def embedded_papers(window: Window, blocks: Sequence[TagBlock]) -> PapersRead:
    """The cue sheets that a file of music holds, in its comments or in FLAC's block.

    Args:
        window: The file.
        blocks: Its tag blocks, without personal data.

    Raises:
        OSError: where the disk fails.
    """
    found: list[Paper] = []
    for block in blocks:
        if block.kind == "flac-cuesheet":
            length = min(block.length - _FLAC_HEADER, FLAC_BLOCK_BYTES)
            sheet = read_flac_cue(window.again().read(block.offset + _FLAC_HEADER, length))
            found += [sheet] if sheet is not None else []
            continue
        for frame in block.frames:
            if frame.text is not None and frame.id.lower().removeprefix("txxx:").endswith(_SHEET):
                read = read_cue(paper_text(frame.text[:MAX_BYTES]).lines, block.kind)
                found += [read[0]] if read is not None else []
    return PapersRead(tuple(found[:2]))


def _checksums(text: PaperText, extension: str, *, prose: bool) -> tuple[Paper, tuple[Reference, ...]] | None:
    return read_checksums(text.lines, extension, prose=prose, whole=text.whole)


def _one(read: tuple[Paper, tuple[Reference, ...]] | None) -> PapersRead:
    return NONE if read is None else PapersRead((read[0],), read[1])
