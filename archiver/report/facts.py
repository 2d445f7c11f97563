"""What a page says of a bag as a whole, whether it is being packed or was packed long ago."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.bagit.tagfiles import BAG_INFO
from archiver.model.bag import Labels
from archiver.model.rights import Declaration, Disposition
from archiver.model.rights_summary import RightsSummary
from archiver.records.writing import Closing


@dataclass(frozen=True, slots=True)
class BagFacts:
    """What is known of a bag.

    Attributes:
        name: Its name.
        identifier: Its own, such as ``urn:uuid:…``; empty where it has none.
        accession: The identifier of the accession that it was made by; empty where it is not known.
        part: ``1 of 3`` where it is one of a group, else empty.
        packed_on: The day, as ``2026-11-22``; empty where it is not known.
        software: Name and version of what packed it.
        contents: One sentence on what it holds.
        labels: What was said of it in ``bag-info.txt``, in order.
        algorithms: Checksum algorithms of its manifests.
        policy: Name of the policy that it was packed under; empty where nothing was decided.
        assessed_on: The day for which was decided; empty likewise.
        declarations: What was declared and bears on a file.
        rights: What the decisions add up to.
        held: Files of the source that earlier bags hold, so that they are not in it.
        links: Links within the source, which are recorded.
        left_out: What was left out as the user asked.
        lost: Entries of the source that are not in it because of a problem.
        is_anonymous: Whether the names of withheld files stay out of it.
    """

    name: str
    identifier: str
    accession: str
    part: str
    packed_on: str
    software: str
    contents: str
    labels: Labels
    algorithms: tuple[str, ...]
    policy: str
    assessed_on: str
    declarations: tuple[Declaration, ...]
    rights: RightsSummary
    held: int
    links: int
    left_out: int
    lost: int
    is_anonymous: bool = False

    def files(self, disposition: Disposition) -> int:
        """How many files the decision was taken on."""
        return dict(self.rights.dispositions).get(disposition, 0)

    def label(self, name: str) -> str:
        """The first value of a label, without regard to case; empty where there is none."""
        wanted = name.casefold()
        return next((value for label, value in self.labels if label.casefold() == wanted), "")


def facts_at_closing(closing: Closing) -> BagFacts:
    """Return what is known of a bag when every file is copied."""
    bag, plan, context = closing.bag, closing.bag.plan, closing.context
    given = dict(plan.labels).get(BAG_INFO, ())
    labels = {label.casefold(): value for label, value in reversed(given)}
    return BagFacts(
        name=plan.name,
        identifier=labels.get("external-identifier", f"urn:uuid:{plan.identifier}"),
        accession=plan.accession.urn,
        part=f"{plan.part} of {plan.parts}" if plan.parts > 1 else "",
        packed_on=labels.get("bagging-date", closing.run.today().isoformat()),
        software=labels.get("bag-software-agent", closing.run.software),
        contents=labels.get("external-description", bag.contents),
        labels=given,
        algorithms=plan.algorithms,
        policy=context.policy.name,
        assessed_on=context.assessed_on.isoformat(),
        declarations=tuple(context.declarations.values()),
        rights=bag.rights,
        held=bag.totals.held,
        links=bag.totals.links,
        left_out=bag.totals.left_out.total(),
        lost=bag.totals.lost,
        is_anonymous=context.anonymous_withheld,
    )
