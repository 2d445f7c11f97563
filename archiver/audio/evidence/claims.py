"""Copyright and phonogram lines, kept apart, and recording codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from archiver.audio.evidence.fields import Field
from archiver.audio.evidence.observe import observe
from archiver.model.evidence import Evidence

_PHONOGRAM = re.compile(
    r"[℗Ⓟ]|\(p\)(?=\s{0,9}(?:&|and|\+|,|\(c\)|©)?\s{0,9}(?:\(c\)|©)?\s{0,9}[12][0-9]{3})", re.IGNORECASE
)
_COPYRIGHT = re.compile(r"[©Ⓒ]|\(c\)", re.IGNORECASE)
_BOTH = re.compile(
    r"(?:[℗Ⓟ]|\(p\))\s{0,9}(?:&|and|\+|/|,)?\s{0,9}(?:[©Ⓒ]|\(c\))|(?:[©Ⓒ]|\(c\))\s{0,9}(?:&|and|\+|/|,)?\s{0,9}(?:[℗Ⓟ]|\(p\))",
    re.IGNORECASE,
)
_MARK = re.compile(r"[℗Ⓟ©Ⓒ]|\(c\)(?=\s{0,9}[12])|\(p\)(?=\s{0,9}[12])", re.IGNORECASE)
_ISRC = re.compile(
    r"(?<![A-Z0-9])(?:ISRC)?([A-Z]{2})[ ‐-]?([A-Z0-9]{3})[ ‐-]?([0-9]{2})[ ‐-]?([0-9]{5})(?![A-Z0-9])"  # noqa: RUF001
)
_SIGNS = re.compile(r"[℗Ⓟ©Ⓒ]")
_DESCRIPTIVE = frozenset({"COMMENT", "COMMENTS", "DESCRIPTION"})


def claim_evidence(field: Field) -> Iterator[Evidence]:
    """What one tag frame says of ©, ℗ and ISRC."""
    if not field.text.strip():
        return
    if field.name in ("ISRC", "XID ", "TSRC"):
        for code in isrcs_in(field.text):
            yield observe("isrc", field.locator, code)
    elif field.name == "PHONOGRAM":
        yield observe("phonogram-line", field.locator, field.text)
    elif field.name == "COPYRIGHT":
        yield from _lines(field, plain="copyright-line")
    elif field.name in _DESCRIPTIVE and (_SIGNS.search(field.text)):
        yield from _lines(field, plain="")


def isrcs_in(text: str) -> list[str]:
    """The recording codes in ``text``, without prefix, hyphens and spaces, each once (ISO 3901:2019)."""
    return list(dict.fromkeys("".join(parts) for parts in _ISRC.findall(text.upper())))


def _lines(field: Field, *, plain: str) -> Iterator[Evidence]:
    """Each line and part of a line that :func:`_notices` tells apart, once."""
    for code, text in dict.fromkeys(_notices(field.text, plain)):
        yield observe(code, field.locator, text)


def _notices(whole: str, plain: str) -> Iterator[tuple[str, str]]:
    """Each line, cut before its second mark and each later one; ``plain`` is the code of a line without a mark.

    What stands before the first mark is the name that it belongs to.
    """
    for line in whole.split("\n"):
        if _BOTH.search(line):
            yield "copyright-line", line
            yield "phonogram-line", line
            continue
        marks = [match.start() for match in _MARK.finditer(line)]
        for start, end in pairwise([0, *marks[1:], len(line)]):
            text = line[start:end].strip(" ,;/")
            if not text:
                continue
            if _PHONOGRAM.search(text):
                yield "phonogram-line", text
            elif plain or _COPYRIGHT.search(text):
                yield "copyright-line", text
