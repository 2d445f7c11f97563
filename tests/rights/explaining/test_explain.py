from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.model.day import Day
from archiver.model.evidence import Evidence, Protection, Strength
from archiver.model.rights import (
    Act,
    Answer,
    Basis,
    DeclarantRole,
    Declaration,
    Disposition,
    Level,
    Scope,
)
from archiver.rights import rules
from archiver.rights.deciding.decide import decide
from archiver.rights.deciding.scope import ScopeIndex
from archiver.rights.declaring.hearing import NOBODYS_NAMES
from archiver.rights.declaring.policies import POLICY_NAMES, builtin_policy
from archiver.rights.declaring.read import parse_declarations
from archiver.rights.explaining.explain import Explanation, explain
from archiver.rights.explaining.suggestions import Suggestion
from tests.rights.builders import (
    FAIRPLAY,
    SACD,
    TODAY,
    acts,
    declaration_lists,
    declared,
    evidence_lists,
    seen,
)

POLICIES = tuple(map(builtin_policy, POLICY_NAMES))
SOLD = seen("store-delivered", strength=Strength.CONCLUSIVE)


def explained(
    *declarations: Declaration,
    evidence: tuple[Evidence, ...] = (),
    protection: Protection | None = None,
    album: str = "",
    path: str = "Artist/Album/1.flac",
) -> Explanation:
    tags = {"album": (album,)} if album else {}
    return explain(evidence, protection, declarations, POLICIES, TODAY, path=path, tags=tags)


def offered(explanation: Explanation, words: str) -> Suggestion:
    [found] = [suggestion for suggestion in explanation.suggestions if words in suggestion.text]
    return found


@settings(max_examples=40)
@given(declaration_lists, evidence_lists, st.sampled_from((None, FAIRPLAY, SACD)))
def test_an_explanation_agrees_with_the_decisions_and_leaves_no_reason_out(
    declarations: tuple[Declaration, ...], evidence: tuple[Evidence, ...], protection: Protection | None
) -> None:
    explanation = explained(*declarations, evidence=evidence, protection=protection)
    decisions = [decide(evidence, protection, declarations, policy, TODAY) for policy in POLICIES]
    assert [act.answer for act in explanation.acts] == [decisions[0].acts[act] for act in Act]
    assert [outcome.disposition for outcome in explanation.outcomes] == [one.disposition for one in decisions]
    told = [
        *explanation.outcomes[0].reasons,
        *(reason for act in explanation.acts for reason in act.reasons),
        *explanation.remarks,
    ]
    assert sorted(map(repr, told)) == sorted(map(repr, decisions[0].reasons))
    assert all(act.reasons for act in explanation.acts)
    assert all(outcome.reasons for outcome in explanation.outcomes)
    assert [one.id for one in explanation.declarations] == list(decisions[0].declarations)


@settings(max_examples=60, deadline=None)
@given(
    declaration_lists,
    evidence_lists,
    st.sampled_from(("Album", "M*A*S*H", "")),
    st.sampled_from((None, SACD)),
)
def test_what_is_suggested_does_exactly_what_is_promised(
    declarations: tuple[Declaration, ...],
    evidence: tuple[Evidence, ...],
    album: str,
    protection: Protection | None,
) -> None:
    path, tags = "Artist/Album/1.flac", {"album": (album,)} if album else {}
    found = explained(*declarations, evidence=evidence, album=album, path=path, protection=protection)
    before = [decide(evidence, protection, declarations, policy, TODAY) for policy in POLICIES]
    for suggestion in found.suggestions:
        if not suggestion.toml:
            continue
        pasted = f"version = 1\n{suggestion.toml}".encode()
        [more] = parse_declarations(pasted, "rights.toml", "suggested:").declarations
        assert ScopeIndex([more]).matching(path, tags) == (more,)
        after = [decide(evidence, protection, [*declarations, more], policy, TODAY) for policy in POLICIES]
        gained = {act for act in Act if after[0].acts[act] is Answer.ALLOW is not before[0].acts[act]}
        assert gained == set(suggestion.acts)
        named = dict(suggestion.outcomes)
        assert gained or named
        for policy, was, becomes in zip(POLICIES, before, after, strict=True):
            assert becomes.disposition is named.get(policy.name, was.disposition)
        said = {act for act, _ in more.acts}
        for act in Act:
            if before[0].acts[act] is Answer.DENY:
                assert after[0].acts[act] is Answer.DENY
                assert act not in said


@given(declaration_lists, evidence_lists)
def test_every_suggestion_speaks_of_a_path_and_names_who_says_it(
    declarations: tuple[Declaration, ...], evidence: tuple[Evidence, ...]
) -> None:
    for suggestion in explained(*declarations, evidence=evidence, album="Album").suggestions:
        if suggestion.toml:
            [more] = parse_declarations(f"version = 1\n{suggestion.toml}".encode(), "x").declarations
            assert more.scope.paths
            assert more.by == NOBODYS_NAMES[more.role]
            assert more.basis is not Basis.OWN


def test_another_album_of_the_same_title_is_not_taken_in() -> None:
    found = offered(explained(album="Greatest Hits"), "donor's deed")
    [more] = parse_declarations(f"version = 1\n{found.toml}".encode(), "x").declarations
    hits = {"album": ("Greatest Hits",)}
    index = ScopeIndex([more])
    assert index.matching("Artist/Album/2.flac", hits)
    assert not index.matching("Other/Album/1.flac", hits)
    assert not index.matching("Artist/Album/2.flac", {"album": ("Another",)})


def test_a_suggestion_never_lifts_a_denial_or_states_its_opposite() -> None:
    no = declared(Basis.UNKNOWN, Level.COLLECTION, acts=acts(publish="deny"), id="no")
    found = explained(no, album="Album")
    assert not any(Act.PUBLISH in one.acts for one in found.suggestions)
    assert not any("publish" in one.toml for one in found.suggestions)
    claim = seen("licence-url", "https://creativecommons.org/licenses/by/4.0/")
    confirmed = offered(explained(no, evidence=(claim,)), "confirms")
    assert Act.PUBLISH not in confirmed.acts, "what the licence implies lifts no denial"
    assert "public" not in dict(confirmed.outcomes)


def test_a_file_of_which_nothing_is_known() -> None:
    found = explained()
    assert [outcome.disposition for outcome in found.outcomes] == [
        Disposition.INCLUDE,
        Disposition.RESTRICT,
        Disposition.EXCLUDE,
    ]
    assert {act.reasons[0].code for act in found.acts} == {rules.NOT_DECLARED}
    assert offered(found, "No sign of its origin").toml == ""
    assert not any("own" in one.toml or "still hold" in one.text for one in found.suggestions)
    assert not any("bought" in one.text for one in found.suggestions)


def test_a_sign_of_a_disc_suggests_the_disc() -> None:
    found = explained(evidence=(seen("cd-toc"),))
    held = offered(found, "you still hold")
    assert held.acts == (Act.PRESERVE, Act.ACCESS)
    assert held.toml == (
        '[[declaration]]\nscope = { path = "Artist/Album/1.flac" }\nbasis = "carrier"\nby = "Your Name"\n'
        'role = "owner"\ndate = 2026-11-22\ncarrier_held = "yes"\n'
    )
    assert not any("No sign" in one.text for one in found.suggestions)


def test_deeds_and_letters_are_suggested_with_what_they_would_cover() -> None:
    found = explained()
    letter, deed = offered(found, "agreed in writing"), offered(found, "donor's deed")
    assert letter.acts == (Act.PRESERVE, Act.TRANSFER, Act.PUBLISH)
    assert letter.outcomes == (("donation", Disposition.INCLUDE), ("public", Disposition.INCLUDE))
    assert letter.toml.splitlines()[2:] == [
        'basis = "license"',
        'by = "Name of the rightsholder"',
        'role = "rightsholder"',
        "date = 2026-11-22",
        'acts = { preserve = "allow", transfer = "allow", publish = "allow" }',
        'document = "documents/your-document.pdf"',
    ]
    assert deed.acts == (Act.PRESERVE, Act.TRANSFER)
    assert deed.outcomes == (("donation", Disposition.INCLUDE),)


def test_the_album_in_its_folder_is_suggested_where_the_tags_name_one() -> None:
    found = explained(album='The "Best" of')
    scope = ['scope.path = "Artist/Album/"', 'scope.album = "The \\"Best\\" of"']
    assert offered(found, "donor's deed").toml.splitlines()[1:3] == scope
    starred = explained(album="M*A*S*H")
    assert offered(starred, "donor's deed").toml.splitlines()[1] == 'scope = { path = "Artist/Album/1.flac" }'


def test_a_protected_file_is_offered_no_declaration() -> None:
    [only] = explained(protection=FAIRPLAY).suggestions
    assert only.toml == ""
    assert "No declaration changes this" in only.text


def test_an_image_that_may_be_protected_is_for_a_person() -> None:
    assert offered(explained(protection=SACD), "Have a person look").toml == ""


def test_a_sold_copy_is_offered_what_its_signs_allow() -> None:
    found = explained(evidence=(SOLD,))
    assert offered(found, "bought this download").acts == (Act.PRESERVE, Act.ACCESS)
    assert not any("still hold" in one.text or "own making" in one.text for one in found.suggestions)


def test_a_claimed_licence_is_offered_for_confirmation_with_its_condition() -> None:
    claim = seen("licence-url", "https://creativecommons.org/licenses/by/4.0/")
    found = offered(explained(evidence=(claim,)), "own page confirms CC-BY-4.0")
    assert "Its condition: name the author." in found.text
    assert 'license = "https://creativecommons.org/licenses/by/4.0/"' in found.toml
    assert ("public", Disposition.INCLUDE) in found.outcomes
    unknown = explained(evidence=(seen("licence-text", "some licence"),))
    assert not any("confirms" in one.text for one in unknown.suggestions)


def test_a_contradiction_names_what_to_correct() -> None:
    found = explained(declared(Basis.OWN, id="mine"), evidence=(SOLD,))
    assert offered(found, "Correct what contradicts itself").text.startswith(
        "Correct what contradicts itself: declaration mine, evidence store-delivered at frame@10"
    )
    assert found.outcomes[0].disposition is Disposition.REVIEW


def test_a_missing_document_is_asked_for_where_it_would_help() -> None:
    deed = declared(Basis.DONOR, role=DeclarantRole.CUSTODIAN, acts=acts(transfer="allow"), id="deed")
    found = offered(explained(deed), "Name the document that deed rests on")
    assert found.acts == (Act.TRANSFER,)
    complete = explained(replace(deed, document="deed.pdf"))
    assert not any("Name the document" in one.text for one in complete.suggestions)


def test_personal_data_is_told_without_its_value() -> None:
    found = explained(evidence=(seen("store-account", personal=True),))
    assert found.personal
    assert offered(found, "without what leads to a person").toml == ""


def test_a_copy_without_personal_data_says_what_would_follow() -> None:
    given = declared(Basis.DONOR, role=DeclarantRole.DONOR, acts=acts(preserve="allow", transfer="allow"))
    found = explained(given, evidence=(seen("e-mail-address", personal=True),))
    advice = offered(found, "without what leads to a person")
    assert advice.outcomes == (("donation", Disposition.INCLUDE),)
    assert "policy file" not in advice.text
    alone = offered(explained(evidence=(seen("e-mail-address", personal=True),)), "leads to a person")
    assert alone.outcomes == ()
    assert alone.text.endswith("By itself it changes the answer of no policy.")


def test_a_purchase_is_told_what_handing_on_takes() -> None:
    bought = declared(Basis.PURCHASE, acts=acts(preserve="allow", access="allow"))
    found = offered(explained(bought), "store's terms allow handing it on")
    assert (found.acts, found.outcomes) == ((Act.TRANSFER,), (("donation", Disposition.INCLUDE),))
    assert "such a copy" not in found.text
    account = (seen("store-account", personal=True),)
    both = offered(explained(bought, evidence=account), "store's terms allow handing it on")
    assert both.outcomes == (("donation", Disposition.INCLUDE),)
    assert both.text.endswith("It takes a copy without personal data as well.")
    no = declared(Basis.PURCHASE, acts=acts(transfer="deny"))
    assert not any("handing it on" in one.text for one in explained(no).suggestions)


def test_nothing_is_suggested_that_a_closer_declaration_would_undo() -> None:
    no = declared(
        Basis.UNKNOWN,
        Level.FILE,
        acts=acts(**{act.value: "deny" for act in Act}),
        scope=Scope(level=Level.FILE),
    )
    assert explained(no, album="Album").suggestions == ()


AT_THE_DATE_LINE = Day(date(2031, 1, 1), denials=date(2030, 12, 31), permissions=date(2031, 1, 2))
"""New Year's Day in Europe: the old year has not ended west of the date line, and the next day has begun east of it."""


def test_a_denial_that_has_not_ended_everywhere_is_not_suggested_away() -> None:
    embargo = declared(acts=acts(transfer="deny"), expires=date(2030, 12, 31), id="embargo")
    for on in (AT_THE_DATE_LINE, date(2030, 12, 31)):
        found = explain((), None, (embargo,), POLICIES, on, path="Artist/Album/1.flac")
        assert found.acts[2].answer is Answer.DENY
        assert not [one for one in found.suggestions if 'transfer = "allow"' in one.toml]
    after = explain((), None, (embargo,), POLICIES, date(2031, 1, 1), path="Artist/Album/1.flac")
    assert [one for one in after.suggestions if 'transfer = "allow"' in one.toml]


def test_what_a_suggestion_brings_is_reckoned_with_the_clocks_of_the_decision() -> None:
    deed = declared(
        Basis.LICENSE,
        role=DeclarantRole.RIGHTSHOLDER,
        acts=acts(preserve="allow", transfer="allow"),
        document="deed.pdf",
        expires=date(2031, 1, 1),
    )
    found = explain((), None, (deed,), POLICIES, AT_THE_DATE_LINE, path="Artist/Album/1.flac")
    assert found.outcomes[1].disposition is Disposition.RESTRICT
    assert [one for one in found.suggestions if ("donation", Disposition.INCLUDE) in one.outcomes]
