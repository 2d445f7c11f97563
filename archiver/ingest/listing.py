"""What one look at a folder saw, as a digest: by it a folder in which nothing changed is known again without a second look."""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterable

from archiver.model.source import Listing

_SEEN = struct.Struct("<IQqqQ")
_DIGEST_BYTES = 16
_NUMBER = (1 << 64) - 1


def listing_of(itself: os.stat_result, entries: Iterable[tuple[bytes, os.stat_result]]) -> Listing:
    """Return what was seen of a folder.

    Args:
        itself: What the system says of the folder.
        entries: Names of all that lies in it, each once, with what ``lstat`` said.
    """
    newest = max(itself.st_mtime_ns, itself.st_ctime_ns)
    lines = []
    for name, status in entries:
        modified, changed = status.st_mtime_ns, status.st_ctime_ns
        newest = max(newest, modified, changed)
        lines.append(
            name
            + b"\0"
            + _SEEN.pack(status.st_mode, status.st_size, modified, changed, status.st_ino & _NUMBER)
        )
    lines.sort()
    modified, changed = itself.st_mtime_ns, itself.st_ctime_ns
    lines.append(_SEEN.pack(itself.st_mode, 0, modified, changed, itself.st_ino & _NUMBER))
    # the sizes of names differ and each ends in a NUL, so that no two listings give the same bytes
    return Listing(hashlib.blake2b(b"".join(lines), digest_size=_DIGEST_BYTES).digest(), newest)
