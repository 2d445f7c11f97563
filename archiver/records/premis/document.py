"""``metadata/premis.xml``: the package as PREMIS 3 has it: objects, events, agents, rights.

Valid against the schema of the Library of Congress, which fixes the order of everything. Written so that
Archivematica imports it as it is: objects carry the type ``premis:file``, every file links to the event that brought it
here, the package to every event, every event to an agent and every agent to an event, and ``originalName`` is the path
in the bag.

Whatever the number of files, memory holds only the distinct rights statements, and at most :data:`SHARED_STATEMENTS`
of them; a file whose statement is not among those gets one of its own, or shares its neighbour's.

Each object, event, agent and statement stands on a line of its own, unless its text breaks it.
"""

from __future__ import annotations

import io

from archiver.model.package import PackEntry, packed_file
from archiver.model.rights import Decision
from archiver.records.lines_of_files import LinesOfFiles
from archiver.records.names import PREMIS_RECORD
from archiver.records.premis.agents import event_identifier, identify_events, write_agents, write_event
from archiver.records.premis.elements import ENCODING, Elements
from archiver.records.premis.objects import write_file_object, write_package_object
from archiver.records.premis.rights import write_rights
from archiver.records.rights.statements import RightsStatement, rights_statements
from archiver.records.writing import Closing, Opening

OF_EACH_FILE = "capture"
"""The event that every file links to; whatever else was done was done to the package as a whole."""

OF_EACH_EXPORTED, OF_EACH_REDACTED = "exporting", "redaction"
"""The same of a package that was made from another, and of those of its files that were changed."""

SHARED_STATEMENTS = 4096
"""The most rights statements that files share."""

_ROOT = {
    "xmlns": "http://www.loc.gov/premis/v3",
    "xmlns:premis": "http://www.loc.gov/premis/v3",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": "http://www.loc.gov/premis/v3 http://www.loc.gov/standards/premis/premis.xsd",
    "version": "3.0",
}


class PremisWriter:
    """Writes the record: objects as the files pass, the rest at the end."""

    def __init__(self, opening: Opening) -> None:
        self._plan = opening.plan
        self._context = opening.context
        derivation = self._plan.derivation
        brought = OF_EACH_FILE if derivation is None else OF_EACH_EXPORTED
        self._event = event_identifier(self._plan.identifier, brought)
        self._redaction = event_identifier(self._plan.identifier, OF_EACH_REDACTED)
        self._redacted = {} if derivation is None else derivation.redacted
        self._shared: dict[RightsStatement, str] = {}
        self._alone = LinesOfFiles()
        self._numbered = 0
        self._decision: Decision | None = None
        self._names: tuple[str, ...] = ()
        self._text = io.TextIOWrapper(opening.new_file(PREMIS_RECORD), ENCODING, newline="")
        self._out = Elements(self._text)
        self._out.declaration()
        self._out.start("premis", _ROOT)
        self._out.line_break()

    def add(self, entry: PackEntry) -> None:
        """Write the object of a packed file; there is none of anything else."""
        file = packed_file(entry)
        if file is None:
            return
        events, source = [self._event], None
        if self._plan.derivation is not None and file.assessed.examined.ref.payload_path in self._redacted:
            events.append(self._redaction)
            source = f"{self._plan.derivation.identifier} {file.bag_path}"
        write_file_object(self._out, file, events, self._statements(file.assessed.decision), source)

    def finish(self, closing: Closing) -> None:
        """Write the package, the events, the agents and the rights."""
        plan, out = self._plan, self._out
        identified = identify_events(plan.identifier, closing.bag.events)
        write_package_object(out, plan, [one.identifier for one in identified])
        for event in identified:
            write_event(out, event)
        write_agents(out, identified, closing.context.declarations.values())
        for statement, name in self._shared.items():
            write_rights(out, statement, name)
        with self._alone:
            self._text.writelines(line.decode(ENCODING) for line in self._alone)
        out.end("premis")
        out.line_break()
        self._text.flush()
        self._text.detach()

    def _statements(self, decision: Decision) -> tuple[str, ...]:
        """Name the rights statements that follow from a decision."""
        # neighbours mostly share one decision, and the statements follow from it
        if decision != self._decision:
            self._decision = decision
            self._names = tuple(map(self._name, rights_statements(decision, self._context)))
        return self._names

    def _name(self, statement: RightsStatement) -> str:
        """Give a statement a name, the same for the same statement as long as there is room."""
        name = self._shared.get(statement)
        if name is None:
            self._numbered += 1
            name = f"rights-{self._numbered}"
            if len(self._shared) < SHARED_STATEMENTS:
                self._shared[statement] = name
            else:
                self._keep(statement, name)
        return name

    def _keep(self, statement: RightsStatement, name: str) -> None:
        """Keep a statement that will not be named again until the objects are written."""
        text = io.StringIO()
        write_rights(Elements(text), statement, name)
        self._alone.add(text.getvalue().encode(ENCODING))
