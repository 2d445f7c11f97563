"""Writes the elements of a document to a stream, with whatever text they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import TextIOBase
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from archiver.records.visible import xml_characters

ENCODING = "UTF-8"
_NO_ATTRIBUTES = AttributesImpl({})


class Elements:
    """Writes elements one after another, without line breaks of its own.

    Text and attributes come back from any reader of XML 1.0 as they were given, save that a character XML cannot hold
    stands as its escape.
    """

    def __init__(self, stream: TextIOBase) -> None:
        self._out = XMLGenerator(stream, ENCODING)

    def declaration(self) -> None:
        """Write the XML declaration, with which a document begins."""
        self._out.startDocument()

    def start(self, name: str, attributes: Mapping[str, str] | None = None) -> None:
        """Begin an element."""
        fit = _NO_ATTRIBUTES
        if attributes:
            fit = AttributesImpl({key: xml_characters(value) for key, value in attributes.items()})
        self._out.startElement(name, fit)

    def end(self, name: str) -> None:
        """End the element that was begun last."""
        self._out.endElement(name)

    @contextmanager
    def element(self, name: str, attributes: Mapping[str, str] | None = None) -> Iterator[None]:
        """Write an element around what the block writes."""
        self.start(name, attributes)
        yield
        self.end(name)

    def leaf(self, name: str, text: str, attributes: Mapping[str, str] | None = None) -> None:
        """Write an element that holds text."""
        self.start(name, attributes)
        self._text(text)
        self.end(name)

    def identifier(self, of: str, kind: str, value: str, *, role: str | None = None) -> None:
        """Write an identifier as PREMIS has it: of what, such as ``object`` or ``linkingAgent``, its type, its value."""
        name = f"{of}Identifier"
        with self.element(name):
            self.leaf(f"{name}Type", kind)
            self.leaf(f"{name}Value", value)
            if role is not None:
                self.leaf(f"{of}Role", role)

    def line_break(self) -> None:
        """End a line between elements."""
        self._out.ignorableWhitespace("\n")

    def _text(self, text: str) -> None:
        first, *others = xml_characters(text).split("\r")
        self._out.characters(first)
        for part in others:
            # the generator writes a carriage return as it is, which readers of XML take for a line feed
            self._out.ignorableWhitespace("&#13;")
            self._out.characters(part)
