"""Lists of checksums: every form that is about, and nothing else."""

from __future__ import annotations

import hashlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.papers.checksum_list import ALGORITHMS, read_checksums
from archiver.audio.papers.text import MAX_BYTES, paper_text
from tests.samples.sidecars import ffp_file, md5_file, sfv_file

MD5, SHA1, SHA256, SHA512 = "0a" * 16, "0b" * 20, "0c" * 32, "0d" * 64


def read(
    text: str, extension: str = "md5", *, prose: bool = False
) -> list[tuple[str | None, str | None, str]]:
    found = read_checksums(paper_text(text).lines, extension, prose=prose)
    return [] if found is None else [(one.algorithm, one.digest, one.said) for one in found[1]]


@pytest.mark.parametrize(
    ("line", "extension", "entry"),
    [
        (f"{MD5}  a b.flac", "md5", ("md5", MD5, "a b.flac")),
        (f"{MD5} *a b.flac", "md5", ("md5", MD5, "a b.flac")),
        (f"{MD5}\ta.flac", "md5", ("md5", MD5, "a.flac")),
        (f"{MD5.upper()} *D\\a.flac", "md5", ("md5", MD5, "D\\a.flac")),
        (f"{SHA1}  ./a.flac", "sha1", ("sha1", SHA1, "./a.flac")),
        (f"{SHA256}  a.flac", "sha256", ("sha256", SHA256, "a.flac")),
        (f"{SHA512}  a.flac", "sha512", ("sha512", SHA512, "a.flac")),
        (f"{SHA512}  a.flac", "b2", ("blake2b", SHA512, "a.flac")),
        (f"{SHA256}  a.flac", "sha3", ("sha3256", SHA256, "a.flac")),
        (f"\\{MD5}  a\\\\b\\nc", "md5", ("md5", MD5, "a\\b\nc")),
        (f"MD5 (a (live).flac) = {MD5}", "md5", ("md5", MD5, "a (live).flac")),
        (f"SHA256 (a.flac) = {SHA256}", "txt", ("sha256", SHA256, "a.flac")),
        (f"SHA1(a.flac)= {SHA1}", "sha1", ("sha1", SHA1, "a.flac")),
        (f"SHA512 (a) = {SHA256}", "sha512", None),
        (f"{MD5}  [shntool]  a.shn", "st5", ("audio-md5", MD5, "a.shn")),
        (f"{MD5} *a.wav", "st5", ("audio-md5", MD5, "a.wav")),
        (f"a: b.flac:{MD5}", "ffp", ("audio-md5", MD5, "a: b.flac")),
        ("a b.flac 0A1B2C3D", "sfv", ("crc32", "0a1b2c3d", "a b.flac")),
        ("a b.flac 0A1B2C3D", "md5", None),
        ("; a.flac 0A1B2C3D", "sfv", None),
        ("# made by md5sum", "md5", None),
        (f"{SHA256}  a.flac", "blake3", None),
        (f"{MD5}0  a.flac", "md5", None),
    ],
)
def test_a_line(line: str, extension: str, entry: tuple[str, str, str] | None) -> None:
    assert read(line + "\r\n", extension) == ([] if entry is None else [entry])


def test_what_the_usual_programs_write() -> None:
    files = {"01 One.flac": b"fLaC" + bytes(38), "02 Zwei Ü.flac": b"fLaC" + bytes(range(38))}
    assert [one[2] for one in read(md5_file(files))] == list(files)
    assert [one[2] for one in read(sfv_file(files), "sfv")] == list(files)
    assert [one[:2] for one in read(ffp_file(files), "ffp")] == [
        ("audio-md5", data[26:42].hex()) for data in files.values()
    ]


def test_a_list_stands_in_prose_only_where_nothing_else_can_be_meant() -> None:
    prose = f"Recorded live, lineage: DAT > wav\n\nOne.flac:{MD5}\nTwo.flac:{MD5}\n\nCall 12345678\n"
    assert [one[2] for one in read(prose, "txt", prose=True)] == ["One.flac", "Two.flac"]
    assert read(f"the digest is\n{MD5}  x\n", "txt", prose=True) == []


@given(st.text())
def test_no_text_raises(text: str) -> None:
    for extension in ("md5", "sfv", "ffp", "st5", "sha512", "b2"):
        assert all(algorithm in ALGORITHMS for algorithm, _, _ in read(text, extension))


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1).filter(
    lambda name: "\0" not in name
)


@given(st.dictionaries(names, st.binary()))
def test_whatever_md5sum_writes_comes_back(files: dict[str, bytes]) -> None:
    lines = []
    for name, data in files.items():
        escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
        mark = "" if escaped == name else "\\"
        lines.append(f"{mark}{hashlib.md5(data).hexdigest()}  {escaped}")
    told = read("\n".join(lines) + "\n")
    assert told == [("md5", hashlib.md5(data).hexdigest(), name) for name, data in files.items()]


@pytest.mark.parametrize(
    "line",
    [
        " " * 4000 + "\n",
        "a " * 2000 + "\n",
        ":" * 4000 + "\n",
        f"{MD5}  x\n",
        "MD5 (" + ")" * 3990 + "\n",
        "\n",
    ],
)
@pytest.mark.parametrize("extension", ["md5", "sfv", "ffp"])
def test_time_is_in_proportion_to_the_length(line: str, extension: str) -> None:
    text = line * (MAX_BYTES // len(line))
    began = time.process_time()
    read(text, extension)
    assert time.process_time() - began < 5
