"""Personal data in text: e-mail addresses, paths that show a user's name, and who ripped a recording."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

WITHHELD = "[personal data withheld]"
"""What stands in records where personal data stood."""

_PROGRAM_ADDRESSES = frozenset(
    {
        # these name a program or a firm in every file it wrote
        "contentgroup@emusic.com",
        "no@email",
        "quodlibet@lists.sacredchao.net",
        "rating@winamp.com",
        "traktor@native-instruments.de",
        "uits-info@umusic.com",
        "uits@7digital.com",
        "users@www.beaglebuddy.com",
    }
)
_NO_DOMAINS = "png jpg jpeg gif bmp tif webp flac mp3 m4a wav ogg opus txt log cue pdf"
_FILE_SUFFIXES = frozenset(_NO_DOMAINS.split())
_EMAIL = re.compile(
    r"[^\W_][\w.!#$&'*+/=?^`{|}~-]{0,63}(?:@|%40|\uff20)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}(?:xn--[a-z0-9-]{2,59}|[^\W\d_]{2,24})\b",
    re.IGNORECASE,
)
_CUT_EMAIL = re.compile(r"[^\W_][\w.+%-]{0,63}@[\w.-]{0,63}$")
_NAME = r"(?P<name>[^/\\\r\n\"'<>|:*?]{1,64}?)(?=[/\\\r\n\"'<>|:*?]|$)"
_HOME = re.compile(
    r"(?:(?<!\w)(?:/home/|/Users/|/run/media/|\\Users\\)"
    r"|file:/{0,3}(?:localhost)?/(?:home|Users)/"
    r"|(?<!\w)(?i:[a-z]:[\\/]+(?:users|documents and settings|benutzer|utilisateurs|usuarios"
    r"|dokumente und einstellungen)[\\/]+))" + _NAME
)
_NOBODY = frozenset({"public", "shared", "default", "all users", "default user", "guest"})
_RIPPED_BY = re.compile(
    r"\b(?:(?:ripped|rip(?= ))(?:\s*(?:&|and)\s*\w+)?\s+by\b|ripper\s*:)\s*:?\s*[\[(]?(?P<name>[^\s:\[\]()][^\r\n;|,()\[\]]{0,79})",
    re.IGNORECASE,
)
_SOFTWARE = re.compile(
    r"^(?:the\s+)?(?:exact ?audio ?copy|eac\b|x lossless|xld|whipper|morituri|db ?poweramp|cueripper|itunes|cdex|"
    r"audiograbber|foobar|fre:?ac|lame\b|abcde|sound ?juicer|rubyripper|max\b|windows media|media ?monkey|nero\b|"
    r"wavelab|winamp|real(?:player|jukebox)|musicmatch|grip\b|k3b|asunder|cuetools|secure|burst|track|n/?a\b|none)",
    re.IGNORECASE,
)
_HINTS = (
    # every pattern above needs one of these; looking for them first spares most texts the patterns
    *("@", "%40", "\uff20", "/home/", "users", "/run/media/", "documents and", "benutzer", "dokumente und"),
    *("utilisateurs", "usuarios", "ripped", "ripper", "rip "),
)


@dataclass(frozen=True, slots=True)
class PersonalSpan:
    """A stretch of a text that identifies a person.

    Attributes:
        code: The evidence code: ``email-address``, ``home-path`` or ``ripped-by``.
        start: Index of its first character.
        end: Index after its last.
    """

    code: str
    start: int
    end: int


def may_hold_personal_data(text: str) -> bool:
    """A quick look; ``False`` is certain."""
    folded = text.lower()
    return any(hint in folded for hint in _HINTS)


def personal_spans(text: str) -> list[PersonalSpan]:
    """Where personal data stands in ``text``, in order, without overlaps."""
    if not may_hold_personal_data(text):
        return []
    found = sorted(_candidates(text), key=lambda span: (span.start, -span.end))
    spans: list[PersonalSpan] = []
    for span in found:
        if not spans or span.start >= spans[-1].end:
            spans.append(span)
    return spans


def _candidates(text: str) -> Iterator[PersonalSpan]:
    for match in _EMAIL.finditer(text):
        address = match.group().casefold()
        suffix = address.rpartition(".")[2]
        if suffix not in _FILE_SUFFIXES and address not in _PROGRAM_ADDRESSES:
            yield PersonalSpan("email-address", match.start(), match.end())
    for match in _HOME.finditer(text):
        if match["name"].strip().casefold() not in _NOBODY:
            yield PersonalSpan("home-path", match.start("name"), match.end("name"))
    for match in _RIPPED_BY.finditer(text):
        if _SOFTWARE.match(match["name"]) is None and match["name"] != WITHHELD.strip("[]"):
            yield PersonalSpan("ripped-by", match.start("name"), match.end("name"))


def cut_address(text: str) -> PersonalSpan | None:
    """An e-mail address that a field of fixed size cut short at its end, as ID3v1 does."""
    match = _CUT_EMAIL.search(text)
    return None if match is None else PersonalSpan("email-address", match.start(), match.end())


def without(text: str, spans: list[PersonalSpan]) -> str:
    """``text`` with :data:`WITHHELD` in the place of each span."""
    if not spans:
        return text
    kept, at = [], 0
    for span in spans:
        kept.append(text[at : span.start])
        at = span.end
    return WITHHELD.join([*kept, text[at:]])


def withheld(text: str) -> str:
    """``text`` with every personal span taken out."""
    return without(text, personal_spans(text))


def is_program_name(text: str) -> bool:
    """Whether a "ripped by" or RIPPER text names a ripping program rather than a person."""
    return not text.strip() or _SOFTWARE.match(text.strip()) is not None
