from __future__ import annotations

import dataclasses
import itertools
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.model.evidence import Evidence, Protection, Strength, unseen
from archiver.model.package import PackEntry, WithheldFile
from archiver.model.rights import (
    Act,
    Acts,
    Answer,
    Basis,
    DeclarantRole,
    Declaration,
    Disposition,
    MachineUse,
    Policy,
    Reason,
    Scope,
    UseAnswer,
)
from archiver.model.rights_context import RightsContext
from archiver.records.names import RIGHTS_README
from archiver.rights.declaring.policies import builtin_policy
from tests.records.entries import (
    CONTEXT,
    DAY,
    DONATION,
    assessed,
    decision,
    every_case,
    packed,
    record_files,
    uses,
)

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
    assert "        1  a technical protection, which no declaration changes\n             iTunes/01 P" in text
    assert "Maria Example (donor) on 2026-01-02, for 1 file: basis donor; allows" in text
    assert "        1  account at a store (store-account)" in text
    assert "This package grants no permission for training." in text


def test_a_policy_that_asks_for_no_word_is_not_said_to_need_one() -> None:
    def asked(policy: Policy) -> str:
        return " ".join(page((packed("a"),), RightsContext(policy, DAY)).split())

    assert "which needs preserve and transfer for every file. " in asked(builtin_policy("donation"))
    personal = builtin_policy("personal")
    assert 'the policy "personal", which takes a file even where nobody allows preserve. ' in asked(personal)
    mixed = dataclasses.replace(
        personal,
        needs=(Act.PRESERVE, Act.PUBLISH),
        unknown=((Act.PRESERVE, Disposition.INCLUDE), (Act.PUBLISH, Disposition.REVIEW)),
    )
    both = "which needs publish for every file, and takes a file even where nobody allows preserve. "
    assert both in asked(mixed)


def test_one_unread_file_is_spoken_of_as_one() -> None:
    unknown = dataclasses.replace(decision(), personal_unknown=True)
    one = " ".join(page((packed("a", unknown),)).split())
    assert "1 file could not be read for it" in one
    assert "whether it leads to a person is not known." in one
    two = " ".join(page((packed("a", unknown), packed("b", unknown))).split())
    assert "2 files could not be read for it" in two
    assert "whether they lead to a person is not known." in two


def test_where_there_is_nothing_it_says_that_none_was_detected() -> None:
    text = page((packed("a"),), dataclasses.replace(CONTEXT, declarations={}))
    assert text.count("None detected.") == 2
    assert "Nothing." in text
    assert text.count("No file.") == 2


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
    assert "        1  a technical protection, which no declaration changes" in text


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


def section(text: str, title: str) -> str:
    """A section on one line, without its heading."""
    lines = text.partition(f"\n{title}\n")[2].splitlines()[1:]
    return " ".join(" ".join(itertools.takewhile(lambda line: not line.startswith("---"), lines)).split())


def test_closed_files_have_their_reasons_counted_and_nothing_calls_them_withheld() -> None:
    text = page(every_case())
    assert "2 restrict in the package, closed until a person decides or a date comes" in " ".join(
        text.split()
    )
    assert "2 no declaration that counts says whether an act that the policy needs is allowed" in section(
        text, "What is closed, and why"
    )
    assert "access is withheld" not in text


def test_a_file_is_not_spoken_of_as_in_the_package_when_it_is_not() -> None:
    account = Evidence("store-account", "apID@9", None, Strength.CONCLUSIVE, personal=True)
    fairplay = Protection("fairplay", "FairPlay", "moov@1")
    given = decision(acts=Acts(*[Answer.ALLOW] * 5), basis=Basis.DONOR, declarations=("gift",))
    left = decision(disposition=Disposition.EXCLUDE, declarations=("gift",))
    text = page(
        (
            packed("a", given),
            WithheldFile(assessed("b", left, protection=fairplay, evidence=(account,))),
            WithheldFile(assessed("c", left)),
        )
    )
    assert "3 files, 1 of them in this package" in " ".join(text.split())
    assert "of these without a declared basis, none of them in this package" in " ".join(text.split())
    assert f"{'publish (to anyone)':<28}{1:>12}{0:>12}{0:>12}" in text
    assert "The files in this package:" in text
    assert "        1  FairPlay, not in this package" in text
    assert "for 3 files, 1 of them in this package: basis donor" in " ".join(text.split())
    assert "1 file with data that can identify a person" in " ".join(text.split())
    assert "It is not in this package." in " ".join(text.split())


def test_withheld_files_stand_below_their_reasons() -> None:
    denied = Reason("act-denied", "'transfer' is denied.", (), Act.TRANSFER)
    left = decision(disposition=Disposition.EXCLUDE, reasons=(denied,))
    files = [withheld(f"{number:02}.mp3") for number in range(19)]
    text = page((*files, *(WithheldFile(assessed(name, left)) for name in ("a.mp3", "b.mp3"))))
    part = text.partition("What was withheld, and why")[2].partition("Protection")[0]
    assert (
        "        2  handing on is denied\n             a.mp3\n             and 1 more, see rights.jsonl\n"
        in part
    )
    assert "is unknown: restrict" not in part


def test_a_document_that_is_not_in_the_package_is_told() -> None:
    text = " ".join(page(every_case(), dataclasses.replace(CONTEXT, documents={})).split())
    assert "denies publish; document deed.pdf, not in this package." in text
    quiet = dataclasses.replace(CONTEXT, documents={}, anonymous_withheld=True)
    text = " ".join(page(every_case(), quiet).split())
    assert "denies publish; document not in this package." in text
    assert "deed.pdf" not in text


def test_a_known_licence_tells_what_it_carries_and_on_which_condition() -> None:
    text = " ".join(page(every_case()).split())
    assert (
        "basis license CC-BY-4.0; carries preserve, access, transfer, publish; its condition: name the author;"
        " allows publish" in text
    )


def test_a_machine_use_that_protection_denies_is_told() -> None:
    denied = uses({MachineUse.DATA_MINING: UseAnswer(MachineUse.DATA_MINING, Answer.DENY)})
    text = page((packed("a", decision(machine_use=denied)),))
    assert "Text and data mining is denied by a technical protection: 1 file." in " ".join(text.split())


def test_a_paragraph_on_machines_is_not_set_in() -> None:
    text = page(every_case())
    assert "\nThis package grants no permission for training. What nobody declared is\nunknown," in text
