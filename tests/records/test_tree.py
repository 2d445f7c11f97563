"""The record of the tree has what a payload cannot hold, and only what is not as usual."""

from __future__ import annotations

import base64
import dataclasses
import json
from typing import Any

import pytest

from archiver.model.attribute import Attribute
from archiver.model.package import PackedFile, PackEntry
from archiver.model.problem import Problem
from archiver.model.source import EmptyFolder, FolderProblem, FolderRef, LeftOut, Link, Unpacked
from archiver.records.names import TREE_RECORD
from archiver.records.tree import SCHEMA, tree_record
from tests.records.entries import CONTEXT, every_case, record_files


def lines(entries: list[PackEntry], *, anonymous: bool = False) -> list[dict[str, Any]]:
    context = dataclasses.replace(CONTEXT, anonymous_withheld=anonymous)
    header, *records = map(json.loads, record_files(entries, context)[TREE_RECORD].splitlines())
    assert header == {
        "schema": SCHEMA,
        "defaults": {"file": {"mode": "0644"}, "folder": {"mode": "0755"}},
    }
    return records


def packed(path: str, mode: int = 0o644, attributes: tuple[Attribute, ...] = ()) -> PackedFile:
    one = next(entry for entry in every_case() if isinstance(entry, PackedFile))
    examined = one.assessed.examined
    ref = dataclasses.replace(examined.ref, path=path, mode=mode)
    examined = dataclasses.replace(examined, ref=ref, attributes=attributes)
    return dataclasses.replace(one, assessed=dataclasses.replace(one.assessed, examined=examined))


def test_what_is_as_usual_takes_no_room() -> None:
    assert lines([packed("a"), EmptyFolder("e"), FolderProblem(Problem("f:", "N304", "odd"))]) == []
    assert lines([Unpacked(Problem("p", "S107", "a pipe"))]) == []


def test_a_folder_has_its_time_and_what_is_not_usual() -> None:
    assert lines([FolderRef("A", 0), FolderRef("B", 1, 0o700), FolderRef("", 0)]) == [
        {"kind": "folder", "source_path": "A", "modified": "1970-01-01T00:00:00Z"},
        {"kind": "folder", "source_path": "B", "modified": "1970-01-01T00:00:00.000000001Z", "mode": "0700"},
        {"kind": "folder", "source_path": "", "modified": "1970-01-01T00:00:00Z"},
    ]


def test_a_file_has_its_bits_and_attributes() -> None:
    fork = Attribute("user.com.apple.ResourceFork", 3, b"\0\1\2")
    found = tree_record(packed("a.sd2", 0o4600, (fork,)))
    value = {"name": fork.name, "size_bytes": 3, "value_b64": base64.b64encode(b"\0\1\2").decode()}
    assert found == {"kind": "file", "source_path": "a.sd2", "mode": "4600", "attributes": [value]}


@pytest.mark.parametrize(
    ("attribute", "why"),
    [
        (Attribute("user.x", 9, None, ("email-address",)), "personal data"),
        (Attribute("user.x", 1 << 20, None, fault="too large"), "too large"),
        (Attribute("user.x", None, None, fault="unreadable"), "unreadable"),
    ],
)
def test_a_value_that_is_not_there_has_its_reason(attribute: Attribute, why: str) -> None:
    record = tree_record(packed("a", 0o644, (attribute,)))
    assert record is not None
    (found,) = record["attributes"]
    assert (found["value_b64"], found["withheld"]) == (None, why)


def test_links_have_what_they_say_and_where_that_leads() -> None:
    bad = Unpacked(Problem("gone", "S106", "gone"), None, b"../no")
    odd = Link("\u00fc", b"\xe9", "=E9", b"\xff")
    assert lines([Link("l", b"../a", "a"), bad, odd]) == [
        {"kind": "link", "source_path": "l", "target": "../a", "leads_to": "a"},
        {"kind": "link", "source_path": "gone", "target": "../no", "leads_to": None},
        {
            "kind": "link",
            "source_path": "\u00fc",
            "source_path_b64": "/w==",
            "target": "\\xe9",
            "target_b64": "6Q==",
            "leads_to": "=E9",
        },
    ]


def test_a_link_into_a_home_folder_names_nobody() -> None:
    for target in (b"/home/erika.example/x", b"/home/erika.example/\xff"):
        record = tree_record(Link("l", target, "x"))
        assert record is not None
        assert "erika" not in record["target"]
        assert "target_b64" not in record


def test_what_was_left_out_has_its_rule() -> None:
    assert lines([LeftOut("In", "folder", "In/"), LeftOut("x.m3u", "file", "*.m3u")]) == [
        {"kind": "left-out", "source_path": "In", "what": "folder", "rule": "In/"},
        {"kind": "left-out", "source_path": "x.m3u", "what": "file", "rule": "*.m3u"},
    ]


def test_nothing_is_named_after_a_withheld_file_where_that_is_asked() -> None:
    entries: list[PackEntry] = [
        FolderRef("", 0),
        LeftOut("._Secret.mp3", "file", "clutter ._*"),
        Link("Secret.mp3", b"A/Secret.mp3", "A/Secret.mp3"),
        Unpacked(Problem("Secret2", "S106", "x"), None, b"Secret"),
        FolderRef("Secret", 0),
        FolderRef("A", 0),
        FolderRef("A/B", 0),
        packed("A/B/song.mp3", 0o600),
        FolderRef("C", 0),
        FolderRef("C/empty", 0),
        EmptyFolder("C/empty"),
    ]
    found = lines(entries, anonymous=True)
    assert [record["source_path"] for record in found] == ["", "A", "A/B", "A/B/song.mp3", "C", "C/empty"]
    assert "Secret" not in json.dumps(found)
