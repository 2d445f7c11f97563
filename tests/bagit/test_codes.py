from __future__ import annotations

import re
from pathlib import Path

from archiver.bagit.codes import FINDING_KINDS, found
from archiver.bagit.findings import Effect, Finding, Severity
from docs.pages.bagit_codes import findings_page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "bagit-findings.md"


def test_codes_are_well_formed_unique_and_in_order() -> None:
    codes = list(FINDING_KINDS)
    assert codes == sorted(codes)
    assert all(re.fullmatch(r"B[1-9]\d\d", code) for code in codes)
    titles = [kind.title for kind in FINDING_KINDS.values()]
    assert len(set(titles)) == len(titles)


def test_every_kind_says_where_the_rule_stands_and_what_to_do() -> None:
    for kind in FINDING_KINDS.values():
        assert re.search(r"§\d|Profiles \d", kind.spec), kind
        assert kind.advice.endswith((".", "\N{HORIZONTAL ELLIPSIS}")), kind
        assert "|" not in kind.title + kind.advice + kind.spec
        assert kind.title[0].islower() or kind.title.startswith(("Payload-Oxum", "Bag-Count", "B")), kind


def test_what_a_finding_says_of_files_is_an_error() -> None:
    graver = {Effect.CHANGED, Effect.UNREADABLE, Effect.UNREAD, Effect.ADDED}
    said = [kind for kind in FINDING_KINDS.values() if kind.effect in graver]
    assert {kind.effect for kind in said} == graver
    assert all(kind.severity is Severity.ERROR for kind in said)


def test_a_finding_takes_weight_and_rule_from_the_registry() -> None:
    assert found("B401", "data/a", "gone") == Finding("B401", Severity.ERROR, "data/a", "gone", "RFC 8493 §3")


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == findings_page(), "run: python -m docs.make_pages"
