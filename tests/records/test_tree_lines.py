"""The record of the tree is read back as it was written, and a line that nobody writes is told."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model.attribute import Attribute
from archiver.model.package import PackEntry
from archiver.model.problem import Problem
from archiver.model.source import FolderRef, LeftOut, Link, Unpacked
from archiver.records.codec import to_line
from archiver.records.tree import tree_record
from archiver.records.tree_lines import (
    Beside,
    TreeEntry,
    TreeFile,
    TreeFolder,
    TreeLeftOut,
    TreeLink,
    read_tree,
)

HEADER = {
    "schema": "archiver.tree/1",
    "defaults": {"file": {"mode": "0640"}, "folder": {"mode": "0750"}},
}


def read(*lines: dict[str, Any], header: dict[str, Any] = HEADER) -> list[TreeEntry]:
    data = b"".join(json.dumps(line).encode() + b"\n" for line in (header, *lines))
    return list(read_tree(io.BytesIO(data)).entries)


def written(entry: PackEntry) -> list[TreeEntry]:
    return list(
        read_tree(io.BytesIO(json.dumps(HEADER).encode() + b"\n" + to_line(tree_record(entry)))).entries
    )


names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=20)
paths = st.lists(names.filter(lambda name: name not in (".", "..")), min_size=1, max_size=4).map("/".join)


@given(paths, st.integers(-(10**17), 10**18), st.integers(0, 0o777), st.binary(max_size=50))
def test_a_folder_comes_back(path: str, modified_ns: int, mode: int, value: bytes) -> None:
    entry = FolderRef(path, modified_ns, mode, (Attribute("user.a", len(value), value),))
    told = Beside(0o750 if mode == 0o755 else mode, (("user.a", value),))
    assert written(entry) == [TreeFolder(path, None, modified_ns, told)]


@given(paths, st.binary(min_size=1, max_size=50).filter(lambda target: b"\0" not in target))
def test_a_link_comes_back_unless_it_names_a_person(path: str, target: bytes) -> None:
    [found] = written(Link(path, target, ""))
    assert isinstance(found, TreeLink)
    assert found.path == path
    assert found.target in (target, None)
    if target.isalnum():
        assert found.target == target


def test_what_is_withheld_of_a_link_or_an_attribute_is_not_given_back() -> None:
    [link] = written(Link("l", b"/home/jane.doe/Music", "x"))
    assert link == TreeLink("l", None, None)
    lost = (
        Attribute("user.a", 5, None, fault="too large"),
        Attribute("user.b", 9, b"[x]", ("email-address",)),
    )
    [folder] = written(FolderRef("f", 0, 0o755, lost))
    assert isinstance(folder, TreeFolder)
    assert folder.beside == Beside(0o750, (), ("user.a", "user.b"))


def test_what_was_left_out_and_links_that_lead_nowhere_come_back() -> None:
    assert written(LeftOut("x", "file", "*.x")) == [TreeLeftOut("x", "file", "*.x")]
    unpacked = Unpacked(Problem("l", "S106", "where nothing is"), None, b"not/there")
    assert written(unpacked) == [TreeLink("l", None, b"not/there")]


def test_defaults_hold_where_a_line_says_nothing_else() -> None:
    assert read({"kind": "file", "source_path": "a"}) == [TreeFile("a", Beside(0o640))]
    data = json.dumps({"schema": "archiver.tree/1"}).encode() + b"\n"
    assert read_tree(io.BytesIO(data)).file == Beside(0o644)


def test_a_mode_gives_no_powers() -> None:
    assert read({"kind": "file", "source_path": "a", "mode": "7755"}) == [TreeFile("a", Beside(0o755))]


@pytest.mark.parametrize(
    "line",
    [
        {"kind": "folder", "source_path": "../a", "modified": "2001-01-01T00:00:00Z"},
        {"kind": "folder", "source_path": "/a", "modified": "2001-01-01T00:00:00Z"},
        {"kind": "folder", "source_path": "a", "modified": "then"},
        {"kind": "folder", "source_path": "a"},
        {"kind": "folder", "source_path": "a", "modified": "2001-01-01T00:00:00Z", "mode": "999"},
        {"kind": "file", "source_path": "a//b"},
        {"kind": "file", "source_path": ""},
        {"kind": "file", "source_path": "a\0b"},
        {"kind": "file", "source_path": "a", "attributes": [{"name": "user.a", "value_b64": "!"}]},
        {"kind": "link", "source_path": "a", "target": ""},
        {"kind": "link", "source_path": "a", "target": "b\0"},
        {
            "kind": "link",
            "source_path": "a",
            "source_path_b64": base64.b64encode(b"..").decode(),
            "target": "b",
        },
        {"kind": "link", "source_path": "a", "source_path_b64": "?", "target": "b"},
        {"kind": "device", "source_path": "a"},
        {"source_path": "a"},
    ],
)
def test_what_nobody_writes_is_an_error(line: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read(line)


def test_another_form_and_a_torn_line_are_errors() -> None:
    with pytest.raises(ValueError, match="another form"):
        read(header={"schema": "archiver.tree/2"})
    data = json.dumps(HEADER).encode() + b'\n{"kind":"file","source_path":"a"}'
    with pytest.raises(ValueError, match="not whole"):
        list(read_tree(io.BytesIO(data)).entries)
