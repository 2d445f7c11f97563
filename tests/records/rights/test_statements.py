from __future__ import annotations

import datetime as dt

import pytest

from archiver.model.rights import (
    Act,
    Acts,
    Answer,
    Basis,
    CarrierHeld,
    DeclarantRole,
    Declaration,
    Disposition,
    Reason,
    Scope,
)
from archiver.model.rights_context import RightsContext
from archiver.model.terms import Layer, LayerAssessment, TermFinding, TermState
from archiver.records.rights.statements import Documentation, PremisBasis, Restriction, rights_statements
from tests.records.entries import CONTEXT, DAY, DONATION, decision, ended

ALLOW, DENY = Answer.ALLOW, Answer.DENY


def declaration(name: str, basis: Basis, **changes: object) -> Declaration:
    fields = {
        "id": name,
        "scope": Scope(),
        "basis": basis,
        "by": "Ola Example",
        "role": DeclarantRole.OWNER,
        "date": dt.date(2026, 1, 1),
    }
    return Declaration(**fields | changes)  # type: ignore[arg-type]  # the fields of a declaration


def context(*declarations: Declaration) -> RightsContext:
    return RightsContext(DONATION, DAY, {one.id: one for one in declarations})


@pytest.mark.parametrize(
    ("basis", "premis", "other"),
    [
        (Basis.LICENSE, PremisBasis.LICENSE, None),
        (Basis.PURCHASE, PremisBasis.LICENSE, None),
        (Basis.DONOR, PremisBasis.OTHER, "Donor"),
        (Basis.CARRIER, PremisBasis.OTHER, "Owned carrier"),
        (Basis.STATUTE, PremisBasis.STATUTE, None),
    ],
)
def test_a_declared_basis_stands_beside_the_copyright_statement(
    basis: Basis, premis: PremisBasis, other: str | None
) -> None:
    decided = decision(basis=basis, acts=Acts(preserve=ALLOW), declarations=("one",))
    first, second = rights_statements(decided, context(declaration("one", basis)))
    assert (first.basis, first.status, first.grants) == (PremisBasis.COPYRIGHT, "unknown", ())
    assert (second.basis, second.other_basis) == (premis, other)
    assert [grant.act for grant in second.grants] == ["replicate", "use"]


@pytest.mark.parametrize("basis", [Basis.EXPIRED, Basis.OWN, Basis.UNKNOWN])
def test_copyright_bases_give_one_statement_with_the_acts(basis: Basis) -> None:
    (only,) = rights_statements(
        decision(basis=basis, declarations=("one",)), context(declaration("one", basis))
    )
    assert only.basis is PremisBasis.COPYRIGHT
    assert [grant.act for grant in only.grants] == ["replicate", "use"]


def test_every_act_has_its_premis_word_and_transfer_and_publish_share_one() -> None:
    decided = decision(acts=Acts(ALLOW, ALLOW, ALLOW, DENY, DENY))
    (only,) = rights_statements(decided, CONTEXT)
    assert [(grant.act, grant.restriction) for grant in only.grants] == [
        ("replicate", Restriction.ALLOW),
        ("use", Restriction.ALLOW),
        ("disseminate", Restriction.CONDITIONAL),
        ("mine", Restriction.DISALLOW),
    ]
    assert only.grants[2].note == "Transfer to another holder: allow. Publication: deny."


@pytest.mark.parametrize("answer", list(Answer))
def test_nothing_unknown_or_denied_is_ever_allowed(answer: Answer) -> None:
    (only,) = rights_statements(decision(acts=Acts(*[answer] * 5)), CONTEXT)
    for grant in only.grants:
        assert (grant.restriction is Restriction.ALLOW) == (answer is ALLOW)
        assert grant.note or grant.restriction is not Restriction.CONDITIONAL


def test_a_restricted_file_is_closed_whatever_was_declared_of_access() -> None:
    decided = decision(
        disposition=Disposition.RESTRICT, acts=Acts(*[ALLOW] * 5), restricted_until=dt.date(2030, 1, 1)
    )
    use = rights_statements(decided, CONTEXT)[1].grants[0]
    assert (use.act, use.restriction, use.ends) == ("use", Restriction.DISALLOW, dt.date(2030, 1, 1))


def test_a_restricted_file_may_be_disseminated_on_a_condition_only() -> None:
    decided = decision(
        disposition=Disposition.RESTRICT, acts=Acts(*[ALLOW] * 5), restricted_until=dt.date(2030, 1, 1)
    )
    handed_on = rights_statements(decided, CONTEXT)[0].grants[1]
    assert (handed_on.act, handed_on.restriction) == ("disseminate", Restriction.CONDITIONAL)
    assert handed_on.note == (
        "Transfer to another holder: allow. Publication: allow. Closed by the policy 'donation' until 2030-01-01 has passed."
    )


def test_nothing_declared_is_copyright_not_evaluated() -> None:
    (only,) = rights_statements(decision(), CONTEXT)
    assert only.note == "Copyright not evaluated."
    assert only.documents == (
        Documentation("URI", "http://rightsstatements.org/vocab/CNE/1.0/", "rights statement"),
    )


def test_an_ended_term_needs_all_four_layers_in_one_place() -> None:
    whole = decision(basis=Basis.EXPIRED, layers=ended("US"), declarations=("old",))
    assert rights_statements(whole, CONTEXT)[0].status == "publicdomain"
    assert rights_statements(whole, CONTEXT)[0].jurisdiction == ("US",)
    partly = decision(
        basis=Basis.EXPIRED,
        layers=(*ended("US")[:3], LayerAssessment(Layer.LYRICS, (), "No dates are declared.")),
        declarations=("old",),
    )
    assert rights_statements(partly, CONTEXT)[0].status == "unknown"
    assert "UND" in rights_statements(partly, CONTEXT)[0].documents[0].value


def test_ended_terms_without_the_declared_basis_are_no_status() -> None:
    assert rights_statements(decision(layers=ended("US")), CONTEXT)[0].status == "unknown"


def test_a_running_term_says_where() -> None:
    finding = TermFinding(
        Layer.WORK, "CA", TermState.RUNS, dt.date(2050, 1, 1), None, ("ca-work",), "It runs."
    )
    layers = tuple(
        LayerAssessment(layer, (finding,) if layer is Layer.WORK else (), "It runs in CA.") for layer in Layer
    )
    only = rights_statements(decision(layers=layers), CONTEXT)[0]
    assert (only.status, only.jurisdiction, only.note) == ("copyrighted", ("CA",), "It runs in CA.")


def test_a_declaration_whose_last_day_has_passed_is_not_stated() -> None:
    late = declaration("late", Basis.LICENSE, license="CC-BY-4.0", expires=DAY - dt.timedelta(days=1))
    statements = rights_statements(decision(declarations=("late",)), context(late))
    assert [one.basis for one in statements] == [PremisBasis.COPYRIGHT]


def test_another_declaration_states_the_acts_it_names_with_the_answer_that_was_decided() -> None:
    donor = declaration("gift", Basis.DONOR, acts=((Act.PRESERVE, ALLOW),))
    statute = declaration(
        "law", Basis.STATUTE, acts=((Act.PRESERVE, ALLOW), (Act.ACCESS, ALLOW)), citation="s 1"
    )
    decided = decision(basis=Basis.DONOR, acts=Acts(ALLOW, DENY), declarations=("gift", "law"))
    _, _, third = rights_statements(decided, context(donor, statute))
    assert third.citation == "s 1"
    assert [(grant.act, grant.restriction) for grant in third.grants] == [
        ("replicate", Restriction.ALLOW),
        ("use", Restriction.DISALLOW),
    ]


def test_dates_documents_and_the_carrier_are_told() -> None:
    disc = declaration(
        "disc",
        Basis.CARRIER,
        carrier_held=CarrierHeld.YES,
        expires=dt.date(2030, 1, 1),
        note="Shelf 4\nleft.",
    )
    given = RightsContext(DONATION, DAY, {"disc": disc}, {"disc": "metadata/submissionDocumentation/a.pdf"})
    decided = decision(basis=Basis.CARRIER, acts=Acts(preserve=ALLOW), declarations=("disc",))
    statement = rights_statements(decided, given)[1]
    assert (statement.starts, statement.ends) == (dt.date(2026, 1, 1), dt.date(2030, 1, 1))
    assert statement.grants[0].ends == dt.date(2030, 1, 1)
    assert statement.documents[0].value == "metadata/submissionDocumentation/a.pdf"
    assert "Carrier held: yes." in statement.note
    assert "Shelf 4\\x0aleft." in statement.note
    assert statement.declared_by == ("Ola Example", DeclarantRole.OWNER)


REASON = Reason("act-unknown", "'transfer' is unknown: restrict under 'donation'.", (), Act.TRANSFER)


def declared_reason(name: str, act: Act) -> Reason:
    return Reason("declared", f"{name} speaks of '{act}'.", (f"declaration {name}",), act)


@pytest.mark.parametrize("answer", [ALLOW, Answer.UNKNOWN])
def test_what_the_policy_closes_stands_under_the_policy_and_not_under_the_declarant(answer: Answer) -> None:
    gift = declaration("gift", Basis.DONOR, acts=((Act.PRESERVE, ALLOW), (Act.ACCESS, ALLOW)))
    decided = decision(
        disposition=Disposition.RESTRICT,
        basis=Basis.DONOR,
        acts=Acts(ALLOW, answer),
        declarations=("gift",),
        reasons=(REASON, *([declared_reason("gift", Act.ACCESS)] if answer is ALLOW else [])),
    )
    _, donor, policy = rights_statements(decided, context(gift))
    assert [grant.act for grant in donor.grants] == ["replicate"]
    assert (policy.basis, policy.other_basis, policy.declared_by) == (PremisBasis.OTHER, "Policy", None)
    [use] = policy.grants
    assert (use.act, use.restriction, use.starts, use.ends) == ("use", Restriction.DISALLOW, DAY, None)
    assert use.note == (
        "Closed by the policy 'donation' until a person decides: no declaration that counts says whether handing"
        " on is allowed. Declared of access: "
        + ("allow, by Ola Example (owner) on 2026-01-01." if answer is ALLOW else "nothing that counts.")
    )


def test_what_the_declarant_denies_stands_under_the_declarant_too() -> None:
    gift = declaration("gift", Basis.DONOR, acts=((Act.ACCESS, DENY),))
    decided = decision(
        disposition=Disposition.RESTRICT,
        basis=Basis.DONOR,
        acts=Acts(ALLOW, DENY),
        declarations=("gift",),
        reasons=(
            Reason("act-denied", "'access' is denied: restrict under 'donation'.", (), Act.ACCESS),
            declared_reason("gift", Act.ACCESS),
        ),
        restricted_until=dt.date(2030, 1, 1),
    )
    _, donor, policy = rights_statements(decided, context(gift))
    use = donor.grants[1]
    assert (use.act, use.restriction, use.ends) == ("use", Restriction.DISALLOW, dt.date(2030, 1, 1))
    assert use.note == "Denied by Ola Example (owner) on 2026-01-01."
    assert policy.grants[0].note == (
        "Closed by the policy 'donation' until 2030-01-01 has passed: use of the copy is denied. Declared of"
        " access: deny, by Ola Example (owner) on 2026-01-01."
    )


def test_a_file_that_is_not_closed_has_no_statement_of_the_policy() -> None:
    assert all(one.other_basis != "Policy" for one in rights_statements(decision(), CONTEXT))


def test_a_denial_and_the_allow_beside_it_name_who_declared_them_and_when() -> None:
    gift = declaration("gift", Basis.DONOR, acts=((Act.TRANSFER, ALLOW), (Act.PUBLISH, DENY)))
    decided = decision(
        basis=Basis.DONOR,
        acts=Acts(transfer=ALLOW, publish=DENY),
        declarations=("gift",),
        reasons=(declared_reason("gift", Act.TRANSFER), declared_reason("gift", Act.PUBLISH)),
    )
    handed_on = rights_statements(decided, context(gift))[1].grants[2]
    assert handed_on.note == (
        "Transfer to another holder: allow, by Ola Example (owner) on 2026-01-01. Publication: deny, by Ola"
        " Example (owner) on 2026-01-01."
    )


def test_what_the_file_itself_denies_is_not_told_as_a_declaration() -> None:
    ours = declaration("ours", Basis.OWN, acts=((Act.MINE, ALLOW),))
    decided = decision(
        basis=Basis.OWN,
        acts=Acts(ALLOW, DENY, DENY, DENY, DENY),
        declarations=("ours",),
        reasons=(
            *(
                Reason("protected", "The file is protected.", ("protection x at y",), act)
                for act in (Act.ACCESS, Act.TRANSFER, Act.PUBLISH)
            ),
            Reason("reserved-in-file", "A reservation in the file denies 'mine'.", (), Act.MINE),
            declared_reason("ours", Act.MINE),
        ),
    )
    [only] = rights_statements(decided, context(ours))
    notes = {grant.act: grant.note for grant in only.grants}
    assert notes["use"] == "Denied by a technical protection of the file, which no declaration changes."
    assert notes["disseminate"] == (
        "Transfer to another holder: deny, by a technical protection of the file, which no declaration changes."
        " Publication: deny, by a technical protection of the file, which no declaration changes."
    )
    assert notes["mine"] == (
        "Bulk analysis, such as text and data mining. Denied by a reservation in the file."
    )


def test_a_known_licence_tells_its_condition() -> None:
    free = declaration("free", Basis.LICENSE, license="CC-BY-SA-4.0")
    decided = decision(
        basis=Basis.LICENSE,
        acts=Acts(ALLOW, ALLOW, ALLOW, ALLOW),
        declarations=("free",),
        reasons=(
            Reason("implied-by-licence", "It carries it.", ("declaration free",), Act.TRANSFER),
            Reason("implied-by-licence", "It carries it.", ("declaration free",), Act.PUBLISH),
        ),
    )
    licence = rights_statements(decided, context(free))[1]
    condition = "Condition of CC-BY-SA-4.0: name the author and pass adaptations on under the same licence."
    assert condition in licence.note
    assert licence.grants[2].restriction is Restriction.ALLOW
    assert licence.grants[2].note.endswith(condition)


def test_an_own_recording_is_taken_as_in_copyright_and_not_called_evaluated() -> None:
    [only] = rights_statements(
        decision(basis=Basis.OWN, declarations=("one",)), context(declaration("one", Basis.OWN))
    )
    assert only.status == "copyrighted"
    assert only.note.startswith(
        "Taken as in copyright, as it is declared the declarant's own recording; not evaluated."
    )


def test_nothing_of_a_closed_file_may_be_mined_on_the_word_allow_alone() -> None:
    decided = decision(disposition=Disposition.RESTRICT, acts=Acts(ALLOW, ALLOW, ALLOW, DENY, ALLOW))
    grants = {grant.act: grant for grant in rights_statements(decided, CONTEXT)[0].grants}
    for act in ("disseminate", "mine"):
        assert grants[act].restriction is Restriction.CONDITIONAL
        assert grants[act].note.endswith("Closed by the policy 'donation' until a person decides.")
