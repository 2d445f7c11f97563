"""Puts whole files into the place of damaged ones in a bag of a store, so that no moment leaves the bag worse than it was.

A file is made in ``.incoming``, synced and read again by whoever makes it. What stands in its place then gets a second
name outside the bag, in ``.archiver/aside``, before one rename puts the whole file there: nothing is ever deleted. A run
that is interrupted leaves each file as it was or whole; what it left in ``.incoming`` the next one clears away.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import secrets
import stat
from collections.abc import Iterator

from archiver import disk, filesystem
from archiver.store import tree
from archiver.store.area import HEALING, INCOMING, Place
from archiver.store.faults import store_faults
from archiver.store.identity import ARCHIVER

ASIDE = b"aside"
"""The folder of a store's own folder that keeps what was taken out of bags."""

_HINT = "What was put into the bag is whole, and everything else is as it was. Check the disk of the store."
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV)


class Making:
    """A file that is being written; what the system refuses is a fault of the store, whatever else is read meanwhile.

    Args:
        descriptor: The open file.
        attempt: What is being done, for a message.
    """

    def __init__(self, descriptor: int, attempt: str) -> None:
        self._descriptor = descriptor
        self._attempt = attempt

    def write(self, block: bytes) -> None:
        """Write a block.

        Raises:
            StoreError: where it cannot be written.
        """
        with store_faults(self._attempt, _HINT):
            while block:
                block = block[os.write(self._descriptor, block) :]


class Workshop:
    """A folder in which files are made; each has a number for its name.

    Args:
        folder: Absolute path of the folder.
    """

    def __init__(self, folder: bytes) -> None:
        self.folder = folder
        self._made = 0

    def next_name(self) -> bytes:
        """Return a name that no file of the workshop has."""
        self._made += 1
        return b"%d" % self._made

    def path(self, name: bytes) -> bytes:
        """Return the absolute path of the file ``name``."""
        return self.folder + b"/" + name

    @contextlib.contextmanager
    def new(self, name: bytes) -> Iterator[Making]:
        """Create the file ``name`` and lend it for writing; when the block ends it is on the disk and out of the cache.

        If the block raises, the file is removed.

        Raises:
            StoreError: where the system refuses to write; whatever else the block raises is its own.
        """
        attempt = f"write to {os.fsdecode(self.folder)}"
        with store_faults(attempt, _HINT):
            descriptor = os.open(self.path(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            try:
                yield Making(descriptor, attempt)
                with store_faults(attempt, _HINT):
                    os.fsync(descriptor)
                    disk.drop_cache(descriptor)
            finally:
                os.close(descriptor)
        except BaseException:
            self.remove(name)
            raise

    def remove(self, name: bytes) -> None:
        """Remove the file ``name`` if it is there."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path(name))


def clear_workshops(store: bytes) -> None:
    """Remove the workshops that interrupted runs, or a loss of power, left in the store, which the caller has locked.

    One that cannot be removed, such as another user's, stays for the next run: it is in nobody's way.

    Raises:
        StoreError: where it cannot be told what is there.
    """
    with (
        store_faults(f"write to the store {os.fsdecode(store)}", "Nothing was changed. Check its disk."),
        Place(store, INCOMING).cursor() as incoming,
    ):
        for left in tree.folders_named(incoming.folder(b""), HEALING):
            with contextlib.suppress(OSError):
                tree.remove(incoming, left)


@contextlib.contextmanager
def workshop_of(store: bytes) -> Iterator[Workshop]:
    """Lend a new workshop in the store, which the caller has locked; what interrupted runs left is cleared away first.

    Raises:
        StoreError: where the store cannot be written.
    """
    clear_workshops(store)
    name = secrets.token_hex(8).encode() + b".healing"
    with (
        store_faults(f"write to the store {os.fsdecode(store)}", "Nothing was changed. Check its disk."),
        Place(store, INCOMING).cursor() as incoming,
    ):
        os.mkdir(name, dir_fd=incoming.folder(b""))
    try:
        yield Workshop(Place(store, INCOMING + b"/" + name).absolute)
    finally:
        with contextlib.suppress(OSError), Place(store, INCOMING).cursor() as incoming:
            tree.remove(incoming, name)


def aside_name(moment: dt.datetime) -> bytes:
    """Return a name for a folder that keeps what a run that goes on at that moment takes out of a bag."""
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}".encode("ascii")


class Placer:
    """Puts files into one bag of a store, and what stood there aside.

    Args:
        store: Absolute path of the store, whose lock is held.
        bag: The bag's name in it.
        aside: A name for the folder that keeps what is put aside, below the bag's name in ``.archiver/aside``.
    """

    def __init__(self, store: bytes, bag: bytes, aside: bytes) -> None:
        self._store = store
        self._bag = bag
        self._aside = Place(store, ARCHIVER + b"/" + ASIDE + b"/" + bag + b"/" + aside)
        self._kept = False

    @property
    def aside(self) -> str | None:
        """Absolute path of the folder with what was put aside; ``None`` where nothing was."""
        return os.fsdecode(self._aside.absolute) if self._kept else None

    def place(self, workshop: Workshop, name: bytes, path: str, modified_ns: int | None) -> None:
        """Put a file of the workshop, which is on the disk and was found right, at ``path`` in the bag.

        Args:
            workshop: The workshop.
            name: The file's name there.
            path: Its path in the bag; of a bag that is an archive, empty.
            modified_ns: Its modification time, or ``None`` for the time of placing.

        Raises:
            StoreError: where the system refuses; the place is then as it was.
        """
        where, last = self._located(path)
        with (
            store_faults(f"heal {os.fsdecode(self._bag)}: {path or 'it'} cannot be replaced", _HINT),
            Place(self._store, b"").cursor() as top,
        ):
            if modified_ns is not None:
                os.utime(workshop.path(name), ns=(modified_ns, modified_ns), follow_symlinks=False)
            parent = self._folder(os.dup(top.folder(b"")), where)
            try:
                self._put_aside(parent, last, path)
                os.replace(workshop.path(name), last, dst_dir_fd=parent)
                filesystem.sync_folder(parent)
            finally:
                os.close(parent)

    def put_aside(self, path: str) -> None:
        """Take the file at ``path`` in the bag out of it.

        Raises:
            StoreError: where the system refuses; it is then where it was.
        """
        where, last = self._located(path)
        with (
            store_faults(f"put {path} of {os.fsdecode(self._bag)} aside", _HINT),
            Place(self._store, where).cursor() as parent,
        ):
            self._move_aside(parent.folder(b""), last, path)
            filesystem.sync_folder(parent.folder(b""))

    def _located(self, path: str) -> tuple[bytes, bytes]:
        whole = self._bag + b"/" + os.fsencode(path) if path else self._bag
        where, _, last = whole.rpartition(b"/")
        return where, last

    def _folder(self, folder: int, path: bytes) -> int:
        """Open a folder below the descriptor, which is closed; what is missing is made, what is none is put aside."""
        reached = b""
        for part in filter(None, path.split(b"/")):
            reached = reached + b"/" + part if reached else part
            try:
                status = os.stat(part, dir_fd=folder, follow_symlinks=False)
            except FileNotFoundError:
                status = None
            if status is not None and not stat.S_ISDIR(status.st_mode):
                inside = os.fsdecode(reached).partition("/")[2]
                self._move_aside(folder, part, inside)
                status = None
            if status is None:
                os.mkdir(part, 0o777, dir_fd=folder)
                filesystem.sync_folder(folder)
            below = filesystem.open_folder_beneath(folder, part)
            os.close(folder)
            folder = below
        return folder

    def _put_aside(self, parent: int, name: bytes, path: str) -> None:
        """Give what stands at a place another name outside the bag, so that it can be replaced; nothing may stand there."""
        try:
            status = os.stat(name, dir_fd=parent, follow_symlinks=False)
        except FileNotFoundError:
            return
        if stat.S_ISDIR(status.st_mode):
            self._move_aside(parent, name, path)
            return
        with self._aside_folder(path) as (folder, free):
            try:
                os.link(name, free, src_dir_fd=parent, dst_dir_fd=folder, follow_symlinks=False)
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                os.rename(name, free, src_dir_fd=parent, dst_dir_fd=folder)
            filesystem.sync_folder(folder)

    def _move_aside(self, parent: int, name: bytes, path: str) -> None:
        with self._aside_folder(path) as (folder, free):
            os.rename(name, free, src_dir_fd=parent, dst_dir_fd=folder)
            filesystem.sync_folder(folder)

    @contextlib.contextmanager
    def _aside_folder(self, path: str) -> Iterator[tuple[int, bytes]]:
        where, _, last = os.fsencode(path).rpartition(b"/")
        place = self._aside.below(where) if where else self._aside
        with Place(self._store, b"").cursor(filesystem.make_lasting_folders_beneath) as cursor:
            folder = cursor.folder(place.path)
            self._kept = True
            name = last or self._bag
            free = name
            while filesystem.is_there(free, folder):
                free = name[:200] + b"." + secrets.token_hex(4).encode()
            yield folder, free
