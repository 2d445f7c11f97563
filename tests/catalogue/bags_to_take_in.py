"""Stores with bags for tests of the catalogue, made by the program, and all that a catalogue says, without its numbers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from archiver.catalogue.database import Catalogue, opened, reading
from archiver.catalogue.update import UpdatedStore, update_store
from tests.running import run_here
from tests.samples import Entry, build_tree, flac, mp3

NOW = "2026-11-22T18:04:05Z"
HOUR = 3600
FIRST = 1_700_000_000

ALBUMS: dict[str, Entry] = {
    "Homogenic/01 Hunter.flac": flac(title="Hunter", artist="Björk", album="Homogenic", date="1997-09-22"),
    "Homogenic/02 Jóga.flac": flac(title="Jóga", artist="Björk", album="Homogenic", date="1997"),
    "Homogenic/cover.jpg": b"\xff\xd8\xff\xe0 no picture",
    "Live/a.mp3": mp3(),
    "notes.txt": b"about it\n",
}


def pack(source: Path, store: Path, number: int, *more: str) -> Path:
    """Pack all of ``source`` as the bag of that number, an hour after the one before, and return the bag."""
    name = f"Bag{number}"
    ended = run_here(
        "pack",
        source,
        "--to",
        store,
        "--name",
        name,
        "--all",
        *more,
        SOURCE_DATE_EPOCH=str(FIRST + number * HOUR),
    )
    assert ended.code in (0, 3), ended.err
    return store / name


def change(source: Path, changes: Mapping[str, Entry | None]) -> None:
    """Write files of a source anew, and remove those that have no content."""
    for path in changes:
        (source / path).unlink(missing_ok=True)
    build_tree(source, {path: content for path, content in changes.items() if content is not None})


def updated(path: str, store: Path) -> UpdatedStore:
    """Bring a catalogue up to date with a store."""
    with opened(path) as catalogue:
        return update_store(catalogue, os.fsencode(store), NOW)


_TOLD: Mapping[str, str] = {
    "store": "SELECT identifier, label, place FROM store",
    "bag": (
        "SELECT bag.identifier, bag.name, sealed_at, algorithms, pin, octets, files, accession.identifier,"
        " first_file IS NULL FROM bag LEFT JOIN accession USING (accession_id)"
    ),
    "copy": (
        "SELECT pin, store.identifier, path, form, state FROM copy JOIN bag USING (bag_id) JOIN store USING (store_id)"
    ),
    "file": (
        "SELECT pin, folder.path, file.name, role, size, modified_ns, format.puid, format.name, mime, codec, duration_ms,"
        " sample_rate, channels, bit_depth, bitrate, lossless, year, protection, file.personal, integrity,"
        " decision.digest, file.digest, essence, record_at, bag.bag_id = file.bag_id"
        " FROM file JOIN bag ON file_id BETWEEN first_file AND last_file JOIN folder USING (folder_id)"
        " LEFT JOIN format USING (format_id) LEFT JOIN decision USING (decision_id)"
    ),
    "decision": (
        "SELECT disposition, basis, preserve, access, transfer, publish, mine, personal, restricted_until, reasons, digest"
        " FROM decision"
    ),
    "problem": (
        "SELECT pin, folder.path, file.name, code, message FROM problem JOIN file USING (file_id)"
        " JOIN bag USING (bag_id) JOIN folder USING (folder_id)"
    ),
    "collection": "SELECT store.identifier, name FROM collection JOIN store USING (store_id)",
    "accession": (
        "SELECT accession.identifier, collection.name, at, policy, bags, stated FROM accession"
        " JOIN collection USING (collection_id)"
    ),
    "held": (
        "SELECT place.path, held.name, one.identifier, other.identifier, pin, folder.path, file.name, held.modified_ns,"
        " decision.digest FROM held JOIN place USING (place_id) JOIN accession one ON one.accession_id = first_acc"
        " LEFT JOIN accession other ON other.accession_id = last_acc JOIN file USING (file_id) JOIN bag USING (bag_id)"
        " JOIN folder USING (folder_id) LEFT JOIN decision ON decision.decision_id = held.decision_id"
    ),
    "event": (
        "SELECT store.identifier, seq, at, type, object, outcome, detail, agent, prev, hash"
        " FROM event JOIN store USING (store_id)"
    ),
    "meta": "SELECT key, value FROM meta",
}


def told(path: str) -> dict[str, list[str]]:
    """Return all that a catalogue says, but for its own numbers, rescan keys and when it was told."""
    with reading(path) as catalogue:
        said = {name: sorted(map(repr, catalogue.rows(sql))) for name, sql in _TOLD.items()}
        said["tags"] = sorted(_tags(catalogue))
        said["find"] = sorted(_found(catalogue))
        return said


def _tags(catalogue: Catalogue) -> list[str]:
    from archiver.catalogue.tagged import TagReader  # noqa: PLC0415 - one of many tests needs it

    reader = TagReader(catalogue)
    sql = "SELECT file_id, digest FROM file"
    return [f"{digest!r} {reader.of(int(number or 0))}" for number, digest in list(catalogue.rows(sql))]


def _found(catalogue: Catalogue) -> list[str]:
    """Which files some words find; the words themselves cannot be read back."""
    found = []
    for word in ("bjork", "joga", "homogenic", "hunter", "mp3", "notes", "1997", "raudio", "rother", "pno"):
        sql = "SELECT digest FROM find JOIN file ON file_id = find.rowid WHERE find MATCH ?"
        found += [f"{word} {row!r}" for row in catalogue.rows(sql, (f'"{word}"',))]
    return found
