"""Declarations as people write them, and what may never follow from them: each was once decided wrongly."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

import pytest

from archiver.model.evidence import Evidence, Strength
from archiver.model.rights import Act, Answer, Basis, Decision, Disposition, MachineUse
from archiver.model.terms import Span, TermFacts, TermState
from archiver.records.rights.machine_use import tdm_reservation, usage_statement
from archiver.rights.deciding.decide import decide
from archiver.rights.deciding.decider import Decider
from archiver.rights.declaring.policies import builtin_policy, parse_policy
from archiver.rights.declaring.read import parse_declarations
from tests.rights.builders import TODAY, declared, seen

ALLOW, DENY, UNKNOWN = Answer.ALLOW, Answer.DENY, Answer.UNKNOWN
INCLUDE, RESTRICT = Disposition.INCLUDE, Disposition.RESTRICT
EXCLUDE, REVIEW = Disposition.EXCLUDE, Disposition.REVIEW
HEAD = 'version = 1\n[defaults]\nby = "Erika Example"\nrole = "owner"\ndate = 2026-11-01\n'
ALL = 'acts = { transfer = "allow", publish = "allow", mine = "allow" }'
FOUR = 'layers = ["recording", "performance", "work", "lyrics"]'
OWN_ALL = f'basis = "own"\nrole = "rightsholder"\n{FOUR}\n{ALL}'


def decided(
    *written: str,
    path: str = "a/b/c.flac",
    policy: str = "public",
    on: date = TODAY,
    tags: dict[str, tuple[str, ...]] | None = None,
    evidence: tuple[Evidence, ...] = (),
) -> Decision:
    """What follows for one file from declarations as they stand in the file."""
    text = HEAD + "".join(f"[[declaration]]\n{one}\n" for one in written)
    declarations = parse_declarations(text.encode(), "rights.toml").declarations
    return Decider(declarations, builtin_policy(policy), on).decide(path, tags or {}, evidence, None)


def use(decision: Decision, which: MachineUse) -> Answer:
    return next(answer.answer for answer in decision.machine_use if answer.use is which)


# closer is by path, and a basis settles what a file is


@pytest.mark.parametrize(
    "closer",
    [
        'scope.path = "Bought/"\nbasis = "purchase"',
        'scope.path = "Bought/"\nbasis = "carrier"\ncarrier_held = "yes"',
    ],
)
def test_what_is_allowed_of_ones_own_does_not_reach_what_is_bought_or_copied_from_a_disc(closer: str) -> None:
    broad = f'{OWN_ALL}\nai = {{ generative_training = "allow", data_mining = "allow" }}'
    bought = decided(broad, closer, path="Bought/b.flac")
    assert {bought.acts[act] for act in (Act.TRANSFER, Act.PUBLISH, Act.MINE)} == {UNKNOWN}
    assert {answer.answer for answer in bought.machine_use} == {UNKNOWN}
    assert bought.disposition is EXCLUDE
    mine = decided(broad, closer, path="Mine/b.flac")
    assert mine.disposition is INCLUDE
    assert use(mine, MachineUse.GENERATIVE_TRAINING) is ALLOW


def test_a_closer_licence_that_does_not_carry_an_act_is_not_reached_past() -> None:
    licence = 'scope.path = "Other/"\nbasis = "license"\nlicense = "CC-BY-NC-4.0"'
    assert decided(OWN_ALL, licence, path="Other/b.flac").acts.publish is UNKNOWN


def test_an_album_title_stands_where_its_files_stand() -> None:
    bought = 'scope.album = "Greatest Hits"\nbasis = "purchase"'
    found = decided(
        OWN_ALL.replace("basis", 'scope.path = "a/"\nbasis'), bought, tags={"album": ("Greatest Hits",)}
    )
    assert found.acts.publish is UNKNOWN
    assert found.basis is Basis.PURCHASE


def test_a_tag_stands_where_its_files_stand() -> None:
    bought = 'scope.tag = { label = "Example Records" }\nbasis = "purchase"'
    found = decided(OWN_ALL, bought, tags={"label": ("Example Records",)})
    assert found.acts.publish is UNKNOWN


DEED = 'scope.path = "Smith/"\nbasis = "donor"\nby = "Jo Smith"\nrole = "donor"\ndocument = "deed.pdf"\n'
EMBARGO = 'scope.path = "Smith/Interviews/"\nbasis = "unknown"\nacts.access = "deny"\nexpires = 2035-12-31'
SMITH = "Smith/Interviews/1.flac"


def test_an_embargo_on_a_folder_holds_against_a_deed_on_the_folder_above() -> None:
    deed = DEED + 'acts = { preserve = "allow", access = "allow", transfer = "allow" }'
    for order in ((deed, EMBARGO), (EMBARGO, deed)):
        found = decided(*order, path=SMITH, policy="donation")
        assert (found.acts.access, found.disposition) == (DENY, RESTRICT)
        assert found.restricted_until == date(2035, 12, 31)
        assert decided(*order, path=SMITH, policy="donation", on=date(2036, 1, 1)).disposition is INCLUDE
    assert decided(deed, EMBARGO, path="Smith/a.flac", policy="donation").disposition is INCLUDE


def test_an_embargo_of_the_same_folder_holds_against_a_deed() -> None:
    deed = DEED + 'acts = { preserve = "allow", access = "allow", transfer = "allow" }'
    embargo = EMBARGO.replace("Smith/Interviews/", "Smith/")
    assert decided(deed, embargo, path=SMITH, policy="donation").acts.access is DENY


# said beats implied; denials add up


def test_a_closer_unknown_does_not_lift_a_denial() -> None:
    deed = DEED + 'acts = { preserve = "allow", access = "deny", transfer = "allow" }'
    doubt = 'scope.path = "Smith/Interviews/"\nbasis = "unknown"\nacts.access = "unknown"'
    found = decided(deed, doubt, path=SMITH, policy="donation")
    assert (found.acts.access, found.disposition) == (DENY, RESTRICT)


def test_a_closer_unknown_takes_back_a_wider_allow() -> None:
    doubt = 'scope.path = "a/"\nbasis = "unknown"\nacts.publish = "unknown"'
    assert decided(OWN_ALL, doubt).acts.publish is UNKNOWN


def test_what_a_basis_implies_does_not_lift_what_was_said_further_out() -> None:
    said = 'basis = "unknown"\nacts = { access = "deny", publish = "deny" }'
    licensed = 'scope.path = "a/b/"\nbasis = "license"\nlicense = "CC-BY-4.0"'
    found = decided(said, licensed)
    assert (found.acts.access, found.acts.publish) == (DENY, DENY)


def test_ones_own_denial_is_lifted_by_saying_so_closer() -> None:
    said = 'basis = "unknown"\nacts.transfer = "deny"'
    closer = 'scope.path = "a/"\nbasis = "license"\nlicense = "a letter"\nacts.transfer = "allow"'
    assert decided(said, closer).acts.transfer is ALLOW
    assert decided(said + '\nby = "Jo Smith"\nrole = "donor"', closer).acts.transfer is DENY
    assert decided(said, closer.replace('scope.path = "a/"\n', "")).acts.transfer is DENY


def test_a_documented_denial_is_lifted_by_no_word_without_a_document() -> None:
    deed = DEED + 'acts = { transfer = "deny" }'
    closer = (
        'scope.path = "Smith/Interviews/"\nbasis = "license"\nlicense = "a letter"\nacts.transfer = "allow"'
    )
    assert decided(deed, closer, path=SMITH).acts.transfer is DENY
    assert decided(deed, closer + '\ndocument = "x.pdf"', path=SMITH).acts.transfer is ALLOW


def test_a_rightsholders_denial_yields_only_to_a_later_document_of_the_rightsholder() -> None:
    no = 'basis = "unknown"\nby = "Label"\nrole = "rightsholder"\nacts.publish = "deny"'
    paper = 'basis = "license"\nacts.publish = "allow"\ndocument = "letter.pdf"\n'
    theirs = paper + 'by = "Label"\nrole = "rightsholder"\n'
    for scope in ("", 'scope.path = "a/b/"\n'):
        assert decided(no, scope + paper + "date = 2026-11-02").acts.publish is DENY
        assert decided(no, scope + theirs).acts.publish is DENY
        assert decided(no, scope + theirs + "date = 2026-11-02").acts.publish is ALLOW


def test_a_contradicted_declaration_hides_no_wider_denial() -> None:
    deed = 'basis = "donor"\nby = "Jo Smith"\nrole = "donor"\ndocument = "deed.pdf"\nacts = { access = "deny", publish = "deny" }'
    disc = 'scope.path = "a/"\nbasis = "carrier"\ncarrier_held = "yes"'
    sold = (seen("store-account", strength=Strength.CONCLUSIVE, personal=True),)
    found = decided(deed, disc, evidence=sold, policy="donation")
    assert (found.acts.access, found.acts.publish) == (DENY, DENY)


# standing limits what one may grant


def test_own_speaks_for_the_recording() -> None:
    found = decided('basis = "own"')
    assert [answer for _, answer in found.acts.items()] == [ALLOW, ALLOW, UNKNOWN, UNKNOWN, UNKNOWN]
    stated = decided(f'basis = "own"\nrole = "rightsholder"\n{ALL}\nai.generative_training = "allow"')
    assert [stated.acts[act] for act in (Act.TRANSFER, Act.PUBLISH, Act.MINE)] == [UNKNOWN] * 3
    assert use(stated, MachineUse.GENERATIVE_TRAINING) is UNKNOWN
    assert decided(OWN_ALL).disposition is INCLUDE


def test_signs_of_another_rightsholder_put_what_is_declared_own_before_a_person() -> None:
    line = seen("copyright-line", "2004 Example Major Label", locator="TPRO@9")
    found = decided(OWN_ALL, evidence=(seen("isrc", "ZZAAA0400001"), line))
    assert found.disposition is REVIEW
    assert decided(OWN_ALL, evidence=(seen("cd-toc"),)).disposition is REVIEW
    home = decided(OWN_ALL, evidence=(seen("cd-toc"),), policy="personal")
    assert home.disposition is INCLUDE
    assert any("another" in reason.text for reason in home.reasons)
    named = seen("copyright-line", "2004 Erika Example", locator="TPRO@9")
    assert decided(OWN_ALL, evidence=(seen("isrc", "ZZAAA0400001"), named)).disposition is INCLUDE
    joyful = seen("copyright-line", "2004 Joyful Records", locator="TPRO@9")
    by_jo = f'by = "Jo"\n{OWN_ALL}'
    assert decided(by_jo, evidence=(seen("isrc", "ZZAAA0400001"), joyful)).disposition is REVIEW


def test_the_owner_of_copies_publishes_nothing_on_a_bare_word() -> None:
    bare = 'basis = "license"\nacts = { publish = "allow", mine = "allow" }'
    found = decided(bare)
    assert (found.acts.publish, found.acts.mine, found.disposition) == (UNKNOWN, UNKNOWN, EXCLUDE)
    assert decided(bare + '\ndocument = "letter.pdf"').disposition is INCLUDE
    assert decided(bare + '\nlicense = "CC-BY-NC-4.0"').acts.publish is ALLOW
    expired = f'basis = "expired"\njurisdiction = "US"\n{FOUR}\n{ALL}'
    assert decided(expired).acts.publish is UNKNOWN


@pytest.mark.parametrize("basis", ["unknown", "purchase"])
def test_a_rightsholder_permits_no_machine_use_without_a_basis_for_it(basis: str) -> None:
    found = decided(
        f'basis = "{basis}"\nrole = "rightsholder"\nai = {{ generative_training = "allow", data_mining = "allow" }}'
    )
    assert {answer.answer for answer in found.machine_use} == {UNKNOWN}
    assert (usage_statement(found), tdm_reservation(found)) == ("", None)


def test_a_copys_owner_permits_no_machine_use_on_a_bare_word() -> None:
    found = decided(f'basis = "own"\n{FOUR}\nai.generative_training = "allow"')
    assert use(found, MachineUse.GENERATIVE_TRAINING) is UNKNOWN


def test_what_may_not_be_kept_is_never_packed() -> None:
    text = (
        'name = "open"\ntitle = "For readers."\nneeds = ["access"]\nprotected = "include"\nmaybe_protected = "include"\n'
        'personal_data = "include"\npersonal_unknown = "include"\n[denied]\naccess = "restrict"\n{}[unknown]\naccess = "include"\n'
    )
    written = HEAD + '[[declaration]]\nbasis = "purchase"\nacts.preserve = "deny"\n'
    declarations = parse_declarations(written.encode(), "rights.toml").declarations
    for more in ("", 'preserve = "exclude"\n'):
        policy = parse_policy(text.format(more).encode(), "open.toml")
        assert Decider(declarations, policy, TODAY).decide("a.flac", {}, (), None).disposition is EXCLUDE
        softened = replace(policy, denied=((Act.PRESERVE, Disposition.INCLUDE), *policy.denied))
        assert Decider(declarations, softened, TODAY).decide("a.flac", {}, (), None).disposition is EXCLUDE


def test_a_declaration_dated_in_the_future_does_not_count_yet() -> None:
    promise = OWN_ALL + '\ndate = 2031-01-01\nai.generative_training = "allow"'
    found = decided(promise)
    assert {answer for _, answer in found.acts.items()} == {UNKNOWN}
    assert {answer.answer for answer in found.machine_use} == {UNKNOWN}
    assert found.basis is Basis.UNKNOWN
    assert any("2031-01-01" in reason.text for reason in found.reasons)
    assert decided(promise, on=date(2031, 1, 1)).disposition is INCLUDE


# one decision, one voice


def test_denied_data_mining_denies_mining() -> None:
    found = decided(f'{OWN_ALL}\nai = {{ data_mining = "deny", generative_training = "deny" }}')
    assert (found.acts.mine, use(found, MachineUse.DATA_MINING)) == (DENY, DENY)
    assert tdm_reservation(found) == 1


def test_mining_that_is_allowed_by_a_named_licence_is_data_mining() -> None:
    found = decided('basis = "license"\nlicense = "CC0-1.0"\nrole = "rightsholder"')
    assert (found.acts.mine, use(found, MachineUse.DATA_MINING)) == (ALLOW, ALLOW)


def test_whose_denial_is_told_does_not_hang_on_the_order() -> None:
    mine = 'basis = "unknown"\nai.data_mining = "deny"'
    theirs = 'basis = "unknown"\nby = "Label"\nrole = "rightsholder"\nai.data_mining = "deny"'
    assert [tdm_reservation(decided(*order)) for order in ((mine, theirs), (theirs, mine))] == [1, 1]


def test_dates_that_differ_at_one_level_show_no_end() -> None:
    def dated(year: int) -> str:
        return f'basis = "unknown"\njurisdiction = "US"\nfacts = {{ published = {year}, fixed = {year} }}'

    for order in itertools.permutations((dated(1920), dated(1960))):
        [recording] = [layer for layer in decided(*order).layers if layer.layer == "recording"]
        assert "appears-to-have-ended" not in {finding.state for finding in recording.findings}


def test_of_two_bases_at_one_level_the_more_cautious_governs() -> None:
    for order in itertools.permutations(('basis = "own"', 'basis = "purchase"')):
        assert decided(*order).basis is Basis.PURCHASE
    for order in itertools.permutations((OWN_ALL, 'basis = "purchase"')):
        assert decided(*order).acts.publish is UNKNOWN


# restricted_until is a promise


def test_no_day_is_promised_while_a_denial_without_end_stands_behind() -> None:
    base = 'basis = "donor"\ndocument = "deed.pdf"\nacts = { preserve = "allow", transfer = "allow" }'
    wide = 'basis = "unknown"\nacts.access = "deny"'
    close = 'scope.path = "a/"\nbasis = "unknown"\nacts.access = "deny"\nexpires = 2030-12-31'
    found = decided(base, wide, close, policy="donation")
    assert (found.disposition, found.restricted_until) == (RESTRICT, None)
    ends = decided(base, wide + "\nexpires = 2033-12-31", close, policy="donation")
    assert ends.restricted_until == date(2033, 12, 31)


def test_no_day_is_promised_that_a_permission_does_not_outlast() -> None:
    base = 'basis = "donor"\ndocument = "deed.pdf"\nexpires = 2028-12-31\nacts = { preserve = "allow", transfer = "allow" }'
    embargo = 'scope.path = "a/"\nbasis = "unknown"\nacts.access = "deny"\nexpires = 2030-12-31'
    assert decided(base, embargo, policy="donation").restricted_until is None


def test_a_declaration_is_the_same_under_any_identifier() -> None:
    text = HEAD + f"[[declaration]]\n{OWN_ALL}\n"
    [one] = parse_declarations(text.encode(), "rights.toml").declarations
    named = replace(one, id="another")
    first, second = (
        Decider([each], builtin_policy("public"), TODAY).decide("a", {}, (), None) for each in (one, named)
    )
    assert (first.acts, first.disposition) == (second.acts, second.disposition)


def test_dates_that_contradict_each_other_are_not_lost_among_those_of_another() -> None:
    """One says that it was published before it was recorded, the other that it never was: neither shows an end."""
    places = ("CA", "EU", "US")
    span = Span(date(1900, 1, 1), date(1910, 12, 31))
    first, second = (
        declared(id=name, jurisdiction=places, facts=TermFacts(fixed=span, published=published))
        for name, published in (("before", Span(None, date(1870, 12, 31))), ("never", Span(never=True)))
    )
    alone, both = (
        decide((), None, given, builtin_policy("public"), TODAY).layers[0]
        for given in ([first], [first, second])
    )
    for where in places:
        assert alone.state(where) is TermState.UNDETERMINED
        assert both.state(where) is TermState.UNDETERMINED
    assert "ended in" not in both.text
