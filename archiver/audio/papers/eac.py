"""Logs of Exact Audio Copy, in every language that it speaks, and of the programs that write as it does.

EAC translates every word of its log and keeps its structure: the drive with ``Adapter:`` and ``ID:``, a table of
contents, a block for each track whose lines are known by what ends them (eight hex digits, a percentage, a time), and
AccurateRip's checksum in brackets. So nothing here rests on a word where its form tells as much.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from archiver.audio.papers.draft import LogDraft, TrackDraft, crc_of, date_of, offset_of, peak_of
from archiver.audio.papers.toc import toc_row
from archiver.model.paper import AccurateRip, LogChecksum, Verdict

_VERSION = re.compile(r"(?:exact audio copy|cueripper) v(\S{1,20}(?: (?:pre)?beta ?\d{0,3})?)", re.IGNORECASE)
_MORITURI = re.compile(r"log(?:file)? created by: morituri(?: version)? (\S{1,20})", re.IGNORECASE)
_BLOCK = re.compile(r"\S(?:.{0,38}\S)?\s+(\d{1,2}):?")
_SUMMARY = re.compile(r"\S(?:.{0,38}?\S)?\s+(\d{1,2})\s{2,}\S")
_CHECKSUM = re.compile(r"={4} .{1,60} [0-9A-Fa-f]{64} ={4}")
_BRACKETED = re.compile(r"\[([0-9A-Fa-f]{8})\]")
_CONFIDENCE = re.compile(r"\([^()\d]{0,40}(\d{1,6})\)")
_OF_VERSION = re.compile(r"v([12])\)")
_CRC = re.compile(r"\s([0-9A-Fa-f]{8})$")
_PEAK = re.compile(r"\d{1,3}[.,]\d{1,2} %$")
_PLACE = re.compile(r"(?<!\d)\d{1,2}:\d\d:\d\d$")
_FILE_WORDS = re.compile(
    r"(?:filename|dateiname|nom du fichier|nombre (?:de|del) (?:archivo|fichero)|nome (?:del )?file|bestandsnaam|nazwa pliku"
    r"|filnamn|název souboru|názov súboru|naziv datoteke|имя файла|име на файла?|ファイル名|文件名)\s*:?\s+",
    re.IGNORECASE,
)
_FULL_PATH = re.compile(r"(?:[A-Za-z]:[\\/]|\\\\|/).+")
_NO_ERRORS = re.compile(
    r"no errors occur|keine fehler|aucune erreur|ning[uú]n error|sin errores|nessun errore|geen fouten|inga fel"
    r"|(?:brak|żadnych) błęd|žádné chyby|žiadne chyby|nema grešaka|ошибок не|не .{0,20}ошибок|няма грешки",
    re.IGNORECASE,
)
_ERRORS = (
    ("timing problem", "timing-problem"),
    ("missing samples", "missing-samples"),
    ("suspicious position", "suspicious-position"),
    ("sync error", "read-error"),
    ("file write error", "write-error"),
    ("read error", "read-error"),
    ("copy aborted", "aborted"),
    ("track aborted", "aborted"),
)
_TOOLS = {"cueripper": "CUERipper", "morituri": "morituri"}


def read_eac(lines: Sequence[str], program: str) -> LogDraft:
    """Read one log.

    Args:
        lines: From its banner on.
        program: What the banner names.
    """
    tool = next((name for word, name in _TOOLS.items() if word in program.lower()), "Exact Audio Copy")
    log, image = LogDraft(tool), TrackDraft(0)
    track: TrackDraft | None = None
    for line in itertools.takewhile(_is_of_the_log, lines):
        text = line.strip()
        if "|" in text and (row := toc_row(line)) is not None:
            log.row(row)
        elif line[:1].isspace():
            if track is not None or log.toc or _FILE_WORDS.match(text):
                _block_line(text, track or image)
            else:
                _head_line(log, text)
        elif (block := _BLOCK.fullmatch(text)) is not None:
            track = log.track(int(block[1]))
        elif (told := _SUMMARY.match(text)) is not None and _is_answer(text):
            _answer(text, log.track(int(told[1])))
        elif text:
            track = None
            _outer_line(log, text)
    if image.file is not None or image.copy_crc is not None:
        log.image = image
    if any(_CHECKSUM.fullmatch(line.strip()) for line in lines):
        log.checksum = LogChecksum.PRESENT
    return log


def _is_of_the_log(line: str) -> bool:
    """Whether a line is EAC's own; below a line of dashes a plug-in has its say."""
    return not line.startswith("----")


def _head_line(log: LogDraft, text: str) -> None:
    """A line of the settings: the drive, and the offset, which is the first value that is a number alone."""
    _, colon, value = text.partition(":")
    if not colon or log.toc or log.tracks:
        return
    if log.drive is None and "Adapter:" in value:
        log.drive = value.partition("Adapter:")[0].strip()
    elif log.read_offset is None:
        log.read_offset = offset_of(value)


def _outer_line(log: LogDraft, text: str) -> None:
    if (version := _VERSION.match(text)) is not None or (version := _MORITURI.match(text)) is not None:
        log.version = log.version or version[1].rstrip(".")
    elif log.date is None and not log.toc and not log.tracks and (date := date_of(text)) is not None:
        log.date = date
    elif not log.toc and not log.tracks:
        _head_line(log, text)
    elif _NO_ERRORS.search(text):
        log.verdict = log.verdict or Verdict.NO_ERRORS
    elif "there were errors" in text.lower():
        log.verdict = log.verdict or Verdict.ERRORS
    elif "aborted" in text.lower() and log.verdict is None:
        log.verdict = Verdict.ABORTED


def _block_line(text: str, track: TrackDraft) -> None:
    """A line within the block of a track, or of a range of the whole disc."""
    if not text:
        return
    if _BRACKETED.search(text) is not None:
        _answer(text, track)
    elif (crc := _CRC.search(text)) is not None:
        track.read_again(crc_of(crc[1]))
    elif track.peak is None and _PEAK.search(text):
        track.peak = peak_of(text[text.rfind(" ", 0, -2) :])
    elif (error := _error(text)) is not None:
        track.wrong(error)
    elif track.file is None and track.copy_crc is None and (path := _path(text)) is not None:
        track.named(path)
    elif "AccurateRip" in text and "lookup" not in text.lower():
        track.answered(AccurateRip.NOT_KNOWN)


def _path(text: str) -> str | None:
    """The path in a line that names a file: what follows the word for it, or is a full path by its form."""
    worded = _FILE_WORDS.match(text)
    if worded is not None:
        return text[worded.end() :]
    full = _FULL_PATH.search(text)
    return None if full is None else full.group()


def _error(text: str) -> str | None:
    folded = text.lower()
    for words, error in _ERRORS:
        if words in folded:
            return error
    return "unnamed" if _PLACE.search(text) else None


def _is_answer(text: str) -> bool:
    return _BRACKETED.search(text) is not None or "not present in database" in text.lower()


def _answer(text: str, track: TrackDraft) -> None:
    """What AccurateRip answered: one checksum where others had the same, two where they had another one."""
    found = _BRACKETED.findall(text)
    said = _OF_VERSION.search(text)
    version = int(said[1]) if said is not None else 1
    confidence = _CONFIDENCE.search(text)
    if not found:
        track.answered(AccurateRip.NOT_KNOWN)
    elif len(found) == 1 and confidence is not None:
        track.matched(version, crc_of(found[0]), int(confidence[1]))
    else:
        track.checksum(version, crc_of(found[0]))
        track.answered(AccurateRip.DIFFERS)
