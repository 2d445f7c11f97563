"""What reasons say is true as it stands: no ground for inclusion that is none, no document asked for that would not do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from archiver.model.evidence import Evidence, Protection, Strength, unseen
from archiver.model.rights import Act, Basis, Decision, DeclarantRole, Declaration, Disposition, Policy
from archiver.model.terms import Layer
from archiver.rights import rules
from archiver.rights.deciding.decide import decide
from archiver.rights.declaring.policies import POLICY_NAMES, builtin_policy
from tests.rights.builders import FAIRPLAY, SACD, TODAY, acts, declared, seen

PERSONAL, DONATION, PUBLIC = map(builtin_policy, POLICY_NAMES)
NAMED = seen("email-address", personal=True)
UNREAD = seen("personal-unread", "its text is not read")


def decided(
    *declarations: Declaration,
    evidence: Sequence[Evidence] = (),
    protection: Protection | None = None,
    policy: Policy = PERSONAL,
) -> Decision:
    return decide(evidence, protection, declarations, policy, TODAY)


def text(decision: Decision, code: str, act: Act | None = None) -> str:
    [found] = [one.text for one in decision.reasons if one.code == code and one.act is act]
    return found


def test_a_backup_asks_nobody() -> None:
    assert (
        text(decided(), rules.ACT_UNKNOWN, Act.PRESERVE)
        == "It goes in: 'personal' asks nobody for 'preserve'."
    )


@pytest.mark.parametrize(
    ("protection", "evidence", "code", "fact"),
    [
        (FAIRPLAY, (), rules.PROTECTED, "The file is protected (Apple FairPlay)"),
        (SACD, (), rules.MAYBE_PROTECTED, "It may be protected (SACD image)"),
        (
            unseen("file"),
            (),
            rules.MAYBE_PROTECTED,
            "Whether it is protected could not be seen (headers not readable)",
        ),
        (None, (NAMED,), rules.PERSONAL_DATA, "It carries personal data"),
        (
            None,
            (UNREAD,),
            rules.PERSONAL_UNKNOWN,
            "Whether it carries personal data is unknown, for not all of it could be read",
        ),
    ],
)
def test_what_keeps_nothing_out_is_no_ground_for_inclusion(
    protection: Protection | None, evidence: tuple[Evidence, ...], code: str, fact: str
) -> None:
    told = text(decided(evidence=evidence, protection=protection), code)
    assert told == f"{fact}; 'personal' takes it all the same."
    letter = declared(
        Basis.LICENSE,
        role=DeclarantRole.RIGHTSHOLDER,
        acts=acts(preserve="allow", transfer="allow"),
        document="d",
    )
    closed = decided(letter, evidence=evidence, protection=protection, policy=DONATION)
    assert text(closed, code) == f"{fact}: {closed.disposition} under 'donation'."


def test_a_denial_that_keeps_nothing_out_is_no_ground_either() -> None:
    policy = replace(PERSONAL, denied=((Act.PUBLISH, Disposition.INCLUDE),))
    told = decided(declared(acts=acts(publish="deny")), policy=policy)
    assert "'publish' is denied; 'personal' takes it all the same." in {one.text for one in told.reasons}


def test_what_a_format_locks_counts_as_denied_and_no_licence_is_said_to_be_worthless() -> None:
    told = text(decided(protection=FAIRPLAY), rules.PROTECTED, Act.TRANSFER)
    assert told == "The file is protected (Apple FairPlay), so 'transfer' counts as denied."


def test_a_term_that_nobody_has_shown_to_have_ended_is_declared_and_not_shown() -> None:
    old = declared(
        Basis.EXPIRED,
        layers=tuple(Layer),
        document="note.pdf",
        jurisdiction=("US",),
        acts=acts(transfer="allow", publish="allow"),
    )
    for policy in (PERSONAL, DONATION, PUBLIC):
        told = text(decided(old, policy=policy), rules.ACTS_ALLOWED)
        assert told.endswith(
            " That the term has ended is declared, not shown, for: recording, performance, work, lyrics."
        ), told
    own = declared(Basis.LICENSE, role=DeclarantRole.RIGHTSHOLDER, acts=acts(publish="allow"))
    assert text(decided(own, policy=PUBLIC), rules.ACTS_ALLOWED).endswith("is allowed: publish.")


def test_no_inclusion_is_told_beside_a_contradiction() -> None:
    sold = seen("store-delivered", strength=Strength.CONCLUSIVE)
    found = decided(declared(Basis.OWN), evidence=[sold])
    assert found.disposition is Disposition.REVIEW
    codes = [one.code for one in found.reasons]
    assert rules.CONTRADICTED in codes
    assert rules.ACT_UNKNOWN not in codes


@pytest.mark.parametrize("basis", [Basis.PURCHASE, Basis.CARRIER])
def test_handing_on_what_was_bought_needs_terms_and_no_receipt(basis: Basis) -> None:
    bought = declared(basis, acts=acts(transfer="allow"))
    told = text(decided(bought), rules.NEEDS_DOCUMENT, Act.TRANSFER)
    assert told.endswith(
        "'transfer' needs a document with terms that allow handing on, which a receipt is not."
    )


def test_what_nobody_has_said_is_told_in_plain_words() -> None:
    told = [text(decided(), rules.NOT_DECLARED, act) for act in Act]
    assert told == [
        "Nobody has said whether it may be kept.",
        "Nobody has said whether it may be used.",
        "Nobody has said whether it may be handed on.",
        "Nobody has said whether it may be published.",
        "Nobody has said whether it may be mined.",
    ]


def test_of_what_a_declaration_speaks_is_said_in_words() -> None:
    told = text(
        decided(declared(Basis.DONOR, acts=acts(publish="deny"), id="deed")), rules.DECLARED, Act.PUBLISH
    )
    assert told == "deed denies 'publish', said of the collection."
