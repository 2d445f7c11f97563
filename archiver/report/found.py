"""What the first page says of the files that a query finds, which lie in any number of bags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archiver.model.rights import Disposition
from archiver.report.attention import Attention
from archiver.report.counts import Counts
from archiver.report.frame import footer
from archiver.report.markup import counted, isolated, text
from archiver.report.overview import SECTIONS, closed_part, top, totals_of
from archiver.report.plots import Mark, Plot

RECORDS = "the catalogue"
"""What has the files that are too many for a page."""

NOTHING_FOUND = "Nothing was found."
NO_MUSIC = "There is no music among the files."


AGES = ((31, "within a month"), (183, "within half a year"), (366, "within a year"))
"""The most days since a check, and what such an age is called."""

LONGER_AGO, NEVER = "longer ago", "never"


@dataclass(frozen=True, slots=True)
class FoundFacts:
    """What is known of the files that a query finds.

    Attributes:
        query: The query, as it was typed.
        on: The day on which the catalogue was asked, as ``2026-11-22``.
        software: Name and version of what asked it.
        bags: Bags that the files lie in.
        away: Files that lie in no folder at hand.
        closed: Files that a decision closes.
        decided: Files by what was decided of them.
        checked: Files by how long ago a copy of theirs was last read whole and found right, of :data:`AGES`.
        remarks: Sentences about the query and the catalogue.
    """

    query: str
    on: str
    software: str
    bags: int
    away: int
    closed: int
    decided: Mapping[Disposition, int]
    checked: Mapping[str, int]
    remarks: tuple[str, ...] = ()


def age_of_check(days: int | None) -> str:
    """Return what it is called to have been checked so many days ago; ``None`` where that never was."""
    if days is None:
        return NEVER
    return next((name for most, name in AGES if days <= most), LONGER_AGO)


def _checks(checked: Mapping[str, int]) -> Plot:
    names = (*(name for _, name in AGES), LONGER_AGO, NEVER)
    marks = (
        Mark(name, checked.get(name, 0), counted(checked.get(name, 0), "file"), weak=name == NEVER)
        for name in names
        if checked.get(name)
    )
    return Plot("p-checked", "Last checked", ("The last check of a copy", "Files"), tuple(marks))


class OfQuery:
    """What the first page says of what a query finds.

    Args:
        facts: What is known of the files.
        files: How many there are.
    """

    def __init__(self, facts: FoundFacts, files: int) -> None:
        self._facts = facts
        self._files = files
        self.name = facts.query
        self.footer = footer(facts.software, "a catalogue of packages, which hold")
        self.decided = facts.decided
        self.plots: tuple[Plot, ...] = (_checks(facts.checked),)
        self.no_music = NO_MUSIC if files else NOTHING_FOUND

    def head(self, *, is_paged: bool, has_others: bool) -> str:
        """Return the top of the page: what was asked, when, and the way to what follows."""
        facts = self._facts
        told = [
            ("Asked on", text(facts.on)),
            ("Asked by", text(facts.software)),
            *(("To know", isolated(one)) for one in facts.remarks),
        ]
        rows = "".join(f"<div><dt>{label}</dt><dd>{value}</dd></div>\n" for label, value in told)
        links = [
            *SECTIONS,
            *([("others", "Other files")] if has_others else []),
            *([] if is_paged else [("tracks", "Tracks")]),
        ]
        lead = f"{counted(self._files, 'file')} in {counted(facts.bags, 'package')}"
        return top(facts.query, "What a catalogue of packages finds", lead, rows, links)

    def totals(self, counts: Counts, albums: int, attention: Attention) -> str:
        """Return the totals, and how many files cannot be opened from the page."""
        facts = self._facts
        more = [
            (f"{facts.away:,}", "not at hand"),
            (f"{len(attention.findings):,}", "kinds of finding to look at"),
        ]
        account = f"Of {counted(counts.files, 'file')} {facts.closed:,} are closed, and {facts.away:,} lie in no folder that was at hand."
        return totals_of(counts, albums, more, account)

    def rights(self, attention: Attention) -> str:
        """Return which files are closed, and why."""
        told = closed_part(attention) if self._facts.closed else "<p>No file is closed.</p>\n"
        return (
            '<section id="rights" aria-labelledby="rights-h">\n<h2 id="rights-h">Rights</h2>\n'
            f'<div class="read">{told}</div>\n'
            '<p class="read">What was decided last of each file counts. In full: <code>metadata/rights/README.txt</code> of'
            " each package.</p>\n</section>\n"
        )
