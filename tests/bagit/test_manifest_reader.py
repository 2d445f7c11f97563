from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.bagit.findings import Finding
from archiver.bagit.manifest_reader import Entry, ManifestName, parse_manifest_name, read_manifest
from archiver.bagit.paths import check_path, encode_path
from archiver.bagit.tagtext import read_lines
from tests.costs import in_proportion

HASH = hashlib.md5(b"x").hexdigest()
PAYLOAD = ManifestName("manifest-md5.txt", of_tags=False, named_algorithm="md5", algorithm="md5")
TAGS = ManifestName("tagmanifest-md5.txt", of_tags=True, named_algorithm="md5", algorithm="md5")


def read(
    text: str | bytes, manifest: ManifestName = PAYLOAD, *, before_1_0: bool = False
) -> tuple[list[Entry], list[Finding]]:
    told: list[Finding] = []
    content = text if isinstance(text, bytes) else text.encode()
    entries = list(
        read_manifest(read_lines([content], "utf-8"), manifest, told.append, before_1_0=before_1_0)
    )
    return entries, told


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("manifest-md5.txt", (False, "md5", "md5")),
        ("tagmanifest-sha512.txt", (True, "sha512", "sha512")),
        ("manifest-SHA-256.txt", (False, "SHA-256", "sha256")),
        ("manifest-sha3512.txt", (False, "sha3512", "sha3512")),
        ("manifest-crc32.txt", (False, "crc32", None)),
        ("manifest-md5\n.txt", (False, "md5\n", "md5")),
    ],
)
def test_names_of_manifests_are_understood(name: str, expected: tuple[bool, str, str | None]) -> None:
    parsed = parse_manifest_name(name)
    assert parsed is not None
    assert (parsed.of_tags, parsed.named_algorithm, parsed.algorithm) == expected


@pytest.mark.parametrize(
    "name", ["manifest.txt", "manifest-.txt", "manifest-md5", "xmanifest-md5.txt", "Manifest-md5.txt"]
)
def test_other_names_are_not_manifests(name: str) -> None:
    assert parse_manifest_name(name) is None


@pytest.mark.parametrize("gap", [" ", "  ", "\t", " \t ", "        "])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_white_space_between_digest_and_path_and_line_ends_vary(gap: str, end: str) -> None:
    assert read(f"{HASH}{gap}data/a b{end}") == ([Entry("data/a b", HASH, 1)], [])


def test_a_last_line_without_an_end_is_read_and_told() -> None:
    entries, told = read(f"{HASH}  data/a\n{HASH}  data/b")
    assert [entry.path for entry in entries] == ["data/a", "data/b"]
    assert [(one.code, one.message) for one in told] == [("B214", "line 2 is the last and has no line end")]


def test_capital_digests_are_read_and_mixed_ones_told() -> None:
    assert read(f"{HASH.upper()}  data/a\n") == ([Entry("data/a", HASH, 1)], [])
    entries, told = read(f"{HASH.replace('d', 'D', 1)}  data/a\n")
    assert entries == [Entry("data/a", HASH, 1)]
    assert [finding.code for finding in told] == ["B323"]


@pytest.mark.parametrize(
    "name", [" data", "a ", "a  ", "a\t", "*a", "#a", "\u2028", "\x85", "a\x0bb", "\x1b[31m", "\N{SNOWMAN}"]
)
def test_odd_names_come_through(name: str) -> None:
    assert read(f"{HASH}  data/{name}\n") == ([Entry(f"data/{name}", HASH, 1)], [])


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
def test_every_path_that_is_allowed_comes_back(name: str) -> None:
    path = f"data/{name}"
    entries, told = read(f"{HASH}  {encode_path(path)}\n")
    problem = check_path(path)
    if problem is None or problem.only_elsewhere:
        assert (entries, told) == ([Entry(path, HASH, 1)], [])
    else:
        assert entries == []
        assert next(finding.code for finding in told) in ("B501", "B318")


def test_percent_signs_stand_for_themselves_before_1_0() -> None:
    line = f"{HASH}  data/100%25 a%0Ab\n"
    assert read(line, before_1_0=True) == ([Entry("data/100%25 a\nb", HASH, 1)], [])
    assert read(line) == ([Entry("data/100% a\nb", HASH, 1)], [])


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("", ["B309"]),
        (" \t", ["B309"]),
        (HASH, ["B301"]),
        (f"{HASH} ", ["B301"]),
        (f" {HASH} data/a", ["B301"]),
        ("data/a", ["B301"]),
        (f"data/a {HASH}", ["B301"]),
        (f"\\{HASH}  data/a\\\\b", ["B301"]),
        (f"{HASH}  data/a\0", ["B501"]),
        (f"{HASH}\N{NO-BREAK SPACE}data/a", ["B301"]),
        ("MD5 (data/a) = " + HASH, ["B301"]),
        (f"{HASH}x data/a", ["B301"]),
        (f"\N{ARABIC-INDIC DIGIT ONE}{HASH[1:]} data/a", ["B301"]),
        (f"{HASH[1:]} data/a", ["B302"]),
        (f"{HASH}0 data/a", ["B302"]),
        (f"{HASH} bagit.txt", ["B313"]),
        (f"{HASH} data", ["B313"]),
        (f"{HASH} database/a", ["B313"]),
        (f"{HASH} data/a/", ["B318"]),
        (f"{HASH} data/", ["B318"]),
        (f"{HASH} data//a", ["B501"]),
        (f"{HASH} /etc/passwd", ["B501"]),
        (f"{HASH} *../a", ["B306", "B501"]),
        (f"{HASH} ./../a", ["B307", "B501"]),
        (f"{HASH} data/../a", ["B501"]),
        (f"{HASH} data%0A/../a", ["B501"]),
        (f"{HASH} %HOME%\\a", ["B308", "B502"]),
        (f"{HASH} data/100%", ["B308"]),
        (f"{HASH} data/%2e%2e/a", ["B308"]),
    ],
)
def test_every_wrong_line_is_found(line: str, codes: list[str]) -> None:
    entries, told = read(f"{HASH}  data/before\n{line}\n{HASH}  data/after\n")
    assert [finding.code for finding in told] == codes
    assert {"data/before", "data/after"} <= {entry.path for entry in entries}


def test_a_digest_of_the_wrong_length_still_lists_its_file() -> None:
    entries, _ = read(f"{HASH[1:]}  data/a\n")
    assert entries == [Entry("data/a", "", 1)]


def test_bytes_that_are_no_text_are_found_and_hide_nothing() -> None:
    entries, told = read(
        f"{HASH}  data/a\n".encode() + f"{HASH}  data/".encode() + b"\xff\n" + f"{HASH}  data/b\n".encode()
    )
    assert [entry.path for entry in entries] == ["data/a", "data/b"]
    assert [(finding.code, finding.path) for finding in told] == [("B202", "manifest-md5.txt")]


def test_tag_manifests_list_tag_files_only() -> None:
    lines = [
        f"{HASH}  {path}\n"
        for path in ("bagit.txt", "notes/a", "manifest-md5.txt", "tagmanifest-md5.txt", "data/a")
    ]
    entries, told = read("".join(lines), TAGS)
    assert [entry.path for entry in entries] == ["bagit.txt", "notes/a", "manifest-md5.txt"]
    assert [finding.code for finding in told] == ["B315", "B314"]


def test_a_tag_file_may_start_with_an_asterisk() -> None:
    assert read(f"{HASH}  *notes.txt\n", TAGS) == ([Entry("*notes.txt", HASH, 1)], [])
    entries, told = read(f"{HASH} *notes.txt\n", TAGS)
    assert entries == [Entry("notes.txt", HASH, 1)]
    assert [finding.code for finding in told] == ["B306"]


def test_an_unknown_algorithm_is_read_for_its_paths() -> None:
    manifest = parse_manifest_name("manifest-crc32.txt")
    assert manifest is not None
    assert read("deadbeef  data/a\n", manifest) == ([Entry("data/a", "deadbeef", 1)], [])


@given(
    st.binary(max_size=300) | st.text(f"{HASH}  data/.\\:%~*\n\r\t\x00").map(str.encode),
    st.booleans(),
    st.booleans(),
)
def test_any_bytes_get_an_answer_for_every_line(content: bytes, before_1_0: bool, tags: bool) -> None:  # noqa: FBT001 - hypothesis passes them
    entries, told = read(content, TAGS if tags else PAYLOAD, before_1_0=before_1_0)
    for entry in entries:
        problem = check_path(entry.path)
        assert problem is None or problem.only_elsewhere
        assert entry.path.startswith("data/") != tags
        assert entry.digest == "" or len(entry.digest) == 32
    lines = [line for _, line in read_lines([content], "utf-8")]
    assert len(lines) <= len(entries) + len(told)


@pytest.mark.parametrize("unit", ["a", " ", "\t", "a ", "%0A", "./", "../", "*", "\\"])
def test_a_long_line_costs_in_proportion_to_its_length(unit: str) -> None:
    def read_all(line: str) -> None:
        for text in (line, f"{HASH} {line}", f"{HASH}{line}", f"{HASH} data/{line}", f"{line}{HASH} data/a"):
            read(text)
            read(text, TAGS)

    in_proportion(read_all, lambda length: unit * (length // len(unit)), (1 << 18) - 256)
