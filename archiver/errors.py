"""The errors that end a run, each with the exit status it causes, the state things are in, and what can be done.

A fault of one file is a :class:`archiver.model.problem.Problem`, a value; only what stops the whole run is
raised. What can be done about it by way of this program is a value too, for a command line spells it as a command or
an option, and a page or a screen as something to choose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from typing import Self


class ExitStatus(IntEnum):
    """How a run ended, the same for every command.

    Attributes:
        meaning: What it means, in a few words.
    """

    meaning: str

    DONE = 0, "done"
    STOPPED = 1, "stopped by an error, nothing lost"
    USAGE = 2, "wrong usage"
    INCOMPLETE = 3, "done, but some files were left out or await review"
    DAMAGED = 4, "damage or an invalid bag was found"
    INTERRUPTED = 130, "interrupted"

    def __new__(cls, status: int, meaning: str) -> Self:
        """Make a member, which is the number that the process ends with."""
        member = int.__new__(cls, status)
        member._value_ = status
        member.meaning = meaning
        return member


class Way(Enum):
    """What can be done about an error by way of this program, or together with it; the subject is what it is done to."""

    NAME_OTHERWISE = auto()
    """Give the bag another name."""
    MOVE_AWAY = auto()
    """Move away what stands in the way."""
    AGAIN = auto()
    """Ask for the same again, once what the hint names is mended."""
    GO_ON = auto()
    """The same, and it goes on from where it stopped."""
    COMPLETE = auto()
    """The same, and it completes what it had begun."""
    KEEP_FOLDERS = auto()
    """Make no archive of the bag."""
    NAME_PORTABLY = auto()
    """Pack with names that every system and program can hold."""
    ANOTHER_FILE_SYSTEM = auto()
    """Choose a store on another file system."""
    WRITE_LABEL = auto()
    """Write a label and its value with a colon between."""
    NAME_STORE = auto()
    """Name the folder that is to get the bag."""
    NAME_STORES = auto()
    """Name the folders in which bags are to be looked for."""
    ANOTHER_STORE = auto()
    """Choose another store."""
    FREE_SPACE = auto()
    """Free some space on the store's disk."""
    PACK_PART = auto()
    """Pack a part of the source."""
    CLEAN_STORE = auto()
    """Remove what interrupted runs left; the subject is the store."""
    BAG_IN_BAG = auto()
    """Pack a bag, as it is, into a new one on purpose."""
    FEWER_JOBS = auto()
    """Let fewer things be done at once."""
    SHOW_SOURCE = auto()
    """Look at what is in a source, the subject, where there is one and no more."""
    SHOW_FOLDERS = auto()
    """Look at folders, where single files were asked for."""
    EXPLAIN_FILE = auto()
    """Look at why a file of several is kept out."""
    DECLARE = auto()
    """Write a file of declarations; the subject is the source that they are to speak for, where there is one and no more."""
    NAME_DECLARATIONS = auto()
    """Name a file of declarations."""
    MOVE_DECLARATIONS = auto()
    """Move declarations into the file at the top of the source."""
    PUT_FILE_IN_PLACE = auto()
    """Put the file itself in the place of what is none."""
    NAME_DECLARED_FOLDER = auto()
    """Name the folder that declarations speak for."""
    CORRECT_DECLARED_FOLDER = auto()
    """Name the right folder, as above."""
    LATER_DAY = auto()
    """Name a later day to look up to."""
    VERIFY = auto()
    """Check a bag, the subject."""
    LIST_DAMAGE = auto()
    """Learn all that is wrong with a bag, the subject."""
    INSTALL = auto()
    """Install the packages that something needs which only some people want; the subject is what to ask an installer for."""
    LIST_COLLECTIONS = auto()
    """Look at which collections there are."""
    REBUILD_CATALOGUE = auto()
    """Make the catalogue anew from the bags."""
    ADD_STORE = auto()
    """Take a store into the catalogue."""
    UNMARK_STORE = auto()
    """Let the bags of a store, the subject, be changed again."""
    ADOPT_STORE = auto()
    """Take a store, the subject, that is the copy of another into the catalogue as one of its own."""
    ANOTHER_CATALOGUE = auto()
    """Use another catalogue, or a new one."""
    RESTORE_TAG_FILES = auto()
    """Restore the tag files of a bag, the subject, from another copy of it, and check it then."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing that can be done about an error.

    Attributes:
        way: What.
        subject: What it is done to, as the user named it: a path; empty where there is none or it is not known.
    """

    way: Way
    subject: str = ""


class ArchiverError(Exception):
    """A fault that ends the run.

    Args:
        message: What failed and on which path, in one plain sentence.
        hint: What state things are in, and what to do outside this program, in words that hold however it is used;
            may be empty.
        details: What belongs to the message and is shown a line each.
        remedies: What can be done by way of this program, the likeliest first.
    """

    exit_code = ExitStatus.STOPPED

    def __init__(
        self, message: str, hint: str = "", details: Sequence[str] = (), remedies: Sequence[Remedy] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = tuple(details)
        self.remedies = tuple(remedies)


class UsageError(ArchiverError):
    """What was asked for cannot be meant: a wrong option, folder or file given by the user."""

    exit_code = ExitStatus.USAGE


class ConfigError(UsageError):
    """A configuration, declaration or policy file says something it cannot say."""


class StoreError(ArchiverError):
    """The store cannot be written: full, failing, read-only or held by another run."""


class Interrupted(ArchiverError):  # noqa: N818 - the event is named, as KeyboardInterrupt is
    """The person at the keyboard stopped the run."""

    exit_code = ExitStatus.INTERRUPTED
