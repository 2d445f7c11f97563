"""``ro-crate-metadata.json``: the bag as an RO-Crate (version 1.2), with music in the words of schema.org.

The crate wraps the bag, as the specification's notes on BagIt have it: the file lies at the bag's base as a tag file,
and names payload files as ``data/…``, so the payload stays what it is. Each file is a ``File``, music a
``MusicRecording`` as well, in the ``MusicAlbum`` of its folder and by ``MusicGroup`` where tags say so. Identifiers of
files are their paths in the bag, percent-encoded (RFC 3986).

Entities are written as the files pass; the dataset, which must name all its parts, comes last, which the flat form
allows. So memory holds one album, and names of those who made music up to :data:`MOST_GROUPS`; who comes after is told by
name where they are met.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from archiver.model.package import PackEntry
from archiver.records.describing.words import Described, described, iso_date
from archiver.records.lines_of_files import LinesOfFiles
from archiver.records.names import CRATE_RECORD, RIGHTS_README
from archiver.records.writing import Closing, Opening

MOST_GROUPS = 10_000
"""The most artists that are entities of their own."""

_VERSION = "https://w3id.org/ro/crate/1.2"
_PRONOM = "https://www.nationalarchives.gov.uk/PRONOM/"

Entity = dict[str, Any]


class CrateWriter:
    """Writes the crate: one entity a line."""

    def __init__(self, opening: Opening) -> None:
        self._plan = opening.plan
        self._context = opening.context
        self._stream = opening.new_file(CRATE_RECORD)
        self._parts = LinesOfFiles()
        self._album: _Album | None = None
        self._albums = 0
        self._groups: dict[str, str] = {}
        self._formats: dict[str, str] = {}
        self._stream.write(_json({"@context": f"{_VERSION}/context"})[:-1] + b', "@graph": [\n')
        self._put(
            {
                "@id": CRATE_RECORD,
                "@type": "CreativeWork",
                "about": {"@id": "./"},
                "conformsTo": {"@id": _VERSION},
            },
            first=True,
        )

    def add(self, entry: PackEntry) -> None:
        """Write the entity of a packed file; of all else there is none."""
        told = described(entry, self._context)
        if told is None:
            return
        entity = _file_entity(told)
        if told.is_audio:
            entity |= self._recording(told)
        if told.puid:
            self._formats[told.puid] = told.format_name
        self._put(entity)
        self._parts.add(_json({"@id": entity["@id"]}) + b"\n")

    def finish(self, closing: Closing) -> None:
        """Write what belongs to all files, and the dataset with its parts."""
        self._end_album()
        for name, identifier in self._groups.items():
            self._put({"@id": identifier, "@type": "MusicGroup", "name": name})
        for puid, name in self._formats.items():
            self._put({"@id": _PRONOM + puid, "@type": "WebPage", "name": name})
        self._put(
            {
                "@id": RIGHTS_README,
                "@type": ["File", "CreativeWork"],
                "name": "What may be done with the files, and why",
                "description": "What was declared and decided of every file, on one page.",
                "encodingFormat": "text/plain",
            }
        )
        bag, plan = closing.bag, self._plan
        root: Entity = {
            "@id": "./",
            "@type": "Dataset",
            "identifier": f"urn:uuid:{plan.identifier}",
            "name": plan.name,
            "description": bag.contents,
            "datePublished": closing.run.now().date().isoformat(),
            "license": {"@id": RIGHTS_README},
        }
        self._stream.write(b",\n" + _json(root)[:-1] + b', "hasPart": [')
        self._stream.write(_json({"@id": RIGHTS_README}))
        with self._parts as parts:
            for part in parts:
                self._stream.write(b", " + part.rstrip(b"\n"))
        self._stream.write(b"]}\n]}\n")

    def _recording(self, told: Described) -> Entity:
        """What is said of a file because it is music; begins its album where it is the first of it."""
        folder = told.album_folder, told.album.casefold()
        if self._album is None or self._album.key != folder:
            self._end_album()
            self._albums += 1
            self._album = _Album(folder, f"#album-{self._albums}", told)
        self._album.tracks += 1
        entity: Entity = {"@type": ["File", "MusicRecording"], "inAlbum": {"@id": self._album.identifier}}
        if told.artists:
            entity["byArtist"] = self._by(told.artists)
        if told.composers:
            entity["creditText"] = f"Written by {', '.join(told.composers)}"
        if told.genres:
            entity["genre"] = _one_or_all(told.genres)
        if told.isrcs:
            entity["isrcCode"] = _one_or_all(told.isrcs)
        if told.duration_s is not None:
            entity["duration"] = f"PT{round(told.duration_s, 3):.3f}S"
        if told.track:
            entity["position"] = told.track
        if iso_date(told.date):
            entity["datePublished"] = iso_date(told.date)
        return entity

    def _end_album(self) -> None:
        album = self._album
        if album is None:
            return
        first = album.first
        entity: Entity = {
            "@id": album.identifier,
            "@type": "MusicAlbum",
            "name": first.album or first.album_folder.rpartition("/")[2] or self._plan.name,
            "numTracks": album.tracks,
        }
        if first.album_artists:
            entity["byArtist"] = self._by(first.album_artists)
        if iso_date(first.date):
            entity["datePublished"] = iso_date(first.date)
        self._put(entity)
        self._album = None

    def _by(self, names: Iterable[str]) -> object:
        return _one_or_all([self._group(name) for name in names])

    def _group(self, name: str) -> object:
        if name not in self._groups:
            if len(self._groups) >= MOST_GROUPS:
                return name
            self._groups[name] = f"#artist-{len(self._groups) + 1}"
        return {"@id": self._groups[name]}

    def _put(self, entity: Entity, *, first: bool = False) -> None:
        self._stream.write((b"" if first else b",\n") + _json(entity))


@dataclass(slots=True)
class _Album:
    """The album whose files are passing: its folder and title, its identifier, its first file, and how many have passed."""

    key: tuple[str, str]
    identifier: str
    first: Described
    tracks: int = 0


def crate_identifier(path: str) -> str:
    """The identifier of a file in a crate: its path in the bag as a relative reference (RFC 3986)."""
    return quote(path, safe="/", encoding="utf-8", errors="surrogatepass")


def _file_entity(told: Described) -> Entity:
    formats: list[object] = [told.mime] if told.mime else []
    if told.puid:
        formats.append({"@id": _PRONOM + told.puid})
    elif told.format_name and not told.mime:
        formats.append(told.format_name)
    entity: Entity = {
        "@id": crate_identifier(told.path),
        "@type": "File",
        "name": told.title,
        "contentSize": str(told.size_bytes),
    }
    if formats:
        entity["encodingFormat"] = _one_or_all(formats)
    sha256 = dict(told.digests).get("sha256")
    if sha256:
        entity["sha256"] = sha256
    entity["conditionsOfAccess"] = told.conditions
    return entity


def _one_or_all(values: Iterable[object]) -> object:
    found = list(values)
    return found[0] if len(found) == 1 else found


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")
