"""Sorts the audio files of a source by what was found in them, and names each group by the fewest folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from archiver.model.album import album_folder
from archiver.model.audio import ExaminedFile, Role
from archiver.model.evidence import Evidence
from archiver.model.evidence_kinds import EVIDENCE_KINDS
from archiver.rights.licenses import identify_license
from archiver.rights.meanings import MEANINGS, Meaning

_ORDER = ("protected", Meaning.LICENSE_CLAIM, Meaning.PURCHASE, Meaning.RIP, Meaning.STREAM_HINT, "")
"""The order of groups, which is also what decides for a file that shows several signs."""

_LOG = "rip-log"


@dataclass(frozen=True, slots=True)
class Sign:
    """What the files of a group have in common.

    Attributes:
        kind: ``protected``, a :class:`Meaning`, or empty where nothing was found.
        detail: Which store, licence or protection, in plain words; empty where there is none to tell apart.
    """

    kind: str
    detail: str = ""


_LOGGED = Sign(Meaning.RIP, EVIDENCE_KINDS[_LOG].title)


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


def sign_of(file: ExaminedFile) -> Sign:
    """What a file is grouped by: the first of its signs in a fixed order."""
    if file.protection is not None and not file.protection.unseen:
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

    A rip log speaks for the files of its album that carry no sign of their own.

    Args:
        files: Everything examined in one source that is packed alone, so that the record path of a file is its
            path below the source; read once.
    """
    root = _Folder("")
    logged: set[str] = set()
    for file in files:
        if file.role is Role.AUDIO:
            title = next(iter(file.tags.get("album", ())), "").strip().casefold()
            root.add(file.ref.path, sign_of(file), title)
        elif any(item.code == _LOG for item in file.evidence):
            logged.add(album_folder(file.ref.path))
    gathered: dict[Sign, _Members] = {}
    for folder in root.settled(logged):
        for _, sign, title in folder.files:
            members = gathered.setdefault(sign, _Members())
            members.files += 1
            members.albums.add((album_folder(folder.path + "-"), title))
    for path, sign in root.fewest():
        gathered[sign].paths.append(path)
    groups = (
        FoundGroup(sign, members.files, len(members.albums), tuple(sorted(members.paths)))
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
    albums: set[tuple[str, str]] = field(default_factory=set)
    paths: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Folder:
    """A folder while files are gathered; ``path`` is empty for the top and else ends in ``/``."""

    path: str
    signs: set[Sign] = field(default_factory=set)
    folders: dict[str, _Folder] = field(default_factory=dict)
    files: list[tuple[str, Sign, str]] = field(default_factory=list)

    def add(self, path: str, sign: Sign, title: str) -> None:
        """Take in the file ``path``, relative to the top, and make the folders on its way."""
        folder = self
        *names, last = path.split("/")
        for name in names:
            folder = folder.folders.setdefault(name, _Folder(f"{folder.path}{name}/"))
        folder.files.append((last, sign, title))

    def settled(self, logged: set[str]) -> list[_Folder]:
        """Every folder, once the logs have spoken and each knows the signs of all files below it."""
        folders = [self]
        for folder in folders:
            folders += folder.folders.values()
        for folder in reversed(folders):
            if album_folder(folder.path + "-") in logged:
                folder.files = [
                    (name, sign if sign.kind else _LOGGED, title) for name, sign, title in folder.files
                ]
            folder.signs = {sign for _, sign, _ in folder.files}
            folder.signs.update(*(below.signs for below in folder.folders.values()))
        return folders

    def fewest(self) -> Iterator[tuple[str, Sign]]:
        """The widest folders that hold one sign only, and the files that lie beside them."""
        waiting = [self]
        while waiting:
            folder = waiting.pop()
            if folder.path and len(folder.signs) == 1:
                yield folder.path, next(iter(folder.signs))
                continue
            yield from ((folder.path + name, sign) for name, sign, _ in folder.files)
            waiting += folder.folders.values()


def _detail(item: Evidence) -> str:
    if MEANINGS[item.code] is not Meaning.LICENSE_CLAIM:
        return EVIDENCE_KINDS[item.code].title
    return item.value if item.value and identify_license(item.value) is not None else ""
