"""Logs of cyanrip: ``name: value``, a block for each track, its last sector with it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archiver.audio.papers.draft import LogDraft, TrackDraft, crc_of, date_of, offset_of, peak_of
from archiver.audio.papers.toc import TocRow
from archiver.model.paper import AccurateRip, LogChecksum, Verdict

_HEAD = re.compile(r"cyanrip (\S{1,40})(?: \([^()]{0,60}\))?")
_TRACK = re.compile(r"Track (\d{1,2})\b.{0,99}!")
_SECTOR = re.compile(r"\d{1,7}", re.ASCII)
_SUM = re.compile(r"([0-9A-F]{8})\b(?: \((.{0,99})\))?", re.IGNORECASE)
_CONFIDENCE = re.compile(r"accurately ripped, confidence (\d{1,6})")
_DISC_ID = re.compile(r"[\w.-]{28}", re.ASCII)


def read_cyanrip(lines: Sequence[str], _: str) -> LogDraft:
    """Read one log.

    Args:
        lines: From its banner on.
    """
    log, stretches = LogDraft("cyanrip"), dict[int, list[int | None]]()
    track: TrackDraft | None = None
    disc_tracks, names_follow = 0, False
    for line in lines:
        text = line.strip()
        key, colon, value = (part.strip() for part in text.partition(":"))
        key = key.lower()
        if (begun := _TRACK.fullmatch(text)) is not None:
            track = log.track(int(begun[1]))
            if "successfully" not in text.lower():
                track.wrong("read-error")
        elif not line[:1].isspace():
            track = None if colon else track
            disc_tracks = int(value[:3]) if key == "disc tracks" and value[:3].isdecimal() else disc_tracks
            _outer_line(log, text, key, value)
        elif track is not None and text:
            if names_follow:
                track.named(text)
            names_follow = key == "file(s)"
            if key in ("start lsn", "end lsn") and (number := _SECTOR.match(value)) is not None:
                stretches.setdefault(track.number, [None, None])[key == "end lsn"] = int(number.group())
            else:
                _block_line(track, key, value)
    _sectors(log, stretches, disc_tracks)
    return log


def _sectors(log: LogDraft, stretches: dict[int, list[int | None]], disc_tracks: int) -> None:
    rows = [
        TocRow(number, start, end)
        for number, (start, end) in sorted(stretches.items())
        if start is not None and end is not None and 0 <= start <= end
    ]
    for row in rows:
        log.track(row.number).start_sector, log.track(row.number).sectors = row.start, row.sectors
    if len(rows) == disc_tracks:
        log.toc = rows


def _outer_line(log: LogDraft, text: str, key: str, value: str) -> None:
    if (head := _HEAD.match(text)) is not None and log.version is None:
        log.version = head[1]
    elif key in ("device model", "drive used"):
        log.drive = value
    elif key == "offset":
        log.read_offset = offset_of(value)
    elif key == "discid" and _DISC_ID.fullmatch(value):
        log.disc = value
    elif key == "cddb id" and crc_of(value):
        log.cddb = value.lower()
    elif key == "ripping errors" and value.isdigit():
        log.verdict = Verdict.ERRORS if value.strip("0") else Verdict.NO_ERRORS
    elif key.startswith("ripping finished at"):
        log.date = date_of(text)
    elif key == "log fun512":
        log.checksum = LogChecksum.PRESENT


def _block_line(track: TrackDraft, key: str, value: str) -> None:
    found = _SUM.match(value)
    if key == "eac crc32" and found is not None:
        track.copy_crc = crc_of(found[1])
    elif key in ("accurip v1", "accurip v2") and found is not None:
        version = int(key[-1])
        matched = _CONFIDENCE.search(found[2] or "")
        track.checksum(version, crc_of(found[1]))
        if matched is not None:
            track.matched(version, None, int(matched[1]))
        elif "not found" in (found[2] or ""):
            track.answered(AccurateRip.DIFFERS)
    elif key == "accurip" and value.startswith("not found"):
        track.answered(AccurateRip.NOT_KNOWN)
    elif key in ("peak level", "sample peak level"):
        track.peak = peak_of(value)
