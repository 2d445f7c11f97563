"""The checksum algorithms a bag may use, under the names RFC 8493 §2.4 gives them.

A name is the algorithm's common name in lower case with everything but letters and digits left out: ``SHA-512``
is ``sha512``, ``SHA3-256`` is ``sha3256``. The RFC asks every tool for SHA-256 and SHA-512, suggests SHA-512 for
new bags, and MD5 and SHA-1 for old ones; the others are what archives have added since.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from archiver.bagit.telling import Reading, ignore

if TYPE_CHECKING:
    from hashlib import _Hash

ALGORITHMS: Mapping[str, str] = MappingProxyType(
    {
        "md5": "md5",
        "sha1": "sha1",
        "sha224": "sha224",
        "sha256": "sha256",
        "sha384": "sha384",
        "sha512": "sha512",
        "sha3224": "sha3_224",
        "sha3256": "sha3_256",
        "sha3384": "sha3_384",
        "sha3512": "sha3_512",
        "blake2b": "blake2b",
        "blake2b512": "blake2b",
        "blake2s": "blake2s",
        "blake2s256": "blake2s",
    }
)
"""Each name a manifest may carry, with hashlib's name for it."""

DEFAULT_ALGORITHM = "sha512"
"""What a new bag uses unless told otherwise (RFC 8493 §2.4)."""

WEAK_ALGORITHMS = frozenset({"md5", "sha1"})
"""Algorithms that find accidents but no longer forgeries."""

_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]")
_BLOCK = 1 << 20


class UnknownAlgorithmError(ValueError):
    """A checksum algorithm that this library cannot compute."""


def manifest_name(name: str) -> str:
    """Return the name of any algorithm as a manifest's file name has it: in small letters and digits (RFC 8493 §2.4)."""
    return _NOT_IN_A_NAME.sub("", name.lower())


def normalise_algorithm(name: str) -> str:
    """Return the name a manifest carries for the algorithm that a person calls ``name``.

    Raises:
        UnknownAlgorithmError: if it is none of :data:`ALGORITHMS`; the message lists them.
    """
    normalised = manifest_name(name)
    if normalised not in ALGORITHMS:
        known = ", ".join(ALGORITHMS)
        raise UnknownAlgorithmError(f"unknown checksum algorithm {name!r}; known are {known}")
    return normalised


def normalise_algorithms(names: Iterable[str]) -> tuple[str, ...]:
    """Normalise each of ``names``, keeping the order and each algorithm once.

    Raises:
        UnknownAlgorithmError: for the first name that is unknown.
    """
    return tuple(dict.fromkeys(normalise_algorithm(name) for name in names))


def new_digest(algorithm: str) -> _Hash:
    """Start a digest for the normalised name ``algorithm``.

    The digests serve fixity, so they are available on systems that forbid MD5 for security purposes.
    """
    return hashlib.new(ALGORITHMS[algorithm], usedforsecurity=False)


def hex_length(algorithm: str) -> int:
    """Return how many hexadecimal digits a digest of ``algorithm`` (a normalised name) has."""
    return new_digest(algorithm).digest_size * 2


STRONGEST_FIRST = (
    DEFAULT_ALGORITHM,
    *sorted(
        (name for name in ALGORITHMS if name != DEFAULT_ALGORITHM),
        key=lambda name: (name in WEAK_ALGORITHMS, name != "sha256", -hex_length(name)),
    ),
)
"""Every algorithm in the order in which one is to be believed."""


def strongest(names: Iterable[str]) -> str:
    """Return that one of some algorithms which is to be believed first.

    Args:
        names: Normalised names, at least one.
    """
    return min(names, key=STRONGEST_FIRST.index)


def hash_descriptor(descriptor: int, algorithms: Sequence[str], reading: Reading = ignore) -> dict[str, str]:
    """Read the open file to its end once and return ``{algorithm: lower-case hex}`` for every algorithm.

    Args:
        descriptor: The file.
        algorithms: Normalised names.
        reading: Is told what is read while it is.

    Raises:
        OSError: as ``read`` does.
    """
    return hash_blocks(iter(partial(os.read, descriptor, _BLOCK), b""), algorithms, reading)


def hash_blocks(
    blocks: Iterable[bytes], algorithms: Iterable[str], reading: Reading = ignore
) -> dict[str, str]:
    """Return what :func:`hash_descriptor` does for bytes that come in ``blocks``."""
    digests = {algorithm: new_digest(algorithm) for algorithm in algorithms}
    for block in blocks:
        reading(len(block))
        for digest in digests.values():
            digest.update(block)
    return {algorithm: digest.hexdigest() for algorithm, digest in digests.items()}
