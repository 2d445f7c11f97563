"""The first stage: lists what the sources hold, following no link, in a fixed order, at any depth."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from archiver import filesystem
from archiver.audio.containers.window import Window
from archiver.audio.formats.magic import sniff
from archiver.ingest import names
from archiver.ingest.attributes import attribute_problems, attributes_of, unlisted
from archiver.ingest.exclusion import Exclusion, is_companion_rule
from archiver.ingest.links import LinkPlace, link_entry
from archiver.ingest.listing import listing_of
from archiver.ingest.names import NameRule
from archiver.machine import reason, refuse_own_limit
from archiver.model.audio import Role
from archiver.model.problem import Problem
from archiver.model.source import (
    EmptyFolder,
    FileRef,
    FileStat,
    FolderProblem,
    FolderRef,
    LeftOut,
    Listing,
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
    target: bytes | None = None
    """What it says where it is a symbolic link."""

    @property
    def what(self) -> str:
        """What kind of entry it is, as :class:`archiver.model.source.LeftOut` names it."""
        if isinstance(self.status, OSError):
            return "folder" if self.is_folder else "other"
        mode = self.status.st_mode
        tests = (("file", stat.S_ISREG), ("folder", stat.S_ISDIR), ("link", stat.S_ISLNK))
        return next((word for word, test in tests if test(mode)), "other")


@dataclass(frozen=True, slots=True)
class _Listing:
    """What a folder lists, by the bytes of the names, the fault that broke it off, if any, and what is known of itself."""

    entries: list[_Listed]
    fault: OSError | None
    itself: FolderRef
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Walk:
    """What holds for a whole scan: all its sources, what is left out of them, and how a bag stores names."""

    sources: Sequence[Source]
    exclusion: Exclusion
    rule: NameRule
    tops: Mapping[str, str]
    """Where in the payload each source's :attr:`Source.folder` is."""


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


def scan(
    sources: Sequence[Source], exclusion: Exclusion | None = None, *, rule: NameRule = names.EXACT
) -> Iterator[ScanEntry]:
    """List every entry of every source: a folder, then its files, by the bytes of their names, then its folders.

    Reads names, ``lstat``, what links say and the attributes of folders. Paths longer than PATH_MAX are reached by
    descriptors. What is no regular file, and what cannot be read, is yielded as :class:`Unpacked`; so everything seen is
    accounted for.

    Args:
        sources: What to list.
        exclusion: What to leave out, which is yielded as :class:`LeftOut`; a folder among it is not opened. It is told
            by the source's own names.
        rule: Which names a bag is to store otherwise.
    """
    folders = {source.folder.encode("utf-8") for source in sources if source.folder}
    tops = {folder.decode("utf-8"): stored for folder, stored in names.stored_names(folders, rule).items()}
    walk = _Walk(sources, exclusion or Exclusion(), rule, {"": "", **tops})
    named_singly = _named_singly(sources, rule)
    for source in sources:
        if source.only is not None:
            above, _, name = source.only.rpartition(b"/")
            yield from _single(walk, source, above, name, named_singly[source.root, above])
        else:
            yield from _tree(walk, source)


def _named_singly(sources: Sequence[Source], rule: NameRule) -> dict[tuple[bytes, bytes], _Names]:
    """Name the files that were named one by one folder by folder, so that no two get one record name."""
    together: dict[tuple[bytes, bytes], list[bytes]] = {}
    for source in sources:
        if source.only is not None:
            above, _, name = source.only.rpartition(b"/")
            together.setdefault((source.root, above), []).append(name)
    return {place: _Names(found, rule) for place, found in together.items()}


def _single(walk: _Walk, source: Source, above: bytes, name: bytes, given: _Names) -> Iterator[ScanEntry]:
    parts = [part for part in above.split(b"/") if part]
    path = _joined(source.folder, *(names.record_names([part])[part] for part in parts))
    stored = _joined(
        walk.tops[source.folder], *(names.stored_names([part], walk.rule)[part] for part in parts)
    )
    full = b"/".join(filter(None, (source.root, above, name)))
    try:
        status = os.lstat(full)
    except OSError as error:
        record_path = f"{path}/{given.record[name]}" if path else given.record[name]
        yield _unreadable(record_path, _fault_code(error, is_folder=False), error, name)
        return
    target = None
    if stat.S_ISLNK(status.st_mode):  # it was a file when the source was named
        with contextlib.suppress(OSError):
            target = os.readlink(full)
    listed = _Listed(name, status, target=target)
    for entry in _entries(walk, source, _Folder(above, path, stored), [listed], given):
        if isinstance(entry, _Folder):  # it was a file when the source was named
            yield Unpacked(Problem(entry.path, "S104", "the file has become a folder"))
        else:
            yield entry


def _tree(walk: _Walk, source: Source) -> Iterator[ScanEntry]:
    try:
        top = filesystem.open_folder(source.root)
    except OSError as error:
        yield _unreadable(source.folder or source.name, "S102", error, b"")
        return
    try:
        pending = [_Folder(b"", source.folder, walk.tops[source.folder])]
        while pending:
            folder = pending.pop()
            try:
                listing = _list(top, folder, folder.path or source.name)
            except OSError as error:
                yield _unreadable(folder.path or source.name, "S102", error, folder.relative)
                continue
            yield listing.itself
            yield from (FolderProblem(problem) for problem in listing.problems)
            below: list[_Folder] = []
            given = _Names((entry.name for entry in listing.entries), walk.rule)
            for entry in _entries(walk, source, folder, listing.entries, given):
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


def _list(top: int, folder: _Folder, name: str) -> _Listing:
    """List a folder; a fault of one entry, or half way, takes nothing from what else was seen.

    Args:
        top: The source, open.
        folder: Which folder of it to list.
        name: What to call the folder in a problem.

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
                listed.append(_looked_at(entry, descriptor))  # noqa: PERF401 - what came before a fault is kept
        except OSError as error:
            refuse_own_limit(error)
            fault = error
        itself, problems = _itself(descriptor, folder, name, listed if fault is None else None)
    return _Listing(sorted(listed, key=lambda entry: entry.name), fault, itself, problems)


def _itself(
    descriptor: int, folder: _Folder, name: str, listed: Sequence[_Listed] | None
) -> tuple[FolderRef, tuple[Problem, ...]]:
    """What an open folder itself bears, and what is wrong with that; ``listed`` is all that it lists, where that is known."""
    status = os.fstat(descriptor)
    try:
        attributes = attributes_of(descriptor)
        problems = tuple(attribute_problems(name, attributes))
    except OSError as error:
        refuse_own_limit(error)
        attributes, problems = (), (unlisted(name, error),)
    original = undecodable(folder.relative)
    mode = stat.S_IMODE(status.st_mode)
    seen = None if listed is None else _seen(status, listed)
    return FolderRef(folder.path, status.st_mtime_ns, mode, attributes, original, seen), problems


def _seen(itself: os.stat_result, listed: Sequence[_Listed]) -> Listing | None:
    """What the look at a folder saw; ``None`` where something in it could not be looked at."""
    entries = [(one.name, one.status) for one in listed if not isinstance(one.status, OSError)]
    return listing_of(itself, entries) if len(entries) == len(listed) else None


def _looked_at(entry: os.DirEntry[str], folder: int) -> _Listed:
    name = os.fsencode(entry.name)
    try:
        status = entry.stat(follow_symlinks=False)
        return _Listed(name, status, target=_target(name, folder) if stat.S_ISLNK(status.st_mode) else None)
    except OSError as error:
        refuse_own_limit(error)
        try:
            return _Listed(name, error, is_folder=entry.is_dir(follow_symlinks=False))
        except OSError:
            return _Listed(name, error)


def _target(name: bytes, folder: int) -> bytes | None:
    """What a symbolic link says; ``None`` where the system does not tell."""
    try:
        return os.readlink(name, dir_fd=folder)
    except OSError as error:
        refuse_own_limit(error)
        return None


def _entries(
    walk: _Walk, source: Source, folder: _Folder, listed: Sequence[_Listed], given: _Names
) -> Iterator[ScanEntry | _Folder]:
    for entry in listed:
        name = given.record[entry.name]
        path = _joined(folder.path, name)
        relative = folder.relative + b"/" + entry.name if folder.relative else entry.name
        what = entry.what
        below = path[len(source.folder) + 1 :] if source.folder else path
        rule = walk.exclusion.rule_for(below, is_folder=what == "folder")
        if rule is not None and not (is_companion_rule(rule) and _holds_music(source, relative, what)):
            yield LeftOut(path, what, rule, undecodable(relative))
            continue
        stored = _joined(folder.stored, given.stored[entry.name])
        status = entry.status
        if isinstance(status, OSError):
            code = _fault_code(status, is_folder=entry.is_folder)
            yield Unpacked(Problem(path, code, _fault_message(status)), undecodable(relative))
            continue
        mode = status.st_mode
        if stat.S_ISREG(mode):
            problems = tuple(given.problems(entry.name, path, stored))
            ref = FileRef(source.root, relative, path, _stat(status), problems, stat.S_IMODE(mode), stored)
            yield _file(ref, status)
        elif stat.S_ISDIR(mode):
            stored = names.stored_folder(stored, walk.tops[source.folder], relative, walk.rule)
            yield from (FolderProblem(problem) for problem in given.problems(entry.name, path, stored))
            yield _Folder(relative, path, stored)
        elif stat.S_ISLNK(mode):
            yield link_entry(LinkPlace(source.root, relative, path), entry.target, walk.sources)
        else:
            problem = Problem(path, "S107", f"a {_special(mode)}, not a file")
            yield Unpacked(problem, undecodable(relative))


def _holds_music(source: Source, relative: bytes, what: str) -> bool:
    """Whether what bears a companion's name is a song, or cannot be read, which its own problem is to tell."""
    if what != "file":
        return False
    try:
        with open(filesystem.open_regular_beneath(source.root, relative), "rb") as file:
            kind = sniff(Window(file, os.fstat(file.fileno()).st_size), "").kind
    except OSError as error:
        refuse_own_limit(error)
        return True
    return kind is not None and kind.row.role is Role.AUDIO


def _joined(*parts: str) -> str:
    return "/".join(filter(None, parts))


def _stat(status: os.stat_result) -> FileStat:
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
    if error.errno == errno.ENOENT:
        return "its folder lists it, but the system finds nothing under this name"
    return f"its folder lists it, but it cannot be looked at: {reason(error)}"


def _broken_off(path: str, seen: int, error: OSError, folder: _Folder) -> Unpacked:
    message = f"listing it broke off after {seen:,} names: {reason(error)}; what else is in it is not known"
    return Unpacked(Problem(path, "S102", message), undecodable(folder.relative))


def _unreadable(path: str, code: str, error: OSError, relative: bytes) -> Unpacked:
    return Unpacked(Problem(path, code, reason(error)), undecodable(relative))
