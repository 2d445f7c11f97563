"""Keeps what is written away from finished bags: a file or folder more in one makes it invalid."""

from __future__ import annotations

import os
import stat

from archiver.errors import UsageError
from archiver.store.area import INCOMING

_DECLARATION = b"bagit.txt"
_ARCHIVES = (b".tar", b".tar.gz", b".tgz", b".zip")


def refuse_finished(path: bytes, what: str) -> None:
    """Refuse to write at ``path``, which need not be there yet, where that would change a bag or a place of bags.

    Args:
        path: Where something is to be written; links on the way count as what they lead to.
        what: What it is, such as ``store``, for the message.

    Raises:
        UsageError: where it is a bag or lies in one, is an archive or bears an archive's name, or lies where a store
            builds its bags.
    """
    real = os.path.realpath(path)
    shown = os.fsdecode(path)
    bag = bag_around(real)
    if bag is not None:
        relation = "is a bag" if bag == real else f"lies in the bag {os.fsdecode(bag)}"
        raise UsageError(
            f"the {what} {shown} {relation}",
            f"Nothing was written. A bag is never added to; name the folder above it: {os.fsdecode(os.path.dirname(bag))}",
        )
    archive = _archive_at(real)
    if archive is not None:
        relation = (
            "has the name of an archive" if archive == real else f"lies in the archive {os.fsdecode(archive)}"
        )
        raise UsageError(
            f"the {what} {shown} {relation}",
            "Nothing was written. An archive is never added to; name the folder above it:"
            f" {os.fsdecode(os.path.dirname(archive))}",
        )
    if b"/" + INCOMING + b"/" in real + b"/":
        raise UsageError(
            f"the {what} {shown} lies where a store builds its bags",
            "Nothing was written. Name the store itself, or a folder outside it.",
        )


def bag_around(real: bytes) -> bytes | None:
    """The bag that the path ``real``, in which is no link, is or lies in; ``None`` where there is none."""
    folder = real
    while True:
        if os.path.isfile(folder + b"/" + _DECLARATION):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def _archive_at(real: bytes) -> bytes | None:
    """What of the path is an archive, or would be a folder that bears the name of one."""
    folder = real
    while folder != os.path.dirname(folder):
        try:
            is_folder = stat.S_ISDIR(os.stat(folder).st_mode)
        except OSError:
            is_folder = False
        if is_folder:
            return None
        if folder.lower().endswith(_ARCHIVES):
            return folder
        folder = os.path.dirname(folder)
    return None
