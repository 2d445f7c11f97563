"""The first stage: lists what the sources hold, following no link, in a fixed order, at any depth."""

from __future__ import annotations

import dataclasses
import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from archiver import filesystem
from archiver.ingest import names
from archiver.ingest.names import NameRule
from archiver.machine import refuse_own_limit
from archiver.model.problem import Problem
from archiver.model.source import (
    EmptyFolder,
    FileRef,
    FileStat,
    FolderProblem,
    ScanEntry,
    Source,
    Unpacked,
    undecodable,
)

_SPARSE_BYTES = 1 << 30
"""From this size on a file that is mostly holes is worth a warning."""


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to list: its path as bytes below the root, its record path, and its path in the payload."""

    relative: bytes
    path: str
    stored: str


@dataclass(frozen=True, slots=True)
class _Listed:
    """One name in a folder, with what ``lstat`` said of it: a status or why there is none."""

    name: bytes
    status: os.stat_result | OSError
    is_folder: bool = False
    """Whether the listing itself calls it a folder, where there is no status."""


@dataclass(frozen=True, slots=True)
class _Listing:
    """What a folder lists, by the bytes of the names, and the fault that broke it off, if any."""

    entries: list[_Listed]
    fault: OSError | None


class _Names:
    """The names that the entries of one folder have in records and in the payload, and what is known of them."""

    def __init__(self, found: Iterable[bytes], rule: NameRule) -> None:
        self.rule = rule
        self.record = names.record_names(found := set(found))
        self.stored = self.record if rule == names.EXACT else names.stored_names(found, rule)
        self.twins = names.twins(self.record.values())

    def problems(self, name: bytes, path: str, stored: str) -> Iterator[Problem]:
        """Say what is wrong with a name: what of it other systems cannot hold, or what it is stored as in its place.

        Args:
            name: The name.
            path: The record path.
            stored: The path in the payload.
        """
        record = self.record[name]
        if record.encode("utf-8") != name:
            yield Problem(path, "N301", "the name is not UTF-8; packed under this reversible name")
        kept = stored.rpartition("/")[2]
        left = [*names.portability(kept), *names.misread(kept)]
        twin = self.twins.get(record)
        if twin is not None and twin[0] not in self.rule.apart:
            left.append(twin)
        if len(stored.encode("utf-8")) > names.LONGEST_PATH_BYTES:
            left.append(("N306", "the path is longer than most programs can open"))
        if kept != record:
            cured = [*names.portability(record), *names.misread(record), *([twin] if twin else [])]
            why = "; ".join(message for code, message in cured if code not in dict(left))
            yield Problem(
                path, "N309", f"stored as {kept}: {why or 'the path or name would be too long elsewhere'}"
            )
        yield from (Problem(path, code, message) for code, message in left)


def scan(sources: Sequence[Source], rule: NameRule = names.EXACT) -> Iterator[ScanEntry]:
    """List every entry of every source: a folder's files first, by the bytes of their names, then its folders.

    Reads names and ``lstat`` only. Paths longer than PATH_MAX are reached by descriptors. What is no regular
    file, and what cannot be read, is yielded as :class:`Unpacked`; so everything seen is accounted for.

    Args:
        sources: What to list.
        rule: Which names a bag is to store otherwise.
    """
    named_singly = _named_singly(sources, rule)
    tops = names.stored_names({source.folder.encode("utf-8") for source in sources if source.folder}, rule)
    for source in sources:
        top = tops[source.folder.encode("utf-8")] if source.folder else ""
        if source.only is not None:
            above, _, name = source.only.rpartition(b"/")
            yield from _single(source, top, above, name, named_singly[source.root, above])
        else:
            yield from _tree(source, top, rule)


def _named_singly(sources: Sequence[Source], rule: NameRule) -> dict[tuple[bytes, bytes], _Names]:
    """Name the files that were named one by one folder by folder, so that no two get one record name."""
    together: dict[tuple[bytes, bytes], list[bytes]] = {}
    for source in sources:
        if source.only is not None:
            above, _, name = source.only.rpartition(b"/")
            together.setdefault((source.root, above), []).append(name)
    return {place: _Names(found, rule) for place, found in together.items()}


def _single(source: Source, top: str, above: bytes, name: bytes, given: _Names) -> Iterator[ScanEntry]:
    parts = [part for part in above.split(b"/") if part]
    path = "/".join(filter(None, (source.folder, *(names.record_names([part])[part] for part in parts))))
    stored = "/".join(filter(None, (top, *(names.stored_names([part], given.rule)[part] for part in parts))))
    try:
        status = os.lstat(b"/".join(filter(None, (source.root, above, name))))
    except OSError as error:
        record_path = f"{path}/{given.record[name]}" if path else given.record[name]
        yield _unreadable(record_path, _fault_code(error, is_folder=False), error, name)
        return
    for entry in _entries(source, top, _Folder(above, path, stored), [_Listed(name, status)], given):
        if isinstance(entry, _Folder):  # it was a file when the source was named
            yield Unpacked(Problem(entry.path, "S104", "the file has become a folder"))
        else:
            yield entry


def _tree(source: Source, stored_top: str, rule: NameRule) -> Iterator[ScanEntry]:
    try:
        top = filesystem.open_folder(source.root)
    except OSError as error:
        yield _unreadable(source.folder or source.name, "S102", error, b"")
        return
    try:
        pending = [_Folder(b"", source.folder, stored_top)]
        while pending:
            folder = pending.pop()
            try:
                listing = _list(top, folder)
            except OSError as error:
                yield _unreadable(folder.path or source.name, "S102", error, folder.relative)
                continue
            below: list[_Folder] = []
            given = _Names((entry.name for entry in listing.entries), rule)
            for entry in _entries(source, stored_top, folder, listing.entries, given):
                if isinstance(entry, _Folder):
                    below.append(entry)
                else:
                    yield entry
            if listing.fault is not None:
                yield _broken_off(folder.path or source.name, len(listing.entries), listing.fault, folder)
            elif not listing.entries and folder.relative:
                yield EmptyFolder(folder.path)
            pending.extend(reversed(below))
    finally:
        os.close(top)


def _list(top: int, folder: _Folder) -> _Listing:
    """List a folder; a fault of one entry, or half way, takes nothing from what else was seen.

    Raises:
        OSError: where it cannot be opened.
        MachineError: where the machine refuses what listing needs itself.
    """
    listed: list[_Listed] = []
    fault = None
    with (
        filesystem.folder_beneath(top, folder.relative) as descriptor,
        filesystem.scan_folder(descriptor) as entries,
    ):
        try:
            for entry in entries:
                listed.append(_looked_at(entry))  # noqa: PERF401 - what was listed before a fault is kept
        except OSError as error:
            refuse_own_limit(error)
            fault = error
    return _Listing(sorted(listed, key=lambda entry: entry.name), fault)


def _looked_at(entry: os.DirEntry[str]) -> _Listed:
    name = os.fsencode(entry.name)
    try:
        return _Listed(name, entry.stat(follow_symlinks=False))
    except OSError as error:
        refuse_own_limit(error)
        try:
            return _Listed(name, error, is_folder=entry.is_dir(follow_symlinks=False))
        except OSError:
            return _Listed(name, error)


def _entries(
    source: Source, top: str, folder: _Folder, listed: Sequence[_Listed], given: _Names
) -> Iterator[ScanEntry | _Folder]:
    for entry in listed:
        name = given.record[entry.name]
        path = f"{folder.path}/{name}" if folder.path else name
        relative = folder.relative + b"/" + entry.name if folder.relative else entry.name
        stored = f"{folder.stored}/{given.stored[entry.name]}" if folder.stored else given.stored[entry.name]
        status = entry.status
        if isinstance(status, OSError):
            code = _fault_code(status, is_folder=entry.is_folder)
            yield Unpacked(Problem(path, code, _fault_message(status)), undecodable(relative))
            continue
        mode = status.st_mode
        if stat.S_ISREG(mode):
            problems = tuple(given.problems(entry.name, path, stored))
            yield _file(FileRef(source.root, relative, path, _listed(status), problems, stored), status)
        elif stat.S_ISDIR(mode):
            stored = names.stored_folder(stored, top, relative, given.rule)
            yield from (FolderProblem(problem) for problem in given.problems(entry.name, path, stored))
            yield _Folder(relative, path, stored)
        elif stat.S_ISLNK(mode):
            problem = Problem(path, "S106", "a symbolic link; links are not followed")
            yield Unpacked(problem, undecodable(relative))
        else:
            problem = Problem(path, "S107", f"a {_special(mode)}, not a file")
            yield Unpacked(problem, undecodable(relative))


def _listed(status: os.stat_result) -> FileStat:
    return FileStat(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def _file(ref: FileRef, status: os.stat_result) -> FileRef:
    """Warn of a file that is mostly holes, and leave out what need not be said: that it is stored under its name."""
    problems = ref.problems
    if (
        status.st_size >= _SPARSE_BYTES
        and getattr(status, "st_blocks", status.st_size) * 512 < status.st_size // 2
    ):
        message = f"mostly holes: {status.st_size} bytes that take {status.st_blocks * 512} on this disk"
        problems += (Problem(ref.path, "S108", message),)
    return dataclasses.replace(ref, problems=problems, stored=None if ref.stored == ref.path else ref.stored)


def _special(mode: int) -> str:
    for test, word in (
        (stat.S_ISFIFO, "named pipe"),
        (stat.S_ISSOCK, "socket"),
        (stat.S_ISBLK, "block device"),
        (stat.S_ISCHR, "character device"),
    ):
        if test(mode):
            return word
    return "special file"


def _fault_code(error: OSError, *, is_folder: bool) -> str:
    """The code for an entry that its folder lists and that cannot be looked at."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ESTALE):
        return "S105"
    if is_folder:
        return "S102"
    return "S101" if error.errno in (errno.EACCES, errno.EPERM) else "S103"


def _fault_message(error: OSError) -> str:
    reason = (error.strerror or str(error)).lower()
    if error.errno == errno.ENOENT:
        return "its folder lists it, but the system finds nothing under this name"
    return f"its folder lists it, but it cannot be looked at: {reason}"


def _broken_off(path: str, seen: int, error: OSError, folder: _Folder) -> Unpacked:
    reason = (error.strerror or str(error)).lower()
    message = f"listing it broke off after {seen:,} names: {reason}; what else is in it is not known"
    return Unpacked(Problem(path, "S102", message), undecodable(folder.relative))


def _unreadable(path: str, code: str, error: OSError, relative: bytes) -> Unpacked:
    return Unpacked(Problem(path, code, (error.strerror or str(error)).lower()), undecodable(relative))
