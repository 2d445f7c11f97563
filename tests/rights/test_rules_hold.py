"""The rules that decide, each as a property over any declarations, evidence, policy and day.

Every property is written without the code that it holds to account: by what was declared and what came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.model.evidence import Evidence, Protection
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
    Scope,
)
from archiver.model.terms import Layer
from archiver.rights.decide import decide
from archiver.rights.decider import Decider
from archiver.rights.policies import POLICY_NAMES, builtin_policy
from tests.rights.builders import (
    FAIRPLAY,
    SACD,
    TODAY,
    act_answers,
    evidence_lists,
    facts,
    seen,
    use_answers,
)

ALLOW, DENY, UNKNOWN = Answer.ALLOW, Answer.DENY, Answer.UNKNOWN
LOOSENESS = {DENY: 0, UNKNOWN: 1, ALLOW: 2}
PATH = "a/b/c.flac"
TAGS = {"album": ("Title",), "label": ("Label",)}
PLACES = (
    (Scope(), 0),
    (Scope(paths=("**/*.flac",)), 0),
    (Scope(paths=("a/",), level=Level.ALBUM), 1),
    (Scope(paths=("a/", "z/z/z/"), level=Level.ALBUM), 1),
    (Scope(paths=("a/b/",), level=Level.ALBUM), 2),
    (Scope(albums=("title",), level=Level.ALBUM), 2),
    (Scope(tags=(("label", ("label",)),), level=Level.ALBUM), 2),
    (Scope(paths=(PATH,), level=Level.FILE), 9),
)
"""Scopes that all take in the file, with how close each is."""
DEPTH = dict(PLACES)
PEOPLE = ("Jo Smith", "Label", "Erika Example")
BEFORE, LATER = TODAY - timedelta(days=9), TODAY + timedelta(days=99)


@dataclass(frozen=True)
class Case:
    """All that a decision follows from."""

    declarations: tuple[Declaration, ...]
    evidence: tuple[Evidence, ...]
    protection: Protection | None
    policy: Policy
    on: date

    def decide(self, *more: Declaration, on: date | None = None) -> Decision:
        return decide(
            self.evidence, self.protection, (*self.declarations, *more), self.policy, on or self.on, path=PATH
        )

    def in_force(self) -> Iterator[Declaration]:
        for one in self.declarations:
            if one.date <= self.on and (one.expires is None or self.on <= one.expires):
                yield one


def one_declaration(number: int) -> st.SearchStrategy[Declaration]:
    return st.builds(
        Declaration,
        id=st.just(f"declaration-{number}"),
        scope=st.sampled_from([scope for scope, _ in PLACES]),
        basis=st.sampled_from(Basis),
        by=st.sampled_from(PEOPLE),
        role=st.sampled_from(DeclarantRole),
        date=st.sampled_from((BEFORE, TODAY, LATER)),
        acts=act_answers,
        license=st.sampled_from((None, "CC-BY-4.0", "CC0-1.0", "CC-BY-NC-4.0", "a letter")),
        document=st.sampled_from((None, "deed.pdf")),
        jurisdiction=st.sampled_from(((), ("US",), ("EU", "US"))),
        expires=st.sampled_from((None, BEFORE, TODAY, TODAY + timedelta(30), LATER, LATER + timedelta(500))),
        carrier_held=st.sampled_from((None, *CarrierHeld)),
        layers=st.sampled_from(((), (Layer.RECORDING,), tuple(Layer))),
        facts=st.none() | facts,
        machine_use=use_answers,
    )


following = st.sampled_from(Disposition)
any_policy = st.builds(
    lambda needs, denied, unknown, whole: Policy(
        "any",
        "Any.",
        needs,
        tuple(zip(Act, denied, strict=True)),
        tuple((act, unknown) for act in needs),
        *whole,
    ),
    st.lists(st.sampled_from(Act), min_size=1, max_size=3, unique=True).map(
        lambda some: tuple(act for act in Act if act in some)
    ),
    st.tuples(*(following for _ in Act)),
    following,
    st.tuples(following, following, following),
)
cases = st.builds(
    Case,
    st.integers(0, 4).flatmap(lambda count: st.tuples(*(one_declaration(number) for number in range(count)))),
    evidence_lists
    | st.just((seen("isrc", "ZZAAA0400001"), seen("copyright-line", "2004 Another")))
    | st.just((seen("cd-toc"),)),
    st.sampled_from((None, None, None, FAIRPLAY, SACD)),
    st.sampled_from([builtin_policy(name) for name in POLICY_NAMES]) | any_policy,
    st.sampled_from((TODAY, TODAY + timedelta(31), LATER + timedelta(1))),
)


def names(one: Declaration, act: Act) -> set[Answer]:
    """What a declaration names for an act; for mining by either of its names."""
    found = {dict(one.acts).get(act)}
    if act is Act.MINE:
        found.add(dict(one.machine_use).get(MachineUse.DATA_MINING))
    return {answer for answer in found if answer is not None}


def extra(**fields: object) -> Declaration:
    """One declaration more, by somebody else."""
    given_fields = {
        "id": "extra",
        "scope": Scope(),
        "basis": Basis.UNKNOWN,
        "by": "Somebody Else",
        "role": DeclarantRole.OWNER,
        "date": BEFORE,
    }
    return Declaration(**{**given_fields, **fields})  # type: ignore[arg-type]


# 1. said beats implied


def what_is_denied_and_nowhere_allowed_in_words_is_denied(case: Case) -> None:
    decision = case.decide()
    for act in Act:
        said = [names(one, act) for one in case.in_force()]
        if any(DENY in answers for answers in said) and not any(answers == {ALLOW} for answers in said):
            assert decision.acts[act] is DENY, act


def leaving_it_open_never_loosens(case: Case) -> None:
    before = case.decide()
    for scope, _ in PLACES:
        doubt = extra(
            scope=scope,
            acts=tuple((act, UNKNOWN) for act in Act),
            machine_use=tuple((use, UNKNOWN) for use in MachineUse),
        )
        after = case.decide(doubt)
        for act in Act:
            assert LOOSENESS[after.acts[act]] <= LOOSENESS[before.acts[act]], (act, scope)
            if before.acts[act] is DENY:
                assert after.acts[act] is DENY


# 2. closer is by path, denials add up, documents have their limits


def nothing_reaches_past_a_purchase_that_names_the_file(case: Case) -> None:
    bought = extra(scope=Scope(paths=(PATH,), level=Level.FILE), basis=Basis.PURCHASE, document="receipt.pdf")
    others = tuple(one for one in case.declarations if DEPTH[one.scope] < DEPTH[bought.scope])
    decision = replace(case, declarations=others).decide(bought)
    for act in (Act.TRANSFER, Act.PUBLISH, Act.MINE):
        assert decision.acts[act] is not ALLOW
    assert ALLOW not in {use.answer for use in decision.machine_use}


def a_denial_more_is_never_looser(case: Case) -> None:
    before = case.decide()
    for scope, _ in PLACES:
        denial = extra(scope=scope, acts=tuple((act, DENY) for act in Act))
        after = case.decide(denial)
        for act in Act:
            assert LOOSENESS[after.acts[act]] <= LOOSENESS[before.acts[act]]
            if after.acts[act] is not DENY:
                assert any(
                    names(one, act) == {ALLOW}
                    and one.document is not None
                    and DEPTH[one.scope] >= DEPTH[scope]
                    for one in case.in_force()
                ), (act, scope)


def no_paper_of_somebody_else_lifts_a_rightsholders_denial(case: Case) -> None:
    for scope, _ in PLACES:
        denial = extra(scope=scope, role=DeclarantRole.RIGHTSHOLDER, acts=tuple((act, DENY) for act in Act))
        assert {answer for _, answer in case.decide(denial).acts.items()} == {DENY}


def an_embargo_holds_against_everything_that_is_not_closer(case: Case) -> None:
    for scope, depth in PLACES:
        others = tuple(one for one in case.declarations if DEPTH[one.scope] <= depth)
        embargo = extra(scope=scope, acts=((Act.ACCESS, DENY),), expires=case.on)
        assert replace(case, declarations=others).decide(embargo).acts.access is DENY


# 3. standing limits what one may grant


def publishing_and_mining_rest_on_somebody_who_may_grant_them(case: Case) -> None:
    decision = case.decide()
    for act in (Act.PUBLISH, Act.MINE):
        if decision.acts[act] is ALLOW:
            assert any(_may_grant(one, act) for one in case.in_force()), act


def _may_grant(one: Declaration, act: Act) -> bool:
    if one.basis in (Basis.PURCHASE, Basis.CARRIER, Basis.UNKNOWN):
        return False
    if one.document is not None or one.role is DeclarantRole.RIGHTSHOLDER:
        return True
    if one.basis is Basis.OWN:
        return one.role is not DeclarantRole.CUSTODIAN
    if one.basis is Basis.STATUTE:
        return act is Act.MINE
    if one.basis is not Basis.LICENSE:
        return False
    return one.license == "CC0-1.0" or (
        act is Act.PUBLISH and one.license is not None and one.license.startswith("CC")
    )


def own_without_the_other_layers_lets_nothing_out(case: Case) -> None:
    own = tuple(
        replace(one, basis=Basis.OWN, layers=(Layer.RECORDING,), facts=None) for one in case.declarations
    )
    decision = replace(case, declarations=own).decide()
    assert ALLOW not in {decision.acts[act] for act in (Act.TRANSFER, Act.PUBLISH, Act.MINE)}
    assert ALLOW not in {use.answer for use in decision.machine_use}


def a_machine_use_rests_on_a_rightsholder_with_a_basis_or_on_a_document(case: Case) -> None:
    for use in case.decide().machine_use:
        if use.answer is ALLOW and use.use is not MachineUse.DATA_MINING:
            permitting = [
                one
                for one in case.in_force()
                if dict(one.machine_use).get(use.use) is ALLOW
                and one.basis not in (Basis.PURCHASE, Basis.CARRIER, Basis.UNKNOWN)
                and (
                    one.document is not None
                    or (one.role is DeclarantRole.RIGHTSHOLDER and one.basis in (Basis.OWN, Basis.LICENSE))
                    or (one.basis is Basis.LICENSE and one.license == "CC0-1.0")
                )
            ]
            assert permitting, use.use


def what_may_not_be_kept_is_not_packed(case: Case) -> None:
    decision = case.decide()
    assert decision.acts.preserve is not DENY or not decision.disposition.packed


def what_is_dated_in_the_future_changes_nothing(case: Case) -> None:
    now = replace(case, on=TODAY)
    known = replace(now, declarations=tuple(one for one in case.declarations if one.date <= TODAY))
    one, other = now.decide(), known.decide()
    assert (one.acts, one.machine_use, one.basis, one.disposition, one.layers) == (
        other.acts,
        other.machine_use,
        other.basis,
        other.disposition,
        other.layers,
    )


# 4. one decision, one voice


def mining_has_one_answer(case: Case) -> None:
    decision = case.decide()
    answers = {use.use: use.answer for use in decision.machine_use}
    assert answers[MachineUse.DATA_MINING] is decision.acts.mine
    if decision.acts.mine is DENY:
        assert ALLOW not in (answers[MachineUse.GENERATIVE_TRAINING], answers[MachineUse.OTHER_TRAINING])


def the_order_of_declarations_decides_nothing(case: Case) -> None:
    turned = replace(case, declarations=case.declarations[::-1])
    rolled = replace(case, declarations=case.declarations[1:] + case.declarations[:1])
    assert case.decide() == turned.decide() == rolled.decide()


def many_at_once_are_decided_as_each_alone(case: Case) -> None:
    decider = Decider(case.declarations, case.policy, case.on)
    for path in (PATH, "a/b/d.flac", "a/b.flac", PATH):
        placed = decider.matching(path, TAGS)
        alone = decide(case.evidence, case.protection, placed, case.policy, case.on, path=path)
        assert decider.decide(path, TAGS, case.evidence, case.protection) == alone


# 5. the end of a restriction is a promise


def after_the_promised_day_nothing_restricts(case: Case) -> None:
    decision = case.decide()
    until = decision.restricted_until
    if until is not None:
        assert decision.disposition is Disposition.RESTRICT
        assert until >= case.on
        assert case.decide(on=until + timedelta(days=1)).disposition is Disposition.INCLUDE
        known = replace(case, declarations=tuple(one for one in case.declarations if one.date <= case.on))
        assert known.decide(on=until + timedelta(days=1)).disposition is Disposition.INCLUDE


def an_end_that_can_be_promised_is(case: Case) -> None:
    decision = case.decide()
    if decision.disposition is Disposition.RESTRICT and all(one.date <= case.on for one in case.declarations):
        ends = sorted({one.expires for one in case.in_force() if one.expires is not None})
        opens = (
            day for day in ends if case.decide(on=day + timedelta(days=1)).disposition is Disposition.INCLUDE
        )
        assert decision.restricted_until == next(opens, None)


HELD: tuple[Callable[[Case], None], ...] = (
    what_is_denied_and_nowhere_allowed_in_words_is_denied,
    leaving_it_open_never_loosens,
    nothing_reaches_past_a_purchase_that_names_the_file,
    a_denial_more_is_never_looser,
    no_paper_of_somebody_else_lifts_a_rightsholders_denial,
    an_embargo_holds_against_everything_that_is_not_closer,
    publishing_and_mining_rest_on_somebody_who_may_grant_them,
    own_without_the_other_layers_lets_nothing_out,
    a_machine_use_rests_on_a_rightsholder_with_a_basis_or_on_a_document,
    what_may_not_be_kept_is_not_packed,
    what_is_dated_in_the_future_changes_nothing,
    mining_has_one_answer,
    the_order_of_declarations_decides_nothing,
    many_at_once_are_decided_as_each_alone,
    after_the_promised_day_nothing_restricts,
    an_end_that_can_be_promised_is,
)
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
each_rule = pytest.mark.parametrize("held", HELD, ids=lambda held: held.__name__)


@each_rule
@settings(max_examples=100, suppress_health_check=_SLOW, deadline=None)
@given(case=cases)
def test_the_rule_holds(held: Callable[[Case], None], case: Case) -> None:
    held(case)


@pytest.mark.slow
@each_rule
@settings(max_examples=10_000, suppress_health_check=_SLOW, deadline=None)
@given(case=cases)
def test_the_rule_holds_at_length(held: Callable[[Case], None], case: Case) -> None:
    held(case)
