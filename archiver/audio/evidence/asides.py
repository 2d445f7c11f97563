"""Words beside a find that take it back: what is denied, past, excepted, guessed, or said of something else."""

from __future__ import annotations

import re

REACH = 40
"""Characters before and after a find in which such a word counts, within its sentence."""

_LONGEST_ASIDE = 24
_SENTENCE_END = re.compile(r"[.!?](?=\s)|[;\n]")
_SENTENCE_GOES_ON = re.compile(r"[.!](?=\s|$)|[;\n]")
_TAKES_BACK = re.compile(
    r"\b(?:not(?! (?:for|of) (?:commercial|profit))|no(?!t|n)(?! (?:commercial|deriv|warrant|modif|changes|additional|"
    r"rights? reserved))|never|nor|neither|cannot|formerly|previously|once|except|excepting|exclud\w{1,4}|unlike|instead of|"
    r"other than|all rights reserved|nicht|kein\w{0,2}|au(?:ß|ss)er|fr(?:ü|ue)her|pas|jamais|sauf)\b|n['’]t\b",  # noqa: RUF001
    re.IGNORECASE,
)
_GUESSED = re.compile(
    r"\b(?:seem(?:s|ed|ingly)?|apparently|presumably|probably|possibly|perhaps|maybe|supposedly|reportedly|unsure|unclear|"
    r"unconfirmed|vermutlich|wahrscheinlich|anscheinend|angeblich|vielleicht|peut-être|probablement)\b",
    re.IGNORECASE,
)
_ASKED = re.compile(r"[\w /]{0,20}\(?\?(?!\w)")
_OF_ANOTHER = re.compile(
    r"\b(?:contains?|includes?|(?:uses?|using|with|has) (?:a |some |the )?samples?|samples?:|samples? (?:from|of|under)|"
    r"remix of|based on|cover of|sampled)\b|\bsamples?:",
    re.IGNORECASE,
)


def taken_back(text: str, start: int, end: int) -> bool:
    """Whether words close to ``text[start:end]`` say that it does not hold, or not of the whole."""
    begin = max(0, start - REACH)
    while 0 < begin < start and text[begin - 1].isalnum():
        begin += 1  # a word that the reach cuts is none
    before = _SENTENCE_END.split(text[begin:start])[-1]
    if any(words.search(before) for words in (_TAKES_BACK, _GUESSED, _OF_ANOTHER)) or _ASKED.match(text, end):
        return True
    after = _SENTENCE_GOES_ON.split(text[end : end + REACH + _LONGEST_ASIDE], maxsplit=1)[0]
    found = (words.search(after) for words in (_TAKES_BACK, _GUESSED))
    return any(match is not None and match.start() < REACH for match in found)
