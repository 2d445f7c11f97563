"""The pin of a bag that is read through its source: what tells one bag's copies from another's."""

from __future__ import annotations

from archiver.bagit.bag_source import BagSource
from archiver.bagit.pin import pin_at, pinned_manifest
from archiver.bagit.reading import Listing, read_top
from archiver.bagit.telling import ignore

_UNREAD = "B801"
"""The finding of an archive that cannot be read any further."""


def pin_of(source: BagSource) -> bytes | None:
    """Return the pin of a bag; ``None`` where it has no manifest that can be read.

    Raises:
        OSError: as the system calls do.
    """
    with source.listing(ignore) as listing:
        if listing.top is None or broken_off(listing) is not None:
            return None
        pinned = pinned_manifest(read_top(listing.top).manifests)
        return None if pinned is None else pin_at(listing.top, pinned)


def broken_off(listing: Listing) -> str | None:
    """Why an archive could not be read to its end; its tag manifest may lie behind, and what was read would be another's pin."""
    return next((one.message for one in listing.found.report() if one.code == _UNREAD), None)
