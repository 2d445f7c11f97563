"""What is worth a look about albums: for people and for programs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from itertools import islice
from typing import Any

from archiver.albums.note import NotedAlbum
from archiver.cli.terminal.text import brief, count, shown_path, wrapped
from archiver.ingest.spool import Spool

_SHOWN = 5


def album_lines(noted: Spool[NotedAlbum], *, every: bool) -> Iterator[str]:
    """Yield a title and the notes by album; nothing where there is nothing to say.

    Args:
        noted: The albums.
        every: Whether all of them are shown, and not the first few alone.
    """
    if not len(noted):
        return
    yield "\nAlbums worth a look"
    for album in noted if every else islice(noted, _SHOWN):
        yield wrapped(_name(album), indent="  ", below="      ")
        for note in album.notes:
            yield wrapped(brief(note.message), indent="      ", below="        ")
    if not every and len(noted) > _SHOWN:
        yield f"  and {count(len(noted) - _SHOWN, 'more album')}; --verbose lists them"


def album_records(noted: Spool[NotedAlbum]) -> Iterator[dict[str, Any]]:
    """Yield a JSON object for each album of which there is something to say."""
    for album in noted:
        yield {**dataclasses.asdict(album), "notes": [dataclasses.asdict(note) for note in album.notes]}


def _name(album: NotedAlbum) -> str:
    folder = shown_path(album.folder) if album.folder else "the top folder"
    return f"{folder}: {brief(album.title)}" if album.title else folder
