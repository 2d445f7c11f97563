"""The rules that decide, each as a property over any declarations, evidence, policy and day.

Every property is written without the code that it holds to account: by what was declared and what came of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from archiver.model.evidence import Strength
from archiver.model.rights import (
    Act,
    Answer,
    Basis,
    DeclarantRole,
    Declaration,
    Disposition,
    Level,
    MachineUse,
    Scope,
)
from archiver.model.terms import Layer, TermFacts, TermState
from archiver.rights.deciding.decide import decide
from archiver.rights.deciding.decider import Decider
from archiver.rights.declaring.policies import builtin_policy
from archiver.rights.terms.spans import year_span
from tests.rights.builders import TODAY, seen
from tests.rights.cases import BEFORE, DEPTH, PATH, PLACES, TAGS, Case, cases

ALLOW, DENY, UNKNOWN = Answer.ALLOW, Answer.DENY, Answer.UNKNOWN
LOOSENESS = {DENY: 0, UNKNOWN: 1, ALLOW: 2}


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


def what_a_basis_implies_lifts_nothing(case: Case) -> None:
    silent = tuple(replace(one, acts=(), machine_use=()) for one in case.declarations)
    denials = tuple(
        extra(id=f"no-{one.id}", by=one.by, role=one.role, acts=tuple((act, DENY) for act in Act))
        for one in silent
    )
    decision = replace(case, declarations=silent).decide(*denials)
    assert not denials or {answer for _, answer in decision.acts.items()} == {DENY}


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


def leaving_it_open_takes_a_wider_allow_back(case: Case) -> None:
    doubt = extra(
        scope=Scope(paths=(PATH,), level=Level.FILE),
        acts=tuple((act, UNKNOWN) for act in Act),
        machine_use=tuple((use, UNKNOWN) for use in MachineUse),
    )
    others = tuple(one for one in case.declarations if DEPTH[one.scope] < DEPTH[doubt.scope])
    decision = replace(case, declarations=others).decide(doubt)
    assert ALLOW not in {answer for _, answer in decision.acts.items()}
    assert ALLOW not in {use.answer for use in decision.machine_use}


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
        embargo = extra(scope=scope, acts=((Act.ACCESS, DENY),), expires=case.day.denials)
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


def the_bare_word_of_a_copys_owner_lets_nothing_out(case: Case) -> None:
    bare = tuple(
        replace(
            one,
            basis=Basis.EXPIRED if one.basis is Basis.EXPIRED else Basis.LICENSE,
            role=DeclarantRole.CUSTODIAN if one.role is DeclarantRole.CUSTODIAN else DeclarantRole.OWNER,
            acts=tuple((act, ALLOW) for act in Act),
            license=None,
            document=None,
            layers=tuple(Layer),
        )
        for one in case.declarations
    )
    decision = replace(case, declarations=bare).decide()
    assert ALLOW not in (decision.acts.publish, decision.acts.mine)
    assert ALLOW not in {use.answer for use in decision.machine_use}


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
    kept_from = extra(role=DeclarantRole.RIGHTSHOLDER, acts=((Act.PRESERVE, DENY),))
    for decision in (case.decide(), case.decide(kept_from)):
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


def what_a_store_delivered_is_nobodys_own(case: Case) -> None:
    own = tuple(replace(one, basis=Basis.OWN) for one in case.declarations)
    sold = seen("store-receipt", strength=Strength.CONCLUSIVE)
    decision = replace(case, declarations=own, evidence=(*case.evidence, sold)).decide()
    assert ALLOW not in {answer for _, answer in decision.acts.items()}


def no_term_that_still_runs_allows_anything(case: Case) -> None:
    ended = tuple(
        replace(
            one,
            basis=Basis.EXPIRED,
            jurisdiction=("US",),
            layers=tuple(Layer),
            facts=TermFacts(fixed=year_span(2001), published=year_span(2002)),
        )
        for one in case.declarations
    )
    decision = replace(case, declarations=ended).decide()
    assert ALLOW not in {answer for _, answer in decision.acts.items()}


def a_reservation_in_the_file_yields_to_a_document_only(case: Case) -> None:
    reserved = replace(case, evidence=(*case.evidence, seen("machine-signal", "tdm-reservation=1"))).decide()
    documented = any(names(one, Act.MINE) == {ALLOW} and one.document for one in case.in_force())
    assert reserved.acts.mine is DENY or documented
    for use in reserved.machine_use:
        if use.use in (MachineUse.GENERATIVE_TRAINING, MachineUse.OTHER_TRAINING):
            permitted = (
                one.document for one in case.in_force() if dict(one.machine_use).get(use.use) is ALLOW
            )
            assert use.answer is DENY or any(permitted), use.use


def of_several_bases_at_one_level_the_one_that_carries_least_governs(case: Case) -> None:
    carrying = (
        Basis.PURCHASE,
        Basis.CARRIER,
        Basis.DONOR,
        Basis.STATUTE,
        Basis.LICENSE,
        Basis.EXPIRED,
        Basis.OWN,
    )
    level = tuple(replace(one, scope=Scope(), facts=None) for one in case.declarations)
    together = replace(case, declarations=level, evidence=())
    given_bases = {one.basis for one in together.in_force()}
    least = next((basis for basis in carrying if basis in given_bases), Basis.UNKNOWN)
    assert together.decide().basis is least


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


DONE = (TermState.ENDED, TermState.ABSENT)
"""What can be said of a layer that nobody's permission is needed for any more."""


def dates_that_differ_settle_only_what_each_of_them_settles(case: Case) -> None:
    dated = [one.facts for one in case.declarations if one.facts is not None]
    for pair in itertools.combinations(dated, 2):
        common = [
            event.name
            for event in fields(TermFacts)
            if all(getattr(facts, event.name) is not None for facts in pair)
        ]
        declared = [
            extra(
                id=f"dated-{number}",
                jurisdiction=("EU", "US"),
                facts=TermFacts(**{name: getattr(facts, name) for name in common}),
            )
            for number, facts in enumerate(pair)
        ]
        both = replace(case, declarations=tuple(declared)).decide().layers
        for one in declared:
            alone = replace(case, declarations=(one,)).decide().layers
            for together, apart in zip(both, alone, strict=True):
                for place in ("EU", "US"):
                    # an end is said only where each says it; that a term runs restricts, and needs no other
                    if together.state(place) in DONE:
                        assert apart.state(place) in DONE, (together.layer, place)


def many_at_once_are_decided_as_each_alone(case: Case) -> None:
    decider = Decider(case.declarations, case.policy, case.day)
    for path in (PATH, "a/b/d.flac", "a/b.flac", PATH):
        placed = decider.matching(path, TAGS)
        alone = decide(case.evidence, case.protection, placed, case.policy, case.day, path=path)
        assert decider.decide(path, TAGS, case.evidence, case.protection) == alone


# 5. the end of a restriction is a promise; a denial's day ends last, a permission's first


def a_denial_holds_until_its_day_has_ended_everywhere(case: Case) -> None:
    last = extra(acts=tuple((act, DENY) for act in Act), role=DeclarantRole.RIGHTSHOLDER)
    still = case.decide(replace(last, expires=case.day.denials))
    assert {answer for _, answer in still.acts.items()} == {DENY}
    over = case.decide(replace(last, expires=case.day.denials - timedelta(days=1)))
    assert over.acts == case.decide().acts


def a_permission_ends_where_its_day_ends_first(case: Case) -> None:
    passed = case.day.permissions - timedelta(days=1)
    ended = tuple(replace(one, expires=passed) for one in case.declarations)
    decision = replace(case, declarations=ended).decide()
    assert ALLOW not in {answer for _, answer in decision.acts.items()}
    assert ALLOW not in {use.answer for use in decision.machine_use}
    assert decision.basis is Basis.UNKNOWN


def after_the_promised_day_nothing_restricts(case: Case) -> None:
    decision = case.decide()
    until = decision.restricted_until
    if until is not None:
        assert decision.disposition is Disposition.RESTRICT
        assert until >= case.day.denials
        assert case.decide(on=until + timedelta(days=1)).disposition is Disposition.INCLUDE
        known = replace(case, declarations=tuple(one for one in case.declarations if one.date <= case.on))
        assert known.decide(on=until + timedelta(days=1)).disposition is Disposition.INCLUDE


def an_end_that_can_be_promised_is(case: Case) -> None:
    decision = case.decide()
    if decision.disposition is Disposition.RESTRICT and all(one.date <= case.on for one in case.declarations):
        expires = (one.expires for one in case.declarations)
        ends = sorted({day for day in expires if day is not None and day >= case.day.denials})
        opens = (
            day for day in ends if case.decide(on=day + timedelta(days=1)).disposition is Disposition.INCLUDE
        )
        assert decision.restricted_until == next(opens, None)


def closed_for_a_month(*more: Declaration) -> Case:
    """A file that is free but for an embargo, with whatever else is declared of it."""
    letter = extra(
        id="letter",
        basis=Basis.LICENSE,
        role=DeclarantRole.RIGHTSHOLDER,
        document="letter.pdf",
        layers=tuple(Layer),
        acts=tuple((act, ALLOW) for act in Act),
    )
    embargo = extra(acts=((Act.ACCESS, DENY),), expires=TODAY + timedelta(days=30))
    return Case((letter, embargo, *more), (), None, builtin_policy("donation"), TODAY)


def what_is_dated_ahead_undoes_no_promise(case: Case) -> None:
    assert closed_for_a_month().decide().restricted_until == TODAY + timedelta(days=30)
    ahead = tuple(replace(one, date=TODAY + timedelta(days=10)) for one in case.declarations)
    after_the_promised_day_nothing_restricts(closed_for_a_month(*ahead))


def the_first_day_that_opens_is_promised(case: Case) -> None:
    given_before = tuple(replace(one, date=BEFORE) for one in case.declarations)
    an_end_that_can_be_promised_is(closed_for_a_month(*given_before))


HELD: tuple[Callable[[Case], None], ...] = (
    what_is_denied_and_nowhere_allowed_in_words_is_denied,
    what_a_basis_implies_lifts_nothing,
    leaving_it_open_never_loosens,
    leaving_it_open_takes_a_wider_allow_back,
    nothing_reaches_past_a_purchase_that_names_the_file,
    a_denial_more_is_never_looser,
    no_paper_of_somebody_else_lifts_a_rightsholders_denial,
    an_embargo_holds_against_everything_that_is_not_closer,
    publishing_and_mining_rest_on_somebody_who_may_grant_them,
    the_bare_word_of_a_copys_owner_lets_nothing_out,
    own_without_the_other_layers_lets_nothing_out,
    a_machine_use_rests_on_a_rightsholder_with_a_basis_or_on_a_document,
    what_may_not_be_kept_is_not_packed,
    what_is_dated_in_the_future_changes_nothing,
    what_a_store_delivered_is_nobodys_own,
    no_term_that_still_runs_allows_anything,
    a_reservation_in_the_file_yields_to_a_document_only,
    of_several_bases_at_one_level_the_one_that_carries_least_governs,
    mining_has_one_answer,
    the_order_of_declarations_decides_nothing,
    dates_that_differ_settle_only_what_each_of_them_settles,
    many_at_once_are_decided_as_each_alone,
    a_denial_holds_until_its_day_has_ended_everywhere,
    a_permission_ends_where_its_day_ends_first,
    after_the_promised_day_nothing_restricts,
    an_end_that_can_be_promised_is,
    what_is_dated_ahead_undoes_no_promise,
    the_first_day_that_opens_is_promised,
)
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
each_rule = pytest.mark.parametrize("held", HELD, ids=lambda held: held.__name__)


@each_rule
@settings(max_examples=100, suppress_health_check=_SLOW, deadline=None)
@given(case=cases)
def test_the_rule_holds(held: Callable[[Case], None], case: Case) -> None:
    held(case)


@pytest.mark.slow
@pytest.mark.timeout(7200)
@settings(max_examples=10_000, suppress_health_check=_SLOW, deadline=None)
@given(case=cases)
def test_every_rule_holds_at_length(case: Case) -> None:
    """All at once for each example: making one takes longer than holding most rules to it."""
    for held in HELD:
        held(case)
