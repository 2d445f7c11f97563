"""The labels of ``bag-info.txt`` (RFC 8493 §2.2.2), filled from what is known."""

from __future__ import annotations

from archiver.bagit.metadata_reader import is_date
from archiver.bagit.sizes import human_size, payload_oxum
from archiver.bagit.tagfiles import BAG_INFO
from archiver.bagit.writer import BagWriteError, format_bag_info
from archiver.errors import Remedy, UsageError, Way
from archiver.model.bag import Bag, Labels
from archiver.model.run import Run
from archiver.records.integrity import integrity_labels
from archiver.records.visible import one_line

_COMPUTED = frozenset({"payload-oxum", "bag-size", "bag-group-identifier", "bag-count", "collection"})
"""Labels that say what the bag is, so that nobody may say otherwise."""


def is_computed(label: str) -> bool:
    """Whether a label is computed from the bag, so that it cannot be given."""
    return label.casefold() in _COMPUTED


def parse_label(text: str) -> tuple[str, str]:
    """Split ``Label: value`` as a person types it.

    Raises:
        UsageError: where there is no colon, or as :func:`checked_label`.
    """
    label, colon, value = (part.strip() for part in text.partition(":"))
    if not colon:
        raise UsageError(f"cannot understand the label {text!r}", remedies=[Remedy(Way.WRITE_LABEL)])
    return checked_label(label, value)


def checked_label(label: str, value: str) -> tuple[str, str]:
    """Return a label and its value as they are, if they can stand in ``bag-info.txt``.

    Raises:
        UsageError: where the label is one that is computed, or a reader would not get both back as they are.
    """
    if is_computed(label):
        raise UsageError(f"the label {label} is computed from the bag and cannot be given", "Leave it out.")
    if label.casefold() == "bagging-date" and not is_date(value):
        raise UsageError(f"Bagging-Date cannot be {value!r}", "Write it as YYYY-MM-DD (RFC 8493 §2.2.2).")
    try:
        format_bag_info([(label, value)])
    except BagWriteError as error:
        raise UsageError(f"cannot write {error}", "Write it as 'Label: value' on one line.") from error
    return label, value


def bag_info_labels(run: Run, bag: Bag, rights: Labels) -> Labels:
    """Return every label in order: the given ones first, then those filled in that were not given.

    A given label replaces the one that would have been filled in, and may stand several times.

    Args:
        run: The run that makes the bag.
        bag: The bag.
        rights: Labels that sum up the rights record.
    """
    plan, totals, given = bag.plan, bag.totals, bag.plan.labels.get(BAG_INFO, ())
    filled: list[tuple[str, str]] = [
        ("External-Description", bag.contents),
        ("External-Identifier", f"urn:uuid:{plan.identifier}"),
        ("Bagging-Date", run.today().isoformat()),
        ("Bag-Software-Agent", run.software),
        ("Payload-Oxum", payload_oxum(totals.bytes, totals.files)),
        ("Bag-Size", human_size(totals.bytes)),
    ]
    if plan.parts > 1:
        filled += [
            ("Bag-Group-Identifier", plan.accession.urn),
            ("Bag-Count", f"{plan.part} of {plan.parts}"),
        ]
    filled.append(("Collection", one_line(plan.accession.collection)))
    filled += integrity_labels(totals.sound)
    filled += rights
    taken = {label.casefold() for label, _ in given}
    return (*given, *(pair for pair in filled if pair[0].casefold() not in taken))
