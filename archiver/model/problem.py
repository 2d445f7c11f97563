"""Findings about one file: values with a stable code, never exceptions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto

from archiver.errors import Remedy, Way
from archiver.model.pickling import by_fields


class Severity(StrEnum):
    """How much a problem weighs.

    ``ERROR``: the file could not be packed or is not what it claims to be beyond use. ``WARNING``: packed,
    and somebody should look. ``INFO``: recorded so that nothing is silent.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Effect(Enum):
    """What a problem says of its file beyond itself, where something follows from that.

    ``UNREACHED``: it cannot be looked at or read, as all of a source that is gone. ``IRREGULAR``: it is nothing that
    could be read. ``HALF_SEEN``: something in it may not have been seen. ``REFUSED_ELSEWHERE``: other systems, or
    other programs for bags, cannot hold or show its name.
    """

    UNREACHED = auto()
    IRREGULAR = auto()
    HALF_SEEN = auto()
    REFUSED_ELSEWHERE = auto()


NOT_READ = (Effect.UNREACHED, Effect.IRREGULAR)
"""What a problem says of a file that examining could not open or read."""


@by_fields
@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about one file.

    Attributes:
        path: The file's record path (see :attr:`archiver.model.source.FileRef.path`).
        code: A stable code from :data:`PROBLEM_KINDS`, such as ``S101``.
        message: One plain sentence about this very file; unescaped, so a terminal must escape it.
    """

    path: str
    code: str
    message: str

    @property
    def severity(self) -> Severity:
        """The weight that the registry gives to this code."""
        return self.kind.severity

    @property
    def kind(self) -> ProblemKind:
        """What the code means; of one that only another version of this program knows, that it does not know it."""
        return kind_of(self.code)


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """What a code means: its weight, a title, what a person can do, and what it says of its file.

    Attributes:
        code: The code.
        severity: Its weight.
        title: What is wrong, in a few words.
        advice: What follows, and what to do outside this program; may be empty where ``remedies`` say all.
        remedies: What can be done by way of this program.
        effect: What it says of its file, where something follows from that.
    """

    code: str
    severity: Severity
    title: str
    advice: str
    remedies: tuple[Remedy, ...] = ()
    effect: Effect | None = None

    def says(self, effect: Effect) -> ProblemKind:
        """The same kind, with what it says."""
        return replace(self, effect=effect)


_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

_KINDS = (
    # The letter S: the source could not be read as it stands
    ProblemKind(
        "S101", _ERROR, "unreadable file", "Check its permissions or the disk, then pack again."
    ).says(Effect.UNREACHED),
    ProblemKind(
        "S102",
        _ERROR,
        "unreadable folder",
        "Check its permissions or the disk; not all that is in it was seen.",
    ).says(Effect.UNREACHED),
    ProblemKind(
        "S103", _ERROR, "read error", "The disk reported an error; copy the file from a backup."
    ).says(Effect.UNREACHED),
    ProblemKind("S104", _ERROR, "changed while read", "Close the program that writes it, then pack again."),
    ProblemKind(
        "S105",
        _ERROR,
        "vanished",
        "Its folder listed it; look for who moved it, or rename it where it can be opened.",
    ).says(Effect.UNREACHED),
    ProblemKind(
        "S106",
        _WARNING,
        "symbolic link that leads out or nowhere",
        "It is recorded, not followed; name its target as a source to pack that.",
    ),
    ProblemKind(
        "S107", _WARNING, "not a regular file", "Pipes, sockets and devices hold nothing to keep."
    ).says(Effect.IRREGULAR),
    ProblemKind("S108", _WARNING, "very large sparse file", "It takes its full size in the bag."),
    ProblemKind(
        "S109",
        _INFO,
        "changed after it was listed",
        "It was examined again and is packed as it was when it was read.",
    ),
    ProblemKind(
        "S110",
        _WARNING,
        "read only at the second try",
        "It is packed whole and was examined from its copy; check the disk it came from.",
    ),
    ProblemKind(
        "S111",
        _INFO,
        "extended attributes",
        "A payload holds bytes alone; a bag has the values in metadata/tree.jsonl.",
    ),
    ProblemKind(
        "S112",
        _WARNING,
        "extended attributes not kept",
        "The file itself is packed; keep the source as well if a program needs them.",
    ),
    ProblemKind(
        "S113",
        _WARNING,
        "possible damage: other bytes, same time",
        "Compare it with the version of the last time, which its bag keeps; both versions are kept. A program that"
        " writes tags and puts the time back looks the same.",
    ),
    # The letter F is for what the bytes are
    ProblemKind("F201", _WARNING, "extension and content differ", "Rename a copy if players refuse it."),
    ProblemKind(
        "F202",
        _WARNING,
        "audio not parsable",
        "Play it; the audio may be damaged. Its bytes are never altered.",
    ).says(Effect.HALF_SEEN),
    ProblemKind(
        "F203",
        _WARNING,
        "parser stopped",
        "Nobody has looked for its tags or protection; play it to see what it is.",
    ).says(Effect.HALF_SEEN),
    ProblemKind(
        "F204", _INFO, "metadata not extracted", "This format's tags cannot be read here; it is packed."
    ).says(Effect.HALF_SEEN),
    ProblemKind("F205", _WARNING, "empty audio file", "Nothing is in it; look for a good copy.").says(
        Effect.HALF_SEEN
    ),
    ProblemKind("F206", _INFO, "format not identified", "It can be packed and checksummed all the same."),
    ProblemKind(
        "F207",
        _WARNING,
        "tag block malformed",
        "Some tags could not be read. The file's bytes are never altered.",
    ).says(Effect.HALF_SEEN),
    ProblemKind(
        "F208",
        _WARNING,
        "file breaks off",
        "It ends before its own header says: look for a whole copy. Its bytes are never altered.",
    ).says(Effect.HALF_SEEN),
    ProblemKind(
        "F209",
        _INFO,
        "tag not as its standard says",
        "It was read by what its bytes show; other programs may read it otherwise, or not at all.",
    ),
    ProblemKind(
        "F210",
        _WARNING,
        "damaged music",
        "It came so and is packed as it came: look for a good copy. metadata/files.jsonl has every place.",
    ),
    ProblemKind(
        "F215",
        _WARNING,
        "not what a list of checksums says",
        "It, or the list, changed since the list was made: compare it with another copy. Its bytes are never altered.",
    ),
    ProblemKind(
        "F216",
        _WARNING,
        "lists files that are not there",
        "They may have been lost, renamed or left behind; look for them where it came from.",
    ),
    ProblemKind(
        "F217",
        _INFO,
        "names files that are not there",
        "Players pass over them. They may have been renamed, converted or never been with it.",
    ),
    ProblemKind(
        "F218",
        _WARNING,
        "log of a rip with errors",
        "Listen to the tracks that it names; rip them again if the disc is still there.",
    ),
    ProblemKind(
        "F219",
        _INFO,
        "log that is not as it was written",
        "Somebody or something changed it; what it says proves nothing.",
    ),
    # The letter N is for names, and sizes, that other systems cannot hold
    ProblemKind(
        "N301", _WARNING, "name is not UTF-8", "Packed under a reversible name; the original is recorded."
    ),
    ProblemKind(
        "N302", _WARNING, "names differ only by case", "Unpack on a case-sensitive file system."
    ).says(Effect.REFUSED_ELSEWHERE),
    ProblemKind(
        "N303",
        _WARNING,
        "names differ only by normalisation",
        "Unpack where NFC and NFD names are kept apart.",
    ).says(Effect.REFUSED_ELSEWHERE),
    ProblemKind("N304", _WARNING, "name that Windows cannot hold", "Unpack on Linux or macOS.").says(
        Effect.REFUSED_ELSEWHERE
    ),
    ProblemKind(
        "N305", _WARNING, "name with control or invisible characters", "Some programs cannot show or open it."
    ).says(Effect.REFUSED_ELSEWHERE),
    ProblemKind(
        "N306", _WARNING, "name or path too long elsewhere", "Unpack to a short folder on Linux or macOS."
    ).says(Effect.REFUSED_ELSEWHERE),
    ProblemKind(
        "N307",
        _ERROR,
        "name that the store cannot hold",
        "",
        (Remedy(Way.NAME_PORTABLY), Remedy(Way.ANOTHER_FILE_SYSTEM)),
    ),
    ProblemKind(
        "N308",
        _ERROR,
        "file larger than the store can hold",
        "Choose a store on another file system, such as exFAT in place of FAT, then pack again.",
    ),
    ProblemKind(
        "N309",
        _INFO,
        "stored under another name",
        "The source's own name is source_path in metadata/files.jsonl.",
    ),
    ProblemKind(
        "N310",
        _WARNING,
        "name that other BagIt programs misread",
        "They may call the bag invalid where it is to travel.",
        (Remedy(Way.NAME_PORTABLY),),
    ).says(Effect.REFUSED_ELSEWHERE),
    # The letter R is for what was declared of rights
    ProblemKind(
        "R401",
        _WARNING,
        "rights.toml that is not read",
        "",
        (Remedy(Way.MOVE_DECLARATIONS), Remedy(Way.NAME_DECLARATIONS)),
    ),
)

_UNKNOWN = ProblemKind("", _WARNING, "problem that another version of this program knows", "")

PROBLEM_KINDS = {kind.code: kind for kind in _KINDS}
"""Every problem code, in order. ``docs/reference/problems.md`` is made from it."""


def kind_of(code: str) -> ProblemKind:
    """Return the kind of problem that a code stands for, which may be another version's."""
    return PROBLEM_KINDS.get(code, _UNKNOWN)
