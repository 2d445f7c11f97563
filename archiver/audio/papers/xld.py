"""Logs of X Lossless Decoder: a table of contents as EAC writes it, then ``name : value`` in a block for each track."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archiver.audio.papers.draft import LogDraft, TrackDraft, crc_of, date_of, offset_of, peak_of
from archiver.audio.papers.toc import toc_row
from archiver.model.paper import AccurateRip, LogChecksum, Verdict

_VERSION = re.compile(r"x lossless decoder version (\S{1,20}(?: \([\d.]{1,20}\))?)", re.IGNORECASE)
_TRACK = re.compile(r"Track (\d{1,2})")
_SUMMARY = re.compile(r"Track (\d{1,2}) : (OK|NG|Not Found)\b(.*)", re.IGNORECASE)
_CONFIDENCE = re.compile(r"confidence (\d{1,6})")
_COUNTED_ERRORS = {
    "read error": "read-error",
    "skipped (treated as error)": "read-error",
    "damaged sector count": "read-error",
    "inconsistency in error sectors": "suspicious-position",
}


def read_xld(lines: Sequence[str], _: str) -> LogDraft:
    """Read one log.

    Args:
        lines: From its banner on.
    """
    log = LogDraft("X Lossless Decoder")
    track: TrackDraft | None = None
    for line in lines:
        text = line.strip()
        if "|" in text and (row := toc_row(line)) is not None:
            log.row(row)
        elif line[:1].isspace():
            told = _SUMMARY.match(text)
            if track is not None:
                _block_line(text, track)
            elif told is not None:
                _summary(log.track(int(told[1])), told[2].lower(), told[3])
        elif (block := _TRACK.fullmatch(text)) is not None:
            track = log.track(int(block[1]))
        elif text == "All Tracks":
            track = log.whole()
        elif text:
            track = None
            _outer_line(log, text)
    _settle_image(log)
    return log


def _settle_image(log: LogDraft) -> None:
    """Forget the sum over all tracks where it is no file of its own."""
    if log.image is not None and log.image.file is None:
        log.image = None


def _outer_line(log: LogDraft, text: str) -> None:
    folded = text.lower()
    if (version := _VERSION.match(text)) is not None:
        log.version = version[1]
    elif folded.startswith("xld extraction logfile from"):
        log.date = date_of(text)
    elif folded.startswith("used drive"):
        log.drive = text.partition(":")[2].strip()
    elif folded.startswith("read offset correction"):
        log.read_offset = offset_of(text.partition(":")[2])
    elif folded.startswith("no errors occur"):
        log.verdict = Verdict.NO_ERRORS
    elif folded.startswith(("some inconsistencies found", "there were errors")):
        log.verdict = Verdict.ERRORS
    elif text == "-----BEGIN XLD SIGNATURE-----":
        log.checksum = LogChecksum.PRESENT


def _block_line(text: str, track: TrackDraft) -> None:
    if text.startswith("->"):
        _verdict(text[2:].strip(), track)
        return
    if text == "(cancelled by user)":
        track.wrong("aborted")
        return
    name, _, value = text.partition(":")
    key, value = name.strip().lower(), value.strip()
    if key in _COUNTED_ERRORS and value.isdigit() and value.strip("0"):
        track.wrong(_COUNTED_ERRORS[key])
    else:
        _value(track, key, value)


def _value(track: TrackDraft, key: str, value: str) -> None:
    match key:
        case "filename":
            track.named(value)
        case "crc32 hash (test run)":
            track.test_crc = crc_of(value)
        case "crc32 hash":
            track.copy_crc = crc_of(value)
        case "accuraterip signature" | "accuraterip v1 signature":
            track.checksum(1, crc_of(value[:8]))
        case "accuraterip v2 signature":
            track.checksum(2, crc_of(value[:8]))
        case "peak":
            track.peak = peak_of(value)
        case _:
            pass


def _verdict(text: str, track: TrackDraft) -> None:
    folded = text.lower()
    if folded.startswith("accurately ripped"):
        _matched(track, folded)
    elif folded.startswith("rip may not be accurate"):
        track.answered(AccurateRip.DIFFERS)
    elif folded.startswith("track not present"):
        track.answered(AccurateRip.NOT_KNOWN)


def _summary(track: TrackDraft, state: str, rest: str) -> None:
    if state == "ok":
        _matched(track, rest.lower())
    else:
        track.answered(AccurateRip.DIFFERS if state == "ng" else AccurateRip.NOT_KNOWN)


def _matched(track: TrackDraft, words: str) -> None:
    """Others had the same audio; at another offset the checksum of the log is not the one that they had."""
    found = _CONFIDENCE.search(words)
    confidence = None if found is None else int(found[1])
    versions = [version for version in (1, 2) if f"v{version}" in words] or [1]
    for version in versions:
        track.matched(version, None, confidence)
