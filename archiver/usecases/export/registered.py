"""Tells the store that has the original what was taken out of it: in the store's log, and in the catalogue that follows it."""

from __future__ import annotations

import os

from archiver.catalogue.database import SHORT_PATIENCE_MS, is_there, opened
from archiver.catalogue.events import follow_log
from archiver.catalogue.faults import CatalogueError
from archiver.catalogue.stores import find_store
from archiver.config import Settings, catalogue_place
from archiver.errors import ConfigError, StoreError, UsageError
from archiver.model.run import Run
from archiver.records.moments import rfc3339
from archiver.store.area import locked
from archiver.store.identity import read_identity
from archiver.store.log import Happened, append_event
from archiver.usecases.export.original import Original
from archiver.usecases.watch import Watch

EXPORTING = "exporting"
"""The type of the event, in the words of the PREMIS vocabulary."""


def exported(original: Original, detail: dict[str, object], run: Run) -> Happened:
    """Return what is told of an export.

    Args:
        original: The bag that it was made from.
        detail: What is told beside its place and pin, as plain values of JSON.
        run: The run.
    """
    name = os.fsdecode(os.path.basename(os.path.realpath(original.path)))
    told = {"path": name, "pin": original.pin, **detail}
    return Happened(EXPORTING, rfc3339(run.now()), original.identifier, "success", told, run.software)


def register(original: Original, held: bytes, happened: Happened, settings: Settings, watch: Watch) -> None:
    """Add a line to the log of the store that has the original; the export stands whether that can be done or not.

    A folder to which this program never wrote gets nothing.

    Args:
        original: The bag.
        held: Absolute path of the store whose lock the run holds.
        happened: What is told.
        settings: What says where the catalogue is; none is made where there is none.
        watch: Is told where it cannot be done.
    """
    place = os.path.dirname(os.path.realpath(original.path))
    try:
        identity = read_identity(place)
        if identity is None:
            return
        if place == os.path.realpath(held):
            append_event(place, happened)
        else:
            with locked(place):
                append_event(place, happened)
        catalogue = catalogue_place(None, settings)
        if is_there(catalogue):
            with opened(catalogue, SHORT_PATIENCE_MS) as lent:
                store = find_store(lent, identity, place)
                if store is not None:
                    with lent.write():
                        follow_log(lent, store)
    except (StoreError, CatalogueError, ConfigError, UsageError) as error:
        watch.note(f"The export is not noted where {original.name} is: {error.message}.")
