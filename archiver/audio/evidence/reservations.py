"""Reservations against machines in plain words, in English, German and French.

A clause reserves where a use by machines and a denial stand in it together, and the denial is of that use. Clauses
end at a full stop, a semicolon or a line's end; nothing is read across them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

_CLAUSE_END = re.compile(r"[.!?](?=\s|$)|[;\n]")
_MINING = re.compile(
    r"\bdata[ -]?mining\b|\bfouille de (?:textes?|données)|(?-i:\bTDM\b)|§ ?44b\b|\b2019/790\b|\bmachine[ -]learning\b"
    r"|\bmaschinelle[sn]? lernen|\bapprentissage (?:automatique|machine)\b",
    re.IGNORECASE,
)
_MODELS = re.compile(
    r"(?-i:\b(?:AI|KI|IA)\b)|\bai(?=[ -]train)|\bartificial intelligence|\bkünstliche[nr]? intelligenz"
    r"|\bintelligences? artificielles?|\bgenerative models?|\blanguage models?|\bllms?\b|\bneural networks?",
    re.IGNORECASE,
)
_TRAINING = re.compile(r"\btrain(?:ing|ieren|iert|ings)?\b|\bentra[iî]n(?:er|ement|ements)\b", re.IGNORECASE)
_DENIED = re.compile(
    r"\breserv(?:e|es|ed|ing|ation|ations)\b|\bprohibit(?:s|ed|ion)?\b|\bforbid(?:s|den)?\b|\bdisallow(?:s|ed)?\b"
    r"|\bnot (?:be )?(?:expressly )?(?:allowed|permitted|authori[sz]ed|licensed|granted)\b|\bopt(?:ed|ing|s)?[ -]?out\b"
    r"|\bexcluded\b|\b(?:nutzungs)?vorbehalt(?:en|e)?\b|\buntersagt\b|\bverboten\b|\bnicht (?:gestattet|erlaubt|zulässig)\b"
    r"|\binterdi(?:te?s?|re|ction)\b|\bréservée?s?\b|\b(?:pas|non) (?:autorisée?s?|permise?s?)\b|\brefusée?s?\b"
    r"|\bonly (?:allowed |permitted )?(?:with|by|after|upon)\b|\bunless\b|\bnur mit\b|\bseulement avec\b",
    re.IGNORECASE,
)
_NOT_TO = re.compile(
    r"\b(?:no|never|kein\w{0,2}|nicht (?:für|zum|zur|zu)|(?:darf|dürfen) nicht|ne pas|pas d['’e])(?!\w)"  # noqa: RUF001
    r"|\bnot (?:for|to be|be)\b|\b(?:may|must|shall|should|do|does|will|can|is|are) ?not\b|\bdon['’]t\b",  # noqa: RUF001
    re.IGNORECASE,
)
_ALLOWED = re.compile(
    r"\b(?:welcome|allowed|permitted|erlaubt|gestattet|autorisée?s?|permise?s?|okay|ok|fine)\b", re.IGNORECASE
)
_CONDITION = re.compile(r"\b(?:only|unless|nowhere|nur|seulement|sauf)\b", re.IGNORECASE)
_NEGATION_AT_END = re.compile(
    r"(?:\bnot|\bnicht|\bpas|\bnon|n['’]t|\bno)(?: be)?(?: expressly)? $",  # noqa: RUF001
    re.IGNORECASE,
)
_FREE_TO_AT_END = re.compile(
    r"\b(?:you may|may be used to|free to|welcome to|can be used to) $", re.IGNORECASE
)
_NOTHING_RESERVED = re.compile(
    r"\b(?:no|not|never|without|keine?n?|ohne|nicht|aucune?|sans|pas) (?:any |a |further |way )?(?:reserv\w{1,6}"
    r"|rights? reserved|restrict\w{1,6}|objections?|prohibit\w{0,4}|forbidden|opted[ -]?out|vorbehalte?n?|beschränkung\w{0,2}"
    r"|untersagt|verboten|réserv\w{1,3}|interdite?s?)\b|\breserv(?:e|es|ed|ing) (?:no|nothing|none)\b"
    r"|\breserv(?:ations?|ed)\s{0,3}[:=]\s{0,3}(?:0|no|none|false)\b",
    re.IGNORECASE,
)
_MADE_BY = re.compile(
    r"\b(?:made|created|generated|produced|composed|written|mastered|erstellt|generiert|gemacht|créée?s?|faite?s?)"
    r" (?:with|by|using|mit|durch|avec|par) (?:the |any |help of |training )?(?:\w{1,20}[ -]){0,2}"
    r"(?:ai|ki|ia|machine[ -]learning|artificial intelligence|llms?)\b",
    re.IGNORECASE,
)
_BESIDE, _FOLLOWING, _NEAR, _LEADING = 60, 40, 160, 60


def reserves_in_words(text: str) -> bool:
    """Whether ``text`` reserves text and data mining, or training, or forbids it."""
    if _MINING.search(text) is None and (_MODELS.search(text) is None or _TRAINING.search(text) is None):
        return False
    return any(_reserves(clause) for clause in _CLAUSE_END.split(text))


def _reserves(clause: str) -> bool:
    clause = _NOTHING_RESERVED.sub("-", _MADE_BY.sub("-", clause))
    denied = [match.start() for match in _DENIED.finditer(clause)]
    forbidden = [match.start() for match in _NOT_TO.finditer(clause)]
    if not denied and not forbidden:
        return False
    allowed = [
        match.start()
        for match in _ALLOWED.finditer(clause)
        if not _NEGATION_AT_END.search(clause[max(0, match.start() - 24) : match.start()])
    ]
    unconditional = _CONDITION.search(clause) is None
    for start, end in _uses(clause):
        first_allowed = _first(allowed, end)
        first_denied = _first(denied, end)
        is_allowed = first_allowed < min(end + _FOLLOWING, first_denied) or _is_offered(clause, start)
        if is_allowed and unconditional:
            continue
        if first_denied <= end + _NEAR or _any_in(denied, start - _NEAR, end):
            return True
        if _any_in(forbidden, start - _LEADING, end):
            return True
    return False


def _uses(clause: str) -> Iterator[tuple[int, int]]:
    """Where a use by machines is spoken of: mining by its name, training by its word beside that of a model."""
    for match in _MINING.finditer(clause):
        yield match.span()
    training = [match.span() for match in _TRAINING.finditer(clause)]
    begins = [start for start, _ in training]
    for match in _MODELS.finditer(clause):
        at = bisect_left(begins, match.start())
        for start, end in training[max(0, at - 1) : at + 1]:
            if start - match.end() <= _BESIDE and match.start() - end <= _BESIDE:
                yield min(start, match.start()), max(end, match.end())


def _is_offered(clause: str, start: int) -> bool:
    return _FREE_TO_AT_END.search(clause[max(0, start - 24) : start]) is not None


def _first(places: list[int], start: int) -> int:
    at = bisect_left(places, start)
    return places[at] if at < len(places) else 1 << 60


def _any_in(places: list[int], start: int, end: int) -> bool:
    return _first(places, start) < end
