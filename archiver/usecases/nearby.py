"""Finds the bags that a person may have meant who named a folder that is none: the store, or a part of a bag."""

from __future__ import annotations

import os

_DECLARATION = "bagit.txt"
_MOST_LOOKED_AT = 10_000


def bags_near(path: str) -> tuple[str, ...]:
    """Return the bag that the folder ``path`` lies in, or else the bags directly in it, by name; only looks at names.

    What cannot be looked at is passed over. Of a folder with more than ten thousand entries the others are not seen.
    """
    if not os.path.isdir(path):
        return ()
    around = os.path.dirname(os.path.realpath(path))
    while around != os.path.dirname(around):
        if os.path.isfile(os.path.join(around, _DECLARATION)):
            return (around,)
        around = os.path.dirname(around)
    try:
        with os.scandir(path) as entries:
            names = [entry.name for entry, _ in zip(entries, range(_MOST_LOOKED_AT), strict=False)]
    except OSError:
        return ()
    inside = (os.path.join(path, name) for name in sorted(names))
    return tuple(bag for bag in inside if os.path.isfile(os.path.join(bag, _DECLARATION)))
