"""Reads a bag's ``metadata/rights/rights.json`` back, row by row, as what was decided and declared.

The record may come from anywhere, so nothing of it is trusted: its sections must come in their order and all be
there, a line has a greatest length and complexity, and a row that is not as :mod:`archiver.records.rights.record`
writes it ends the reading with an error that names the bag.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar

from archiver.bagit.bag_source import source_of
from archiver.errors import DAMAGED, INCOMPLETE, ArchiverError
from archiver.model.rights import (
    Act,
    Acts,
    Answer,
    Basis,
    Decision,
    DeclarantRole,
    Declaration,
    Disposition,
    MachineUse,
    Reason,
    Scope,
)
from archiver.model.terms import Layer, LayerAssessment, TermFinding, TermState
from archiver.records.jsontext import LineLimits, parse_line
from archiver.records.rights.record import SCHEMA

Asked = TypeVar("Asked", Act, MachineUse)

RIGHTS_RECORD = "metadata/rights/rights.json"
_SECTION = re.compile(rb'"(declarations|files|withheld)":\[(?:\]\}?)?$')
_SECTIONS = [b"declarations", b"files", b"withheld"]
_HEADING = re.compile(rb'"(?:declarations|files|withheld)":\[')
_SCHEMA = re.compile(rb'"schema":"([^"]{1,80})"')
_ASSESSED_ON = re.compile(rb'\{"assessed_on":"(\d{4}-\d\d-\d\d)"')
_LONGEST_LINE = 16 << 20
_ROW = LineLimits(bytes=(2 << 20) - 1, brackets=20_000, commas=200_000)
_DECLARATION = LineLimits(bytes=_LONGEST_LINE - 1, brackets=20_000, commas=1_000_000)
"""A row about one file; a declaration may list many paths and take a whole line."""
_MOST_UNNAMED = 10_000


@dataclass(frozen=True, slots=True)
class UnnamedFiles:
    """Withheld files whose names were left out on purpose: how many, and what was decided."""

    files: int
    decision: Decision


Recorded = Declaration | tuple[str, Decision] | UnnamedFiles
"""A row: a declaration, a file's path with its decision, or a number of files without their names."""


class RightsRecordError(ArchiverError):
    """The record of rights of a bag is damaged or not one that this program writes."""

    exit_code = DAMAGED


class NoRightsRecordError(ArchiverError):
    """A bag has no record of rights, or it cannot be opened."""

    exit_code = INCOMPLETE


def read_rights_record(bag: str) -> Iterator[Recorded]:
    """Yield the declarations of a bag, then the decision on each of its files, then on each that was withheld.

    Withheld files come with their source path. What the record does not hold (machine use, evidence) is left out
    of the values.

    Args:
        bag: Path of a bag: a folder, or a tar, tar.gz or zip archive.

    Raises:
        NoRightsRecordError: where there is no such record, or it cannot be opened.
        RightsRecordError: where it is not one that this program writes.
    """
    try:
        stream = source_of(bag).open(RIGHTS_RECORD)
    except FileNotFoundError as error:
        raise NoRightsRecordError(
            f"{bag} has no record of rights", "Only bags that this program packed have one."
        ) from error
    except (OSError, ValueError) as error:
        raise NoRightsRecordError(
            f"the record of rights in {bag} cannot be read: {_reason_of(error)}",
            "Check the bag: archiver verify BAG",
        ) from error
    with stream:
        try:
            yield from _rows(stream)
        except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
            raise RightsRecordError(
                f"the record of rights in {bag} is not as this program writes it",
                "Check the bag: archiver verify BAG",
            ) from error


def _reason_of(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else None
    return (reason or str(error)).lower()


def _rows(stream: BinaryIO) -> Iterator[Recorded]:
    sections = iter(_SECTIONS)
    section, on, schema, ended, unnamed = b"", None, b"", False, 0
    while line := stream.readline(_LONGEST_LINE):
        text = line.rstrip(b"\n")
        heading = _SECTION.search(text)
        if heading is not None:
            for found in _HEADING.finditer(text):
                section = found[0][1:-3]
                if section != next(sections, None):
                    raise ValueError("the sections are not in their order")
            on = on or _assessed_on(text)
            schema = _schema(text) or schema
            ended = text.endswith(b"}")
        elif text == b"]}":
            ended = True
        elif text:
            if ended or on is None:
                raise ValueError("something stands before the beginning or after the end")
            row = parse_line(text.rstrip(b","), _DECLARATION if section == b"declarations" else _ROW)
            recorded = _declaration(row) if section == b"declarations" else _decided(row, section, on)
            unnamed += isinstance(recorded, UnnamedFiles)
            if unnamed > _MOST_UNNAMED:
                raise ValueError("more groups of unnamed files than are ever written")
            yield recorded
    if not ended or next(sections, None) is not None or schema != SCHEMA.encode():
        raise ValueError("it is not whole, or of another form")


def _assessed_on(text: bytes) -> dt.date:
    found = _ASSESSED_ON.match(text)
    if found is None:
        raise ValueError("no day of assessment")
    return dt.date.fromisoformat(found[1].decode())


def _schema(text: bytes) -> bytes | None:
    # the last one: a policy's name and title stand before it and hold what their writer liked
    found = _SCHEMA.findall(text)
    return found[-1] if found else None


def _declaration(row: dict[str, Any]) -> Declaration:
    return Declaration(
        id=_text(row["id"]),
        scope=Scope(),
        basis=Basis(row["basis"]),
        by=_text(row["by"]),
        role=DeclarantRole(row["role"]),
        date=dt.date.fromisoformat(row["date"]),
        acts=_answers(Act, row["acts"]),
        license=_text_or_none(row["license"]),
        document=_text_or_none(row["document"]),
        expires=_day(row["expires"]),
        machine_use=_answers(MachineUse, row["machine_use"]),
        note=_text_or_none(row["note"]),
    )


def _answers(named: type[Asked], answers: dict[str, str]) -> tuple[tuple[Asked, Answer], ...]:
    """The answers in the order of the words, which JSON has sorted otherwise."""
    given = {named(word): Answer(answer) for word, answer in answers.items()}
    return tuple((word, given[word]) for word in named if word in given)


def _decided(row: dict[str, Any], section: bytes, on: dt.date) -> Recorded:
    decision = Decision(
        disposition=Disposition(row["disposition"]),
        acts=Acts(**{Act(act).value: Answer(answer) for act, answer in row.get("acts", {}).items()}),
        basis=Basis(row.get("basis", Basis.UNKNOWN)),
        policy="",
        on=on,
        layers=tuple(_layer(Layer(name), layer) for name, layer in row.get("layers", {}).items()),
        machine_use=(),
        reasons=tuple(_reason(reason) for reason in row["reasons"]),
        declarations=tuple(map(_text, row.get("declarations", ()))),
        personal=bool(row.get("personal_data")),
        restricted_until=_day(row.get("restricted_until")),
    )
    if section == b"files":
        return _text(row["path"]), decision
    if "source_path" in row:
        return _text(row["source_path"]), decision
    if type(row["files"]) is not int or row["files"] < 1:
        raise ValueError("no number of files")
    return UnnamedFiles(row["files"], decision)


def _layer(layer: Layer, row: dict[str, Any]) -> LayerAssessment:
    findings = tuple(
        TermFinding(
            layer=layer,
            jurisdiction=_text(finding["jurisdiction"]),
            state=TermState(finding["state"]),
            ends_earliest=_day(finding["ends_earliest"]),
            ends_latest=_day(finding["ends_latest"]),
            rules=tuple(map(_text, finding["rules"])),
            text=_text(finding["text"]),
        )
        for finding in row["findings"]
    )
    return LayerAssessment(layer, findings, _text(row["text"]))


def _reason(row: dict[str, Any]) -> Reason:
    """A reason; that of unnamed files is told without the act and what it rests on."""
    act = None if row.get("act") is None else Act(row["act"])
    rests_on = tuple(map(_text, row.get("rests_on", ())))
    return Reason(_text(row["code"]), _text_or_none(row["text"]) or "", rests_on, act)


def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value
