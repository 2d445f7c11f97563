"""What counts as one album in a collection of files."""

from __future__ import annotations

import re
from collections.abc import Collection

_DISC_FOLDER = re.compile(r"(?:cd|dis[ck]|dvd|lp|side|vinyl)[ ._-]*(?:\d{1,3}|[a-z])(?:\b.*)?", re.IGNORECASE)


def album_folder(path: str) -> str:
    """Return the folder that a file's album lives in: its own, or the one above a ``CD1`` or ``Disc 2``."""
    folder = path.rpartition("/")[0]
    above, _, name = folder.rpartition("/")
    return above if _DISC_FOLDER.fullmatch(name) else folder


def album_home(path: str, albums: Collection[str]) -> str:
    """Return the folder of the album that a file of any kind goes with.

    Covers, scans and logs in a folder without audio go with the album that they lie in, if there is one.

    Args:
        path: The file's path.
        albums: The :func:`album_folder` of every audio file.
    """
    own = folder = album_folder(path)
    while folder and folder not in albums:
        folder = album_folder(folder)
    return folder or own
