"""Logs of CD ripping programs: which program, and what it says to prove itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from archiver.audio.blocks.window import Window
from archiver.audio.evidence.observe import observe
from archiver.audio.evidence.text_file import Line
from archiver.model.evidence import Evidence

BANNER_BYTES = 4096
"""A banner stands this near to the log's beginning."""

_BANNERS = (
    re.compile(r"exact audio copy(?: v\S+(?: (?:pre)?beta \d+)?)?", re.IGNORECASE),
    re.compile(r"x lossless decoder(?: version \S+(?: \([\d.]+\))?)?", re.IGNORECASE),
    re.compile(r"whipper(?: \d[\w.]*)?", re.IGNORECASE),
    re.compile(r"morituri(?: (?:version )?\d[\w.]*)?", re.IGNORECASE),
    re.compile(r"dbpoweramp(?: release \d[\w.]*)?", re.IGNORECASE),
    re.compile(r"cueripper(?: v\d[\w.]*)?", re.IGNORECASE),
    re.compile(r"\beac extraction logfile", re.IGNORECASE),
)
_EAC_CHECKSUM = re.compile(r"==== Log checksum [0-9A-Fa-f]{64} ====")
_XLD_SIGNATURE = "-----BEGIN XLD SIGNATURE-----"
_WHIPPER_HASH = re.compile(r"^SHA-256 hash: ([0-9A-Fa-f]{64})\s*$")
_ACCURATE = re.compile(r"accurately ripped|Found, exact match", re.IGNORECASE)
_ACCURATE_RIP = re.compile(r"AccurateRip\b", re.IGNORECASE)
_CONFIDENT = re.compile(r"\b(?:confidence|OK)\b", re.IGNORECASE)
_NOT_ACCURATE = re.compile(r"\bnot\b|cannot|no tracks|all tracks", re.IGNORECASE)
_MAX_HASHED = 4 << 20


class LogReader:
    """Gathers what the lines of one log say. Feed it every line, then ask for :meth:`evidence`.

    Args:
        window: The log, for the checksum that whipper writes over the lines before it.
    """

    __slots__ = ("_accurate", "_accurate_at", "_banner", "_checks", "_window")

    def __init__(self, window: Window) -> None:
        self._window = window
        self._banner: Evidence | None = None
        self._checks: list[Evidence] = []
        self._accurate = 0
        self._accurate_at = ""

    def feed(self, line: Line) -> None:
        """Take one line."""
        if self._banner is None and line.offset < BANNER_BYTES:
            for banner in _BANNERS:
                match = banner.search(line.text)
                if match is not None:
                    self._banner = observe("rip-log", line.locator, match.group())
                    break
        if _is_accurate(line.text) and not _NOT_ACCURATE.search(line.text):
            self._accurate += 1
            self._accurate_at = self._accurate_at or line.locator
        self._check(line)

    def _check(self, line: Line) -> None:
        if _EAC_CHECKSUM.search(line.text):
            self._checks.append(observe("rip-log-checksum", line.locator, "EAC log checksum present"))
        elif line.text.strip() == _XLD_SIGNATURE:
            self._checks.append(observe("rip-log-checksum", line.locator, "XLD signature present"))
        elif match := _WHIPPER_HASH.match(line.text):
            held = 0 < line.offset <= _MAX_HASHED
            before = self._window.read(0, line.offset - 1) if held else b""
            same = hashlib.sha256(before).hexdigest() == match.group(1).lower()
            verdict = "matches the lines before it" if same else "does not match the lines before it"
            self._checks.append(observe("rip-log-checksum", line.locator, f"whipper SHA-256 {verdict}"))

    def evidence(self) -> Iterator[Evidence]:
        """What was found; nothing where no program's banner was seen."""
        if self._banner is None:
            return
        yield self._banner
        yield from self._checks
        if self._accurate:
            yield observe("accuraterip", self._accurate_at, f"{self._accurate} lines report an accurate rip")


def _is_accurate(text: str) -> bool:
    """Whether a line says that AccurateRip knows the track."""
    if _ACCURATE.search(text):
        return True
    named = _ACCURATE_RIP.search(text)
    return named is not None and _CONFIDENT.search(text, named.end()) is not None
