from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.model.evidence import Evidence, Strength
from archiver.model.package import PackEntry, WithheldFile
from archiver.model.rights import Act, Basis, DeclarantRole, Declaration, Level, Reason, Scope
from archiver.model.rights_context import RightsContext
from archiver.records.names import FILES_RECORD, RIGHTS_RECORD
from archiver.records.rights.lines import SCHEMA
from tests.records.entries import CONTEXT, assessed, decision, every_case, json_lines, packed, record_files

ANY_TEXT = st.text(st.characters(exclude_categories=()))
ANONYMOUS = dataclasses.replace(CONTEXT, anonymous_withheld=True)


def record(entries: tuple[PackEntry, ...], context: RightsContext = CONTEXT) -> tuple[bytes, dict[str, Any]]:
    """The bytes of both records, and what stands in them by kind of line."""
    found = record_files(entries, context)
    value: dict[str, Any] = {
        "files": json_lines(found[FILES_RECORD]),
        **{kind: [] for kind in ("header", "decision", "declaration", "withheld", "totals")},
    }
    for line in found[RIGHTS_RECORD].splitlines():
        one = json.loads(line)
        value[one["kind"]].append(one)
    return found[RIGHTS_RECORD] + found[FILES_RECORD], value


def decided(value: dict[str, Any], file: dict[str, Any]) -> dict[str, Any]:
    """The decision that a file's line names."""
    [found] = [one for one in value["decision"] if one["id"] == file["decision"]]
    assert isinstance(found, dict)
    return found


def test_each_decision_stands_there_once() -> None:
    shared, other = decision(), decision(basis=Basis.OWN)
    _, value = record(tuple(packed(f"{number}", other if number % 3 else shared) for number in range(30)))
    assert [one["basis"] for one in value["decision"]] == ["unknown", "own"]
    assert [one["decision"] for one in value["files"]] == ["d1", "d2", "d2"] * 10


def test_a_decision_that_was_forgotten_is_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.records.rights.record.REMEMBERED", 2)
    many = [decision(declarations=(str(number),)) for number in range(3)]
    _, value = record(tuple(packed(f"{number}", many[number % 3]) for number in range(9)))
    assert len(value["decision"]) == 9
    assert len({one["id"] for one in value["decision"]}) == 9


def test_an_empty_package_is_a_whole_record() -> None:
    _, value = record((), dataclasses.replace(CONTEXT, declarations={}))
    assert value["header"][0]["schema"] == SCHEMA
    assert not any(value[kind] for kind in ("files", "withheld", "declaration", "decision"))
    assert value["totals"][0]["files"] == {"assessed": 0, "packed": 0, "held": 0, "withheld": 0}


def test_files_and_withheld_files_stand_with_everything_that_led_to_the_decision() -> None:
    entries = every_case()
    _, value = record(entries)
    assert [one["path"] for one in value["files"] if "path" in one] == [
        "data/CD/01 =1+1 & <two>.flac",
        "data/Free/01.ogg",
        "data/Gift/01.mp3",
        "data/Old/01.mp3",
        "data/Own/01.wav",
        "data/Unknown/01.mp3",
    ]
    gift = value["files"][2]
    assert decided(value, gift)["acts"]["publish"] == "deny"
    assert decided(value, gift)["restricted_until"] == "2031-06-30"
    assert gift["evidence"][1]["value"] == "https://example.org/by"
    (withheld,) = (one for one in value["files"] if "decision" in one and "path" not in one)
    assert withheld["source_path"] == "iTunes/01 Protected.m4p"
    assert withheld["protection"]["scheme"] == "fairplay"
    assert decided(value, withheld)["reasons"][0]["rests_on"][-1] == "policy donation"
    assert value["totals"][0]["unknown_basis"] == 2
    assert value["totals"][0]["personal_data"] == {"by_code": {"store-account": 1}, "files": 1, "unknown": 0}
    assert {act for one in value["decision"] for act in one["acts"]} == set(Act)
    assert {one["basis"] for one in value["declaration"]} == {
        "donor",
        "license",
        "carrier",
        "statute",
        "own",
        "expired",
    }


def test_anonymous_means_no_name_no_locator_no_sentence_on_a_single_file() -> None:
    protected = every_case()[7]
    assert isinstance(protected, WithheldFile)
    data, value = record((protected, protected), ANONYMOUS)
    assert b"iTunes" not in data
    assert b"moov" not in data
    (group,) = value["withheld"]
    assert (group["disposition"], group["files"]) == ("exclude", 2)
    assert group["reasons"] == ["protected"]
    assert all(group["texts"])
    assert value["files"] == []


def test_anonymous_keeps_no_scope_and_no_declaration_of_withheld_files_alone() -> None:
    declared = {
        name: Declaration(
            name,
            Scope(("Secret Album/01.flac",), ("Secret Album",), (("label", ("Secret Label",)),), Level.FILE),
            Basis.OWN,
            "Ola Example",
            DeclarantRole.OWNER,
            dt.date(2026, 1, 1),
        )
        for name in ("spoken-of", "secret")
    }
    context = dataclasses.replace(ANONYMOUS, declarations=declared)
    kept = packed("a", decision(declarations=("spoken-of",)))
    left = WithheldFile(assessed("b", decision(declarations=("secret", "spoken-of"))))
    data, value = record((kept, left), context)
    assert b"Secret" not in data
    (only,) = value["declaration"]
    assert only["id"] == "spoken-of"
    assert only["scope"] == {"level": "file"}
    named = record((kept, left), dataclasses.replace(context, anonymous_withheld=False))[1]
    assert named["declaration"][0]["scope"]["albums"] == ["Secret Album"]


def test_a_personal_value_is_not_written_even_where_one_slipped_in() -> None:
    seen = Evidence("store-account", "apID@9", "buyer@example.org", Strength.CONCLUSIVE, personal=True)
    data, value = record((packed("a", evidence=(seen,)), WithheldFile(assessed("b", evidence=(seen,)))))
    assert b"buyer" not in data
    assert "value" not in value["files"][0]["evidence"][0]
    assert value["files"][0]["evidence"][0]["personal"] is True


def test_what_was_not_read_for_personal_data_is_neither_detected_nor_none() -> None:
    unread = Evidence("personal-unread", "file", "it is no plain text", Strength.CONCLUSIVE)
    unknown = dataclasses.replace(decision(), personal_unknown=True)
    _, value = record((packed("a", unknown, evidence=(unread,)), packed("b", evidence=())))
    assert [decided(value, row).get("personal_data") for row in value["files"]] == ["unknown", None]
    assert value["totals"][0]["personal_data"] == {"by_code": {}, "files": 0, "unknown": 1}


@given(ANY_TEXT, ANY_TEXT)
@settings(max_examples=60)
def test_any_text_gives_json_in_utf_8(name: str, text: str) -> None:
    decided = decision(basis=Basis.DONOR, reasons=(Reason(text, text, (text,)),), declarations=(text,))
    seen = Evidence(text, text, text, Strength.WEAK)
    for context in (CONTEXT, ANONYMOUS):
        entries = (packed(name, decided, evidence=(seen,)), WithheldFile(assessed(name, decided)))
        data, value = record(entries, context)
        data.decode()
        assert value["files"][0]["path"] == "data/" + name
        assert value["files"][0]["evidence"][0]["value"] == text
