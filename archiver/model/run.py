"""Everything a run takes from the world around it: the time, its own version, an identifier."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from archiver.model.day import Day

PROGRAM = "archiver"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the program. With a fixed clock and identifier it writes the same bytes twice.

    Attributes:
        clock: Gives the present time, in the time zone of the place where the run is made.
        version: The program's version.
        identifier: Names the accession that this run makes.
    """

    clock: Callable[[], dt.datetime]
    version: str
    identifier: uuid.UUID

    @property
    def software(self) -> str:
        """Name and version of the program, as records name the agent."""
        return f"{PROGRAM} {self.version}"

    def now(self) -> dt.datetime:
        """The present time in UTC, whole seconds."""
        return self.clock().astimezone(dt.UTC).replace(microsecond=0)

    def today(self) -> dt.date:
        """The present day at the place of the run: the one on its user's calendar."""
        return self.clock().date()

    def day(self) -> Day:
        """The present day at the place of the run, to decide rights for."""
        return Day.at(self.clock())


@dataclass(frozen=True, slots=True)
class Event:
    """Something done to a package's files, in the words of the PREMIS event type vocabulary (id.loc.gov).

    Attributes:
        type: Label of the event type, such as ``capture`` or ``message digest calculation``.
        at: When, in UTC.
        outcome: ``Success``, ``Warning`` or ``Fail``.
        detail: What was done, in one plain sentence.
        agent: Software that did it, with its version.
    """

    type: str
    at: dt.datetime
    outcome: str
    detail: str
    agent: str
