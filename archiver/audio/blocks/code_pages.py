"""The code pages that a RIFF character set chunk (CSET) names, by Python's names for them."""

from __future__ import annotations

import codecs

_NAMED = {
    1200: "utf-16-le",
    1201: "utf-16-be",
    10000: "mac-roman",
    20127: "ascii",
    20866: "koi8-r",
    20932: "euc-jp",
    21866: "koi8-u",
    28591: "latin-1",
    51949: "euc-kr",
    54936: "gb18030",
    65001: "utf-8",
}
_LATIN = range(28592, 28607)
_NUMBERED = range(37, 1362)


def codec_of(code_page: int) -> str | None:
    """Python's name for a Windows code page; ``None`` for 0, which states none, and for one that it lacks."""
    if code_page in _NAMED:
        return _NAMED[code_page]
    if code_page in _LATIN:
        return _known(f"iso8859-{code_page - 28590}")
    return _known(f"cp{code_page}") if code_page in _NUMBERED else None


def _known(name: str) -> str | None:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None
