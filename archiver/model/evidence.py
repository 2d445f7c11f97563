"""What was observed in a file's bytes that bears on rights."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from archiver.model.pickling import by_fields


class Strength(StrEnum):
    """How far an observation carries: a fact of the bytes, a good sign, or a hint."""

    CONCLUSIVE = "conclusive"
    STRONG = "strong"
    WEAK = "weak"


_UNSEEN = "unseen"


@by_fields
@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation, with where to find it again.

    Attributes:
        code: Stable code from the evidence registry, such as ``licence-url`` or ``store-account``.
        locator: Frame or atom and byte offset, such as ``moov.udta.meta.ilst.apID@40213`` or ``TXXX:LICENSE@312``.
        value: What stands there; ``None`` where ``personal`` is true, for then it is written nowhere.
        strength: How far it carries.
        personal: Whether it identifies a person.
    """

    code: str
    locator: str
    value: str | None
    strength: Strength
    personal: bool = False


@by_fields
@dataclass(frozen=True, slots=True)
class Protection:
    """A technical protection measure seen in the bytes, without decoding anything.

    Attributes:
        scheme: Stable name such as ``fairplay``, ``cenc``, ``audible-aax``, ``wmdrm``, ``oma``, ``ncm``; ``unseen``
            where the headers in which one would stand could not be read, or not all of them.
        name: The same for people.
        locator: Where it was seen.
        certain: ``False`` for a carrier image (SACD, DVD-Audio) that may be encrypted, and for a file that could
            not be looked into: only a person can tell.
    """

    scheme: str
    name: str
    locator: str
    certain: bool = True

    @property
    def unseen(self) -> bool:
        """Whether this says only that nobody could look: that nothing was seen proves nothing."""
        return self.scheme == _UNSEEN

    @property
    def label(self) -> str:
        """The name for people, with the doubt where there is one."""
        if self.unseen:
            return f"not seen ({self.name})"
        return self.name if self.certain else f"perhaps ({self.name})"


def unseen(locator: str) -> Protection:
    """What is said of a file that could not be looked into, or not to the end.

    Args:
        locator: Where the walk through its headers ended; ``file`` where there was none.
    """
    return Protection(_UNSEEN, "headers not readable", locator, certain=False)
