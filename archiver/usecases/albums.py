"""Looks at the albums of a scan and keeps on disk what is worth a look."""

from __future__ import annotations

import contextlib
import hashlib
import pickle
from collections.abc import Iterable, Iterator

from archiver.albums.look import looked_at
from archiver.albums.note import NotedAlbum
from archiver.albums.parts import Part, joined
from archiver.bagit.sorting import Sorter
from archiver.ingest.spool import Spool

_KEY = 16
_RUN_BYTES = 16 << 20


@contextlib.contextmanager
def noted_albums(entries: Iterable[object]) -> Iterator[Spool[NotedAlbum]]:
    """Lend what there is to say of the albums of a scan for a ``with`` block: folder by folder, then of several folders.

    Args:
        entries: The entries of a scan, in its order.
    """
    with Spool[NotedAlbum]() as noted, Sorter(_RUN_BYTES) as parts:
        for found in looked_at(entries):
            if isinstance(found, Part):
                parts.add(
                    hashlib.blake2b(found.key.encode("utf-8", "surrogatepass"), digest_size=_KEY).digest()
                    + pickle.dumps(found)
                )
            else:
                noted.append(found)
        noted.extend(joined(pickle.loads(record[_KEY:]) for record in parts))  # noqa: S301 - from our own unnamed file
        yield noted
