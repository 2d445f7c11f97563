from __future__ import annotations

from typing import Any

import pytest

from archiver.model.evidence_kinds import EVIDENCE_KINDS
from archiver.model.rights import Answer, Basis, Decision, DeclarantRole, Level, MachineUse, UseAnswer
from archiver.model.terms import Layer
from archiver.rights import rules
from archiver.rights.deciding.decide import decide
from archiver.rights.declaring.policies import builtin_policy
from archiver.rights.meanings import MEANINGS, Meaning, machine_signals
from tests.rights.builders import TODAY, acts, declared, seen, uses

ALLOW, DENY, UNKNOWN = Answer.ALLOW, Answer.DENY, Answer.UNKNOWN
TRAINING = {MachineUse.GENERATIVE_TRAINING, MachineUse.OTHER_TRAINING}
MINING = {MachineUse.DATA_MINING, *TRAINING}


def decided(*declarations: object, signal: str | None = None, code: str = "machine-signal") -> Decision:
    evidence = () if signal is None else (seen(code, signal, locator="TXXX:TDM@44"),)
    return decide(evidence, None, declarations, builtin_policy("personal"), TODAY)  # type: ignore[arg-type]


def use(decision: Decision, which: MachineUse) -> UseAnswer:
    return next(answer for answer in decision.machine_use if answer.use is which)


def denied(decision: Decision) -> set[MachineUse]:
    return {answer.use for answer in decision.machine_use if answer.answer is DENY}


def test_nothing_is_granted_by_default() -> None:
    assert decided().machine_use == tuple(UseAnswer(which) for which in MachineUse)


def test_owning_a_recording_grants_no_machine_use_by_itself() -> None:
    assert {answer.answer for answer in decided(declared(Basis.OWN)).machine_use} == {UNKNOWN}


@pytest.mark.parametrize("role", [DeclarantRole.OWNER, DeclarantRole.DONOR, DeclarantRole.CUSTODIAN])
def test_only_a_rightsholder_permits_by_their_word(role: DeclarantRole) -> None:
    wish = uses(generative_training="allow")
    asked = MachineUse.GENERATIVE_TRAINING
    assert use(decided(declared(Basis.PURCHASE, role=role, machine_use=wish)), asked).answer is UNKNOWN
    with_document = declared(Basis.LICENSE, role=role, machine_use=wish, document="letter.pdf")
    assert use(decided(with_document), asked).answer is ALLOW
    by_right = declared(Basis.LICENSE, role=DeclarantRole.RIGHTSHOLDER, machine_use=wish)
    assert use(decided(by_right), asked) == UseAnswer(
        asked, ALLOW, "Example Person", DeclarantRole.RIGHTSHOLDER
    )
    own = declared(Basis.OWN, role=role, machine_use=wish, layers=tuple(Layer))
    assert use(decided(own), asked).answer is UNKNOWN
    theirs = declared(Basis.OWN, role=DeclarantRole.RIGHTSHOLDER, machine_use=wish, layers=tuple(Layer))
    assert use(decided(theirs), asked).answer is ALLOW
    public = declared(Basis.LICENSE, role=role, machine_use=wish, license="CC0-1.0")
    assert use(decided(public), asked).answer is ALLOW
    no_word_of_machines = declared(Basis.LICENSE, role=role, machine_use=wish, license="CC-BY-4.0")
    assert use(decided(no_word_of_machines), asked).answer is UNKNOWN


@pytest.mark.parametrize("basis", [Basis.PURCHASE, Basis.CARRIER, Basis.UNKNOWN])
@pytest.mark.parametrize("role", [DeclarantRole.OWNER, DeclarantRole.DONOR, DeclarantRole.CUSTODIAN])
def test_a_receipt_permits_no_machine_use(basis: Basis, role: DeclarantRole) -> None:
    wish = uses(**{which.value: "allow" for which in MachineUse})
    decision = decided(declared(basis, role=role, machine_use=wish, document="receipt.pdf"))
    assert {answer.answer for answer in decision.machine_use} == {UNKNOWN}


@pytest.mark.parametrize("role", DeclarantRole)
@pytest.mark.parametrize("basis", [Basis.PURCHASE, Basis.CARRIER, Basis.UNKNOWN])
def test_mining_that_a_basis_cannot_carry_allows_no_data_mining(basis: Basis, role: DeclarantRole) -> None:
    decision = decided(declared(basis, role=role, acts=acts(mine="allow"), document="receipt.pdf"))
    assert decision.acts.mine is UNKNOWN
    assert use(decision, MachineUse.DATA_MINING).answer is UNKNOWN


def test_anybody_passes_a_denial_on() -> None:
    wish = declared(Basis.PURCHASE, role=DeclarantRole.CUSTODIAN, machine_use=uses(search="deny"))
    assert use(decided(wish), MachineUse.SEARCH) == UseAnswer(
        MachineUse.SEARCH, DENY, "Example Person", DeclarantRole.CUSTODIAN
    )


def test_level_document_and_denial_decide_as_for_acts() -> None:
    licensed: dict[str, Any] = {"machine_use": uses(search="allow"), "license": "CC0-1.0"}
    wide = declared(Basis.LICENSE, machine_use=uses(search="deny"))
    close = declared(Basis.LICENSE, Level.FILE, **licensed)
    assert use(decided(wide, close), MachineUse.SEARCH).answer is ALLOW
    same = declared(Basis.LICENSE, id="other", **licensed)
    assert use(decided(wide, same), MachineUse.SEARCH).answer is DENY
    documented = declared(Basis.LICENSE, id="third", document="x.pdf", **licensed)
    assert use(decided(wide, same, documented), MachineUse.SEARCH).answer is ALLOW


def test_what_is_declared_of_mining_answers_for_data_mining() -> None:
    declaration = declared(Basis.OWN, acts=acts(mine="deny"))
    assert denied(decided(declaration)) == {MachineUse.DATA_MINING}
    named = declared(Basis.OWN, acts=acts(mine="deny"), machine_use=uses(data_mining="unknown"))
    assert denied(decided(named)) == {MachineUse.DATA_MINING}


@pytest.mark.parametrize(
    ("signal", "expected"),
    [
        ("tdm-reservation=1", MINING),
        ("tdm-reservation=0", set()),
        ("train-ai=n", TRAINING),
        (
            "train-ai=n, search=n, ai-use=?0",
            {*TRAINING, MachineUse.SEARCH, MachineUse.INFERENCE},
        ),
        ("train-ai=y", set()),
        ("cawg.ai_training=notAllowed", {MachineUse.OTHER_TRAINING}),
        ("cawg.data_mining=constrained", {MachineUse.DATA_MINING}),
        ("cawg.ai_inference=allowed", set()),
        ("plus-data-mining=DMI-PROHIBITED-AIMLTRAINING", TRAINING),
        ("plus-data-mining=DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING", MINING),
        ("plus-data-mining=DMI-PROHIBITED", {MachineUse.SEARCH, *MINING}),
        ("plus-data-mining=DMI-PROHIBITED-IN-A-WAY-TO-COME", {MachineUse.SEARCH, *MINING}),
        ("plus-data-mining=DMI-UNSPECIFIED", set()),
        ("train-ai=perhaps", set()),
        ("something-new=n", set()),
        ("", set()),
    ],
)
def test_signals_in_the_file_reserve_and_never_grant(signal: str, expected: set[MachineUse]) -> None:
    decision = decided(signal=signal)
    assert denied(decision) == expected
    assert ALLOW not in {answer.answer for answer in decision.machine_use}
    for which in expected:
        assert use(decision, which).signal == "evidence machine-signal at TXXX:TDM@44"
        assert use(decision, which).declared_by is None


def test_a_reservation_in_words_reserves_mining_and_training() -> None:
    assert denied(decided(signal="No AI training.", code="machine-reservation-text")) == MINING


def test_the_strictest_signal_counts() -> None:
    found = machine_signals(
        [seen("machine-signal", "train-ai=y"), seen("machine-signal", "train-ai=n", locator="b@2")]
    )
    assert found[MachineUse.GENERATIVE_TRAINING] == (DENY, "evidence machine-signal at b@2")
    assert machine_signals([seen("copyright-line", "train-ai=n")]) == {}


def test_a_stricter_signal_outweighs_a_word_and_warns_of_a_document() -> None:
    wish = uses(generative_training="allow")
    word = decided(
        declared(Basis.LICENSE, role=DeclarantRole.RIGHTSHOLDER, machine_use=wish), signal="train-ai=n"
    )
    answer = use(word, MachineUse.GENERATIVE_TRAINING)
    assert (answer.answer, answer.stricter_signal, answer.declared_by) == (DENY, True, None)
    deed = decided(
        declared(Basis.LICENSE, role=DeclarantRole.RIGHTSHOLDER, machine_use=wish, document="x.pdf"),
        signal="train-ai=n",
    )
    answer = use(deed, MachineUse.GENERATIVE_TRAINING)
    assert (answer.answer, answer.stricter_signal, answer.declared_by) == (ALLOW, True, "Example Person")
    for decision in (word, deed):
        [warning] = [reason for reason in decision.reasons if reason.code == rules.SIGNAL_STRICTER]
        assert "reserves 'generative_training'" in warning.text


def test_an_agreeing_signal_leaves_the_declarant_named() -> None:
    answer = use(
        decided(declared(Basis.OWN, machine_use=uses(search="deny")), signal="search=n"), MachineUse.SEARCH
    )
    assert (answer.answer, answer.declared_by, answer.stricter_signal) == (DENY, "Example Person", False)


def test_every_code_with_a_meaning_is_one_that_files_can_show() -> None:
    assert set(MEANINGS) <= set(EVIDENCE_KINDS)
    assert {code for code, means in MEANINGS.items() if means is Meaning.MACHINE_SIGNAL} == {
        "machine-signal",
        "machine-reservation-text",
    }


SEARCH, INFERENCE = MachineUse.SEARCH, MachineUse.INFERENCE


@pytest.mark.parametrize(
    ("signal", "expected"),
    [
        ("train-ai=n", TRAINING),
        ("all=n", set(MachineUse)),
        ("bots=n", set(MachineUse)),
        ("tdm=n", MINING),
        ("ai=n", {INFERENCE, *TRAINING}),
        ("genai=n", {MachineUse.GENERATIVE_TRAINING}),
        ("train-genai=n", {MachineUse.GENERATIVE_TRAINING}),
        ("inference=n", {INFERENCE}),
        ("ai-output=n", {INFERENCE}),
        ("ai-use=n;exceptions=cc-cr", {INFERENCE}),
        ("search=yes, ai-input=no, ai-train=no", {INFERENCE, MachineUse.GENERATIVE_TRAINING}),
        ("rsl-all=n", set(MachineUse)),
        ("rsl-ai-all=n", {INFERENCE, *TRAINING}),
        ("rsl-ai-train=n", TRAINING),
        ("rsl-ai-input=n", {INFERENCE}),
        ("rsl-search=n", {SEARCH}),
        ("plus-data-mining=DMI-PROHIBITED", {SEARCH, *MINING}),
    ],
)
def test_other_and_older_vocabularies_deny(signal: str, expected: set[MachineUse]) -> None:
    assert denied(decided(signal=signal)) == expected


@pytest.mark.parametrize(
    "key",
    [
        "all",
        "bots",
        "tdm",
        "ai",
        "genai",
        "train-genai",
        "inference",
        "ai-output",
        "ai-train",
        "ai-input",
        "rsl-all",
    ],
)
def test_other_and_older_vocabularies_allow_nothing(key: str) -> None:
    assert machine_signals([seen("machine-signal", f"{key}=y")]) == {}
    assert {answer.answer for answer in decided(signal=f"{key}=y").machine_use} == {UNKNOWN}
