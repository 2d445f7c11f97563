"""What is declared in vain is told, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.rights.deciding.decide import decide
from archiver.rights.deciding.scope import ScopeIndex
from archiver.rights.declaring.folders_meant import folders_meant
from archiver.rights.declaring.hearing import Hearing
from archiver.rights.declaring.policies import builtin_policy
from archiver.rights.declaring.read import parse_declarations
from archiver.rights.globs import normal_path, path_matcher
from archiver.toml.text import toml_string
from tests.rights.builders import TODAY

POLICY = builtin_policy("personal")
HEAD = 'version = 1\n[defaults]\nby = "E. Example"\nrole = "owner"\ndate = 2020-01-01\n'

names = st.sampled_from(("a", "A", "a ", "b", "\u00e9", "e\u0301", "x\u00a0y", "X y", "1.flac"))
paths = st.lists(names, min_size=1, max_size=3).map("/".join)
patterns = st.tuples(paths, st.sampled_from(("", "/", "/**", "*"))).map("".join)
declared_lists = st.lists(
    st.tuples(
        st.lists(patterns, min_size=1, max_size=3, unique=True), st.sampled_from(("deny", "unknown", "allow"))
    ),
    min_size=1,
    max_size=4,
)


def heard(text: str, files: list[str]) -> list[tuple[str, str]]:
    declared = parse_declarations(text.encode(), "rights.toml")
    index, hearing = ScopeIndex(declared.declarations), Hearing(declared, TODAY)
    for path in files:
        matching = index.matching(path, {})
        hearing.hear(path, {}, decide((), None, matching, POLICY, TODAY))
    if hearing.wants_more:
        for path in files:
            hearing.hear_again(path, {})
    return [(remark.declaration, remark.text) for remark in hearing.told()]


@settings(max_examples=150, deadline=None)
@given(declared_lists, st.lists(paths, max_size=6, unique=True))
def test_every_pattern_that_closes_nothing_is_told(
    wanted: list[tuple[list[str], str]], files: list[str]
) -> None:
    text = HEAD
    expected = set()
    for number, (scope, answer) in enumerate(wanted, 1):
        listed = ", ".join(map(toml_string, scope))
        text += f'[[declaration]]\nscope = {{ path = [{listed}] }}\nbasis = "license"\nlicense = "CC0-1.0"\n'
        text += f'acts = {{ publish = "{answer}" }}\n'
        if answer != "allow":
            fitting = {one for one in scope if any(map(path_matcher([one]), map(normal_path, files)))}
            expected |= {(f"declaration-{number}", one) for one in scope if one not in fitting}
    told = heard(text, files)
    assert {
        (name, one) for name, one in expected if any(n == name and t.startswith(repr(one)) for n, t in told)
    } == expected
    for name, remark in told:
        closing = [
            one for n, one in expected if n == name and remark.startswith(f"{one!r} takes in no file, so")
        ]
        assert closing or "But for case and blanks it would take in" in remark


def test_a_near_file_is_named_for_a_permission_too() -> None:
    text = HEAD + '[[declaration]]\nscope = { path = "jazz/" }\nbasis = "purchase"\n'
    [(_, told)] = heard(text, ["Jazz/1.flac"])
    assert told == "'jazz/' takes in no file. But for case and blanks it would take in Jazz/1.flac."
    assert heard(text, ["Rock/1.flac"]) == []


BOUGHT = '[[declaration]]\nscope = { path = "Boughtt/" }\nbasis = "purchase"\n'
OWN = '[[declaration]]\nbasis = "own"\nrole = "rightsholder"\nlayers = ["recording", "performance", "work", "lyrics"]\n'


@pytest.mark.parametrize(
    ("wider", "closed"),
    [
        (OWN + 'acts = { publish = "allow" }\n', "publish"),
        (OWN + 'ai = { generative_training = "allow" }\n', "mine"),
        ('[[declaration]]\nbasis = "license"\nlicense = "CC-BY-4.0"\n', "transfer, publish"),
    ],
)
def test_a_basis_that_is_to_keep_a_wider_permission_out_and_takes_in_no_file_is_told(
    wider: str, closed: str
) -> None:
    [(name, told)] = heard(HEAD + wider + BOUGHT, ["Bought/1.flac"])
    assert name == "declaration-2"
    assert told == f"'Boughtt/' takes in no file, so it closes nothing ({closed})."


def test_a_basis_that_keeps_nothing_out_is_not_missed() -> None:
    beside = OWN.replace("basis", 'scope = { path = "Own/" }\nbasis', 1) + 'acts = { publish = "allow" }\n'
    assert heard(HEAD + OWN + BOUGHT, ["Bought/1.flac"]) == []
    assert heard(HEAD + beside + BOUGHT, ["Bought/1.flac", "Own/1.flac"]) == []
    assert heard(HEAD + BOUGHT, ["Bought/1.flac"]) == []


@pytest.mark.parametrize("answer", ["deny", "allow"])
def test_what_is_dated_in_the_future_is_told(answer: str) -> None:
    text = HEAD + f'[[declaration]]\nbasis = "license"\nlicense = "x"\nacts = {{ publish = "{answer}" }}\n'
    day = TODAY + timedelta(days=1)
    assert heard(f"{text}date = {TODAY}\n", ["1.flac"]) == []
    [(_, told)] = heard(f"{text}date = {day}\n", ["1.flac"])
    assert told == f"It is dated {day}, so it says nothing yet."


def test_a_denied_use_by_machines_counts_as_a_denial() -> None:
    text = HEAD + '[[declaration]]\nscope = { path = "Gone/" }\nbasis = "unknown"\nai = { search = "deny" }\n'
    [(_, told)] = heard(text, ["1.flac"])
    assert told == "'Gone/' takes in no file, so it closes nothing (search)."


def test_what_has_run_out_is_not_missed() -> None:
    text = HEAD + '[[declaration]]\nscope = { path = "Gone/" }\nbasis = "unknown"\nacts = { mine = "deny" }\n'
    assert len(heard(text + f"expires = {TODAY}\n", ["1.flac"])) == 1
    assert heard(text + f"expires = {TODAY - timedelta(days=1)}\n", ["1.flac"]) == []


def test_a_folder_is_meant_at_its_own_level_unless_another_was_given() -> None:
    scopes = (
        *(
            ('path = "A"', "unknown"),
            ('path = "A", level = "collection"', "unknown"),
            ('path = "B"', "unknown"),
        ),
        *(('path = ["A", "1.flac"]', "purchase"), ('path = ["A", "1.flac"]', "unknown")),
    )
    text = HEAD + "".join(
        f'[[declaration]]\nscope = {{ {one} }}\nbasis = "{basis}"\n' for one, basis in scopes
    )
    declared = parse_declarations(text.encode(), "rights.toml")
    meant, remarks = folders_meant(declared, {"A"}.__contains__)
    both = ("A/", "1.flac")
    assert [one.scope.paths for one in meant.declarations] == [("A/",), ("A/",), ("B",), both, both]
    levels = [one.scope.level.value for one in meant.declarations]
    assert levels == ["album", "collection", "file", "album", "file"]
    assert len(remarks) == 4
    assert meant == replace(declared, declarations=meant.declarations)


def test_a_denial_that_paper_overrules_at_its_level_is_told_once() -> None:
    text = (
        HEAD + '[[declaration]]\nid = "deed"\nscope = { path = "A/" }\nbasis = "donor"\nrole = "donor"\n'
        'acts = { publish = "allow" }\ndocument = "d.pdf"\n'
        '[[declaration]]\nid = "no"\nscope = { path = "A/*" }\nbasis = "unknown"\nacts = { publish = "deny" }\n'
    )
    [(name, told)] = heard(text, ["A/1.flac", "A/2.flac", "A/3.flac"])
    assert name == "no"
    assert "yet deed allows it with a document for 3 files" in told
