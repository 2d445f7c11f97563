from __future__ import annotations

import dataclasses
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.model.evidence import unseen
from archiver.model.package import PackEntry, WithheldFile
from archiver.model.rights import Basis, DeclarantRole, Declaration, Disposition, Reason, Scope
from archiver.model.rights_context import RightsContext
from archiver.records.rights.readme import RIGHTS_README
from tests.records.entries import CONTEXT, DAY, DONATION, assessed, decision, every_case, packed, record_files

ANY_TEXT = st.text(st.characters(exclude_categories=()))


def page(entries: tuple[PackEntry, ...], context: RightsContext = CONTEXT) -> str:
    return record_files(entries, context)[RIGHTS_README].decode()


def columns(line: str) -> int:
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line
    )


def withheld(name: str) -> WithheldFile:
    return WithheldFile(assessed(name, decision(disposition=Disposition.REVIEW)))


def test_it_is_one_page_that_says_it_is_no_advice_once() -> None:
    text = page(every_case())
    assert text.count("This is not legal advice.") == 1
    assert max(map(len, text.splitlines())) <= 78
    assert len(text.splitlines()) <= 110


def test_it_names_the_day_the_policy_the_counts_and_the_reasons() -> None:
    text = page(every_case())
    assert "Assessed on 2026-11-22 by archiver 1.0: 7 files" in text
    assert "        2  restrict" in text
    assert "iTunes/01 Protected.m4p" in text
    assert "The file is protected (FairPlay): exclude under 'donation'." in text
    assert "Maria Example (donor) on 2026-01-02, for 1 file: basis donor; allows" in text
    assert "        1  account at a store (store-account)" in text
    assert "This package grants no permission for training." in text


def test_where_there_is_nothing_it_says_that_none_was_detected() -> None:
    text = page((packed("a"),), dataclasses.replace(CONTEXT, declarations={}))
    assert text.count("None detected.") == 2
    assert "Nothing." in text
    assert "No file." in text


def test_a_protection_that_was_not_seen_is_not_called_absent() -> None:
    text = page((packed("a", protection=unseen("moov@9")), packed("b")))
    part = text.partition("Protection")[2].partition("Personal data")[0]
    assert "None detected." not in part
    assert "1 file with headers that could not be read to their end" in " ".join(part.split())


def test_a_long_list_ends_in_a_number() -> None:
    many = tuple(withheld(f"{number:03}.mp3") for number in range(100))
    declared = {
        f"d{number}": Declaration(f"d{number}", Scope(), Basis.DONOR, "A", DeclarantRole.DONOR, DAY)
        for number in range(50)
    }
    text = page(many, RightsContext(DONATION, DAY, declared))
    assert "019.mp3" in text
    assert "020.mp3" not in text
    assert "and 80 more, see rights.jsonl" in text
    assert "and 38 more, see rights.jsonl" in text


def test_names_of_withheld_files_can_be_left_out() -> None:
    text = page(every_case(), dataclasses.replace(CONTEXT, anonymous_withheld=True))
    assert "Protected.m4p" not in text
    assert "A technical protection is a fact that no declaration changes." in text


@given(ANY_TEXT, ANY_TEXT)
@settings(max_examples=60)
def test_any_name_stays_on_its_line_and_within_the_page(name: str, text: str) -> None:
    declared = Declaration(
        "one", Scope(), Basis.LICENSE, text, DeclarantRole.DONOR, DAY, license=text, citation=text
    )
    entry = WithheldFile(assessed(name, decision(reasons=(Reason("declared", text),), declarations=("one",))))
    context = RightsContext(DONATION, DAY, {"one": declared}, {"one": text})
    lines = page((entry,), context).split("\n")
    assert not any(c in line for line in lines for c in "\r\x1b\x07\u202e\u2028")
    # wrapped sentences count characters, names count columns
    assert all(len(line) <= 78 or columns(line) <= 78 for line in lines)
