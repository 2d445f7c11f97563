"""Folds text into words that SQLite only has to split at blanks, so that people find it however they write it.

The catalogue's words and a person's query are folded by the same functions. What is folded holds letters, digits, marks
and blanks alone, in small letters, so that nothing in it can be an operator of a full-text query.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

FOLD_VERSION = f"1 {unicodedata.unidata_version}"
"""Changes when the same text may be folded otherwise: the catalogue's words must then be made anew."""

_MARKS = (
    (0x0300, 0x036F),  # Latin, Greek, and whatever else they are put on
    (0x0483, 0x0489),  # Cyrillic
    (0x0591, 0x05BD),  # Hebrew
    (0x05BF, 0x05BF),
    (0x05C1, 0x05C2),
    (0x05C4, 0x05C5),
    (0x05C7, 0x05C7),
    (0x0610, 0x061A),  # Arabic
    (0x0640, 0x0640),  # tatweel, which only draws a word out
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06DC),
    (0x06DF, 0x06E4),
    (0x06E7, 0x06E8),
    (0x06EA, 0x06ED),
    (0x0898, 0x089F),
    (0x08CA, 0x08FF),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0x2DE0, 0x2DFF),  # Cyrillic letters written above others
    (0xA66F, 0xA67F),
    (0xFE00, 0xFE0F),  # which of several shapes is meant
    (0xFE20, 0xFE2F),
    (0xE0100, 0xE01EF),
)
"""Marks that people leave out when they type; those of Indic scripts and of Thai are vowels, and stay."""

_IOTA_BELOW = "\u0345"
"""A mark as well, which ``casefold`` would make a letter."""

_APOSTROPHES = "'`\u00b4\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u2018\u2019\u201b\u2032\u05f3\ua78b\ua78c"

_SPECIAL = {
    "\u00e6": "ae",
    "\u00f0": "d",
    "\u00f8": "o",
    "\u00fe": "th",
    "\u0111": "d",
    "\u0127": "h",
    "\u0131": "i",
    "\u0138": "k",
    "\u0142": "l",
    "\u014b": "n",
    "\u0153": "oe",
    "\u0167": "t",
    "\u0180": "b",
    "\u0259": "e",
    "\u0629": "\u0647",  # Arabic letters that look alike at the end of a word, or differ by keyboard
    "\u0649": "\u064a",
    "\u06a9": "\u0643",
    "\u06c1": "\u0647",
    "\u06cc": "\u064a",
}
"""Letters that no decomposition takes apart, as people without them on their keyboard write them."""

_UNSPACED = (
    r"[\u0e01-\u0e5b\u0e81-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3041-\u318f"
    r"\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uaa60-\uaa7f\uac00-\ud7ff\uf900-\ufaff"
    r"\U00020000-\U000323af]"
)
"""Thai, Lao, Burmese, Khmer, kana, bopomofo, Hangul, Han: where one word ends the writing does not say."""

_HAS_UNSPACED = re.compile(_UNSPACED)
_RUN = re.compile(rf"({_UNSPACED}+)")
_SIGN = "-"
"""Stands for any one character that is no part of a word and no blank."""

_SHORT = re.compile(rf"(?:^| ){_SIGN}*([^ {_SIGN}]{{1,3}}(?:{_SIGN}[^ {_SIGN}]{{1,3}})+)(?={_SIGN}*(?: |$))")
"""Short pieces with one sign between each two, between blanks: ``ac/dc``, ``r.e.m.``, ``a-ha``."""


class _Characters(dict[int, str]):
    """What becomes of each character, worked out when it is first met."""

    def __missing__(self, point: int) -> str:
        became = _character(chr(point))
        self[point] = became
        return became


def _character(character: str) -> str:
    point = ord(character)
    category = unicodedata.category(character)
    if category == "Cf" or character in _APOSTROPHES or any(low <= point <= high for low, high in _MARKS):
        return ""
    if character in _SPECIAL:
        return _SPECIAL[character]
    if category[0] in "LNM":
        return character
    return " " if category[0] in "ZC" else _SIGN


_CHARACTERS = _Characters()


def fold(text: str) -> str:
    """Return the words by which ``text`` is found, with blanks between; empty where it has none.

    Capitals, accents, ligatures, full-width forms and apostrophes make no difference. ``AC/DC`` gives ``ac dc acdc``.
    Of writing without blanks every two neighbours are a word, and the last character: so a query's own pairs find it
    anywhere within.
    """
    return " ".join(_words(_plain(text)))


def ways_to_find(text: str) -> tuple[tuple[str, ...], ...]:
    """Return sets of words of which every word of at least one must be there, for what a person wrote as one word.

    ``ac/dc`` may stand as two words or as one. Empty where nothing in it can be looked for.
    """
    plain = _plain(text)
    apart = tuple(dict.fromkeys(_asked(plain.replace(_SIGN, " "))))
    if not apart:
        return ()
    short = _SHORT.fullmatch(plain.strip(f"{_SIGN} "))
    if short is None or not _is_name(short[1]):
        return (apart,)
    return (apart, tuple(dict.fromkeys(_asked(short[1].replace(_SIGN, "")))))


def is_unspaced(word: str) -> bool:
    """Whether a folded word is of a script that writes words without blanks."""
    return _HAS_UNSPACED.match(word) is not None


def in_order(text: str) -> str:
    """Return the words of ``text`` as they follow one another, with blanks between, for :func:`stands_in`."""
    return " ".join(_plain(text).replace(_SIGN, " ").split())


def stands_in(phrase: str, text: str) -> bool:
    """Whether a phrase stands in a text word by word, both as :func:`in_order` returns them."""
    at = text.find(phrase)
    while at >= 0:
        end = at + len(phrase)
        if _parts(text[at - 1 : at], phrase[:1]) and _parts(text[end : end + 1], phrase[-1:]):
            return True
        at = text.find(phrase, at + 1)
    return False


def _parts(beside: str, edge: str) -> bool:
    """Whether one word ends and another begins between two characters."""
    return beside in ("", " ") or is_unspaced(beside) or is_unspaced(edge)


def _plain(text: str) -> str:
    """Small letters, digits, kept marks, blanks and :data:`_SIGN`."""
    if text.isascii():
        return text.lower().translate(_CHARACTERS)
    apart = unicodedata.normalize("NFKD", text).replace(_IOTA_BELOW, "")
    plain = unicodedata.normalize("NFKD", apart.casefold()).translate(_CHARACTERS)
    if plain.isascii():
        return plain
    # kana and syllables of Hangul are put together again; what stands for several letters was taken apart before
    return unicodedata.normalize("NFC", plain)


def _words(plain: str) -> Iterator[str]:
    split = plain.replace(_SIGN, " ").split() if _SIGN in plain else plain.split()
    if plain.isascii():
        yield from split
    else:
        for word in split:
            yield from _pairs(word) if _HAS_UNSPACED.search(word) else (word,)
    if _SIGN in plain:
        for short in _SHORT.finditer(plain):
            if _is_name(short[1]):
                yield from _pairs(short[1].replace(_SIGN, ""))


def _pairs(word: str) -> Iterator[str]:
    for piece in _RUN.split(word):
        if piece and is_unspaced(piece):
            yield from (piece[at : at + 2] for at in range(len(piece)))
        elif piece:
            yield piece


def _asked(plain: str) -> Iterator[str]:
    """The words of a query: as :func:`_words`, but that the last character of a run was in its last pair already."""
    for word in plain.split():
        for piece in _RUN.split(word):
            if piece and is_unspaced(piece) and len(piece) > 1:
                yield from (piece[at : at + 2] for at in range(len(piece) - 1))
            elif piece:
                yield piece


def _is_name(pieces: str) -> bool:
    """Whether there are letters among short pieces, which are the numbers of a date or a track otherwise."""
    return not pieces.replace(_SIGN, "").isdecimal()
