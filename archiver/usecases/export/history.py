"""The events of exporting, in the words of the PREMIS event type vocabulary (id.loc.gov)."""

from __future__ import annotations

from collections.abc import Iterator

from archiver.model.accrual import Accrued
from archiver.model.bag import BagPlan
from archiver.model.run import Event, Run
from archiver.model.totals import Totals
from archiver.records.derivation import derivation_sentences, redaction_sentence
from archiver.records.visible import counted_files, one_line
from archiver.usecases.pack.events import Milestones


def export_events(  # noqa: PLR0913, PLR0917 - as archiver.usecases.pack.events.History has it
    run: Run, plan: BagPlan, totals: Totals, accrued: Accrued, policy: str, milestones: Milestones
) -> Iterator[Event]:
    """Yield what was done, in order; the last event is the making of the package itself."""
    del accrued  # what is made from a bag adds to no accession
    derivation = plan.derivation
    assert derivation is not None
    source = one_line(derivation.told)
    yield Event(
        "policy assignment",
        milestones.planned,
        "Success",
        f"What {source} records was decided anew under the policy {policy}: {counted_files(totals.files)} in,"
        f" {totals.withheld} left there.",
        run.software,
    )
    if derivation.redacted:
        yield Event("redaction", milestones.planned, "Success", redaction_sentence(derivation), run.software)
    yield Event(
        "exporting",
        milestones.captured,
        "Success",
        f"{derivation_sentences(derivation)} What was taken was held against its {derivation.algorithm} first.",
        run.software,
    )
    yield Event(
        "message digest calculation",
        milestones.captured,
        "Success",
        f"{', '.join(plan.algorithms)} computed from the bytes that were copied.",
        run.software,
    )
    yield Event(
        "information package creation",
        run.now(),
        "Success",
        "The BagIt package was written and synced.",
        run.software,
    )
