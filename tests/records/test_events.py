"""Each event is a line of JSON with everything in it."""

from __future__ import annotations

import io
import json

from archiver.records.events import event_line, write_events
from tests.records.entries import EVENTS


def test_events_are_written_in_order_with_every_key() -> None:
    out = io.BytesIO()
    write_events(out, EVENTS)
    records = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [record["type"] for record in records] == [event.type for event in EVENTS]
    assert {tuple(record) for record in records} == {("type", "date_time", "outcome", "detail", "agent")}
    assert out.getvalue() == b"".join(map(event_line, EVENTS))
    assert out.getvalue().endswith(b"\n")
