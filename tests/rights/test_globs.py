from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.rights import globs
from archiver.rights.globs import (
    MOST_LENGTH,
    MOST_PARTS,
    MOST_STARS,
    folders_above,
    literal_folder,
    normal_path,
    normal_text,
    too_costly,
)
from tests.costs import in_proportion


def path_matcher_of(*patterns: str) -> Callable[[str], bool]:
    return globs.path_matcher(patterns)


def text_matcher_of(*patterns: str) -> Callable[[str], bool]:
    return globs.text_matcher(patterns)


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
        ("a/**/b/**/c", "a/x/b/b/y/c", True),
        ("a/**/b/**/c", "a/b/c", True),
        ("a/**/b/**/c", "a/c/b", False),
        ("**/a*/b", "a1/x/a2/b", True),
        ("**/**/x", "x", True),
        ("a*b*c", "a-b-b-c", True),
        ("a*b*c", "a-c-b", False),
        ("*ab", "aab", True),
        ("a**b", "a/b", False),
        ("a**b", "axb", True),
        ("*", "line\nbreak", True),
    ],
)
def test_paths(pattern: str, path: str, expected: bool) -> None:  # noqa: FBT001 - a table of cases
    assert path_matcher_of(pattern)(normal_path(path)) is expected


def test_composed_and_decomposed_names_are_the_same() -> None:
    name = "Björk/Début"
    assert path_matcher_of(unicodedata.normalize("NFD", name))(
        normal_path(unicodedata.normalize("NFC", name))
    )
    assert path_matcher_of(unicodedata.normalize("NFC", name))(
        normal_path(unicodedata.normalize("NFD", name))
    )


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("Kind of Blue", " KIND OF BLUE ", True),
        ("Kind*", "Kind of Blue", True),
        ("Kind", "Kind of Blue", False),
        ("a*b", "a/b", True),
        ("Straße", "STRASSE", True),
        ("a.c", "abc", False),
        ("Late Tapes", "Late\u00a0Tapes", True),
        ("Late\u3000 Tapes", "late  tapes\t", True),
        ("Late Tapes", "\ufeffLate Ta\u200bpes\u00ad", True),
        ("Late * Tapes", "Late\u00a0Night Tapes", True),
        ("LateTapes", "Late Tapes", False),
        ("Caf\u00e9 1", "CAFE\u0301\u00a01", True),
    ],
)
def test_tag_values(pattern: str, value: str, expected: bool) -> None:  # noqa: FBT001 - a table of cases
    assert text_matcher_of(pattern)(normal_text(value)) is expected


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
    assert path_matcher_of(path)(path)
    for depth in range(1, len(parts)):
        folder = "/".join(parts[:depth]) + "/"
        assert path_matcher_of(folder)(path)
        assert path_matcher_of(folder + "**")(path)
        assert (normal_path(path) + "/").startswith(literal_folder(folder) + "/")


def matches_slowly(pattern: str, path: str) -> bool:
    """The meaning of a pattern, tried in every way."""
    if pattern.endswith("/"):
        pattern += "**"

    def name(wanted: str, given_name: str) -> bool:
        if not wanted:
            return not given_name
        if wanted[0] == "*":
            return any(name(wanted.lstrip("*"), given_name[cut:]) for cut in range(len(given_name) + 1))
        return given_name[:1] == wanted[0] and name(wanted[1:], given_name[1:])

    def parts(wanted: list[str], given_parts: list[str]) -> bool:
        if not wanted:
            return not given_parts
        if wanted == ["**"]:
            return bool(given_parts)
        if wanted[0] == "**":
            return any(parts(wanted[1:], given_parts[cut:]) for cut in range(len(given_parts) + 1))
        return bool(given_parts) and name(wanted[0], given_parts[0]) and parts(wanted[1:], given_parts[1:])

    return parts(pattern.split("/"), path.split("/"))


starred = st.lists(
    st.text(st.sampled_from("ab*"), min_size=1, max_size=4) | st.just("**"), min_size=1, max_size=4
)
plain = st.lists(st.text(st.sampled_from("ab"), min_size=1, max_size=4), min_size=1, max_size=5)


@settings(max_examples=250)
@given(starred.map("/".join), plain.map("/".join))
def test_a_pattern_matches_what_trying_every_way_finds(pattern: str, path: str) -> None:
    assert path_matcher_of(pattern)(path) is matches_slowly(pattern, path)


@settings(max_examples=150)
@given(st.text(st.sampled_from("ab*"), max_size=7), st.text(st.sampled_from("ab"), max_size=8))
def test_a_value_matches_what_trying_every_way_finds(pattern: str, value: str) -> None:
    assert text_matcher_of(pattern)(value) is matches_slowly(pattern or "-", value or "-")


def test_no_pattern_takes_long() -> None:
    name = "a" * 200
    path = "/".join([name] * 15)
    assert not path_matcher_of("**/" * 200 + "*a" * 200 + "*b")(path)
    assert not path_matcher_of("/".join(["*a" * 60 + "*", "**"] * 20) + "/b")(path)
    assert not text_matcher_of("*a" * 2000 + "*b")("a" * 3000)


@settings(max_examples=150)
@given(st.lists(starred.map("/".join) | plain.map("/".join), max_size=4), plain.map("/".join))
def test_several_patterns_match_what_any_of_them_does(patterns: list[str], path: str) -> None:
    found = path_matcher_of(*patterns)(path)
    assert found is any(matches_slowly(pattern, path) for pattern in patterns)
    values = [pattern.replace("/", "") for pattern in patterns]
    value = path.replace("/", "")
    assert text_matcher_of(*values)(value) is any(matches_slowly(one, value) for one in values)


def test_folders_above_a_path() -> None:
    assert list(folders_above("a/b/c")) == ["a/b", "a"]
    assert list(folders_above("a")) == list(folders_above("")) == []


WORST = (
    "**/" + "a/" * (MOST_PARTS - 4) + "b/**/a",
    "**/a*a*/" * 10 + "b/a",
    "*a" * (MOST_STARS - 1) + "*ba",
    "a*" + "/a" * (MOST_PARTS - 1),
    "**/" * (MOST_STARS - 1) + "b/**/a",
)


@pytest.mark.parametrize("pattern", WORST)
@pytest.mark.parametrize(("part", "times"), [("a/", 1_500), ("a", 4_000), (f"{'a' * 250}/", 60)])
def test_the_worst_pattern_that_may_stand_costs_in_proportion_to_the_path(
    pattern: str, part: str, times: int
) -> None:
    assert not too_costly(pattern)
    matches = path_matcher_of(pattern)

    def no_match(path: str) -> None:
        assert not matches(path)

    in_proportion(no_match, lambda count: part * count + "/a" if part == "a" else part * count + "a", times)


def test_a_pattern_with_too_much_in_it_is_told() -> None:
    assert not too_costly("a" * 5_000)
    assert not too_costly("a" * (MOST_LENGTH - 1) + "*")
    assert too_costly("a" * MOST_LENGTH + "*") == "more than 1,024 characters and a star"
    assert too_costly("*a" * (MOST_STARS + 1)) == "more than 32 stars"
    assert not too_costly("a**b***" * (MOST_STARS // 2))
    assert too_costly("/a" * MOST_PARTS + "*") == "more than 64 parts and a star"


def test_very_many_names_cost_no_more_than_a_few() -> None:
    names = [f"folder {number}/file {number}" for number in range(100_000)]
    takes_in = path_matcher_of(*names, *(name + "/" for name in names))
    assert takes_in("folder 7/file 7")
    assert takes_in("folder 7/file 7/x")

    def none_of_them(matches: Callable[[str], bool]) -> None:
        assert not any(matches(f"folder {number}/other") for number in range(1_000))

    # 64 times as many names, which would show if each were tried, though less than 24 times the cost is let pass
    in_proportion(none_of_them, lambda side: path_matcher_of(*names[: side * side]), 256)
