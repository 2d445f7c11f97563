"""``metadata/premis.xml``: the package as PREMIS 3 has it: objects, events, agents, rights.

Valid against the schema of the Library of Congress, which fixes the order of everything. Written so that
Archivematica imports it as it is: objects carry the type ``premis:file``, every file links to every event, every
event to an agent and every agent to an event, and ``originalName`` is the path in the bag.

Whatever the number of files, memory holds only the distinct rights statements, and at most :data:`SHARED_STATEMENTS`
of them; a file whose statement is not among those gets one of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID, uuid5

from archiver.model.package import PackedFile, PackEntry
from archiver.model.rights_context import RightsContext
from archiver.model.run import Event
from archiver.records.premis.agents import (
    HumanAgent,
    agent_elements,
    event_element,
    identify_events,
    policy_event,
)
from archiver.records.premis.objects import event_links, file_object, file_relationship, package_object
from archiver.records.premis.rights import rights_element
from archiver.records.rights.statements import RightsStatement, rights_statements

SHARED_STATEMENTS = 4096
"""The most rights statements that files share."""

_ROOT = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<premis xmlns="http://www.loc.gov/premis/v3" xmlns:premis="http://www.loc.gov/premis/v3"'
    b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    b' xsi:schemaLocation="http://www.loc.gov/premis/v3 http://www.loc.gov/standards/premis/premis.xsd"'
    b' version="3.0">\n'
)


@dataclass(frozen=True, slots=True)
class PremisPackage:
    """What the record says of the package as a whole.

    Attributes:
        identifier: The package's own, different for each bag of a group.
        name: Name of the bag.
        events: What was done to all of its files.
        people: Who had it done, where known.
    """

    identifier: UUID
    name: str
    events: tuple[Event, ...]
    people: tuple[HumanAgent, ...] = ()


def write_premis(
    stream: BinaryIO, entries: Iterable[PackEntry], package: PremisPackage, context: RightsContext
) -> None:
    """Write the record.

    Args:
        stream: Where to.
        entries: Every entry of the package; iterated twice at most, so no generator.
        package: The package as a whole.
        context: What the decisions rest on.
    """
    events = identify_events(package.identifier, package.events)
    event_identifiers = [one.identifier for one in events]
    statements = _Statements(package.identifier, context)
    stream.write(_ROOT)
    _write(stream, package_object(package.identifier, package.name, event_identifiers))
    links = file_relationship(package.identifier) + event_links(event_identifiers)
    for entry in entries:
        if isinstance(entry, PackedFile):
            _write(stream, file_object(entry, links, (one for one, _ in statements.of(entry))))
    for event in events:
        _write(stream, event_element(event, package.people))
    for agent in agent_elements(events, package.people, context.declarations.values()):
        _write(stream, agent)
    declarants = policy_event(events) is not None
    for identifier, statement in statements.all(entries):
        _write(stream, rights_element(statement, identifier, link_declarant=declarants))
    stream.write(b"</premis>\n")


class _Statements:
    """Names the rights statements of each file, the same name for the same statement as long as there is room."""

    def __init__(self, package: UUID, context: RightsContext) -> None:
        self._package = package
        self._context = context
        self._shared: dict[RightsStatement, UUID] = {}
        self._alone = False

    def of(self, entry: PackedFile) -> Iterator[tuple[UUID, RightsStatement]]:
        """The statements on one file with their identifiers."""
        for number, statement in enumerate(
            rights_statements(entry.assessed.decision, self._context), start=1
        ):
            identifier = self._shared.get(statement)
            if identifier is None and len(self._shared) < SHARED_STATEMENTS:
                identifier = uuid5(self._package, f"rights {len(self._shared) + 1}")
                self._shared[statement] = identifier
            if identifier is None:
                self._alone = True
                identifier = uuid5(self._package, f"rights {number} of {entry.bag_path}")
            yield identifier, statement

    def all(self, entries: Iterable[PackEntry]) -> Iterator[tuple[UUID, RightsStatement]]:
        """Every statement once, after all files were named: the shared ones, then those of single files."""
        for statement, identifier in self._shared.items():
            yield identifier, statement
        if self._alone:
            for entry in entries:
                if isinstance(entry, PackedFile):
                    yield from (one for one in self.of(entry) if one[1] not in self._shared)


def _write(stream: BinaryIO, text: str) -> None:
    stream.write(text.encode())
