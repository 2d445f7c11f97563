"""The way in: everything in a text that identifies a person."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from archiver.personal import addresses, markup, numbers, paths, phrases
from archiver.personal.spans import PersonalSpan, merged, without
from archiver.personal.words import Hints, starts_of

_Find = Callable[[str, str, frozenset[str]], Iterator[PersonalSpan]]
_KINDS: tuple[tuple[Hints, _Find], ...] = (
    # each kind, and what finds it in a text, the text in small letters, and those of the hints that are there
    (addresses.HINTS, addresses.mail_addresses),
    (paths.HINTS, paths.home_paths),
    (phrases.HINTS, phrases.names_in_phrases),
    (markup.HINTS, markup.values_in_markup),
    (numbers.TELEPHONE_HINTS, numbers.telephone_numbers),
    (numbers.ORDER_HINTS, numbers.order_numbers),
    (numbers.STREET_HINTS, numbers.postal_addresses),
)
_UNSEEN = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


class PersonalSearch:
    """Looks for personal data in the parts of a text, each only for what the whole can hold.

    Args:
        whole: The text; more of it can follow by :meth:`take_in`.
    """

    __slots__ = ("_accounts", "_kinds", "_unseen")

    def __init__(self, whole: str = "") -> None:
        self._kinds: dict[_Find, tuple[str, ...]] = {}
        self._accounts = self._unseen = False
        self.take_in(whole)

    def take_in(self, more: str) -> None:
        """Make ready for the parts of another stretch."""
        folded = _folded(more)
        starts = starts_of(folded)
        for hints, find in _KINDS:
            present = hints.present(folded, starts)
            if present:
                self._kinds[find] = tuple(dict.fromkeys((*self._kinds.get(find, ()), *present)))
        self._accounts = self._accounts or numbers.may_hold_account(more)
        self._unseen = self._unseen or (not more.isascii() and _UNSEEN.search(more) is not None)

    def __bool__(self) -> bool:
        """Whether any part can hold personal data; ``False`` is certain."""
        return self._accounts or self._unseen or bool(self._kinds)

    def spans(self, part: str) -> list[PersonalSpan]:
        """Where personal data stands in ``part``, in order, without overlaps; time in proportion to its length."""
        if self._unseen and _UNSEEN.search(part) is not None:
            return _beneath_unseen(part)
        folded = _folded(part)
        found: list[PersonalSpan] = []
        for find, hints in self._kinds.items():
            present = [hint for hint in hints if hint in folded]
            if present:
                found += find(part, folded, frozenset(present))
        if self._accounts:
            found += numbers.bank_accounts(part)
        return merged(found) if found else found


def personal_spans(text: str) -> list[PersonalSpan]:
    """Where personal data stands in ``text``, in order, without overlaps; time in proportion to its length."""
    search = PersonalSearch(text)
    return search.spans(text) if search else []


def withheld(text: str) -> str:
    """``text`` with every personal span taken out."""
    return without(text, personal_spans(text))


def _beneath_unseen(text: str) -> list[PersonalSpan]:
    """The spans of a text with characters in it that no reader sees, such as a zero-width space in an address."""
    places = [at for at, char in enumerate(text) if _UNSEEN.match(char) is None]
    return [
        PersonalSpan(span.code, places[span.start], places[span.end - 1] + 1, span.sure)
        for span in personal_spans("".join(text[at] for at in places))
    ]


def _folded(text: str) -> str:
    """In small letters, of the same length."""
    folded = text.lower()
    if len(folded) == len(text):
        return folded
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)
