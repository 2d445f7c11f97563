from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.rights.globs import literal_folder, normal_path, normal_text, path_matcher, text_matcher


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("a/b.flac", "a/b.flac", True),
        ("a/b.flac", "a/B.flac", False),
        ("a/b.flac", "x/a/b.flac", False),
        ("*.flac", "b.flac", True),
        ("*.flac", "a/b.flac", False),
        ("**/*.flac", "a/c/b.flac", True),
        ("**/*.flac", "b.flac", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/**/b", "ab", False),
        ("a/**", "a/x/y", True),
        ("a/**", "a", False),
        ("a/", "a/x/y", True),
        ("a/", "ab/x", False),
        ("Album [2009]/*", "Album [2009]/1.mp3", True),
        ("Album [2009]/*", "Album 2/1.mp3", False),
        ("Who?/*", "Who?/1.mp3", True),
        ("Who?/*", "Whox/1.mp3", False),
        ("*/x", "a/b/x", False),
        ("a.b", "axb", False),
        ("*", "line\nbreak", True),
    ],
)
def test_paths(pattern: str, path: str, expected: bool) -> None:  # noqa: FBT001 - a table of cases
    assert path_matcher(pattern)(normal_path(path)) is expected


def test_composed_and_decomposed_names_are_the_same() -> None:
    name = "Björk/Début"
    assert path_matcher(unicodedata.normalize("NFD", name))(normal_path(unicodedata.normalize("NFC", name)))
    assert path_matcher(unicodedata.normalize("NFC", name))(normal_path(unicodedata.normalize("NFD", name)))


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("Kind of Blue", " KIND OF BLUE ", True),
        ("Kind*", "Kind of Blue", True),
        ("Kind", "Kind of Blue", False),
        ("a*b", "a/b", True),
        ("Straße", "STRASSE", True),
        ("a.c", "abc", False),
    ],
)
def test_tag_values(pattern: str, value: str, expected: bool) -> None:  # noqa: FBT001 - a table of cases
    assert text_matcher(pattern)(normal_text(value)) is expected


@pytest.mark.parametrize(
    ("pattern", "folder"),
    [("a/b/c.flac", "a/b"), ("a/b/", "a/b"), ("a/b*/c", "a"), ("*.flac", ""), ("x", ""), ("a/**", "a")],
)
def test_the_literal_folder(pattern: str, folder: str) -> None:
    assert literal_folder(pattern) == folder


names = st.text(st.sampled_from("ab[]?.é "), min_size=1, max_size=4)


@given(st.lists(names, min_size=1, max_size=4))
def test_a_name_without_stars_matches_itself_and_all_its_folders_match_what_is_below(
    parts: list[str],
) -> None:
    path = normal_path("/".join(parts))
    assert path_matcher(path)(path)
    for depth in range(1, len(parts)):
        folder = "/".join(parts[:depth]) + "/"
        assert path_matcher(folder)(path)
        assert path_matcher(folder + "**")(path)
        assert (normal_path(path) + "/").startswith(literal_folder(folder) + "/")
