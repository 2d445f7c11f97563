from __future__ import annotations

import json
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model.package import PackEntry
from archiver.model.rights import Answer, Basis, Decision, DeclarantRole, MachineUse, UseAnswer
from archiver.records.names import RESERVATIONS_RECORD, USAGE_RECORD
from archiver.records.rights.machine_use import (
    AIPREF_VOCABULARY,
    machine_use_words,
    tdm_reservation,
    usage_statement,
)
from archiver.records.rights.tally import summarise
from tests.records.entries import decision, every_case, packed, record_files, uses

HOLDER = DeclarantRole.RIGHTSHOLDER


def said(
    use: MachineUse,
    answer: Answer,
    role: DeclarantRole | None = HOLDER,
    basis: Basis = Basis.LICENSE,
    **more: object,
) -> Decision:
    by = None if role is None else "A. Example"
    return decision(basis=basis, machine_use=uses({use: UseAnswer(use, answer, by, role, **more)}))  # type: ignore[arg-type]


def ai_usage(*entries: PackEntry) -> str:
    return record_files(entries)[USAGE_RECORD].decode()


def rules(*entries: PackEntry) -> list[str]:
    return [line for line in ai_usage(*entries).splitlines() if not line.startswith(("#", "User-Agent: *"))]


def tdmrep(*entries: PackEntry) -> list[dict[str, object]]:
    found = json.loads(record_files(entries)[RESERVATIONS_RECORD])
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    ("use", "label"),
    [
        (MachineUse.GENERATIVE_TRAINING, "train-ai"),
        (MachineUse.INFERENCE, "ai-use"),
        (MachineUse.SEARCH, "search"),
    ],
)
def test_each_category_of_the_vocabulary(use: MachineUse, label: str) -> None:
    assert usage_statement(said(use, Answer.DENY)) == f"{label}=n"
    assert usage_statement(said(use, Answer.ALLOW)) == f"{label}=y"
    assert usage_statement(said(use, Answer.UNKNOWN)) == ""


@pytest.mark.parametrize("use", [MachineUse.DATA_MINING, MachineUse.OTHER_TRAINING])
def test_a_use_without_a_category_is_told_in_words_alone(use: MachineUse) -> None:
    assert usage_statement(said(use, Answer.DENY)) == ""
    assert "A. Example (rightsholder) does not allow" in ai_usage(packed("a", said(use, Answer.DENY)))


@pytest.mark.parametrize("role", [DeclarantRole.CUSTODIAN, DeclarantRole.DONOR, DeclarantRole.OWNER])
@pytest.mark.parametrize("answer", [Answer.ALLOW, Answer.DENY])
def test_only_a_rightsholder_reserves_or_permits(role: DeclarantRole, answer: Answer) -> None:
    for use in MachineUse:
        decided = said(use, answer, role)
        assert usage_statement(decided) == ""
        assert tdm_reservation(decided) is None
        assert tdmrep(packed("a", decided)) == []


def test_the_maker_of_a_recording_reserves_and_only_a_rightsholder_permits() -> None:
    for answer, statement in ((Answer.DENY, "search=n"), (Answer.ALLOW, "")):
        assert usage_statement(said(MachineUse.SEARCH, answer, DeclarantRole.OWNER, Basis.OWN)) == statement
        assert usage_statement(said(MachineUse.SEARCH, answer, DeclarantRole.CUSTODIAN, Basis.OWN)) == ""


def test_a_signal_in_the_file_is_no_declaration_and_beats_a_permission() -> None:
    signal = said(MachineUse.SEARCH, Answer.DENY, None, signal="tdm-reservation at TXXX@9")
    assert usage_statement(signal) == ""
    stricter = said(MachineUse.SEARCH, Answer.ALLOW, signal="x at y", stricter_signal=True)
    assert usage_statement(stricter) == ""
    words = machine_use_words(summarise([packed("a", stricter)]))
    assert "Of these stricter than what was declared: 1 file." in words


def test_nothing_declared_grants_nothing_and_says_so() -> None:
    text = ai_usage(packed("a"), packed("b"))
    assert AIPREF_VOCABULARY in text
    assert "This package grants no permission for training." in text
    assert rules(packed("a")) == []
    assert tdmrep(packed("a")) == []


def test_a_custodian_says_that_the_package_grants_nothing() -> None:
    text = ai_usage(packed("a", said(MachineUse.GENERATIVE_TRAINING, Answer.DENY, DeclarantRole.CUSTODIAN)))
    assert "This package grants no permission for training." in text
    assert "A. Example (custodian) does not allow training models that generate" in text
    assert "A reservation belongs to the rightsholder" in text


def test_the_rules_stand_in_a_group_for_all_machines() -> None:
    text = ai_usage(packed("a", said(MachineUse.SEARCH, Answer.DENY)))
    told = [line for line in text.splitlines() if not line.startswith("#")]
    assert told == ["User-Agent: *", "Content-Usage: /data/ search=n"]
    assert "\nUser-Agent" not in ai_usage(packed("a"))


def test_one_wish_for_all_is_one_rule() -> None:
    entries = [packed(name, said(MachineUse.GENERATIVE_TRAINING, Answer.DENY)) for name in "ab"]
    assert rules(*entries) == ["Content-Usage: /data/ train-ai=n"]
    mining = [packed(name, said(MachineUse.DATA_MINING, Answer.DENY)) for name in "ab"]
    assert tdmrep(*mining) == [{"location": "/data/*", "tdm-reservation": 1}]


def test_different_wishes_are_a_rule_for_each_file_that_has_one() -> None:
    assert rules(*every_case()) == [
        "Content-Usage: /data/Free/01.ogg$ train-ai=n",
    ]
    assert tdmrep(*every_case()) == [{"location": "/data/Own/01.wav$", "tdm-reservation": 1}]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_any_path_is_one_exact_pattern(path: str) -> None:
    for use, record in ((MachineUse.SEARCH, USAGE_RECORD), (MachineUse.DATA_MINING, RESERVATIONS_RECORD)):
        entries = [packed(path, said(use, Answer.DENY)), packed("other")]
        text = record_files(entries)[record].decode()
        if use is MachineUse.SEARCH:
            (line,) = (line for line in text.splitlines() if line.startswith("Content-Usage"))
            _, location, statement = line.split(" ")
            assert statement == "search=n"
        else:
            location = json.loads(text)[0]["location"]
        assert not set(location[:-1]) & set("*$# ")
        assert unquote(location.removesuffix("$")) == "/data/" + path


@pytest.mark.parametrize("denied", [MachineUse.GENERATIVE_TRAINING, MachineUse.OTHER_TRAINING])
def test_mining_is_never_unreserved_where_a_training_is_denied(denied: MachineUse) -> None:
    answers = {
        MachineUse.DATA_MINING: UseAnswer(MachineUse.DATA_MINING, Answer.ALLOW, "A. Example", HOLDER),
        denied: UseAnswer(denied, Answer.DENY, "A. Example", HOLDER),
    }
    limited = decision(basis=Basis.LICENSE, machine_use=uses(answers))
    assert tdm_reservation(limited) is None
    assert tdmrep(packed("a", limited)) == []
    allowed = decision(
        basis=Basis.LICENSE, machine_use=uses({MachineUse.DATA_MINING: answers[MachineUse.DATA_MINING]})
    )
    assert tdm_reservation(allowed) == 0
