from __future__ import annotations

import dataclasses
import io
import os
import uuid
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from archiver.model.audio import Format
from archiver.model.evidence import Evidence, Protection, Strength
from archiver.model.package import PackedFile, PackEntry
from archiver.model.rights import Acts, Answer, Basis, DeclarantRole, Declaration, Scope
from archiver.model.rights_context import RightsContext
from archiver.model.run import Event
from archiver.records.names import PREMIS_RECORD
from archiver.records.premis import document as premis
from archiver.records.premis.document import OF_EACH_FILE
from archiver.records.premis.objects import encoder
from tests.records.entries import (
    CONTEXT,
    DAY,
    DONATION,
    EVENTS,
    MOMENT,
    PLAN,
    assessed,
    decision,
    every_case,
    packed,
    record_files,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()))
SCHEMAS = os.environ.get("ARCHIVER_SCHEMAS")
"""Read here, because every test runs without the variables that the program might read."""

NAMES = {"p": "http://www.loc.gov/premis/v3", "xsi": "http://www.w3.org/2001/XMLSchema-instance"}
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


@pytest.fixture(scope="session")
def schema() -> etree.XMLSchema:
    if SCHEMAS is None:
        pytest.skip(
            "set ARCHIVER_SCHEMAS to a folder that holds premis.xsd (PREMIS 3) to judge the record by it"
        )
    return etree.XMLSchema(etree.parse(Path(SCHEMAS) / "premis.xsd"))


def record(
    entries: Iterable[PackEntry],
    context: RightsContext = CONTEXT,
    events: tuple[Event, ...] = EVENTS,
    name: str = PLAN.name,
) -> bytes:
    plan = dataclasses.replace(PLAN, name=name)
    return record_files(entries, context, plan, events)[PREMIS_RECORD]


def parsed(
    entries: Iterable[PackEntry],
    context: RightsContext = CONTEXT,
    events: tuple[Event, ...] = EVENTS,
    name: str = PLAN.name,
) -> ET.Element:
    return ET.fromstring(record(entries, context, events, name))


def texts(element: ET.Element, path: str) -> list[str]:
    return [one.text or "" for one in element.findall(path, NAMES)]


def files(root: ET.Element) -> list[ET.Element]:
    return [one for one in root.findall("p:object", NAMES) if one.get(TYPE) == "premis:file"]


def test_it_is_valid(schema: etree.XMLSchema) -> None:
    schema.assertValid(etree.parse(io.BytesIO(record(every_case()))))


def test_a_package_without_files_events_or_people_is_valid(schema: etree.XMLSchema) -> None:
    schema.assertValid(etree.parse(io.BytesIO(record((), events=()))))


def test_every_basis_status_and_jurisdiction_is_valid(schema: etree.XMLSchema) -> None:
    for basis in Basis:
        declared = Declaration(
            "one", Scope(), basis, "A", DeclarantRole.OWNER, DAY, jurisdiction=("DE", "FR"), license="CC0-1.0"
        )
        for declarations in ({}, {"one": declared}):
            context = RightsContext(
                DONATION, DAY, declarations, {"one": "metadata/submissionDocumentation/a.pdf"}
            )
            for answer in Answer:
                decided = decision(basis=basis, acts=Acts(*[answer] * 5), declarations=("one",))
                schema.assertValid(etree.parse(io.BytesIO(record([packed("a", decided)], context))))


def test_one_object_for_each_packed_file_and_one_for_the_package() -> None:
    root = parsed(every_case())
    assert texts(root, "p:object/p:originalName") == [
        *(entry.bag_path for entry in every_case() if isinstance(entry, PackedFile)),
        "gift-2026",
    ]
    first = files(root)[0]
    assert texts(first, ".//p:messageDigestAlgorithm") == ["MD5", "SHA-512"]
    assert texts(first, ".//p:size") == ["5"]
    assert texts(first, ".//p:formatRegistryKey") == ["fmt/279"]
    assert texts(first, ".//p:creatingApplicationName") == ["Lavf60.3.100"]


def test_a_format_without_a_pronom_identifier_gets_none_and_an_unknown_one_says_so() -> None:
    known, unknown = files(
        parsed([packed("a", format=Format(None, "Ogg", None, "t 1")), packed("b", format=None)])
    )
    assert texts(known, ".//p:formatName") == ["Ogg"]
    assert texts(unknown, ".//p:formatName") == ["unidentified"]
    assert not texts(known, ".//p:formatRegistry")


@pytest.mark.parametrize(("certain", "kind"), [(True, "FairPlay"), (False, "perhaps (FairPlay)")])
def test_protection_is_an_inhibitor_without_a_key(certain: bool, kind: str) -> None:  # noqa: FBT001 - a case
    data = record([packed("a", protection=Protection("fairplay", "FairPlay", "moov@1", certain=certain))])
    (file,) = files(ET.fromstring(data))
    assert texts(file, ".//p:inhibitorType") == [kind]
    assert texts(file, ".//p:inhibitorTarget") == ["All content"]
    assert b"inhibitorKey" not in data


@pytest.mark.parametrize(
    ("tags", "name"),
    [
        ({"encoder": ("Ripped by Jo",)}, None),
        ({"encoder": ("jo99@example.org",)}, None),
        ({"encoder": ("Jo", "LAME 3.100")}, "LAME 3.100"),
        ({"encoded_by": ("Studio 54",)}, None),
        ({"encoder": ("Lavf60",), "encoder_settings": ("LAME 3.99 -V0",)}, "LAME 3.99 -V0"),
        ({}, None),
    ],
)
def test_software_that_encoded_a_file_is_told_and_people_are_not(
    tags: dict[str, tuple[str, ...]], name: str | None
) -> None:
    assert encoder(assessed("a", tags=tags).examined) == name


def test_events_carry_their_vocabulary_and_their_agents() -> None:
    root = parsed(every_case())
    types = root.findall("p:event/p:eventType", NAMES)
    assert [one.get("valueURI", "").rpartition("/")[2] for one in types] == ["cap", "poa", "vir"]
    assert texts(root, "p:event/p:eventDateTime") == ["2026-11-22T18:04:05Z"] * 3
    (software, *_) = root.findall("p:agent", NAMES)
    assert texts(software, "p:agentName") == ["archiver"]
    assert texts(software, "p:agentVersion") == ["1.0"]
    strange = parsed([], events=(Event("dusting", MOMENT, "Success", "d", "a"),))
    assert "valueURI" not in strange.findall("p:event/p:eventType", NAMES)[0].attrib


@pytest.mark.parametrize("events", [EVENTS, EVENTS[:2]])
def test_it_is_imported_by_archivematica_unedited(events: tuple[Event, ...]) -> None:
    """Its import fails where any file, event or agent is tied to nothing, or to something that is not there."""
    entries = every_case()
    root = parsed(entries, events=events)
    events_of = {
        texts(file, "p:originalName")[0]: set(texts(file, ".//p:linkingEventIdentifierValue"))
        for file in files(root)
    }
    assert set(events_of) == {entry.bag_path for entry in entries if isinstance(entry, PackedFile)}
    known = texts(root, "p:event/p:eventIdentifier/p:eventIdentifierValue")
    assert len(set(known)) == len(known) == len(events)
    assert all(uuid.UUID(one) for one in known)
    [capture] = [
        texts(one, "p:eventIdentifier/p:eventIdentifierValue")[0]
        for one in root.findall("p:event", NAMES)
        if texts(one, "p:eventType") == [OF_EACH_FILE]
    ]
    assert all(linked == {capture} for linked in events_of.values())
    [package] = [one for one in root.findall("p:object", NAMES) if one not in files(root)]
    assert set(texts(package, ".//p:linkingEventIdentifierValue")) == set(known)
    agents = texts(root, "p:agent/p:agentIdentifier/p:agentIdentifierValue")
    assert len(set(agents)) == len(agents)
    tied = set(texts(root, "p:event/p:linkingAgentIdentifier/p:linkingAgentIdentifierValue"))
    assert tied <= set(agents)
    for agent in root.findall("p:agent", NAMES):
        assert texts(agent, "p:agentType") != [""]
        name = texts(agent, "p:agentIdentifier/p:agentIdentifierValue")[0]
        assert name in tied or set(texts(agent, ".//p:linkingEventIdentifierValue")) <= set(known) != set()
    assert set(texts(root, ".//p:rightsStatement//p:linkingAgentIdentifierValue")) <= set(agents)


def statements(root: ET.Element) -> dict[str, ET.Element]:
    found = root.findall("p:rights/p:rightsStatement", NAMES)
    return {texts(one, ".//p:rightsStatementIdentifierValue")[0]: one for one in found}


def test_files_with_the_same_conclusion_share_its_statement() -> None:
    root = parsed([packed(str(number)) for number in range(50)])
    assert len(statements(root)) == 1
    linked = texts(root, ".//p:linkingRightsStatementIdentifierValue")
    assert linked == list(statements(root)) * 50


def test_statements_are_numbered_in_the_order_in_which_files_need_them() -> None:
    decisions = [decision(acts=Acts(*acts)) for acts in _many_acts()[:3]]
    root = parsed([packed(str(number), one) for number, one in enumerate([*decisions, decisions[0]])])
    assert list(statements(root)) == ["rights-1", "rights-2", "rights-3"]
    linked = texts(root, ".//p:linkingRightsStatementIdentifierValue")
    assert linked == ["rights-1", "rights-2", "rights-3", "rights-1"]
    assert {*texts(root, ".//p:rightsStatementIdentifierType")} == {"local"}
    assert {*texts(root, ".//p:linkingRightsStatementIdentifierType")} == {"local"}


def test_each_object_event_agent_and_statement_has_a_line_of_its_own() -> None:
    entries = every_case()
    root = parsed(entries)
    first, opening, *lines, closing = record(entries).decode().split("\n")[:-1]
    assert first.startswith("<?xml ")
    assert opening.startswith("<premis ")
    assert closing == "</premis>"
    assert [line.partition(">")[0].split(" ")[0] for line in lines] == [
        f"<{child.tag.rpartition('}')[2]}" for child in root
    ]


def test_a_carriage_return_in_a_name_is_no_line_feed() -> None:
    (file,) = files(parsed([packed("a\rb\nc\r\nd")]))
    assert texts(file, "p:originalName") == ["data/a\rb\nc\r\nd"]


def test_beyond_the_limit_files_get_statements_of_their_own(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(premis, "SHARED_STATEMENTS", 2)
    entries = [packed(f"{number}", decision(acts=Acts(*acts))) for number, acts in enumerate(_many_acts())]
    entries += [packed("again", entries[0].assessed.decision), packed("late", entries[5].assessed.decision)]
    data = record(entries)
    root = ET.fromstring(data)
    linked = texts(root, ".//p:linkingRightsStatementIdentifierValue")
    assert set(linked) == set(statements(root))
    assert len(statements(root)) == len(entries) - 1
    assert linked[0] == linked[-2]
    request.getfixturevalue("schema").assertValid(etree.parse(io.BytesIO(data)))


def test_beyond_the_limit_neighbours_share_by_what_was_decided_and_not_by_the_object(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A run that goes on has its decisions read anew; the record is the same as of one that was never stopped."""
    monkeypatch.setattr(premis, "SHARED_STATEMENTS", 0)
    first = decision()
    again = dataclasses.replace(first)
    assert first is not again
    assert record([packed("a", first), packed("b", again)]) == record(
        [packed("a", first), packed("b", first)]
    )


def _many_acts() -> list[tuple[Answer, Answer]]:
    return [(first, second) for first in Answer for second in Answer]


def test_conclusions_come_without_the_evidence_they_rest_on() -> None:
    seen = Evidence("licence-url", "WCOP@312", "https://example.org/licence", Strength.WEAK)
    assert b"WCOP" not in record([packed("a", evidence=(seen,))])


def test_the_same_input_gives_the_same_bytes() -> None:
    assert record(every_case()) == record(list(every_case()))


@given(ANY_TEXT, ANY_TEXT)
@settings(max_examples=60)
def test_any_name_or_tag_gives_well_formed_xml(name: str, text: str) -> None:
    declared = Declaration(
        "one",
        Scope(),
        Basis.STATUTE,
        text,
        DeclarantRole.DONOR,
        DAY,
        citation=text,
        note=text,
        jurisdiction=(text,),
    )
    entry: PackEntry = packed(
        name,
        decision(basis=Basis.STATUTE, declarations=("one",)),
        format=Format(text, text, text, text),
        protection=Protection(text, text, text),
        tags={"encoder": (text + "1",)},
    )
    context = RightsContext(DONATION, DAY, {"one": declared}, {"one": text})
    root = parsed([entry], context, (Event(text, MOMENT, text, text, text),), text)
    assert len(files(root)) == 1
