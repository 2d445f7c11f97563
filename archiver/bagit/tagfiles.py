"""Lists the tag files of a bag folder: everything outside the payload but the tag manifests (RFC 8493 §2.2.1)."""

from __future__ import annotations

import os
import re

from archiver import filesystem

BAG_INFO = "bag-info.txt"
"""The labels that say what a bag is (RFC 8493 §2.2.2)."""

_TAG_MANIFEST = re.compile(r"tagmanifest-[A-Za-z0-9]+\.txt")
_NAMED_BY_BAGIT = re.compile(r"bagit\.txt|bag-info\.txt|fetch\.txt|(tag)?manifest-[A-Za-z0-9]+\.txt")


def is_tag_manifest(path: str) -> bool:
    """Whether the path, relative to the bag, names a tag manifest."""
    return _TAG_MANIFEST.fullmatch(path) is not None


def is_bagit_file(path: str) -> bool:
    """Whether the path, relative to the bag, is a tag file that BagIt itself gives a meaning to."""
    return _NAMED_BY_BAGIT.fullmatch(path) is not None


def list_tag_files(folder: int) -> list[str]:
    """Return the paths of all tag files below the bag's descriptor ``folder`` but the tag manifests.

    They are relative to the bag, ``/`` between folders, sorted by their bytes; names that are not UTF-8 carry
    surrogate escapes.

    Raises:
        NotRegularError: if something that is neither file nor folder lies among them, links included.
        OSError: as the system calls do.
    """
    found: list[bytes] = []
    folders = [b""]
    while folders:
        where = folders.pop()
        with filesystem.folder_beneath(folder, where) as opened, os.scandir(opened) as entries:
            for entry in entries:
                path = where + os.fsencode(entry.name)
                if path == b"data":
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(path + b"/")
                elif not entry.is_file(follow_symlinks=False):
                    raise filesystem.NotRegularError(f"not a regular file among the tag files: {path!r}")
                else:
                    found.append(path)
    return [path for path in map(os.fsdecode, sorted(found)) if not is_tag_manifest(path)]
