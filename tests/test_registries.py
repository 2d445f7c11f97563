"""What a code means stands in its registry, and nowhere else."""

from __future__ import annotations

import ast
import re
from enum import Enum
from functools import cache
from pathlib import Path

import pytest

import archiver
from archiver.bagit import findings
from archiver.bagit.codes import FINDING_KINDS
from archiver.model import problem
from archiver.model.evidence_kinds import EVIDENCE_KINDS
from archiver.model.problem import PROBLEM_KINDS
from archiver.rights import rules
from archiver.rights.meanings import MEANINGS, Meaning

ROOT = Path(archiver.__file__).parent
REGISTRIES = ("bagit/codes.py", "model/problem.py", "model/evidence_kinds.py", "rights/rules.py")
KNOWN = {*FINDING_KINDS, *PROBLEM_KINDS, *EVIDENCE_KINDS, *rules.RULES}
CONSTANTS = {
    name: value for name, value in vars(rules).items() if isinstance(value, str) and value in rules.RULES
}
ELSEWHERE = {
    # what evidence means for rights, in the order in which groups are named: a registry of the rights room
    "rights/meanings.py",
    # each lists only what it gives itself, or reads for one purpose of its own
    "audio/evidence/exif.py",
    "audio/evidence/itunes.py",
    "audio/evidence/names.py",
    "bagit/profiles/check.py",
    "ingest/names.py",
    "rights/deciding/doubts.py",
    "rights/explaining/suggestions.py",
    # what a policy or a record has for some rules, one value each
    "records/rights/grounds.py",
    "records/rights/statements.py",
}


@cache
def modules() -> list[tuple[str, ast.Module]]:
    paths = sorted(ROOT.rglob("*.py"))
    return [(one.relative_to(ROOT).as_posix(), ast.parse(one.read_text(encoding="utf-8"))) for one in paths]


def code_of(node: ast.expr | None) -> str | None:
    match node:
        case ast.Constant(str(text)) if text in KNOWN:
            return text
        case ast.Name(name) | ast.Attribute(attr=name):
            return CONSTANTS.get(name)
        case _:
            return None


def listed_in(module: ast.Module) -> list[set[str]]:
    """The sets, tuples, lists and keys that hold more than one code."""
    found = []
    for node in ast.walk(module):
        match node:
            case ast.Set(elts=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
                codes = {code for part in parts if (code := code_of(part))}
            case ast.Dict(keys=keys):
                codes = {code for key in keys if (code := code_of(key))}
            case _:
                continue
        if len(codes) > 1:
            found.append(codes)
    return found


def test_no_module_outside_a_registry_lists_codes() -> None:
    listing = {name for name, module in modules() if name not in REGISTRIES and listed_in(module)}
    assert listing == ELSEWHERE


@pytest.mark.parametrize(
    "text",
    ['X = frozenset({"B401", "B605"})', 'X = ("S101", "S102")', "X = {rules.PROTECTED: 1, TERM_RUNS: 2}"],
)
def test_a_list_is_seen(text: str) -> None:
    assert len(listed_in(ast.parse(text))) == 1


def test_every_code_is_known_and_given() -> None:
    given = set()
    for name, module in modules():
        if name not in REGISTRIES:
            texts = (node.value for node in ast.walk(module) if isinstance(node, ast.Constant))
            given |= {one for one in texts if isinstance(one, str) and re.fullmatch(r"[BFNRS][1-9]\d\d", one)}
    assert given == FINDING_KINDS.keys() | PROBLEM_KINDS.keys()


def test_every_rule_has_its_name_and_is_given() -> None:
    given = set()
    for name, module in modules():
        if name not in REGISTRIES:
            given |= {one.attr for one in ast.walk(module) if isinstance(one, ast.Attribute)}
    assert set(CONSTANTS.values()) == rules.RULES.keys()
    assert CONSTANTS.keys() <= given


@pytest.mark.parametrize(
    ("said", "all_of"),
    [
        ([kind.subject for kind in FINDING_KINDS.values()], findings.Subject),
        ([kind.effect for kind in FINDING_KINDS.values()], findings.Effect),
        ([kind.effect for kind in PROBLEM_KINDS.values()], problem.Effect),
        ([rule.effect for rule in rules.RULES.values()], rules.Effect),
    ],
)
def test_every_effect_is_said_by_some_kind(said: list[Enum | None], all_of: type[Enum]) -> None:
    assert set(said) == {None, *all_of}


def test_every_meaning_for_rights_is_that_of_known_evidence() -> None:
    assert MEANINGS.keys() <= EVIDENCE_KINDS.keys()
    assert set(MEANINGS.values()) == set(Meaning)


def test_a_subject_never_stands_without_an_effect() -> None:
    assert all((kind.subject is None) is (kind.effect is None) for kind in FINDING_KINDS.values())
