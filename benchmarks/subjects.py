"""What is measured, by name: each subject makes the trees that it needs and returns the sections of its part of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.again import glance_rows
from benchmarks.against import judged_section, made_section
from benchmarks.audit import audit_rows
from benchmarks.catalogue import catalogue_section
from benchmarks.kept import Kept
from benchmarks.music import music_rows
from benchmarks.pages import page_rows, receipt_row
from benchmarks.parity import parity_rows
from benchmarks.places import Tree, make_large, make_small
from benchmarks.results import Row, Section
from benchmarks.shares import share_sections
from benchmarks.sizes import Sizes
from benchmarks.start import decide_row, start_rows


@dataclass(frozen=True, slots=True)
class Asked:
    """What a subject is given.

    Attributes:
        scratch: Where to work.
        sizes: How large the trees are.
    """

    scratch: Path
    sizes: Sizes

    @property
    def rounds(self) -> int:
        """How often what takes minutes is measured."""
        return self.sizes.rounds

    @property
    def more_rounds(self) -> int:
        """How often what takes seconds is measured."""
        return self.sizes.rounds + 2

    @property
    def few_rounds(self) -> int:
        """How often what takes many minutes is measured."""
        return max(self.sizes.rounds - 1, 1)

    def large(self) -> Tree:
        """The tree of large files."""
        return make_large(self.scratch, self.sizes.large_files, self.sizes.large_mb)

    def small(self) -> Tree:
        """The tree of small files."""
        return make_small(self.scratch, self.sizes.small_files)

    def for_peers(self) -> Tree:
        """The tree of small files on which other programs are run."""
        return make_small(self.scratch, self.sizes.peer_files)


def _plain(rows: Iterable[Row]) -> list[Section]:
    return [Section("", "", tuple(rows))]


def _audited(asked: Asked) -> list[Section]:
    return _plain(audit_rows(asked.large(), asked.scratch, asked.rounds))


def _protected(asked: Asked) -> list[Section]:
    tree = make_large(asked.scratch, _ALBUM, asked.sizes.parity_mb // _ALBUM)
    return _plain(parity_rows(tree, asked.scratch, asked.rounds))


def _played(asked: Asked) -> list[Section]:
    megabytes = asked.sizes.large_files * asked.sizes.large_mb // 4
    return _plain(music_rows(asked.scratch, asked.sizes.music_seconds, megabytes, asked.rounds))


_STARTS = 11
"""Rounds of what takes a tenth of a second."""

_ALBUM = 8
"""Files of the tree that recovery data are made of."""

Measure = Callable[[Asked], Iterable[Section]]
SUBJECTS: dict[str, tuple[Measure, ...]] = {
    "shares": (
        lambda asked: share_sections(asked.large(), asked.scratch, asked.rounds),
        lambda asked: share_sections(asked.small(), asked.scratch, asked.few_rounds),
    ),
    "peers": (
        lambda asked: [made_section(asked.large(), asked.scratch, asked.rounds)],
        lambda asked: [made_section(asked.for_peers(), asked.scratch, asked.rounds)],
        lambda asked: [judged_section(asked.large(), asked.scratch, asked.rounds)],
        lambda asked: [judged_section(asked.for_peers(), asked.scratch, asked.more_rounds)],
    ),
    "again": (
        lambda asked: _plain(glance_rows(asked.scratch, asked.sizes.glanced_files, asked.more_rounds)),
    ),
    "audit": (_audited,),
    "parity": (_protected,),
    "music": (_played,),
    "pages": (
        lambda asked: _plain(page_rows(asked.scratch, asked.sizes.page_tracks)),
        lambda asked: _plain([receipt_row(asked.for_peers(), asked.scratch)]),
    ),
    "catalogue": (lambda asked: [catalogue_section(asked.scratch, asked.sizes.catalogued_files)],),
    "start": (lambda asked: _plain(start_rows(asked.scratch, _STARTS)),),
    "decide": (lambda asked: _plain([decide_row(asked.sizes.decided_files)]),),
}
"""All but growth, which keeps each of its measurements as soon as it was made; of the others each piece is kept."""


def sections_of(name: str, asked: Asked, kept: Kept) -> tuple[Section, ...]:
    """Measure a subject, but for what is kept already.

    Args:
        name: One of :data:`SUBJECTS`.
        asked: What it is given.
        kept: What was measured already.
    """
    found: list[Section] = []
    for number, measure in enumerate(SUBJECTS[name], 1):
        key = f"{name} {number}, {asked.sizes}"
        found += kept.once(key, list[Section], partial(_listed, measure, asked))
    return tuple(found)


def _listed(measure: Measure, asked: Asked) -> list[Section]:
    return list(measure(asked))
