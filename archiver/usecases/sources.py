"""Turns what a person named as sources into values, and refuses what would pack a bag or a store into itself."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
import stat
import unicodedata
from collections.abc import Sequence

from archiver.errors import Remedy, UsageError, Way
from archiver.ingest.names import record_names
from archiver.machine import reason
from archiver.model.source import Source


def sources_of(paths: Sequence[str], *, bags_on_purpose: bool = True) -> tuple[Source, ...]:
    """Resolve each path to a source; several sources get a folder each, named after them and told apart.

    Files of one folder, as a shell's ``*.flac`` names them, share that folder's place.

    Args:
        paths: Folders or files as the user named them; links named here are followed.
        bags_on_purpose: Whether a source may be a bag, or lie in one.

    Raises:
        UsageError: where a path is not there, is neither folder nor file, is named twice or lies in another,
            or is a bag by accident.
    """
    roots = [_resolved(path) for path in paths]
    _refuse_overlap(paths, roots)
    if not bags_on_purpose:
        for path, root in zip(paths, roots, strict=True):
            _refuse_bag(path, root)
    sources = [_source(root, path) for root, path in zip(roots, paths, strict=True)]
    tops = list(dict.fromkeys(source.root for source in sources))
    folders = dict(zip(tops, _told_apart([_name(top) for top in tops]), strict=True))
    if len(tops) == 1:
        return tuple(sources)
    return tuple(dataclasses.replace(source, folder=folders[source.root]) for source in sources)


def refuse_store_in_source(store: bytes, sources: Sequence[Source]) -> None:
    """Refuse to pack a store into itself.

    Raises:
        UsageError: where the store is, or lies in, a source; or a source lies where bags are being built.
    """
    real = os.path.realpath(store)
    for source in sources:
        root = source.root if source.only is None else source.root + b"/" + source.only
        if real == root or real.startswith(root.rstrip(b"/") + b"/") or _is_above(root, real):
            raise UsageError(
                f"the store {os.fsdecode(store)} lies in the source {os.fsdecode(root)}",
                "A store cannot be packed into itself. Choose a store outside the source, on another disk if you can.",
            )
        if (root + b"/").startswith(real + b"/.incoming/"):
            raise UsageError(
                f"the source {os.fsdecode(root)} is an unfinished package of the store",
                "Name the folder that your music is in.",
            )


def _is_above(root: bytes, real: bytes) -> bool:
    """Whether the path ``real`` is in the folder ``root``, though by another path to it, as a bind mount gives one."""
    try:
        wanted = os.stat(root)
    except OSError:  # what is wrong with it is told where it is listed
        return False
    folder = real
    while True:
        with contextlib.suppress(OSError):
            if os.path.samestat(os.stat(folder), wanted):
                return True
        if folder == os.path.dirname(folder):
            return False
        folder = os.path.dirname(folder)


def _resolved(path: str) -> bytes:
    root = os.path.realpath(os.fsencode(path))
    try:
        mode = os.stat(root).st_mode
    except OSError as error:
        raise UsageError(f"cannot read the source {path}: {reason(error)}", "Check its spelling.") from error
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise UsageError(
            f"the source {path} is neither a folder nor a file", "Name the folder your music is in."
        )
    return root


def _refuse_overlap(paths: Sequence[str], roots: Sequence[bytes]) -> None:
    # sorted so, whatever lies in a folder stands right behind it
    placed = sorted((root.rstrip(b"/") + b"/", path) for path, root in zip(paths, roots, strict=True))
    for (outer, other), (root, path) in itertools.pairwise(placed):
        if root.startswith(outer):
            relation = "is the same as" if root == outer else "lies in"
            raise UsageError(f"the source {path} {relation} the source {other}", "Name it once.")


def _refuse_bag(path: str, root: bytes) -> None:
    folder = root
    while True:
        if os.path.isfile(folder + b"/bagit.txt") and os.path.isdir(folder + b"/data"):
            relation = "is a bag" if folder == root else f"lies in the bag {os.fsdecode(folder)}"
            raise UsageError(
                f"the source {path} {relation} already",
                remedies=[
                    Remedy(Way.BAG_IN_BAG),
                    Remedy(Way.VERIFY, path if folder == root else os.fsdecode(folder)),
                ],
            )
        above = os.path.dirname(folder)
        if above == folder:
            return
        folder = above


def _name(root: bytes) -> str:
    name = os.path.basename(root) or b"root"
    return record_names([name])[name]


def _told_apart(names: Sequence[str]) -> list[str]:
    given: list[str] = []
    taken: set[str] = set()
    for name in names:
        candidate, number = name, 1
        while _folded(candidate) in taken:
            number += 1
            candidate = f"{name}_{number}"
        taken.add(_folded(candidate))
        given.append(candidate)
    return given


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _source(root: bytes, named: str) -> Source:
    """A source bears the name under which the user knows it, which may be that of a link to it."""
    name = _name(os.path.abspath(os.fsencode(named)))
    if os.path.isdir(root):
        return Source(root, None, "", name)
    return Source(os.path.dirname(root), os.path.basename(root), "", name)
