"""Names of what systems, stores and browsers leave among music, and what each is: nobody put it there to be kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

COMPANION = "._*"
"""A Mac's companion of a file; but a band may as well have named a song so, and then its bytes tell."""


class What(StrEnum):
    """What kind of entry a name must be of."""

    FILE = "file"
    FOLDER = "folder"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Clutter:
    """One kind of clutter.

    Attributes:
        pattern: The name, with at most one star, at its beginning or its end. Capitals do not matter.
        what: What kind of entry bears it.
        why: What it is, in a few words, to stand after its name.
    """

    pattern: str
    what: What
    why: str


CLUTTER = (
    Clutter("Thumbs.db", What.FILE, "small pictures that Windows draws anew"),
    Clutter("ehthumbs.db", What.FILE, "small pictures of Windows Media Center"),
    Clutter("ehthumbs_vista.db", What.FILE, "small pictures of Windows Vista"),
    Clutter("desktop.ini", What.FILE, "how Windows shows a folder"),
    Clutter("$RECYCLE.BIN", What.FOLDER, "what was deleted on Windows"),
    Clutter("RECYCLER", What.FOLDER, "what was deleted on older versions of Windows"),
    Clutter("System Volume Information", What.FOLDER, "indexes and restore points of Windows"),
    Clutter(".DS_Store", What.FILE, "how the Finder shows a folder"),
    Clutter(COMPANION, What.FILE, "AppleDouble: what macOS could not keep with a file on this disk"),
    Clutter(".AppleDouble", What.FOLDER, "AppleDouble files of a file server"),
    Clutter(".AppleDB", What.ANY, "index of a file server for Macs"),
    Clutter(".AppleDesktop", What.FOLDER, "icons of a file server for Macs"),
    Clutter(".apdisk", What.FILE, "what a Mac notes on a shared disk"),
    Clutter(".Spotlight-V100", What.FOLDER, "search index of macOS"),
    Clutter(".fseventsd", What.FOLDER, "log of changes, of macOS"),
    Clutter(".DocumentRevisions-V100", What.FOLDER, "older versions of documents, of macOS"),
    Clutter(".TemporaryItems", What.FOLDER, "temporary files of macOS"),
    Clutter(".Trashes", What.FOLDER, "what was deleted on macOS"),
    Clutter(".Trash-*", What.FOLDER, "what was deleted on Linux"),
    Clutter(".directory", What.FILE, "how KDE shows a folder"),
    Clutter("@eaDir", What.FOLDER, "small pictures and indexes of a Synology"),
    Clutter("#recycle", What.FOLDER, "what was deleted on a Synology"),
    Clutter("@Recycle", What.FOLDER, "what was deleted on a QNAP"),
    Clutter(".@__thumb", What.FOLDER, "small pictures of a QNAP"),
    Clutter("*.part", What.FILE, "a download that was not finished"),
    Clutter("*.partial", What.FILE, "a download that was not finished"),
    Clutter("*.crdownload", What.FILE, "a download that Chrome has not finished"),
    Clutter("*.download", What.ANY, "a download that Safari has not finished"),
    Clutter("*.opdownload", What.FILE, "a download that Opera has not finished"),
    Clutter("*.!ut", What.FILE, "a download that uTorrent has not finished"),
    Clutter("*.!qB", What.FILE, "a download that qBittorrent has not finished"),
    Clutter("*.aria2", What.FILE, "how far a download of aria2 has come"),
    Clutter("*.tmp", What.FILE, "a temporary file that a program left behind"),
)
"""Every kind, in the order of the reference page."""

_EXACT = {one.pattern.casefold(): one for one in CLUTTER if "*" not in one.pattern}
_BEGINNINGS = tuple((one.pattern[:-1].casefold(), one) for one in CLUTTER if one.pattern.endswith("*"))
_ENDINGS = tuple((one.pattern[1:].casefold(), one) for one in CLUTTER if one.pattern.startswith("*"))
_ANY_BEGINNING = tuple(start for start, _ in _BEGINNINGS)
_ANY_ENDING = tuple(end for end, _ in _ENDINGS)


def clutter_named(name: str, *, is_folder: bool) -> Clutter | None:
    """Return the kind of clutter that an entry of this name is, if any."""
    folded = name.casefold()
    found = _EXACT.get(folded)
    if found is None and folded.startswith(_ANY_BEGINNING):
        found = next((one for start, one in _BEGINNINGS if folded.startswith(start)), None)
    if found is None and folded.endswith(_ANY_ENDING):
        found = next((one for end, one in _ENDINGS if folded.endswith(end) and folded != end), None)
    if found is None or found.what in (What.ANY, What.FOLDER if is_folder else What.FILE):
        return found
    return None


def is_companion(path: str) -> bool:
    """Whether a file bears the name of a Mac's companion file; ``path`` is parted by slashes."""
    return path.rpartition("/")[2].startswith(COMPANION[:-1])


def is_clutter(path: str) -> bool:
    """Whether a file is clutter or lies in a folder that is; ``path`` is parted by slashes.

    What is a companion by its name alone is not among it.
    """
    *folders, name = path.split("/")
    itself = None if is_companion(name) else clutter_named(name, is_folder=False)
    return itself is not None or any(clutter_named(folder, is_folder=True) is not None for folder in folders)
