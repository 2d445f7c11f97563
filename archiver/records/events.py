"""``metadata/events.jsonl``: what was done to the files, by what version, with what outcome.

The first line is the header, then one line for each event, in the order in which they happened. An update of a finished
bag appends its own.
"""

from __future__ import annotations

from archiver.model.package import PackEntry
from archiver.model.run import Event
from archiver.records.codec import Header, Record, to_line
from archiver.records.moments import rfc3339
from archiver.records.names import EVENTS_RECORD
from archiver.records.writing import Closing, Opening

SCHEMA = "archiver.events/1"


class EventRecord(Record, frozen=True, kw_only=True):
    """A line; as :class:`archiver.model.run.Event`."""

    type: str
    date_time: str
    outcome: str
    detail: str
    agent: str


def event_line(event: Event) -> bytes:
    """Return one event as a line with its line break, ready to be appended to the record."""
    return to_line(
        EventRecord(
            type=event.type,
            date_time=rfc3339(event.at),
            outcome=event.outcome,
            detail=event.detail,
            agent=event.agent,
        )
    )


HEADER = to_line(Header(schema=SCHEMA))
"""The record's first line."""


class EventsWriter:
    """Writes the record when all has been done."""

    def __init__(self, opening: Opening) -> None:
        self._stream = opening.new_file(EVENTS_RECORD)

    def add(self, entry: PackEntry) -> None:
        """Events are about all files together."""

    def finish(self, closing: Closing) -> None:
        """Write the header and all events."""
        self._stream.write(HEADER)
        self._stream.writelines(map(event_line, closing.bag.events))
