"""Reservations against machines in files that are there to state them: ``robots.txt``, ``tdmrep.json``, licences, notes.

Only what reserves is taken, since a text beside the music grants nothing. Directives are read in their exact line
form, sentences only in files whose names say that they speak of rights; ``robots.txt`` has directives alone, because
its comments explain what a directive means and not what its writer wants.
"""

from __future__ import annotations

import itertools
import json
import posixpath
import re
from collections.abc import Iterable, Iterator

from archiver.audio.containers.window import Window
from archiver.audio.evidence.machine_use import denied_by_directive, is_directive
from archiver.audio.evidence.observe import observe
from archiver.audio.evidence.reservations import reserves_in_words
from archiver.audio.formats.text_file import Line
from archiver.model.evidence import Evidence

_DIRECTIVES_ONLY = frozenset({"robots.txt", "ai-usage.txt"})
_TDM_REP = "tdmrep.json"
_SPEAKS_OF_RIGHTS = re.compile(
    r"(?:ai|licen[cs]es?|unlicen[cs]e|copying|copyright|rights|notice|terms|legal|read[ _-]?me|lizenz|lies[ _-]?mich)"
    r"(?:[ ._-][^.]{1,40})?(?:\.(?:txt|md|nfo|text))?"
)
_MOST_JSON = 1 << 20
_MOST_RULES = 1_000
_MOST_SENTENCE = 2_000
_MOST_FOUND = 20
_ENDS = (".", "!", "?", ";", ":")


def is_notice(path: str) -> bool:
    """Whether a file is named as one that speaks of rights, with the extension of a plain text or, as ``LICENSE``, with none."""
    name = _name(path)
    return name in _DIRECTIVES_ONLY or name == _TDM_REP or _SPEAKS_OF_RIGHTS.fullmatch(name) is not None


def reservations(window: Window, lines: Iterable[Line], path: str) -> tuple[Evidence, ...]:
    """What one text file reserves against machines; empty where its name does not say that it speaks of rights.

    Args:
        window: The file.
        lines: Its lines.
        path: Its path, of which the name counts.
    """
    if not is_notice(path):
        return ()
    name = _name(path)
    directives_only = name in _DIRECTIVES_ONLY
    found = _tdm_rules(window) if name == _TDM_REP else _stated(lines, prose=not directives_only)
    return tuple(dict.fromkeys(itertools.islice(found, _MOST_FOUND)))


def _name(path: str) -> str:
    return posixpath.basename(path).casefold()


def _tdm_rules(window: Window) -> Iterator[Evidence]:
    """The rules of the TDM Reservation Protocol that reserve; what is no JSON of that form says nothing."""
    if window.size > _MOST_JSON:
        return
    try:
        rules = json.loads(window.read(0, window.size).decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return
    for number, rule in enumerate(rules[:_MOST_RULES] if isinstance(rules, list) else [rules]):
        if isinstance(rule, dict) and rule.get("tdm-reservation") in (1, "1", True):
            yield observe("machine-signal", f"rule {number + 1}", "tdm-reservation=1")


def _stated(lines: Iterable[Line], *, prose: bool) -> Iterator[Evidence]:
    begun: list[Line] = []
    for line in lines:
        denied = denied_by_directive(line.text)
        if denied:
            yield observe("machine-signal", line.locator, denied)
        if not prose:
            continue
        is_prose = not is_directive(line.text)
        if begun and not (is_prose and _goes_on(begun, line)):
            yield from _sentence(begun)
            begun = []
        if is_prose and line.text.strip() and len(line.text) <= _MOST_SENTENCE:
            begun.append(line)
    if begun:
        yield from _sentence(begun)


def _goes_on(begun: list[Line], line: Line) -> bool:
    """Whether a line goes on with a sentence that was broken to fit a width."""
    text, before = line.text.strip(), begun[-1].text.strip()
    length = sum(len(each.text) for each in begun) + len(line.text)
    return bool(text) and text[0].islower() and not before.endswith(_ENDS) and length <= _MOST_SENTENCE


def _sentence(begun: list[Line]) -> Iterator[Evidence]:
    text = " ".join(line.text.strip() for line in begun)
    if reserves_in_words(text):
        yield observe("machine-reservation-text", begun[0].locator, text)
