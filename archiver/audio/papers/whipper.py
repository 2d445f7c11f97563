"""Logs of whipper, and of the logger that morituri had before it: YAML of a fixed form, three levels deep.

The form is read by its indentation; nothing of YAML is needed but plain and quoted values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archiver.audio.papers.draft import LogDraft, TrackDraft, crc_of, date_of, offset_of, peak_of
from archiver.audio.papers.toc import TocRow
from archiver.model.paper import AccurateRip, Verdict

_VERSION = re.compile(r"whipper (\S{1,30})", re.IGNORECASE)
_LINE = re.compile(r"( {0,8})([^\s:][^:]{0,60}):(?: (.*))?")
_HEALTHY = "no errors occurred"
_SECTORS = {"start sector", "end sector"}
_SECTOR = re.compile(r"\d{1,7}", re.ASCII)
_NUMBER = re.compile(r"\d{1,2}", re.ASCII)
_CONFIDENCE = re.compile(r"\d{1,6}", re.ASCII)
_DISC_ID = re.compile(r"[\w.-]{28}", re.ASCII)
_ACCURATERIP = ("accuraterip v1", "accuraterip v2")


def read_whipper(lines: Sequence[str], _: str) -> LogDraft:
    """Read one log.

    Args:
        lines: From its banner on.
    """
    log, sectors = LogDraft("whipper"), dict[int, dict[str, int]]()
    for path, value in _values(lines):
        match path:
            case ("toc", number, key) if (
                key in _SECTORS and _SECTOR.fullmatch(value) and _NUMBER.fullmatch(number)
            ):
                sectors.setdefault(int(number), {})[key] = int(value)
            case ("tracks", number, *keys) if keys and _NUMBER.fullmatch(number):
                _track_value(log.track(int(number)), tuple(keys), value)
            case _:
                _value(log, path, value)
    for track, found in sectors.items():
        start, end = found.get("start sector"), found.get("end sector")
        if start is not None and end is not None and start <= end:
            log.row(TocRow(track, start, end))
    return log


def _value(log: LogDraft, path: tuple[str, ...], value: str) -> None:
    """A value that is of the whole rip."""
    match path:
        case ("log created by",):
            found = _VERSION.match(value)
            log.version = None if found is None else found[1]
        case ("log creation date",):
            log.date = date_of(value)
        case (_, "drive"):
            log.drive = value
        case (_, "read offset correction"):
            log.read_offset = offset_of(value)
        case (_, "musicbrainz disc id") if _DISC_ID.fullmatch(value):
            log.disc = value
        case (_, "cddb disc id") if crc_of(value):
            log.cddb = value.lower()
        case (_, "health status"):
            log.verdict = Verdict.NO_ERRORS if value.lower() == _HEALTHY else Verdict.ERRORS
        case _:
            pass


def _values(lines: Sequence[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each value with the keys that lead to it, in small letters."""
    above: list[tuple[int, str]] = []
    for line in lines:
        match = _LINE.fullmatch(line.rstrip())
        if match is None:
            continue
        indent, key = len(match[1]), match[2].strip().lower()
        while above and above[-1][0] >= indent:
            above.pop()
        above.append((indent, key))
        if match[3]:
            yield tuple(name for _, name in above), _unquoted(match[3].strip())


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    if len(value) > 1 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def _track_value(track: TrackDraft, keys: tuple[str, ...], value: str) -> None:
    match keys:
        case ("filename",):
            track.named(value)
        case ("peak level",):
            track.peak = peak_of(value)
        case ("test crc",):
            track.test_crc = crc_of(value)
        case ("copy crc",):
            track.copy_crc = crc_of(value)
        case ("status",) if value.lower() != "copy ok":
            track.wrong("crc-differs" if "crc" in value.lower() else "unnamed")
        case (which, key) if which in _ACCURATERIP:
            _answer(track, int(which[-1]), key, value)
        case _:
            pass


def _answer(track: TrackDraft, version: int, key: str, value: str) -> None:
    folded = value.lower()
    if key == "local crc":
        track.checksum(version, crc_of(value))
    elif key == "confidence" and _CONFIDENCE.fullmatch(value) and track.answer is AccurateRip.MATCHED:
        track.matched(version, None, int(value))
    elif key != "result":
        return
    elif folded.startswith("found, exact"):
        track.matched(version, None, None)
    elif folded.startswith("found"):
        track.answered(AccurateRip.DIFFERS)
    elif "not present" in folded:
        track.answered(AccurateRip.NOT_KNOWN)
