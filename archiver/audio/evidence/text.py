"""The way in for files that are text: logs, playlists, cue sheets, checksum lists and notes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from archiver.audio.containers.window import Window
from archiver.audio.evidence.claims import isrcs_in
from archiver.audio.evidence.find import limited
from archiver.audio.evidence.licences import claims_in
from archiver.audio.evidence.notices import reservations
from archiver.audio.evidence.observe import observe
from archiver.audio.evidence.rip_logs import LogReader
from archiver.audio.evidence.terms import terms_in
from archiver.audio.formats.text_file import MAX_BYTES, Line, lines_of, text_encoding
from archiver.model.audio import Role
from archiver.model.evidence import Evidence
from archiver.personal.find import PersonalSearch

_READ = frozenset(Role) - {Role.AUDIO, Role.ARTWORK}
_LICENCE_HINT = re.compile(
    r"licen[cs]e|creative ?commons|\bcc[ -]?(?:by|0)\b|all rights reserved|public domain|\bby-(?:nc|nd|sa)\b",
    re.IGNORECASE,
)
_CUE_DISC_ID = re.compile(r"^\s*REM\s+DISCID\s+\"?([0-9A-Fa-f]{8})", re.IGNORECASE)
_CUE_ISRC = re.compile(r"^\s{0,99}ISRC\s{1,99}(\S.{0,40})", re.IGNORECASE)
_ITUNES_KIND = re.compile(
    r"<key>Kind</key><string>(Purchased|Matched|Protected|Apple Music)([^<]{0,60})</string>"
    r"|<key>(Track Type)</key><string>Remote</string>"
)
_KIND_WORDS = frozenset(
    [
        "aac",
        "aax",
        "alac",
        "apple",
        "audio",
        "book",
        "file",
        "hd",
        "lossless",
        "mpeg",
        "mpeg-4",
        "movie",
        "music",
        "ringtone",
        "stream",
        "video",
    ]
)
"""Words that iTunes itself writes in the kind of a file; any other may be somebody's name."""

_MAX_CLAIMS = 200
_HINTS = (
    # a line with none of these, in small letters, tells nothing of origin or licence; most lines have none
    *(
        "rip",
        "licen",
        "creative",
        "cc",
        "all rights",
        "isrc",
        "discid",
        "<key>",
        "checksum",
        "sha-256",
        "audio copy",
        "public domain",
        "by-n",
        "by-sa",
    ),
    *("trade only", "free trade", "buy", "sell", "sale", "to be sold", "verkauf", "tausch"),
    *("xld", "exact match"),
)
_PIECE, _LONGEST_HINT = 1 << 20, 64


def find_text_evidence(window: Window, role: Role, path: str = "") -> tuple[Evidence, ...]:
    """What a text file says of origin, licence or a person, by line.

    UTF-8, UTF-16, cp1252 and cp1251 are read, up to
    :data:`archiver.audio.formats.text_file.MAX_BYTES`. What is no text yields nothing.

    Args:
        window: The file.
        role: What the file is for; audio and artwork are not looked at.
        path: Its path; its name says whether it is there to state rights.

    Raises:
        OSError: where the disk fails.
    """
    encoding = text_encoding(window) if role in _READ and window.size else None
    if encoding is None:
        return ()
    log, kinds = LogReader(window), Counter[str]()
    claims: list[Evidence] = []
    personal: list[Evidence] = []
    hints, search = _present(window, *encoding)
    for line in lines_of(window, *encoding):
        log.feed_head(line)
        folded = line.text.lower()
        if any(hint in folded for hint in hints):
            log.feed(line)
            if len(claims) < _MAX_CLAIMS:
                claims.extend(_claims(line, role))
            kinds.update(_itunes_kinds(line.text))
        if search:
            codes = dict.fromkeys(span.code for span in search.spans(line.text))
            personal.extend(observe(code, line.locator) for code in codes)
    library = (observe("itunes-library", "Kind", f"{kind}: {count}") for kind, count in sorted(kinds.items()))
    reserved = reservations(window, lines_of(window, *encoding), path)
    return limited((*log.evidence(), *dict.fromkeys(claims), *reserved, *library, *personal))


def _present(window: Window, codec: str, start: int) -> tuple[tuple[str, ...], PersonalSearch]:
    """What a line must have in it to tell something, as far as the file has it at all; and the same of persons."""
    telling, search = set[str](), PersonalSearch()
    end = min(window.size, start + MAX_BYTES)
    for at in range(start, end, _PIECE):
        text = window.read(at, min(_PIECE + _LONGEST_HINT * 4, end - at)).decode(codec, "replace")
        folded = text.lower()
        telling.update(hint for hint in _HINTS if hint in folded)
        search.take_in(text)
    return tuple(telling), search


def _itunes_kinds(text: str) -> Iterator[str]:
    for bought, words, other in _ITUNES_KIND.findall(text):
        if other:
            yield f"{other}: Remote"
        else:
            yield bought + (words if _KIND_WORDS.issuperset(words.casefold().split()) else "")


def _claims(line: Line, role: Role) -> Iterator[Evidence]:
    if role is Role.CUE:
        disc = _CUE_DISC_ID.match(line.text)
        if disc is not None:
            yield observe("disc-id", line.locator, disc.group(1).lower())
        code = _CUE_ISRC.match(line.text)
        if code is not None:
            for isrc in isrcs_in(code.group(1)):
                yield observe("isrc", line.locator, isrc)
    elif role in (Role.DOCUMENT, Role.OTHER, Role.SYSTEM) and len(line.text) < 2000:
        if _LICENCE_HINT.search(line.text):
            yield from claims_in(line.text, line.locator, dedicated=False)
        yield from terms_in(line.text, line.locator)
