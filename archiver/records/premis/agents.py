"""The events of the PREMIS record, and the agents: software, and those who declared rights."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from archiver.model.rights import Declaration
from archiver.model.run import Event
from archiver.records.moments import rfc3339
from archiver.records.premis.vocabulary import authority
from archiver.records.visible import one_line, xml_text

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


def event_element(identified: IdentifiedEvent) -> str:
    """Return one event with the program that did it. Objects link to events, so events do not link back."""
    event = identified.event
    outcome = authority("eventOutcome", event.outcome)
    return (
        "<event>\n"
        f"<eventIdentifier><eventIdentifierType>UUID</eventIdentifierType>"
        f"<eventIdentifierValue>{identified.identifier}</eventIdentifierValue></eventIdentifier>\n"
        f"<eventType{authority('eventType', event.type)}>{xml_text(event.type)}</eventType>\n"
        f"<eventDateTime>{rfc3339(event.at)}</eventDateTime>\n"
        f"<eventDetailInformation><eventDetail>{xml_text(event.detail)}</eventDetail></eventDetailInformation>\n"
        "<eventOutcomeInformation>"
        f"<eventOutcome{outcome}>{xml_text(event.outcome)}</eventOutcome></eventOutcomeInformation>\n"
        f"{_agent_link(event.agent, 'executing program')}"
        "</event>\n"
    )


def agent_elements(events: Sequence[IdentifiedEvent], declarations: Iterable[Declaration]) -> Iterable[str]:
    """Yield every agent once: software in the order of the events, then those whose declarations were heard."""
    for software in dict.fromkeys(identified.event.agent for identified in events):
        versioned = _VERSIONED.fullmatch(software)
        name, version = (versioned["name"], versioned["version"]) if versioned else (software, None)
        yield _agent(software, name, "software", version, ())
    heard = policy_event(events)
    if heard is not None:
        for by, role in dict.fromkeys((declared.by, declared.role) for declared in declarations):
            yield _agent(declarant_identifier(by, role), by, "person or organization", None, (heard,))


def policy_event(events: Iterable[IdentifiedEvent]) -> UUID | None:
    """Return the event that declarants took part in: the one in which the policy was applied to what they declared.

    A repository takes an agent without an event for a mistake, so where there is no such event there is no
    declarant among the agents; the notes of the statements name them all the same.
    """
    return next((one.identifier for one in events if one.event.type == _POLICY_EVENT), None)


def declarant_identifier(by: str, role: str) -> str:
    """The local identifier of a person who declared, in one role."""
    return f"{by} ({role})"


def _agent(identifier: str, name: str, kind: str, version: str | None, events: Iterable[UUID]) -> str:
    links = "".join(
        "<linkingEventIdentifier><linkingEventIdentifierType>UUID</linkingEventIdentifierType>"
        f"<linkingEventIdentifierValue>{event}</linkingEventIdentifierValue></linkingEventIdentifier>\n"
        for event in events
    )
    version_line = f"<agentVersion>{xml_text(version)}</agentVersion>\n" if version else ""
    return (
        "<agent>\n"
        "<agentIdentifier><agentIdentifierType>local</agentIdentifierType>"
        f"<agentIdentifierValue>{xml_text(identifier)}</agentIdentifierValue></agentIdentifier>\n"
        f"<agentName>{xml_text(name)}</agentName>\n"
        f"<agentType>{kind}</agentType>\n"
        f"{version_line}"
        f"{links}"
        "</agent>\n"
    )


def _agent_link(identifier: str, role: str) -> str:
    return (
        "<linkingAgentIdentifier><linkingAgentIdentifierType>local</linkingAgentIdentifierType>"
        f"<linkingAgentIdentifierValue>{xml_text(identifier)}</linkingAgentIdentifierValue>"
        f"<linkingAgentRole>{role}</linkingAgentRole></linkingAgentIdentifier>\n"
    )
