"""Checksums that papers give: what must be computed for them, what is computed, and what follows."""

from __future__ import annotations

import dataclasses
import hashlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.audio.papers.checksum_list import ALGORITHMS, AUDIO_MD5
from archiver.ingest.consumers import CONSUMERS, LISTED, Feeding, all_digests, read_plan
from archiver.ingest.fixity import (
    ListedDigests,
    algorithms_to_compute,
    are_digests,
    held_against,
    with_expected,
)
from archiver.model.audio import AudioProperties, ExaminedFile, Role
from archiver.model.paper import Expected
from archiver.model.problem import Problem
from archiver.model.source import FileRef, FileStat

DATA = b"the bytes"
FILE = ExaminedFile(
    FileRef(b"/", b"a.flac", "a.flac", FileStat(9, 1, 1, 1)),
    Role.AUDIO,
    None,
    audio=AudioProperties("FLAC", bit_depth=16),
    problems=(Problem("a.flac", "F201", "before"),),
)


def expecting(*expected: Expected, file: ExaminedFile = FILE) -> ExaminedFile:
    return with_expected(file, expected)


def md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


def read(file: ExaminedFile, algorithms: tuple[str, ...] = ("sha512",), data: bytes = DATA) -> ExaminedFile:
    feeding = Feeding(read_plan(algorithms, file))
    for at in range(0, len(data), 4):
        feeding.update(data[at : at + 4])
    assert not feeding.faults
    return held_against(file, all_digests(algorithms, feeding.finish()))


def test_only_what_lists_ask_for_and_manifests_have_not_is_computed() -> None:
    file = expecting(Expected("md5", "x", "a"), Expected("crc32", "x", "b"), Expected(AUDIO_MD5, "x", "c"))
    assert algorithms_to_compute(("sha512",), file) == ["crc32", "md5"]
    assert algorithms_to_compute(("md5",), file) == ["crc32"]
    assert LISTED not in dict(read_plan(("sha512",), FILE).asked)
    assert dict(read_plan(("sha512", "md5"), file).asked)[LISTED] == ["crc32"]


def test_what_a_list_can_hold_can_be_computed_or_is_of_samples() -> None:
    for algorithm in ALGORITHMS - {AUDIO_MD5}:
        assert algorithms_to_compute((), expecting(Expected(algorithm, "x", "a"))) == [algorithm]


@pytest.mark.parametrize("algorithms", [("sha512",), ("md5",), ("md5", "sha1")])
def test_a_checksum_holds_or_not(algorithms: tuple[str, ...]) -> None:
    right = expecting(
        Expected("md5", md5(DATA), "a.md5"), Expected("crc32", f"{zlib.crc32(DATA):08x}", "a.sfv")
    )
    done = read(right, algorithms)
    assert [one.holds for one in done.expected] == [True, True]
    assert done.problems == FILE.problems
    wrong = read(
        expecting(Expected("md5", md5(b"other"), "a.md5"), Expected("md5", md5(DATA), "b.md5")), algorithms
    )
    assert [one.holds for one in wrong.expected] == [False, True]
    (_, problem) = wrong.problems
    assert (problem.path, problem.code) == ("a.flac", "F215")
    assert "a.md5" in problem.message
    assert "b.md5" not in problem.message


def test_however_many_lists_differ_there_is_one_problem() -> None:
    file = expecting(
        Expected(AUDIO_MD5, "0" * 32, "a.ffp"),
        *(Expected("md5", f"{number:032x}", f"{number}.md5") for number in range(9)),
        file=dataclasses.replace(FILE, audio_md5="1" * 32),
    )
    assert [one.code for one in file.problems] == ["F201", "F215"]
    done = read(file)
    assert [one.code for one in done.problems] == ["F201", "F215"]
    assert done.problems[1].message.endswith("and 7 more differ")


def test_what_was_not_computed_is_not_judged() -> None:
    file = expecting(Expected("md5", "0" * 32, "a.md5"))
    assert held_against(file, {}) == file
    assert held_against(file, {"sha512": "0" * 128}) == file


@pytest.mark.parametrize("bits", [None, 8])
def test_of_samples_whose_digests_differ_by_custom_a_difference_says_nothing(bits: int | None) -> None:
    audio = AudioProperties("FLAC", bit_depth=bits)
    file = dataclasses.replace(FILE, audio=audio, audio_md5="1" * 32)
    assert expecting(Expected(AUDIO_MD5, "0" * 32, "a.st5"), file=file).expected[0].holds is None
    assert expecting(Expected(AUDIO_MD5, "1" * 32, "a.st5"), file=file).expected[0].holds is True


@given(st.binary(), st.sets(st.sampled_from(sorted(ALGORITHMS - {AUDIO_MD5}))), st.integers(1, 50))
def test_digests_are_those_of_the_bytes_in_whatever_pieces(data: bytes, names: set[str], step: int) -> None:
    digests = ListedDigests(sorted(names))
    for at in range(0, len(data), step):
        digests.update(data[at : at + step])
    found = digests.finish()
    known = {"sha3224": "sha3_224", "sha3256": "sha3_256", "sha3384": "sha3_384", "sha3512": "sha3_512"}
    assert found == {
        name: f"{zlib.crc32(data):08x}"
        if name == "crc32"
        else hashlib.new(known.get(name, name), data).hexdigest()
        for name in names
    }
    assert are_digests(found)
    assert CONSUMERS[LISTED].fits(found)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "0" * 32,
        {"md5": 5},
        {"md5": "0" * 31},
        {"md5": "G" * 32},
        {"nonsense": "0" * 32},
        {"crc32": "0" * 9},
    ],
)
def test_nothing_else_is_taken_from_a_journal(value: object) -> None:
    assert not are_digests(value)
