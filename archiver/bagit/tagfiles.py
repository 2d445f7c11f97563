"""Lists the tag files of a bag folder: everything outside the payload but the tag manifests (RFC 8493 §2.2.1)."""

from __future__ import annotations

import os
import re

from archiver import filesystem

BAG_INFO = "bag-info.txt"
"""The labels that say what a bag is (RFC 8493 §2.2.2)."""

SIGNATURES = "signatures/"
"""Where signatures of the tag manifests lie; they come after these, so that no tag manifest lists them."""

SIGNATURES_README = f"{SIGNATURES}README.txt"
SIGNERS = f"{SIGNATURES}signers.txt"
"""Public keys of who signed, as they call themselves."""

_SIGNATURE = re.compile(
    r"signatures/(before-[0-9]{1,6}/)?(tagmanifest-[A-Za-z0-9]+\.txt)"
    r"((?:\.[A-Za-z0-9_-]+)*\.(?:sig|asc|gpg|minisig|p7s|tsr|ots)(\.(?:crt|pub))?|\.tsq)?"
)
_TAG_MANIFEST = re.compile(r"tagmanifest-[A-Za-z0-9]+\.txt")
_NAMED_BY_BAGIT = re.compile(r"bagit\.txt|bag-info\.txt|fetch\.txt|(tag)?manifest-[A-Za-z0-9]+\.txt")


def is_tag_manifest(path: str) -> bool:
    """Whether the path, relative to the bag, names a tag manifest."""
    return _TAG_MANIFEST.fullmatch(path) is not None


def is_bagit_file(path: str) -> bool:
    """Whether the path, relative to the bag, is a tag file that BagIt itself gives a meaning to."""
    return _NAMED_BY_BAGIT.fullmatch(path) is not None


def signed_by(path: str) -> str | None:
    """Return the name of the tag manifest that a file in the bag is a signature of, by its name; ``None`` for any other.

    One that was set aside is a signature of nothing that is there.
    """
    parsed = _SIGNATURE.fullmatch(path)
    if parsed is None or parsed[1] or parsed[4] or parsed[3] in (None, ".tsq"):
        return None
    return parsed[2]


def told_of_signing(path: str) -> str | None:
    """Say what a file in the bag has to do with signatures, by its name; ``None`` where it has nothing."""
    if path == SIGNATURES_README:
        return "it says how to check the signatures beside it"
    if path == SIGNERS:
        return "it lists the public keys of those who signed"
    parsed = _SIGNATURE.fullmatch(path)
    if parsed is None or not (parsed[1] or parsed[3]):
        return None
    if parsed[1]:
        return "it was set aside when the tag files were changed"
    return f"it is a signature of {parsed[2]}, or what one is checked by"


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
