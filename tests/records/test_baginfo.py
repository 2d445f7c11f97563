"""Labels are filled from what is known; what is given goes before; what could not be read back is refused."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.bagit.tagfiles import BAG_INFO
from archiver.bagit.writer import format_bag_info
from archiver.errors import UsageError
from archiver.model.bag import Bag, BagPlan, Labels
from archiver.records.baginfo import bag_info_labels, checked_label, parse_label
from tests.records.entries import ACCESSION, PACKAGE, RUN, bag_of, packed

OWN = uuid.UUID("00000000-0000-4000-8000-000000000001")


RIGHTS = (("Rights-Policy", "personal"),)


def bag(part: int = 1, parts: int = 1, given: Labels = ()) -> Bag:
    plan = BagPlan("bag", OWN, ACCESSION, part, parts, ("sha512",), {BAG_INFO: given})
    return bag_of([packed(name) for name in ("a", "b", "c")], plan)


def test_labels_of_a_single_bag() -> None:
    assert bag_info_labels(RUN, bag(), RIGHTS) == (
        ("External-Description", "Music."),
        ("External-Identifier", f"urn:uuid:{OWN}"),
        ("Bagging-Date", "2026-11-22"),
        ("Bag-Software-Agent", "archiver 1.0"),
        ("Payload-Oxum", "15.3"),
        ("Bag-Size", "15 B"),
        ("Collection", "Gift"),
        ("Rights-Policy", "personal"),
    )


def test_bags_of_a_group_say_so() -> None:
    labels = dict(bag_info_labels(RUN, bag(2, 3), RIGHTS))
    assert labels["Bag-Group-Identifier"] == f"urn:uuid:{PACKAGE}"
    assert labels["Bag-Count"] == "2 of 3"


def test_given_labels_go_before_and_may_be_repeated() -> None:
    given_labels = (("contact-name", "A"), ("Contact-Name", "B"), ("external-description", "Mine"))
    labels = bag_info_labels(RUN, bag(given=given_labels), RIGHTS)
    assert labels[:3] == given_labels
    assert [label for label, _ in labels].count("External-Description") == 0


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("Contact-Name: Erika Example", ("Contact-Name", "Erika Example")),
        (" Note :  a: b ", ("Note", "a: b")),
        ("Note: one\ntwo", ("Note", "one\ntwo")),
        ("Größe: é", ("Größe", "é")),
    ],
)
def test_labels_are_read_as_they_are_typed(text: str, pair: tuple[str, str]) -> None:
    assert parse_label(text) == pair


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            ":",
            "no colon",
            "Label:",
            ": value",
            "Label: \t",
            "A\tB: x",
            "A\nB: x",
            "Note: a\n\nb",
            "Note: \udcff",
        ),
        *(
            "Payload-Oxum: 1.1",
            "payload-oxum: 1.1",
            "Bag-Size: 1",
            "Bag-Count: 1 of 1",
            "Bag-Group-Identifier: x",
        ),
    ],
)
def test_labels_that_cannot_stand_are_refused_at_once(text: str) -> None:
    with pytest.raises(UsageError):
        parse_label(text)


@given(st.text(max_size=20), st.text(max_size=20))
def test_what_is_accepted_can_be_written(label: str, value: str) -> None:
    try:
        pair = checked_label(label, value)
    except UsageError:
        return
    assert format_bag_info([pair])
