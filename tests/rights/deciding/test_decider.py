from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model.evidence import Evidence, Protection
from archiver.model.rights import Basis, Declaration, Scope
from archiver.rights.deciding import decider as module
from archiver.rights.deciding.decide import decide
from archiver.rights.deciding.decider import Decider
from archiver.rights.declaring.policies import POLICY_NAMES, builtin_policy
from tests.rights.builders import FAIRPLAY, SACD, TODAY, declaration_lists, declared, evidence_lists

PATHS = ("a/1.flac", "a/2.flac", "b/1.flac")


def scoped(declarations: tuple[Declaration, ...]) -> list[Declaration]:
    paths = [(), ("a/",), ("a/1.flac", "b/")]
    return [
        replace(declaration, scope=Scope(paths=paths[number % 3], level=declaration.level))
        for number, declaration in enumerate(declarations)
    ]


@given(
    declaration_lists,
    st.lists(
        st.tuples(st.sampled_from(PATHS), evidence_lists, st.sampled_from((None, FAIRPLAY, SACD))), max_size=5
    ),
    st.sampled_from(POLICY_NAMES),
)
def test_many_at_once_are_decided_as_each_alone(
    declarations: tuple[Declaration, ...],
    files: list[tuple[str, tuple[Evidence, ...], Protection | None]],
    name: str,
) -> None:
    decider = Decider(scoped(declarations), builtin_policy(name), TODAY)
    for copy in (decider, pickle.loads(pickle.dumps(decider))):
        for path, evidence, protection in [*files, *files]:
            alone = decide(
                evidence, protection, copy.matching(path, {}), builtin_policy(name), TODAY, path=path
            )
            assert copy.decide(path, {}, evidence, protection) == alone


def test_a_collection_declared_file_by_file_keeps_no_more_than_it_should(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_KEPT", 8)
    declarations = [
        declared(Basis.PURCHASE, id=f"d{number}", scope=Scope(paths=(f"{number}.flac",)))
        for number in range(30)
    ]
    decider = Decider(declarations, builtin_policy("personal"), TODAY)
    for number in range(len(declarations)):
        assert decider.decide(f"{number}.flac", {}, (), None).declarations == (f"d{number}",)
    assert 0 < len(decider._plain._known) <= 8
    assert 0 < len(decider._resolutions._known) <= 8


def test_single_files_are_found_by_name_however_many_are_declared() -> None:
    """Looking through all of them for each would take minutes."""
    declarations = [
        declared(Basis.PURCHASE, id=f"d{number}", scope=Scope(paths=(f"{number}.flac",)))
        for number in range(20_000)
    ]
    decider = Decider(declarations, builtin_policy("personal"), TODAY)
    for number in range(0, 20_000, 7):
        assert decider.matching(f"{number}.flac", {}) == (declarations[number],)


def test_very_many_declarations_for_every_file_do_not_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_KEPT", 1_000)
    everywhere = [declared(Basis.PURCHASE, id=f"all{number}", scope=Scope(("**",))) for number in range(90)]
    single = [
        declared(Basis.PURCHASE, id=f"d{number}", scope=Scope(paths=(f"{number}.flac",)))
        for number in range(40)
    ]
    decider = Decider([*everywhere, *single], builtin_policy("personal"), TODAY)
    for number in range(40):
        assert len(decider.decide(f"{number}.flac", {}, (), None).declarations) >= 1
    assert sum(map(len, decider._plain._known)) <= 1_000
