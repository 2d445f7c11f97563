"""The way in: everything in a text that identifies a person."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from archiver.personal import addresses, markup, numbers, paths, phrases
from archiver.personal.spans import PersonalSpan, merged, without

_KINDS: tuple[tuple[tuple[str, ...], Callable[[str, str], Iterator[PersonalSpan]]], ...] = (
    (addresses.HINTS, addresses.mail_addresses),
    (paths.HINTS, paths.home_paths),
    (phrases.HINTS, phrases.names_in_phrases),
    (markup.HINTS, markup.values_in_markup),
    (numbers.TELEPHONE_HINTS, numbers.telephone_numbers),
    (numbers.ORDER_HINTS, numbers.order_numbers),
    (numbers.STREET_HINTS, numbers.postal_addresses),
)
HINTS: tuple[str, ...] = tuple(dict.fromkeys(hint for hints, _ in _KINDS for hint in hints))
"""A text with none of these, in small letters, holds no personal data that can be known by its form."""

_UNSEEN = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


def may_hold_personal_data(text: str) -> bool:
    """A quick look; ``False`` is certain."""
    folded = _folded(text)
    return any(hint in folded for hint in HINTS) or may_hold_more(text)


def may_hold_more(text: str) -> bool:
    """Whether ``text`` may hold what none of :data:`HINTS` tells: an account number, or what unseen characters part."""
    return numbers.may_hold_account(text) or (not text.isascii() and _UNSEEN.search(text) is not None)


def personal_spans(text: str) -> list[PersonalSpan]:
    """Where personal data stands in ``text``, in order, without overlaps; time in proportion to its length."""
    if not text.isascii() and _UNSEEN.search(text) is not None:
        return _beneath_unseen(text)
    return merged(_spans(text))


def withheld(text: str) -> str:
    """``text`` with every personal span taken out."""
    return without(text, personal_spans(text))


def _spans(text: str) -> Iterator[PersonalSpan]:
    folded = _folded(text)
    for hints, find in _KINDS:
        if any(hint in folded for hint in hints):
            yield from find(text, folded)
    if numbers.may_hold_account(text):
        yield from numbers.bank_accounts(text)


def _beneath_unseen(text: str) -> list[PersonalSpan]:
    """The spans of a text with characters in it that no reader sees, such as a zero-width space in an address."""
    places = [at for at, char in enumerate(text) if _UNSEEN.match(char) is None]
    seen = "".join(text[at] for at in places)
    return [
        PersonalSpan(span.code, places[span.start], places[span.end - 1] + 1, span.sure)
        for span in merged(_spans(seen))
    ]


def _folded(text: str) -> str:
    """In small letters, of the same length."""
    folded = text.lower()
    if len(folded) == len(text):
        return folded
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)
