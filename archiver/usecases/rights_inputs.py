"""Reads what the owner wrote about rights: declarations, the documents they name, the policy."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from archiver import filesystem
from archiver.errors import UsageError
from archiver.ingest.assess import DeclaredFolder
from archiver.model.rights import Policy
from archiver.model.source import Source
from archiver.rights.declarations import DeclarationFile, parse_declarations
from archiver.rights.policies import POLICY_NAMES, builtin_policy, parse_policy
from archiver.toml.document import MAX_BYTES, Fault, TomlFileError
from archiver.usecases.documents import DOCUMENTS_FOLDER, Document, NoDocumentError, read_document

RIGHTS_FILE = "rights.toml"
_FOUND_HINT = (
    "Links in a source are not followed, and nothing but a file is read. Put the file itself in its place, or name"
    " one: --rights FILE"
)


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
    files, declared = [], []
    documents: dict[str, Document] = {}
    evidenced = {}
    for folder, path, named in _places(sources, given):
        prefix = f"{folder}:" if folder else ""
        file, itself = _read_declarations(path, prefix, named=named)
        found = _read_documents(file, folder, itself)
        documents.update((one.name, one) for one in found.values())
        files.append(file)
        declared.append(DeclaredFolder(folder, file.declarations))
        for declaration in file.declarations:
            if declaration.document is not None:
                evidenced[declaration.id] = f"{DOCUMENTS_FOLDER}/{found[declaration.document].name}"
    return RightsInputs(tuple(files), tuple(declared), tuple(documents.values()), evidenced)


def _places(sources: Sequence[Source], given: str | None) -> Iterator[tuple[str, str, bool]]:
    """Yield the folder that each file of declarations speaks for, its path, and whether the user named it."""
    if given is not None:
        yield "", given, True
        return
    for source in sources:
        path = os.path.join(os.fsdecode(source.root), RIGHTS_FILE)
        if source.only is None and os.path.lexists(path):
            yield source.folder, path, False


def _read_documents(file: DeclarationFile, folder: str, itself: tuple[int, int]) -> Mapping[str, Document]:
    """Read what the declarations of one file name, each once; every fault is told at once, where it is named."""
    root = os.path.dirname(os.fsencode(file.name)) or b"."
    found, faults = {}, []
    for named, place in file.documents.items():
        try:
            name = f"{folder}/{named}" if folder else named
            found[named] = read_document(root, os.fsencode(named), name, declared_in=itself)
        except NoDocumentError as error:
            message = f"The document {named} {error.reason}"
            faults.append(Fault(place.line, place.column, message, error.hint))
    if faults:
        raise TomlFileError(file.name, faults)
    return found


def read_declarations(path: str) -> DeclarationFile:
    """Read a file of declarations that the user named.

    Raises:
        UsageError: where it cannot be read.
        ConfigError: with line and column of everything that is wrong.
    """
    return _read_declarations(path, "", named=True)[0]


def read_found_declarations(path: str) -> DeclarationFile:
    """Read a file of declarations that was found in a source, where a link is none.

    Raises:
        UsageError: where it cannot be read.
        ConfigError: with line and column of everything that is wrong.
    """
    return _read_declarations(path, "", named=False)[0]


def _read_declarations(path: str, prefix: str, *, named: bool) -> tuple[DeclarationFile, tuple[int, int]]:
    """Read a file of declarations, and say which file on which device it is."""
    hint = "Correct the path." if named else _FOUND_HINT
    with _told(path, "the declarations", hint):
        raw = os.fsencode(path)
        if named:
            descriptor = filesystem.open_named(raw)
        else:
            folder, name = os.path.split(raw)
            descriptor = filesystem.open_regular_beneath(folder, name)
        status = os.fstat(descriptor)
        data = filesystem.read_small(descriptor, MAX_BYTES)
    return parse_declarations(data, path, prefix), (status.st_dev, status.st_ino)


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
    with _told(name_or_path, "the policy", "Correct the path."):
        data = filesystem.read_small(filesystem.open_named(os.fsencode(name_or_path)), MAX_BYTES)
    return parse_policy(data, name_or_path)


@contextlib.contextmanager
def _told(path: str, what: str, hint: str) -> Iterator[None]:
    """Turn what keeps a file from being read into a plain message."""
    try:
        yield
    except filesystem.NotRegularError as error:
        raise UsageError(f"cannot read {what} {path}: it is {error.strerror}", hint) from error
    except filesystem.TooLargeError as error:
        raise UsageError(f"cannot read {what} {path}: it is {error.strerror}", "Divide it.") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot read {what} {path}: {reason}", hint) from error
