from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.bagit.declaration import VERSIONS, read_declaration
from tests.bagit.bags import declaration


def codes(content: bytes) -> list[str]:
    return [finding.code for finding in read_declaration(content).findings]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_each_version_and_line_end_is_read(version: str, end: bytes) -> None:
    content = declaration(version).replace(b"\n", end)
    read = read_declaration(content)
    assert (read.version, read.encoding, read.findings) == (version, "utf-8", ())
    cut = read_declaration(content.removesuffix(end))
    assert (cut.version, cut.encoding) == (version, "utf-8")
    assert [(one.code, one.message) for one in cut.findings] == [
        ("B214", "line 2 is the last and has no line end")
    ]


def test_metadata_was_called_package_info_up_to_0_95() -> None:
    names = {version: read_declaration(declaration(version)).metadata_name for version in VERSIONS}
    assert [version for version, name in names.items() if name == "package-info.txt"] == [
        "0.93",
        "0.94",
        "0.95",
    ]
    assert set(names.values()) == {"package-info.txt", "bag-info.txt"}


def test_all_but_1_0_are_before_it() -> None:
    before = [version for version in VERSIONS if read_declaration(declaration(version)).before_1_0]
    assert before == ["0.93", "0.94", "0.95", "0.96", "0.97"]
    assert not read_declaration(b"").before_1_0


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ["B105", "B107"]),
        (b"\n\n", ["B104", "B104", "B105", "B107"]),
        (b"BagIt-Version: 1.0\n", ["B107"]),
        (b"Tag-File-Character-Encoding: UTF-8\n", ["B104", "B105"]),
        (declaration() + b"\n", ["B104"]),
        (declaration() + b"Contact-Name: A\n", ["B104"]),
        (declaration() + declaration(), ["B104", "B104"]),
        (declaration() + b"x" * 5000, ["B104", "B104"]),
        (declaration(".97"), ["B105"]),
        (declaration("1"), ["B105"]),
        (declaration("1.0.0"), ["B105"]),
        (declaration("v1.0"), ["B105"]),
        (declaration("1,0"), ["B105"]),
        (declaration("\N{ARABIC-INDIC DIGIT ONE}.0"), ["B105"]),
        (declaration("1.00"), ["B106"]),
        (declaration("0.98"), ["B106"]),
        (declaration("2.0"), ["B106"]),
        (declaration("9" * 5 + "." + "9" * 5), ["B106"]),
        (declaration().replace(b": ", b":"), ["B104", "B104"]),
        (declaration().replace(b": ", b":\t"), ["B104", "B104"]),
        (declaration().replace(b": ", b" : "), ["B104", "B104"]),
        (declaration("1.0 "), ["B104"]),
        (declaration("0.97 "), ["B109"]),
        (declaration().lower(), ["B104", "B104"]),
        (declaration(encoding="UTF-8 please"), ["B108"]),
        (declaration(encoding="ISO-8859-1"), ["B110"]),
        (b"\xef\xbb\xbf" + declaration(), ["B103"]),
        (b"\xff" + declaration(), ["B104", "B104", "B105"]),
        (declaration().decode().encode("utf-16"), ["B104"] * 4 + ["B105", "B107", "B214"]),
    ],
)
def test_every_deviation_is_found(content: bytes, expected: list[str]) -> None:
    assert sorted(codes(content)) == expected


def test_what_can_be_understood_is_used() -> None:
    read = read_declaration(b"Tag-File-Character-Encoding : ISO-8859-1\r\nbagit-version:0.97\r\n")
    assert (read.version, read.encoding, read.before_1_0) == ("0.97", "iso8859-1", True)


@given(
    st.binary(max_size=300)
    | st.text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\r").map(str.encode)
)
def test_any_bytes_get_an_answer_and_only_the_exact_form_passes(content: bytes) -> None:
    read = read_declaration(content)
    assert all(finding.path == "bagit.txt" for finding in read.findings)
    if not read.findings:
        assert read.version in VERSIONS
        assert content.startswith(b"BagIt-Version: ")
