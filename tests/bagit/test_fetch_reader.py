from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.bagit.fetch_reader import FetchEntry, read_fetch
from archiver.bagit.findings import Finding
from archiver.bagit.paths import check_path
from archiver.bagit.tagtext import read_lines
from tests.costs import in_proportion


def read(text: str | bytes, *, before_1_0: bool = False) -> tuple[list[FetchEntry], list[Finding]]:
    told: list[Finding] = []
    content = text if isinstance(text, bytes) else text.encode()
    return list(read_fetch(read_lines([content], "utf-8"), told.append, before_1_0=before_1_0)), told


def test_lines_are_read() -> None:
    entries, told = read("https://example.org/a%20b - data/a b\r\nftp://example.org/c\t12\tdata/c\n")
    assert entries == [FetchEntry("data/a b", None, 1), FetchEntry("data/c", 12, 2)]
    assert told == []


def test_paths_are_decoded_as_in_manifests() -> None:
    line = "https://example.org/ - data/100%25%0A\n"
    assert read(line)[0] == [FetchEntry("data/100%\n", None, 1)]
    assert read(line, before_1_0=True)[0] == [FetchEntry("data/100%25\n", None, 1)]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("", "B309"),
        ("https://example.org/a", "B601"),
        ("https://example.org/a data/a", "B601"),
        ("https://example.org/a x data/a", "B601"),
        ("https://example.org/a -1 data/a", "B601"),
        ("https://example.org/a 1.5 data/a", "B601"),
        ("https://example.org/a " + "9" * 19 + " data/a", "B601"),
        ("example.org/a - data/a", "B601"),
        ("/etc/passwd - data/a", "B601"),
        ("https: - data/a", "B601"),
        (" https://example.org/a - data/a", "B601"),
        ("https://example.org/a - ../a", "B602"),
        ("https://example.org/a - /tmp/a", "B602"),
        ("https://example.org/a - ~/a", "B602"),
        ("https://example.org/a - C:\\a", "B602"),
        ("https://example.org/a - %HomeDrive%\\a", "B602"),
        ("https://example.org/a - \\\\?\\UNC\\server\\a", "B602"),
        ("https://example.org/a - data/../../a", "B602"),
        ("https://example.org/a - data/a\0", "B602"),
        ("https://example.org/a - bagit.txt", "B603"),
        ("https://example.org/a - manifest-md5.txt", "B603"),
    ],
)
def test_every_wrong_line_is_found(line: str, code: str) -> None:
    entries, told = read(f"{line}\nhttps://example.org/b - data/b\n")
    assert [entry.path for entry in entries] == ["data/b"]
    assert [finding.code for finding in told] == [code]


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "gopher://example.org/",
        "javascript:alert(1)",
        "data:text/plain,a",
        "ssh://example.org/a",
        "http://localhost/a",
        "http://LOCALHOST./a",
        "http://printer.local/a",
        "http://metadata.google.internal/a",
        "http://127.0.0.1/a",
        "http://127.1.2.3:8080/a",
        "http://2130706433/a",
        "http://0.0.0.0/a",
        "http://10.0.0.1/a",
        "http://192.168.1.1/a",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/a",
        "http://[fe80::1]/a",
        "http://[::ffff:127.0.0.1]/a",
        "http://[broken/a",
        "https://user:secret@example.org/a",
        "https://user@example.org/a",
        "http:///a",
        "http://127.1/a",
        "http://0x7f.0.0.1/a",
        "http://0x7f000001/a",
        "http://017700000001/a",
        "http://0177.0.0.1/a",
        "http://127.0.0.1./a",
        "http://router/a",
        "http://%6c%6fcalhost/a",
        "http://\uff11\uff12\uff17.0.0.1/a",
        "http://example.org\\@127.0.0.1/a",
        "https://example.org/<a>",
        "https://example.org/100%",
    ],
)
def test_addresses_not_to_follow_are_told(address: str) -> None:
    entries, told = read(f"{address} - data/a\n")
    assert [entry.path for entry in entries] == ["data/a"]
    assert [finding.code for finding in told] == ["B607"]
    assert "secret" not in told[0].message


@pytest.mark.parametrize(
    "address",
    [
        *("https://example.org/a", "http://93.184.216.34/a", "s3://bucket/a", "HTTPS://EXAMPLE.ORG"),
        *(
            "https://example.org:8080/a?b=c&d=%20#e",
            "http://[2606:2800:220:1::1]/a",
            "https://7digital.com/1",
        ),
    ],
)
def test_ordinary_addresses_pass(address: str) -> None:
    assert read(f"{address} - data/a\n")[1] == []


@given(st.binary(max_size=200) | st.text("htps:/. -19datacon%\\~[]@\n\r\t\x00").map(str.encode))
def test_any_bytes_get_an_answer_for_every_line(content: bytes) -> None:
    entries, told = read(content)
    for entry in entries:
        problem = check_path(entry.path)
        assert problem is None or problem.only_elsewhere
        assert entry.path.startswith("data/")
    assert len(list(read_lines([content], "utf-8"))) <= len(entries) + len(told)


@pytest.mark.parametrize("unit", ["a", " ", "a ", "1", "- ", "%", "[", "1."])
def test_a_long_line_costs_in_proportion_to_its_length(unit: str) -> None:
    def read_all(line: str) -> None:
        for text in (line, f"http://{line} - data/a", f"http://a {line} data/a", f"http://a - {line}"):
            read(text)

    in_proportion(read_all, lambda length: unit * (length // len(unit)), (1 << 18) - 256)
