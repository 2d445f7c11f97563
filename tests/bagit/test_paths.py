from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.bagit.paths import (
    PathProblem,
    check_path,
    comparison_key,
    decode_old_path,
    decode_path,
    encode_path,
    nfc,
    strip_current,
)

PATHS = st.text(st.characters(codec=None), max_size=60)
TRICKY = st.text(
    st.sampled_from("%0125aAdD\r\n/.\\~:e\N{COMBINING ACUTE ACCENT}\u2028\x85\x0b *"), max_size=30
)


@given(PATHS | TRICKY)
def test_decoding_undoes_encoding(path: str) -> None:
    written = encode_path(path)
    assert "\n" not in written
    assert "\r" not in written
    assert decode_path(written) == path


@given(TRICKY)
def test_only_three_characters_are_encoded(path: str) -> None:
    assert encode_path(path).replace("%25", "").replace("%0A", "").replace("%0D", "") == (
        path.replace("%", "").replace("\n", "").replace("\r", "")
    )


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("data/100%25 Pure.flac", "data/100% Pure.flac"),
        ("data/a%0Ab%0ac%0Dd%0de", "data/a\nb\nc\rd\re"),
        ("data/%2525", "data/%25"),
        ("data/%250A", "data/%0A"),
        ("data/%7Edir/%2F%2e%2E/%00%", "data/%7Edir/%2F%2e%2E/%00%"),
    ],
)
def test_decoding_happens_once_and_for_three_codes_only(written: str, path: str) -> None:
    assert decode_path(written) == path


def test_versions_before_1_0_encode_line_breaks_only() -> None:
    assert decode_old_path("data/100%25%0Aa%0db") == "data/100%25\na\rb"


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("", PathProblem.EMPTY),
        ("data/", PathProblem.EMPTY),
        ("data//a", PathProblem.EMPTY),
        ("/tmp/foo", PathProblem.ABSOLUTE),
        ("//server/share", PathProblem.ABSOLUTE),
        ("\\windows", PathProblem.ABSOLUTE),
        ("..", PathProblem.PARENT),
        ("../../../README.md", PathProblem.PARENT),
        ("data/../bagit.txt", PathProblem.PARENT),
        ("data/a/..", PathProblem.PARENT),
        ("data\\..\\..\\a", PathProblem.PARENT),
        ("data/..\\a", PathProblem.PARENT),
        ("\\.\\./\\.\\./README.md", PathProblem.ABSOLUTE),
        ("~", PathProblem.HOME),
        ("~/foo", PathProblem.HOME),
        ("~root/foo", PathProblem.HOME),
        ("C:", PathProblem.DRIVE),
        ("C:\\Windows\\System32\\setx.exe", PathProblem.DRIVE),
        ("c:relative", PathProblem.DRIVE),
        ("\\\\server\\share", PathProblem.UNC),
        ("\\\\?\\UNC\\server\\x", PathProblem.DEVICE),
        ("\\\\.\\PhysicalDrive0", PathProblem.DEVICE),
        ("//?/C:/x", PathProblem.DEVICE),
        ("data/a\0b", PathProblem.NUL),
        ("../\0", PathProblem.NUL),
        ("./data/a", PathProblem.CURRENT),
        ("data/./a", PathProblem.CURRENT),
        ("data/.", PathProblem.CURRENT),
        ("data/AC\\DC", PathProblem.BACKSLASH),
        ("%HomeDrive%\\Windows", PathProblem.BACKSLASH),
        ("data/a:stream", PathProblem.STREAM),
    ],
)
def test_dangerous_paths_are_refused_everywhere(path: str, problem: PathProblem) -> None:
    assert check_path(path) is problem


@pytest.mark.parametrize(
    "path",
    [
        "data/a",
        "data/..a",
        "data/a..",
        "data/...",
        "data/.keep",
        "data/~a",
        "bagit.txt",
        "data/%2e%2e/a",
        "data/a\nb",
    ],
)
def test_odd_but_harmless_paths_pass(path: str) -> None:
    assert check_path(path) is None


@given(TRICKY)
def test_what_passes_stays_inside(path: str) -> None:
    if check_path(path) is None:
        parts = path.replace("\\", "/").split("/")
        assert all(part not in ("", ".", "..") for part in parts)


def test_only_names_that_are_files_elsewhere_may_be_lowered() -> None:
    assert {problem for problem in PathProblem if problem.only_elsewhere} == {
        PathProblem.BACKSLASH,
        PathProblem.STREAM,
    }


@given(PATHS)
def test_keys_of_one_name_agree_whatever_its_normalisation(path: str) -> None:
    for form in ("NFC", "NFD"):
        assert comparison_key(unicodedata.normalize(form, path))[:2] == comparison_key(path)[:2]
    assert nfc(path) == unicodedata.normalize("NFC", path)


@given(PATHS, PATHS)
def test_keys_tell_different_paths_apart(one: str, other: str) -> None:
    assert (comparison_key(one) == comparison_key(other)) == (one == other)


@pytest.mark.parametrize(
    ("written", "path"),
    [("./data/a", "data/a"), ("././/data/a", "data/a"), (".hidden", ".hidden"), ("./", "")],
)
def test_leading_dot_slash_is_taken_off(written: str, path: str) -> None:
    assert strip_current(written) == path
