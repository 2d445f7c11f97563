"""The events of packing, in the words of the PREMIS event type vocabulary (id.loc.gov)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.ingest.plan import Totals
from archiver.model.run import Event, Run
from archiver.records.visible import one_line


@dataclass(frozen=True, slots=True)
class Course:
    """When the stretches of a run ended, and what they did to one bag's files.

    Attributes:
        started: When the sources began to be listed.
        planned: When everything was examined and decided.
        captured: When every copy was on the disk.
        totals: What was packed, withheld and lost.
        algorithms: Checksum algorithms.
        policy: Name of the policy that the decisions follow.
        read_back: Whether every copy was read from the disk again and compared.
        continued: Whether copies of an interrupted run were kept.
        part: Number of the bag in its group, from 1.
        parts: Bags in the group.
        cut: Folders of albums that are only partly in this bag.
    """

    started: dt.datetime
    planned: dt.datetime
    captured: dt.datetime
    totals: Totals
    algorithms: tuple[str, ...]
    policy: str
    read_back: bool
    continued: bool
    part: int
    parts: int
    cut: tuple[str, ...]


def events_of(run: Run, course: Course) -> Iterator[Event]:
    """Yield what was done, in order; the last event is the making of the package itself."""

    def event(kind: str, at: dt.datetime, detail: str, outcome: str = "Success") -> Event:
        return Event(kind, at, outcome, detail, run.software)

    totals = course.totals
    out = totals.left_out.total()
    left_out = f" {out} entries were left out as asked; metadata/tree.jsonl has the rules." if out else ""
    yield event(
        "ingestion start", course.started, f"The sources were listed; no link was followed.{left_out}"
    )
    yield event("format identification", course.planned, "Formats were identified by signature.")
    yield event(
        "metadata extraction", course.planned, "Tags and audio properties were read from file headers."
    )
    yield event(
        "policy assignment",
        course.planned,
        f"Policy {course.policy} was applied: {totals.files} files in, {totals.withheld} withheld.",
    )
    if course.parts > 1:
        cut = ", ".join(one_line(f"data/{folder}" if folder else "data") for folder in course.cut)
        only = f" Of the album in {cut} a part is in other bags, for it alone is larger than a bag may be."
        detail = (
            f"The accession was divided; this is bag {course.part} of {course.parts}.{only if cut else ''}"
        )
        yield event("information package splitting", course.planned, detail)
    kept = " Copies that an interrupted run had finished were kept." if course.continued else ""
    yield event(
        "capture",
        course.captured,
        f"{totals.files} files were copied, each read once; {totals.lost} could not be packed.{kept}",
        "Warning" if totals.lost else "Success",
    )
    yield event(
        "message digest calculation",
        course.captured,
        f"{', '.join(course.algorithms)} computed from the bytes read from the source.",
    )
    if course.read_back:
        detail = "Every copy was read back from the disk and its digests held."
        yield event("fixity check", course.captured, detail)
    yield event("information package creation", run.now(), "The BagIt package was written and synced.")
