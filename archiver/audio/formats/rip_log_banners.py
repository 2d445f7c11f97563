"""The banners of CD ripping programs, by which a log is known: one list for a file's role and for its evidence.

A banner opens a log. The same words further down, or within a sentence, are somebody talking about the program.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from archiver.audio.containers.window import Window
from archiver.audio.formats.text_file import lines_of, text_encoding

HEAD_BYTES = 4096
"""A banner stands this near to the log's beginning."""

_HEAD_LINES = 5
_DRIVE_LINES = 12
_BANNERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"exact audio copy v\d\S*(?: (?:pre)?beta ?\d*)?",
        r"x lossless decoder version \S+(?: \([\d.]+\))?",
        r"xld extraction logfile from",
        r"log created by: (?P<name>whipper(?: \S+)?)",
        r"log(?:file)? created by: (?P<name>morituri(?: (?:version )?\S+)?)",
        r"(?P<name>dbpoweramp release \S+) digital audio extraction log",
        r"cueripper v\d\S*",
        r"\[(?P<name>cuetools log);",
        r"this log is created by (?P<name>rubyripper(?:, version \S+)?)",
        r"rubyripper(?: version)? \d\S*(?= |$)",
        r"(?P<name>fre:ac(?: v\S+)?) - ripping log",
        r"client:\s{1,9}(?P<name>fre:ac) - free audio converter$",
        r"(?P<name>bonkenc(?: v\S+)?) - ripping log",
        r"cyanrip \S+(?: \S+)? \([^()]*\)$",
        r"cdparanoia iii release \S+",
        r"(?P<name>executing customizable pre-read function)\.\.\. ?(?:done\.)?$",
        r"(?P<name>ez cd audio converter(?: v?\d\S{0,20})?)(?: .{0,99})?\blog\b",
    )
)
_EAC_FIRST_LINES = (
    r"eac extraction logfile from",
    r"eac auslese-logdatei vom",
    r"journal d'extraction eac depuis",
    r"archivo log de extracciones desde",
    r"file di log eac per l'estrazione del",
    r"eac uitlezen log bestand van",
    r"sprawozdanie ze zgrywania programem eac z",
    r"eac extraheringsloggfil från",
    r"protokol extrakce eac z",
    r"eac log súbor extrakcie z",
    r"eac-ov fajl dnevnika ekstrakcije iz",
    r"отч[её]т eac об извлечении, выполненном",  # noqa: RUF001 - Russian
    r"отчет на eac за извличане, извършено на",
)
"""The first line of Exact Audio Copy before its version 0.99, in languages that it speaks."""

_EAC = re.compile("|".join(_EAC_FIRST_LINES), re.IGNORECASE)
_EAC_ANY = re.compile(
    r"(?=.*(?<![A-Za-z])EAC(?![A-Za-z]))(?=.*(?<!\d)\d{4}(?!\d).*(?<!\d)\d{1,2}:\d\d(?!\d))"
)
_EAC_DRIVE = re.compile(r":\s.{0,100}\bAdapter: ?\d{1,4}\s{1,20}ID: ?\d{1,4}\s{0,20}$")


def find_banner(lines: Sequence[str]) -> tuple[int, str] | None:
    """The index of the banner among a file's first lines, and the program and version that it names.

    Args:
        lines: The lines of the first :data:`HEAD_BYTES`, without line ends.
    """
    filled = [(index, line.strip().lstrip("\ufeff")) for index, line in enumerate(lines) if line.strip()]
    for index, line in filled[:_HEAD_LINES]:
        for banner in _BANNERS:
            match = banner.match(line)
            if match is not None:
                return index, match.groupdict().get("name") or match.group()
    if filled and (_EAC.match(filled[0][1]) or _is_eac_of_any_language(filled)):
        return filled[0][0], "EAC extraction logfile"
    return None


def _is_eac_of_any_language(filled: Sequence[tuple[int, str]]) -> bool:
    """Whether the first line names EAC and a moment, and a line soon after has the drive as EAC writes it everywhere."""
    return _EAC_ANY.match(filled[0][1]) is not None and any(
        _EAC_DRIVE.search(line) for _, line in filled[:_DRIVE_LINES]
    )


def is_rip_log(head: bytes) -> bool:
    """Whether the first bytes of a file are those of a CD ripper's log, in whatever encoding it was written."""
    head = head[:HEAD_BYTES]
    window = Window(io.BytesIO(head), len(head))
    encoding = text_encoding(window)
    if encoding is None:
        return False
    return find_banner([line.text for line in lines_of(window, *encoding)]) is not None
