"""The registries: how the music of each format is digested, and what is tested of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Method:
    """How the music of a format is digested.

    Attributes:
        name: Name and version; what it means never changes, another meaning gets another version.
        formats: In plain words.
        digested: Which bytes, in which order: so that anybody can compute it.
        how: A command or a few lines of shell or Python that do, with common tools.
    """

    name: str
    formats: str
    digested: str
    how: str


@dataclass(frozen=True, slots=True)
class Check:
    """Something that is tested of the music.

    Attributes:
        name: What records call it.
        formats: In plain words.
        tested: What is tested, and the source of the rule.
        proves: Whether it is a checksum, so that a flipped bit in what it covers is found.
    """

    name: str
    formats: str
    tested: str
    proves: bool


_METHODS: tuple[Method, ...] = (
    Method(
        "stretch-v1",
        "formats of which only the beginning and the end of the music are known",
        "every byte between the tags that begin and the tags that end the file",
        "tail -c +$((START + 1)) FILE | head -c $((END - START)) | sha256sum",
    ),
    Method(
        "flac-frames-v1",
        "FLAC",
        "every byte after the last metadata block, up to the tags that end the file",
        "metaflac --dont-use-padding --remove-all FILE (a copy); then the bytes after its 42th: tail -c +43 FILE | sha256sum",
    ),
)
_CHECKS: tuple[Check, ...] = (
    Check(
        "flac-header-crc8",
        "FLAC",
        "the CRC-8 of every frame's header (RFC 9639, section 9.1.8)",
        proves=True,
    ),
    Check(
        "flac-frame-crc16",
        "FLAC",
        "the CRC-16 of every frame, from its sync code to its end (RFC 9639, section 9.3): no byte of the music lies "
        "outside a frame",
        proves=True,
    ),
    Check(
        "flac-frame-order",
        "FLAC",
        "every frame begins at the sample that follows the one before it (RFC 9639, section 9.1.5)",
        proves=False,
    ),
    Check(
        "flac-sample-count",
        "FLAC",
        "the frames hold as many samples as STREAMINFO states (RFC 9639, section 8.2)",
        proves=False,
    ),
)

METHODS: Mapping[str, Method] = MappingProxyType({method.name: method for method in _METHODS})
CHECKS: Mapping[str, Check] = MappingProxyType({check.name: check for check in _CHECKS})
