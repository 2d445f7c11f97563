r"""Where a file may be that a paper names: from names in the way of any system to record paths.

A paper may have been written elsewhere, so that its paths begin with a drive or a folder that is not here. Then the
ends of the path are tried, in the paper's own folder and from the top of the source.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import unquote

MOST_CANDIDATES = 15
"""Places at which one name is looked for."""

_LONGEST_END = 6
_DRIVE = re.compile(r"/?[A-Za-z]:(?=[\\/])")
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,5})$")


class Likeness(IntEnum):
    """How a file's path is like a candidate. ``SPELLED``: but for capitals and composed letters."""

    SAME = 0
    SPELLED = 1
    OTHER_FORMAT = 2


@dataclass(frozen=True, slots=True)
class Places:
    """Where a name is looked for.

    Attributes:
        paths: Record paths, the likeliest first.
        direct: How many of them are what the paper says; the others are where it may have been moved.
    """

    paths: tuple[str, ...]
    direct: int


@dataclass(frozen=True, slots=True)
class Standpoint:
    """From where a paper speaks.

    Attributes:
        paper: Its record path.
        depth: How many of the first parts of record paths name the source, which no path leads out of.
        root: The source's own path, by which full paths are known that lead into it.
    """

    paper: str
    depth: int
    root: str

    @property
    def folder(self) -> list[str]:
        """The parts of its folder's path."""
        return self.paper.split("/")[:-1]


def places_of(said: str, standpoint: Standpoint, *, encoded: bool) -> Places:
    """Where the file may be that a paper names.

    Args:
        said: The name as it stands there.
        standpoint: From where it is said.
        encoded: Whether it is percent-encoded for certain.
    """
    folder, top = standpoint.folder, standpoint.paper.split("/")[: standpoint.depth]
    direct: dict[str, None] = {}
    moved: dict[str, None] = {}
    for form in _forms(said, encoded=encoded):
        if not form.startswith("/"):
            joined = _joined(folder, len(top), form.split("/"))
        elif form.startswith(standpoint.root.rstrip("/") + "/"):
            joined = _joined(top, len(top), form[len(standpoint.root.rstrip("/")) :].split("/"))
        else:
            joined = None
        if joined is not None:
            direct[joined] = None
        plain = [part for part in form.split("/") if part not in ("", ".", "..")]
        moved.update(dict.fromkeys(_ends(folder, top, plain, bare=form.startswith("/"))))
    said_places = list(direct)[:MOST_CANDIDATES]
    more = [path for path in moved if path not in direct][: MOST_CANDIDATES - len(said_places)]
    return Places((*said_places, *more), len(said_places))


def _forms(said: str, *, encoded: bool) -> Iterator[str]:
    r"""The name with ``/`` between its parts: as it stands, with ``\`` as what parts it, and decoded."""
    if "\0" in said or not said.strip():
        return
    seen = [unquote(said)] if encoded else [said]
    if "\\" in said and not encoded:
        seen = [said.replace("\\", "/"), said]
    if "%" in said and not encoded:
        seen += [unquote(one) for one in seen]
    for one in dict.fromkeys(seen):
        drive = _DRIVE.match(one)
        yield one if drive is None else one[drive.end() :].replace("\\", "/")


def _joined(folder: list[str], depth: int, parts: list[str]) -> str | None:
    """The path from a folder on; ``None`` where it leads out of the source, or nowhere."""
    path = list(folder)
    for part in parts:
        if part == "..":
            if len(path) <= depth:
                return None
            path.pop()
        elif part not in ("", "."):
            path.append(part)
    return "/".join(path) if len(path) > depth else None


def _ends(folder: list[str], top: list[str], plain: list[str], *, bare: bool) -> Iterator[str]:
    """The ends of a path, the longest first, in the paper's folder and from the top of the source.

    Args:
        folder: Of the paper.
        top: Of the source.
        plain: The path.
        bare: Whether its name alone is looked for at the top as well, which a name without folders never means.
    """
    for length in range(min(len(plain), _LONGEST_END), 0, -1):
        yield "/".join([*folder, *plain[-length:]])
        if bare or length > 1:
            yield "/".join([*top, *plain[-length:]])


def folded(text: str) -> str:
    """What spellings of one name have in common, whatever their capitals and whether letters are composed."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def stem_of(path: str) -> str:
    """A path without its extension, folded."""
    return folded(_EXTENSION.sub("", path))


def key_of(*parts: str) -> int:
    """A number of 64 bits that stands for texts; that two have the same one is to be checked."""
    told = "\0".join(parts).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(told, digest_size=8).digest(), "big")


def likeness(candidate: str, path: str, *, other_format: bool) -> Likeness | None:
    """How a file's path is like a candidate, or ``None``.

    Args:
        candidate: Where a file is looked for.
        path: Where one is.
        other_format: Whether one with another extension will do.
    """
    if candidate == path:
        return Likeness.SAME
    if folded(candidate) == folded(path):
        return Likeness.SPELLED
    return Likeness.OTHER_FORMAT if other_format and stem_of(candidate) == stem_of(path) else None
