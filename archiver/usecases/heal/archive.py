"""Heals a bag that is an archive: it is whole or it is not, so that a whole copy takes its place."""

from __future__ import annotations

import os
from collections.abc import Sequence

from archiver.bagit.validate import open_bag
from archiver.catalogue.bag_facts import UnreadableBagError
from archiver.catalogue.bag_pin import pin_of
from archiver.machine import refuse_own_limit
from archiver.store.healing import Placer, Workshop
from archiver.usecases.heal.outcome import Fault, Healed, Unhealed
from archiver.usecases.pins import Pin
from archiver.usecases.watch import Meter, Step, Watch

_BLOCK = 1 << 20


def is_right(path: bytes, pin: Pin, watch: Watch) -> bool:
    """Whether the archive at a path is a valid bag, and the one that is pinned."""
    meter = Meter()
    try:
        with open_bag(path) as validation:
            step = Step(
                f"Checking {os.fsdecode(os.path.basename(path))}", "bytes", validation.total_bytes, meter
            )
            for _ in watch.track(step, validation.check(reading=meter.add), lambda checked: checked.bytes):
                pass
            if not validation.report().valid:
                return False
            found = pin_of(validation.source)
    except (OSError, UnreadableBagError) as error:
        if isinstance(error, OSError):
            refuse_own_limit(error)
        return False
    return found is not None and pin.digest in (None, found.hex())


def heal_archive(  # noqa: PLR0913, PLR0917 - what one archive is healed with
    path: bytes, pin: Pin, copies: Sequence[str], workshop: Workshop, placer: Placer | None, watch: Watch
) -> Healed | Unhealed | None:
    """Put a whole copy in the place of an archive that is damaged; ``None`` where it is not.

    Args:
        path: Absolute path of the archive.
        pin: What says which bytes are right.
        copies: Paths of copies.
        workshop: Where the copy is made.
        placer: Puts it into place; ``None`` in a dry run.
        watch: Sees how far it has come.

    Raises:
        StoreError: where the store cannot be written; the archive is then as it was.
    """
    if os.path.exists(path) and is_right(path, pin, watch):
        return None
    fault: Fault = "damaged" if os.path.lexists(path) else "missing"
    if pin.digest is None:
        return Unhealed("", fault, "nobody but the archive itself says what it should be")
    folders = 0
    for copy in copies:
        if os.path.isdir(copy):
            folders += 1
        elif is_archive_alike(os.fsencode(copy), path) and _taken(copy, path, pin, workshop, placer, watch):
            return Healed("", fault, "copy", copy)
    if folders:
        reason = "an archive is healed by a whole archive only, and the copies are folders"
    else:
        reason = "no copy is a whole archive of the same kind"
    return Unhealed("", fault, reason)


def _taken(  # noqa: PLR0913, PLR0917 - as above
    copy: str, path: bytes, pin: Pin, workshop: Workshop, placer: Placer | None, watch: Watch
) -> bool:
    # under its own name, for an archive's name should be that of the folder in it
    name = os.path.basename(path)
    try:
        stream = open(copy, "rb")  # noqa: SIM115 - closed below
    except OSError:
        return False
    try:
        with stream, workshop.new(name) as making:
            modified = os.fstat(stream.fileno()).st_mtime_ns
            while block := stream.read(_BLOCK):
                making.write(block)
    except OSError:
        return False
    if not is_right(workshop.path(name), pin, watch):
        workshop.remove(name)
        return False
    if placer is not None:
        placer.place(workshop, name, "", modified)
    return True


def is_archive_alike(copy: bytes, path: bytes) -> bool:
    """Whether a copy is an archive of the same kind as the one at a path."""
    return os.path.isfile(copy) and _kind(copy) == _kind(path)


def _kind(path: bytes) -> str:
    name = os.fsdecode(path).lower()
    if name.endswith((".tar.gz", ".tgz")):
        return "tar.gz"
    return os.path.splitext(name)[1]
