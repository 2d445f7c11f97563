from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given

from archiver.model.day import Day
from archiver.model.rights import Act, Answer, Basis, CarrierHeld, DeclarantRole, Declaration
from archiver.model.terms import Layer, TermFacts
from archiver.rights import rules
from archiver.rights.deciding.grants import Reach, Statement, needed, statement
from archiver.rights.terms.spans import year_span
from archiver.rights.terms.terms import assess, load_terms
from tests.rights.builders import TODAY, acts, declarations, declared

NOTHING = assess(None, (), TODAY, load_terms())


def said(declaration: Declaration, act: Act) -> Statement | None:
    return statement(declaration, act, Day.whole(TODAY), NOTHING)


def answer(declaration: Declaration, act: Act) -> Answer | None:
    found = said(declaration, act)
    return found.answer if found is not None else None


def allowed(declaration: Declaration) -> set[Act]:
    return {act for act in Act if answer(declaration, act) is Answer.ALLOW}


def test_what_each_basis_carries_unnamed() -> None:
    keep = {Act.PRESERVE, Act.ACCESS}
    assert allowed(declared(Basis.PURCHASE)) == keep
    assert allowed(declared(Basis.CARRIER, carrier_held=CarrierHeld.YES)) == keep
    assert allowed(declared(Basis.OWN, layers=tuple(Layer))) == keep
    assert allowed(declared(Basis.LICENSE, license="CC-BY-4.0")) == {*keep, Act.TRANSFER, Act.PUBLISH}
    for basis in (Basis.LICENSE, Basis.DONOR, Basis.STATUTE, Basis.EXPIRED, Basis.UNKNOWN):
        assert allowed(declared(basis)) == set()


def test_a_purchase_never_implies_handing_a_download_on() -> None:
    assert answer(declared(Basis.PURCHASE), Act.TRANSFER) is None
    stated = said(declared(Basis.PURCHASE, acts=acts(transfer="allow")), Act.TRANSFER)
    assert stated is not None
    assert (stated.answer, stated.reason.code) == (None, rules.NEEDS_DOCUMENT)
    with_terms = declared(Basis.PURCHASE, acts=acts(transfer="allow"), document="terms.pdf")
    assert answer(with_terms, Act.TRANSFER) is Answer.ALLOW
    published = said(declared(Basis.PURCHASE, acts=acts(publish="allow"), document="terms.pdf"), Act.PUBLISH)
    assert published is not None
    assert (published.answer, published.reason.code) == (None, rules.BASIS_CANNOT_CARRY)


@pytest.mark.parametrize("held", [CarrierHeld.TRANSFERRED, CarrierHeld.LOST, None])
def test_a_copy_depends_on_the_carrier_being_held(held: CarrierHeld | None) -> None:
    declaration = declared(Basis.CARRIER, carrier_held=held, acts=acts(preserve="allow"))
    for act in (Act.PRESERVE, Act.ACCESS):
        found = said(declaration, act)
        assert found is not None
        assert (found.answer, found.reason.code) == (None, rules.CARRIER_NOT_HELD)


def test_own_carries_keeping_and_what_is_stated_for_every_layer() -> None:
    stated = acts(transfer="allow", publish="deny", mine="unknown")
    restricted = declared(Basis.OWN, acts=stated, layers=tuple(Layer))
    assert allowed(restricted) == {Act.PRESERVE, Act.ACCESS, Act.TRANSFER}
    assert answer(restricted, Act.PUBLISH) is Answer.DENY
    assert answer(restricted, Act.MINE) is Answer.UNKNOWN
    recording_only = said(declared(Basis.OWN, acts=stated), Act.TRANSFER)
    assert recording_only is not None
    assert (recording_only.answer, recording_only.reason.code) == (None, rules.LAYERS_NOT_COVERED)
    assert "performance, work, lyrics" in recording_only.reason.text


def test_a_custodian_grants_nothing_that_is_a_rightsholders() -> None:
    everything = acts(preserve="allow", access="allow", transfer="allow", publish="allow", mine="allow")
    for basis in Basis:
        word = declared(
            basis, role=DeclarantRole.CUSTODIAN, acts=everything, license="a letter", layers=tuple(Layer)
        )
        beyond = {Act.TRANSFER, Act.PUBLISH, Act.MINE} & allowed(word)
        assert beyond == ({Act.MINE} if basis is Basis.STATUTE else set()), basis
    named = declared(Basis.LICENSE, role=DeclarantRole.CUSTODIAN, acts=everything, license="CC-BY-4.0")
    assert allowed(named) == {Act.PRESERVE, Act.ACCESS, Act.TRANSFER, Act.PUBLISH}
    deed = declared(Basis.DONOR, role=DeclarantRole.CUSTODIAN, acts=everything, document="deed.pdf")
    assert allowed(deed) == set(Act)
    assert allowed(declared(Basis.OWN, role=DeclarantRole.CUSTODIAN, acts=everything, document="x")) == set()


def test_a_donor_passes_on_what_they_hold_and_no_more() -> None:
    everything = acts(transfer="allow", publish="allow")
    assert allowed(declared(Basis.DONOR, role=DeclarantRole.DONOR, acts=everything)) == {Act.TRANSFER}
    own = declared(
        Basis.OWN,
        role=DeclarantRole.DONOR,
        acts=acts(transfer="allow", publish="allow", mine="allow"),
        layers=tuple(Layer),
    )
    assert allowed(own) == set(Act)


@given(declarations())
def test_anyone_can_deny_anything_while_it_holds(declaration: Declaration) -> None:
    for act, given_answer in declaration.acts:
        if given_answer is Answer.DENY:
            expired = declaration.expires is not None and declaration.expires < TODAY
            assert answer(declaration, act) is (None if expired else Answer.DENY)


@given(declarations())
def test_nothing_is_allowed_beyond_the_reach_of_basis_and_role(declaration: Declaration) -> None:
    for act in allowed(declaration):
        asked = needed(declaration, act)
        assert asked is not Reach.NEVER
        assert asked is not Reach.DOCUMENTED or declaration.document is not None


def test_the_last_day_counts_and_the_day_after_does_not() -> None:
    until_today = declared(Basis.PURCHASE, expires=TODAY)
    assert answer(until_today, Act.PRESERVE) is Answer.ALLOW
    after = statement(until_today, Act.PRESERVE, Day.whole(TODAY + timedelta(days=1)), NOTHING)
    assert after is not None
    assert (after.answer, after.reason.code) == (None, rules.NO_LONGER_HOLDS)


def test_expired_terms_carry_an_act_only_where_all_four_layers_are_covered() -> None:
    recording_only = declared(Basis.EXPIRED, jurisdiction=("US",), layers=(Layer.RECORDING,))
    found = said(recording_only, Act.PRESERVE)
    assert found is not None
    assert found.answer is None
    assert "performance, work, lyrics" in found.reason.text
    assert allowed(declared(Basis.EXPIRED, jurisdiction=("US",), layers=tuple(Layer))) == {
        Act.PRESERVE,
        Act.ACCESS,
    }


def test_dates_can_stand_in_for_a_layer_that_is_not_named_but_only_where_they_were_declared_for() -> None:
    facts = TermFacts(
        work_published=year_span(1890), composer_died=year_span(1900), lyricist_died=year_span(1900)
    )
    rest = (Layer.RECORDING, Layer.PERFORMANCE)
    layers = assess(facts, ["EU"], TODAY, load_terms())
    in_union = declared(Basis.EXPIRED, jurisdiction=("EU",), layers=rest)
    elsewhere = declared(Basis.EXPIRED, jurisdiction=("EU", "JP"), layers=rest)
    nowhere = declared(Basis.EXPIRED, jurisdiction=(), layers=rest)
    answers = [
        statement(one, Act.PRESERVE, Day.whole(TODAY), layers) for one in (in_union, elsewhere, nowhere)
    ]
    assert [one.answer for one in answers if one is not None] == [Answer.ALLOW, None, None]


def test_a_document_counts_for_the_acts_that_are_named_only() -> None:
    purchase = declared(Basis.PURCHASE, acts=acts(transfer="allow"), document="terms.pdf")
    documented = {act: found.documented for act in Act if (found := said(purchase, act)) is not None}
    assert documented == {Act.PRESERVE: False, Act.ACCESS: False, Act.TRANSFER: True}
