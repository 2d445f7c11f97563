"""Paths as a bag writes them: percent-encoding, the check for paths that lead out, and the key they compare by.

A path is text with ``/`` between its parts, relative to the bag: ``data/Album/01.flac``. RFC 8493 §2.1.3 and §2.2.3
say how it is written into manifests and fetch.txt; §5.1 says why a reader must distrust it.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

_ENCODED = {"%": "%25", "\n": "%0A", "\r": "%0D"}
_DECODED = {"25": "%", "0A": "\n", "0D": "\r"}
_TO_ENCODE = re.compile(r"[%\n\r]")
_TO_DECODE = re.compile(r"%(25|0[AaDd])")
_CURRENT = re.compile(r"\A(?:\./+)+")
_SUSPECT = re.compile(r"[\\:\x00]|\A[/~.]|//|/\.|/\Z|\A\Z")


class PathProblem(StrEnum):
    """Why a path must not be used as it stands; the value is the phrase for a message.

    ``BACKSLASH`` and ``STREAM`` name ordinary files on POSIX and other files, or parts of files, on Windows: see
    :attr:`only_elsewhere`. All others are refused wherever they are read.
    """

    EMPTY = "is empty or has an empty part"
    ABSOLUTE = "is absolute"
    PARENT = "climbs out of its folder with '..'"
    HOME = "starts with '~', which a shell expands to a home folder"
    DRIVE = "starts with a drive letter"
    UNC = "names a network share"
    DEVICE = "starts with the Windows device prefix"
    NUL = "holds a NUL character"
    CURRENT = "has a '.' part"
    BACKSLASH = "holds a backslash, which separates folders on Windows"
    STREAM = "holds a colon, which names a stream or a drive on Windows"

    @property
    def only_elsewhere(self) -> bool:
        """Whether the name is harmless here, if the very file of that name is in the payload, but not on Windows."""
        return self in (PathProblem.BACKSLASH, PathProblem.STREAM)


_SIGNS = tuple(
    (problem, re.compile(sign))
    for problem, sign in (
        (PathProblem.NUL, r"\x00"),
        (PathProblem.DEVICE, r"\A[\\/]{2}[?.][\\/]"),
        (PathProblem.UNC, r"\A\\\\"),
        (PathProblem.ABSOLUTE, r"\A[\\/]"),
        (PathProblem.DRIVE, r"\A[A-Za-z]:"),
        (PathProblem.HOME, r"\A~"),
        (PathProblem.PARENT, r"(?:\A|[\\/])\.\.(?:[\\/]|\Z)"),
        (PathProblem.EMPTY, r"\A\Z|//|/\Z"),
        (PathProblem.CURRENT, r"(?:\A|/)\.(?:/|\Z)"),
        (PathProblem.BACKSLASH, r"\\"),
        (PathProblem.STREAM, r":"),
    )
)
"""Each problem with the pattern that shows it, worst first."""


def encode_path(path: str) -> str:
    """Write ``path`` for a manifest or fetch.txt: ``%``, LF and CR, and only those, become %25, %0A and %0D.

    RFC 8493 §2.1.3. ``decode_path(encode_path(path)) == path`` for every path.
    """
    return _TO_ENCODE.sub(lambda found: _ENCODED[found[0]], path)


def decode_path(text: str) -> str:
    """Read a path written in a manifest or fetch.txt: %25, %0A and %0D, in any case, are decoded, once.

    Every other percent sign stands for itself, as ``%7E`` does in bags older than RFC 8493.
    """
    if "%" not in text:
        return text
    return _TO_DECODE.sub(lambda found: _DECODED[found[1].upper()], text)


def decode_old_path(text: str) -> str:
    """Read a path from a manifest older than version 1.0, which encoded line breaks only: %25 stands for itself."""
    if "%" not in text:
        return text
    return _TO_DECODE.sub(lambda found: found[0] if found[1] == "25" else _DECODED[found[1].upper()], text)


def check_path(path: str) -> PathProblem | None:
    """Say what is wrong with the decoded ``path``, or None; the same answer on every operating system.

    The worst problem is named first. ``a/../b`` is refused even where it would stay inside the bag, and a
    backslash counts as a separator when ``..`` is looked for.
    """
    if not _SUSPECT.search(path):
        return None
    return next((problem for problem, sign in _SIGNS if sign.search(path)), None)


def strip_current(path: str) -> str:
    """Take every leading ``./`` off a path, as ``find`` and ``sha512sum`` write it: ``./data/a`` is ``data/a``."""
    return _CURRENT.sub("", path, count=1)


def nfc(path: str) -> str:
    """The form under which two spellings of one name compare equal (Unicode NFC)."""
    return path if path.isascii() else unicodedata.normalize("NFC", path)


def comparison_key(path: str) -> tuple[str, str, str]:
    """The key that sorts a path beside its case twins, then its normalisation twins, then by its own characters."""
    if path.isascii():
        return path.lower(), path, path
    normal = unicodedata.normalize("NFC", path)
    return normal.casefold(), normal, path
