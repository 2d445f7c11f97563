"""The six rules of precedence, each as a property over any evidence and any declarations."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.model.evidence import Evidence, Protection, Strength
from archiver.model.rights import (
    Act,
    Answer,
    Basis,
    CarrierHeld,
    Decision,
    DeclarantRole,
    Declaration,
    Disposition,
    Level,
    MachineUse,
    Policy,
)
from archiver.model.terms import Layer, TermFacts
from archiver.rights import rules
from archiver.rights.deciding.decide import decide
from archiver.rights.declaring.policies import POLICY_NAMES, builtin_policy
from archiver.rights.meanings import MEANINGS, Meaning
from archiver.rights.terms.spans import year_span
from tests.rights.builders import (
    FAIRPLAY,
    SACD,
    TODAY,
    acts,
    declaration_lists,
    declarations,
    declared,
    evidence_items,
    evidence_lists,
    seen,
    undated_lists,
)

PERSONAL, DONATION, PUBLIC = (builtin_policy(name) for name in POLICY_NAMES)
policies = st.sampled_from((PERSONAL, DONATION, PUBLIC))
protections = st.sampled_from((None, FAIRPLAY, SACD))
LOOSENESS = {Answer.DENY: 0, Answer.UNKNOWN: 1, Answer.ALLOW: 2}
STRICTNESS = {Disposition.INCLUDE: 0, Disposition.RESTRICT: 1, Disposition.EXCLUDE: 2, Disposition.REVIEW: 2}
SOLD = seen("store-account", strength=Strength.CONCLUSIVE, personal=True)
PERSONAL_SEEN = seen("email-address", personal=True)


def decided(
    *given_declarations: Declaration,
    evidence: Sequence[Evidence] = (),
    protection: Protection | None = None,
    policy: Policy = PERSONAL,
    on: date = TODAY,
) -> Decision:
    return decide(evidence, protection, given_declarations, policy, on)


def codes(decision: Decision) -> set[str]:
    return {reason.code for reason in decision.reasons}


# 1. protection is a fact


@given(declaration_lists, evidence_lists, policies)
def test_no_declaration_unlocks_a_protected_file(
    given_declarations: tuple[Declaration, ...], evidence: tuple[Evidence, ...], policy: Policy
) -> None:
    decision = decide(evidence, FAIRPLAY, given_declarations, policy, TODAY)
    assert {answer for act, answer in decision.acts.items() if act is not Act.PRESERVE} == {Answer.DENY}
    assert STRICTNESS[decision.disposition] >= STRICTNESS[policy.protected]
    assert rules.PROTECTED in codes(decision)


@given(st.lists(declarations(), max_size=3), evidence_lists)
def test_a_backup_takes_a_protected_file_untouched_unless_keeping_it_is_denied(
    given_declarations: list[Declaration], evidence: tuple[Evidence, ...]
) -> None:
    decision = decide(evidence, FAIRPLAY, given_declarations, PERSONAL, TODAY)
    denied = decision.acts[Act.PRESERVE] is Answer.DENY
    assert decision.disposition is (Disposition.EXCLUDE if denied else Disposition.INCLUDE)


@pytest.mark.parametrize(
    ("policy", "protected", "maybe"),
    [
        (PERSONAL, Disposition.INCLUDE, Disposition.INCLUDE),
        (DONATION, Disposition.EXCLUDE, Disposition.REVIEW),
        (PUBLIC, Disposition.EXCLUDE, Disposition.REVIEW),
    ],
)
def test_what_each_policy_makes_of_protection(
    policy: Policy, protected: Disposition, maybe: Disposition
) -> None:
    own = declared(
        Basis.OWN, document="proof.pdf", acts=acts(publish="allow", transfer="allow"), layers=tuple(Layer)
    )
    assert decided(own, protection=FAIRPLAY, policy=policy).disposition is protected
    assert decided(own, protection=SACD, policy=policy).disposition is maybe
    assert decided(own, protection=SACD, policy=policy).acts[Act.PUBLISH] is Answer.ALLOW


# 2. per act, deny beats allow beats unknown, unless a document covers exactly that act


def test_a_document_covers_the_acts_it_is_declared_for_and_no_other() -> None:
    no = declared(acts=acts(transfer="deny", publish="deny"))
    deed = declared(
        Basis.LICENSE, acts=acts(transfer="allow"), document="deed.pdf", role=DeclarantRole.RIGHTSHOLDER
    )
    decision = decided(no, deed)
    assert decision.acts[Act.TRANSFER] is Answer.ALLOW
    assert decision.acts[Act.PUBLISH] is Answer.DENY
    assert rules.DOCUMENT_DECIDES in codes(decision)


# 3. file beats album beats collection


@given(
    st.permutations([Level.FILE, Level.ALBUM, Level.COLLECTION]),
    st.lists(st.sampled_from(Answer), min_size=3, max_size=3),
)
def test_the_closest_word_of_one_person_wins_in_any_order(
    levels: list[Level], given_answers: list[Answer]
) -> None:
    """Save that leaving it open takes no denial back."""
    pairs = list(zip(levels, given_answers, strict=True))
    said = [declared(Basis.LICENSE, level, acts=acts(transfer=answer.value)) for level, answer in pairs]
    expected = dict(pairs)[Level.FILE]
    if expected is Answer.UNKNOWN and Answer.DENY in given_answers:
        expected = Answer.DENY
    assert decided(*said).acts[Act.TRANSFER] is expected


# 4. a declaration that contradicts conclusive evidence gives review


@given(
    st.sampled_from(Level),
    policies,
    evidence_lists,
    st.sampled_from(sorted(code for code, means in MEANINGS.items() if means is Meaning.PURCHASE)),
)
def test_a_contradiction_is_never_a_silent_win(
    level: Level, policy: Policy, evidence: tuple[Evidence, ...], code: str
) -> None:
    declaration = declared(
        Basis.OWN, level, carrier_held=CarrierHeld.YES, document="proof.pdf", acts=acts(preserve="allow")
    )
    sold = seen(code, strength=Strength.CONCLUSIVE, personal=True)
    decision = decide((*evidence, sold), None, [declaration], policy, TODAY)
    assert decision.disposition is Disposition.REVIEW
    assert Answer.ALLOW not in {answer for _, answer in decision.acts.items()}
    [told] = [
        reason for reason in decision.reasons if reason.code == rules.CONTRADICTED and reason.act is None
    ]
    assert f"declaration {declaration.id}" in told.rests_on
    assert decision.basis is Basis.UNKNOWN


@pytest.mark.parametrize("strength", [Strength.STRONG, Strength.WEAK])
def test_what_is_not_conclusive_contradicts_nothing(strength: Strength) -> None:
    decision = decided(declared(Basis.OWN), evidence=[seen("bandcamp-comment", strength=strength)])
    assert decision.disposition is Disposition.INCLUDE


def test_a_purchase_agrees_with_the_signs_of_one() -> None:
    assert decided(declared(Basis.PURCHASE), evidence=[SOLD]).disposition is Disposition.INCLUDE


def test_what_a_store_matched_with_a_disc_of_the_holder_contradicts_no_carrier() -> None:
    discs = declared(Basis.CARRIER, carrier_held=CarrierHeld.YES)
    matched = [SOLD, seen("store-delivered", "iTunes Store", strength=Strength.CONCLUSIVE)]
    decision = decided(discs, evidence=matched)
    assert decision.disposition is Disposition.INCLUDE
    assert decision.basis is Basis.CARRIER


def test_a_closer_declaration_settles_a_contradiction() -> None:
    mine = declared(Basis.OWN)
    bought = declared(Basis.PURCHASE, Level.ALBUM, acts=acts(transfer="deny", publish="deny", mine="deny"))
    assert decided(mine, bought, evidence=[SOLD]).disposition is Disposition.INCLUDE


def test_a_denial_contradicts_nothing() -> None:
    no = declared(Basis.CARRIER, carrier_held=CarrierHeld.LOST, acts=acts(publish="deny"))
    decision = decided(no, evidence=[SOLD])
    assert decision.disposition is Disposition.INCLUDE
    assert decision.acts[Act.PUBLISH] is Answer.DENY


def test_what_is_set_aside_does_not_uncover_something_wider() -> None:
    wide = declared(Basis.LICENSE, acts=acts(publish="allow"), role=DeclarantRole.RIGHTSHOLDER)
    own = declared(Basis.OWN, Level.FILE, acts=acts(publish="deny"))
    decision = decided(wide, own, evidence=[SOLD], policy=PUBLIC)
    assert decision.acts[Act.PUBLISH] is Answer.DENY
    assert decided(wide, declared(Basis.OWN, Level.FILE), evidence=[SOLD]).acts[Act.PUBLISH] is Answer.UNKNOWN


def test_a_term_that_runs_by_the_declared_dates_is_reviewed() -> None:
    claim = declared(
        Basis.EXPIRED,
        jurisdiction=("EU",),
        layers=tuple(Layer),
        facts=TermFacts(fixed=year_span(2000), published=year_span(2000)),
    )
    decision = decided(claim)
    assert decision.disposition is Disposition.REVIEW
    assert rules.TERM_RUNS in codes(decision)
    assert decision.acts[Act.PRESERVE] is Answer.UNKNOWN
    ended = replace(claim, facts=TermFacts(fixed=year_span(1920), published=year_span(1920)))
    assert decided(ended).disposition is Disposition.INCLUDE


# 5. evidence tightens and never loosens


@settings(max_examples=150)
@given(declaration_lists, evidence_lists, evidence_items, protections, policies)
def test_more_evidence_never_loosens_anything(
    given_declarations: tuple[Declaration, ...],
    evidence: tuple[Evidence, ...],
    more: Evidence,
    protection: Protection | None,
    policy: Policy,
) -> None:
    before = decide(evidence, protection, given_declarations, policy, TODAY)
    after = decide((*evidence, more), protection, given_declarations, policy, TODAY)
    for act in Act:
        assert LOOSENESS[after.acts[act]] <= LOOSENESS[before.acts[act]]
    for one, other in zip(before.machine_use, after.machine_use, strict=True):
        assert LOOSENESS[other.answer] <= LOOSENESS[one.answer]
    assert STRICTNESS[after.disposition] >= STRICTNESS[before.disposition]
    assert before.basis is after.basis or rules.CONTRADICTED in codes(after)


@given(evidence_lists)
def test_evidence_alone_allows_nothing(evidence: tuple[Evidence, ...]) -> None:
    decision = decided(evidence=evidence)
    assert Answer.ALLOW not in {answer for _, answer in decision.acts.items()}
    assert Answer.ALLOW not in {use.answer for use in decision.machine_use}
    assert decision.basis is Basis.UNKNOWN


def test_a_licence_in_a_tag_is_a_claim() -> None:
    decision = decided(
        evidence=[seen("licence-url", "https://creativecommons.org/licenses/by/4.0/")], policy=PUBLIC
    )
    assert decision.disposition is Disposition.EXCLUDE
    assert decision.acts[Act.PUBLISH] is Answer.UNKNOWN
    assert rules.CLAIM_ONLY in codes(decision)


def test_a_claim_takes_nothing_away_from_what_is_declared() -> None:
    licensed = declared(Basis.LICENSE, license="CC-BY-4.0")
    decision = decided(licensed, evidence=[seen("licence-claim", "GPL-2.0")], policy=PUBLIC)
    assert decision.disposition is Disposition.INCLUDE


def test_a_reservation_denies_mining_unless_a_document_allows_it() -> None:
    reserved = [seen("machine-signal", "tdm-reservation=1")]
    assert decided(declared(Basis.OWN), evidence=reserved).acts[Act.MINE] is Answer.DENY
    assert decided(evidence=reserved).acts[Act.MINE] is Answer.DENY
    deed = declared(Basis.OWN, acts=acts(mine="allow"), document="deed.pdf", layers=tuple(Layer))
    assert decided(deed, evidence=reserved).acts[Act.MINE] is Answer.ALLOW


# 6. no evidence means unknown


@given(policies)
def test_nothing_seen_and_nothing_declared_is_unknown_and_no_suspicion(policy: Policy) -> None:
    decision = decided(policy=policy)
    assert {answer for _, answer in decision.acts.items()} == {Answer.UNKNOWN}
    assert {use.answer for use in decision.machine_use} == {Answer.UNKNOWN}
    assert decision.basis is Basis.UNKNOWN
    assert decision.disposition is dict(policy.unknown)[policy.needs[-1]]
    assert codes(decision) == {rules.NOT_DECLARED, rules.ACT_UNKNOWN}


def test_what_the_three_policies_make_of_nothing() -> None:
    found = [decided(policy=policy).disposition for policy in (PERSONAL, DONATION, PUBLIC)]
    assert found == [Disposition.INCLUDE, Disposition.RESTRICT, Disposition.EXCLUDE]


def test_personal_data_is_kept_at_home_and_closed_elsewhere() -> None:
    letter = declared(
        Basis.LICENSE,
        role=DeclarantRole.RIGHTSHOLDER,
        document="letter.pdf",
        acts=acts(preserve="allow", transfer="allow", publish="allow"),
    )
    found = [
        decided(letter, evidence=[PERSONAL_SEEN], policy=policy) for policy in (PERSONAL, DONATION, PUBLIC)
    ]
    assert all(decision.personal for decision in found)
    assert [decision.disposition for decision in found] == [
        Disposition.INCLUDE,
        Disposition.RESTRICT,
        Disposition.EXCLUDE,
    ]
    assert all(rules.PERSONAL_DATA in codes(decision) for decision in found)


# embargoes


def test_an_embargo_withholds_access_until_its_day() -> None:
    own = declared(Basis.OWN, acts=acts(transfer="allow"), layers=tuple(Layer))
    embargo = declared(acts=acts(access="deny"), expires=date(2030, 1, 1))
    during = decided(own, embargo, policy=DONATION)
    assert (during.disposition, during.restricted_until) == (Disposition.RESTRICT, date(2030, 1, 1))
    after = decided(own, embargo, policy=DONATION, on=date(2030, 1, 2))
    assert (after.disposition, after.restricted_until) == (Disposition.INCLUDE, None)


def test_no_day_is_told_where_something_else_restricts_too() -> None:
    embargo = declared(acts=acts(access="deny"), expires=date(2030, 1, 1))
    assert decided(embargo, policy=DONATION).restricted_until is None
    open_end = declared(acts=acts(access="deny"), id="other")
    assert decided(declared(Basis.OWN), embargo, open_end, policy=DONATION).restricted_until is None


# every decision explains itself, and is the same everywhere


@given(declaration_lists, evidence_lists, protections, policies)
def test_every_act_and_the_disposition_have_a_reason(
    given_declarations: tuple[Declaration, ...],
    evidence: tuple[Evidence, ...],
    protection: Protection | None,
    policy: Policy,
) -> None:
    decision = decide(evidence, protection, given_declarations, policy, TODAY)
    assert any(rules.speaks_of_disposition(reason) for reason in decision.reasons)
    for act in Act:
        assert any(
            reason.act is act and not rules.speaks_of_disposition(reason) for reason in decision.reasons
        )
    assert codes(decision) <= set(rules.RULES)
    assert [layer.layer for layer in decision.layers] == list(Layer)
    assert [use.use for use in decision.machine_use] == list(MachineUse)
    assert set(decision.declarations) == {declaration.id for declaration in given_declarations}
    for reason in decision.reasons:
        assert reason.text.endswith(".")
        assert "\n" not in reason.text


@given(declaration_lists, evidence_lists, protections, policies)
def test_the_same_input_gives_the_same_bytes(
    given_declarations: tuple[Declaration, ...],
    evidence: tuple[Evidence, ...],
    protection: Protection | None,
    policy: Policy,
) -> None:
    once = decide(evidence, protection, given_declarations, policy, TODAY)
    again = decide(list(evidence), protection, list(given_declarations), policy, TODAY)
    assert once == again
    assert repr(once) == repr(again)
    assert pickle.loads(pickle.dumps(once)) == once


@given(st.data(), undated_lists, policies)
def test_the_order_of_declarations_changes_no_answer(
    data: st.DataObject, given_declarations: tuple[Declaration, ...], policy: Policy
) -> None:
    shuffled = data.draw(st.permutations(given_declarations))
    one, other = decided(*given_declarations, policy=policy), decided(*shuffled, policy=policy)
    assert (one.acts, one.disposition) == (other.acts, other.disposition)


@given(undated_lists, evidence_lists, st.integers(1, 2000))
def test_a_permission_that_has_lapsed_is_never_needed(
    given_declarations: tuple[Declaration, ...], evidence: tuple[Evidence, ...], later: int
) -> None:
    lapsed = [one for one in given_declarations if one.expires is None]
    on = TODAY + timedelta(days=later)
    with_lapsed = decided(*given_declarations, evidence=evidence, on=on)
    assert decided(*lapsed, evidence=evidence, on=on).acts == with_lapsed.acts


def test_reasons_hold_no_personal_value() -> None:
    evidence = [replace(PERSONAL_SEEN, value="someone@example.org")]
    assert "someone@example.org" not in repr(decided(evidence=evidence, policy=DONATION))
