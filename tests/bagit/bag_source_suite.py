"""What holds of a bag whatever it is in: the same bag as a folder and as each kind of archive, asked the same things."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from archiver.bagit.findings import Finding
from archiver.bagit.profiles.parse import parse_profile
from archiver.bagit.profiles.read import check_profile
from archiver.bagit.report import BagReport, Depth
from archiver.bagit.validate import open_bag
from archiver.records.names import FILES_RECORD
from archiver.records.tracks import Track, tracks_of
from tests.bagit.archives import make_deflated_zip, make_gnu_tar, make_tar_gz, make_zip
from tests.bagit.bags import TWO_FILES, Payload, build_bag, rewrite, write_file

CONTAINERS: dict[str, tuple[str, Callable[[Path, Path], None] | None]] = {
    "folder": ("source", None),
    "tar": ("source.tar", make_gnu_tar),
    "tar.gz": ("source.tar.gz", make_tar_gz),
    "zip": ("source.zip", make_zip),
    "deflated zip": ("source.zip", make_deflated_zip),
}

FIRST, SECOND = (str(path) for path in TWO_FILES)
LABELS = "lender-info.txt"
"""A further tag file at the top, for which a profile has rules."""

RECORD = b"".join(
    json.dumps({"path": path, "tags": {"title": [title], "artist": ["Trio"], "album": ["One"]}}).encode()
    + b"\n"
    for path, title in ((FIRST, "First"), (SECOND, "Second"))
)
TAGS: Payload = {FILES_RECORD: RECORD, LABELS: b"Lender: The Library\nTitle: \n", "notes.txt": b"notes"}


def change_payload(bag: Path) -> None:
    (bag / FIRST).write_bytes(b"FIRST\n")


def lose_payload(bag: Path) -> None:
    (bag / SECOND).unlink()


def change_and_lose(bag: Path) -> None:
    change_payload(bag)
    lose_payload(bag)


def damage_record(bag: Path) -> None:
    change_and_lose(bag)
    (bag / FILES_RECORD).write_bytes(b"{\n" + RECORD[: len(RECORD) - 9])


def lose_record(bag: Path) -> None:
    change_payload(bag)
    (bag / FILES_RECORD).unlink()


def lose_labels(bag: Path) -> None:
    (bag / LABELS).unlink()


def damage_everything(bag: Path) -> None:
    for path in [path for path in bag.rglob("*") if path.is_file() and path.name != "bagit.txt"]:
        path.write_bytes(path.read_bytes()[1:])


def add(bag: Path) -> None:
    write_file(bag, "data/more/added%0A", b"added")
    write_file(bag, "metadata/added.txt", b"added")
    (bag / "data" / "empty").mkdir()


def contradict(bag: Path) -> None:
    manifest = (bag / "manifest-sha512.txt").read_text()
    rewrite(bag, "manifest-sha512.txt", (manifest + manifest.replace("1", "2")).encode())


def no_declaration(bag: Path) -> None:
    (bag / "bagit.txt").unlink()


def no_payload(bag: Path) -> None:
    for path in TWO_FILES:
        (bag / str(path)).unlink()
    (bag / "data" / "Album").rmdir()
    (bag / "data").rmdir()


def fetch(bag: Path) -> None:
    (bag / SECOND).unlink()
    rewrite(bag, "fetch.txt", f"https://example.org/a 5 {SECOND}\nhttps://example.org/b - data/x\n".encode())


def utf16(bag: Path) -> None:
    (bag / "bagit.txt").write_bytes(b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-16\n")


def nothing(bag: Path) -> None:
    del bag


SPOILERS: tuple[Callable[[Path], None], ...] = (
    nothing,
    change_payload,
    lose_payload,
    change_and_lose,
    damage_record,
    lose_record,
    lose_labels,
    damage_everything,
    add,
    contradict,
    no_declaration,
    no_payload,
    fetch,
    utf16,
)


def make(folder: Path, container: str, spoil: Callable[[Path], None]) -> Path:
    """Make the bag, spoilt, in a container; an archive is named and rooted as the folder is."""
    bag = build_bag(folder / "source", tags=TAGS)
    spoil(bag)
    name, pack = CONTAINERS[container]
    if pack is None:
        return bag
    target = folder / "out" / name
    target.parent.mkdir()
    pack(bag, target)
    return target


PROFILE = parse_profile(
    json.dumps(
        {
            "BagIt-Profile-Info": {
                "BagIt-Profile-Identifier": "https://example.org/lender.json",
                "Source-Organization": "The Library",
                "External-Description": "What it lends",
                "Version": "1",
            },
            "Bag-Info": {"Contact-Name": {"required": True}},
            "Other-Info": [{"lender-info": {"Lender": {"values": ["Nobody"]}, "Title": {"required": True}}}],
            "Manifests-Required": ["md5"],
            "Tag-Files-Required": ["metadata/other.txt"],
            "Tag-Files-Allowed": ["metadata/*"],
            "Payload-Files-Required": [f"{SECOND}"],
            "Allow-Fetch.txt": False,
            "Serialization": "optional",
            "Accept-Serialization": ["application/tar", "application/gzip", "application/zip"],
            "Accept-BagIt-Version": ["1.0"],
        }
    ).encode(),
    "lender",
)
"""Asks of labels, algorithms, payload and tag files; a folder and an archive can conform to it alike."""


@dataclass(frozen=True)
class Answers:
    """What a bag says of itself, whatever it is in."""

    report: BagReport
    payload: tuple[int, int]
    total: tuple[int, int]
    profile: tuple[Finding, ...]
    tracks: dict[str, Track]


def ask(path: Path, depth: Depth) -> Answers:
    """Ask a bag everything there is to ask; of what it is named, say nothing."""
    with open_bag(os.fsencode(path), depth, kept=(FILES_RECORD,)) as validation:
        for _ in validation.check():
            pass
        return Answers(
            replace(validation.report(), bag=""),
            (validation.payload_files, validation.payload_bytes),
            (validation.total_files, validation.total_bytes),
            check_profile(PROFILE, validation.source),
            tracks_of(validation.source, {FIRST, SECOND}),
        )
