"""Reads a bag's ``metadata/rights/rights.json`` back, row by row, as what was decided and declared.

The record may come from anywhere, so nothing of it is trusted: a line has a greatest length, and a row that is not as
:mod:`archiver.records.rights_json` writes it ends the reading with an error that names the bag.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from archiver import filesystem
from archiver.errors import ArchiverError
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

RIGHTS_RECORD = "metadata/rights/rights.json"
_LONGEST_LINE = 16 << 20
_SECTION = re.compile(rb'"(declarations|files|withheld)":\[(?:\]\}?)?$')
_KNOWN_SCHEMA = b'"schema":"archiver.rights/1"'

Recorded = Declaration | tuple[str, Decision]
"""A row: a declaration, or a file's path with its decision."""


class RightsRecordError(ArchiverError):
    """A bag has no record of rights that can be read."""


def read_rights_record(bag: str) -> Iterator[Recorded]:
    """Yield the declarations of a bag, then the decision on each of its files, then on each that was withheld.

    Withheld files come with their source path. What the record does not hold (machine use, evidence) is left out
    of the values.

    Raises:
        RightsRecordError: where there is no such record, or not one that this program writes.
    """
    try:
        descriptor = filesystem.open_regular_beneath(
            os.path.abspath(os.fsencode(bag)), RIGHTS_RECORD.encode()
        )
    except OSError as error:
        raise RightsRecordError(
            f"the bag {bag} has no record of rights: {(error.strerror or str(error)).lower()}",
            "Only bags that this program packed have one.",
        ) from error
    with os.fdopen(descriptor, "rb") as stream:
        try:
            yield from _rows(stream)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise RightsRecordError(
                f"the record of rights in the bag {bag} is not as this program writes it",
                "Check the bag first: archiver verify BAG",
            ) from error


def _rows(stream: BinaryIO) -> Iterator[Recorded]:
    section, on, known = b"", dt.date.min, False
    while line := stream.readline(_LONGEST_LINE):
        text = line.rstrip(b"\n")
        heading = _SECTION.search(text)
        if heading is not None:
            section = heading[1]
            on = _assessed_on(text, on)
            known = known or _KNOWN_SCHEMA in text
        elif text not in (b"]}", b""):
            row = json.loads(text.rstrip(b","))
            yield _declaration(row) if section == b"declarations" else _decided(row, section, on)
    if not known:
        raise ValueError("no known schema")


def _assessed_on(text: bytes, before: dt.date) -> dt.date:
    found = re.match(rb'\{"assessed_on":"(\d{4}-\d\d-\d\d)"', text)
    return before if found is None else dt.date.fromisoformat(found[1].decode())


def _declaration(row: dict[str, Any]) -> Declaration:
    return Declaration(
        id=row["id"],
        scope=Scope(),
        basis=Basis(row["basis"]),
        by=row["by"],
        role=DeclarantRole(row["role"]),
        date=dt.date.fromisoformat(row["date"]),
        acts=tuple((Act(act), Answer(answer)) for act, answer in row["acts"].items()),
        license=row["license"],
        document=row["document"],
        expires=_day(row["expires"]),
        machine_use=tuple((MachineUse(use), Answer(answer)) for use, answer in row["machine_use"].items()),
        note=row["note"],
    )


def _decided(row: dict[str, Any], section: bytes, on: dt.date) -> tuple[str, Decision]:
    path = row.get("path") if section == b"files" else row.get("source_path")
    decision = Decision(
        disposition=Disposition(row["disposition"]),
        acts=Acts(**{Act(act).value: Answer(answer) for act, answer in row.get("acts", {}).items()}),
        basis=Basis(row.get("basis", Basis.UNKNOWN)),
        policy="",
        on=on,
        layers=tuple(_layer(Layer(name), layer) for name, layer in row.get("layers", {}).items()),
        machine_use=(),
        reasons=tuple(_reason(reason) for reason in row.get("reasons", ())),
        declarations=tuple(row.get("declarations", ())),
        personal=bool(row.get("personal_data")),
        restricted_until=_day(row.get("restricted_until")),
    )
    return str(path or "(name left out)"), decision


def _layer(layer: Layer, row: dict[str, Any]) -> LayerAssessment:
    findings = tuple(
        TermFinding(
            layer=layer,
            jurisdiction=finding["jurisdiction"],
            state=TermState(finding["state"]),
            ends_earliest=_day(finding["ends_earliest"]),
            ends_latest=_day(finding["ends_latest"]),
            rules=tuple(finding["rules"]),
            text=finding["text"],
        )
        for finding in row["findings"]
    )
    return LayerAssessment(layer, findings, row["text"])


def _reason(row: dict[str, Any]) -> Reason:
    act = None if row["act"] is None else Act(row["act"])
    return Reason(row["code"], row["text"], tuple(row["rests_on"]), act)


def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)
