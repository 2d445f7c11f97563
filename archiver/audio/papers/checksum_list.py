"""Lists of checksums, as ``md5sum`` and its kin, BSD, ``cksfv``, ``metaflac`` and ``shntool`` write them.

A line is read by its form and the length of its digest; the list's extension tells what the form leaves open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from archiver.audio.papers.playlist import MOST_REFERENCES
from archiver.model.paper import ChecksumList, Named, Reference

AUDIO_MD5 = "audio-md5"
"""MD5 of the uncompressed samples: FLAC's own, and that of ``shntool``."""

_BY_LENGTH = {32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
_BLAKE2 = {128: "blake2b"}
_SHA3 = {56: "sha3224", 64: "sha3256", 96: "sha3384", 128: "sha3512"}
_BY_EXTENSION = {
    **dict.fromkeys(("b2", "blake2", "b2sum"), _BLAKE2),
    "sha3": _SHA3,
    "blake3": dict[int, str](),
    "st5": {32: AUDIO_MD5},
    "ffp": {32: AUDIO_MD5},
}
ALGORITHMS = frozenset({*_BY_LENGTH.values(), *_BLAKE2.values(), *_SHA3.values(), "crc32", AUDIO_MD5})
"""What a digest of a list can be of."""

_HEX = r"[0-9A-Fa-f]"
_GNU = re.compile(rf"(\\?)({_HEX}{{32,128}})(?:  |[ \t]\*|[ \t]+)(.+)", re.DOTALL)
_SHNTOOL = re.compile(rf"({_HEX}{{32}})[ \t]+\[shntool\][ \t]+(.+)")
_BSD = re.compile(
    rf"^(\\?)(MD5|SHA-?1|SHA-?(?:2-)?(?:224|256|384|512)|BLAKE2b|SHA3-(?:224|256|384|512)) ?\((.+)\) ?= ?({_HEX}{{32,128}})\s*",
    re.IGNORECASE,
)
_FFP = re.compile(rf"^(.+?)\s{{0,9}}:\s{{0,9}}({_HEX}{{32}})\s*")
_CRC = re.compile(rf"{_HEX}{{8}}")
_OF_CRC = frozenset({"sfv", "crc", "crc32"})
_COMMENT = (";", "#", "//")
_ESCAPE = re.compile(r"\\([\\nr])")
_ESCAPED = {"\\": "\\", "n": "\n", "r": "\r"}
_FEWEST_IN_PROSE = 2


def read_checksums(
    lines: Sequence[str], extension: str, *, prose: bool = False, whole: bool = True
) -> tuple[ChecksumList, tuple[Reference, ...]] | None:
    """A list and the files that it names; ``None`` where there is none.

    Args:
        lines: Its text.
        extension: Of its file, in small letters.
        prose: Whether it is a text of any kind, in which a list may stand; then the forms count that nothing else has,
            and a single line is no list.
        whole: Whether ``lines`` are all of it; the last one may be cut where not.
    """
    entries = list(_entries(lines if whole else lines[:-1], extension, prose=prose))
    if len(entries) < (_FEWEST_IN_PROSE if prose else 1):
        return None
    more = len(entries) > MOST_REFERENCES or not whole
    references = tuple(
        Reference(name, algorithm, digest.lower()) for algorithm, digest, name in entries[:MOST_REFERENCES]
    )
    algorithms = tuple(sorted({algorithm for algorithm, _, _ in entries}))
    return ChecksumList(algorithms, Named(names=len(references), more=more)), references


def _entries(lines: Iterable[str], extension: str, *, prose: bool) -> Iterable[tuple[str, str, str]]:
    by_length = _BY_EXTENSION.get(extension, _BY_LENGTH)
    count = 0
    for raw in lines:
        line = raw.lstrip("\ufeff")
        if not line.strip() or (line.startswith(_COMMENT) and not prose):
            continue
        entry = _strong(line, by_length) or (None if prose else _weak(line, extension))
        if entry is not None and entry[2]:
            yield entry
            count += 1
            if count > MOST_REFERENCES:
                return


def _strong(line: str, by_length: dict[int, str]) -> tuple[str, str, str] | None:
    """What only a list of checksums has."""
    if (match := _SHNTOOL.fullmatch(line)) is not None:
        return AUDIO_MD5, match[1], match[2].rstrip()
    if (match := _GNU.fullmatch(line)) is not None:
        algorithm = by_length.get(len(match[2]))
        return None if algorithm is None else (algorithm, match[2], _name(match[3], match[1]))
    if (match := _BSD.fullmatch(line)) is not None:
        said = match[2].lower().replace("sha2-", "sha").replace("sha-2-", "sha").replace("-", "")
        table = (
            _BLAKE2
            if said == "blake2b"
            else _SHA3
            if said.startswith("sha3") and len(said) > 6
            else _BY_LENGTH
        )
        return (said, match[4], _name(match[3], match[1])) if table.get(len(match[4])) == said else None
    if (match := _FFP.fullmatch(line)) is not None:
        return AUDIO_MD5, match[2], match[1].strip()
    return None


def _weak(line: str, extension: str) -> tuple[str, str, str] | None:
    """A name and eight hex digits, which any words may end in."""
    text = line.rstrip()
    name, digest = text[:-8], text[-8:]
    if extension not in _OF_CRC or not name[-1:].isspace() or not _CRC.fullmatch(digest):
        return None
    return "crc32", digest, name.strip()


def _name(said: str, escaped: str) -> str:
    """The name as it is on the disk: where the line begins with a backslash, ``md5sum`` has escaped it."""
    return _ESCAPE.sub(lambda match: _ESCAPED[match[1]], said) if escaped else said
