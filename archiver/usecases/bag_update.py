"""Changes the tag files of a finished bag after verifying it in full, and records the event."""

from __future__ import annotations

import os

from archiver.bagit.algorithms import UnknownAlgorithmError, normalise_algorithm
from archiver.bagit.update import Updated, add_algorithm, set_info
from archiver.bagit.update_journal import UpdateError
from archiver.bagit.writer import BagWriteError
from archiver.errors import ArchiverError, StoreError, UsageError
from archiver.executors import Threads
from archiver.model.run import Event, Run
from archiver.records.events import event_line

_UNCHANGED = "The bag is as it was before. Check it: archiver verify BAG"


class BagUpdateError(ArchiverError):
    """The bag cannot be updated: it is invalid, held by another update, or of a kind that is not updated."""


def add_algorithm_to(bag: str, algorithm: str, run: Run, jobs: int) -> Updated:
    """Give a bag manifests of one more algorithm.

    Raises:
        UsageError: where the algorithm is unknown or ``bag`` is no folder.
        BagUpdateError: where the bag is not valid.
        StoreError: where the bag cannot be written; the next update completes or undoes what was begun.
    """
    try:
        name = normalise_algorithm(algorithm)
    except UnknownAlgorithmError as error:
        raise UsageError(str(error), "Choose one of those.") from error
    detail = f"{name} manifests were added after the bag was verified in full."
    event = Event("message digest calculation", run.now(), "Success", detail, run.software)
    try:
        with Threads(jobs) as threads:
            return add_algorithm(_folder(bag), name, event_line(event), threads.map_ordered)
    except UpdateError as error:
        raise BagUpdateError(f"cannot update {bag}: {error}", _UNCHANGED) from error
    except OSError as error:
        raise _unwritable(bag, error) from error


def set_info_of(bag: str, label: str, value: str, run: Run, jobs: int) -> Updated:
    """Give one label of a bag's ``bag-info.txt`` one value.

    Raises:
        UsageError: where label or value cannot stand there, or ``bag`` is no folder.
        BagUpdateError: where the bag is not valid or the label is computed.
        StoreError: where the bag cannot be written; the next update completes or undoes what was begun.
    """
    detail = f"The label {label} of bag-info.txt was set after the bag was verified in full."
    event = Event("metadata modification", run.now(), "Success", detail, run.software)
    try:
        with Threads(jobs) as threads:
            return set_info(_folder(bag), label, value, event_line(event), threads.map_ordered)
    except BagWriteError as error:
        raise UsageError(str(error), "Nothing was changed.") from error
    except UpdateError as error:
        raise BagUpdateError(f"cannot update {bag}: {error}", _UNCHANGED) from error
    except OSError as error:
        raise _unwritable(bag, error) from error


def _folder(bag: str) -> bytes:
    if not os.path.isdir(bag):
        raise UsageError(f"{bag} is no folder", "Name a bag that is a folder; an archive is not updated.")
    return os.fsencode(bag)


def _unwritable(bag: str, error: OSError) -> StoreError:
    reason = (error.strerror or str(error)).lower()
    return StoreError(
        f"cannot update {bag}: {reason}",
        "Give the same command again: it completes or undoes what was begun.",
    )
