from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from archiver.model.bag import BagPlan
from archiver.model.package import PackEntry, WithheldFile
from archiver.model.rights import Disposition, Reason
from archiver.records.writing import Closing
from archiver.report.counts import Counts
from archiver.report.facts import facts_at_closing
from archiver.report.receipt import Pin, Receipt, receipt
from archiver.report.receipt_page import receipt_page
from archiver.report.receipt_text import receipt_text
from archiver.report.row import RowMaker
from tests.records.entries import CONTEXT, PLAN, RUN, assessed, bag_of, decision, every_case, packed
from tests.report.pages import BROKEN, FLAC, parsed

PIN = Pin("tagmanifest-sha512.txt", "sha512", "ab" * 64)


def made(entries: Sequence[PackEntry], pin: Pin | None = PIN, plan: BagPlan = PLAN) -> Receipt:
    rows, counts = RowMaker(), Counts()
    for one in entries:
        row = rows.row(one)
        if row is not None:
            counts.add(row)
    closing = Closing(RUN, bag_of(entries, plan), CONTEXT, ())
    return receipt(facts_at_closing(closing), counts, len(closing.bag.totals.albums), pin)


def rows_of(told: Receipt) -> dict[str, list[tuple[str, str]]]:
    return {part.title: list(part.rows) for part in told.parts}


def test_it_says_who_gave_what_to_whom() -> None:
    plan = dataclasses.replace(PLAN, labels={"bag-info.txt": (("Contact-Email", "desk@example.org"),)})
    rows = rows_of(made(every_case(), plan=plan))
    accession = dict(rows["The accession"])
    assert (accession["Package"], accession["Packed on"]) == ("gift-2026", "2026-11-22")
    assert accession["Identifier"].startswith("urn:uuid:")
    parties = dict(rows["From and to"])
    assert parties["Donor, as declared"] == "Maria Example"
    assert parties["Custodian, as declared"] == "Example Library"
    assert parties["Contact"] == "desk@example.org"
    assert ("For who gives", "Maria Example") in made(every_case()).signatures
    assert ("Maria Example (donor), 2026-01-02") in dict(rows["Conditions declared"])


def test_it_says_how_much_was_received_and_what_was_not_and_why() -> None:
    kept_out = decision(disposition=Disposition.EXCLUDE, reasons=(Reason("protected", "It is protected."),))
    closed = decision(disposition=Disposition.RESTRICT)
    rows = rows_of(
        made(
            [
                packed("A/1.flac", audio=FLAC),
                packed("A/2.flac", closed, audio=FLAC, sound=BROKEN),
                WithheldFile(assessed("A/3.m4p", kept_out)),
            ]
        )
    )
    received = dict(rows["Received"])
    assert (received["Files"], received["Albums"]) == ("2", "1")
    assert received["Music"] == "2 tracks, 7 minutes"
    assert received["Size"] == "10 B (10 bytes)"
    assert received["Formats"] == "FLAC 2"
    assert received["State"] == "1 track damaged when received"
    assert received["Closed"].startswith("1 file: kept")
    assert rows["Not received"] == [
        ("1 file", "withheld: a technical protection, which no declaration changes")
    ]


def test_personal_data_is_counted_and_never_said() -> None:
    rows = dict(rows_of(made(every_case()))["Personal data"])
    assert rows["Detected in"] == "1 file; the values are written nowhere"


def test_in_the_bag_it_says_where_the_checksum_is_and_beside_it_the_checksum_itself() -> None:
    inside, beside = made(every_case(), None), made(every_case())
    assert "prints it" in str(rows_of(inside)["How to check it"])
    assert ("sha512 of tagmanifest-sha512.txt", "ab" * 64) in rows_of(beside)["How to check it"]


def test_page_and_text_say_the_same() -> None:
    told = made(every_case())
    page, plain = parsed(receipt_page(told).encode()), receipt_text(told)
    assert max(map(len, plain.splitlines())) <= 78
    # long values are broken into lines in the text, and stand apart from their names on the page
    joined = "".join(plain.split())
    for part in told.parts:
        for name, value in part.rows:
            assert "".join(name.split()) in joined
            assert "".join(value.split()) in joined
            assert value in page.text_content()
    assert joined.count("nameandsignature") == 2
    assert len(page.cssselect(".sign")) == 2


def test_a_bag_of_which_nothing_is_declared_says_so() -> None:
    closing = Closing(RUN, bag_of([packed("a.flac")]), dataclasses.replace(CONTEXT, declarations={}), ())
    told = rows_of(receipt(facts_at_closing(closing), Counts(), 0, None))
    assert dict(told["From and to"])["Donor, as declared"] == "not said"
    assert told["Not received"] == [("", "Everything that was seen was received.")]
    assert told["Conditions declared"][0][1].startswith("Nothing was declared.")
