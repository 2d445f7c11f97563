"""Helps an owner to write declarations: a template from what was found, and a check of what they match."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from collections.abc import Iterator

from archiver.errors import UsageError
from archiver.model.audio import ExaminedFile
from archiver.model.source import Source
from archiver.rights.declaring.check import CheckResult, check_declarations
from archiver.rights.declaring.read import Remark
from archiver.rights.declaring.template import template
from archiver.usecases.finished import refuse_finished
from archiver.usecases.hearings import is_unread
from archiver.usecases.new_file import new_file
from archiver.usecases.planning import examined
from archiver.usecases.rights_inputs import RIGHTS_FILE, ReadDeclarations, read_declarations
from archiver.usecases.sources import sources_of
from archiver.usecases.watch import Watch


def rights_template(source: str, on: dt.date, jobs: int, watch: Watch) -> str:
    """Return a commented ``rights.toml`` for a source, grouped by what was found; it declares nothing yet.

    Args:
        source: A folder as the user named it.
        on: The day to suggest as the day of declaration.
        jobs: Worker processes to read headers with.
        watch: Counts files listed and examined.

    Raises:
        UsageError: where the source cannot be read.
    """
    found = _folder(source)
    with examined([found], jobs, watch) as entries:
        return template((entry for entry in entries if isinstance(entry, ExaminedFile)), found.name, on)


def rights_check(file: str, source: str, on: dt.date, jobs: int, watch: Watch) -> CheckResult:
    """Say what each declaration in ``file`` matches in ``source``, what none matches, and what is said in vain.

    Args:
        file: A file of declarations.
        source: The folder that they speak for.
        on: The day for which is asked.
        jobs: Worker processes to read headers with.
        watch: Counts files listed and examined.

    Raises:
        UsageError: where either cannot be read.
        ConfigError: with line and column of everything that is wrong in the file.
    """
    folder = _folder(source)
    read = read_declarations(file, folder.root)
    with examined([folder], jobs, watch) as entries:

        def files() -> Iterator[ExaminedFile]:
            return (entry for entry in entries if isinstance(entry, ExaminedFile))

        result = check_declarations(read.file, files, on)
        nested: tuple[str, ...] = ()
        if _is_found(file, folder):
            nested = tuple(one.ref.path for one in files() if is_unread(one.ref.path, [RIGHTS_FILE]))
    silences = sorted((*read.understood, *_no_documents(read), *result.silences), key=lambda told: told.line)
    return dataclasses.replace(result, silences=tuple(silences), nested=nested)


def _is_found(file: str, source: Source) -> bool:
    """Whether packing the source finds the file by itself, and so leaves others in it unread."""
    beside = os.path.join(source.root, os.fsencode(RIGHTS_FILE))
    return os.path.exists(beside) and os.path.samefile(file, beside)


def _no_documents(read: ReadDeclarations) -> Iterator[Remark]:
    for line, declaration in zip(read.file.lines, read.file.declarations, strict=True):
        fault = read.no_documents.get(declaration.document or "")
        if fault is not None:
            yield Remark(line, declaration.id, fault)


def refuse_unwritable(path: str) -> None:
    """Refuse a file that :func:`write_new_file` could not write, before a source is read for it.

    Raises:
        UsageError: where it is there already, its folder is not, or it would become part of a finished bag.
    """
    if os.path.lexists(path):
        raise UsageError(f"{path} is there already and is not overwritten", "Name another file.")
    refuse_finished(os.path.abspath(os.fsencode(path)), "file")
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise UsageError(f"cannot write {path}: there is no folder {folder}", "Name another file.")


def write_new_file(path: str, text: str) -> None:
    """Write a file that is not there yet, for a person to edit.

    Raises:
        UsageError: where it is there already, or cannot be written.
    """
    try:
        with new_file(path) as stream:
            stream.write(text.encode())
    except FileExistsError as error:
        raise UsageError(f"{path} is there already and is not overwritten", "Name another file.") from error
    except OSError as error:
        raise UsageError(f"cannot write {path}: {os.strerror(error.errno or 0).lower()}") from error


def _folder(named: str) -> Source:
    (source,) = sources_of([named])
    if source.only is not None:
        raise UsageError(f"the source {named} is a file", "Name the folder that the declarations speak for.")
    return source
