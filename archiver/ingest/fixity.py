"""Checksums that papers give for files, held against what the files have: what needs no reading at once, the rest after it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from archiver.audio.papers.checksum_list import AUDIO_MD5
from archiver.bagit.algorithms import ALGORITHMS, hex_length, new_digest
from archiver.model.audio import ExaminedFile
from archiver.model.paper import Expected
from archiver.model.problem import Problem

CRC32 = "crc32"
_CRC32_DIGITS = 8
_WORDS = {CRC32: "CRC-32", AUDIO_MD5: "MD5 of the samples"}
_DIFFERS = "F215"
_DIGITS_TOLD = 16
_LISTS_TOLD = 3
_FLAC_KEEPS_SIGNS = 8
"""Bits of a sample up to which FLAC's own digest is of other bytes than that of the WAVE file."""


def with_expected(file: ExaminedFile, expected: tuple[Expected, ...]) -> ExaminedFile:
    """Return a file with the checksums that papers give for it; those of its samples are held against its header's."""
    return held_against(replace(file, expected=expected), {}) if expected else file


def algorithms_to_compute(algorithms: Sequence[str], file: ExaminedFile) -> list[str]:
    """Return which digests of all bytes must be computed for a file, beside those of the manifests."""
    wanted = {one.algorithm for one in file.expected if one.holds is None}
    return sorted(name for name in wanted - {*algorithms} if name == CRC32 or name in ALGORITHMS)


def held_against(file: ExaminedFile, digests: Mapping[str, str]) -> ExaminedFile:
    """Return a file that was read, each checksum that papers give for it held against its own.

    Args:
        file: The file.
        digests: Hex digests of all its bytes by their algorithm, as far as they were computed.
    """
    if not file.expected:
        return file
    has = dict(digests) if file.audio_md5 is None else {**digests, AUDIO_MD5: file.audio_md5}
    expected = tuple(_one_held(one, has, file) for one in file.expected)
    wrong = [one for one in expected if one.holds is False and one.algorithm in has]
    if not wrong or expected == file.expected:
        return replace(file, expected=expected)
    others = tuple(problem for problem in file.problems if problem.code != _DIFFERS)
    return replace(file, expected=expected, problems=(*others, _problem(file, wrong, has)))


def _one_held(expected: Expected, digests: Mapping[str, str], file: ExaminedFile) -> Expected:
    digest = digests.get(expected.algorithm)
    if expected.holds is not None or digest is None:
        return expected
    holds = digest == expected.digest
    if not holds and expected.algorithm == AUDIO_MD5 and _may_be_of_other_bytes(file):
        return expected
    return replace(expected, holds=holds)


def _may_be_of_other_bytes(file: ExaminedFile) -> bool:
    bits = None if file.audio is None else file.audio.bit_depth
    return bits is None or bits <= _FLAC_KEEPS_SIGNS


def _problem(file: ExaminedFile, wrong: Sequence[Expected], has: Mapping[str, str]) -> Problem:
    """One problem for all lists that differ: a file is counted once."""
    told = [_told(one, has[one.algorithm]) for one in wrong[:_LISTS_TOLD]]
    more = f"; and {len(wrong) - _LISTS_TOLD} more differ" if len(wrong) > _LISTS_TOLD else ""
    return Problem(file.ref.path, _DIFFERS, "; ".join(told) + more)


def _told(expected: Expected, digest: str) -> str:
    name = _WORDS.get(expected.algorithm, expected.algorithm.upper())
    return f"{expected.said_by} gives the {name} {_short(expected.digest)}, it has {_short(digest)}"


def _short(digest: str) -> str:
    """The beginning of a digest, for a sentence; whole it stands in the record."""
    return digest if len(digest) <= _DIGITS_TOLD else f"{digest[:_DIGITS_TOLD]}…"


class ListedDigests:
    """Computes several digests of one stretch of bytes; zlib and hashlib release the interpreter's lock."""

    def __init__(self, algorithms: Sequence[str]) -> None:
        self._digests = {name: new_digest(name) for name in algorithms if name != CRC32}
        self._crc = 0 if CRC32 in algorithms else None

    def update(self, block: bytes) -> None:
        """Take the next block."""
        for digest in self._digests.values():
            digest.update(block)
        if self._crc is not None:
            self._crc = zlib.crc32(block, self._crc)

    def finish(self) -> dict[str, str]:
        """Return the hex digests by their algorithm."""
        found = {name: digest.hexdigest() for name, digest in self._digests.items()}
        return found if self._crc is None else {**found, CRC32: f"{self._crc:08x}"}


def are_digests(value: object) -> bool:
    """Whether a value is what :class:`ListedDigests` gives."""
    return isinstance(value, dict) and all(
        isinstance(digest, str)
        and (name == CRC32 or name in ALGORITHMS)
        and len(digest) == (_CRC32_DIGITS if name == CRC32 else hex_length(name))
        and all(char in "0123456789abcdef" for char in digest)
        for name, digest in value.items()
    )
