from __future__ import annotations

import io
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.records.premis.elements import Elements
from archiver.records.visible import xml_characters

ANY_TEXT = st.text(st.characters(exclude_categories=()))
"""Everything a Python string can hold, lone surrogates included."""


def written(text: str) -> str:
    """One element that holds the text as its content and as an attribute."""
    stream = io.StringIO()
    Elements(stream).leaf("a", text, {"b": text})
    return stream.getvalue()


@given(ANY_TEXT)
def test_any_text_reads_back_as_its_visible_form_from_content_and_attribute(text: str) -> None:
    element = ET.fromstring(written(text))
    assert (element.text or "") == xml_characters(text) == element.get("b")


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("a\rb", "a&#13;b"),
        ("\r\r\n", "&#13;&#13;\n"),
        ("]]>", "]]&gt;"),
        ("<&>\"'", "&lt;&amp;&gt;\"'"),
        ("a\x01b", "a\\x01b"),
        ("\U0001f3b5", "\U0001f3b5"),
    ],
)
def test_content_is_written_so(text: str, content: str) -> None:
    assert written(text).partition(">")[2] == f"{content}</a>"


def test_elements_nest_and_an_identifier_has_its_kind_its_value_and_its_role() -> None:
    stream = io.StringIO()
    out = Elements(stream)
    with out.element("agent"):
        out.identifier("linkingAgent", "local", "A & B", role="donor")
    assert stream.getvalue() == (
        "<agent><linkingAgentIdentifier>"
        "<linkingAgentIdentifierType>local</linkingAgentIdentifierType>"
        "<linkingAgentIdentifierValue>A &amp; B</linkingAgentIdentifierValue>"
        "<linkingAgentRole>donor</linkingAgentRole>"
        "</linkingAgentIdentifier></agent>"
    )
