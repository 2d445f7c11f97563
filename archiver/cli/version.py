"""Which version of the program this is."""

from __future__ import annotations

import functools

DISTRIBUTION = "music-archiver"
"""The name under which the program is installed; the import name is ``archiver``."""

NOT_INSTALLED = "0+unknown"
"""The version of a program that runs from a folder and was never installed; PEP 440 takes it."""


@functools.cache
def program_version() -> str:
    """Return the version that was installed, which the build took from the tag; `NOT_INSTALLED` where none was."""
    # help and workers do without; its import takes longer than all else that prints a version
    from importlib import metadata  # noqa: PLC0415

    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return NOT_INSTALLED
