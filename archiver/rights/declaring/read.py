"""Reads ``rights.toml``: what named people assert about the files of one source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from archiver.model.rights import (
    Act,
    Basis,
    CarrierHeld,
    DeclarantRole,
    Declaration,
    MachineUse,
    Scope,
)
from archiver.model.terms import Layer
from archiver.rights.declaring.fields import (
    read_answers,
    read_date,
    read_document,
    read_facts,
    read_identifier,
    read_jurisdictions,
    read_scope,
    read_word,
    read_words,
)
from archiver.rights.declaring.sense import check_sense
from archiver.rights.globs import has_wildcard
from archiver.toml.document import Document
from archiver.toml.positions import Path, Position

VERSION = 1
"""The version of the form that this program reads."""

MOST_PATTERNS = 10_000
"""Patterns with a star in one file; every file of a source may have to be held against each."""

_SHARED = ("by", "role", "date")
_READERS: dict[str, Callable[[Document, object, Path], Any]] = {
    "id": read_identifier,
    "scope": read_scope,
    "by": Document.text,
    "role": lambda document, value, path: read_word(document, value, path, DeclarantRole),
    "date": read_date,
    "acts": lambda document, value, path: read_answers(document, value, path, Act),
    "license": Document.text,
    "document": read_document,
    "jurisdiction": read_jurisdictions,
    "citation": Document.text,
    "expires": read_date,
    "carrier_held": lambda document, value, path: read_word(document, value, path, CarrierHeld),
    "layers": lambda document, value, path: read_words(document, value, path, Layer),
    "facts": read_facts,
    "ai": lambda document, value, path: read_answers(document, value, path, MachineUse),
    "note": Document.text,
}
_FIELDS = ("id", "scope", "basis", *(key for key in _READERS if key not in ("id", "scope")))


@dataclass(frozen=True, slots=True)
class Remark:
    """Something in the file that is no fault but will not do what its writer may expect.

    Attributes:
        line: Line, from 1.
        declaration: Identifier of the declaration.
        text: One plain sentence.
    """

    line: int
    declaration: str
    text: str


@dataclass(frozen=True, slots=True)
class DeclarationFile:
    """A file of declarations that was read without fault.

    Attributes:
        name: The file's name as the user knows it.
        declarations: In the order of the file.
        lines: The line on which each of them begins.
        remarks: What will not do what its writer may expect, in the order of the file.
        documents: The documents that they name, each with the place where it is named first.
    """

    name: str
    declarations: tuple[Declaration, ...]
    lines: tuple[int, ...]
    remarks: tuple[Remark, ...]
    documents: Mapping[str, Position]


def parse_declarations(data: bytes, name: str, prefix: str = "") -> DeclarationFile:
    """Read a file of declarations.

    Args:
        data: Its bytes, UTF-8.
        name: Its name as the user knows it, for messages.
        prefix: Put before every identifier, to keep several files of one run apart.

    Raises:
        TomlFileError: With every fault, each with line, column and the nearest valid word.
    """
    document = Document(data, name)
    root = document.table(document.root, (), ("version", "defaults", "declaration"))
    _check_version(document, root)
    defaults = document.table(root.get("defaults", {}), ("defaults",), _SHARED)
    entries = root.get("declaration", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        document.fault(("declaration",), "Declarations are a list of tables.", "Write [[declaration]].")
        entries = []
    shared = _Defaults(document, defaults)
    read = [_read(document, entry, ("declaration", index), shared) for index, entry in enumerate(entries)]
    _check_identifiers(document, read)
    _check_patterns(document, read)
    remarks = [
        Remark(document.position((*path, *inside)).line, prefix + declaration.id, text)
        for path, declaration in read
        if declaration is not None
        for inside, text in check_sense(document, declaration, path)
    ]
    document.finish()
    kept = [(path, declaration) for path, declaration in read if declaration is not None]
    return DeclarationFile(
        name=name,
        declarations=tuple(replace(declaration, id=prefix + declaration.id) for _, declaration in kept),
        lines=tuple(document.position(path).line for path, _ in kept),
        remarks=tuple(sorted(remarks, key=lambda remark: remark.line)),
        documents={
            declaration.document: document.position((*path, "document"))
            for path, declaration in reversed(kept)
            if declaration.document is not None
        },
    )


def _check_version(document: Document, root: dict[str, Any]) -> None:
    if "version" not in root:
        document.fault((), "It does not say which form it has.", f"Begin it with version = {VERSION}.")
    elif root["version"] != VERSION or isinstance(root["version"], bool):
        document.fault(
            ("version",), f"This program reads version {VERSION} only.", f"Write version = {VERSION}."
        )


class _Defaults:
    """What holds for declarations that do not say; each is read once, and what is wrong with it told once."""

    def __init__(self, document: Document, table: dict[str, Any]) -> None:
        self._document = document
        self._table = table
        self._read: dict[str, Any] = {}

    def read(self, key: str, path: Path) -> Any:  # noqa: ANN401 - by key
        """Give the default, or ``None`` where it is wrong, or missing, which is a fault of the declaration at ``path``."""
        if key not in self._table:
            self._document.fault(path, f"There is no {key}.", f"Write {key} here or under [defaults].")
            return None
        if key not in self._read:
            self._read[key] = _read_field(self._document, key, self._table[key], ("defaults", key))
        return self._read[key]


def _read(
    document: Document, entry: dict[str, Any], path: Path, defaults: _Defaults
) -> tuple[Path, Declaration | None]:
    """One declaration, or ``None`` where a fault keeps it from being one."""
    table = document.table(entry, path, _FIELDS)
    faults = len(document.faults)
    given = {
        key: _read_field(document, key, value, (*path, key))
        for key, value in table.items()
        if key in _READERS
    }
    shared = {key: given[key] if key in given else defaults.read(key, path) for key in _SHARED}
    basis = document.word(table["basis"], (*path, "basis"), Basis) if "basis" in table else None
    if "basis" not in table:
        document.fault(path, "There is no basis.", f"Write basis = one of: {', '.join(Basis)}.")
    if len(document.faults) > faults or basis is None or None in shared.values():
        return path, None
    declaration = Declaration(
        id=given.pop("id", None) or f"declaration-{int(path[-1]) + 1}",
        scope=given.pop("scope", Scope()),
        basis=Basis(basis),
        by=shared["by"],
        role=shared["role"],
        date=shared["date"],
        machine_use=given.pop("ai", ()),
        **{key: value for key, value in given.items() if key not in _SHARED},
    )
    return path, declaration


def _read_field(document: Document, key: str, value: object, path: Path) -> Any:  # noqa: ANN401 - by key
    return _READERS[key](document, value, path)


def _check_identifiers(document: Document, read: list[tuple[Path, Declaration | None]]) -> None:
    seen: set[str] = set()
    for path, declaration in read:
        if declaration is None:
            continue
        if declaration.id in seen:
            document.fault(
                (*path, "id"), f"There is another declaration {declaration.id!r}.", "Name it otherwise."
            )
        seen.add(declaration.id)


def _check_patterns(document: Document, read: list[tuple[Path, Declaration | None]]) -> None:
    number = 0
    for path, declaration in read:
        if declaration is None:
            continue
        scope = declaration.scope
        patterns = chain(scope.paths, scope.albums, *(values for _, values in scope.tags))
        number += sum(map(has_wildcard, patterns))
        if number > MOST_PATTERNS:
            hint = "Name folders, which end in '/', or files."
            document.fault(
                (*path, "scope"), f"There are more than {MOST_PATTERNS:,} patterns with a star.", hint
            )
            return
