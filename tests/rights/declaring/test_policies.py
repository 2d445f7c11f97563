from __future__ import annotations

import pytest

from archiver.model.rights import Act, Disposition
from archiver.rights.declaring.policies import POLICY_NAMES, builtin_policy, parse_policy
from archiver.toml.document import TomlFileError

OWN = """\
name = "reading-room"
title = "For readers on the premises."
needs = ["access"]
protected = "restrict"
maybe_protected = "review"
personal_data = "restrict"
personal_unknown = "restrict"

[denied]
access = "exclude"

[unknown]
access = "restrict"
"""


def faults(text: str) -> list[str]:
    with pytest.raises(TomlFileError) as caught:
        parse_policy(text.encode(), "policy.toml")
    return [str(fault) for fault in caught.value.faults]


def test_the_three_that_come_with_the_program() -> None:
    personal, donation, public = map(builtin_policy, POLICY_NAMES)
    assert personal.needs == (Act.PRESERVE,)
    assert dict(personal.unknown) == {Act.PRESERVE: Disposition.INCLUDE}
    assert (personal.protected, personal.personal_data) == (Disposition.INCLUDE, Disposition.INCLUDE)
    assert donation.needs == (Act.PRESERVE, Act.TRANSFER)
    assert dict(donation.unknown) == {Act.PRESERVE: Disposition.RESTRICT, Act.TRANSFER: Disposition.RESTRICT}
    assert (donation.protected, donation.personal_data) == (Disposition.EXCLUDE, Disposition.RESTRICT)
    assert public.needs == (Act.PUBLISH,)
    assert dict(public.unknown) == {Act.PUBLISH: Disposition.EXCLUDE}
    assert (public.protected, public.personal_data) == (Disposition.EXCLUDE, Disposition.EXCLUDE)
    assert [policy.name for policy in (personal, donation, public)] == list(POLICY_NAMES)


def test_there_is_no_other() -> None:
    with pytest.raises(KeyError):
        builtin_policy("secret")


def test_a_policy_of_ones_own() -> None:
    policy = parse_policy(OWN.encode(), "policy.toml")
    assert policy.name == "reading-room"
    assert policy.needs == (Act.ACCESS,)
    assert policy.denied == ((Act.ACCESS, Disposition.EXCLUDE),)
    assert policy.protected is Disposition.RESTRICT


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('name = "reading-room"', 'name = "Reading Room"', "line 1, column 8: name must be a word of a-z"),
        (
            'needs = ["access"]',
            'needs = ["acess"]',
            "line 3, column 10: needs cannot be 'acess'. Did you mean 'access'?",
        ),
        (
            'needs = ["access"]',
            "needs = []",
            "line 3, column 9: It needs no act. Name at least one of: preserve,",
        ),
        (
            'protected = "restrict"',
            'protected = "skip"',
            "line 4, column 13: protected cannot be 'skip'. It is one of:",
        ),
        (
            'access = "restrict"',
            'acess = "restrict"',
            "line 13, column 1: There is no key 'acess' here. Did you mean 'access'?",
        ),
        (
            'access = "exclude"',
            'access = "include"',
            "line 13, column 10: An unknown 'access' would weigh more than a denied",
        ),
        (
            'access = "exclude"',
            'publish = "exclude"',
            "line 9, column 1: It needs 'access' but says not what follows when it is",
        ),
        ("[denied]", "[refused]", "line 9, column 2: There is no key 'refused' here."),
        (
            'title = "For readers on the premises."',
            "title = 1",
            "line 2, column 9: title must be text, not a number.",
        ),
        ('maybe_protected = "review"\n', "", "line 1, column 1: There is no maybe_protected."),
        ('personal_unknown = "restrict"\n', "", "line 1, column 1: There is no personal_unknown."),
        (
            'personal_unknown = "restrict"',
            'personal_unknown = "review"',
            "line 7, column 20: Not knowing of personal data would weigh more than finding some.",
        ),
        (
            'access = "exclude"',
            'preserve = "include"\naccess = "exclude"',
            "line 10, column 12: A denied 'preserve' excludes under every policy, so 'include' has no effect.",
        ),
        (
            'access = "exclude"',
            'preserve = "review"\naccess = "exclude"',
            "line 10, column 12: A denied 'preserve' excludes under every policy, so 'review' has no effect.",
        ),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(old: str, new: str, expected: str) -> None:
    assert old in OWN
    assert any(fault.startswith(expected) for fault in faults(OWN.replace(old, new)))


def test_what_no_policy_says_is_refused_as_a_whole() -> None:
    assert len(faults("")) == 9
