"""Sorts the audio files of a source by what was found in them, and names each group by the fewest folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from archiver.model.album import album_of
from archiver.model.audio import ExaminedFile, Role
from archiver.model.evidence import Evidence
from archiver.model.evidence_kinds import EVIDENCE_KINDS
from archiver.rights.licenses import identify_license
from archiver.rights.meanings import MEANINGS, Meaning


@dataclass(frozen=True, slots=True)
class Sign:
    """What the files of a group have in common.

    Attributes:
        kind: ``protected``, a :class:`Meaning`, or empty where nothing was found.
        detail: Which store, licence or protection, in plain words; empty where there is none to tell apart.
    """

    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """Files in which the same was found.

    Attributes:
        sign: What was found.
        files: How many audio files.
        albums: In how many albums.
        paths: Folders ending in ``/`` that hold only files of this group, and single files beside them, sorted.
    """

    sign: Sign
    files: int
    albums: int
    paths: tuple[str, ...]


_ORDER = ("protected", Meaning.LICENSE_CLAIM, Meaning.PURCHASE, Meaning.RIP, Meaning.STREAM_HINT, "")
"""The order of groups, which is also what decides for a file that shows several signs."""


def sign_of(file: ExaminedFile) -> Sign:
    """What a file is grouped by: the first of its signs in a fixed order."""
    if file.protection is not None:
        return Sign("protected", file.protection.name)
    by_code: dict[str, Evidence] = {}
    for item in file.evidence:
        by_code.setdefault(item.code, item)
    for kind in _ORDER[1:-1]:
        for code, means in MEANINGS.items():
            if means == kind and code in by_code:
                return Sign(kind, _detail(by_code[code]))
    return Sign("")


def group(files: Iterable[ExaminedFile]) -> tuple[FoundGroup, ...]:
    """Group the audio files of one source; files of other roles go with the folder they lie in.

    Args:
        files: Everything examined in one source that is packed alone, so that the record path of a file is its
            path below the source; read once.
    """
    gathered: dict[Sign, _Members] = {}
    root = _Folder()
    for file in files:
        if file.role is not Role.AUDIO:
            continue
        sign = sign_of(file)
        members = gathered.setdefault(sign, _Members())
        members.files += 1
        members.albums.add(album_of(file))
        root.add(file.ref.path.split("/"), sign)
    paths: dict[Sign, list[str]] = {sign: [] for sign in gathered}
    for path, sign in root.fewest():
        paths[sign].append(path)
    groups = (
        FoundGroup(sign, members.files, len(members.albums), tuple(sorted(paths[sign])))
        for sign, members in gathered.items()
    )
    return tuple(sorted(groups, key=_rank))


def _rank(found: FoundGroup) -> tuple[int, int, bool, str]:
    """The order in which groups are written: by sign, the largest first, what is not known by name last."""
    detail = found.sign.detail
    return _ORDER.index(found.sign.kind), -found.files, not detail, detail


@dataclass(slots=True)
class _Members:
    files: int = 0
    albums: set[tuple[str, str] | None] = field(default_factory=set)


@dataclass(slots=True)
class _Folder:
    """A folder while files are gathered: the signs below it, its folders, its files."""

    signs: set[Sign] = field(default_factory=set)
    folders: dict[str, _Folder] = field(default_factory=dict)
    files: list[tuple[str, Sign]] = field(default_factory=list)

    def add(self, parts: list[str], sign: Sign) -> None:
        folder = self
        folder.signs.add(sign)
        for name in parts[:-1]:
            folder = folder.folders.setdefault(name, _Folder())
            folder.signs.add(sign)
        folder.files.append((parts[-1], sign))

    def fewest(self) -> Iterator[tuple[str, Sign]]:
        """The widest folders that hold one sign only, and the files that lie beside them."""
        waiting = [("", self)]
        while waiting:
            path, folder = waiting.pop()
            if path and len(folder.signs) == 1:
                yield path, next(iter(folder.signs))
                continue
            yield from ((path + name, sign) for name, sign in folder.files)
            waiting += [(f"{path}{name}/", below) for name, below in folder.folders.items()]


def _detail(item: Evidence) -> str:
    if MEANINGS[item.code] is not Meaning.LICENSE_CLAIM:
        return EVIDENCE_KINDS[item.code].title
    return item.value if item.value and identify_license(item.value) is not None else ""
