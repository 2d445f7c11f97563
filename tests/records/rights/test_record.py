from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.model.evidence import Evidence, Strength
from archiver.model.package import PackEntry, WithheldFile
from archiver.model.rights import Act, Basis, DeclarantRole, Declaration, Level, Reason, Scope
from archiver.model.rights_context import RightsContext
from archiver.records.rights.record import SCHEMA, write_rights_json
from archiver.records.rights.tally import summarise
from tests.records.entries import CONTEXT, assessed, decision, every_case, packed, written

ANY_TEXT = st.text(st.characters(exclude_categories=()))
ANONYMOUS = dataclasses.replace(CONTEXT, anonymous_withheld=True)


def record(entries: tuple[PackEntry, ...], context: RightsContext = CONTEXT) -> tuple[bytes, dict[str, Any]]:
    data = written(write_rights_json, entries, context, summarise(entries))
    return data, json.loads(data)


def test_it_is_canonical_but_for_a_line_break_before_each_element() -> None:
    data, value = record(every_case())
    compact = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert data.decode().replace("\n", "") == compact
    assert data.endswith(b"\n")


def test_an_empty_package_is_a_whole_record() -> None:
    _, value = record((), dataclasses.replace(CONTEXT, declarations={}))
    assert (value["schema"], value["files"], value["withheld"], value["declarations"]) == (SCHEMA, [], [], [])
    assert value["totals"]["files"] == {"assessed": 0, "packed": 0, "withheld": 0}


def test_files_and_withheld_files_stand_with_everything_that_led_to_the_decision() -> None:
    entries = every_case()
    _, value = record(entries)
    assert [one["path"] for one in value["files"]] == [
        "data/CD/01 =1+1 & <two>.flac",
        "data/Free/01.ogg",
        "data/Gift/01.mp3",
        "data/Old/01.mp3",
        "data/Own/01.wav",
        "data/Unknown/01.mp3",
    ]
    gift = value["files"][2]
    assert gift["acts"]["publish"] == "deny"
    assert gift["restricted_until"] == "2031-06-30"
    assert gift["evidence"][1]["value"] == "https://example.org/by"
    (withheld,) = value["withheld"]
    assert withheld["source_path"] == "iTunes/01 Protected.m4p"
    assert withheld["protection"]["scheme"] == "fairplay"
    assert withheld["reasons"][0]["rests_on"][-1] == "policy donation"
    assert value["totals"]["unknown_basis"] == 2
    assert value["totals"]["personal_data"] == {"by_code": {"store-account": 1}, "files": 1, "unknown": 0}
    assert {act for one in value["files"] for act in one["acts"]} == set(Act)
    assert {one["basis"] for one in value["declarations"]} == {
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
    assert group["reasons"][0]["code"] == "protected"
    assert group["reasons"][0]["text"]


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
    (only,) = value["declarations"]
    assert only["id"] == "spoken-of"
    assert only["scope"] == {"albums": [], "level": "file", "paths": [], "tags": {}}
    named = record((kept, left), dataclasses.replace(context, anonymous_withheld=False))[1]
    assert named["declarations"][0]["scope"]["albums"] == ["Secret Album"]


def test_a_personal_value_is_not_written_even_where_one_slipped_in() -> None:
    seen = Evidence("store-account", "apID@9", "buyer@example.org", Strength.CONCLUSIVE, personal=True)
    data, value = record((packed("a", evidence=(seen,)), WithheldFile(assessed("b", evidence=(seen,)))))
    assert b"buyer" not in data
    assert value["files"][0]["evidence"][0]["value"] is None
    assert value["files"][0]["personal_data"] is True


def test_what_was_not_read_for_personal_data_is_neither_true_nor_false() -> None:
    unread = Evidence("personal-unread", "file", "it is no plain text", Strength.CONCLUSIVE)
    unknown = dataclasses.replace(decision(), personal_unknown=True)
    _, value = record((packed("a", unknown, evidence=(unread,)), packed("b", evidence=())))
    assert [row["personal_data"] for row in value["files"]] == [None, False]
    assert value["totals"]["personal_data"] == {"by_code": {}, "files": 0, "unknown": 1}


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
