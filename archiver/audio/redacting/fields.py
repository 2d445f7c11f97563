"""What canonical fields are called in each family of tags that are written anew."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from mutagen.id3 import ID3, Frames

Plain = Mapping[str, Sequence[str]]
"""Canonical name and values of the tags to write."""

ID3_FRAMES = {
    "title": "TIT2",
    "artist": "TPE1",
    "album": "TALB",
    "album_artist": "TPE2",
    "track": "TRCK",
    "disc": "TPOS",
    "date": "TDRC",
    "genre": "TCON",
    "composer": "TCOM",
    "label": "TPUB",
    "isrc": "TSRC",
    "copyright": "TCOP",
}
COMMENTS = {
    "title": "TITLE",
    "artist": "ARTIST",
    "album": "ALBUM",
    "album_artist": "ALBUMARTIST",
    "track": "TRACKNUMBER",
    "track_total": "TRACKTOTAL",
    "disc": "DISCNUMBER",
    "disc_total": "DISCTOTAL",
    "date": "DATE",
    "genre": "GENRE",
    "composer": "COMPOSER",
    "label": "LABEL",
    "isrc": "ISRC",
    "copyright": "COPYRIGHT",
    "license": "LICENSE",
}
APE_ITEMS = {
    "title": "Title",
    "artist": "Artist",
    "album": "Album",
    "album_artist": "Album Artist",
    "track": "Track",
    "disc": "Disc",
    "date": "Year",
    "genre": "Genre",
    "composer": "Composer",
    "label": "Label",
    "isrc": "ISRC",
    "copyright": "Copyright",
}
MP4_ATOMS = {
    "title": "\xa9nam",
    "artist": "\xa9ART",
    "album": "\xa9alb",
    "album_artist": "aART",
    "date": "\xa9day",
    "genre": "\xa9gen",
    "composer": "\xa9wrt",
    "copyright": "cprt",
}
ASF_ATTRIBUTES = {
    "title": "Title",
    "artist": "Author",
    "copyright": "Copyright",
    "album": "WM/AlbumTitle",
    "album_artist": "WM/AlbumArtist",
    "track": "WM/TrackNumber",
    "disc": "WM/PartOfSet",
    "date": "WM/Year",
    "genre": "WM/Genre",
    "composer": "WM/Composer",
    "label": "WM/Publisher",
    "isrc": "WM/ISRC",
    "license": "LICENSE",
}
WRITTEN = tuple(dict.fromkeys((*COMMENTS, *ID3_FRAMES, *APE_ITEMS, *MP4_ATOMS, *ASF_ATTRIBUTES)))
"""The canonical names that some format gets back; all others are left out."""

_UTF8 = 3
"""The text encoding of ID3v2.4 frames."""


def with_total(name: str, tags: Plain) -> list[str]:
    """The values to write under a name; a number with how many there are, where that is known."""
    values, totals = list(tags.get(name, ())), tags.get(f"{name}_total", ())
    return [f"{values[0]}/{totals[0]}"] if len(values) == 1 and totals and "/" not in values[0] else values


def id3(tags: Plain) -> ID3:
    """The tags as ID3v2.4."""
    written = ID3()
    for name, key in ID3_FRAMES.items():
        if values := with_total(name, tags):
            written.add(Frames[key](encoding=_UTF8, text=values))
    return written


def id3_bytes(tags: Plain) -> bytes:
    """The bytes of an ID3v2.4 tag, for a chunk of its own; none where there is nothing to say."""
    written, stream = id3(tags), io.BytesIO()
    if not written:
        return b""
    written.save(stream, v1=0, padding=lambda _: 0)
    return stream.getvalue()
