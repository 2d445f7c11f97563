"""Changes the tag files of a finished bag after verifying it in full, and records the event."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Protocol, TypeVar

from archiver.bagit.report import Depth
from archiver.bagit.updating.holding import BusyBagError, InvalidBagError
from archiver.bagit.updating.journal import UnfinishedUpdateError, UpdateError, is_update_pending
from archiver.bagit.updating.signed import Signed, SignedBagError
from archiver.bagit.updating.update import (
    Appended,
    Deciding,
    Stager,
    Updated,
    add_algorithm,
    add_tag_files,
    set_info,
    untold,
)
from archiver.bagit.validate import open_bag
from archiver.bagit.writer import BagWriteError
from archiver.errors import ArchiverError, ExitStatus, Remedy, StoreError, UsageError, Way
from archiver.executors.pools import Threads
from archiver.machine import MachineError, reason
from archiver.model.run import Event, Run
from archiver.records.baginfo import parse_label
from archiver.records.events import HEADER, event_line
from archiver.records.names import EVENTS_RECORD
from archiver.store.keeping import refuse_kept
from archiver.usecases.recovery_sets import renewing
from archiver.usecases.settled import known_algorithms
from archiver.usecases.watch import Meter, Step, Watch

T = TypeVar("T")
R = TypeVar("R", bound="Read")


class BagUpdateError(ArchiverError):
    """The bag cannot be updated: it is held by another update, or of a kind that is not updated."""


class BagDamagedError(BagUpdateError):
    """The bag is not valid, so that it is not updated."""

    exit_code = ExitStatus.DAMAGED


class Read(Protocol):
    """An outcome of reading files."""

    @property
    def bytes(self) -> int:
        """Bytes that were read."""


def add_algorithm_to(  # noqa: PLR0913, PLR0917 - what is asked for, by whom, with what
    bag: str,
    algorithm: str,
    run: Run,
    jobs: int,
    watch: Watch,
    signed: Signed = Signed.REFUSE,
    deciding: Deciding = untold,
) -> Updated:
    """Give a bag manifests of one more algorithm.

    Args:
        bag: Path of the bag's folder.
        algorithm: Any common name of it.
        run: Who does it, and when.
        jobs: Threads to use.
        watch: Counts the bytes verified, then the bytes read once more.
        signed: What becomes of signatures, which would no longer hold.
        deciding: Is told the pin that the bag will have, before anything of it is changed.

    Raises:
        UsageError: where the algorithm is unknown, ``bag`` is no folder, or is signed and that is not to change.
        BagDamagedError: where the bag is not valid.
        BagUpdateError: where it cannot be updated for another reason.
        StoreError: where the bag cannot be written; the next update completes or undoes what was begun.
    """
    (name,) = known_algorithms([algorithm])
    detail = f"{name} manifests were added after the bag was verified in full.{_set_aside(signed)}"
    event = Event("message digest calculation", run.now(), "Success", detail, run.software)
    with faults_told(bag):
        folder, payload, everything = measured(bag)
    with renewing(bag, run, watch) as also, faults_told(bag):
        verifying = Step("Verifying", "bytes", everything, Meter())
        adding = Step(f"Computing {name}", "bytes", payload, Meter())
        with Threads(jobs) as threads:
            return add_algorithm(
                folder,
                name,
                Appended(EVENTS_RECORD, event_line(event), HEADER),
                lambda work, items: watched(threads, watch, verifying, work, items),
                lambda work, items: watched(threads, watch, adding, work, items),
                signed,
                also,
                deciding,
            )


def set_info_of(  # noqa: PLR0913, PLR0917 - what is asked for, by whom, with what
    bag: str,
    given: str,
    run: Run,
    jobs: int,
    watch: Watch,
    signed: Signed = Signed.REFUSE,
    deciding: Deciding = untold,
) -> Updated:
    """Give one label of a bag's ``bag-info.txt`` one value.

    Args:
        bag: Path of the bag's folder.
        given: The label and its value, as ``Label: value``.
        run: Who does it, and when.
        jobs: Threads to use.
        watch: Counts the bytes verified.
        signed: What becomes of signatures, which would no longer hold.
        deciding: Is told the pin that the bag will have, before anything of it is changed.

    Raises:
        UsageError: where label or value cannot stand there, ``bag`` is no folder, or is signed and that is not to change.
        BagDamagedError: where the bag is not valid.
        BagUpdateError: where it cannot be updated for another reason, or the label is computed.
        StoreError: where the bag cannot be written; the next update completes or undoes what was begun.
    """
    label, value = parse_label(given)
    detail = (
        f"The label {label} of bag-info.txt was set after the bag was verified in full.{_set_aside(signed)}"
    )
    event = Event("metadata modification", run.now(), "Success", detail, run.software)
    with faults_told(bag):
        folder, _, everything = measured(bag)
    with renewing(bag, run, watch) as also, faults_told(bag):
        verifying = Step("Verifying", "bytes", everything, Meter())
        with Threads(jobs) as threads:
            return set_info(
                folder,
                label,
                value,
                Appended(EVENTS_RECORD, event_line(event), HEADER),
                lambda work, items: watched(threads, watch, verifying, work, items),
                signed,
                also,
                deciding,
            )


def add_files_to(  # noqa: PLR0913, PLR0917 - as the others, and what is added
    bag: str,
    write: Stager,
    detail: str,
    run: Run,
    jobs: int,
    watch: Watch,
    signed: Signed = Signed.REFUSE,
    deciding: Deciding = untold,
) -> Updated:
    """Give a bag further tag files.

    Args:
        bag: Path of the bag's folder.
        write: Stages them; see :func:`archiver.bagit.updating.update.add_tag_files`.
        detail: What the bag's own log tells of it.
        run: Who does it, and when.
        jobs: Threads to use.
        watch: Counts the bytes verified.
        signed: What becomes of signatures, which would no longer hold.
        deciding: Is told the pin that the bag will have, before anything of it is changed.

    Raises:
        UsageError: where ``bag`` is no folder, or is signed and that is not to change.
        BagDamagedError: where the bag is not valid.
        BagUpdateError: where it cannot be updated for another reason.
        StoreError: where the bag cannot be written; the next update completes or undoes what was begun.
    """
    event = Event("metadata modification", run.now(), "Success", detail + _set_aside(signed), run.software)
    with faults_told(bag):
        folder, _, everything = measured(bag)
        verifying = Step("Verifying", "bytes", everything, Meter())
        with Threads(jobs) as threads:
            return add_tag_files(
                folder,
                write,
                Appended(EVENTS_RECORD, event_line(event), HEADER),
                lambda work, items: watched(threads, watch, verifying, work, items),
                signed,
                deciding,
            )


def _set_aside(signed: Signed) -> str:
    return " Signatures that it had were set aside." if signed is Signed.SET_ASIDE else ""


@contextlib.contextmanager
def faults_told(bag: str) -> Iterator[None]:
    """Say of every fault in what state it left the bag, and what to do."""
    try:
        yield
    except BagWriteError as error:
        raise UsageError(str(error), "Nothing was changed.") from error
    except InvalidBagError as error:
        raise BagDamagedError(
            f"cannot update {bag}: {error}",
            "Nothing else was changed.",
            remedies=[Remedy(Way.LIST_DAMAGE, bag)],
        ) from error
    except SignedBagError as error:
        raise UsageError(
            f"cannot update {bag}: {error}",
            "Its tag files are as they were. Its signatures would no longer hold; who signed would have to sign anew.",
            remedies=[Remedy(Way.SET_SIGNATURES_ASIDE)],
        ) from error
    except BusyBagError as error:
        raise BagUpdateError(
            f"cannot update {bag}: {error}", "Wait until it has ended, then try again."
        ) from error
    except UnfinishedUpdateError as error:
        raise BagDamagedError(
            f"cannot update {bag}: {error}",
            "The payload was not changed.",
            remedies=[Remedy(Way.RESTORE_TAG_FILES, bag)],
        ) from error
    except UpdateError as error:
        raise BagUpdateError(f"cannot update {bag}: {error}", "The bag is as it was.") from error
    except MachineError as error:
        raise BagUpdateError(
            f"cannot update {bag}: {error.message}",
            f"{_state(bag)} {error.hint}",
            remedies=[Remedy(Way.AGAIN)],
        ) from error
    except OSError as error:
        raise _unwritable(bag, error) from error


def measured(bag: str) -> tuple[bytes, int, int]:
    """Return the bag's path, and how many bytes its payload and all its files hold."""
    if not os.path.isdir(bag):
        raise UsageError(f"{bag} is no folder", "Name a bag that is a folder; an archive is not updated.")
    refuse_kept(os.path.dirname(os.path.realpath(os.fsencode(bag))), f"update {bag}")
    if not os.access(bag, os.R_OK | os.W_OK | os.X_OK):
        raise StoreError(
            f"cannot update {bag}: it cannot be written",
            "The bag is as it was. Its disk is read-only, or its folder is not yours to write: mend that first.",
        )
    with open_bag(bag, Depth.FAST) as listed:
        return os.fsencode(bag), listed.payload_bytes, listed.total_bytes


def watched(
    threads: Threads, watch: Watch, step: Step, work: Callable[..., R], items: Iterable[T]
) -> Iterable[R]:
    """Do work on items with threads, in their order, and count the bytes that are read by a step."""
    reading = work if step.meter is None else partial(work, reading=step.meter.add)
    return watch.track(step, threads.map_ordered(reading, items), lambda read: read.bytes)


def _unwritable(bag: str, error: OSError) -> StoreError:
    way = Way.COMPLETE if is_update_pending(os.fsencode(bag)) else Way.AGAIN
    return StoreError(
        f"cannot update {bag}: {reason(error)}", f"{_state(bag)} Mend the cause.", remedies=[Remedy(way)]
    )


def _state(bag: str) -> str:
    if is_update_pending(os.fsencode(bag)):
        return "The payload was not changed. Its tag files are partly new."
    return "The payload was not changed. Its tag files are all old or all new."
