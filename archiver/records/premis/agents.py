"""The events of the PREMIS record, and the agents: software, and those who declared rights."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from archiver.model.rights import Declaration
from archiver.model.run import Event
from archiver.records.moments import rfc3339
from archiver.records.premis.elements import Elements
from archiver.records.premis.vocabulary import authority
from archiver.records.visible import one_line

_VERSIONED = re.compile(r"\A(?P<name>.+) (?P<version>v?\d\S*)")
_POLICY_EVENT = "policy assignment"


@dataclass(frozen=True, slots=True)
class IdentifiedEvent:
    """An event with its identifier in this package."""

    identifier: UUID
    event: Event


def identify_events(package: UUID, events: Sequence[Event]) -> tuple[IdentifiedEvent, ...]:
    """Give each event an identifier that follows from the package's and its type, so that it is the same every time."""
    return tuple(IdentifiedEvent(event_identifier(package, event.type), event) for event in events)


def event_identifier(package: UUID, kind: str) -> UUID:
    """The identifier of the event of one type; of each type a package has one at most."""
    return uuid5(package, one_line(f"event {kind}"))


def write_event(out: Elements, identified: IdentifiedEvent) -> None:
    """Write one event with the program that did it. Objects link to events, so events do not link back."""
    event = identified.event
    with out.element("event"):
        out.identifier("event", "UUID", str(identified.identifier))
        out.leaf("eventType", event.type, authority("eventType", event.type))
        out.leaf("eventDateTime", rfc3339(event.at))
        with out.element("eventDetailInformation"):
            out.leaf("eventDetail", event.detail)
        with out.element("eventOutcomeInformation"):
            out.leaf("eventOutcome", event.outcome, authority("eventOutcome", event.outcome))
        out.identifier("linkingAgent", "local", event.agent, role="executing program")
    out.line_break()


def write_agents(
    out: Elements, events: Sequence[IdentifiedEvent], declarations: Iterable[Declaration]
) -> None:
    """Write every agent once: software in the order of the events, then those whose declarations were heard."""
    for software in dict.fromkeys(identified.event.agent for identified in events):
        _write_software(out, software)
    heard = policy_event(events)
    if heard is not None:
        for by, role in dict.fromkeys((declared.by, declared.role) for declared in declarations):
            _write_declarant(out, by, role, heard)


def policy_event(events: Iterable[IdentifiedEvent]) -> UUID | None:
    """Return the event that declarants took part in: the one in which the policy was applied to what they declared.

    A repository takes an agent without an event for a mistake, so where there is no such event there is no
    declarant among the agents; the notes of the statements name them all the same.
    """
    return next((one.identifier for one in events if one.event.type == _POLICY_EVENT), None)


def declarant_identifier(by: str, role: str) -> str:
    """The local identifier of a person who declared, in one role."""
    return f"{by} ({role})"


def _write_software(out: Elements, software: str) -> None:
    versioned = _VERSIONED.fullmatch(software)
    with out.element("agent"):
        out.identifier("agent", "local", software)
        out.leaf("agentName", versioned["name"] if versioned else software)
        out.leaf("agentType", "software")
        if versioned:
            out.leaf("agentVersion", versioned["version"])
    out.line_break()


def _write_declarant(out: Elements, by: str, role: str, heard: UUID) -> None:
    with out.element("agent"):
        out.identifier("agent", "local", declarant_identifier(by, role))
        out.leaf("agentName", by)
        out.leaf("agentType", "person or organization")
        out.identifier("linkingEvent", "UUID", str(heard))
    out.line_break()
