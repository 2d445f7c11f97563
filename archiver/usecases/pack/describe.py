"""Writes what describes a staged bag as a whole: events, rights, README, bag-info, declaration, tag manifests."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO

from archiver import filesystem
from archiver.bagit import writer
from archiver.bagit.paths import encode_path
from archiver.ingest.plan import Totals
from archiver.ingest.spool import Spool
from archiver.model.package import PackedFile, PackEntry
from archiver.model.rights_context import RightsContext
from archiver.model.rights_summary import RightsSummary
from archiver.model.run import Event, Run
from archiver.model.source import EmptyFolder
from archiver.records.baginfo import BagFacts, Labels, bag_info_labels
from archiver.records.events import write_events
from archiver.records.premis.document import PremisPackage, write_premis
from archiver.records.readme import BagOutline, readme_text
from archiver.records.rights.labels import rights_labels
from archiver.records.rights.machine_use import write_ai_usage, write_tdmrep
from archiver.records.rights.readme import write_rights_readme
from archiver.records.rights.record import write_rights_json
from archiver.records.rights.rows import write_rights_csv
from archiver.records.rights.tally import summarise
from archiver.records.rights.training_mining import write_training_mining
from archiver.records.tree import TREE_RECORD, write_tree
from archiver.store.faults import store_faults
from archiver.store.staging import Staging
from archiver.usecases.documents import DOCUMENTS_FOLDER, Document, copy_document

BAG_INFO = "bag-info.txt"

Record = tuple[str, Callable[[BinaryIO], object]]
"""Path of a tag file in the bag, and what writes it."""


@dataclass(frozen=True, slots=True)
class Description:
    """What the tag files of one bag say.

    Attributes:
        run: The run that makes the bag.
        entries: Every entry with its outcome.
        totals: What they add up to.
        events: What was done.
        contents: One sentence on what the bag holds.
        tag_labels: Labels that the user gave, by the tag file they go into.
        rights: What the decisions rest on.
        documents: Deeds, licences and letters to take into the bag.
    """

    run: Run
    entries: Spool[PackEntry]
    totals: Totals
    events: Sequence[Event]
    contents: str
    tag_labels: Mapping[str, Labels]
    rights: RightsContext
    documents: Sequence[Document]


def describe(staging: Staging, description: Description) -> None:
    """Write every tag file of the staged bag; after this nothing may be added to it.

    Raises:
        StoreError: where the staging area cannot be written.
        ArchiverError: where a document is no longer what it was.
    """
    summary = summarise(description.entries)
    description = _of_packed_files(description)
    with (
        store_faults(f"write the descriptions of the bag {staging.key.name}"),
        staging.bag.cursor(filesystem.make_folders_beneath) as folders,
    ):
        for path, write in (*_records(staging, description), *_rights_records(staging, description, summary)):
            folder, _, name = path.rpartition("/")
            with writer.new_tag_file(folders.folder(folder.encode()), name) as stream:
                write(stream)
        bag = folders.folder(b"")
        writer.write_declaration(bag)
        writer.write_bag_info(bag, _labels(staging, description, summary))
        for name, labels in description.tag_labels.items():
            if name != BAG_INFO:
                with writer.new_tag_file(bag, name) as stream:
                    stream.write(writer.format_bag_info(labels))
        writer.write_tag_manifests(bag, staging.key.algorithms)


def _of_packed_files(description: Description) -> Description:
    """Without the documents behind declarations that speak of no file in the bag.

    Where the names of withheld files are to be left out, such declarations are left out as well, since their
    scopes name folders and albums.
    """
    rights = description.rights
    spoken = {
        name
        for entry in description.entries
        if isinstance(entry, PackedFile)
        for name in entry.assessed.decision.declarations
    }
    declarations = {
        name: one
        for name, one in rights.declarations.items()
        if name in spoken or not rights.anonymous_withheld
    }
    behind = {name: path for name, path in rights.documents.items() if name in spoken}
    kept = set(behind.values())
    return replace(
        description,
        rights=replace(rights, declarations=declarations, documents=behind),
        documents=[one for one in description.documents if f"{DOCUMENTS_FOLDER}/{one.name}" in kept],
    )


def planned_tag_files(
    algorithms: Sequence[str],
    documents: Sequence[Document],
    tag_labels: Mapping[str, Labels],
    *,
    empty_folders: bool,
) -> tuple[str, ...]:
    """List the tag files that a bag will have, if every document belongs to a file in it."""
    return (
        "bagit.txt",
        *dict.fromkeys((BAG_INFO, *tag_labels)),
        *(f"manifest-{algorithm}.txt" for algorithm in algorithms),
        *(f"tagmanifest-{algorithm}.txt" for algorithm in algorithms),
        *(
            f"metadata/{name}"
            for name in (
                *("README.txt", "files.jsonl", "files.csv", "tree.jsonl", "events.jsonl", "premis.xml"),
                "rights.csv",
            )
        ),
        *(f"metadata/rights/{name}" for name in ("README.txt", "rights.json", "ai-usage.txt")),
        *(f"metadata/rights/{name}" for name in ("tdmrep.json", "training-mining.json")),
        *(("metadata/empty-folders.txt",) if empty_folders else ()),
        *(f"{DOCUMENTS_FOLDER}/{document.name}" for document in documents),
    )


def _records(staging: Staging, description: Description) -> Iterator[Record]:
    yield "metadata/events.jsonl", lambda stream: write_events(stream, description.events)
    anonymous = description.rights.anonymous_withheld
    yield (
        TREE_RECORD,
        lambda stream: write_tree(stream, description.entries, anonymous_withheld=anonymous),
    )
    if description.totals.empty_folders:
        yield "metadata/empty-folders.txt", lambda stream: _write_empty_folders(stream, description.entries)
    readme = readme_text(description.run, _outline(staging, description)).encode()
    yield "metadata/README.txt", lambda stream: stream.write(readme)


def _rights_records(staging: Staging, description: Description, summary: RightsSummary) -> Iterator[Record]:
    entries, rights = description.entries, description.rights
    folder = "metadata/rights"
    yield f"{folder}/rights.json", lambda stream: write_rights_json(stream, entries, rights, summary)
    yield "metadata/rights.csv", lambda stream: write_rights_csv(stream, entries, rights)
    yield (
        f"{folder}/README.txt",
        lambda stream: write_rights_readme(stream, entries, description.run, rights, summary),
    )
    yield f"{folder}/ai-usage.txt", lambda stream: write_ai_usage(stream, entries, summary)
    yield f"{folder}/tdmrep.json", lambda stream: write_tdmrep(stream, entries, summary)
    yield (
        f"{folder}/training-mining.json",
        lambda stream: write_training_mining(stream, entries, summary),
    )
    package = PremisPackage(_identifier(staging, description), staging.key.name, tuple(description.events))
    yield "metadata/premis.xml", lambda stream: write_premis(stream, entries, package, rights)
    for document in description.documents:
        yield f"{DOCUMENTS_FOLDER}/{document.name}", partial(copy_document, document)


def _identifier(staging: Staging, description: Description) -> uuid.UUID:
    """The bag's own identifier: the accession's, unless the accession makes several bags."""
    accession = description.run.identifier
    return accession if staging.key.parts == 1 else uuid.uuid5(accession, staging.key.name)


def _write_empty_folders(stream: BinaryIO, entries: Iterable[PackEntry]) -> None:
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
        links=totals.links,
        left_out=totals.left_out.total(),
        lost=totals.lost,
        empty_folders=totals.empty_folders,
        escaped=escaped,
        renamed=totals.problems["N309"],
    )


def _labels(staging: Staging, description: Description, summary: RightsSummary) -> Labels:
    facts = BagFacts(
        identifier=_identifier(staging, description),
        description=description.contents,
        files=description.totals.files,
        bytes=description.totals.bytes,
        part=staging.key.part,
        parts=staging.key.parts,
        rights=rights_labels(summary, description.rights),
    )
    return bag_info_labels(description.run, facts, description.tag_labels.get(BAG_INFO, ()))
