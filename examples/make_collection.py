"""Make ``examples/collection/``: a small music collection in which every case of the documentation occurs.

Everything in it is invented and made here. Running it again writes the same bytes and the same times. Run it
from the project's root:

    python -m examples.make_collection [FOLDER]
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from examples import lossless_albums, lossy_albums
from examples.lossless_albums import Album
from tests.samples import File, build_tree
from tests.samples.sidecars import playlist_m3u8

COLLECTION = Path(__file__).parent / "collection"
MARKER = "Playlists/Evening.m3u8"
"""A file that every collection made here has; a folder without it is not replaced."""


def _playlist() -> Album:
    entries = [
        ("../Example Artist/Morning Scales (2004)/01 Going Up.flac", "Example Artist - Going Up", 1),
        ("../Ñandú de Prueba/Canción en préstamo/01 Año sin día.ogg", "Ñandú de Prueba - Año sin día", 1),
        ("../Example Artist/Given Away/01 Gone.mp3", "Example Artist - Gone", 1),
    ]
    return {"Evening.m3u8": playlist_m3u8(entries).encode()}


ALBUMS: dict[str, tuple[str, Callable[[], Album]]] = {
    "Bought/Bought Once": ("2016-03-01", lossy_albums.bought_once),
    "Bought/Locked Away": ("2006-11-20", lossy_albums.locked_away),
    "Demo Trio/Packed Light": ("2009-06-30", lossless_albums.packed_light),
    "Donated/Evening at the Hall (1987)": ("2021-10-05", lossless_albums.evening_at_the_hall),
    "Example Artist/100% Rehearsal": ("2022-05-14", lossless_albums.rehearsal),
    "Example Artist/Morning Scales (2004)": ("2021-03-12", lossless_albums.morning_scales),
    "Example Artist/Two Evenings": ("2021-03-13", lossless_albums.two_evenings),
    "Garage Example/Direct from the Band": ("2018-09-09", lossless_albums.direct_from_the_band),
    "Open Sounds Ensemble/Commons Tune": ("2019-04-02", lossy_albums.commons_tune),
    "Playlists": ("2022-12-24", _playlist),
    "Sample Orchestra/Test Pieces": ("2015-01-17", lossy_albums.orchestra_pieces),
    "The Placeholders/First Draft (1998)": ("2002-02-02", lossy_albums.first_draft),
    "The Placeholders/Second Draft (2001)": ("2003-07-28", lossy_albums.second_draft),
    "Unsorted": ("2023-01-31", lossless_albums.unsorted),
    "Ñandú de Prueba/Canción en préstamo": ("2013-08-15", lossy_albums.borrowed_song),
    "見本楽団/見本の歌": ("2020-05-05", lossy_albums.sample_song),
}
"""Folder to the day its files were last written, and what makes them."""


def collection() -> dict[str, File]:
    """Return every file of the collection by its path, with its time."""
    files = {}
    for folder, (day, make) in ALBUMS.items():
        noon = dt.datetime.fromisoformat(day).replace(hour=12, tzinfo=dt.UTC)
        mtime_ns = int(noon.timestamp()) * 1_000_000_000
        for name, content in sorted(make().items()):
            files[f"{folder}/{name}"] = File(content, mtime_ns=mtime_ns)
    return files


def write(folder: Path) -> int:
    """Write the collection into ``folder``, in place of one made earlier, and return its size in bytes.

    Raises:
        SystemExit: if the folder holds something else.
    """
    if folder.exists():
        if any(folder.iterdir()) and not (folder / MARKER).is_file():
            sys.exit(
                f"{folder} holds something that this script did not make. Name an empty or a new folder."
            )
        shutil.rmtree(folder)
    files = collection()
    build_tree(folder, files)
    return sum(len(file.content) for file in files.values())


def main() -> None:
    """Write the collection where the first argument says, else where it is kept."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else COLLECTION
    size = write(folder)
    print(f"{len(collection())} files, {size} bytes in {folder}")


if __name__ == "__main__":
    main()
