"""A recipient's requirements as a value: BagIt Profiles 1.4.0, and all versions before it.

Specification: https://bagit-profiles.github.io/bagit-profiles-specification/ . Keys that publishers use although no
version of it has them are understood too: ``recommended`` on a label (Beyond the Repository); ``Other-Info``, rules
for labels in further tag files (the ``bagit-support`` library); and from APTrust ``emptyOk: false`` for a label that
must not be empty, and ``tarDirMustMatchName`` for an archive that must bear the name of the folder in it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import translate

_FLAWS_TOLD = 20
_MOST_TOLD = 300
_WILD = re.compile(r"[*?[]")


def shortened(text: str, most: int = _MOST_TOLD) -> str:
    """Return ``text``, cut in its middle where it has more than ``most`` characters."""
    return text if len(text) <= most else f"{text[: most // 2]} … {text[-(most // 2) :]}"


class ProfileError(ValueError):
    """A profile contradicts the specification or itself.

    Its message tells the first flaws and how many more there are; ``flaws`` lists everything that is wrong, each
    shortened where it quotes very much of the profile.
    """

    def __init__(self, name: str, flaws: tuple[str, ...]) -> None:
        flaws = tuple(map(shortened, flaws))
        more = len(flaws) - _FLAWS_TOLD
        told = (*flaws[:_FLAWS_TOLD], f"and {more:,} more") if more > 0 else flaws
        super().__init__(f"the profile {name} cannot be used: " + "; ".join(told))
        self.flaws = flaws


class Presence(StrEnum):
    """What a profile says of serializing a bag."""

    FORBIDDEN = "forbidden"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class LabelRule:
    """What one label of a tag file must look like.

    Attributes:
        label: As the profile spells it; labels are compared without regard to case (RFC 8493 §2.2.2).
        required: It must be there at least once.
        values: Each value must be one of these; empty: any value.
        repeatable: It may be there more than once.
        recommended: It had better be there.
        empty_ok: It may be there without a value.
        description: The publisher's note for people.
    """

    label: str
    required: bool = False
    values: tuple[str, ...] = ()
    repeatable: bool = True
    recommended: bool = False
    empty_ok: bool = True
    description: str = ""


@dataclass(frozen=True, slots=True)
class AlgorithmRule:
    """Which algorithms manifests of one kind must and may have; ``allowed`` is None where any may stand."""

    required: tuple[str, ...] = ()
    allowed: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class PathRule:
    """Which files must and may be there.

    Attributes:
        required: Paths of files; for the payload also of folders, which end in ``/`` and hold at least one file.
        allowed: Paths, and patterns as glob(7) has them, but that ``*`` also stands for ``/``: the specification has
            a single ``*`` allow every file.
    """

    required: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ("*",)

    def allowing(self) -> Callable[[str], bool] | None:
        """Return a test for the paths that are allowed, or None where every path is."""
        if "*" in self.allowed:
            return None
        named = frozenset(self.allowed)
        patterns = re.compile("|".join(map(translate, self.patterns())) or r"(?!)")
        return lambda path: path in named or patterns.fullmatch(path) is not None

    def patterns(self) -> tuple[str, ...]:
        """Return what is allowed that may stand for more than itself, each once."""
        return tuple(dict.fromkeys(path for path in self.allowed if _WILD.search(path)))

    def unsupported(self) -> tuple[str, ...]:
        """Return the required paths that are not allowed; a folder is, where a pattern speaks of what is in it."""
        allows = self.allowing()
        if allows is None:
            return ()
        ordered = sorted(self.allowed)

        def speaks_of(folder: str) -> bool:
            first = bisect_left(ordered, folder)
            return first < len(ordered) and ordered[first].startswith(folder)

        return tuple(
            path
            for path in self.required
            if not allows(path) and not (path.endswith("/") and speaks_of(path))
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """A checked profile.

    Attributes:
        identifier: The URI that a bag's ``BagIt-Profile-Identifier`` must hold.
        version: Of the profile itself.
        description: What it is for.
        labels: Rules for ``bag-info.txt``, in the profile's order.
        other_labels: Rules for further tag files, by the file's path.
        payload_manifests: Rule for ``manifest-*.txt``.
        tag_manifests: Rule for ``tagmanifest-*.txt``.
        allow_fetch: ``fetch.txt`` may be there.
        require_fetch: ``fetch.txt`` must be there.
        data_empty: The payload must be no file, or one file without bytes.
        serialization: Whether the bag must, may or must not be an archive.
        accept_serialization: MIME types of the archives accepted.
        archive_named_as_folder: An archive must bear the name of the folder in it.
        accept_versions: BagIt versions accepted.
        tag_files: Rule for tag files other than those that BagIt itself names.
        payload_files: Rule for the payload.
        not_understood: Keys of the profile that neither the specification nor this library knows.
    """

    identifier: str
    version: str
    description: str
    labels: tuple[LabelRule, ...] = ()
    other_labels: dict[str, tuple[LabelRule, ...]] = field(default_factory=dict)
    payload_manifests: AlgorithmRule = AlgorithmRule()
    tag_manifests: AlgorithmRule = AlgorithmRule()
    allow_fetch: bool = True
    require_fetch: bool = False
    data_empty: bool = False
    serialization: Presence = Presence.OPTIONAL
    accept_serialization: tuple[str, ...] = ()
    archive_named_as_folder: bool = False
    accept_versions: tuple[str, ...] = ()
    tag_files: PathRule = PathRule()
    payload_files: PathRule = PathRule()
    not_understood: tuple[str, ...] = ()
