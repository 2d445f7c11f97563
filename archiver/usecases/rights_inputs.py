"""Reads what the owner wrote about rights: declarations, the documents they name, the policy."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archiver import filesystem
from archiver.errors import UsageError
from archiver.ingest.assess import DeclaredFolder
from archiver.model.rights import Policy
from archiver.model.source import Source
from archiver.rights.declarations import DeclarationFile, parse_declarations
from archiver.rights.policies import POLICY_NAMES, builtin_policy, parse_policy

RIGHTS_FILE = "rights.toml"
DOCUMENTS_FOLDER = "metadata/rights/documents"
"""Where the documents behind declarations lie in a bag."""
_MOST_BYTES = 64 << 20
"""A deed or licence larger than this is not taken into a bag's description."""


@dataclass(frozen=True, slots=True)
class Document:
    """A deed, licence or letter that a declaration names.

    Attributes:
        name: The path that the declaration gives, relative to its file, ``/``-separated.
        path: Where it is now.
    """

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class RightsInputs:
    """What was declared for a run.

    Attributes:
        files: The files of declarations that were read, for their remarks.
        declared: Their declarations, and the folders they speak for.
        documents: What the declarations name, each once.
        evidenced: Path in the bag of the document behind a declaration, by the declaration's identifier.
    """

    files: tuple[DeclarationFile, ...]
    declared: tuple[DeclaredFolder, ...]
    documents: tuple[Document, ...]
    evidenced: Mapping[str, str]


def read_rights(sources: Sequence[Source], given: str | None) -> RightsInputs:
    """Read the declarations for a run.

    Args:
        sources: The sources; a file ``rights.toml`` at the top of one speaks for what is in it.
        given: A file of declarations that the user named; it speaks for everything, and no other is looked for.

    Raises:
        UsageError: where a named file or document cannot be read.
        ConfigError: with line and column of everything that is wrong in a file.
    """
    if given is not None:
        places = [("", given)]
    else:
        found = [
            (source, os.path.join(os.fsdecode(source.root), RIGHTS_FILE))
            for source in sources
            if source.only is None
        ]
        places = [(source.folder, path) for source, path in found if os.path.lexists(path)]
    files, declared, documents, evidenced = [], [], {}, {}
    for folder, path in places:
        prefix = f"{folder}:" if folder else ""
        file = read_declarations(path, prefix)
        files.append(file)
        declared.append(DeclaredFolder(folder, file.declarations))
        for declaration in file.declarations:
            if declaration.document is not None:
                name = f"{folder}/{declaration.document}" if folder else declaration.document
                documents[name] = Document(name, os.path.join(os.path.dirname(path), declaration.document))
                evidenced[declaration.id] = f"{DOCUMENTS_FOLDER}/{name}"
    for document in documents.values():
        read_small_file(document.path, "the document")
    return RightsInputs(tuple(files), tuple(declared), tuple(documents.values()), evidenced)


def read_declarations(path: str, prefix: str = "") -> DeclarationFile:
    """Read one file of declarations; ``prefix`` is put before every identifier.

    Raises:
        UsageError: where it cannot be read.
        ConfigError: with line and column of everything that is wrong.
    """
    return parse_declarations(read_small_file(path, "the declarations"), path, prefix)


def read_policy(name_or_path: str) -> Policy:
    """Return a policy that comes with the program, or read a file of one's own.

    Raises:
        UsageError: where there is neither.
        ConfigError: with line and column of everything that is wrong in the file.
    """
    if name_or_path in POLICY_NAMES:
        return builtin_policy(name_or_path)
    if not os.path.exists(name_or_path):
        raise UsageError(
            f"there is no policy {name_or_path!r}",
            f"Choose one of {', '.join(POLICY_NAMES)}, or name a policy file.",
        )
    return parse_policy(read_small_file(name_or_path, "the policy"), name_or_path)


def read_small_file(path: str, what: str) -> bytes:
    """Read a file that a person wrote or signed; never a pipe or device, never more than 64 MiB.

    Raises:
        UsageError: where it cannot be read.
    """
    folder, name = os.path.split(os.path.realpath(os.fsencode(path)))
    hint = "Correct the path, or take it out of the declarations."
    try:
        descriptor = filesystem.open_regular_beneath(folder, name)
        with os.fdopen(descriptor, "rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"cannot read {what} {path}: {(error.strerror or str(error)).lower()}", hint
        ) from error
    if len(data) > _MOST_BYTES:
        raise UsageError(f"{what} {path} is larger than {_MOST_BYTES >> 20} MiB", hint)
    return data
