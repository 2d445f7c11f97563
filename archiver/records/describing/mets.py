"""``metadata/mets.xml``: the bag in METS, for a recipient that asks for one: its files by folder, with checksums.

Valid against the schema of the Library of Congress. Files that are open and files whose access is restricted stand in
file groups of their own. What METS leaves to others is referred to where it lies in the bag: PREMIS, the rights. The order
that the schema wants is not that in which files pass, so their elements wait in temporary files.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from posixpath import relpath
from urllib.parse import quote

from archiver.model.package import PackEntry
from archiver.records.describing.words import Described, described
from archiver.records.lines_of_files import LinesOfFiles
from archiver.records.moments import rfc3339
from archiver.records.names import METS_RECORD, PREMIS_RECORD, RIGHTS_README
from archiver.records.premis.elements import ENCODING, Elements
from archiver.records.writing import Closing, Opening

_ROOT = {
    "xmlns": "http://www.loc.gov/METS/",
    "xmlns:xlink": "http://www.w3.org/1999/xlink",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": "http://www.loc.gov/METS/ http://www.loc.gov/standards/mets/mets.xsd",
}
_DC = {"xmlns:dc": "http://purl.org/dc/elements/1.1/"}
_CHECKSUMS = {
    "sha512": "SHA-512",
    "sha384": "SHA-384",
    "sha256": "SHA-256",
    "sha1": "SHA-1",
    "md5": "MD5",
}
"""The algorithms that METS knows, the strongest first."""

_DESCRIPTION = "description"

OPEN_FILES, RESTRICTED_FILES = "original", "original, access restricted"


class MetsWriter:
    """Writes the document when all files have passed."""

    def __init__(self, opening: Opening) -> None:
        self._plan = opening.plan
        self._context = opening.context
        self._text = io.TextIOWrapper(opening.new_file(METS_RECORD), ENCODING, newline="")
        self._groups = {OPEN_FILES: LinesOfFiles(), RESTRICTED_FILES: LinesOfFiles()}
        self._structure = LinesOfFiles()
        self._folder: str | None = None
        self._files = 0

    def add(self, entry: PackEntry) -> None:
        """Keep the elements of a packed file; of all else there are none."""
        told = described(entry, self._context)
        if told is None:
            return
        self._files += 1
        identifier = f"file-{self._files}"
        group = self._groups[RESTRICTED_FILES if told.restricted else OPEN_FILES]
        group.add(_written(lambda out: _write_file(out, identifier, told)))
        folder = told.path.rpartition("/")[0]
        if folder != self._folder:
            if self._folder is not None:
                self._structure.add(b"</div>\n")
            self._folder = folder
            self._structure.add(_written(lambda out: out.start("div", {"TYPE": "folder", "LABEL": folder})))
        self._structure.add(_written(lambda out: _write_place(out, identifier, told)))

    def finish(self, closing: Closing) -> None:
        """Write it."""
        out, plan = Elements(self._text), self._plan
        about = {"OBJID": f"urn:uuid:{plan.identifier}", "LABEL": plan.name, "TYPE": "package"}
        out.declaration()
        out.start("mets", {**_ROOT, **about})
        _write_header(out, closing)
        _write_description(out, closing)
        _write_references(out, closing)
        with out.element("fileSec"):
            for use, lines in self._groups.items():
                with out.element("fileGrp", {"USE": use}), lines:
                    self._copy(lines)
        if self._folder is not None:
            self._structure.add(b"</div>\n")
        whole = {"TYPE": "package", "LABEL": plan.name, "DMDID": _DESCRIPTION}
        with (
            out.element("structMap", {"TYPE": "physical"}),
            out.element("div", whole),
            self._structure as lines,
        ):
            self._copy(lines)
        out.end("mets")
        out.line_break()
        self._text.flush()
        self._text.detach()

    def _copy(self, lines: LinesOfFiles) -> None:
        self._text.writelines(line.decode(ENCODING) for line in lines)


def _write_header(out: Elements, closing: Closing) -> None:
    program = {"ROLE": "CREATOR", "TYPE": "OTHER", "OTHERTYPE": "SOFTWARE"}
    with out.element("metsHdr", {"CREATEDATE": rfc3339(closing.run.now())}), out.element("agent", program):
        out.leaf("name", closing.run.software)
    out.line_break()


def _write_description(out: Elements, closing: Closing) -> None:
    plan = closing.bag.plan
    wrapper = {"MDTYPE": "DC"}
    with _wrapped(out, "dmdSec", _DESCRIPTION), out.element("mdWrap", wrapper), out.element("xmlData", _DC):
        out.leaf("dc:title", plan.name)
        out.leaf("dc:identifier", f"urn:uuid:{plan.identifier}")
        out.leaf("dc:description", closing.bag.contents)
        out.leaf("dc:date", closing.run.now().date().isoformat())


def _write_references(out: Elements, closing: Closing) -> None:
    """Refer to what says what may be done with the files, and to PREMIS where there is a record of it."""
    plan = closing.bag.plan
    with out.element("amdSec"):
        with _wrapped(out, "rightsMD", "rights"):
            _refer(out, RIGHTS_README, {"MDTYPE": "OTHER", "OTHERMDTYPE": "TEXT", "MIMETYPE": "text/plain"})
        if plan.premis:
            with _wrapped(out, "digiprovMD", "premis"):
                _refer(out, plan.layout.place(PREMIS_RECORD), {"MDTYPE": "PREMIS", "MIMETYPE": "text/xml"})


@contextmanager
def _wrapped(out: Elements, name: str, identifier: str) -> Iterator[None]:
    with out.element(name, {"ID": identifier}):
        yield
    out.line_break()


def _refer(out: Elements, path: str, attributes: dict[str, str]) -> None:
    out.leaf("mdRef", "", {"LOCTYPE": "URL", **attributes, "xlink:href": _href(path)})


def _write_file(out: Elements, identifier: str, told: Described) -> None:
    attributes = {"ID": identifier, "SIZE": str(told.size_bytes)}
    if told.mime:
        attributes["MIMETYPE"] = told.mime
    digests = dict(told.digests)
    algorithm = next((name for name in _CHECKSUMS if name in digests), None)
    if algorithm is not None:
        attributes |= {"CHECKSUM": digests[algorithm], "CHECKSUMTYPE": _CHECKSUMS[algorithm]}
    with out.element("file", attributes):
        out.leaf("FLocat", "", {"LOCTYPE": "URL", "xlink:href": _href(told.path)})
    out.line_break()


def _write_place(out: Elements, identifier: str, told: Described) -> None:
    with out.element("div", {"TYPE": told.type, "LABEL": told.title}):
        out.leaf("fptr", "", {"FILEID": identifier})
    out.line_break()


def _href(path: str) -> str:
    """Where a file of the bag lies, seen from this document (RFC 3986)."""
    return quote(relpath(path, METS_RECORD.rpartition("/")[0]), safe="/")


def _written(write: Callable[[Elements], None]) -> bytes:
    text = io.StringIO()
    write(Elements(text))
    return text.getvalue().encode(ENCODING)
