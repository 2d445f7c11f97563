"""Logs of CD ripping programs: which program, and what it says to prove itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from archiver.audio.containers.window import Window
from archiver.audio.evidence.observe import observe
from archiver.audio.formats.rip_log_banners import HEAD_BYTES, find_banner
from archiver.audio.formats.text_file import Line
from archiver.model.evidence import Evidence

_EAC_CHECKSUM = re.compile(r"==== Log checksum [0-9A-Fa-f]{64} ====")
_XLD_SIGNATURE = "-----BEGIN XLD SIGNATURE-----"
_WHIPPER_HASH = re.compile(r"^SHA-256 hash: ([0-9A-Fa-f]{64})\s*$")
_ACCURATE = re.compile(r"accurately ripped|Found, exact match", re.IGNORECASE)
_ACCURATE_RIP = re.compile(r"AccurateRip\b", re.IGNORECASE)
_CONFIDENT = re.compile(r"\b(?:confidence|OK)\b", re.IGNORECASE)
_NOT_ACCURATE = re.compile(r"\bnot\b|cannot|no tracks|all tracks", re.IGNORECASE)
_MAX_HASHED = 4 << 20


class LogReader:
    """Gathers what the lines of one log say. Feed it the lines, then ask for :meth:`evidence`.

    Args:
        window: The log, for the checksum that whipper writes over the lines before it.
    """

    __slots__ = ("_accurate", "_accurate_at", "_checks", "_head", "_window")

    def __init__(self, window: Window) -> None:
        self._window = window
        self._head: list[Line] = []
        self._checks: list[Evidence] = []
        self._accurate = 0
        self._accurate_at = ""

    def feed_head(self, line: Line) -> None:
        """Take any line: those at the log's beginning tell whose log it is."""
        if line.offset < HEAD_BYTES:
            self._head.append(line)

    def feed(self, line: Line) -> None:
        """Take one line that may report a check."""
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
        banner = find_banner([line.text for line in self._head])
        if banner is None:
            return
        index, program = banner
        yield observe("rip-log", self._head[index].locator, program)
        yield from self._checks
        if self._accurate:
            yield observe("accuraterip", self._accurate_at, f"{self._accurate} lines report an accurate rip")


def _is_accurate(text: str) -> bool:
    """Whether a line says that AccurateRip knows the track."""
    if _ACCURATE.search(text):
        return True
    named = _ACCURATE_RIP.search(text)
    return named is not None and _CONFIDENT.search(text, named.end()) is not None
