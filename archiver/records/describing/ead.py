"""``metadata/ead.xml``: the package in EAD 3, version 1.1: a file for each album, an item for each track.

Element names, their order and what is required are those of the tag library of the Society of American Archivists
(loc.gov/ead/EAD3taglib). It is a first description made by a machine, for an archivist to go on from, and says so. What is
said of an album is what its first track says. The head has totals, so what passes waits in a temporary file.
"""

from __future__ import annotations

import io
from posixpath import relpath
from urllib.parse import quote

from archiver.bagit.tagfiles import BAG_INFO
from archiver.model.bag import BagPlan
from archiver.model.package import PackEntry
from archiver.records.describing.words import Described, described, iso_date
from archiver.records.lines_of_files import LinesOfFiles
from archiver.records.moments import rfc3339
from archiver.records.names import EAD_RECORD, RIGHTS_README
from archiver.records.premis.elements import ENCODING, Elements
from archiver.records.writing import Closing, Opening

_ROOT = {"xmlns": "http://ead3.archivists.org/schema/"}
_ORIGIN = "Made from the tags in the files; not checked against any catalogue, and arranged by folders alone."
_ORGANISATION = "Source-Organization"
_NOBODY = "not stated"


class EadWriter:
    """Writes the document when all files have passed; only music is in it."""

    def __init__(self, opening: Opening) -> None:
        self._plan = opening.plan
        self._context = opening.context
        self._text = io.TextIOWrapper(opening.new_file(EAD_RECORD), ENCODING, newline="")
        self._components = LinesOfFiles()
        self._album: tuple[str, str] | None = None
        self._albums = self._tracks = 0

    def add(self, entry: PackEntry) -> None:
        """Keep the component of a track; before the first of an album what is said of that."""
        told = described(entry, self._context)
        if told is None or not told.is_audio:
            return
        text = io.StringIO()
        out = Elements(text)
        album = told.album_folder, told.album.casefold()
        if album != self._album:
            if self._album is not None:
                out.end("c")
                out.line_break()
            self._album = album
            self._albums += 1
            _begin_album(out, told)
        self._tracks += 1
        _write_track(out, told)
        self._components.add(text.getvalue().encode(ENCODING))

    def finish(self, closing: Closing) -> None:
        """Write it."""
        out = Elements(self._text)
        out.declaration()
        out.start("ead", _ROOT)
        _write_control(out, self._plan, closing)
        with out.element("archdesc", {"level": "collection"}):
            self._write_whole(out, closing)
            with self._components as components:
                if self._album is not None:
                    out.start("dsc", {"dsctype": "combined"})
                    out.line_break()
                    self._text.writelines(line.decode(ENCODING) for line in components)
                    out.end("c")
                    out.end("dsc")
        out.end("ead")
        out.line_break()
        self._text.flush()
        self._text.detach()

    def _write_whole(self, out: Elements, closing: Closing) -> None:
        plan = self._plan
        with out.element("did"):
            organisation = _organisation(plan)
            if organisation:
                with out.element("repository"), out.element("corpname"):
                    out.leaf("part", organisation)
            out.leaf("unitid", f"urn:uuid:{plan.identifier}")
            out.leaf("unittitle", plan.name)
            for number, unit in ((self._albums, "albums"), (self._tracks, "tracks")):
                kind = {"coverage": "whole", "physdescstructuredtype": "materialtype"}
                with out.element("physdescstructured", kind):
                    out.leaf("quantity", str(number))
                    out.leaf("unittype", unit)
        out.line_break()
        _paragraph(out, "scopecontent", closing.bag.contents)
        _paragraph(out, "processinfo", _ORIGIN)
        _paragraph(out, "userestrict", f"What may be done with each file: {RIGHTS_README} in the package.")
        out.line_break()


def _organisation(plan: BagPlan) -> str:
    labels = plan.labels.get(BAG_INFO, ())
    return next((value for name, value in labels if name.lower() == _ORGANISATION.lower()), "")


def _write_control(out: Elements, plan: BagPlan, closing: Closing) -> None:
    """Write what is said of the description itself, in the order that the schema wants."""
    with out.element("control"):
        out.leaf("recordid", str(plan.identifier))
        with out.element("filedesc"), out.element("titlestmt"):
            out.leaf("titleproper", plan.name)
        out.leaf("maintenancestatus", "", {"value": "new"})
        out.leaf("publicationstatus", "", {"value": "inprocess"})
        with out.element("maintenanceagency"):
            out.leaf("agencyname", _organisation(plan) or _NOBODY)
        with out.element("languagedeclaration"):
            out.leaf("language", "English", {"langcode": "eng"})
            out.leaf("script", "Latin", {"scriptcode": "Latn"})
        with out.element("maintenancehistory"), out.element("maintenanceevent"):
            moment = rfc3339(closing.run.now())
            out.leaf("eventtype", "", {"value": "created"})
            out.leaf("eventdatetime", moment, {"standarddatetime": moment})
            out.leaf("agenttype", "", {"value": "machine"})
            out.leaf("agent", closing.run.software)
            out.leaf("eventdescription", _ORIGIN)
    out.line_break()


def _begin_album(out: Elements, first: Described) -> None:
    out.start("c", {"level": "file"})
    with out.element("did"):
        out.leaf("unittitle", first.album or first.album_folder.rpartition("/")[2] or "Music")
        _write_date(out, first)
        _write_names(out, first.album_artists)
    out.line_break()


def _write_track(out: Elements, told: Described) -> None:
    with out.element("c", {"level": "item"}):
        with out.element("did"):
            out.leaf("unitid", told.path, {"label": "path in the package"})
            out.leaf("unittitle", told.title)
            _write_date(out, told)
            _write_names(out, told.artists)
            if told.duration_s is not None:
                minutes, rest = divmod(round(told.duration_s), 60)
                out.leaf("physdesc", f"{minutes} min {rest:02} s")
            out.leaf("dao", "", _digital(told))
        _paragraph(out, "accessrestrict" if told.restricted else "userestrict", told.conditions)
    out.line_break()


def _digital(told: Described) -> dict[str, str]:
    """What is said of the file itself; one that is closed is not led to."""
    about = {"daotype": "borndigital", "linktitle": told.mime or told.format_name or "file"}
    if not told.restricted:
        about["href"] = quote(relpath(told.path, EAD_RECORD.rpartition("/")[0]), safe="/")
    return about


def _write_date(out: Elements, told: Described) -> None:
    if told.date:
        normal = iso_date(told.date)
        out.leaf("unitdate", told.date, {"normal": normal} if normal else None)


def _write_names(out: Elements, names: tuple[str, ...]) -> None:
    if names:
        with out.element("origination"):
            for name in names:
                with out.element("name"):
                    out.leaf("part", name)


def _paragraph(out: Elements, name: str, text: str) -> None:
    with out.element(name):
        out.leaf("p", text)
