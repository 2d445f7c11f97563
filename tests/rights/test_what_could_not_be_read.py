"""What could not be read for personal data is unknown: never taken for none, and never worse than some."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from archiver.model.rights import Decision, DeclarantRole, Declaration, Disposition, Policy
from archiver.rights import rules
from archiver.rights.deciding.decide import decide
from archiver.rights.declaring.policies import POLICY_NAMES, builtin_policy
from tests.rights.builders import TODAY, acts, declaration_lists, declared, evidence_lists, seen

PERSONAL, DONATION, PUBLIC = map(builtin_policy, POLICY_NAMES)
UNREAD = seen("personal-unread", "its text is not read", locator="file")
NAMED = seen("email-address", personal=True)
LETTER = declared(
    role=DeclarantRole.RIGHTSHOLDER,
    document="letter.pdf",
    acts=acts(preserve="allow", transfer="allow", publish="allow"),
)
LETTER = replace(LETTER, basis=LETTER.basis.LICENSE)


def decided(*evidence: object, policy: Policy, on: date = TODAY) -> Decision:
    return decide(evidence, None, (LETTER,), policy, on)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("policy", "follows"),
    [
        (PERSONAL, Disposition.INCLUDE),
        (DONATION, Disposition.RESTRICT),
        (PUBLIC, Disposition.REVIEW),
    ],
)
def test_what_could_not_be_read_is_closed_elsewhere_and_kept_at_home(
    policy: Policy, follows: Disposition
) -> None:
    decision = decided(UNREAD, policy=policy)
    assert decided(policy=policy).disposition is Disposition.INCLUDE
    assert decision.disposition is follows
    assert not decision.personal
    [reason] = [one for one in decision.reasons if one.code == rules.PERSONAL_UNKNOWN]
    assert "evidence personal-unread at file" in reason.rests_on
    assert f"policy {policy.name}" in reason.rests_on
    assert rules.speaks_of_disposition(reason)
    assert rules.PERSONAL_DATA not in {one.code for one in decision.reasons}


def test_nobody_is_asked_to_look_through_what_stays_out_anyway() -> None:
    silent = decide([UNREAD], None, (), PUBLIC, TODAY)
    assert silent.disposition is Disposition.EXCLUDE
    assert silent.reasons[0].code == rules.ACT_UNKNOWN
    denied = decide([UNREAD], None, (LETTER, declared(acts=acts(access="deny"))), PUBLIC, TODAY)
    assert denied.disposition is Disposition.EXCLUDE
    assert denied.personal_unknown


@pytest.mark.parametrize("policy", [PERSONAL, DONATION, PUBLIC])
def test_where_personal_data_was_found_what_was_not_read_adds_nothing(policy: Policy) -> None:
    both, found = decided(NAMED, UNREAD, policy=policy), decided(NAMED, policy=policy)
    assert both == found
    assert not both.personal_unknown
    assert rules.PERSONAL_DATA in {one.code for one in both.reasons}


@settings(max_examples=30, deadline=None)
@given(declaration_lists, evidence_lists)
def test_not_knowing_never_weighs_more_than_knowing(
    declarations: tuple[Declaration, ...], evidence: tuple[object, ...]
) -> None:
    strict = (Disposition.INCLUDE, Disposition.RESTRICT)
    for policy in (PERSONAL, DONATION, PUBLIC):
        unread, found, plain = (
            decide((*evidence, *more), None, declarations, policy, TODAY)  # type: ignore[arg-type]
            for more in ((UNREAD,), (NAMED,), ())
        )
        if found.disposition in strict:
            assert strict.index(unread.disposition) <= strict.index(found.disposition)
        if plain.disposition is not Disposition.INCLUDE:
            assert unread.disposition is not Disposition.INCLUDE
