"""Catalogues with synthetic rows, for what reads them."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from archiver.catalogue.database import Catalogue
from archiver.catalogue.words import Facets, find_row


@dataclass(frozen=True)
class Sample:
    """A file to be put into a catalogue."""

    path: str
    tags: dict[str, list[str]] = field(default_factory=dict)
    role: str = "audio"
    size: int = 1_000_000
    format: tuple[str | None, str, str | None, str | None] | None = (
        "fmt/279",
        "FLAC (Free Lossless Audio Codec)",
        "audio/flac",
        "flac",
    )
    duration_ms: int | None = 200_000
    sample_rate: int | None = 44_100
    channels: int | None = 2
    bit_depth: int | None = 16
    bitrate: int | None = 900_000
    lossless: bool | None = True
    protection: str | None = None
    personal: str | None = None
    integrity: str | None = "intact"
    decision: tuple[str, str, str] | None = ("include", "unknown", "unknown")
    problems: tuple[str, ...] = ()
    content: bytes = b""

    @property
    def year(self) -> int | None:
        dates = self.tags.get("date", [])
        return int(dates[0][:4]) if dates else None

    @property
    def digest(self) -> bytes:
        return hashlib.sha512(self.content or self.path.encode()).digest()


MP3 = ("fmt/134", "MPEG 1/2 Audio Layer 3", "audio/mpeg", "mp3")
JPEG = ("fmt/43", "JPEG File Interchange Format", "image/jpeg", None)


def add_store(catalogue: Catalogue, label: str = "backup", place: bytes = b"/media/backup") -> int:
    """Add a store and return its number."""
    return catalogue.add(
        "INSERT INTO store (identifier, label, place) VALUES (?, ?, ?)", (f"id-of-{label}", label, place)
    )


def add_accession(catalogue: Catalogue, store_id: int, collection: str, at: str) -> int:
    """Add an accession, and its collection where it is new; return its number."""
    found = catalogue.number("SELECT collection_id FROM collection WHERE name = ?", (collection,))
    if not found:
        found = catalogue.add("INSERT INTO collection (store_id, name) VALUES (?, ?)", (store_id, collection))
    return catalogue.add(
        "INSERT INTO accession (identifier, collection_id, at, bags) VALUES (?, ?, ?, 1)",
        (f"{collection} {at}", found, at),
    )


def add_bag(
    catalogue: Catalogue,
    name: str,
    samples: Iterable[Sample],
    sealed_at: str = "2026-11-29T10:00:00Z",
    *,
    store_id: int | None = None,
    accession_id: int | None = None,
) -> int:
    """Add a bag with its files, and a copy of it where a store is given; return its number."""
    every = list(samples)
    first = catalogue.number("SELECT max(file_id) FROM file") + 1
    bag_id = catalogue.add(
        "INSERT INTO bag (identifier, name, sealed_at, algorithms, pin, octets, files, first_file, last_file,"
        " accession_id) VALUES (?, ?, ?, 'sha512', ?, ?, ?, ?, ?, ?)",
        (
            f"urn:uuid:{name}",
            name,
            sealed_at,
            hashlib.sha512(name.encode()).digest(),
            sum(one.size for one in every),
            len(every),
            first if every else None,
            first + len(every) - 1 if every else None,
            accession_id,
        ),
    )
    if store_id is not None:
        catalogue.run(
            "INSERT INTO copy (bag_id, store_id, path, form, state, added_at) VALUES (?, ?, ?, 'folder', 'present', ?)",
            (bag_id, store_id, name, sealed_at),
        )
    for file_id, sample in enumerate(every, first):
        _add(catalogue, file_id, bag_id, sample)
    return bag_id


def _add(catalogue: Catalogue, file_id: int, bag_id: int, sample: Sample) -> None:
    folder, _, name = sample.path.rpartition("/")
    catalogue.run("INSERT OR IGNORE INTO folder (path) VALUES (?)", (folder,))
    folder_id = catalogue.number("SELECT folder_id FROM folder WHERE path = ?", (folder,))
    format_id = None
    if sample.format is not None:
        same = "SELECT format_id FROM format WHERE puid IS ? AND name IS ? AND mime IS ? AND codec IS ?"
        format_id = catalogue.number(same, sample.format) or catalogue.add(
            "INSERT INTO format (puid, name, mime, codec) VALUES (?, ?, ?, ?)", sample.format
        )
    decision_id = None if sample.decision is None else add_decision(catalogue, *sample.decision)
    catalogue.run(
        "INSERT INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(file_id, bag_id, folder_id, name, sample.role, sample.size, 0, format_id, sample.duration_ms),
            *(sample.sample_rate, sample.channels, sample.bit_depth, sample.bitrate, sample.lossless),
            *(sample.year, sample.protection, sample.personal, sample.integrity, decision_id),
            *(sample.digest, sample.digest[:32], None),
        ),
    )
    facets = Facets(
        format_id,
        sample.role,
        sample.lossless,
        protected=sample.protection is not None,
        personal=sample.personal,
        integrity=sample.integrity,
        year=sample.year,
    )
    tags = {tag: tuple(values) for tag, values in sample.tags.items()}
    catalogue.run(
        "INSERT INTO find (rowid, title, artist, album, other, path, facet) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (file_id, *find_row(tags, sample.path, facets)),
    )
    if sample.tags:
        body = zlib.compress(json.dumps([[0, sample.tags]]).encode())
        catalogue.run("INSERT INTO tags VALUES (?, ?)", (file_id, body))
    for code in sample.problems:
        catalogue.run("INSERT INTO problem VALUES (?, ?, 'a sentence')", (file_id, code))


def add_decision(catalogue: Catalogue, disposition: str, basis: str, mine: str) -> int:
    """Return the number of a decision, which is made where it is new."""
    columns = (disposition, basis, "allow", "allow", "unknown", "deny", mine)
    digest = hashlib.sha256(" ".join(columns).encode()).digest()
    return catalogue.number("SELECT decision_id FROM decision WHERE digest = ?", (digest,)) or catalogue.add(
        "INSERT INTO decision (disposition, basis, preserve, access, transfer, publish, mine, reasons, digest)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, '[]', ?)",
        (*columns, digest),
    )
