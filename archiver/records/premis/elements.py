"""Writes the elements of a document to a stream, with whatever text they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import TextIOBase
from xml.sax.saxutils import escape, quoteattr

from archiver.records.visible import xml_characters

ENCODING = "UTF-8"
_CARRIAGE_RETURN = {"\r": "&#13;"}
"""Written as it is, readers of XML take it for a line feed."""


class Elements:
    """Writes elements one after another, without line breaks of its own.

    Text and attributes come back from any reader of XML 1.0 as they were given, save that a character XML cannot hold
    stands as its escape.
    """

    def __init__(self, stream: TextIOBase) -> None:
        self._write = stream.write

    def declaration(self) -> None:
        """Write the XML declaration, with which a document begins."""
        self._write(f'<?xml version="1.0" encoding="{ENCODING}"?>\n')

    def start(self, name: str, attributes: Mapping[str, str] | None = None) -> None:
        """Begin an element."""
        given = attributes or {}
        told = [f" {key}={quoteattr(xml_characters(value))}" for key, value in given.items()]
        self._write(f"<{name}{''.join(told)}>")

    def end(self, name: str) -> None:
        """End the element that was begun last."""
        self._write(f"</{name}>")

    @contextmanager
    def element(self, name: str, attributes: Mapping[str, str] | None = None) -> Iterator[None]:
        """Write an element around what the block writes."""
        self.start(name, attributes)
        yield
        self.end(name)

    def leaf(self, name: str, text: str, attributes: Mapping[str, str] | None = None) -> None:
        """Write an element that holds text."""
        if attributes:
            self.start(name, attributes)
            self._write(f"{_escaped(text)}</{name}>")
        else:
            self._write(_leaf(name, text))

    def identifier(self, of: str, kind: str, value: str, *, role: str | None = None) -> None:
        """Write an identifier as PREMIS has it: of what, such as ``object`` or ``linkingAgent``, its type, its value."""
        name = f"{of}Identifier"
        told = _leaf(f"{name}Type", kind) + _leaf(f"{name}Value", value)
        if role is not None:
            told += _leaf(f"{of}Role", role)
        self._write(f"<{name}>{told}</{name}>")

    def line_break(self) -> None:
        """End a line between elements."""
        self._write("\n")


def _leaf(name: str, text: str) -> str:
    return f"<{name}>{_escaped(text)}</{name}>"


def _escaped(text: str) -> str:
    return escape(xml_characters(text), _CARRIAGE_RETURN)
