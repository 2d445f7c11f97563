"""The files of the bag that is healed: as they lie in it, or as they will once what was made whole is put there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple, Self

from archiver import filesystem
from archiver.bagit.codes import FINDING_KINDS
from archiver.bagit.declaration import DECLARATION_NAME, LARGEST_DECLARATION, Declaration, read_declaration
from archiver.bagit.findings import Effect, Finding
from archiver.bagit.folder_stack import FolderStack
from archiver.bagit.hashing import Checked, Recorded, check_batch, make_batches
from archiver.bagit.manifest_reader import Entry, ManifestName, parse_manifest_name, read_manifest
from archiver.bagit.tagtext import read_lines
from archiver.errors import StoreError
from archiver.executors.pools import Threads
from archiver.machine import reason, refuse_own_limit
from archiver.store.healing import Placer, Workshop
from archiver.usecases.heal.outcome import Fault
from archiver.usecases.watch import Meter, Step, Watch

_BLOCK = 1 << 20


class Listed(NamedTuple):
    """A file as a manifest has it."""

    path: str
    algorithm: str
    digest: str


class BagFiles:
    """The files of one bag.

    Args:
        path: Absolute path of the bag's folder.
        workshop: Where whole files are made.
        placer: Puts them into the bag; ``None`` in a dry run, in which they stay in the workshop.
    """

    def __init__(self, path: bytes, workshop: Workshop, placer: Placer | None) -> None:
        self.path = path
        self.workshop = workshop
        self._placer = placer
        self._made: dict[str, bytes] = {}

    def open(self, path: str) -> int:
        """Open a file to read, by no link.

        Raises:
            OSError: where it is not there, no file, or cannot be opened.
        """
        if path in self._made:
            return os.open(self.workshop.path(self._made[path]), os.O_RDONLY)
        return filesystem.open_regular_beneath(self.path, os.fsencode(path))

    def place_of(self, path: str) -> bytes:
        """Return the absolute path of a file."""
        if path in self._made:
            return self.workshop.path(self._made[path])
        return self.path + b"/" + os.fsencode(path)

    def blocks(self, path: str) -> Iterator[bytes]:
        """Yield the bytes of a file.

        Raises:
            OSError: as :meth:`open`, and where they cannot be read.
        """
        descriptor = self.open(path)
        try:
            while block := os.read(descriptor, _BLOCK):
                yield block
        finally:
            os.close(descriptor)

    def take(self, path: str, name: bytes, modified_ns: int | None = None) -> None:
        """Put the file ``name`` of the workshop, which was found right, at a path of the bag.

        Raises:
            StoreError: where the bag cannot be written.
        """
        if self._placer is not None:
            self._placer.place(self.workshop, name, path, modified_ns)
        elif path.startswith("data/"):  # nobody reads it again, and there may be a disk full of them
            self.workshop.remove(name)
        else:
            self._made[path] = name

    def put_aside(self, path: str) -> None:
        """Take a file out of the bag."""
        if self._placer is not None:
            self._placer.put_aside(path)

    @property
    def aside(self) -> str | None:
        """Where what was put aside is; ``None`` where nothing was."""
        return None if self._placer is None else self._placer.aside

    def declaration(self) -> Declaration:
        """Return what the bag declares, or the assumptions that stand in for it."""
        try:
            descriptor = self.open(DECLARATION_NAME)
        except OSError:
            return Declaration()
        try:
            return read_declaration(os.read(descriptor, LARGEST_DECLARATION + 1))
        except OSError:
            return Declaration()
        finally:
            os.close(descriptor)

    def manifests(self) -> list[ManifestName]:
        """Return the manifests at the top whose algorithm is known, by their names.

        Raises:
            StoreError: where the bag cannot be listed.
        """
        try:
            with os.scandir(self.path) as entries:
                names = {os.fsdecode(entry.name) for entry in entries if entry.is_file(follow_symlinks=False)}
        except OSError as error:
            raise StoreError(
                f"cannot list {os.fsdecode(self.path)}: {reason(error)}", "Nothing was changed."
            ) from error
        found = (parse_manifest_name(name) for name in sorted(names | self._made.keys()))
        return [one for one in found if one is not None and one.algorithm is not None]

    def entries(self, manifest: ManifestName, told: list[Finding]) -> Iterator[Listed]:
        """Yield what a manifest lists; what is wrong with its lines is added to ``told``.

        Raises:
            OSError: where it cannot be read.
        """
        declared = self.declaration()
        lines = read_lines(self.blocks(manifest.name), declared.encoding)
        assert manifest.algorithm is not None
        entry: Entry
        for entry in read_manifest(lines, manifest, told.append, before_1_0=declared.before_1_0):
            if entry.digest:
                yield Listed(entry.path, manifest.algorithm, entry.digest)

    def faults(
        self, listed: Iterable[Listed], threads: Threads, watch: Watch, title: str
    ) -> tuple[dict[str, Fault], int]:
        """Check files and return what is wrong, by path, and how many were checked."""
        wrong: dict[str, Fault] = {}
        counted = _Counted()
        meter = Meter()
        step = Step(title, "bytes", None, meter)
        with _Sizes(self.path) as sizes:
            recorded = (one for one in counted.passing(listed) if self._is_there(one, sizes, wrong))
            batches = make_batches(self.path, (Recorded(*_sized(one, sizes)) for one in recorded))
            work = partial(check_batch, reading=meter.add)
            for checked in watch.track(step, threads.map_ordered(work, batches), _bytes):
                for finding in checked.findings:
                    kind = FINDING_KINDS[finding.code]
                    unreadable = kind.effect is Effect.UNREADABLE
                    wrong[finding.path] = "unreadable" if unreadable else "damaged"
        return wrong, counted.number

    def _is_there(self, one: Listed, sizes: _Sizes, wrong: dict[str, Fault]) -> bool:
        if one.path in self._made:
            return False
        if sizes.size(one.path) is None:
            wrong[one.path] = "missing"
            return False
        return True


class _Counted:
    def __init__(self) -> None:
        self.number = 0

    def passing(self, listed: Iterable[Listed]) -> Iterator[Listed]:
        for one in listed:
            self.number += 1
            yield one


class _Sizes:
    """Looks at the sizes of files below one folder, each twice in a row at most."""

    def __init__(self, root: bytes) -> None:
        self._top = filesystem.open_folder(root)
        self._stack = FolderStack(self._top)
        self._last: tuple[str, int | None] = ("", None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.__exit__()
        os.close(self._top)

    def size(self, path: str) -> int | None:
        """Return the size of what is at a path, ``None`` where nothing is."""
        if self._last[0] != path:
            where, _, name = os.fsencode(path).rpartition(b"/")
            size: int | None = None
            try:
                size = os.stat(name, dir_fd=self._stack.open(where), follow_symlinks=False).st_size
            except OSError as error:
                refuse_own_limit(error)
            self._last = (path, size)
        return self._last[1]


def _sized(one: Listed, sizes: _Sizes) -> tuple[str, int, tuple[tuple[str, tuple[str, ...]], ...]]:
    return one.path, sizes.size(one.path) or 0, ((one.algorithm, (one.digest,)),)


def _bytes(checked: Checked) -> int:
    return checked.bytes
