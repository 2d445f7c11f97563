from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import ExitStatus
from archiver.toml.document import MAX_BYTES, Document, TomlFileError, nearest


def faults(data: bytes) -> list[tuple[int, int, str]]:
    with pytest.raises(TomlFileError) as caught:
        Document(data, "rights.toml")
    return [(fault.line, fault.column, fault.message) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b'version = 1\nby = "x\n', 2, 8),
        (b"version = \n", 1, 11),
        (b"a = 1\na = 2\n", 2, 6),
        (b"[a]\n[a]\n", 2, 3),
        (b'a = "never closed', 1, 18),
        (b"a = [1, 2", 1, 10),
    ],
)
def test_no_toml_is_told_with_its_place(data: bytes, line: int, column: int) -> None:
    [(found_line, found_column, message)] = faults(data)
    assert (found_line, found_column) == (line, column)
    assert message.startswith("This is not TOML: ")
    assert "(at " not in message


def test_no_utf8_is_told_with_its_place_in_characters() -> None:
    assert faults('a = 1\nb = "é'.encode() + b'\xff"\n') == [(2, 7, "This is not UTF-8.")]


def test_a_huge_file_is_refused_before_it_is_parsed() -> None:
    assert faults(b"#" * (MAX_BYTES + 1)) == [(1, 1, "It is larger than 4 MB.")]


def test_deep_nesting_is_refused() -> None:
    assert faults(b"a = " + b"[" * 100_000)[0][2].startswith(("It is nested", "This is not TOML"))


def test_a_byte_order_mark_and_windows_lines_are_no_fault() -> None:
    document = Document(b"\xef\xbb\xbfversion = 1\r\nx = 2\r\n", "rights.toml")
    assert document.root == {"version": 1, "x": 2}
    assert document.position(("x",)).line == 2


def read(data: bytes) -> Document | TomlFileError:
    try:
        return Document(data, "x.toml")
    except TomlFileError as error:
        return error


@given(st.binary(max_size=60))
def test_any_bytes_give_a_document_or_a_told_fault(data: bytes) -> None:
    found = read(data)
    assert isinstance(found, Document) or (found.faults and found.exit_code == ExitStatus.USAGE)


@given(st.text(st.sampled_from("ab[]{}=.\"'#,\n 12-\\"), max_size=40))
def test_any_text_near_toml_gives_a_document_or_a_fault_inside_the_text(text: str) -> None:
    found = read(text.encode())
    if isinstance(found, TomlFileError):
        [fault] = found.faults
        assert 1 <= fault.line <= text.count("\n") + 1
        assert fault.column >= 1


def test_all_faults_come_at_once_in_order_and_survive_pickling() -> None:
    document = Document(b"b = 1\na = 2\n", "policy.toml")
    document.fault(("a",), "second")
    document.fault(("b",), "first", "Do this.")
    with pytest.raises(TomlFileError) as caught:
        document.finish()
    assert (
        str(caught.value)
        == "policy.toml, line 1, column 5: first Do this.\npolicy.toml, line 2, column 5: second"
    )
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert again.hint == caught.value.hint == "Correct policy.toml; nothing was written."


def test_a_long_list_of_faults_is_cut_and_says_so() -> None:
    document = Document(b"a = 1\n", "x.toml")
    for number in range(25):
        document.fault(("a",), f"fault {number:02}")
    with pytest.raises(TomlFileError, match=r"x\.toml: and 5 more\.") as caught:
        document.finish()
    assert len(caught.value.faults) == 25


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("licence", "license"),
        ("Own", "own"),
        ("PURCHASE", "purchase"),
        ("statue", "statute"),
        ("owns", "own"),
    ],
)
def test_the_nearest_word_is_offered(word: str, meant: str) -> None:
    assert nearest(word, ("license", "purchase", "own", "statute")) == f"Did you mean {meant!r}?"


def test_a_word_near_nothing_gets_the_whole_list() -> None:
    assert nearest("zzz", ("allow", "deny")) == "It is one of: allow, deny."


def test_a_stray_carriage_return_is_a_fault() -> None:
    assert Document(b"a = 1\r\nb = 2\r\n", "x.toml").root == {"a": 1, "b": 2}
    with pytest.raises(TomlFileError):
        Document(b"a = 1\r\r\n", "x.toml")
