from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model.package import PackedFile, PackEntry
from archiver.model.rights import Answer, Basis, DeclarantRole, MachineUse
from archiver.records.names import ASSERTIONS_RECORD
from archiver.records.rights.training_mining import training_mining
from tests.records.entries import every_case, packed, record_files
from tests.records.rights.test_machine_use import said


def assertions(*entries: PackEntry) -> dict[str, dict[str, dict[str, str]]]:
    """What the file says, by path."""
    found = json.loads(record_files(entries)[ASSERTIONS_RECORD])
    assert (found["label"], found["version"]) == ("cawg.training-mining", "1.1")
    return {one["path"]: one["entries"] for one in found["assertions"]}


@pytest.mark.parametrize(
    ("use", "key"),
    [
        (MachineUse.DATA_MINING, "cawg.data_mining"),
        (MachineUse.INFERENCE, "cawg.ai_inference"),
        (MachineUse.OTHER_TRAINING, "cawg.ai_training"),
        (MachineUse.GENERATIVE_TRAINING, "cawg.ai_generative_training"),
    ],
)
def test_each_entry_of_the_assertion(use: MachineUse, key: str) -> None:
    assert json.loads(training_mining(said(use, Answer.DENY))) == {key: {"use": "notAllowed"}}
    assert json.loads(training_mining(said(use, Answer.ALLOW))) == {key: {"use": "allowed"}}
    assert training_mining(said(use, Answer.UNKNOWN)) == ""


def test_search_has_no_entry() -> None:
    assert training_mining(said(MachineUse.SEARCH, Answer.DENY)) == ""


@given(
    use=st.sampled_from(MachineUse),
    answer=st.sampled_from(Answer),
    role=st.sampled_from(DeclarantRole),
    basis=st.sampled_from(Basis),
    more=st.sampled_from(({}, {"stricter_signal": True})),
)
def test_only_what_a_rightsholder_was_granted_to_allow_is_allowed(
    use: MachineUse, answer: Answer, role: DeclarantRole, basis: Basis, more: dict[str, bool]
) -> None:
    told = training_mining(said(use, answer, role, basis, signal="x at y", **more))
    if '"allowed"' in told:
        assert answer is Answer.ALLOW
        assert not more
        assert role is DeclarantRole.RIGHTSHOLDER or basis is Basis.OWN


def test_one_wish_for_all_is_one_assertion() -> None:
    entries = [packed(name, said(MachineUse.DATA_MINING, Answer.DENY)) for name in "ab"]
    assert assertions(*entries) == {"data/": {"cawg.data_mining": {"use": "notAllowed"}}}


def test_different_wishes_are_an_assertion_for_each_file_that_has_one() -> None:
    first = packed("a", said(MachineUse.DATA_MINING, Answer.DENY))
    second = packed("b", said(MachineUse.INFERENCE, Answer.ALLOW))
    assert assertions(first, packed("c"), second) == {
        first.bag_path: {"cawg.data_mining": {"use": "notAllowed"}},
        second.bag_path: {"cawg.ai_inference": {"use": "allowed"}},
    }


def test_nothing_declared_asserts_nothing() -> None:
    assert assertions() == {}
    assert assertions(packed("a"), packed("b")) == {}


def test_what_it_says_of_a_file_is_what_the_decision_says() -> None:
    told = assertions(*every_case())
    for entry in every_case():
        if isinstance(entry, PackedFile):
            said_here = training_mining(entry.assessed.decision)
            assert told.get(entry.bag_path, {}) == (json.loads(said_here) if said_here else {})


def test_a_file_with_only_a_signal_asserts_nothing() -> None:
    assert training_mining(said(MachineUse.DATA_MINING, Answer.DENY, None, signal="x at y")) == ""
