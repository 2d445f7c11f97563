from __future__ import annotations

from archiver.rights.declaring.check import Matches, check_declarations
from archiver.rights.declaring.read import parse_declarations
from tests.rights.builders import TODAY, examined

TEXT = b"""\
version = 1
[defaults]
by = "Example Person"
role = "owner"
date = 2026-11-22
[[declaration]]
id = "discs"
scope = { path = "Discs/" }
basis = "carrier"
carrier_held = "yes"
[[declaration]]
scope = { album = "Nowhere" }
basis = "purchase"
acts = { publish = "allow" }
"""


def test_what_each_matches_and_what_none_matches() -> None:
    paths = [*(f"Discs/{number}.flac" for number in range(7)), "a.mp3", "b.mp3"]
    files = [examined(path) for path in paths]
    result = check_declarations(parse_declarations(TEXT, "rights.toml"), lambda: files, TODAY)
    assert result.matches == (
        Matches("discs", 6, 7, tuple(f"Discs/{number}.flac" for number in range(5))),
        Matches("declaration-2", 11, 0, ()),
    )
    assert (result.files, result.undeclared, result.undeclared_examples) == (9, 2, ("a.mp3", "b.mp3"))
    assert [(remark.line, remark.declaration) for remark in result.remarks] == [(14, "declaration-2")]
    assert result.silences == ()
