"""What a page says of a bag as a whole, whether it is being packed or was packed long ago."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.model.bag import Labels
from archiver.model.rights import Declaration, Disposition
from archiver.model.rights_summary import RightsSummary
from archiver.records.baginfo import bag_info_labels
from archiver.records.rights.labels import rights_labels
from archiver.records.writing import Closing


@dataclass(frozen=True, slots=True)
class BagFacts:
    """What is known of a bag.

    Attributes:
        name: Its name.
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

    @property
    def identifier(self) -> str:
        """Its own identifier, such as ``urn:uuid:…``; empty where it has none."""
        return self.label("External-Identifier")

    @property
    def accession(self) -> str:
        """The identifier of the accession that it was made by; empty where it is not known."""
        return self.label("Bag-Group-Identifier") or self.identifier

    @property
    def part(self) -> str:
        """``1 of 3`` where it is one of a group, else empty."""
        return self.label("Bag-Count")

    @property
    def packed_on(self) -> str:
        """The day on which it was packed, as ``2026-11-22``; empty where it is not known."""
        return self.label("Bagging-Date")

    @property
    def software(self) -> str:
        """Name and version of what packed it."""
        return self.label("Bag-Software-Agent")

    @property
    def contents(self) -> str:
        """One sentence on what it holds."""
        return self.label("External-Description")

    @property
    def is_empty(self) -> bool:
        """Whether it has no payload of its own, as one that records a state alone."""
        return self.label("Payload-Oxum") == "0.0"

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
    return BagFacts(
        name=plan.name,
        labels=bag_info_labels(closing.run, bag, rights_labels(bag.rights, context)),
        algorithms=plan.algorithms,
        policy=context.policy.name,
        assessed_on=context.assessed_on.isoformat(),
        declarations=tuple(context.declarations.values()),
        rights=bag.rights,
        held=bag.totals.held,
        links=bag.totals.links,
        left_out=bag.totals.left_out.total(),
        lost=bag.totals.lost,
        is_anonymous=context.anonymous_withheld and bag.rights.withheld > 0,
    )
