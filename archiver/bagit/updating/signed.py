"""What an update does with signatures, which hold for the tag manifests as they are and for no others."""

from __future__ import annotations

import os
import re
from enum import Enum, auto

from archiver import filesystem
from archiver.bagit.tagfiles import SIGNATURES, SIGNATURES_README, SIGNERS, is_tag_manifest, told_of_signing
from archiver.bagit.updating.journal import UpdateError
from archiver.bagit.writer import new_tag_file

_FOLDER = SIGNATURES.rstrip("/").encode()
_BEFORE = re.compile(rb"before-([0-9]{1,6})")
_COPIED = 1 << 20


class Signed(Enum):
    """What becomes of signatures when a bag is changed."""

    REFUSE = auto()
    """A bag that has some is not changed."""
    SET_ASIDE = auto()
    """They are moved away, with the tag manifests that they are of, so that they can be checked as before."""
    KEEP = auto()
    """They stay, for no tag manifest changes."""


class SignedBagError(UpdateError):
    """The bag is signed, so that its tag files are not changed."""


def signatures_in(folder: int) -> list[bytes]:
    """Return the names of the signatures in the bag's folder descriptor ``folder``, and of what they are checked by, sorted.

    Raises:
        OSError: as the system calls do.
    """
    try:
        with filesystem.folder_beneath(folder, _FOLDER) as opened:
            names = sorted(map(os.fsencode, os.listdir(opened)))
    except (FileNotFoundError, NotADirectoryError):
        return []
    kept = {SIGNATURES_README, SIGNERS}
    paths = ((SIGNATURES + os.fsdecode(name), name) for name in names)
    return [name for path, name in paths if path not in kept and told_of_signing(path) is not None]


def refuse_signed(folder: int, signed: Signed) -> None:
    """Refuse a bag whose signatures would no longer hold.

    Raises:
        SignedBagError: if it has signatures that are not to be set aside.
        OSError: as the system calls do.
    """
    if signed is Signed.REFUSE and (names := signatures_in(folder)):
        raise SignedBagError(
            f"it is signed ({os.fsdecode(names[0])}), and a signed tag manifest would change"
        )


def set_aside(folder: int) -> None:
    """Move signatures into a folder of their own, with copies of the tag manifests as they still are.

    The copies are durable before anything is moved, so that at every moment a signature lies beside what it is of.

    Args:
        folder: Descriptor of the bag's folder.

    Raises:
        OSError: as the system calls do.
    """
    names = signatures_in(folder)
    if not names:
        return
    with filesystem.folder_beneath(folder, _FOLDER) as opened:
        aside = b"before-%d" % _next_number(opened)
        below = filesystem.make_folders_beneath(opened, aside)
        try:
            filesystem.sync_folder(opened)
            for manifest in filter(is_tag_manifest, sorted(os.listdir(folder))):
                _copy(manifest, folder, below)
            for name in names:
                os.rename(name, name, src_dir_fd=opened, dst_dir_fd=below)
            filesystem.sync_folder(below)
            filesystem.sync_folder(opened)
        finally:
            os.close(below)


def _next_number(folder: int) -> int:
    found = map(_BEFORE.fullmatch, map(os.fsencode, os.listdir(folder)))
    return max((int(one[1]) for one in found if one is not None), default=0) + 1


def _copy(name: str, folder: int, below: int) -> None:
    descriptor = filesystem.open_regular(name.encode(), folder)
    with os.fdopen(descriptor, "rb") as source, new_tag_file(below, name) as stream:
        while block := source.read(_COPIED):
            stream.write(block)
