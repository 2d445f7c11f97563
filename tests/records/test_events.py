"""Each event is a line of JSON with everything in it."""

from __future__ import annotations

import json

from archiver.records.events import SCHEMA, event_line
from archiver.records.names import EVENTS_RECORD
from tests.records.entries import EVENTS, record_files


def test_events_are_written_in_order_with_every_key() -> None:
    data = record_files(())[EVENTS_RECORD]
    header, *records = [json.loads(line) for line in data.splitlines()]
    assert header == {"schema": SCHEMA}
    assert [record["type"] for record in records] == [event.type for event in EVENTS]
    assert {tuple(record) for record in records} == {("type", "date_time", "outcome", "detail", "agent")}
    assert data.endswith(b"".join(map(event_line, EVENTS)))
