"""``metadata/events.jsonl``: what was done to the files, by what version, with what outcome."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from archiver.model.run import Event
from archiver.records.jsontext import json_bytes, rfc3339


def event_line(event: Event) -> bytes:
    """Return one event as a line of JSON with its line break, ready to be appended to the record."""
    record = {
        "type": event.type,
        "date_time": rfc3339(event.at),
        "outcome": event.outcome,
        "detail": event.detail,
        "agent": event.agent,
    }
    return json_bytes(record) + b"\n"


def write_events(stream: BinaryIO, events: Iterable[Event]) -> None:
    """Write one JSON object for each event, in the order in which they happened."""
    stream.writelines(map(event_line, events))
