"""Reads bag-info.txt: labels and values in their order, with repeats and folded lines (RFC 8493 §2.2.2)."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from archiver.bagit.codes import found
from archiver.bagit.findings import Finding
from archiver.bagit.tagtext import LineFault

MOST_CHARACTERS = 16 << 20
MOST_LINES = 100_000
"""Characters and lines of bag-info.txt that are read; the file's digest covers the rest."""

_SPACES = " \t"
_OXUM = re.compile(r"(?a)(\d{1,30})\.(\d{1,20})")
_DATE = re.compile(r"(?a)\d{4}-\d{2}-\d{2}")
_COUNT = re.compile(r"(?a)(\d{1,12}) of (\d{1,12}|\?)")
_OXUM_LABEL = "payload-oxum"
_SINGLE = frozenset({"bagging-date", "bag-size", "bag-group-identifier", "bag-count"})
_FAULT_CODES = {
    LineFault.TOO_LONG: "B203",
    LineFault.ENDLESS: "B203",
    LineFault.MARK: "B204",
    LineFault.UNENDED: "B214",
}
_DATES = frozenset({"bagging-date", "packing-date"})


@dataclass(frozen=True, slots=True)
class BagMetadata:
    """What bag-info.txt says.

    Attributes:
        entries: ``(label, value)`` in the file's order; a folded value is joined by single spaces.
        oxum: Bytes and files of ``Payload-Oxum``; None where there is none that can be read.
        findings: What is wrong with the file.
    """

    entries: tuple[tuple[str, str], ...] = ()
    oxum: tuple[int, int] | None = None
    findings: tuple[Finding, ...] = ()

    def values(self, label: str) -> tuple[str, ...]:
        """Every value of ``label``, which is compared without regard to case, in the file's order."""
        wanted = label.lower()
        return tuple(value for name, value in self.entries if name.lower() == wanted)


def read_metadata(
    lines: Iterable[tuple[int, str | LineFault]], name: str, *, before_1_0: bool
) -> BagMetadata:
    """Read the numbered lines of :func:`archiver.bagit.tagtext.read_lines`.

    Args:
        lines: The lines of the file.
        name: The file's path in the bag, for findings.
        before_1_0: Whether the bag's version still left it open where white space stands around the colon.
    """
    findings: list[Finding] = []
    entries: list[tuple[str, list[str]]] = []
    room = MOST_CHARACTERS
    for number, line in lines:
        room -= len(line) if isinstance(line, str) else 0
        if number > MOST_LINES or room < 0:
            findings.append(found("B213", name, f"only its first {number - 1:,} lines were read"))
            break
        if isinstance(line, LineFault):
            findings.append(line_fault(name, number, line))
        elif line.strip(_SPACES) == "":
            findings.append(found("B309", name, f"line {number} is blank"))
        elif line[0] in _SPACES:
            if entries:
                entries[-1][1].append(line.strip(_SPACES))
            else:
                findings.append(found("B201", name, f"line {number} continues a line that is not there"))
        else:
            _read_element(number, line, name, entries, findings, before_1_0=before_1_0)
    joined = tuple((label, " ".join(filter(None, parts))) for label, parts in entries if label)
    oxum = _judge(joined, name, findings)
    return BagMetadata(joined, oxum, tuple(findings))


def line_fault(name: str, number: int, fault: LineFault) -> Finding:
    """Turn a line without text into the finding it is, for any tag file."""
    return found(_FAULT_CODES.get(fault, "B202"), name, f"line {number} {fault.value}")


def _read_element(  # noqa: PLR0913 - one line with where it stands and where its parts go
    number: int,
    line: str,
    name: str,
    entries: list[tuple[str, list[str]]],
    findings: list[Finding],
    *,
    before_1_0: bool,
) -> None:
    label, colon, value = line.partition(":")
    if not colon or not label.strip(_SPACES):
        findings.append(found("B201", name, f"line {number} has no label and colon"))
        # what follows it may be folded; it belongs to no label, so it is kept apart from the last one
        entries.append(("", [line.strip(_SPACES)]))
        return
    if label[-1] in _SPACES and not before_1_0:
        findings.append(found("B210", name, f"line {number} has white space between label and colon"))
    if value and value[0] not in _SPACES and not before_1_0:
        findings.append(found("B215", name, f"line {number} has no white space between colon and value"))
    entries.append((label.strip(_SPACES), [value.strip(_SPACES)]))


def _judge(
    entries: tuple[tuple[str, str], ...], name: str, findings: list[Finding]
) -> tuple[int, int] | None:
    """Judge the reserved elements; return the Payload-Oxum."""
    repeats = Counter(label.lower() for label, _ in entries)
    findings.extend(
        found("B209", name, f"{label} stands there {repeats[label.lower()]} times")
        for label in dict.fromkeys(label for label, _ in entries)
        if label.lower() in _SINGLE and repeats[label.lower()] > 1
    )
    if repeats[_OXUM_LABEL] > 1:
        findings.append(found("B207", name, f"Payload-Oxum stands there {repeats[_OXUM_LABEL]} times"))
    oxum = None
    for label, value in entries:
        key = label.lower()
        if key == _OXUM_LABEL:
            parsed = _OXUM.fullmatch(value)
            if parsed is None:
                findings.append(found("B205", name, f"Payload-Oxum reads {value[:80]!r}"))
            elif oxum is None:
                oxum = int(parsed[1]), int(parsed[2])
        elif key in _DATES and not is_date(value):
            findings.append(found("B211", name, f"{label} reads {value[:80]!r}"))
        elif key == "bag-count" and not _COUNT.fullmatch(value):
            findings.append(found("B212", name, f"{label} reads {value[:80]!r}"))
    return oxum


def is_date(value: str) -> bool:
    """Whether ``value`` is a day as the reserved labels have it: YYYY-MM-DD."""
    try:
        return _DATE.fullmatch(value) is not None and bool(dt.date.fromisoformat(value))
    except ValueError:
        return False
