"""Cue sheets: those in files and in comments, which are text, and FLAC's own block, which is binary (RFC 9639, 8.7)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from archiver.audio.papers.text import recordable
from archiver.audio.papers.toc import MOST_TRACKS
from archiver.model.paper import CueSheet, CueTrack, Named, Reference

MOST_FILES = 999
"""Files of one sheet that are looked for."""

FLAC_BLOCK_BYTES = 1 << 16
"""Bytes of FLAC's block that are read; one with 100 tracks of 100 indices each is longer, and none is."""

_INDEX = re.compile(r"0{0,9}1\s{1,99}(\d{1,4}):([0-5]?\d):([0-7]?\d)\s{0,99}", re.ASCII)
_TRACK = re.compile(r"(\d{1,2})\s+(\S{1,20})\s*", re.ASCII)
_DISC_ID = re.compile(r"discid\s+\"?([0-9a-f]{8})\"?\s*", re.IGNORECASE)
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")
_CATALOG = re.compile(r"\d{8,14}")
_FILE_KINDS = frozenset({"WAVE", "MP3", "AIFF", "BINARY", "MOTOROLA", "FLAC"})


@dataclass(slots=True)
class _Sheet:
    """A sheet in the making."""

    sheet: CueSheet
    files: list[str] = field(default_factory=list)
    tracks: list[CueTrack] = field(default_factory=list)
    more: bool = False

    def told(self, key: str, value: str | None) -> None:
        """Take what is said of the last track, or of the disc where none has begun; what was said first counts."""
        said: dict[str, Any] = {key: value}
        if not self.tracks:
            self.sheet = self.sheet if getattr(self.sheet, key) else replace(self.sheet, **said)
        elif getattr(self.tracks[-1], key) is None:
            self.tracks[-1] = replace(self.tracks[-1], **said)

    def file(self, name: str) -> None:
        """Begin a file."""
        if len(self.files) < MOST_FILES:
            self.files.append(name)
        else:
            self.more = True

    def index(self, sectors: int) -> None:
        """Take where the last track begins in the last file."""
        if self.tracks and self.tracks[-1].start is None:
            here = len(self.files) - 1 if self.files else None
            self.tracks[-1] = replace(self.tracks[-1], start=sectors, file=here)

    def track(self, number: int, kind: str) -> None:
        """Begin a track."""
        if len(self.tracks) < MOST_TRACKS:
            self.tracks.append(CueTrack(number, kind, file=len(self.files) - 1 if self.files else None))


def read_cue(lines: Sequence[str], place: str = "file") -> tuple[CueSheet, tuple[Reference, ...]] | None:
    """A sheet and the files that it names; ``None`` where no line of it is one of a cue sheet.

    Args:
        lines: Its text.
        place: As :attr:`archiver.model.paper.CueSheet.place`.
    """
    draft = _Sheet(CueSheet(place))
    for line in lines:
        _take(draft, line.strip())
    if not draft.tracks and not draft.files:
        return None
    references = tuple(Reference(said) for said in draft.files)
    named = Named(names=len(references), more=draft.more)
    return replace(draft.sheet, tracks=tuple(draft.tracks), named=named), references


def _take(draft: _Sheet, text: str) -> None:
    command, _, rest = text.partition(" ")
    rest = rest.strip()
    match command.upper():
        case "FILE":
            draft.file(_file_name(rest))
        case "TRACK" if (track := _TRACK.fullmatch(rest)) is not None:
            draft.track(int(track[1]), track[2].upper())
        case "INDEX" if (index := _INDEX.fullmatch(rest)) is not None:
            minutes, seconds, frames = map(int, index.groups())
            draft.index((minutes * 60 + seconds) * 75 + frames)
        case "TITLE" | "PERFORMER" as key:
            draft.told(key.lower(), recordable(_unquoted(rest)))
        case "ISRC" if draft.tracks and _ISRC.fullmatch(code := _unquoted(rest).upper().replace("-", "")):
            draft.told("isrc", code)
        case "CATALOG" if _CATALOG.fullmatch(code := _unquoted(rest)):
            draft.sheet = replace(draft.sheet, catalog=draft.sheet.catalog or code)
        case "REM" if (disc := _DISC_ID.fullmatch(rest)) is not None:
            draft.sheet = replace(draft.sheet, disc_id=draft.sheet.disc_id or disc[1].lower())
        case _:
            pass


def _file_name(rest: str) -> str:
    """The name in ``"NAME" WAVE``; one that is not quoted goes up to the word for its kind."""
    if rest.startswith('"'):
        end = rest.rfind('"')
        return rest[1:end] if end > 0 else rest[1:]
    name, _, kind = rest.rpartition(" ")
    return name.rstrip() if kind.upper() in _FILE_KINDS else rest


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text.strip('"')


_HEAD = 128 + 8 + 1 + 258 + 1
_TRACK_HEAD = 8 + 1 + 12 + 1 + 13 + 1
_INDEX_BYTES = 12
_SAMPLES_PER_SECTOR = 588
_LEAD_OUT = (170, 255)


def read_flac_cue(block: bytes) -> CueSheet | None:
    """FLAC's block of a cue sheet, without its header; ``None`` where it is no such block. It names no files."""
    if len(block) < _HEAD:
        return None
    of_disc = bool(block[136] & 0x80)
    catalog = block[:128].rstrip(b"\0").decode("ascii", "replace")
    tracks: list[CueTrack] = []
    at = _HEAD
    for _ in range(block[_HEAD - 1]):
        head = block[at : at + _TRACK_HEAD]
        if len(head) < _TRACK_HEAD:
            break
        indices = block[at + _TRACK_HEAD : at + _TRACK_HEAD + _INDEX_BYTES * head[-1]]
        at += _TRACK_HEAD + _INDEX_BYTES * head[-1]
        if head[8] not in _LEAD_OUT and len(tracks) < MOST_TRACKS:
            tracks.append(_flac_track(head, indices, of_disc=of_disc))
    return CueSheet(
        "flac-cuesheet", catalog=catalog if _CATALOG.fullmatch(catalog) else None, tracks=tuple(tracks)
    )


def _flac_track(head: bytes, indices: bytes, *, of_disc: bool) -> CueTrack:
    isrc = head[9:21].decode("ascii", "replace")
    first = next(
        (i for i in range(0, len(indices) - 8, _INDEX_BYTES) if indices[i + 8] == 1),
        None,
    )
    start = None
    if of_disc and first is not None:
        samples = int.from_bytes(head[:8], "big") + int.from_bytes(indices[first : first + 8], "big")
        start = samples // _SAMPLES_PER_SECTOR
    return CueTrack(
        head[8],
        "DATA" if head[21] & 0x80 else "AUDIO",
        isrc=isrc if _ISRC.fullmatch(isrc) else None,
        start=start if start is not None and start < 1 << 32 else None,
    )
