"""Logs of fre:ac: a time before every line, a table of contents as EAC writes it, then what was done with each track."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archiver.audio.papers.draft import LogDraft, TrackDraft, crc_of, date_of, offset_of
from archiver.audio.papers.toc import toc_row
from archiver.model.paper import AccurateRip

_MOMENT = re.compile(r"\d\d:\d\d:\d\d\.\d{3} ")
_SOURCE = re.compile(r"device://cdda:\d{1,2}/(\d{1,2})$")
_CHECKSUM = re.compile(
    r"Checksum \(AccurateRip v([12])\): ([0-9a-f]{8})(?:, Confidence: (\d{1,6}))?", re.IGNORECASE
)


def read_freac(lines: Sequence[str], _: str) -> LogDraft:
    """Read one log.

    Args:
        lines: From its banner on.
    """
    log = LogDraft("fre:ac")
    track: TrackDraft | None = None
    day = clock = ""
    for line in lines:
        moment = _MOMENT.match(line)
        text = (line if moment is None else line[moment.end() :]).strip()
        if "|" in text and (row := toc_row(text)) is not None:
            log.row(row)
            continue
        key, _, value = (part.strip() for part in text.partition(":"))
        if moment is None and key == "Date":
            day = value
        elif moment is None and key == "Time":
            clock = value
        elif (source := _SOURCE.search(text)) is not None:
            track = log.track(int(source[1]))
            if key.startswith(("Failed", "Error")):
                track.wrong("read-error")
        elif (told := _CHECKSUM.match(text)) is not None and track is not None:
            _checksum(track, told)
        else:
            _line(log, track, key, value)
    log.date = date_of(f"{day} {clock}")
    return log


def _line(log: LogDraft, track: TrackDraft | None, key: str, value: str) -> None:
    if key == "Version" and log.version is None:
        log.version = value.partition(" ")[0].removeprefix("v")
    elif key == "Drive model":
        log.drive = value
    elif key == "Read offset":
        log.read_offset = offset_of(value)
    elif key == "CDDB disc ID" and crc_of(value):
        log.cddb = value.lower()
    elif track is not None:
        _track_line(track, key, value)


def _track_line(track: TrackDraft, key: str, value: str) -> None:
    if key == "to":
        track.named(value)
    elif key == "CRC checksum":
        track.copy_crc = crc_of(value)
    elif key == "Track has been accurately ripped":
        track.answer = AccurateRip.MATCHED
    elif key.startswith(("Track has not been accurately ripped", "Track could not be verified")):
        track.answered(AccurateRip.DIFFERS)
    elif "not found in" in key and "AccurateRip" in key:
        track.answered(AccurateRip.NOT_KNOWN)


def _checksum(track: TrackDraft, told: re.Match[str]) -> None:
    version = int(told[1])
    track.checksum(version, crc_of(told[2]))
    if track.answer is AccurateRip.MATCHED:
        track.matched(version, None, int(told[3] or 0))
