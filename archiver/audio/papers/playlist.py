"""Playlists: M3U, PLS and XSPF, and the files that they name."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Sequence
from xml.parsers import expat

from archiver.model.paper import Named, Playlist, Reference

MOST_REFERENCES = 20_000
"""Files of one paper that are looked for."""

FORMS = {"m3u": "m3u", "m3u8": "m3u", "pls": "pls", "xspf": "xspf"}
"""The forms that are read, by extension."""

_ADDRESS = re.compile(r"(?!file:)[a-z][a-z0-9+.-]{1,30}://", re.IGNORECASE | re.ASCII)
_FILE_URI = re.compile(r"file:(?://[^/]{0,255})?(?=/)", re.IGNORECASE)
_PLS_FILE = re.compile(r"\s{0,9}file\d{1,9}\s{0,9}=\s{0,9}(.+)", re.IGNORECASE)
_LONGEST = 4096


def read_playlist(form: str, lines: Sequence[str], data: bytes) -> tuple[Playlist, tuple[Reference, ...]]:
    """A playlist and the files that it names.

    Args:
        form: One of the values of :data:`FORMS`.
        lines: Its text.
        data: Its bytes, of which XSPF says itself how they are to be read.
    """
    if form == "xspf":
        said: Iterable[str] = _xspf_locations(data)
    elif form == "pls":
        said = (match[1] for match in map(_PLS_FILE.match, lines) if match is not None)
    else:
        said = (line for line in lines if not line.lstrip("\ufeff \t").startswith("#"))
    references, named = gathered((one.strip(" \t\ufeff\0") for one in said), encoded=form == "xspf")
    return Playlist(form, named), references


def gathered(said: Iterable[str], *, encoded: bool = False) -> tuple[tuple[Reference, ...], Named]:
    """The references among the names of one paper, which have addresses among them, and how many there are of each."""
    references: list[Reference] = []
    addresses, more = 0, False
    for one in said:
        if not one:
            continue
        if len(references) + addresses == MOST_REFERENCES:
            more = True
            break
        if is_address(one):
            addresses += 1
        else:
            uri = _FILE_URI.match(one)
            path = one if uri is None else one[uri.end() :]
            references.append(Reference(path, encoded=encoded or uri is not None))
    return tuple(references), Named(names=len(references) + addresses, addresses=addresses, more=more)


def is_address(said: str) -> bool:
    """Whether a name is an address in a network, which begins with a scheme of more than the one letter of a drive."""
    return _ADDRESS.match(said) is not None


def _xspf_locations(data: bytes) -> Iterator[str]:
    """The text of each ``location`` of a track, as far as the document is well-formed.

    A document type ends the reading: without one there are no entities but those of every document.
    """
    found: list[str] = []
    text: list[str] | None = None
    track = False

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal text, track
        local = name.rpartition(" ")[2]
        track = track or local == "track"
        text = [] if track and local == "location" else None

    def end(name: str) -> None:
        nonlocal text, track
        local = name.rpartition(" ")[2]
        if local == "location" and text is not None:
            found.append("".join(text).strip()[:_LONGEST])
        track = track and local != "track"
        text = None

    def characters(more: str) -> None:
        if text is not None:
            text.append(more)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = _refuse_document_type
    with contextlib.suppress(expat.ExpatError, _DocumentTypeError, ValueError, LookupError):
        parser.Parse(data, True)
    yield from found


class _DocumentTypeError(Exception):
    """The document declares a type, and with it entities that could be anything."""


def _refuse_document_type(*_: object) -> None:
    raise _DocumentTypeError
