from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.toml.positions import Path, Position, Positions
from archiver.toml.text import toml_string

DOCUMENT = '''\
# a comment with [brackets] and "quotes
version = 1
"quoted key" = 'literal # no comment'
dotted.inner . deepest = """multi
line "" with = and ] in it"""

[defaults]
by = "Example \\" Person" # role = "x"
'literal key' = 1979-05-27 07:32:00

[[declaration]]
scope = { path = ["a/*", 'b'], tag = { label = "x" } }
[declaration.facts]
fixed = 1921

[[declaration]]
acts = [
  # inside
  { preserve = "allow" }, 12,
]
[[declaration.part]]
n = 1
[[declaration.part]]
n = \'\'\'two
lines\'\'\'
[a."b.c".d]
x = true
'''


def place(text: str, needle: str, nth: int = 0) -> Position:
    offset = -1
    for _ in range(nth + 1):
        offset = text.index(needle, offset + 1)
    before = text[:offset]
    return Position(before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1)


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("version",), ("version", 0), ("1\n", 0)),
        (("quoted key",), ('"quoted key"', 0), ("'literal #", 0)),
        (("dotted", "inner", "deepest"), ("deepest", 0), ('"""multi', 0)),
        (("defaults", "by"), ("by =", 0), ('"Example', 0)),
        (("defaults", "literal key"), ("'literal key'", 0), ("1979", 0)),
        (("declaration", 0, "scope", "path"), ("path", 0), ('["a/*"', 0)),
        (("declaration", 0, "scope", "path", 1), ("path", 0), ("'b'", 0)),
        (("declaration", 0, "scope", "tag", "label"), ("label", 0), ('"x" } }', 0)),
        (("declaration", 0, "facts", "fixed"), ("fixed", 0), ("1921", 0)),
        (("declaration", 1, "acts", 0, "preserve"), ("preserve", 0), ('"allow"', 0)),
        (("declaration", 1, "acts", 1), ("acts", 0), ("12", 0)),
        (("declaration", 1, "part", 1, "n"), ("n = '''", 0), ("'''two", 0)),
        (("a", "b.c", "d", "x"), ("x = true", 0), ("true", 0)),
    ],
)
def test_keys_and_values_are_found_where_they_stand(
    path: Path, key: tuple[str, int], value: tuple[str, int]
) -> None:
    tomllib.loads(DOCUMENT)
    found = Positions(DOCUMENT)
    assert found.value(path) == place(DOCUMENT, *value)
    if not isinstance(path[-1], int):
        assert found.key(path) == place(DOCUMENT, *key)


def test_what_is_missing_is_placed_at_what_is_around_it() -> None:
    found = Positions(DOCUMENT)
    assert found.value(("declaration", 1, "basis")) == place(DOCUMENT, "[[declaration]]", 1)
    assert found.value(("nothing",)) == Position(1, 1)
    assert Positions("").value(()) == Position(1, 1)


def test_lines_count_as_editors_count_them() -> None:
    text = 'a = "form feed and separator \u2028 inside"\nb = 2\n'
    assert Positions(text).value(("b",)) == Position(2, 5)


keys = st.text(st.sampled_from('abc-_. "#[]=é'), min_size=1, max_size=6)
scalars = st.integers(0, 99) | st.booleans() | st.text(st.sampled_from("ab'\"#[]{},=\n\\é"), max_size=8)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


def dumped(value: Any) -> str:  # noqa: ANN401 - any TOML value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return toml_string(value)
    if isinstance(value, list):
        return "[ # comment ]\n" + "".join(f"  {dumped(item)} , # , [\n" for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml_string(key)} = {dumped(item)}" for key, item in value.items()) + "}"
    return str(value)


def leaves(value: Any, path: Path) -> list[tuple[Path, Any]]:  # noqa: ANN401 - any TOML value
    if isinstance(value, list):
        return [leaf for index, item in enumerate(value) for leaf in leaves(item, (*path, index))]
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in leaves(item, (*path, key))]
    return [(path, value)]


def without_breaks(value: Any) -> Any:  # noqa: ANN401 - any TOML value
    """Inline tables cannot hold a line break, so lists inside them cannot hold comments."""
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if not isinstance(item, (list, dict))}
    if isinstance(value, list):
        return [without_breaks(item) for item in value]
    return value


@given(
    st.dictionaries(keys, values.map(without_breaks), max_size=4),
    st.lists(st.dictionaries(keys, scalars), max_size=3),
)
def test_every_value_of_any_document_is_found(table: dict[str, Any], tables: list[dict[str, Any]]) -> None:
    text = "".join(f" {toml_string(key)}\t= {dumped(value)} # end\n" for key, value in table.items())
    text += "".join(
        "[[ zz-list ]]\n" + "".join(f"{toml_string(key)} = {dumped(value)}\n" for key, value in row.items())
        for row in tables
    )
    expected = {**table, "zz-list": tables} if tables else table
    assert tomllib.loads(text) == expected
    lines = text.split("\n")
    found = Positions(text)
    for path, value in leaves(expected, ()):
        position = found.value(path)
        assert lines[position.line - 1][position.column - 1 :].startswith(dumped(value))
