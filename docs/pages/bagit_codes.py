"""The reference page of finding codes, made from the registry."""

from __future__ import annotations

from itertools import groupby

from archiver.bagit.codes import FINDING_KINDS

_GROUPS = {
    "B1": "The bag and its declaration",
    "B2": "Tag files",
    "B3": "Manifests",
    "B4": "Presence and fixity",
    "B5": "Paths and names",
    "B6": "fetch.txt",
    "B7": "What lies on the disk",
    "B8": "Serialized bags",
    "B9": "Profiles",
}

_HEAD = """\
# What `verify` finds in a bag

Every finding has a code that never changes its meaning. An **error** means that the bag is not valid; a
**warning**, that it is, but something has gone wrong or will go wrong elsewhere; an **info** asks for nothing.
Findings are reported in the order of their codes, then of their paths. Of each code the first thousand are
listed, and the rest are counted.

This page is made from the registry in `archiver/bagit/`: `python -m docs.make_pages`.
"""


def findings_page() -> str:
    """Return the page as Markdown: one table for each group of codes, in order."""
    parts = [_HEAD]
    for group, kinds in groupby(FINDING_KINDS.values(), key=lambda kind: kind.code[:2]):
        parts.append(
            f"\n## {group}: {_GROUPS[group]}\n\n| code | weight | finding | rule | what to do |\n|---|---|---|---|---|\n"
        )
        parts += [
            f"| {kind.code} | {kind.severity} | {kind.title} | {kind.spec} | {kind.advice} |\n".replace(
                "~", "\\~"
            )
            for kind in kinds
        ]
    return "".join(parts)
