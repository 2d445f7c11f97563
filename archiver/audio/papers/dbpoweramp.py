"""Logs of dBpoweramp: a block for each track, with the sectors from which it was ripped in place of a table of contents."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from archiver.audio.papers.draft import LogDraft, TrackDraft, crc_of, date_of, offset_of
from archiver.audio.papers.toc import TocRow, is_whole
from archiver.model.paper import AccurateRip, Verdict

_HEAD = re.compile(
    r"dbpoweramp (?:release )?(\S{1,20}) digital audio extraction log(?: from (.*))?", re.IGNORECASE
)
_DRIVE = re.compile(r"ripping with drive '([^']{1,100})',\s*drive offset:\s*([+-]?\d{1,5})", re.IGNORECASE)
_LETTER = re.compile(r"[A-Z]:\s{1,99}\[(.{1,300})\]")
_TRACK = re.compile(
    r"Track (\d{1,2}):\s+(ripped|error ripping) LBA (\d{1,7}) to (\d{1,7})\b(?:.*?filename:\s*(.*))?",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"AccurateRip: (accurate|inaccurate) \(confidence (\d{1,6})\)", re.IGNORECASE)
_CRC = re.compile(
    r"CRC32: ([0-9A-F]{8})(?:\s+AccurateRip CRC: ([0-9A-F]{8})(?: \(CRCv([12])\))?)?", re.IGNORECASE
)
_DISC = re.compile(r"\[DiscID: [0-9a-f]{3}-[0-9a-f]{8}-[0-9a-f]{8}-([0-9a-f]{8})", re.IGNORECASE)
_RESULT = re.compile(r"\d{1,2} tracks? ripped(.*)", re.IGNORECASE)


def read_dbpoweramp(lines: Sequence[str], _: str) -> LogDraft:
    """Read one log.

    Args:
        lines: From its banner on.
    """
    log = LogDraft("dBpoweramp")
    track: TrackDraft | None = None
    rows: list[TocRow] = []
    for line in lines:
        text = line.strip()
        if (begun := _TRACK.match(text)) is not None:
            track = log.track(int(begun[1]))
            track.named(begun[5] or "")
            start, end = int(begun[3]), int(begun[4])
            track.start_sector, track.sectors = start, end - start
            if start < end:
                rows.append(TocRow(track.number, start, end - 1))
            if begun[2].lower() != "ripped":
                track.wrong("read-error")
        elif track is None or not line[:1].isspace():
            _outer_line(log, text)
        else:
            _block_line(text, track)
            log.cddb = log.cddb or _disc(text)
    if is_whole(rows) and len(rows) == len(log.tracks) and _is_all_of_it(rows):
        log.toc = rows
    return log


def _disc(text: str) -> str | None:
    disc = _DISC.search(text)
    return None if disc is None else disc[1].lower()


def _block_line(text: str, track: TrackDraft) -> None:
    if (answer := _ANSWER.match(text)) is not None:
        if answer[1].lower() == "accurate":
            track.matched(2, None, int(answer[2]))
        else:
            track.answered(AccurateRip.DIFFERS)
    elif (crc := _CRC.match(text)) is not None:
        track.copy_crc = crc_of(crc[1])
        if crc[2]:
            track.checksum(int(crc[3] or 1), crc_of(crc[2]))
        if crc[2] and crc[3] != "2":  # the confidence above is of this version
            track.confidence_v1, track.confidence_v2 = track.confidence_v2, None
    else:
        _error_line(text.lower(), track)


def _is_all_of_it(rows: Sequence[TocRow]) -> bool:
    """Whether the tracks follow one another, so that none of the disc was left out between them."""
    return all(row.start == before.end + 1 for before, row in itertools.pairwise(rows))


def _outer_line(log: LogDraft, text: str) -> None:
    if (head := _HEAD.match(text)) is not None:
        log.version = head[1]
        log.date = date_of(head[2] or "")
    elif (drive := _DRIVE.match(text)) is not None:
        lettered = _LETTER.fullmatch(drive[1].strip())
        log.drive = drive[1] if lettered is None else lettered[1]
        log.read_offset = offset_of(drive[2])
    elif (result := _RESULT.match(text)) is not None:
        log.verdict = Verdict.ERRORS if "error" in result[1].lower() else log.verdict or Verdict.NO_ERRORS
    elif text.lower().startswith("user stopped"):
        log.verdict = Verdict.ABORTED


def _error_line(folded: str, track: TrackDraft) -> None:
    if folded.startswith("** aborted"):
        track.wrong("aborted")
    elif folded.startswith("** reached maximum") or "unrecoverable" in folded:
        track.wrong("read-error")
    elif folded.startswith(("insecure", "accuraterip: insecure")) or " insecure" in folded:
        track.wrong("not-secure")
    elif "not in database" in folded:
        track.answered(AccurateRip.NOT_KNOWN)
