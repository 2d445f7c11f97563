"""Tells of a symbolic link where it leads: to something in the sources, out of them, nowhere, or to itself."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass

from archiver.ingest.names import record_names
from archiver.machine import reason, refuse_own_limit
from archiver.model.problem import Problem
from archiver.model.source import Link, Source, Unpacked, undecodable
from archiver.personal.find import withheld


@dataclass(frozen=True, slots=True)
class LinkPlace:
    """Where a link lies: the folder that its source is, its path below that in the system's bytes, its record path."""

    root: bytes
    relative: bytes
    path: str


def link_entry(place: LinkPlace, target: bytes | None, sources: Sequence[Source]) -> Link | Unpacked:
    """Look where a link leads, opening nothing.

    Args:
        place: Where it lies.
        target: What it says; ``None`` where that could not be read.
        sources: All sources of the run; a link from one into another leads nowhere outside.

    Returns:
        The link; or problem ``S106`` where it leads out of the sources, to nothing that can be reached, or to a
        folder that it lies in itself.
    """
    original = undecodable(place.relative)
    if target is None:
        problem = Problem(place.path, "S106", "a symbolic link that cannot be read")
        return Unpacked(problem, original)
    said = withheld(target.decode("utf-8", "backslashreplace"))
    fault = None
    try:
        end = os.path.realpath(place.root + b"/" + place.relative, strict=True)
    except OSError as error:
        refuse_own_limit(error)
        fault = _unreachable(error)
    else:
        if (place.root.rstrip(b"/") + b"/" + place.relative).startswith(end.rstrip(b"/") + b"/"):
            fault = "a folder that it lies in itself"
        leads_to = _record_path(end, sources)
        if leads_to is None:
            fault = "outside the source"
        elif fault is None:
            return Link(place.path, target, leads_to, original)
    return Unpacked(Problem(place.path, "S106", f"a symbolic link to {said}, {fault}"), original, target)


def _unreachable(error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "which leads round in a circle"
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return "where nothing is"
    return f"which cannot be looked at: {reason(error)}"


def _record_path(end: bytes, sources: Sequence[Source]) -> str | None:
    """The record path of what lies at ``end``, as far as no name beside it decides it; ``None`` outside the sources."""
    for source in sources:
        top = source.root.rstrip(b"/")
        if source.only is None and (end == source.root or end.startswith(top + b"/")):
            parts = [part for part in end[len(top) :].split(b"/") if part]
            names = (record_names([part])[part] for part in parts)
            return "/".join(filter(None, (source.folder, *names)))
    return None
