"""Paths that name a folder without the slash at its end: they mean the folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from archiver.model.rights import Answer, Basis, Declaration
from archiver.rights.declaring.fields import derived_level
from archiver.rights.declaring.read import DeclarationFile, Remark
from archiver.rights.globs import has_wildcard


def folders_meant(
    declared: DeclarationFile, is_folder: Callable[[str], bool]
) -> tuple[DeclarationFile, tuple[Remark, ...]]:
    """Add the slash to every path that equals a folder's name, since it would take in no file without.

    Args:
        declared: The declarations as they were read.
        is_folder: Whether a path below the folder that they speak for is a folder.

    Returns:
        The declarations that speak of the folders, and a remark on each path that was so understood.
    """
    meant, remarks = [], []
    for declaration, line in zip(declared.declarations, declared.lines, strict=True):
        folders = [path for path in declaration.scope.paths if _names_one(path) and is_folder(path)]
        meant.append(_below(declaration, folders) if folders else declaration)
        remarks += [
            Remark(
                line, declaration.id, f"{path!r} is a folder, and is read as {path + '/'!r}. Write the slash."
            )
            for path in folders
        ]
    return replace(declared, declarations=tuple(meant)), tuple(remarks)


def _names_one(path: str) -> bool:
    return not (path.endswith("/") or has_wildcard(path))


def _below(declaration: Declaration, folders: list[str]) -> Declaration:
    scope = declaration.scope
    paths = tuple(path + "/" if path in folders else path for path in scope.paths)
    said = scope.level is not derived_level(scope.paths, scope.albums)
    names_files = not all(path.endswith("/") or has_wildcard(path) for path in paths)
    if said or (names_files and _only_closes(declaration)):
        level = scope.level  # the files that it names besides stay closed as closely as they were
    else:
        level = derived_level(paths, scope.albums)
    return replace(declaration, scope=replace(scope, paths=paths, level=level))


def _only_closes(declaration: Declaration) -> bool:
    stated = (*declaration.acts, *declaration.machine_use)
    return declaration.basis is Basis.UNKNOWN and not any(answer is Answer.ALLOW for _, answer in stated)
