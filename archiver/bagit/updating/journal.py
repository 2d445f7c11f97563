"""Replaces several tag files of a bag so that a crash at any moment leaves the old bag, or one that a rerun completes.

The recovery rule. New contents are staged, synced, in ``.bagit-update.new`` at the bag's top, with a list of where
they belong. Renaming that folder to ``.bagit-update`` is the one moment of decision:

- Before it, every tag file is as it was. The bag is the old, valid bag beside a folder that no tag manifest lists;
  whoever updates the bag next throws that folder away.
- After it, the staged files are renamed onto their places one by one. A bag found with ``.bagit-update`` may be a
  mixture of old and new; whoever updates it next first carries out the rest of the list, which it can, since every
  file on the list is either still staged or already in its place, and its digest tells which.

The journal stands inside the bag because a rename needs one file system, and so that it travels with the bag.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from archiver import filesystem
from archiver.bagit.paths import check_path
from archiver.bagit.writer import hash_beneath, new_tag_file
from archiver.ownfiles import parse_json, read_own

_STAGED = b".bagit-update.new"
_DECIDED = b".bagit-update"
STAGED_PREFIX = ".bagit-update.new/"
"""How the paths of staged contents start, as seen from the bag, which are no tag files of it."""

_LIST = "list.json"
_LARGEST_LIST = 64 << 20
_ALGORITHM = "sha512"
_STAGED_NAME = re.compile(r"[0-9]{1,6}")
_DIGEST = re.compile(r"[0-9a-f]{128}")
_UNSEEN = frozenset({"Cf", "Mn", "Me"})
"""Categories of characters that some file systems pass over, or that change only how the one before them looks."""


class UpdateError(ValueError):
    """The bag cannot be updated, as the message says; it is as it was."""


class UnfinishedUpdateError(UpdateError):
    """The update was decided on and cannot be completed: of its tag files some may be new and others old."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One file of the list: its name in the journal, its path in the bag, its digest."""

    staged: str
    path: str
    digest: str


class Journal:
    """New contents for tag files of one bag; made by :func:`stage`.

    Attributes:
        folder: Descriptor of the folder in which the contents are staged.
    """

    def __init__(self, folder: int, bag: int) -> None:
        self.folder = folder
        self._bag = bag
        self._staged: dict[str, str] = {}

    @contextlib.contextmanager
    def write(self, path: str) -> Iterator[BinaryIO]:
        """Lend a stream for the new content of the tag file ``path``; it is synced when the block ends.

        Who may read and write the file stays as it is, where it is there already.
        """
        name = str(len(self._staged) + 1)
        mode = _mode_of(path, self._bag)
        with new_tag_file(self.folder, name) as stream:
            yield stream
            if mode is not None and hasattr(os, "fchmod"):
                os.fchmod(stream.fileno(), mode)
        self._staged[path] = name

    def open(self, path: str) -> int:
        """Open the new content of ``path``, which has been staged, to read; close it with ``os.close``."""
        return filesystem.open_regular(self._staged[path].encode(), self.folder)

    def digests(self, path: str, algorithms: tuple[str, ...]) -> dict[str, str]:
        """The digests of the new content of ``path``, which has been staged."""
        return hash_beneath(self.folder, self._staged[path], algorithms)

    @property
    def paths(self) -> tuple[str, ...]:
        """The tag files staged so far, in their order."""
        return tuple(self._staged)

    def write_list(self) -> None:
        """Write down what belongs where, in the order in which it was staged."""
        steps = [
            {"staged": name, "path": path, _ALGORITHM: self.digests(path, (_ALGORITHM,))[_ALGORITHM]}
            for path, name in self._staged.items()
        ]
        with new_tag_file(self.folder, _LIST) as stream:
            stream.write(json.dumps({"version": 1, "steps": steps}, indent=1).encode())


@contextlib.contextmanager
def stage(bag: int) -> Iterator[Journal]:
    """Lend a journal for the bag's folder descriptor ``bag``; when the block ends, everything in it takes its place.

    If the block raises, the journal is thrown away and the bag is as it was.

    Raises:
        OSError: as the system calls do. Before the moment of decision the bag is as it was; after it, see the
            module's recovery rule.
    """
    os.mkdir(_STAGED, 0o777, dir_fd=bag)
    try:
        with filesystem.folder_beneath(bag, _STAGED) as folder:
            journal = Journal(folder, bag)
            yield journal
            journal.write_list()
            filesystem.sync_folder(folder)  # a loss of power must not leave a list without what is on it
        os.rename(_STAGED, _DECIDED, src_dir_fd=bag, dst_dir_fd=bag)
    except BaseException:
        with contextlib.suppress(OSError, UpdateError):
            _throw_away(_STAGED, bag)
        raise
    filesystem.sync_folder(bag)
    _carry_out(bag)


def is_update_pending(bag: bytes) -> bool:
    """Whether an update of the bag in the folder ``bag`` was interrupted after it had been decided on."""
    return os.path.isdir(os.path.join(bag, _DECIDED)) and not os.path.islink(os.path.join(bag, _DECIDED))


def recover(bag: int) -> bool:
    """Complete or throw away what an interrupted update left in the bag's folder descriptor ``bag``.

    Returns:
        Whether there was an update to complete.

    Raises:
        UpdateError: if what was left is no list this library wrote, or its files are damaged or gone.
        OSError: as the system calls do.
    """
    if filesystem.is_there(_STAGED, bag):
        _throw_away(_STAGED, bag)
        filesystem.sync_folder(bag)
    if not filesystem.is_there(_DECIDED, bag):
        return False
    _refuse_foreign(_DECIDED, bag)
    filesystem.sync_folder(bag)  # whoever decided may have ended before the decision was durable
    _carry_out(bag)
    return True


def _throw_away(name: bytes, bag: int) -> None:
    """Remove a journal of this library, which is a folder with nothing but files of its own in it."""
    _refuse_foreign(name, bag)
    with filesystem.folder_beneath(bag, name) as folder:
        for staged in os.listdir(folder):
            os.unlink(staged, dir_fd=folder)
    os.rmdir(name, dir_fd=bag)


def _refuse_foreign(name: bytes, bag: int) -> None:
    """Refuse what bears the journal's name but is something else, which may be somebody's."""
    try:
        with filesystem.folder_beneath(bag, name) as folder, os.scandir(folder) as entries:
            strange = next((entry.name for entry in entries if not _is_ours(entry)), None)
    except NotADirectoryError as error:
        raise UpdateError(f"{name.decode()} in the bag was not made by an update: it is no folder") from error
    if strange is not None:
        raise UpdateError(f"{name.decode()} in the bag was not made by an update: it holds {strange!r}")


def _is_ours(entry: os.DirEntry[str]) -> bool:
    is_named = entry.name == _LIST or _STAGED_NAME.fullmatch(entry.name) is not None
    return is_named and entry.is_file(follow_symlinks=False)


def _mode_of(path: str, bag: int) -> int | None:
    """Return the permissions of the tag file ``path``; ``None`` where there is none yet.

    Raises:
        PermissionError: if it could not be replaced, which must be known before anything is decided on.
        OSError: as the system calls do.
    """
    where, _, name = os.fsencode(path).rpartition(b"/")
    try:
        with filesystem.folder_beneath(bag, where) as parent:
            if not os.access(b".", os.W_OK | os.X_OK, dir_fd=parent):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
            return stat.S_IMODE(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return None


def _carry_out(bag: int) -> None:
    """Rename what is still staged onto its place, then take the journal away."""
    with filesystem.folder_beneath(bag, _DECIDED) as folder:
        # where the list is gone, everything was in place and only the empty journal was left
        if filesystem.is_there(_LIST.encode(), folder):
            for step in _read_list(folder, bag):
                _take_place(step, folder, bag)
            filesystem.sync_folder(folder)
            os.unlink(_LIST.encode(), dir_fd=folder)
            filesystem.sync_folder(folder)
    os.rmdir(_DECIDED, dir_fd=bag)
    filesystem.sync_folder(bag)


def _take_place(step: _Step, folder: int, bag: int) -> None:
    where, _, name = step.path.encode().rpartition(b"/")
    if not filesystem.is_there(step.staged.encode(), folder):
        try:
            digest = hash_beneath(bag, step.path, (_ALGORITHM,))[_ALGORITHM]
        except (FileNotFoundError, NotADirectoryError, filesystem.NotRegularError):
            digest = None
        if digest != step.digest:
            raise UnfinishedUpdateError(f"an interrupted update has lost its new {step.path!r}")
        return
    if hash_beneath(folder, step.staged, (_ALGORITHM,))[_ALGORITHM] != step.digest:
        raise UnfinishedUpdateError(f"an interrupted update holds a damaged {step.path!r}")
    parent = filesystem.make_lasting_folders_beneath(bag, where)
    try:
        os.replace(step.staged.encode(), name, src_dir_fd=folder, dst_dir_fd=parent)
        filesystem.sync_folder(parent)
    finally:
        os.close(parent)


def _read_list(folder: int, bag: int) -> list[_Step]:
    """Read the list and refuse one that reaches outside the tag files; a bag may come from anywhere."""
    try:
        steps = _steps(parse_json(read_own(_LIST.encode(), folder, _LARGEST_LIST)))
    except (ValueError, filesystem.NotRegularError) as error:
        raise UnfinishedUpdateError(
            f"an interrupted update left a list that cannot be read: {error}"
        ) from error
    for step in steps:
        if _leads_into(step.path, (b"data", _DECIDED, _STAGED), bag):
            raise UnfinishedUpdateError(
                f"an interrupted update left a list that cannot be read: it would replace {step.path!r}"
            )
    return steps


def _steps(written: object) -> list[_Step]:
    """Take from the list what :meth:`Journal.write_list` wrote, and nothing else.

    Raises:
        ValueError: if it is something else.
    """
    if not isinstance(written, dict) or set(written) != {"version", "steps"}:
        raise ValueError("it is of another kind")
    version, steps = written["version"], written["steps"]
    if type(version) is not int or version != 1 or not isinstance(steps, list):
        raise ValueError("it is of another kind")
    found = [_step(step) for step in steps]
    if len({step.staged for step in found}) < len(found) or len({_key(step.path) for step in found}) < len(
        found
    ):
        raise ValueError("it names a file twice")
    return found


def _step(written: object) -> _Step:
    members = written if isinstance(written, dict) else {}
    match [members.get(name) for name in ("staged", "path", _ALGORITHM)]:
        case [str(staged), str(path), str(digest)] if len(members) == len(_Step.__slots__):
            step = _Step(staged, path, digest)
        case _:
            raise ValueError("a step of it is of another kind")
    if not _STAGED_NAME.fullmatch(staged) or not _DIGEST.fullmatch(digest):
        raise ValueError("a step of it is of another kind")
    top = path.partition("/")[0]
    if check_path(path) is not None or _key(top) in {"data", _DECIDED.decode(), _STAGED.decode()}:
        raise ValueError(f"it would replace {path!r}")
    return step


def _key(path: str) -> str:
    """What any file system may take a path for: without regard to case, form, unseen characters, dots and blanks at ends."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).casefold())
    seen = "".join(character for character in folded if unicodedata.category(character) not in _UNSEEN)
    return "/".join(part.rstrip(". ") for part in seen.split("/"))


def _leads_into(path: str, folders: tuple[bytes, ...], bag: int) -> bool:
    """Whether the first part of the path is one of the bag's ``folders``, whatever name it bears in the path."""

    def identity(name: bytes) -> tuple[int, int] | None:
        try:
            status = os.stat(name, dir_fd=bag, follow_symlinks=False)
        except FileNotFoundError:
            return None
        return status.st_dev, status.st_ino

    top = identity(path.partition("/")[0].encode())
    return top is not None and top in map(identity, folders)
