"""``metadata/mods.xml``: the albums in MODS 3.7, for library catalogues: a record an album, its tracks as constituents.

Elements are those of the Library of Congress (loc.gov/standards/mods). What is said of an album is what its first track
says of it, and who made it stands there only where a tag names the album's artist: of a sampler no track says that. A
record begins with the first track and ends with the folder, so memory holds one track.
"""

from __future__ import annotations

import io

from archiver.model.package import PackEntry
from archiver.records.describing.words import Described, described
from archiver.records.names import MODS_RECORD
from archiver.records.premis.elements import ENCODING, Elements
from archiver.records.writing import Closing, Opening

_ROOT = {
    "xmlns": "http://www.loc.gov/mods/v3",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": "http://www.loc.gov/mods/v3 http://www.loc.gov/standards/mods/v3/mods-3-7.xsd",
    "version": "3.7",
}
_ORIGIN = "Made from the tags in the files; not checked against any catalogue."


class ModsWriter:
    """Writes the records in the order of the scan; only music is in them."""

    def __init__(self, opening: Opening) -> None:
        self._context = opening.context
        self._text = io.TextIOWrapper(opening.new_file(MODS_RECORD), ENCODING, newline="")
        self._out = Elements(self._text)
        self._album: tuple[str, str] | None = None
        self._out.declaration()
        self._out.start("modsCollection", _ROOT)
        self._out.line_break()

    def add(self, entry: PackEntry) -> None:
        """Write a track; before the first of an album what is said of that."""
        told = described(entry, self._context)
        if told is None or not told.is_audio:
            return
        album = told.album_folder, told.album.casefold()
        if album != self._album:
            self._end_album()
            self._album = album
            self._begin_album(told)
        self._track(told)

    def finish(self, closing: Closing) -> None:  # noqa: ARG002 - as every writer
        """End the last record and the collection."""
        self._end_album()
        self._out.end("modsCollection")
        self._out.line_break()
        self._text.flush()
        self._text.detach()

    def _begin_album(self, first: Described) -> None:
        out = self._out
        out.start("mods", {"version": "3.7"})
        _title(out, first.album or first.album_folder.rpartition("/")[2] or "Music")
        _names(out, first.album_artists)
        out.leaf("typeOfResource", "sound recording-musical")
        for genre in first.genres:
            out.leaf("genre", genre)
        if first.labels or first.date:
            with out.element("originInfo"):
                for label in first.labels:
                    out.leaf("publisher", label)
                if first.date:
                    out.leaf("dateIssued", first.date)
        with out.element("recordInfo"):
            out.leaf("recordOrigin", _ORIGIN)
        out.line_break()

    def _end_album(self) -> None:
        if self._album is not None:
            self._out.end("mods")
            self._out.line_break()

    def _track(self, told: Described) -> None:
        out = self._out
        with out.element("relatedItem", {"type": "constituent"}):
            _title(out, told.title)
            _names(out, told.artists)
            _physical(out, told)
            for code in told.isrcs:
                out.leaf("identifier", code, {"type": "isrc"})
            out.leaf("identifier", told.path, {"type": "local", "displayLabel": "path in the bag"})
            numbered = [
                (kind, number) for kind, number in (("disc", told.disc), ("track", told.track)) if number
            ]
            if numbered:
                with out.element("part"):
                    for kind, number in numbered:
                        with out.element("detail", {"type": kind}):
                            out.leaf("number", number)
            kind = "restriction on access" if told.restricted else "use and reproduction"
            out.leaf("accessCondition", told.conditions, {"type": kind})
        out.line_break()


def _title(out: Elements, title: str) -> None:
    with out.element("titleInfo"):
        out.leaf("title", title)


def _names(out: Elements, names: tuple[str, ...]) -> None:
    for name in names:
        with out.element("name"):
            out.leaf("namePart", name)


def _physical(out: Elements, told: Described) -> None:
    if not told.mime and told.duration_s is None:
        return
    with out.element("physicalDescription"):
        if told.mime:
            out.leaf("internetMediaType", told.mime)
        if told.duration_s is not None:
            out.leaf("extent", _playing_time(told.duration_s))


def _playing_time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s"
