"""Names that a record and a bag have for whatever bytes a file system holds, and warnings for those that others cannot hold."""

from __future__ import annotations

import hashlib
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

LONGEST_NAME_BYTES = 255
"""Bytes in one name on every common Linux file system (NAME_MAX)."""

LONGEST_PATH_BYTES = 4096
"""Bytes in one path that Linux takes in a single call (PATH_MAX)."""

LONGEST_PORTABLE_FOLDER_BYTES = 2048
"""Leaves room within :data:`LONGEST_PATH_BYTES` for a file's name and for where a bag lies."""

_WINDOWS_DEVICES = re.compile(
    r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\..*)?",
    re.IGNORECASE | re.DOTALL,
)
_WINDOWS_CHARACTERS = frozenset('<>:"|?*\\')
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp"})
_LINE_ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
"""Where programs that read a manifest line by line may see the end of one, though RFC 8493 §2.3 knows LF and CR alone."""

_NOT_PORTABLE = re.compile(
    r'[<>:"|?*\\%\x00-\x1f\x7f-\x9f\u2028\u2029]|[.\s]\Z|\A~(?=[0-9a-f]{16}\Z)'  # the last is stored_folder's
)
_MISREAD = re.compile(f"[%{_LINE_ENDS}]|\\s\\Z")


@dataclass(frozen=True, slots=True)
class NameRule:
    """Which names a bag stores otherwise than the source has them.

    Attributes:
        apart: Names that are told apart though some systems take them for one: those that differ only by case
            (``N302``), those that differ only by normalisation (``N303``).
        portable: Whether a name is stored otherwise that other systems, or other programs for bags, cannot hold.
    """

    apart: frozenset[str] = frozenset()
    portable: bool = False

    def unfit(self, name: str) -> set[int]:
        """Give the places of the characters that are not stored as they are."""
        if not self.portable:
            return set()
        places = {found.start() for found in _NOT_PORTABLE.finditer(name)}
        return places | {0} if _WINDOWS_DEVICES.fullmatch(name) else places

    def key(self, name: str) -> str:
        """Give what names have in common that must not stand beside each other."""
        if "N302" in self.apart:
            return _folded(name)
        return _composed(name) if "N303" in self.apart else name

    def told_apart(self, names: Iterable[str]) -> set[str]:
        """Give the names of one folder that would be taken for another one in it; of each few alike, one is left."""
        groups: dict[str, list[str]] = {}
        if self.apart:
            for name in names:
                groups.setdefault(self.key(name), []).append(name)
        return {name for alike in groups.values() for name in sorted(alike)[:-1]}


EXACT = NameRule()
PORTABLE = NameRule(frozenset({"N302", "N303"}), portable=True)


def record_names(names: Iterable[bytes]) -> Mapping[bytes, str]:
    """Give each name of one folder a UTF-8 record name, no two alike.

    A name that is UTF-8 is kept as it is; any other is written as :func:`stored_names` does.
    """
    return stored_names(names, EXACT)


def stored_names(names: Iterable[bytes], rule: NameRule) -> Mapping[bytes, str]:
    """Give each name of one folder the name under which a bag stores it: UTF-8, and no two alike by the rule.

    A name that is UTF-8 and that the rule lets be is kept. In any other name every byte that is not UTF-8, every byte
    of a character that the rule does not let be, and ``=``, become ``=XX`` as in quoted-printable (RFC 2045 §6.7),
    which can be reversed; of names that the rule tells apart, these are all characters but ASCII without capitals.
    Where that would be longer than a name may be, or is taken by a sibling, a digest of the original bytes tells the
    names apart; the original then stands in the record alone.
    """
    texts = {name: name.decode("utf-8", "surrogateescape") for name in names}
    apart = rule.told_apart(texts.values())
    given: dict[bytes, str] = {}
    others: dict[bytes, str] = {}
    for name, text in texts.items():
        places = rule.unfit(text)
        if text in apart:
            places.update(place for place, one in enumerate(text) if not one.isascii() or one.isupper())
        too_long = rule.portable and len(name) > LONGEST_NAME_BYTES
        if places or too_long or _has_escaped_bytes(text):
            others[name] = _quoted(text, places)
        else:
            given[name] = text
    taken = {rule.key(text) for text in given.values()} if others else set()
    for name in sorted(others):
        stored = others[name]
        for number in itertools.count():
            if len(stored.encode()) <= LONGEST_NAME_BYTES and rule.key(stored) not in taken:
                break
            stored = _told_apart(name, others[name], number)
        taken.add(rule.key(stored))
        given[name] = stored
    return given


def stored_folder(path: str, top: str, relative: bytes, rule: NameRule) -> str:
    """Give the path under which a bag stores a folder: its own, or one at the top where that would be too long.

    Args:
        path: The stored path of its parent, and its stored name.
        top: The stored folder of the source.
        relative: The folder's path in the source.
        rule: Which names are stored otherwise.
    """
    if not rule.portable or len(path.encode("utf-8")) <= LONGEST_PORTABLE_FOLDER_BYTES:
        return path
    moved = f"~{hashlib.sha256(relative).hexdigest()[:16]}"
    return f"{top}/{moved}" if top else moved


def _has_escaped_bytes(text: str) -> bool:
    return not text.isascii() and any("\udc80" <= one <= "\udcff" for one in text)


def _quoted(text: str, places: Container[int]) -> str:
    return "".join(
        "".join(f"={byte:02X}" for byte in one.encode("utf-8", "surrogateescape"))
        if place in places or one == "=" or "\udc80" <= one <= "\udcff"
        else one
        for place, one in enumerate(text)
    )


def _told_apart(name: bytes, quoted: str, number: int) -> str:
    digest = hashlib.sha256(name + b"\0" * number).hexdigest()[:16]  # no name holds a NUL
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


def misread(name: str) -> Iterator[tuple[str, str]]:
    """Say what other programs for bags make of one name, as pairs of problem code and message."""
    found = sorted(set(_MISREAD.findall(name)))
    if "%" in found:
        yield "N310", "the name holds %, which BagIt writes as %25, and most other programs do not read that"
    elif found:
        points = ", ".join(f"U+{ord(one):04X}" for one in found)
        yield (
            "N310",
            f"some other programs read a manifest otherwise where a name holds, or ends in, {points}",
        )


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
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())
