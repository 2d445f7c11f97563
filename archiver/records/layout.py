"""The records of a bag: one table that says what lies in ``metadata/``, what it is, and what writes it.

A new record is a row here and a module of its own. Its writer is opened before the first file is copied, gets every
entry once, as it passes, and is finished when everything is known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from archiver.model.bag import BagForm, BagPlan
from archiver.model.layout import Layout
from archiver.model.package import PackEntry
from archiver.model.rights_context import RightsContext
from archiver.records.accrual import AccrualWriter
from archiver.records.anonymity import without_other_names
from archiver.records.derivation import DerivationWriter
from archiver.records.describing.dublin_core import DublinCoreWriter
from archiver.records.describing.ead import EadWriter
from archiver.records.describing.mets import MetsWriter
from archiver.records.describing.mods import ModsWriter
from archiver.records.describing.ro_crate import CrateWriter
from archiver.records.empty_folders import EmptyFoldersWriter
from archiver.records.events import EventsWriter
from archiver.records.files import FilesWriter
from archiver.records.names import (
    ACCRUAL_RECORD,
    ASSERTIONS_RECORD,
    CRATE_RECORD,
    DERIVATION_RECORD,
    DUBLIN_CORE_RECORD,
    EAD_RECORD,
    EMPTY_FOLDERS_RECORD,
    EVENTS_RECORD,
    FILES_RECORD,
    METS_RECORD,
    MODS_RECORD,
    PREMIS_RECORD,
    README,
    RESERVATIONS_RECORD,
    RIGHTS_README,
    RIGHTS_RECORD,
    ROWS_RECORD,
    STATE_RECORD,
    TABLE_RECORD,
    TREE_RECORD,
    USAGE_RECORD,
)
from archiver.records.premis.document import PremisWriter
from archiver.records.readme import ReadmeWriter
from archiver.records.rights.machine_use import ReservationWriter, UsageWriter
from archiver.records.rights.readme import RightsReadmeWriter
from archiver.records.rights.record import RightsWriter
from archiver.records.rights.rows import RowsWriter
from archiver.records.rights.training_mining import AssertionWriter
from archiver.records.state import StateWriter
from archiver.records.table import TableWriter
from archiver.records.tree import TreeWriter
from archiver.records.writing import Closing, Covers, Opening, TagFiles, Writer, no_covers


@dataclass(frozen=True, slots=True)
class RecordKind:
    """One record.

    Attributes:
        path: Its path in the bag.
        says: What it is, as the bag's README says it; empty where the line for its folder does.
        open: Begins to write it.
        always: Whether every bag has it.
        handed_over: Whether a receiving system reads it, so that it lies where the bag's layout has such things.
        description: The name by which it is asked for, where it is written only then.
    """

    path: str
    says: str
    open: Callable[[Opening], Writer]
    always: bool = True
    handed_over: bool = False
    description: str = ""

    def of(self, layout: Layout) -> str:
        """Its path in a bag with a layout."""
        return layout.place(self.path) if self.handed_over else self.path

    def belongs_to(self, bag: BagForm | BagPlan) -> bool:
        """Whether a bag gets it, as far as that is known before the first file."""
        if self.description:
            return self.description in bag.descriptions
        asked = {
            PREMIS_RECORD: bag.premis,
            ACCRUAL_RECORD: bag.accrual is not None,
            DERIVATION_RECORD: bag.derivation is not None,
        }
        return asked.get(self.path, True)


RECORDS = (
    RecordKind(TABLE_RECORD, "one row for every file, for a spreadsheet", TableWriter),
    RecordKind(FILES_RECORD, "the same in full, one JSON object a line", FilesWriter),
    RecordKind(STATE_RECORD, "every file of the source, and which bag has it", StateWriter),
    RecordKind(TREE_RECORD, "folders, links, extended attributes, what was left out", TreeWriter),
    RecordKind(EVENTS_RECORD, "what was done to the files, and by what program", EventsWriter),
    RecordKind(
        PREMIS_RECORD,
        "the same up to packing, for repositories (PREMIS 3)",
        PremisWriter,
        always=False,
        handed_over=True,
    ),
    RecordKind(
        ROWS_RECORD, "what may be done with each file, for repositories", RowsWriter, handed_over=True
    ),
    RecordKind(
        DUBLIN_CORE_RECORD,
        "the files in Dublin Core, a row each",
        DublinCoreWriter,
        handed_over=True,
        description="dublin-core",
    ),
    RecordKind(
        CRATE_RECORD, "the package as an RO-Crate, for research data", CrateWriter, description="ro-crate"
    ),
    RecordKind(MODS_RECORD, "the albums in MODS, for library catalogues", ModsWriter, description="mods"),
    RecordKind(EAD_RECORD, "the albums in EAD 3, for archivists to go on from", EadWriter, description="ead"),
    RecordKind(METS_RECORD, "the package in METS", MetsWriter, description="mets"),
    RecordKind(
        ACCRUAL_RECORD, "what of it was in the earlier accession already", AccrualWriter, always=False
    ),
    RecordKind(DERIVATION_RECORD, "what it was made from", DerivationWriter, always=False),
    RecordKind(EMPTY_FOLDERS_RECORD, "", EmptyFoldersWriter, always=False),
    RecordKind(RIGHTS_README, "", RightsReadmeWriter),
    RecordKind(USAGE_RECORD, "", UsageWriter),
    RecordKind(RESERVATIONS_RECORD, "", ReservationWriter),
    RecordKind(ASSERTIONS_RECORD, "", AssertionWriter),
    RecordKind(README, "", ReadmeWriter),
)
"""Every record but that of rights, which others refer to and which is opened before them."""

RIGHTS_FOLDER = ("metadata/rights/", "what was declared and decided, and on what evidence")


DESCRIPTIONS = tuple(sorted({kind.description for kind in RECORDS if kind.description}))
"""What can be asked for beside the records that every bag has."""


def record_paths(kinds: Sequence[RecordKind], form: BagForm, *, empty_folders: bool) -> tuple[str, ...]:
    """The paths of the records that a bag will have."""
    written = (kind for kind in kinds if kind.belongs_to(form))
    there = (kind for kind in written if empty_folders or kind.path != EMPTY_FOLDERS_RECORD)
    return (RIGHTS_RECORD, *(kind.of(form.layout) for kind in there))


class RecordWriters:
    """The writers of all records of one bag.

    Args:
        plan: The bag.
        context: What the decisions rest on.
        files: Creates tag files.
        kinds: The records to write beside that of rights.
        covers: Gives small pictures of what is embedded in the files of the bag.
    """

    def __init__(
        self,
        plan: BagPlan,
        context: RightsContext,
        files: TagFiles,
        kinds: Sequence[RecordKind],
        covers: Covers = no_covers,
    ) -> None:
        rights = RightsWriter(files.new(RIGHTS_RECORD), context)
        opening = Opening(plan, context, files.new, files.lent, rights.identify, covers)
        handed_over = replace(opening, new_file=lambda path: files.new(plan.layout.place(path)))
        self._anonymous = context.anonymous_withheld
        self._layout = plan.layout
        self._kinds = [kind for kind in kinds if kind.belongs_to(plan)]
        # decisions are written as the other records ask for them, so theirs is the last to be finished
        self._writers: Sequence[Writer] = (
            *(kind.open(handed_over if kind.handed_over else opening) for kind in self._kinds),
            rights,
        )

    @property
    def described(self) -> tuple[tuple[str, str], ...]:
        """Path and description of what lies in ``metadata/``, for the bag's README."""
        return (*((kind.of(self._layout), kind.says) for kind in self._kinds if kind.says), RIGHTS_FOLDER)

    def add(self, entry: PackEntry) -> None:
        """Record one entry with its outcome."""
        told = without_other_names(entry) if self._anonymous else entry
        for writer in self._writers:
            writer.add(told)

    def finish(self, closing: Closing) -> None:
        """Write what can be said only at the end."""
        for writer in self._writers:
            writer.finish(closing)
