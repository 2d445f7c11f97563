"""Sorts the files of a source by what was found in the music, and names each group by the fewest folders.

Every file is in one group, and what names a group takes in its files and no other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from archiver.model.album import album_folder, album_home
from archiver.model.audio import ExaminedFile, Role
from archiver.model.evidence import Evidence
from archiver.model.evidence_kinds import EVIDENCE_KINDS
from archiver.rights.globs import folders_above, normal_path, path_matcher, path_pattern
from archiver.rights.licenses import identify_license
from archiver.rights.meanings import MEANINGS, Meaning

_ORDER = ("protected", Meaning.LICENSE_CLAIM, Meaning.PURCHASE, Meaning.RIP, Meaning.STREAM_HINT, "")
"""The order of groups, which is also what decides for a file that shows several signs."""

BESIDE = "beside"
"""The kind of what is no audio and belongs to no album, or to one with several signs."""
UNNAMED = "unnamed"
"""The kind of files that no pattern takes in alone, because of what their names hold."""
_RANKED = (*_ORDER, BESIDE, UNNAMED)


@dataclass(frozen=True, slots=True)
class Sign:
    """What the files of a group have in common.

    Attributes:
        kind: ``protected``, a :class:`Meaning`, or empty where nothing was found; :data:`BESIDE`, :data:`UNNAMED`.
        detail: Which store, licence or protection, in plain words; empty where there is none to tell apart.
    """

    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """Files in which the same was found, and what belongs to their albums.

    Attributes:
        sign: What was found.
        files: How many audio files.
        albums: In how many albums.
        beside: How many files that are no audio.
        paths: Folders ending in ``/`` that hold only files of this group, and single files beside them, sorted.
    """

    sign: Sign
    files: int
    albums: int
    beside: int
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
    """Group the files of one source.

    What a log shows counts for the files of its album that carry no sign of their own. Pictures, texts and whatever
    else is no audio go with their album, where all of it is in one group.

    Args:
        files: Everything examined in one source that is packed alone, so that the record path of a file is its
            path below the source; read once.
    """
    audio: dict[str, tuple[Sign, str]] = {}
    others: dict[str, Sign] = {}
    for file in files:
        if file.role is Role.AUDIO:
            title = next(iter(file.tags.get("album", ())), "").strip().casefold()
            audio[file.ref.path] = (sign_of(file), title)
        else:
            others[file.ref.path] = sign_of(file)
    signs = _signs({path: sign for path, (sign, _) in audio.items()}, others)
    paths = _named(signs)
    gathered: dict[Sign, _Members] = {}
    for path, sign in signs.items():
        members = gathered.setdefault(sign, _Members())
        if path in audio:
            members.files += 1
            members.albums.add((album_folder(path), audio[path][1]))
        else:
            members.beside += 1
    groups = (
        FoundGroup(sign, found.files, len(found.albums), found.beside, tuple(sorted(paths[sign])))
        for sign, found in gathered.items()
    )
    return tuple(sorted(groups, key=_rank))


def _rank(found: FoundGroup) -> tuple[int, int, bool, str]:
    """The order in which groups are written: by sign, the largest first, what is not known by name last."""
    detail = found.sign.detail
    return _RANKED.index(found.sign.kind), -found.files, not detail, detail


@dataclass(slots=True)
class _Members:
    files: int = 0
    beside: int = 0
    albums: set[tuple[str, str]] = field(default_factory=set)


def _signs(audio: Mapping[str, Sign], others: Mapping[str, Sign]) -> dict[str, Sign]:
    """The sign of every file, once the logs have spoken for their albums and the albums for what lies in them."""
    albums = frozenset(map(album_folder, audio))
    homes = {path: album_home(path, albums) for path in others}
    logged: dict[str, Sign] = {}
    for path in sorted(others):
        if others[path].kind == Meaning.RIP:
            logged.setdefault(homes[path], others[path])
    signs = {
        path: sign if sign.kind else logged.get(album_folder(path), sign) for path, sign in audio.items()
    }
    by_album: dict[str, set[Sign]] = {}
    for path, sign in signs.items():
        by_album.setdefault(album_folder(path), set()).add(sign)
    for path, home in homes.items():
        of_album = by_album.get(home, set())
        signs[path] = next(iter(of_album)) if len(of_album) == 1 else Sign(BESIDE)
    return signs


def _named(signs: dict[str, Sign]) -> dict[Sign, list[str]]:
    """The fewest folders and files for each sign; files that cannot be named alone get the sign :data:`UNNAMED`."""
    while True:
        root = _Folder("")
        for path, sign in signs.items():
            root.add(path, sign)
        root.settle()
        named: dict[Sign, list[str]] = {}
        inexact = set()
        taken = _Taken(signs)
        for path, sign in root.fewest():
            named.setdefault(sign, []).append(path)
            if sign.kind != UNNAMED and not taken.only(path, sign):
                inexact.add(path)
        if not inexact:
            return named
        for path in signs:
            if path in inexact or any(folder + "/" in inexact for folder in folders_above(path)):
                signs[path] = Sign(UNNAMED)


class _Taken:
    """What the pattern for a path takes in, which may be more than the path: stars, and names that differ by form."""

    def __init__(self, signs: Mapping[str, Sign]) -> None:
        self._found = sorted((normal_path(path), sign.kind, sign.detail) for path, sign in signs.items())
        self._paths = [path for path, _, _ in self._found]

    def only(self, path: str, sign: Sign) -> bool:
        """Whether everything that the pattern takes in has this sign."""
        pattern = normal_path(path_pattern(path))
        fits = path_matcher([pattern])
        start = pattern.partition("*")[0]
        for number in range(bisect_left(self._paths, start), len(self._paths)):
            found, kind, detail = self._found[number]
            if not found.startswith(start):
                break
            if (kind, detail) != (sign.kind, sign.detail) and fits(found):
                return False
        return True


@dataclass(slots=True)
class _Folder:
    """A folder while files are gathered; ``path`` is empty for the top and else ends in ``/``."""

    path: str
    signs: set[Sign] = field(default_factory=set)
    folders: dict[str, _Folder] = field(default_factory=dict)
    files: list[tuple[str, Sign]] = field(default_factory=list)

    def add(self, path: str, sign: Sign) -> None:
        """Take in the file ``path``, relative to the top, and make the folders on its way."""
        folder = self
        *names, last = path.split("/")
        for name in names:
            folder = folder.folders.setdefault(name, _Folder(f"{folder.path}{name}/"))
        folder.files.append((last, sign))

    def settle(self) -> None:
        """Let each folder know the signs of all files below it."""
        folders = [self]
        for folder in folders:
            folders += folder.folders.values()
        for folder in reversed(folders):
            folder.signs = {sign for _, sign in folder.files}
            folder.signs.update(*(below.signs for below in folder.folders.values()))

    def fewest(self) -> Iterator[tuple[str, Sign]]:
        """The widest folders that hold one sign only, and the files that lie beside them."""
        waiting = [self]
        while waiting:
            folder = waiting.pop()
            if folder.path and len(folder.signs) == 1:
                yield folder.path, next(iter(folder.signs))
                continue
            yield from ((folder.path + name, sign) for name, sign in folder.files)
            waiting += folder.folders.values()


def _detail(item: Evidence) -> str:
    if MEANINGS[item.code] is not Meaning.LICENSE_CLAIM:
        return EVIDENCE_KINDS[item.code].title
    return item.value if item.value and identify_license(item.value) is not None else ""
