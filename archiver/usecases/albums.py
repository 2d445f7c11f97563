"""Looks at the albums of a scan; what one folder leaves open waits on disk for the others."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable, Iterator

from archiver.albums.look import looked_at
from archiver.albums.note import NotedAlbum
from archiver.albums.parts import Part, joined
from archiver.bagit.sorting import Sorter

_KEY = 16
_RUN_BYTES = 16 << 20


def noted_albums(entries: Iterable[object]) -> Iterator[NotedAlbum]:
    """Yield what there is to say of the albums of a scan: folder by folder, then of several folders.

    Args:
        entries: The entries of a scan, in its order.
    """
    with Sorter(_RUN_BYTES) as parts:
        for found in looked_at(entries):
            if isinstance(found, Part):
                parts.add(
                    hashlib.blake2b(found.key.encode("utf-8", "surrogatepass"), digest_size=_KEY).digest()
                    + pickle.dumps(found)
                )
            else:
                yield found
        yield from joined(pickle.loads(record[_KEY:]) for record in parts)  # noqa: S301 - from our own unnamed file
