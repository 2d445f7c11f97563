"""Finds a profile by the name of one that is bundled, or as a file; nothing is ever fetched."""

from __future__ import annotations

import os
from importlib.resources import files

from archiver import filesystem
from archiver.bagit.profiles.parse import MAX_BYTES, parse_profile
from archiver.bagit.profiles.profile import Profile, ProfileError

BUNDLED = ("aptrust", "btr", "metaarchive")
"""Names of the profiles that come along: APTrust, Beyond the Repository, MetaArchive."""


def load_profile(name: str) -> Profile:
    """Read the bundled profile ``name``, or the profile in the file ``name``.

    A file of a bundled profile's name is reached as ``./btr``.

    Raises:
        ProfileError: if it is neither, cannot be read, or is no sound profile.
    """
    if name in BUNDLED:
        content = files("archiver.bagit.profiles").joinpath(f"{name}.json").read_bytes()
        return parse_profile(content, name)
    return parse_profile(_read(name), name)


def _read(name: str) -> bytes:
    try:
        return filesystem.read_small(filesystem.open_named(os.fsencode(name)), MAX_BYTES)
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or str(error)
        known = ", ".join(BUNDLED)
        flaw = f"it is neither one of {known} nor a file that can be read: {reason[:1].lower()}{reason[1:]}"
        raise ProfileError(name, (flaw,)) from error
