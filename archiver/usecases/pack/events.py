"""The events of packing, in the words of the PREMIS event type vocabulary (id.loc.gov)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from archiver.model.accrual import Accrued
from archiver.model.bag import BagPlan
from archiver.model.run import Event, Run
from archiver.model.sound import SoundState
from archiver.model.totals import Totals
from archiver.records.accrual import accrual_sentence
from archiver.records.integrity import counted_states
from archiver.records.visible import one_line


@dataclass(frozen=True, slots=True)
class Milestones:
    """When the stretches of a run ended, and how it went.

    Attributes:
        started: When the sources began to be listed.
        planned: When everything was examined and decided.
        captured: When every copy was on the disk.
        read_back: Whether every copy was read from the disk again and compared.
        continued: Whether copies of an interrupted run were kept.
        protected: How much recovery data each set gets, in words; empty where there are none.
    """

    started: dt.datetime
    planned: dt.datetime
    captured: dt.datetime
    read_back: bool
    continued: bool
    protected: str = ""


class History(Protocol):
    """Tells what was done to the files of a bag; see :func:`events_of`."""

    def __call__(  # noqa: D102, PLR0913, PLR0917 - as the function that it stands for
        self,
        run: Run,
        plan: BagPlan,
        totals: Totals,
        accrued: Accrued,
        policy: str,
        milestones: Milestones,
        /,
    ) -> Iterator[Event]: ...


def events_of(  # noqa: PLR0913, PLR0917 - what a run has done
    run: Run, plan: BagPlan, totals: Totals, accrued: Accrued, policy: str, milestones: Milestones
) -> Iterator[Event]:
    """Yield what was done, in order; the last event is the making of the package itself.

    Args:
        run: The run.
        plan: The bag.
        totals: What was packed, withheld and lost.
        accrued: Where the package adds to an accession, its files by whether that had them.
        policy: Name of the policy that the decisions follow.
        milestones: How the run went.
    """

    def event(kind: str, at: dt.datetime, detail: str, outcome: str = "Success") -> Event:
        return Event(kind, at, outcome, detail, run.software)

    out = totals.left_out.total()
    left_out = f" {out} entries were left out as asked; metadata/tree.jsonl has the rules." if out else ""
    yield event(
        "ingestion start", milestones.started, f"The sources were listed; no link was followed.{left_out}"
    )
    yield event("format identification", milestones.planned, "Formats were identified by signature.")
    yield event(
        "metadata extraction", milestones.planned, "Tags and audio properties were read from file headers."
    )
    yield event(
        "policy assignment",
        milestones.planned,
        f"Policy {policy} was applied: {totals.files} files in, {totals.withheld} withheld.",
    )
    if plan.parts > 1:
        cut = ", ".join(one_line((plan.layout.files_folder + folder).rstrip("/")) for folder in plan.cut)
        only = f" Of the album in {cut} a part is in other bags, for it alone is larger than a bag may be."
        detail = f"The accession was divided; this is bag {plan.part} of {plan.parts}.{only if cut else ''}"
        yield event("information package splitting", milestones.planned, detail)
    kept = " Copies that an interrupted run had finished were kept." if milestones.continued else ""
    yield event(
        "capture",
        milestones.captured,
        f"{totals.files} files were copied, each read once; {totals.lost} could not be packed.{kept}",
        "Warning" if totals.lost else "Success",
    )
    yield event(
        "message digest calculation",
        milestones.captured,
        f"{', '.join(plan.algorithms)} computed from the bytes read from the source.",
    )
    if plan.accrual is not None:
        yield event("accession", milestones.captured, accrual_sentence(plan.accrual, accrued))
    counted = counted_states(totals.sound)
    if counted:
        yield event(
            "validation",
            milestones.captured,
            f"The music was read through as it was copied: {counted}. What was damaged came so and is packed as it came.",
            "Warning" if totals.sound[SoundState.DAMAGED] else "Success",
        )
    if milestones.read_back:
        detail = "Every copy was read back from the disk and its digests held."
        yield event("fixity check", milestones.captured, detail)
    if milestones.protected:
        # they are made last of all, since they are about this very line too
        detail = f"Recovery data (PAR2, {milestones.protected} of each album) were made of these files and records."
        yield event("creation", run.now(), detail)
    yield event("information package creation", run.now(), "The BagIt package was written and synced.")
