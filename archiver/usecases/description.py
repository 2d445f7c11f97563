"""Writes everything of a staged bag that describes its payload: metadata, bag-info, declaration, tag manifests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from archiver import filesystem
from archiver.bagit import writer
from archiver.bagit.paths import encode_path
from archiver.ingest.plan import Totals
from archiver.ingest.spool import Spool
from archiver.ingest.staging import Staging, store_faults
from archiver.model.package import PackedFile, PackEntry
from archiver.model.run import Event, Run
from archiver.model.source import EmptyFolder
from archiver.records.baginfo import BagFacts, Labels, bag_info_labels
from archiver.records.events import write_events
from archiver.records.files import write_files_csv, write_files_jsonl
from archiver.records.readme import BagOutline, readme_text


@dataclass(frozen=True, slots=True)
class Description:
    """What the tag files of one bag say.

    Attributes:
        run: The run that makes the bag.
        entries: Every entry with its outcome.
        totals: What they add up to.
        events: What was done.
        contents: One sentence on what the bag holds.
        info: Labels for ``bag-info.txt`` that the user gave.
    """

    run: Run
    entries: Spool[PackEntry]
    totals: Totals
    events: Sequence[Event]
    contents: str
    info: Labels


def describe(staging: Staging, description: Description) -> None:
    """Write every tag file of the staged bag; after this nothing may be added to it.

    Raises:
        StoreError: where the staging area cannot be written.
    """
    with (
        store_faults(f"write the descriptions of the bag {staging.key.name}"),
        filesystem.FolderCursor(staging.bag, filesystem.make_folders_beneath) as folders,
    ):
        for path, write in _records(staging, description):
            folder, _, name = path.rpartition("/")
            with writer.new_tag_file(folders.folder(folder.encode()), name) as stream:
                write(stream)
        bag = folders.folder(b"")
        writer.write_declaration(bag)
        writer.write_bag_info(bag, _labels(staging, description))
        writer.write_tag_manifests(bag, staging.key.algorithms)


def _records(
    staging: Staging, description: Description
) -> Iterator[tuple[str, Callable[[BinaryIO], object]]]:
    entries, algorithms = description.entries, staging.key.algorithms
    yield "metadata/files.jsonl", lambda stream: write_files_jsonl(stream, entries)
    yield "metadata/files.csv", lambda stream: write_files_csv(stream, entries, algorithms)
    yield "metadata/events.jsonl", lambda stream: write_events(stream, description.events)
    if description.totals.empty_folders:
        yield "metadata/empty-folders.txt", lambda stream: _write_empty_folders(stream, entries)
    readme = readme_text(description.run, _outline(staging, description)).encode()
    yield "metadata/README.txt", lambda stream: stream.write(readme)


def _write_empty_folders(stream: BinaryIO, entries: Spool[PackEntry]) -> None:
    """One folder a line, encoded as a manifest encodes paths, for BagIt itself cannot hold an empty folder."""
    stream.writelines(
        f"data/{encode_path(entry.path)}/\n".encode() for entry in entries if isinstance(entry, EmptyFolder)
    )


def _outline(staging: Staging, description: Description) -> BagOutline:
    totals = description.totals
    escaped = any(
        isinstance(entry, PackedFile) and encode_path(entry.bag_path) != entry.bag_path
        for entry in description.entries
    )
    return BagOutline(
        name=staging.key.name,
        description=description.contents,
        algorithms=staging.key.algorithms,
        seen=totals.seen,
        packed=totals.files,
        withheld=totals.withheld,
        lost=totals.lost,
        empty_folders=totals.empty_folders,
        escaped=escaped,
    )


def _labels(staging: Staging, description: Description) -> Labels:
    facts = BagFacts(
        description=description.contents,
        files=description.totals.files,
        bytes=description.totals.bytes,
        part=staging.key.part,
        parts=staging.key.parts,
    )
    return bag_info_labels(description.run, facts, description.info)
