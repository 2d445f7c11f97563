"""Reads bagit.txt, the bag declaration: the version of the format and the encoding of the other tag files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import starmap

from archiver.bagit.codes import found
from archiver.bagit.findings import Finding
from archiver.bagit.tagfiles import BAG_INFO
from archiver.bagit.tagtext import LineFault, find_encoding

DECLARATION_NAME = "bagit.txt"
LARGEST_DECLARATION = 4096
"""Bytes of bagit.txt that are looked at; an honest one has about 55."""

VERSIONS = ("0.93", "0.94", "0.95", "0.96", "0.97", "1.0")
"""The versions of the format that were ever published."""

_MARK = b"\xef\xbb\xbf"
_LABELS = ("BagIt-Version", "Tag-File-Character-Encoding")
_LINE = re.compile(r"(?P<label>[^:]*?)(?P<before>[ \t]*):(?P<after>[ \t]*)(?P<value>.*?)(?P<end>[ \t]*)")
_NUMBER = re.compile(r"(?a)(\d{1,6})\.(\d{1,6})")


@dataclass(frozen=True, slots=True)
class Declaration:
    """What bagit.txt declares, or what is assumed where it does not: version 1.0 and UTF-8.

    Attributes:
        version: As written, ``1.0``; None where there is none that can be read.
        encoding: The name under which Python decodes the tag files.
        named_encoding: The encoding as written; None where there is none.
        findings: What is wrong with bagit.txt.
    """

    version: str | None = None
    encoding: str = "utf-8"
    named_encoding: str | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def number(self) -> tuple[int, int]:
        """The version as two numbers; (1, 0) where it is unknown, the strictest there is."""
        parsed = _NUMBER.fullmatch(self.version or "1.0")
        return (int(parsed[1]), int(parsed[2])) if parsed else (1, 0)

    @property
    def before_1_0(self) -> bool:
        """Whether the bag follows a draft older than RFC 8493."""
        return self.number < (1, 0)

    @property
    def metadata_name(self) -> str:
        """The bag-metadata file of this version: package-info.txt up to 0.95, bag-info.txt after."""
        return "package-info.txt" if self.number <= (0, 95) else BAG_INFO


def read_declaration(content: bytes) -> Declaration:
    """Read the bytes of bagit.txt, of which the first :data:`LARGEST_DECLARATION` + 1 suffice.

    Whatever can be understood is, so that the rest of the bag is read as its maker meant it; every deviation from
    the two lines that RFC 8493 §2.1.1 prescribes is a finding.
    """
    told: list[tuple[str, str]] = []
    if content.startswith(_MARK):
        told.append(("B103", "it must be UTF-8 without a byte-order mark"))
        content = content.removeprefix(_MARK)
    if len(content) > LARGEST_DECLARATION:
        told.append(("B104", f"it is longer than {LARGEST_DECLARATION} bytes"))
        content = content[:LARGEST_DECLARATION]
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        told.append(("B104", "it is not UTF-8 text"))
        text = content.decode("utf-8", "replace")
    lines = re.split(r"\r\n|\r|\n", text)
    if lines[-1] == "":
        lines.pop()
    elif len(content) < LARGEST_DECLARATION:
        told.append(("B214", f"line {len(lines)} {LineFault.UNENDED.value}"))
    values = _read_values(lines, told)
    version = _judge_version(values.get(_LABELS[0]), told)
    named = values.get(_LABELS[1])
    encoding = _judge_encoding(named, told)
    declaration = Declaration(version, encoding, named)
    _judge_form(lines, declaration, told)
    findings = tuple(starmap(_told, told))
    return Declaration(version, encoding, named, findings)


def _told(code: str, message: str) -> Finding:
    return found(code, DECLARATION_NAME, message)


def _read_values(lines: list[str], told: list[tuple[str, str]]) -> dict[str, str]:
    """Take each label's first value, whatever its place, spacing and case."""
    values: dict[str, str] = {}
    known = {label.lower(): label for label in _LABELS}
    for line in lines:
        parsed = _LINE.fullmatch(line)
        label = known.get(parsed["label"].strip().lower()) if parsed else None
        if parsed is None or label is None:
            told.append(("B104", f"a line is neither of the two it must have: {line[:80]!r}"))
        elif label in values:
            told.append(("B104", f"{label} stands there twice"))
        else:
            values[label] = parsed["value"]
    return values


def _judge_version(version: str | None, told: list[tuple[str, str]]) -> str | None:
    if version is None or not _NUMBER.fullmatch(version):
        told.append(("B105", "it names no version" if version is None else f"{version[:80]!r} is no version"))
        return None
    if version not in VERSIONS:
        told.append(("B106", f"version {version} was never published; it was read as its nearest neighbour"))
    return version


def _judge_encoding(named: str | None, told: list[tuple[str, str]]) -> str:
    if not named:
        told.append(("B107", "it names no encoding for the other tag files"))
        return "utf-8"
    encoding = find_encoding(named)
    if encoding is None:
        told.append(("B108", f"{named[:80]!r} is no encoding that this program knows"))
        return "utf-8"
    if encoding not in ("utf-8", "ascii"):
        told.append(("B110", f"the tag files are in {named}"))
    return encoding


def _judge_form(lines: list[str], declaration: Declaration, told: list[tuple[str, str]]) -> None:
    """Compare the lines with the exact two that the values call for."""
    if any(code == "B104" for code, _ in told):
        return
    labels = [line.partition(":")[0].strip().lower() for line in lines]
    if labels == [label.lower() for label in reversed(_LABELS)]:
        told.append(("B104", "its two lines are in the wrong order"))
        return
    for label, line in zip(_LABELS, lines, strict=False):
        parsed = _LINE.fullmatch(line)
        if parsed is None:
            continue
        if parsed["label"] != label:
            told.append(("B104", f"{parsed['label']!r} must be written {label}"))
        elif (parsed["before"], parsed["after"], parsed["end"]) != ("", " ", ""):
            code = "B109" if declaration.before_1_0 else "B104"
            told.append((code, f"{label} must be followed by a colon, one space and the value alone"))
