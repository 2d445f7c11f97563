from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.bagit import metadata_reader
from archiver.bagit.metadata_reader import BagMetadata, read_metadata
from archiver.bagit.tagtext import read_lines


def read(text: str, *, before_1_0: bool = False) -> BagMetadata:
    return read_metadata(read_lines([text.encode()], "utf-8"), "bag-info.txt", before_1_0=before_1_0)


def codes(text: str, *, before_1_0: bool = False) -> list[str]:
    return sorted(finding.code for finding in read(text, before_1_0=before_1_0).findings)


def test_order_and_repeats_are_kept() -> None:
    metadata = read("Zebra: 1\nContact-Name: A\nzebra: 2\nContact-Name: B\n")
    assert metadata.entries == (("Zebra", "1"), ("Contact-Name", "A"), ("zebra", "2"), ("Contact-Name", "B"))
    assert metadata.values("ZEBRA") == ("1", "2")
    assert metadata.findings == ()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_folded_lines_are_joined_by_one_space(end: str) -> None:
    text = end.join(
        ["External-Description: Tapes from the", "         Yoshimuri", "\tpapers  collection.", "Next: a", ""]
    )
    assert read(text).entries == (
        ("External-Description", "Tapes from the Yoshimuri papers  collection."),
        ("Next", "a"),
    )


def test_labels_may_hold_spaces_and_values_colons() -> None:
    metadata = read("Donor of record: Example: Archive\nURL: https://example.org/\nEmpty: \nTab:\tb\n")
    assert metadata.entries == (
        ("Donor of record", "Example: Archive"),
        ("URL", "https://example.org/"),
        ("Empty", ""),
        ("Tab", "b"),
    )
    assert metadata.findings == ()


def test_unicode_line_separators_belong_to_values() -> None:
    assert read("A: b\u2028c\x85d\x0be\n").entries == (("A", "b\u2028c\x85d\x0be"),)


def test_space_before_the_colon_was_allowed_before_1_0() -> None:
    text = "Test-Tag : 3\nTest-Tag    :   5\n"
    assert read(text).entries == read(text, before_1_0=True).entries == (("Test-Tag", "3"), ("Test-Tag", "5"))
    assert (codes(text), codes(text, before_1_0=True)) == (["B210", "B210"], [])


def test_a_space_after_the_colon_was_not_needed_before_1_0() -> None:
    text = "URL:https://example.org/\nEmpty:\n"
    assert read(text).entries == read(text, before_1_0=True).entries
    assert read(text).entries == (("URL", "https://example.org/"), ("Empty", ""))
    assert (codes(text), codes(text, before_1_0=True)) == (["B215"], [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A: b", ["B214"]),
        ("A: b\n c", ["B214"]),
        ("no colon\n", ["B201"]),
        (": no label\n", ["B201"]),
        (" continues nothing\n", ["B201"]),
        ("A: b\n\nC: d\n", ["B309"]),
        ("A: b\n \t\nC: d\n", ["B309"]),
        ("A: b\n\x00\n", ["B201"]),
    ],
)
def test_malformed_lines_are_found(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


def test_what_follows_a_malformed_line_is_not_glued_to_the_one_before() -> None:
    assert read("A: b\nno colon\n folded\nC: d\n").entries == (("A", "b"), ("C", "d"))


@pytest.mark.parametrize(
    ("value", "oxum"), [("279164409832.1198", (279164409832, 1198)), ("0.0", (0, 0)), ("007.01", (7, 1))]
)
def test_oxum_is_read(value: str, oxum: tuple[int, int]) -> None:
    metadata = read(f"payload-OXUM: {value}\n")
    assert (metadata.oxum, metadata.findings) == (oxum, ())


@pytest.mark.parametrize(
    "value",
    [
        *("", "5", "5.", ".5", "5.5.5", "-1.2", "1e3.2", "1 . 2", "0x1.2", "1,000.2", "nan.inf"),
        *("\N{SUPERSCRIPT TWO}.1", "9" * 31 + ".1", "1." + "9" * 21),
    ],
)
def test_absurd_oxums_are_found(value: str) -> None:
    metadata = read(f"Payload-Oxum: {value}\n")
    assert metadata.oxum is None
    assert [finding.code for finding in metadata.findings] == ["B205"]


def test_a_repeated_oxum_is_an_error_and_the_first_counts() -> None:
    metadata = read("Payload-Oxum: 1.1\nPAYLOAD-OXUM: 2.2\n")
    assert metadata.oxum == (1, 1)
    assert [finding.code for finding in metadata.findings] == ["B207"]


@pytest.mark.parametrize(
    "value", ["2024-02-30", "24-02-01", "2024-2-1", "20240201", "today", "2024-02-01T00:00", "2024-W05-4"]
)
def test_malformed_dates_are_found(value: str) -> None:
    assert codes(f"Bagging-Date: {value}\n") == ["B211"]


@pytest.mark.parametrize(
    ("value", "expected"), [("1 of 15", []), ("3 of ?", []), ("1 / 2", ["B212"]), ("", ["B212"])]
)
def test_bag_count_is_judged(value: str, expected: list[str]) -> None:
    assert codes(f"Bag-Count: {value}\n") == expected


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata_reader, "MOST_CHARACTERS", 100)
    metadata = read("A: " + "b" * 40 + "\n" + ("C: " + "d" * 40 + "\n") * 100)
    assert len(metadata.entries) == 2
    assert [finding.code for finding in metadata.findings] == ["B213"]


@given(st.text("A:b \t\n\r\x00\u2028", max_size=60) | st.text(max_size=60), st.booleans())
def test_any_text_gets_an_answer(text: str, before_1_0: bool) -> None:  # noqa: FBT001 - hypothesis passes it
    metadata = read_metadata(read_lines([text.encode()], "utf-8"), "x", before_1_0=before_1_0)
    for label, value in metadata.entries:
        assert label == label.strip(" \t") != ""
        assert ":" not in label
        assert value == value.strip(" \t")
