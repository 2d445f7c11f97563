"""The way in: everything in a text that identifies a person."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from archiver.personal import addresses, markup, numbers, paths, phrases
from archiver.personal.spans import PersonalSpan, merged, without

_Find = Callable[[str, str, frozenset[str]], Iterator[PersonalSpan]]
_KINDS: tuple[tuple[tuple[str, ...], _Find], ...] = (
    # what each kind must have in it, and what finds it in a text, the text in small letters, and those of them it has
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

    __slots__ = ("_accounts", "_hints", "_unseen")

    def __init__(self, whole: str = "") -> None:
        self._hints: tuple[tuple[str, ...], ...] = ((),) * len(_KINDS)
        self._accounts = self._unseen = False
        self.take_in(whole)

    def take_in(self, more: str) -> None:
        """Make ready for the parts of another stretch."""
        folded = _folded(more)
        self._hints = tuple(
            tuple(hint for hint in hints if hint in known or hint in folded)
            for known, (hints, _) in zip(self._hints, _KINDS, strict=True)
        )
        self._accounts = self._accounts or numbers.may_hold_account(more)
        self._unseen = self._unseen or (not more.isascii() and _UNSEEN.search(more) is not None)

    def __bool__(self) -> bool:
        """Whether any part can hold personal data; ``False`` is certain."""
        return self._accounts or self._unseen or any(self._hints)

    def spans(self, part: str) -> list[PersonalSpan]:
        """Where personal data stands in ``part``, in order, without overlaps; time in proportion to its length."""
        if self._unseen and _UNSEEN.search(part) is not None:
            return _beneath_unseen(part)
        return merged(self._found(part))

    def _found(self, part: str) -> Iterator[PersonalSpan]:
        folded = _folded(part)
        for hints, (_, find) in zip(self._hints, _KINDS, strict=True):
            present = [hint for hint in hints if hint in folded]
            if present:
                yield from find(part, folded, frozenset(present))
        if self._accounts:
            yield from numbers.bank_accounts(part)


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
