"""Copyright and phonogram lines, kept apart, and recording codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.audio.evidence.fields import Field
from archiver.audio.evidence.observe import observe
from archiver.model.evidence import Evidence

_PHONOGRAM = re.compile(
    r"℗|\(p\)(?=\s{0,9}(?:&|and|\+|,|\(c\)|©)?\s{0,9}(?:\(c\)|©)?\s{0,9}[12][0-9]{3})", re.IGNORECASE
)
_COPYRIGHT = re.compile(r"©|\(c\)", re.IGNORECASE)
_BOTH = re.compile(
    r"(?:℗|\(p\))\s{0,9}(?:&|and|\+|/|,)?\s{0,9}(?:©|\(c\))|(?:©|\(c\))\s{0,9}(?:&|and|\+|/|,)?\s{0,9}(?:℗|\(p\))",
    re.IGNORECASE,
)
_NEXT_MARK = re.compile(r"(?=℗|©|\(c\)\s{0,9}[12]|\(p\)\s{0,9}[12])", re.IGNORECASE)
_ISRC = re.compile(r"(?<![A-Z0-9])([A-Z]{2})-?([A-Z0-9]{3})-?([0-9]{2})-?([0-9]{5})(?![A-Z0-9])")
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
    elif field.name in _DESCRIPTIVE and ("℗" in field.text or "©" in field.text):
        yield from _lines(field, plain="")


def isrcs_in(text: str) -> list[str]:
    """The recording codes in ``text``, without hyphens, each once (ISO 3901:2019)."""
    return list(dict.fromkeys("".join(parts) for parts in _ISRC.findall(text.upper())))


def _lines(field: Field, *, plain: str) -> Iterator[Evidence]:
    """Each line and each part of a line that begins with a mark of its own; ``plain`` is the code for unmarked ones."""
    for line in field.text.split("\n"):
        if _BOTH.search(line):
            yield observe("copyright-line", field.locator, line)
            yield observe("phonogram-line", field.locator, line)
            continue
        for part in _NEXT_MARK.split(line):
            text = part.strip(" ,;/")
            if not text:
                continue
            if _PHONOGRAM.match(text):
                yield observe("phonogram-line", field.locator, text)
            elif plain or _COPYRIGHT.match(text):
                yield observe("copyright-line", field.locator, text)
