from __future__ import annotations

import re
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archiver.bagit.tagtext import ENDLESS_LINE, LONGEST_LINE, LineFault, find_encoding, read_lines
from tests.costs import in_proportion

LINES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n\ufeff"), max_size=12), max_size=8
)
ENDS = st.sampled_from(["\n", "\r", "\r\n"])


def cut(content: bytes, step: int) -> Iterator[bytes]:
    for start in range(0, len(content), step):
        yield content[start : start + step]


@given(LINES, ENDS, st.integers(1, 9), st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-32", "utf-7"]))
def test_lines_come_back_however_the_file_is_cut(
    lines: list[str], end: str, step: int, encoding: str
) -> None:
    content = "".join(line + end for line in lines).encode(encoding)
    assert list(read_lines(cut(content, step), encoding)) == list(enumerate(lines, 1))


@given(LINES, ENDS, st.integers(1, 9))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_last_line_without_an_end_is_read_and_told(
    encoding: str, lines: list[str], end: str, step: int
) -> None:
    text = end.join(lines)
    expected: list[tuple[int, str | LineFault]] = [*enumerate(re.split(r"\r\n|\r|\n", text), 1)]
    if expected[-1][1] == "":
        expected.pop()
    elif text[-1] not in "\r\n":
        expected.append((len(expected), LineFault.UNENDED))
    assert list(read_lines(cut(text.encode(encoding), step), encoding)) == expected


@given(
    st.binary(max_size=200),
    st.integers(1, 7),
    st.sampled_from(["utf-8", "utf-16", "shift_jis", "cp037", "iso2022_jp"]),
)
@example(content="a\nb".encode("utf-16") + b"\x00\xd8\x00\xd8\n\0", step=3, encoding="utf-16")
def test_any_bytes_are_read_the_same_however_they_are_cut(content: bytes, step: int, encoding: str) -> None:
    assert list(read_lines(cut(content, step), encoding, 20)) == list(read_lines([content], encoding, 20))


def test_line_separators_of_unicode_are_part_of_a_line() -> None:
    text = "a\u2028b\u2029c\x85d\x0be\x0cf\x1cg"
    for encoding in ("utf-8", "utf-16"):
        assert list(read_lines([f"{text}\n".encode(encoding)], encoding)) == [(1, text)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_line_too_long_hides_no_other(encoding: str) -> None:
    content = ("a\n" + "b" * 11 + "\nc\n" + "d" * 99).encode(encoding)
    expected = [(1, "a"), (2, LineFault.TOO_LONG), (3, "c"), (4, LineFault.TOO_LONG)]
    for step in (1, 2, 3, 50, 1000):
        assert list(read_lines(cut(content, step), encoding, 10)) == expected


def test_a_very_long_line_costs_in_proportion_to_its_length_and_little_memory() -> None:
    block = b"a" * (1 << 16)

    def read(blocks: int) -> None:
        assert list(read_lines((block for _ in range(blocks)), "utf-8")) == [(1, LineFault.TOO_LONG)]

    in_proportion(read, int, 4096)
    tracemalloc.start()
    try:
        read(1024)
        assert tracemalloc.get_traced_memory()[1] < 16 * LONGEST_LINE
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_the_end_of_a_line_is_not_sought_for_ever(encoding: str) -> None:
    block = "a".encode(encoding) * (1 << 16)
    given = 0

    def endless() -> Iterator[bytes]:
        nonlocal given
        yield "first\n".encode(encoding)
        while True:
            given += len(block)
            yield block

    assert list(read_lines(endless(), encoding)) == [(1, "first"), (2, LineFault.ENDLESS)]
    assert given < 3 * ENDLESS_LINE, "two bytes a letter at most"


def test_bytes_that_are_no_text_hide_no_other_line() -> None:
    assert list(read_lines([b"a\nb\xff\nc\n"], "utf-8")) == [(1, "a"), (2, LineFault.NOT_TEXT), (3, "c")]


def test_broken_utf_16_ends_the_reading_with_a_fault() -> None:
    content = "a\nb\n".encode("utf-16") + b"\x00\xd8\x00\xd8"
    assert list(read_lines([content], "utf-16")) == [(1, "a"), (2, "b"), (3, LineFault.REST_NOT_TEXT)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_byte_order_mark_is_told_and_skipped(encoding: str) -> None:
    content = "\ufeffa\nb\n".encode(encoding)
    assert list(read_lines([content], encoding)) == [(1, LineFault.MARK), (1, "a"), (2, "b")]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("UTF-8", "utf-8"),
        ("utf8", "utf-8"),
        ("ISO-8859-1", "iso8859-1"),
        ("UTF-16", "utf-16"),
        ("windows-1252", "cp1252"),
        ("Shift_JIS", "shift_jis"),
        ("US-ASCII", "ascii"),
        ("EBCDIC-CP-US", "cp037"),
    ],
)
def test_registered_character_sets_are_known(name: str, found: str) -> None:
    assert find_encoding(name) == found


@pytest.mark.parametrize(
    "name",
    [
        *("", "no-such", "x" * 10_000, "../../etc/passwd", "utf-8\0", "UTF\u20138", "."),
        *("rot13", "zlib", "base64", "hex", "os", "antigravity"),
        *("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"),
        *("charmap", "utf-8-sig", "UTF_8_SIG"),
    ],
)
def test_what_is_no_character_set_is_refused(name: str) -> None:
    assert find_encoding(name) is None


@given(st.text(max_size=80))
def test_any_name_gets_an_answer(name: str) -> None:
    encoding = find_encoding(name)
    if encoding is not None:
        lines = [line for _, line in read_lines([b"abc"], encoding)]
        assert lines
        assert all(line for line in lines)
