"""Findings about one file: values with a stable code, never exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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
        return PROBLEM_KINDS[self.code].severity


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """What a code means: its weight, a title, and what a person can do.

    Attributes:
        code: The code.
        severity: Its weight.
        title: What is wrong, in a few words.
        advice: What follows, and what to do outside this program; may be empty where ``remedies`` say all.
        remedies: What can be done by way of this program.
    """

    code: str
    severity: Severity
    title: str
    advice: str
    remedies: tuple[Remedy, ...] = ()


def _registry(*kinds: ProblemKind) -> dict[str, ProblemKind]:
    return {kind.code: kind for kind in kinds}


PROBLEM_KINDS = _registry(
    # The letter S: the source could not be read as it stands
    ProblemKind(
        "S101", Severity.ERROR, "unreadable file", "Check its permissions or the disk, then pack again."
    ),
    ProblemKind(
        "S102",
        Severity.ERROR,
        "unreadable folder",
        "Check its permissions or the disk; not all that is in it was seen.",
    ),
    ProblemKind(
        "S103", Severity.ERROR, "read error", "The disk reported an error; copy the file from a backup."
    ),
    ProblemKind(
        "S104", Severity.ERROR, "changed while read", "Close the program that writes it, then pack again."
    ),
    ProblemKind(
        "S105",
        Severity.ERROR,
        "vanished",
        "Its folder listed it; look for who moved it, or rename it where it can be opened.",
    ),
    ProblemKind(
        "S106",
        Severity.WARNING,
        "symbolic link that leads out or nowhere",
        "It is recorded, not followed; name its target as a source to pack that.",
    ),
    ProblemKind(
        "S107", Severity.WARNING, "not a regular file", "Pipes, sockets and devices hold nothing to keep."
    ),
    ProblemKind("S108", Severity.WARNING, "very large sparse file", "It takes its full size in the bag."),
    ProblemKind(
        "S109",
        Severity.INFO,
        "changed after it was listed",
        "It was examined again and is packed as it was when it was read.",
    ),
    ProblemKind(
        "S110",
        Severity.WARNING,
        "read only at the second try",
        "It is packed whole and was examined from its copy; check the disk it came from.",
    ),
    ProblemKind(
        "S111",
        Severity.INFO,
        "extended attributes",
        "A payload holds bytes alone; a bag has the values in metadata/tree.jsonl.",
    ),
    ProblemKind(
        "S112",
        Severity.WARNING,
        "extended attributes not kept",
        "The file itself is packed; keep the source as well if a program needs them.",
    ),
    # The letter F is for what the bytes are
    ProblemKind(
        "F201", Severity.WARNING, "extension and content differ", "Rename a copy if players refuse it."
    ),
    ProblemKind(
        "F202",
        Severity.WARNING,
        "audio not parsable",
        "Play it; the audio may be damaged. Its bytes are never altered.",
    ),
    ProblemKind(
        "F203",
        Severity.WARNING,
        "parser stopped",
        "Nobody has looked for its tags or protection; play it to see what it is.",
    ),
    ProblemKind(
        "F204",
        Severity.INFO,
        "metadata not extracted",
        "This format's tags cannot be read here; it is packed.",
    ),
    ProblemKind("F205", Severity.WARNING, "empty audio file", "Nothing is in it; look for a good copy."),
    ProblemKind(
        "F206", Severity.INFO, "format not identified", "It can be packed and checksummed all the same."
    ),
    ProblemKind(
        "F207",
        Severity.WARNING,
        "tag block malformed",
        "Some tags could not be read. The file's bytes are never altered.",
    ),
    ProblemKind(
        "F208",
        Severity.WARNING,
        "file breaks off",
        "It ends before its own header says: look for a whole copy. Its bytes are never altered.",
    ),
    ProblemKind(
        "F209",
        Severity.INFO,
        "tag not as its standard says",
        "It was read by what its bytes show; other programs may read it otherwise, or not at all.",
    ),
    # The letter N is for names, and sizes, that other systems cannot hold
    ProblemKind(
        "N301",
        Severity.WARNING,
        "name is not UTF-8",
        "Packed under a reversible name; the original is recorded.",
    ),
    ProblemKind(
        "N302", Severity.WARNING, "names differ only by case", "Unpack on a case-sensitive file system."
    ),
    ProblemKind(
        "N303",
        Severity.WARNING,
        "names differ only by normalisation",
        "Unpack where NFC and NFD names are kept apart.",
    ),
    ProblemKind("N304", Severity.WARNING, "name that Windows cannot hold", "Unpack on Linux or macOS."),
    ProblemKind(
        "N305",
        Severity.WARNING,
        "name with control or invisible characters",
        "Some programs cannot show or open it.",
    ),
    ProblemKind(
        "N306",
        Severity.WARNING,
        "name or path too long elsewhere",
        "Unpack to a short folder on Linux or macOS.",
    ),
    ProblemKind(
        "N307",
        Severity.ERROR,
        "name that the store cannot hold",
        "",
        (Remedy(Way.NAME_PORTABLY), Remedy(Way.ANOTHER_FILE_SYSTEM)),
    ),
    ProblemKind(
        "N308",
        Severity.ERROR,
        "file larger than the store can hold",
        "Choose a store on another file system, such as exFAT in place of FAT, then pack again.",
    ),
    ProblemKind(
        "N309",
        Severity.INFO,
        "stored under another name",
        "The source's own name is source_path in metadata/files.jsonl.",
    ),
    ProblemKind(
        "N310",
        Severity.WARNING,
        "name that other BagIt programs misread",
        "They may call the bag invalid where it is to travel.",
        (Remedy(Way.NAME_PORTABLY),),
    ),
    # The letter R is for what was declared of rights
    ProblemKind(
        "R401",
        Severity.WARNING,
        "rights.toml that is not read",
        "",
        (Remedy(Way.MOVE_DECLARATIONS), Remedy(Way.NAME_DECLARATIONS)),
    ),
)
"""Every problem code, in order. ``docs/reference/problems.md`` is made from it."""

REFUSED_ELSEWHERE = frozenset({"N302", "N303", "N304", "N305", "N306", "N310"})
"""Codes of names that other systems, or other programs for bags, cannot hold or show."""
