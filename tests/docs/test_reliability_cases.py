"""The page of cases to survive: each has a promise and a test, and none is shown below the command line alone."""

from __future__ import annotations

import pytest

from docs.pages.reliability_cases import CASES, marked_tests
from tests.running import ROOT

_STARTS = ("run_here(", "run_program(", "run_program_for(", "peak_of_program(", "command(", "seen_here(")


def test_every_number_has_a_row_and_no_other_is_marked() -> None:
    assert sorted(CASES) == list(range(1, 37))
    assert set(marked_tests()) == set(CASES)


@pytest.mark.parametrize("number", CASES)
def test_a_case_is_shown_through_the_command_line(number: int) -> None:
    modules = {path for path, _ in marked_tests()[number]}
    assert any(_starts_the_program(path) for path in modules), f"case {number}: only {modules}"


def _starts_the_program(path: str) -> bool:
    with open(f"{ROOT}/{path}", encoding="utf-8") as module:
        text = module.read()
    return any(word in text for word in _STARTS)
