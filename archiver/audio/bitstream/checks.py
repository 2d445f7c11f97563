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
)
_CHECKS: tuple[Check, ...] = (
    Check(
        "decoding",
        "every format that FFmpeg decodes",
        "the music decodes from the first sample to the last, as ffmpeg -v error does it",
        proves=False,
    ),
    Check(
        "flac-md5",
        "FLAC, in whatever container",
        "the MD5 of all decoded samples is that of STREAMINFO (RFC 9639, 8.2)",
        proves=True,
    ),
    Check(
        "wavpack-md5",
        "WavPack, where it was packed with -m",
        "the MD5 of all decoded samples is that of the MD5 sub-block (WavPack 4 and 5 file format, 2020)",
        proves=True,
    ),
)

METHODS: Mapping[str, Method] = MappingProxyType({method.name: method for method in _METHODS})
CHECKS: Mapping[str, Check] = MappingProxyType({check.name: check for check in _CHECKS})
