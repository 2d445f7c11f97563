"""Says what is a bag, by its names alone, and finds the bags of a store or those that somebody may have meant.

This is the one answer to both questions. Whether a bag is any good is not asked here.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from archiver.bagit.serialized.archive import ENDINGS

_DECLARATION = "bagit.txt"
_MANIFEST = re.compile(r"manifest-[A-Za-z0-9-]+\.txt")
_PART = rb"_[0-9]+_of_[0-9]+"


@dataclass(frozen=True, slots=True)
class InFolder:
    """What lies directly in a folder of bags, each in the order of the names.

    Attributes:
        bags: Paths of the bags.
        others: Names of what is no bag; what begins with a dot is not looked at.
    """

    bags: tuple[str, ...]
    others: tuple[str, ...]


def is_bag(path: str) -> bool:
    """Whether a path is a bag by its names: a file that is named as an archive is, or a folder with a bag's files.

    Such a file is a declaration, or a payload manifest: a bag that has lost either of them must be found by the other.
    """
    if os.path.isfile(path):
        return path.lower().endswith(ENDINGS)
    if os.path.isfile(os.path.join(path, _DECLARATION)):
        return True
    try:
        with os.scandir(path) as entries:
            return any(tells_of_bag(entry.name) and entry.is_file() for entry in entries)
    except OSError:
        return False


def tells_of_bag(name: str) -> bool:
    """Whether a file of this name, directly in a folder, makes that folder look like a bag."""
    return name == _DECLARATION or _MANIFEST.fullmatch(name) is not None


def bags_in(folder: str) -> InFolder:
    """Find the bags directly in a folder.

    Raises:
        OSError: where the folder cannot be listed.
    """
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if not entry.name.startswith("."))
    bags, others = [], []
    for name in names:
        path = os.path.join(folder, name)
        if is_bag(path):
            bags.append(path)
        else:
            others.append(name)
    return InFolder(tuple(bags), tuple(others))


def bag_around(path: str) -> str | None:
    """Return the bag that the folder ``path`` lies in, if any does; only looks at names."""
    if not os.path.isdir(path):
        return None
    around = os.path.dirname(os.path.realpath(path))
    while around != os.path.dirname(around):
        if os.path.isfile(os.path.join(around, _DECLARATION)):
            return around
        around = os.path.dirname(around)
    return None


def taken_by(store: bytes, name: str) -> str | None:
    """What in the store bears a bag's name, alone, with an archive's ending or as any bag of a group; ``None`` if nothing does."""
    for suffix in ("", *ENDINGS):
        if os.path.lexists(store + b"/" + os.fsencode(name + suffix)):
            return name + suffix
    endings = b"|".join(re.escape(os.fsencode(suffix)) for suffix in ENDINGS)
    group = re.compile(re.escape(os.fsencode(name)) + _PART + rb"(" + endings + rb")?")
    return next((os.fsdecode(entry) for entry in _entries(store) if group.fullmatch(entry)), None)


def _entries(store: bytes) -> list[bytes]:
    try:
        return os.listdir(store)
    except OSError:  # what is wrong with the store is told where it is opened
        return []
