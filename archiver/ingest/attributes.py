"""Reads the extended attributes of files and folders, with what is personal in them taken out."""

from __future__ import annotations

import dataclasses
import errno
import os
from collections.abc import Iterator, Sequence
from typing import Self

from archiver import filesystem
from archiver.audio.evidence.find import limited
from archiver.audio.evidence.observe import observe
from archiver.machine import reason, refuse_own_limit
from archiver.model.attribute import Attribute
from archiver.model.audio import ExaminedFile
from archiver.model.problem import Problem
from archiver.model.source import FileRef
from archiver.personal.find import personal_spans
from archiver.personal.find import withheld as without_persons
from archiver.personal.spans import without

MOST_ATTRIBUTES = 64
"""Attributes of one file or folder whose values are kept."""
MOST_BYTES = 128 << 10
"""Bytes of values of one file or folder; Linux holds at most 64 KiB in one."""
_KEPT = ("user.", "com.apple.")
_HOUSEKEEPING = frozenset({"user.DOSATTRIB"})
"""What a file server writes to every file: kept, and not worth a word."""
_NAMES_SHOWN = 4


def attributes_of(descriptor: int) -> tuple[Attribute, ...]:
    """Read the attributes ``user.*`` and ``com.apple.*`` of an open file or folder, by name; changes no time of it.

    A value that holds personal data comes without it, a binary one not at all.

    Raises:
        OSError: where they cannot be listed.
    """
    found: list[Attribute] = []
    room = MOST_BYTES
    for name in sorted(filesystem.attribute_names(descriptor)):
        if not name.startswith(_KEPT):
            continue
        try:
            value = filesystem.attribute(descriptor, name)
        except OSError as error:
            refuse_own_limit(error)
            if error.errno != errno.ENODATA:  # it was taken away between the two calls
                found.append(Attribute(_name(name), None, None, fault="unreadable"))
            continue
        if len(found) >= MOST_ATTRIBUTES or len(value) > room:
            found.append(Attribute(_name(name), len(value), None, fault="too large"))
            continue
        room -= len(value)
        found.append(_redacted(name, value))
    return tuple(found)


def with_attributes(file: ExaminedFile, descriptor: int) -> ExaminedFile:
    """Return an examined file with the attributes that it has, open as ``descriptor``."""
    try:
        return carrying(file, attributes_of(descriptor))
    except OSError as error:
        refuse_own_limit(error)
        return dataclasses.replace(file, problems=(*file.problems, unlisted(file.ref.path, error)))


class AttributesAgain:
    """Reads the attributes of files of which everything else is known, folder by folder. Use it in a ``with`` block."""

    def __init__(self) -> None:
        self._root: bytes | None = None
        self._folders: filesystem.FolderCursor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def of(self, ref: FileRef) -> tuple[Attribute, ...]:
        """Return the attributes of a file; of one that cannot be opened there are none."""
        try:
            above, _, name = ref.relative.rpartition(b"/")
            descriptor = filesystem.open_regular(name, self._below(ref.root).folder(above))
            try:
                return attributes_of(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            refuse_own_limit(error)
            return ()

    def _below(self, root: bytes) -> filesystem.FolderCursor:
        if self._folders is None or root != self._root:
            self._leave()
            self._root, self._folders = root, filesystem.FolderCursor(root)
        return self._folders

    def _leave(self) -> None:
        if self._folders is not None:
            self._folders.__exit__()
            self._folders = None


def carrying(file: ExaminedFile, attributes: tuple[Attribute, ...]) -> ExaminedFile:
    """Return an examined file with these attributes, and with what they tell of persons and problems."""
    if not attributes:
        return file
    personal = [
        observe(code, f"extended attribute {attribute.name}")
        for attribute in attributes
        for code in attribute.personal
    ]
    return dataclasses.replace(
        file,
        attributes=attributes,
        evidence=(*file.evidence, *limited(personal)),
        problems=(*file.problems, *attribute_problems(file.ref.path, attributes)),
    )


def attribute_problems(path: str, attributes: Sequence[Attribute]) -> Iterator[Problem]:
    """Say what has attributes that a bag's payload cannot hold, and which of them could not be kept at all."""
    told = [attribute for attribute in attributes if attribute.name not in _HOUSEKEEPING]
    if told:
        yield Problem(path, "S111", f"it has {_names(told)}")
    lost = [attribute for attribute in attributes if attribute.fault]
    if lost:
        yield Problem(path, "S112", f"not recorded with their values: {_names(lost)}")


def unlisted(path: str, error: OSError) -> Problem:
    """Say that the system does not give the attributes of a file or folder."""
    return Problem(path, "S112", f"they cannot be listed: {reason(error)}")


def _names(attributes: Sequence[Attribute]) -> str:
    names = ", ".join(
        attribute.name
        if attribute.size_bytes is None
        else f"{attribute.name} ({attribute.size_bytes:,} bytes)"
        for attribute in attributes[:_NAMES_SHOWN]
    )
    more = len(attributes) - _NAMES_SHOWN
    return f"{names} and {more:,} more" if more > 0 else names


def _name(name: str) -> str:
    """A name as it may be recorded: text, without what identifies a person."""
    return without_persons(name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))


def _redacted(name: str, value: bytes) -> Attribute:
    """Take personal data out of a value; where it is binary, as in a property list, the whole value is withheld."""
    text = _text(value)
    if text is not None:
        spans = personal_spans(text)
        codes = tuple(dict.fromkeys(span.code for span in spans))
        return Attribute(_name(name), len(value), without(text, spans).encode("utf-8"), codes)
    # a property list of macOS has its strings in ASCII, and in UTF-16 where that does not hold them
    looks = [value.decode("latin-1"), *(value[at:].decode("utf-16-be", "replace") for at in (0, 1))]
    codes = tuple(dict.fromkeys(span.code for look in looks for span in personal_spans(look)))
    return Attribute(_name(name), len(value), None if codes else value, codes)


def _text(value: bytes) -> str | None:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if any(char < " " and char not in "\t\r\n" for char in text) else text
