"""``metadata/premis.xml``: the package as PREMIS 3 has it: objects, events, agents, rights.

Valid against the schema of the Library of Congress, which fixes the order of everything. Written so that
Archivematica imports it as it is: objects carry the type ``premis:file``, every file links to the event that brought it
here, the package to every event, every event to an agent and every agent to an event, and ``originalName`` is the path
in the bag.

Whatever the number of files, memory holds only the distinct rights statements, and at most :data:`SHARED_STATEMENTS`
of them; a file whose statement is not among those gets one of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid5

from archiver.model.package import PackedFile, PackEntry, packed_file
from archiver.records.lines_of_files import LinesOfFiles
from archiver.records.premis.agents import agent_elements, event_element, event_identifier, identify_events
from archiver.records.premis.objects import event_links, file_object, package_object
from archiver.records.premis.rights import rights_element
from archiver.records.rights.statements import RightsStatement, rights_statements
from archiver.records.writing import Closing, Opening

PREMIS_RECORD = "metadata/premis.xml"
OF_EACH_FILE = "capture"
"""The event that every file links to; whatever else was done was done to the package as a whole."""

SHARED_STATEMENTS = 4096
"""The most rights statements that files share."""

_ROOT = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<premis xmlns="http://www.loc.gov/premis/v3" xmlns:premis="http://www.loc.gov/premis/v3"'
    b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    b' xsi:schemaLocation="http://www.loc.gov/premis/v3 http://www.loc.gov/standards/premis/premis.xsd"'
    b' version="3.0">\n'
)


class PremisWriter:
    """Writes the record: objects as the files pass, the rest at the end."""

    def __init__(self, opening: Opening) -> None:
        self._stream = opening.new_file(PREMIS_RECORD)
        self._plan = opening.plan
        self._context = opening.context
        self._links = event_links([event_identifier(self._plan.identifier, OF_EACH_FILE)])
        self._shared: dict[RightsStatement, UUID] = {}
        self._alone = LinesOfFiles()
        self._stream.write(_ROOT)

    def add(self, entry: PackEntry) -> None:
        """Write the object of a packed file; there is none of anything else."""
        file = packed_file(entry)
        if file is not None:
            self._write(file_object(file, self._links, self._statements(file)))

    def finish(self, closing: Closing) -> None:
        """Write the package, the events, the agents and the rights."""
        plan = self._plan
        identified = identify_events(plan.identifier, closing.bag.events)
        self._write(package_object(plan.identifier, plan.name, [one.identifier for one in identified]))
        for event in identified:
            self._write(event_element(event))
        for agent in agent_elements(identified, closing.context.declarations.values()):
            self._write(agent)
        for statement, identifier in self._shared.items():
            self._write(rights_element(statement, identifier))
        with self._alone:
            self._stream.writelines(self._alone)
        self._stream.write(b"</premis>\n")

    def _statements(self, entry: PackedFile) -> Iterator[UUID]:
        """Name the rights statements on a file, the same name for the same statement as long as there is room."""
        statements = rights_statements(entry.assessed.decision, self._context)
        for number, statement in enumerate(statements, start=1):
            identifier = self._shared.get(statement)
            if identifier is None and len(self._shared) < SHARED_STATEMENTS:
                identifier = uuid5(self._plan.identifier, f"rights {len(self._shared) + 1}")
                self._shared[statement] = identifier
            if identifier is None:
                identifier = uuid5(self._plan.identifier, f"rights {number} of {entry.bag_path}")
                self._alone.add(rights_element(statement, identifier).encode())
            yield identifier

    def _write(self, text: str) -> None:
        self._stream.write(text.encode())
