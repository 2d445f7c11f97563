"""What a validator says: findings, each a value with a stable code, in one fixed order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto

_MOST_NAMED = 3


class Severity(StrEnum):
    """How much a finding weighs.

    ``ERROR``: the bag is not complete or not valid. ``WARNING``: allowed, but something that has gone wrong or
    will go wrong elsewhere. ``INFO``: worth knowing, nothing to mend.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in one bag.

    Attributes:
        code: A stable code of :data:`archiver.bagit.codes.FINDING_KINDS`, such as ``B401``.
        severity: The weight that the registry gives to this code.
        path: The file concerned, relative to the bag (``data/Album/01.flac``, ``manifest-sha512.txt``); empty
            where it is the bag itself. Bytes that are not UTF-8 are kept as surrogate escapes, so a terminal
            and a record must escape it.
        message: One plain sentence about this very file. Text of the bag in it is escaped where it does not print,
            so that it cannot steer a terminal.
        spec: Where the rule stands: ``RFC 8493 §2.1.3``.
    """

    code: str
    severity: Severity
    path: str
    message: str
    spec: str


class Subject(Enum):
    """What a finding is about, where something follows from that."""

    BAG = auto()
    PAYLOAD = auto()
    MANIFEST = auto()
    FILE = auto()
    FOLDER = auto()
    TAG_FILE = auto()
    LABEL = auto()
    ALGORITHM = auto()
    ARCHIVE = auto()


class Effect(Enum):
    """What a finding says of its subject, where something follows from that.

    ``CHANGED``: it is there, and not as it was recorded; a bag with nothing graver is complete, though not valid.
    ``UNREADABLE``: it could not be read. ``UNREAD``: nobody tried, so nobody knows. ``MISSING``: it is not there.
    ``ADDED``: it should not be there. ``MISCOUNTED``: the payload does not add up to what is said there.
    ``UNCOUNTED``: it does not say what the payload adds up to. ``REQUIRED``: a profile asks for another, or for one.
    ``REFUSED``: a profile does not allow it.
    """

    CHANGED = auto()
    UNREADABLE = auto()
    UNREAD = auto()
    MISSING = auto()
    ADDED = auto()
    MISCOUNTED = auto()
    UNCOUNTED = auto()
    REQUIRED = auto()
    REFUSED = auto()


Tell = Callable[[Finding], None]
"""Takes a finding as it is made."""


@dataclass(frozen=True, slots=True)
class FindingKind:
    """What a code means: its weight, a title, where the rule stands, what a person can do, and what it says of what."""

    code: str
    severity: Severity
    title: str
    spec: str
    advice: str
    subject: Subject | None = None
    effect: Effect | None = None

    def says(self, subject: Subject, effect: Effect) -> FindingKind:
        """The same kind, with what it says."""
        return replace(self, subject=subject, effect=effect)


def printable(text: str) -> str:
    r"""Return ``text`` with every character escaped that does not print: a line feed becomes ``\n``."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def shortened_list(names: Sequence[str]) -> str:
    """Name the first three of ``names`` and count the rest, for a message that must stay one sentence."""
    rest = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")


def report_order(finding: Finding) -> tuple[str, str, str]:
    """The key that every report is sorted by: code, then path, then message."""
    return finding.code, finding.path, finding.message
