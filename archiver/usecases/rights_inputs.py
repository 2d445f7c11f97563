"""Reads what the owner wrote about rights: declarations, the documents they name, the policy."""

from __future__ import annotations

import contextlib
import functools
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from archiver import filesystem
from archiver.errors import Remedy, UsageError, Way
from archiver.ingest.assess import DeclaredFolder
from archiver.machine import reason
from archiver.model.rights import Policy
from archiver.model.source import Source
from archiver.rights.declaring.folders_meant import folders_meant
from archiver.rights.declaring.policies import POLICY_NAMES, builtin_policy, parse_policy
from archiver.rights.declaring.read import DeclarationFile, Remark, parse_declarations
from archiver.rights.globs import normal_path
from archiver.toml.document import MAX_BYTES, Fault, TomlFileError
from archiver.usecases.documents import Document, NoDocumentError, read_document

RIGHTS_FILE = "rights.toml"
_FOUND_HINT = "Links in a source are not followed, and nothing but a file is read."
_FOUND_REMEDIES = (Remedy(Way.PUT_FILE_IN_PLACE), Remedy(Way.NAME_DECLARATIONS))


@dataclass(frozen=True, slots=True)
class RightsInputs:
    """What was declared for a run.

    Attributes:
        files: The files of declarations that were read, for their remarks.
        declared: Their declarations, and the folders they speak for.
        documents: What the declarations name, each once.
        evidenced: Name of the document behind a declaration, by the declaration's identifier.
        understood: What of each file was not written as it was meant.
        found: Whether the files were looked for in the sources, and none was named.
    """

    files: tuple[DeclarationFile, ...]
    declared: tuple[DeclaredFolder, ...]
    documents: tuple[Document, ...]
    evidenced: Mapping[str, str]
    understood: tuple[tuple[Remark, ...], ...]
    found: bool


def read_rights(sources: Sequence[Source], given: str | None) -> RightsInputs:
    """Read the declarations for a run.

    Args:
        sources: The sources; a file ``rights.toml`` at the top of one speaks for what is in it.
        given: A file of declarations that the user named; it speaks for everything, and no other is looked for.

    Raises:
        UsageError: where a named file or document cannot be read.
        ConfigError: with line and column of everything that is wrong in a file.
    """
    files, declared, understood = [], [], []
    documents: dict[str, Document] = {}
    evidenced = {}
    for folder, path, named in _places(sources, given):
        prefix = f"{folder}:" if folder else ""
        written, itself = _read_declarations(path, prefix, named=named)
        roots = [(source.folder, source.root) for source in sources if named or source.folder == folder]
        below = roots if named else [("", root) for _, root in roots]
        file, remarks = folders_meant(written, functools.partial(_is_folder, below))
        understood.append(remarks)
        found = _read_documents(file, folder, itself)
        documents.update((one.name, one) for one in found.values())
        files.append(file)
        declared.append(DeclaredFolder(folder, file.declarations))
        for declaration in file.declarations:
            if declaration.document is not None:
                evidenced[declaration.id] = found[declaration.document].name
    return RightsInputs(
        tuple(files), tuple(declared), tuple(documents.values()), evidenced, tuple(understood), given is None
    )


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
    found, faults = _look_for_documents(file, folder, itself)
    if faults:
        raise TomlFileError(file.name, [fault for _, fault in faults])
    return found


def _look_for_documents(
    file: DeclarationFile, folder: str, itself: tuple[int, int]
) -> tuple[dict[str, Document], list[tuple[str, Fault]]]:
    """Read what the declarations of one file name; give by name the documents, and what is none with its fault."""
    root = os.path.dirname(os.fsencode(file.name)) or b"."
    found, faults = {}, []
    for named, place in file.documents.items():
        try:
            name = f"{folder}/{named}" if folder else named
            found[named] = read_document(root, os.fsencode(named), name, declared_in=itself)
        except NoDocumentError as error:
            message = f"The document {named} {error.reason}"
            faults.append((named, Fault(place.line, place.column, message, error.hint)))
    return found, faults


@dataclass(frozen=True, slots=True)
class ReadDeclarations:
    """One file of declarations, read to look at and not to pack.

    Attributes:
        file: The declarations.
        understood: What of them was not written as it was meant.
        no_documents: The documents that are none, each with what is wrong, in one or two plain sentences.
    """

    file: DeclarationFile
    understood: tuple[Remark, ...]
    no_documents: Mapping[str, str]


def read_declarations(path: str, root: bytes) -> ReadDeclarations:
    """Read a file of declarations that the user named.

    Args:
        path: The file.
        root: The folder that they speak for.

    Raises:
        UsageError: where it cannot be read.
        ConfigError: with line and column of everything that is wrong.
    """
    return _looked_at(path, root, named=True)


def read_found_declarations(path: str, root: bytes) -> ReadDeclarations:
    """Read a file of declarations that was found in a source, where a link is none; as :func:`read_declarations`."""
    return _looked_at(path, root, named=False)


def _looked_at(path: str, root: bytes, *, named: bool) -> ReadDeclarations:
    written, itself = _read_declarations(path, "", named=named)
    file, understood = folders_meant(written, functools.partial(_is_folder, [("", root)]))
    _, faults = _look_for_documents(file, "", itself)
    return ReadDeclarations(
        file, understood, {name: f"{fault.message} {fault.hint}" for name, fault in faults}
    )


def _is_folder(roots: Sequence[tuple[str, bytes]], path: str) -> bool:
    """Whether a path as declarations write it is a folder below one of the roots, each with the path it stands for."""
    for folder, root in roots:
        if folder and path == folder:
            return True
        if folder and not path.startswith(folder + "/"):
            continue
        at: bytes | None = root
        for part in path[len(folder) + 1 if folder else 0 :].split("/"):
            at = at and _entered(at, part)
        if at is not None:
            return True
    return False


def _entered(folder: bytes, name: str) -> bytes | None:
    """The folder of this name in another, in whatever normal form its disk writes it; ``None`` where it is none."""
    for candidate in dict.fromkeys((name, normal_path(name))):
        path = folder + b"/" + os.fsencode(candidate)
        with contextlib.suppress(OSError):
            if stat.S_ISDIR(os.lstat(path).st_mode):
                return path
    if name.isascii():
        return None
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            same = normal_path(os.fsdecode(entry.name)) == normal_path(name)
            if same and entry.is_dir(follow_symlinks=False):
                return entry.path
    return None


def _read_declarations(path: str, prefix: str, *, named: bool) -> tuple[DeclarationFile, tuple[int, int]]:
    """Read a file of declarations, and say which file on which device it is."""
    hint, remedies = ("Correct the path.", ()) if named else (_FOUND_HINT, _FOUND_REMEDIES)
    with _told(path, "the declarations", hint, remedies):
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
def _told(path: str, what: str, hint: str, remedies: Sequence[Remedy] = ()) -> Iterator[None]:
    """Turn what keeps a file from being read into a plain message."""
    try:
        yield
    except filesystem.NotRegularError as error:
        raise UsageError(
            f"cannot read {what} {path}: it is {error.strerror}", hint, remedies=remedies
        ) from error
    except filesystem.TooLargeError as error:
        raise UsageError(f"cannot read {what} {path}: it is {error.strerror}", "Divide it.") from error
    except OSError as error:
        raise UsageError(f"cannot read {what} {path}: {reason(error)}", hint, remedies=remedies) from error
