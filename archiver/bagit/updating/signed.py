"""What an update does with signatures, which hold for the tag manifests as they are and for no others."""

from __future__ import annotations

import os
import re
from enum import Enum, auto

from archiver import filesystem
from archiver.bagit.tagfiles import SIGNATURES, SIGNATURES_README, SIGNERS, is_tag_manifest, told_of_signing
from archiver.bagit.updating.journal import UpdateError
from archiver.bagit.writer import hash_beneath, new_tag_file

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
    manifests = list(filter(is_tag_manifest, sorted(os.listdir(folder))))
    with filesystem.folder_beneath(folder, _FOLDER) as opened:
        below = filesystem.make_lasting_folders_beneath(opened, _place_aside(opened, folder, manifests))
        try:
            for manifest in manifests:
                if not filesystem.is_there(manifest.encode(), below):
                    _copy(manifest, folder, below)
            for name in names:
                os.rename(name, name, src_dir_fd=opened, dst_dir_fd=below)
            filesystem.sync_folder(below)
            filesystem.sync_folder(opened)
        finally:
            os.close(below)


def _place_aside(opened: int, folder: int, manifests: list[str]) -> bytes:
    """Return the name of the folder that signatures go to: the one that a run was ended in filling, or a new one.

    Copies that are not whole, beside no signature, are removed.
    """
    found = map(_BEFORE.fullmatch, map(os.fsencode, os.listdir(opened)))
    last = max((int(one[1]) for one in found if one is not None), default=0)
    if last:
        with filesystem.folder_beneath(opened, b"before-%d" % last) as below:
            there = os.listdir(below)
            if all(_is_copied(one, folder, below) for one in manifests):
                return b"before-%d" % last
            if set(there) <= set(manifests):
                for one in there:
                    os.unlink(one, dir_fd=below)
                return b"before-%d" % last
    return b"before-%d" % (last + 1)


def _is_copied(name: str, folder: int, below: int) -> bool:
    if not filesystem.is_there(name.encode(), below):
        return False
    one, other = (hash_beneath(place, name, ("sha512",)) for place in (folder, below))
    return one == other


def _copy(name: str, folder: int, below: int) -> None:
    descriptor = filesystem.open_regular(name.encode(), folder)
    with os.fdopen(descriptor, "rb") as source, new_tag_file(below, name) as stream:
        while block := source.read(_COPIED):
            stream.write(block)
