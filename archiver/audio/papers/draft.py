"""A rip log in the making: what a reader of some program's logs puts together, line by line."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from archiver.audio.papers.text import last_part, recordable
from archiver.audio.papers.toc import MOST_TRACKS, TocRow, cddb_id, disc_id
from archiver.model.paper import AccurateRip, LogChecksum, RipLog, RippedTrack, Verdict

ERRORS = {
    "timing-problem": "the drive lost its timing",
    "missing-samples": "samples are missing",
    "suspicious-position": "a place that could not be read alike twice",
    "read-error": "sectors could not be read",
    "write-error": "the file could not be written",
    "aborted": "the track was broken off",
    "crc-differs": "the two readings differ",
    "not-secure": "it could not be read securely",
    "unnamed": "an error, in words that are not known",
}
"""What a log can say of a track that went wrong."""

_MOST_SECTORS = 100 * 60 * 75
_HEX = re.compile("[0-9A-Fa-f]{8}")


@dataclass(slots=True)
class TrackDraft:
    """One track; the fields are those of :class:`archiver.model.paper.RippedTrack`."""

    number: int
    file: str | None = None
    start_sector: int | None = None
    sectors: int | None = None
    test_crc: str | None = None
    copy_crc: str | None = None
    v1: str | None = None
    v2: str | None = None
    answer: AccurateRip | None = None
    confidence_v1: int | None = None
    confidence_v2: int | None = None
    peak: float | None = None
    errors: dict[str, None] = field(default_factory=dict)

    def named(self, path: str) -> None:
        """Take the file's name from a path, unless there is one."""
        if self.file is None and path.strip():
            self.file = recordable(last_part(path.strip()))

    def read_again(self, crc: str | None) -> None:
        """Take the CRC-32 of one more reading: what was read before was a test."""
        if crc is not None:
            self.test_crc, self.copy_crc = self.copy_crc, crc

    def matched(self, version: int, crc: str | None, confidence: int | None) -> None:
        """Others had the same audio, by that version of the checksum."""
        self.answer = AccurateRip.MATCHED
        self.checksum(version, crc)
        if version == 1:
            self.confidence_v1 = max(self.confidence_v1 or 0, confidence or 0) or None
        else:
            self.confidence_v2 = max(self.confidence_v2 or 0, confidence or 0) or None

    def answered(self, answer: AccurateRip) -> None:
        """Take an answer; that one version matched outweighs that another did not."""
        if self.answer is None or (self.answer is AccurateRip.NOT_KNOWN and answer is AccurateRip.DIFFERS):
            self.answer = answer

    def checksum(self, version: int, crc: str | None) -> None:
        """Take AccurateRip's checksum of that version."""
        if crc is not None and crc != "00000000":
            if version == 1:
                self.v1 = self.v1 or crc
            else:
                self.v2 = self.v2 or crc

    def wrong(self, error: str) -> None:
        """Take one of :data:`ERRORS`."""
        self.errors[error] = None

    def finished(self, row: TocRow | None) -> RippedTrack:
        """The value; where the table of contents has the track, its sectors are from there."""
        start, sectors = self.start_sector, self.sectors
        if row is not None:
            start, sectors = row.start, row.sectors
        if self.test_crc and self.copy_crc and self.test_crc != self.copy_crc:
            self.wrong("crc-differs")
        return RippedTrack(
            number=self.number,
            file=self.file,
            start_sector=start,
            sectors=sectors if sectors and 0 < sectors <= _MOST_SECTORS else None,
            test_crc=self.test_crc,
            copy_crc=self.copy_crc,
            accuraterip_v1=self.v1,
            accuraterip_v2=self.v2,
            accuraterip=self.answer,
            confidence_v1=self.confidence_v1,
            confidence_v2=self.confidence_v2,
            peak=self.peak,
            errors=tuple(error for error in ERRORS if error in self.errors),
        )


@dataclass(slots=True)
class LogDraft:
    """One log; the fields are those of :class:`archiver.model.paper.RipLog`."""

    tool: str
    version: str | None = None
    date: str | None = None
    drive: str | None = None
    read_offset: int | None = None
    disc: str | None = None
    cddb: str | None = None
    toc: list[TocRow] = field(default_factory=list)
    tracks: dict[int, TrackDraft] = field(default_factory=dict)
    image: TrackDraft | None = None
    verdict: Verdict | None = None
    checksum: LogChecksum | None = None

    def track(self, number: int) -> TrackDraft:
        """The track of that number, made where it is new; one that no disc has goes nowhere."""
        if not 0 <= number <= MOST_TRACKS:
            return TrackDraft(number)
        return self.tracks.setdefault(number, TrackDraft(number))

    def whole(self) -> TrackDraft:
        """The image of the whole disc."""
        if self.image is None:
            self.image = TrackDraft(0)
        return self.image

    def row(self, row: TocRow) -> None:
        """Take a row of the table of contents; the first of its number counts."""
        if all(row.number != one.number for one in self.toc):
            self.toc.append(row)

    def finished(self) -> RipLog:
        """The value."""
        rows = {row.number: row for row in self.toc}
        toc = sorted(self.toc, key=lambda row: row.number)
        for number in rows:
            self.track(number)
        if self.image is not None and toc:
            self.image.start_sector = toc[0].start
            self.image.sectors = toc[-1].end - toc[0].start + 1
        return RipLog(
            tool=recordable(self.tool) or "",
            version=None if self.version is None else recordable(self.version),
            date=self.date,
            drive=None if self.drive is None else recordable(" ".join(self.drive.split())),
            read_offset=self.read_offset,
            disc_id=disc_id(toc) or self.disc,
            cddb_id=cddb_id(toc) or self.cddb,
            tracks=tuple(self.tracks[number].finished(rows.get(number)) for number in sorted(self.tracks)),
            image=None if self.image is None else self.image.finished(None),
            verdict=self.verdict,
            checksum=self.checksum,
        )


def crc_of(text: str) -> str | None:
    """Eight hex digits in capitals, or ``None``."""
    text = text.strip()
    return text.upper() if _HEX.fullmatch(text) else None


def offset_of(text: str) -> int | None:
    """A correction in samples: a signed number of at most five digits, or ``None``."""
    match = re.fullmatch(r"\s*([+-]?\d{1,5})(?: samples?)?\s*", text)
    return None if match is None else int(match.group(1))


def peak_of(text: str) -> float | None:
    """A peak from 0 to 1, of a number that may be per cent; ``None`` where it is no number that can be one."""
    match = re.search(r"(\d{1,4}(?:[.,]\d{1,9})?)\s*(%?)", text)
    if match is None:
        return None
    value = float(match.group(1).replace(",", ".")) / (100 if match.group(2) else 1)
    return round(value, 6) if value <= 1.5 else None


_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d{1,2}):(\d\d)(?::(\d\d))?)?")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\.?\s+(?:de\s+)?([^\W\d_]{3,12})\.?,?\s+(?:de\s+)?(\d{4})(?!\d)")
_TIME = re.compile(r"(?<!\d)(\d{1,2}):(\d\d)(?::(\d\d))?(?:\s*([AP])\.?M)?", re.IGNORECASE)
_AMERICAN = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)")
_MONTHS = (
    "january januar janvier enero gennaio januari stycznia leden ledna január января",
    "february februar février febrero febbraio februari lutego únor února február февраля",
    "march märz mars marzo maart marca březen března marec марта",
    "april avril abril aprile kwietnia duben dubna apríl апреля",
    "may mai mayo maggio mei maja květen května máj мая maj",
    "june juni juin junio giugno czerwca červen června jún июня",
    "july juli juillet julio luglio lipca červenec července júl июля",
    "august août agosto augustus sierpnia srpen srpna augusti августа",
    "september septembre septiembre settembre września září сентября",
    "october oktober octobre octubre ottobre października říjen října október октября",
    "november novembre noviembre listopada listopad listopadu ноября",
    "december dezember décembre diciembre dicembre grudnia prosinec prosince декабря",
)
_MONTH = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}


def date_of(text: str, *, month_first: bool = False) -> str | None:
    """The date in a text, with the time if one stands there, as :attr:`archiver.model.paper.RipLog.date` has it.

    Args:
        text: A line of a log.
        month_first: Whether ``3/4/2020`` is the fourth of March.
    """
    text = text[:300]
    numbers = _numbers(text, month_first=month_first)
    if numbers is None:
        return None
    try:
        day = dt.date(*numbers).isoformat()
    except ValueError:
        return None
    iso = _ISO.search(text)
    found = _TIME.search(text[iso.end(3) :].replace("T", " ", 1) if iso else text)
    return day if found is None else day + _clock(found)


def _numbers(text: str, *, month_first: bool) -> tuple[int, int, int] | None:
    if (iso := _ISO.search(text)) is not None:
        return int(iso[1]), int(iso[2]), int(iso[3])
    for named in _DAY_FIRST.finditer(text):
        month = _MONTH.get(named[2].lower())
        if month is not None:
            return int(named[3]), month, int(named[1])
    american = _AMERICAN.search(text)
    if american is not None and month_first:
        return int(american[3]), int(american[1]), int(american[2])
    return None


def _clock(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    if found[4]:
        hour = hour % 12 + (12 if found[4].upper() == "P" else 0)
    seconds = f":{found[3]}" if found[3] and int(found[3]) < 60 else ""
    return f"T{hour:02}:{minute:02}{seconds}" if hour < 24 and minute < 60 else ""
