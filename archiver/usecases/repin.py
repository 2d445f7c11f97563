"""Has the catalogue know a bag anew that a person changed, because that person says so.

Only then: a bag that changed in any other way is to be found, so nothing that checks bags takes a new pin over by itself.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from archiver.bagit.report import Depth
from archiver.catalogue.database import is_there, opened
from archiver.catalogue.stores import mark_checked
from archiver.errors import Remedy, UsageError, Way
from archiver.model.run import Run
from archiver.records.moments import rfc3339
from archiver.usecases.changed_bag import Change, know_anew, known_copy, log_change
from archiver.usecases.verify.signatures import Trust
from archiver.usecases.verify.verify import VerifiedBag, VerifyRequest, verify
from archiver.usecases.watch import Watch


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What came of accepting a bag as it is.

    Attributes:
        verified: What checking it found.
        before: The pin that the catalogue had.
        after: The pin that it has now; ``None`` where the bag is not valid and nothing was accepted.
    """

    verified: VerifiedBag
    before: bytes
    after: bytes | None


def accept(bag: str, catalogue: str, jobs: int, run: Run, watch: Watch) -> Acceptance:
    """Check a bag in full and, where it is valid, have the catalogue know it as it is now.

    Raises:
        UsageError: where the catalogue, or a copy at that path, is not there.
        StoreError: where the store's log cannot be written.
        CatalogueError: where the catalogue cannot be used.
    """
    path = os.path.realpath(os.fsencode(bag))
    place, name = os.path.split(path)
    if not is_there(catalogue):
        raise UsageError(
            f"there is no catalogue at {catalogue}",
            remedies=[Remedy(Way.ADD_STORE), Remedy(Way.ANOTHER_CATALOGUE)],
        )
    with opened(catalogue) as lent:
        copy = known_copy(lent, place, name)
        if copy is None:
            raise UsageError(
                f"the catalogue knows no bag at {bag}",
                "Nothing was changed.",
                remedies=[Remedy(Way.ADD_STORE, os.fsdecode(place))],
            )
        trust = Trust(None, required=False, now=run.now())
        (verified,) = verify(VerifyRequest((os.fsdecode(path),), Depth.FULL, None, jobs, trust), watch)
        after = verified.pin
        if after is None:
            return Acceptance(verified, copy.pin, None)
        if after != copy.pin or copy.copy.state != "present":
            log_change(place, name, Change("accepted as it is", copy.pin, after), run)
            know_anew(lent, copy, rfc3339(run.now()))
        with lent.write():
            mark_checked(lent, copy.copy, rfc3339(run.now()))
    return Acceptance(verified, copy.pin, after)
