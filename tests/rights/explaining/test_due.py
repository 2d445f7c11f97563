from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from archiver.model.evidence import Evidence, Strength
from archiver.model.rights import Act, Basis, Decision, DeclarantRole, Declaration, Disposition
from archiver.model.terms import TermFacts
from archiver.rights.deciding.decide import decide
from archiver.rights.declaring.policies import builtin_policy
from archiver.rights.explaining.due import DueItem, DueKind, due
from archiver.rights.terms.spans import year_span
from archiver.rights.terms.terms import TermTable, load_terms
from tests.rights.builders import TODAY, acts, declared, seen

NO_RULES = TermTable(())


def decided(*declarations: Declaration, sold: bool = False) -> Decision:
    evidence = (seen("store-delivered", strength=Strength.CONCLUSIVE),) if sold else ()
    return decide(evidence, None, declarations, builtin_policy("donation"), TODAY)


def found(
    *declarations: Declaration, until: date, files: int = 1, on: date = TODAY, sold: bool = False
) -> tuple[DueItem, ...]:
    decision = decided(*declarations, sold=sold)
    paths = ((f"data/{number}.flac", decision) for number in range(files))
    return due(paths, {one.id: one for one in declarations}, on, until, NO_RULES)


def test_an_embargo_and_a_licence_end_on_their_last_day() -> None:
    embargo = declared(acts=acts(access="deny"), expires=date(2030, 1, 1), id="embargo")
    licence = declared(
        Basis.LICENSE,
        role=DeclarantRole.RIGHTSHOLDER,
        acts=acts(publish="allow"),
        expires=date(2029, 5, 1),
        id="licence",
    )
    assert found(embargo, licence, until=date(2029, 4, 30)) == ()
    items = found(embargo, licence, until=date(2030, 1, 1), files=5)
    assert [(item.day, item.kind, item.subject, item.files) for item in items] == [
        (date(2029, 5, 1), DueKind.PERMISSION_ENDS, "licence", 5),
        (date(2030, 1, 1), DueKind.RESTRICTION_ENDS, "embargo", 5),
    ]
    assert items[0].examples == ("data/0.flac", "data/1.flac", "data/2.flac")
    assert "denies access until 2030-01-01" in items[1].text


def test_what_ended_before_is_not_due() -> None:
    embargo = declared(acts=acts(access="deny"), expires=TODAY)
    assert [item.day for item in found(embargo, until=TODAY)] == [TODAY]
    assert found(embargo, until=date(2040, 1, 1), on=TODAY + timedelta(days=1)) == ()


def test_a_declaration_that_denies_and_allows_gives_both() -> None:
    both = declared(Basis.OWN, acts=acts(preserve="allow", publish="deny"), expires=date(2030, 1, 1))
    assert {item.kind for item in found(both, until=date(2031, 1, 1))} == {
        DueKind.RESTRICTION_ENDS,
        DueKind.PERMISSION_ENDS,
    }


def test_terms_of_protection_end_layer_by_layer() -> None:
    facts = TermFacts(
        fixed=year_span(1960),
        published=year_span(1963),
        work_published=year_span(1950),
        composer_died=year_span(1990),
    )
    dated = declared(jurisdiction=("EU",), facts=facts)
    items = found(dated, until=date(2040, 12, 31))
    assert [(item.day, item.kind, item.subject) for item in items] == [
        (date(2033, 12, 31), DueKind.TERM_ENDS, "performance EU"),
        (date(2033, 12, 31), DueKind.TERM_ENDS, "recording EU"),
        (date(2040, 12, 31), DueKind.TERM_MAY_END, "work EU"),
    ]
    assert items[1].text == "EU: the term of the recording appears to end by 2033-12-31; review it."
    assert found(dated, until=date(2033, 12, 30)) == ()


def test_a_file_that_awaits_review_is_listed_now() -> None:
    [item] = found(declared(Basis.OWN), until=TODAY, sold=True)
    assert (item.day, item.kind, item.subject) == (TODAY, DueKind.REVIEW_WAITS, "contradicted")


def test_rules_are_checked_again_after_two_years() -> None:
    rules = load_terms()
    assert due((), {}, TODAY, date(2028, 11, 21), rules) == ()
    items = due((), {}, TODAY, date(2028, 11, 28), rules)
    assert len(items) == len(rules.rules)
    assert {item.kind for item in items} == {DueKind.RULE_TO_CHECK}


def test_a_declaration_that_is_not_at_hand_ends_nothing() -> None:
    embargo = declared(acts=acts(access="deny"), expires=date(2030, 1, 1))
    assert due([("x", decided(embargo))], {}, TODAY, date(2031, 1, 1), NO_RULES) == ()


@pytest.mark.parametrize(
    ("softer", "carried", "code"),
    [
        ({"unknown": ((Act.TRANSFER, Disposition.REVIEW),)}, (), "act-unknown"),
        ({"personal_data": Disposition.REVIEW}, (seen("email-address", personal=True),), "personal-data"),
        ({"personal_unknown": Disposition.REVIEW}, (seen("personal-unread"),), "personal-unknown"),
    ],
)
def test_what_a_policy_holds_back_names_what_a_person_is_to_look_at(
    softer: dict[str, object], carried: tuple[Evidence, ...], code: str
) -> None:
    policy = replace(builtin_policy("donation"), **softer)  # type: ignore[arg-type]
    kept = declared(acts=acts(preserve="allow"))
    decision = decide(carried, None, (kept,), policy, TODAY)
    assert decision.disposition is Disposition.REVIEW
    [item] = due([("data/0.flac", decision)], {kept.id: kept}, TODAY, TODAY, NO_RULES)
    assert (item.kind, item.subject) == (DueKind.REVIEW_WAITS, code)
    assert item.text == f"Held back until a person decides: {code}."
