"""Record names for whatever bytes a file system holds, and warnings for names that other systems cannot hold."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

LONGEST_NAME_BYTES = 255
"""Bytes in one name on every common Linux file system (NAME_MAX)."""

LONGEST_PATH_BYTES = 4096
"""Bytes in one path that Linux takes in a single call (PATH_MAX)."""

_WINDOWS_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_WINDOWS_CHARACTERS = frozenset('<>:"|?*\\')
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp"})


def record_names(names: Iterable[bytes]) -> Mapping[bytes, str]:
    """Give each name of one folder a UTF-8 record name, no two alike.

    A name that is UTF-8 is kept as it is. In any other name the bytes that are not UTF-8, and ``=``, become
    ``=XX`` as in quoted-printable (RFC 2045 §6.7), which can be reversed. Where that would be longer than a
    name may be, or is taken by a sibling, a digest of the original bytes tells the names apart; the original
    then stands in the record alone.
    """
    given: dict[bytes, str] = {}
    others: list[bytes] = []
    for name in names:
        try:
            given[name] = name.decode("utf-8")
        except UnicodeDecodeError:
            others.append(name)
    if others:
        taken = set(given.values())
        for name in sorted(others):
            reversible = _quoted(name)
            if len(reversible.encode()) > LONGEST_NAME_BYTES or reversible in taken:
                reversible = _told_apart(name, reversible)
            taken.add(reversible)
            given[name] = reversible
    return given


def _quoted(name: bytes) -> str:
    text = name.decode("utf-8", "surrogateescape")
    return "".join(
        "=3D"
        if character == "="
        else f"={ord(character) - 0xDC00:02X}"
        if "\udc80" <= character <= "\udcff"
        else character
        for character in text
    )


def _told_apart(name: bytes, quoted: str) -> str:
    digest = hashlib.sha256(name).hexdigest()[:16]
    stem, dot, extension = quoted.rpartition(".")
    if not dot or len(extension) > 16:
        stem, extension = quoted, ""
    room = LONGEST_NAME_BYTES - len(f"~{digest}{dot if extension else ''}{extension}".encode())
    kept = stem.encode()[:room].decode("utf-8", "ignore")
    return f"{kept}~{digest}{'.' + extension if extension else ''}"


def portability(name: str) -> Iterator[tuple[str, str]]:
    """Say what other systems find wrong with one name, as pairs of problem code and message."""
    if not name.isascii() or not name.isprintable():
        hidden = [c for c in name if unicodedata.category(c) in _INVISIBLE_CATEGORIES]
        if hidden:
            points = ", ".join(dict.fromkeys(f"U+{ord(c):04X}" for c in hidden))
            yield "N305", f"the name holds characters that do not show: {points}"
    refused = "".join(sorted(_WINDOWS_CHARACTERS.intersection(name)))
    if refused:
        yield "N304", f"Windows refuses {' '.join(refused)} in a name"
    elif name[-1:] in (".", " "):
        yield "N304", "Windows drops a dot or space at the end of a name"
    elif _WINDOWS_DEVICES.fullmatch(name):
        yield "N304", "Windows keeps this name for a device"


def twins(names: Iterable[str]) -> Mapping[str, tuple[str, str]]:
    """Find names of one folder that some systems take for one, with the problem code and message for each."""
    names = list(names)
    found: dict[str, tuple[str, str]] = {}
    for code, message, fold in (
        ("N302", "another name here differs only by case", _folded),
        ("N303", "another name here differs only by Unicode normalisation", _composed),
    ):
        counts = Counter(map(fold, names))
        if len(counts) < len(names):
            found.update({name: (code, message) for name in names if counts[fold(name)] > 1})
    return found


def _composed(name: str) -> str:
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def _folded(name: str) -> str:
    return _composed(name).casefold()
