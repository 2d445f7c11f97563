"""The walk before the parser: it bounds every cost, and refuses nothing that the parser takes within the bounds."""

from __future__ import annotations

import sys
import tomllib
from array import array
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.toml import scanner
from archiver.toml.document import MAX_BYTES, MAX_FAULTS, Document, Fault, TomlFileError
from archiver.toml.positions import Lines, Path, Position
from archiver.toml.scanner import LimitError, Scanner
from tests.toml.test_positions import DOCUMENT
from tests.watching import peak_of_code

PIECES = [
    *(
        "a",
        "b",
        "'k'",
        '"q"',
        '"\\u0061"',
        '""',
        "a.b",
        "a . b",
        "1",
        "true",
        "-1.5e3",
        "inf",
        "0x1F",
        "1979-05-27",
    ),
    *(
        "1979-05-27 07:32:00",
        "07:32:00.5",
        "'it''s'",
        '"\\""',
        '"""',
        "'''",
        '"""a""b"""',
        "'''a''b'''",
        '""""x"""""',
    ),
    *(
        "'''''x'''''",
        '"""\\\n  x"""',
        "=",
        " = ",
        ".",
        ",",
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        "#",
        "# c",
        "\n",
        "\\",
        '"',
    ),
    *("'", "\t", " ", "é", "\r\n", "\u2028", "\x00"),
]


def paths_in(value: Any, path: Path = ()) -> set[Path]:  # noqa: ANN401 - any TOML value
    """The paths of everything in what ``tomllib`` made."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {path}.union(*(paths_in(item, (*path, part)) for part, item in inside))


def paths_scanned(walked: Scanner, node: int = 0, path: Path = ()) -> set[Path]:
    """The same of what was walked."""
    below = walked.below.get(node, {})
    inside = enumerate(below) if isinstance(below, array) else below.items()
    return {path}.union(*(paths_scanned(walked, child, (*path, part)) for part, child in inside))


def assert_walked_as_parsed(text: str) -> bool:
    """Hold the walk against the parser, and say whether that takes the text."""
    written, text = text, text.replace("\r\n", "\n")
    walked = Scanner(text)
    walked.scan()
    try:
        parsed = tomllib.loads(written)
    except ValueError:
        return False
    assert walked._at == len(text), "walked to the end"
    assert paths_scanned(walked) == paths_in(parsed)
    return True


@settings(max_examples=400)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_what_the_parser_takes_is_walked_to_its_end(text: str) -> None:
    assert_walked_as_parsed(text)


@settings(max_examples=300)
@given(st.data())
def test_a_document_with_anything_put_in_or_left_out_is_walked_as_it_is_parsed(data: st.DataObject) -> None:
    text = DOCUMENT
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 3)))
        text = text[:start] + data.draw(st.sampled_from(["", *PIECES])) + text[end:]
    assert_walked_as_parsed(text)


@pytest.mark.parametrize(
    "text",
    [
        DOCUMENT,
        'a = """"quoted""""\n',
        "a = '''''quoted'''''\n",
        'a = """\\\n\n  x"""\n',
        "a = [ # c\n 1, # d ]\n 2 ,\n]\n",
        "a.b.c = 1\na.b.d = {e.f = 1, 'g' = []}\n[a.x]\n",
        "[[a]]\n[a.b]\nc = 1\n[[a.d]]\n[[a.d]]\ne = 1\n[[a]]\n",
        "\"\" = 1\n'' . x = 2\n".replace("'' . x", "'y' . x"),
        "a = 1979-05-27 07:32:00 # c\n",
        "",
        "# only",
    ],
)
def test_every_form_is_walked(text: str) -> None:
    assert assert_walked_as_parsed(text)


@pytest.mark.slow
def test_a_hundred_thousand_changed_documents_are_walked_as_they_are_parsed() -> None:
    import random  # noqa: PLC0415 - only here

    chance = random.Random(20)
    taken = 0
    for _ in range(100_000):
        text = DOCUMENT
        for _ in range(chance.randint(1, 4)):
            start = chance.randrange(len(text))
            text = text[:start] + chance.choice(["", *PIECES]) + text[start + chance.randint(0, 4) :]
        taken += assert_walked_as_parsed(text)
    assert taken > 10_000


def limit(text: str) -> tuple[Position, str]:
    with pytest.raises(LimitError) as caught:
        Scanner(text).scan()
    return Lines(text).position(caught.value.offset), caught.value.message


PARTS = ".".join("a" * scanner.MOST_PARTS)


@pytest.mark.parametrize(
    ("good", "bad", "place", "message"),
    [
        (f"\n  {PARTS} = 1", f"\n  {PARTS}.b = 1", (2, 3), "The key has more than 32 parts."),
        (f"[{PARTS}]", f"[{PARTS}.b]", (1, 1), "The key has more than 32 parts."),
        (f"x={{ {PARTS}=1}}", f"x={{ {PARTS}.b=1}}", (1, 5), "The key has more than 32 parts."),
        (f"a={'[' * 63}1{']' * 63}", f"a={'[' * 64}1{']' * 64}", (1, 67), "It is nested more than 64 deep."),
        (
            f"a={'{a=' * 63}1{'}' * 63}",
            f"a={'{a=' * 64}1{'}' * 64}",
            (1, 195),
            "It is nested more than 64 deep.",
        ),
        (
            f"[[{PARTS}]]\n{PARTS[2:]} = 1",
            f"[[{PARTS}]]\n{PARTS} = 1",
            (2, len(PARTS) + 4),
            "It is nested more than 64 deep.",
        ),
        (f"a = {'1' * 64}", f"a = {'1' * 65}", (1, 5), "A number or time has more than 64 characters."),
        (f"a = 0x{'f' * 62}", f"a = 0x{'f' * 63}", (1, 5), "A number or time has more than 64 characters."),
        (
            f"a = [-1.{'5' * 61}]",
            f"a = [-1.{'5' * 62}]",
            (1, 6),
            "A number or time has more than 64 characters.",
        ),
        (
            f"a = 07:32:00.{'9' * 55}",
            f"a = 1979-05-27 07:32:00.{'9' * 56}",
            (1, 5),
            "A number or time has more than 64 characters.",
        ),
    ],
    ids=range(10),
)
def test_what_is_too_much_is_told_with_its_place(
    good: str, bad: str, place: tuple[int, int], message: str
) -> None:
    assert assert_walked_as_parsed(good)
    assert limit(bad) == (Position(*place), message)
    with pytest.raises(TomlFileError) as caught:
        Document(bad.encode(), "x.toml")
    assert caught.value.faults == (Fault(*place, message),)


def test_the_number_of_values_and_of_tables_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "MOST_VALUES", 10)
    monkeypatch.setattr(scanner, "MOST_TABLES", 4)
    assert assert_walked_as_parsed("a = [1, 2, 3, 4, 5, 6, 7, 8, 9]")
    assert limit("a = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]") == (
        Position(1, 33),
        "It holds more than 10 keys and values.",
    )
    assert assert_walked_as_parsed("[a.b]\nc.d.e = 1\n")
    for text, place in (
        ("[a.b]\nc.d.e = 1\n[f]", (3, 1)),
        ("a=[{},{},{},{},{}]", (1, 16)),
        ("a.b.c.d.e=1\nx.y=1", (2, 1)),
    ):
        assert limit(text) == (Position(*place), "It holds more than 4 tables.")


def test_long_text_that_is_no_number_is_not_taken_for_one() -> None:
    with pytest.raises(TomlFileError, match="not TOML"):
        Document(b"a = 2024 is the year of " + b"words " * 50, "x.toml")
    assert assert_walked_as_parsed(f"a = '{'1' * 5000}'\n{'1' * 5000} = 1\n# {'1' * 5000}\n")


@pytest.mark.parametrize("digits", ["1" * 5000, "0x" + "f" * 5000, "0b" + "1" * 50_000, "1e" + "9" * 5000])
def test_endless_digits_are_a_fault_and_no_crash(digits: str) -> None:
    with pytest.raises(TomlFileError, match="more than 64 characters"):
        Document(f"version = {digits}\n".encode(), "x.toml")


COSTLY = {
    "one key of many parts": "a." * 20_000 + "a = 1",
    "lines of comments": "#\n" * (MAX_BYTES // 2),
    "empty lines": "\n" * MAX_BYTES,
    "lists in a list": "a=[" + "[]," * (MAX_BYTES // 3 - 3) + "]",
    "lists in lists": "a=[" + ("[" * 60 + "]" * 60 + ",") * 4_900 + "]",
    "tables in a list": "a=[" + "{b=1}," * 79_000 + "]",
    "tables": "".join(f"k{number}={{}}\n" for number in range(79_000)),
    "headers": "".join(f"[t{number}]\n" for number in range(79_000)),
    "headers and keys": "".join(f"[t{number}]\na=1\nb=1\n" for number in range(79_000)),
    "keys": "".join(f"k{number}=1\n" for number in range(299_000)),
    "one string": "a = '''" + "'' " * (MAX_BYTES // 3 - 9) + "'''",
    "one string of escapes": 'a = """' + "\\n" * (MAX_BYTES // 2 - 9) + '"""',
    "one key": "a" * (MAX_BYTES - 4) + " = 1",
    "one open string": 'a = """' + '"" ' * (MAX_BYTES // 3 - 9),
    "one character of four bytes": "#" + "\U0001f600" * (MAX_BYTES // 4 - 1),
    "brackets": "[" * MAX_BYTES,
    "commas": "a=[" + "," * (MAX_BYTES - 4),
    "wrong keys": "".join(f"k{number} = 1\n" for number in range(150_000)),
}


READ = """
from archiver.rights.declaring.read import parse_declarations
from archiver.toml.document import TomlFileError
try:
    parse_declarations(data, "rights.toml")
except TomlFileError as error:
    assert len(str(error)) < 20_000
"""


@pytest.mark.parametrize("what", ["one key of many parts", "lines of comments", "wrong keys"])
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_file_takes_much_memory_or_time(what: str) -> None:
    assert peak_of_code(READ, COSTLY[what].encode()) < 150


@pytest.mark.slow
@pytest.mark.parametrize("what", COSTLY)
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_nothing_that_is_small_enough_takes_much_memory_or_time(what: str) -> None:
    data = COSTLY[what].encode()
    assert len(data) <= MAX_BYTES
    assert peak_of_code(READ, data) < 150


def test_after_very_many_faults_no_more_are_looked_for() -> None:
    document = Document("".join(f"k{number} = 1\n" for number in range(MAX_FAULTS + 500)).encode(), "x.toml")
    with pytest.raises(TomlFileError, match="and at least 980 more"):
        document.table(document.root, (), ("version",))


def test_what_a_fault_quotes_is_shortened() -> None:
    document = Document(b"a" * 1_000_000 + b" = 1\n", "x.toml")
    document.table(document.root, (), ("version",))
    with pytest.raises(TomlFileError) as caught:
        document.finish()
    assert len(str(caught.value)) < 1_000
    assert "There is no key 'aaaa" in str(caught.value)
    assert "aaaa' here. It is one of: version." in str(caught.value)


@given(st.text(st.sampled_from("ab\n"), max_size=30), st.integers(0, 30))
def test_lines_and_columns_are_counted(text: str, offset: int) -> None:
    offset = min(offset, len(text))
    before = text[:offset]
    assert Lines(text).position(offset) == Position(
        before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    )


def test_lines_are_counted_across_blocks() -> None:
    text = "ab\n" * 100_000
    for line in (1, 21_845, 21_846, 65_536, 100_000):
        assert Lines(text).position((line - 1) * 3 + 1) == Position(line, 2)
