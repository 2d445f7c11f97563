"""Logs of CUETools (``.accurip``): what AccurateRip and CTDB say of files that are there, track by track."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archiver.audio.papers.draft import LogDraft, crc_of, date_of, peak_of
from archiver.model.paper import AccurateRip

_HEAD = re.compile(r"\[CUETools log; Date: ([^;\]]{1,60})(?:; Version: ([^;\]]{1,20}))?\]", re.IGNORECASE)
_DISC = re.compile(r"\[AccurateRip ID: [0-9a-f]{8}-[0-9a-f]{8}-([0-9a-f]{8})\] (.*)", re.IGNORECASE)
_ANSWER = re.compile(
    r"(\d{1,2})\s+\[([0-9a-f]{8})(?:\|([0-9a-f]{8}))?\] \((\d{1,6})(?:\+(\d{1,6}))?/(\d{1,6})\) (.*)",
    re.IGNORECASE,
)
_CRC = re.compile(r"(\d\d|--)\s+(?:(\d{1,3}\.\d)\s+)?\[([0-9a-f]{8})\]", re.IGNORECASE)


def read_cuetools(lines: Sequence[str], _: str) -> LogDraft:
    """Read one log.

    Args:
        lines: From its banner on.
    """
    log = LogDraft("CUETools")
    at_offset = in_crcs = False
    for line in lines:
        text = line.strip()
        if (head := _HEAD.match(text)) is not None:
            log.date, log.version = date_of(head[1], month_first=True), head[2]
        elif (disc := _DISC.match(text)) is not None:
            log.cddb = disc[1].lower()
        elif text.startswith("Track") and "CRC32" in text:
            in_crcs = True
        elif text.startswith("Track"):
            at_offset = in_crcs = False
        elif text.startswith("Offsetted by"):
            at_offset = True
        elif in_crcs and (crc := _CRC.match(text)) is not None:
            track = log.whole() if crc[1] == "--" else log.track(int(crc[1]))
            track.copy_crc = crc_of(crc[3])
            track.peak = peak_of(f"{crc[2]} %") if crc[2] else None
        elif not at_offset and (answer := _ANSWER.match(text)) is not None:
            _take(log, answer)
    return log


def _take(log: LogDraft, answer: re.Match[str]) -> None:
    """One row: checksums, how many had the same by each version, and how many there are."""
    track = log.track(int(answer[1]))
    track.checksum(1, crc_of(answer[2]))
    track.checksum(2, crc_of(answer[3] or ""))
    for version, group in ((1, 4), (2, 5)):
        if answer[group] and int(answer[group]):
            track.matched(version, None, int(answer[group]))
    track.answered(AccurateRip.DIFFERS if int(answer[6]) else AccurateRip.NOT_KNOWN)
