"""Makes the pages of what a query finds: all that they say stands in the catalogue, and no bag is opened."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import quote

from archiver.catalogue.search import FoundFile
from archiver.catalogue.showing import DecisionInForce
from archiver.model.problem import Severity, kind_of
from archiver.model.rights import Disposition
from archiver.model.run import Run
from archiver.report.found import RECORDS, FoundFacts, OfQuery, age_of_check
from archiver.report.pages import PagesOfBag, Site
from archiver.report.row import (
    MOST_NUMBER,
    OPEN_POLICY,
    FileRow,
    ProblemNote,
    RightsNote,
    encoded,
    first_value,
    milliseconds,
    number_of,
    quality,
    quality_band,
    year_of,
)
from archiver.usecases.find import Finding, finding
from archiver.usecases.further_pages import FurtherPages
from archiver.usecases.pages import created, refuse_taken

_NOT_AT_HAND = "not at hand"
_IN_AN_ARCHIVE = "in an archive"
_MOST_PROBLEMS = 20
_MOST_REASONS = 40
_LONGEST_SENTENCE = 2000
_STRICTEST = (Disposition.EXCLUDE, Disposition.REVIEW, Disposition.RESTRICT, Disposition.INCLUDE)


@dataclass(frozen=True, slots=True)
class MadeOfQuery:
    """What was written of what a query finds.

    Attributes:
        query: The query.
        first: Path of the page to open.
        further: Path of the folder of further pages; ``None`` where one page was enough.
        files: Files that are found.
        tracks: Audio files among them.
        closed: Files that are marked and not linked to, since a decision closes them.
        away: Files that lie in no folder at hand.
        remarks: Sentences about the query and the catalogue.
    """

    query: str
    first: str
    further: str | None
    files: int
    tracks: int
    closed: int
    away: int
    remarks: tuple[str, ...]


def make_pages_of_query(catalogue: str, query: str, to: str, run: Run) -> MadeOfQuery:
    """Make the pages of the files that a query finds, wherever the stores are that have them.

    Args:
        catalogue: The catalogue's file.
        query: The query.
        to: The file to write; further pages go into a folder beside it.
        run: The time, and the version of the program.

    Raises:
        QueryError: where the query is none.
        UsageError: where there is no catalogue, something is there already, or it lies in a bag.
        CatalogueError: where the catalogue cannot be read.
        ArchiverError: where the page cannot be written.
    """
    refuse_taken(to, "page")
    further = FurtherPages(to)
    further.refuse_taken()
    pages = PagesOfBag()
    with finding(catalogue, query) as found:
        rows = _Rows(found, run.now().date(), os.path.dirname(os.path.realpath(os.fsencode(to))))
        for file in found.files():
            pages.add(rows.row(file))
        remarks = found.unknown
    facts = FoundFacts(
        query=query,
        on=run.today().isoformat(),
        software=run.software,
        bags=len(rows.names),
        away=rows.away,
        closed=rows.closed,
        decided={one: rows.decided[one] for one in Disposition},
        checked=rows.checked,
        remarks=remarks,
    )
    site = Site(
        to_bag=None,
        first=f"../{quote(os.fsencode(os.path.basename(to)))}",
        further=quote(os.fsencode(os.path.basename(further.path))),
        new=further.new,
        records=RECORDS,
    )
    counts = pages.counts
    with further, created(to) as stream:
        further.begin()
        pages.write_told(OfQuery(facts, counts.files), stream, site)
    return MadeOfQuery(query, to, further.made, counts.files, counts.tracks, rows.closed, rows.away, remarks)


@dataclass(slots=True)
class _Rows:
    """Makes rows of found files; it grows with the number of bags, not with that of files.

    Attributes:
        names: By number of a bag, what its files are shown below: its name, told apart from others of the same name.
        decided: Files by what was decided of them.
        checked: Files by how long ago a copy of theirs was last found right.
        closed: Files that a decision closes.
        away: Files that lie in no folder at hand.
    """

    _found: Finding
    _today: dt.date
    _beside: bytes
    names: dict[int, str] = field(default_factory=dict)
    decided: Counter[Disposition] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    closed: int = 0
    away: int = 0
    _named: Counter[str] = field(default_factory=Counter)
    _ages: dict[int, str] = field(default_factory=dict)

    def row(self, file: FoundFile) -> FileRow:
        in_force = self._found.decisions(file)
        is_open = all(map(_is_open, in_force))
        bag, away = self._bag(file)
        self.closed += not is_open
        self.checked[self._age(file.bag_id)] += 1
        self.away += bool(away)
        governing = min(in_force, key=_strictness, default=None)
        if governing is not None:
            self.decided[Disposition(governing.decided.disposition)] += 1
        audio = file.audio
        return FileRow(
            source_path=f"{self._name(file)}/{file.path}",
            path=f"data/{file.path}",
            linked=is_open,
            role=file.role or "other",
            size=min(max(file.size_bytes, 0), MOST_NUMBER),
            format=file.format or "not identified",
            mime=file.mime or "",
            codec=file.codec or "",
            ms=milliseconds(audio),
            quality="" if audio is None else quality(audio),
            band="" if audio is None else quality_band(audio),
            lossless=file.lossless,
            state=file.integrity or "",
            title=first_value(file.tags, "title"),
            artist=first_value(file.tags, "artist"),
            album=first_value(file.tags, "album"),
            album_artist=first_value(file.tags, "album_artist"),
            disc=number_of(file.tags, "disc"),
            track=number_of(file.tags, "track"),
            year=year_of(file.tags),
            protection=file.protection or "",
            personal=file.personal == "detected",
            problems=tuple(_problems(self._found.problems(file))),
            rights=b"" if governing is None else encoded(_note(governing)),
            bag=bag,
            away=away,
        )

    def _age(self, bag_id: int) -> str:
        """How long ago a copy of a bag was last found right; a check that is said to be still to come counts for nothing."""
        if bag_id not in self._ages:
            told = [one.checked_at for one in self._found.copies(bag_id) if one.state == "present"]
            days = [(self._today - dt.date.fromisoformat(at[:10])).days for at in told if at]
            self._ages[bag_id] = age_of_check(min((one for one in days if one >= 0), default=None))
        return self._ages[bag_id]

    def _name(self, file: FoundFile) -> str:
        """Two bags of one name are no album together."""
        if file.bag_id not in self.names:
            self._named[file.bag] += 1
            number = self._named[file.bag]
            self.names[file.bag_id] = file.bag if number == 1 else f"{file.bag} ({number})"
        return self.names[file.bag_id]

    def _bag(self, file: FoundFile) -> tuple[str, str]:
        """The address of the bag that has a file, or why there is none."""
        place = self._found.place(file)
        if place is not None:
            folder = place.removesuffix(b"/data/" + os.fsencode(file.path))
            return _address(os.path.abspath(folder), self._beside), ""
        copies = self._found.copies(file.bag_id)
        archives = (one for one in copies if one.form != "folder" and one.state == "present")
        return "", _IN_AN_ARCHIVE if any(os.path.isfile(one.absolute) for one in archives) else _NOT_AT_HAND


def _address(bag: bytes, page: bytes) -> str:
    """The address of a bag from a page: relative where one folder holds both, so that they may move together."""
    folder = os.path.realpath(bag)
    store = os.path.dirname(folder)
    if os.path.commonpath((store, page)) in (store, page):
        return f"{quote(os.path.relpath(folder, page))}/"
    return f"file://{quote(bag)}/"


def _is_open(one: DecisionInForce) -> bool:
    disposition = one.decided.disposition
    return disposition == Disposition.INCLUDE or (
        disposition == Disposition.RESTRICT and one.policy == OPEN_POLICY
    )


def _strictness(one: DecisionInForce) -> tuple[bool, int]:
    """What closes comes first, and of that what closes most."""
    return _is_open(one), _STRICTEST.index(Disposition(one.decided.disposition))


def _note(one: DecisionInForce) -> RightsNote:
    decided = one.decided
    reasons = tuple(
        dict.fromkeys((text or code)[:_LONGEST_SENTENCE] for code, text in decided.reasons[:_MOST_REASONS])
    )
    return RightsNote(
        disposition=decided.disposition,
        basis=decided.basis,
        acts=tuple(decided.acts.items()),
        until=decided.restricted_until or "",
        reasons=reasons,
        declarations=(),
        ground=reasons[0].rstrip(".") if reasons else "",
    )


def _problems(found: tuple[tuple[str, str], ...]) -> list[ProblemNote]:
    kinds = ((code, kind_of(code).severity, message) for code, message in found[:_MOST_PROBLEMS])
    return [
        ProblemNote(code, severity.value, message[:_LONGEST_SENTENCE])
        for code, severity, message in kinds
        if severity is not Severity.INFO
    ]
