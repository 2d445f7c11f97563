"""A disk that knows what of it was synced: what stands on it now, and what stands on it after a loss of power.

The rules are those that a program may count on, whatever the file system: the bytes of a file are durable once the file was
synced, an entry of a folder once the folder was. A rename is one step and durable with the folder that got the name. A sync
of the whole file system makes all durable. What was not synced may be there, in part, or not: see :class:`Survives`.
"""

from __future__ import annotations

import os
import random
import shutil
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from hashlib import blake2b
from pathlib import Path

from tests.reliability.recorded import Change, Done

LOST_TIME_NS = 1_600_000_000_000_000_000
"""The modification time of a file whose own was not synced."""


class Survives(Enum):
    """What of the unsynced a loss of power leaves."""

    NOTHING = "nothing unsynced"
    NAMES = "names but no bytes"
    SIZES = "names and sizes, zeros for bytes"
    BYTES = "bytes but no names"
    MIXED = "a mix by chance"


@dataclass(eq=False, slots=True)
class Node:
    """A file, a folder or a link.

    Attributes:
        kind: ``S_IFREG``, ``S_IFDIR`` or ``S_IFLNK``.
        mode: Permission bits.
        modified_ns: Modification time.
        data: The bytes; a link's target.
        entries: What a folder holds.
        safe: ``data``, ``mode`` and ``modified_ns`` as they were when it was synced last.
        safe_entries: What of ``entries`` is durable.
        unsynced: What was written since: offset and bytes; a size and ``None``.
    """

    kind: int
    mode: int
    modified_ns: int
    data: bytes = b""
    entries: dict[bytes, Node] = field(default_factory=dict)
    safe: tuple[bytes, int, int] = (b"", 0, 0)
    safe_entries: dict[bytes, Node] = field(default_factory=dict)
    unsynced: list[tuple[int, bytes | None]] = field(default_factory=list)

    def settle(self) -> None:
        """Make durable what is in the file, or the folder's own mode and time."""
        self.safe = (self.data, self.mode, self.modified_ns)
        self.unsynced.clear()


@dataclass(frozen=True, slots=True)
class _Naming:
    """A change of names: ``node`` got a name (or lost it, where ``folder`` is ``None``), and lost another if renamed."""

    node: Node
    folder: Node | None
    name: bytes
    from_folder: Node | None = None
    from_name: bytes = b""

    def touches(self, folder: Node, name: bytes) -> bool:
        return (self.folder is folder and self.name == name) or (
            self.from_folder is folder and self.from_name == name
        )


Entries = dict[int, dict[bytes, Node]]
"""Of each folder, by the identity of its node, what it holds."""

Image = dict[bytes, tuple[int, int, int, bytes, int]]
"""Of each path: kind, permission bits, modification time, bytes or target, and what is equal for names of one file.

Folders come before what is in them.
"""


class Disk:
    """A folder and all below it.

    Args:
        root: The folder as it lies on the real disk; all of it counts as synced.
    """

    def __init__(self, root: Path) -> None:
        self._nodes: dict[int, Node] = {}
        self._root = self._taken(root)
        self._namings: list[_Naming] = []

    def _taken(self, path: Path) -> Node:
        status = path.lstat()
        known = self._nodes.get(status.st_ino)
        if known is not None:
            return known
        kind, mode = stat.S_IFMT(status.st_mode), stat.S_IMODE(status.st_mode)
        data = b""
        if kind == stat.S_IFREG:
            data = path.read_bytes()
        elif kind == stat.S_IFLNK:
            data = os.readlink(os.fsencode(path))
        node = self._nodes[status.st_ino] = Node(kind, mode, status.st_mtime_ns, data)
        if kind == stat.S_IFDIR:
            for name in sorted(os.listdir(path)):
                node.entries[os.fsencode(name)] = self._taken(path / name)
            node.safe_entries = dict(node.entries)
        node.settle()
        return node

    def do(self, done: Done) -> None:
        """Take over one change of the record."""
        match done.change:
            case Change.CREATED | Change.MADE | Change.POINTED:
                self._name(self._new(done), done)
            case Change.LINKED:
                self._name(self._nodes[done.object], done)
            case Change.RENAMED:
                self._rename(done)
            case Change.REMOVED:
                folder = self._nodes[done.folder]
                self._namings.append(_Naming(folder.entries.pop(done.first), None, b"", folder, done.first))
            case Change.LEFT:
                self._take_left(done)
            case Change.SYNCED:
                self._sync(self._nodes[done.object])
            case Change.ALL_SYNCED:
                self._sync_all()
            case _:
                self._alter(self._nodes[done.object], done)

    def _alter(self, node: Node, done: Done) -> None:
        match done.change:
            case Change.WRITTEN:
                self._write(node, done.value, done.first)
            case Change.TRUNCATED:
                self._write(node, done.value, None)
            case Change.TIMED:
                node.modified_ns = done.value
            case Change.ALLOWED:
                node.mode = stat.S_IMODE(done.value)
            case _:
                raise AssertionError(done.change)

    def _take_left(self, done: Done) -> None:
        """Take a file that a child made unseen for one that was written in one go, and not synced."""
        if done.first not in self._nodes[done.folder].entries:
            node = self._new(done)
            self._name(node, done)
            self._write(node, 0, done.second)

    def _new(self, done: Done) -> Node:
        kinds = {Change.MADE: stat.S_IFDIR, Change.POINTED: stat.S_IFLNK}
        mode = 0o777 if done.change is Change.POINTED else stat.S_IMODE(done.value) & ~0o022
        # what a name leads to is a file without bytes, an empty folder or a whole link
        data = done.second if done.change is Change.POINTED else b""
        node = Node(kinds.get(done.change, stat.S_IFREG), mode, LOST_TIME_NS, data)
        node.safe = (data, mode, LOST_TIME_NS)
        self._nodes[done.object] = node
        return node

    def _name(self, node: Node, done: Done) -> None:
        folder = self._nodes[done.folder]
        folder.entries[done.first] = node
        self._namings.append(_Naming(node, folder, done.first))

    def _rename(self, done: Done) -> None:
        before, after = self._nodes[done.object], self._nodes[done.folder]
        node = before.entries.pop(done.first)
        after.entries[done.second] = node
        self._namings.append(_Naming(node, after, done.second, before, done.first))

    @staticmethod
    def _write(node: Node, at: int, data: bytes | None) -> None:
        node.unsynced.append((at, data))
        node.data = _written(node.data, at, data)

    def _sync(self, node: Node) -> None:
        node.settle()
        if node.kind == stat.S_IFDIR:
            left: list[_Naming] = []
            mine = [one for one in self._namings if node in (one.folder, one.from_folder)]
            for number, one in enumerate(mine):
                # renamed away: durable with the folder that got it, or where the name it had is used again
                waits = one.folder not in (None, node) and not any(
                    later.touches(node, one.from_name) for later in mine[number + 1 :]
                )
                if waits:
                    left.append(one)
                else:
                    self._settle(one)
            self._namings = [one for one in self._namings if one not in mine or one in left]

    def _settle(self, naming: _Naming) -> None:
        _apply(naming, lambda folder: folder.safe_entries)
        if naming.folder is not None and naming.from_folder is not None:
            # that it once had its old name is no longer to come
            self._namings = [
                one
                for one in self._namings
                if not (one.node is naming.node and one.touches(naming.from_folder, naming.from_name))
                or one is naming
            ]

    def _sync_all(self) -> None:
        for one in self._namings:
            _apply(one, lambda folder: folder.safe_entries)
        self._namings.clear()
        for node in self._nodes.values():
            node.settle()

    def now(self) -> Image:
        """What stands on the disk."""
        return self._image(lambda node: node.entries, lambda node: (node.data, node.mode, node.modified_ns))

    def after_loss(self, survives: Survives, seed: str) -> Image:
        """What stands on the disk after a loss of power at this moment.

        Args:
            survives: What of the unsynced is left.
            seed: Of chance, where that decides.
        """
        safe: Callable[[Node], tuple[bytes, int, int]] = lambda node: node.safe  # noqa: E731
        match survives:
            case Survives.NOTHING:
                return self._image(lambda node: node.safe_entries, safe)
            case Survives.NAMES:
                return self._image(lambda node: node.entries, safe)
            case Survives.SIZES:
                return self._image(lambda node: node.entries, _zeroed)
            case Survives.BYTES:
                return self._image(
                    lambda node: node.safe_entries, lambda node: (node.data, node.mode, node.modified_ns)
                )
            case Survives.MIXED:
                return self._mixed(random.Random(seed))

    def _mixed(self, chance: random.Random) -> Image:
        if chance.random() < 0.5:  # as a journal of names has it: all up to some moment
            kept = self._namings[: chance.randint(0, len(self._namings))]
        else:
            kept = [one for one in self._namings if chance.random() < 0.5]
        held: Entries = {}

        def entries(folder: Node) -> dict[bytes, Node]:
            return held.setdefault(id(folder), dict(folder.safe_entries))

        for one in kept:
            _apply(one, entries)

        def content(node: Node) -> tuple[bytes, int, int]:
            data, mode, modified_ns = node.safe
            for at, written in node.unsynced:
                if chance.random() < 0.5:
                    data = _written(data, at, written)
            timed = node.modified_ns if chance.random() < 0.5 else modified_ns
            return data, mode if chance.random() < 0.5 else node.mode, timed

        return self._image(entries, content)

    def _image(
        self, entries: Callable[[Node], dict[bytes, Node]], content: Callable[[Node], tuple[bytes, int, int]]
    ) -> Image:
        image: Image = {}
        contents: dict[int, tuple[bytes, int, int]] = {}
        for path, node in _walk(b"", self._root, entries):
            if id(node) not in contents:
                contents[id(node)] = content(node)
            data, mode, modified_ns = contents[id(node)]
            image[path] = (node.kind, mode, modified_ns, data, id(node))
        return image


def _walk(
    path: bytes, node: Node, entries: Callable[[Node], dict[bytes, Node]]
) -> Iterator[tuple[bytes, Node]]:
    yield path, node
    if node.kind == stat.S_IFDIR:
        for name, below in entries(node).items():
            yield from _walk(path + b"/" + name if path else name, below, entries)


def _apply(naming: _Naming, entries: Callable[[Node], dict[bytes, Node]]) -> None:
    if naming.from_folder is not None:
        held = entries(naming.from_folder)
        if held.get(naming.from_name) is naming.node:
            del held[naming.from_name]
    if naming.folder is not None:
        entries(naming.folder)[naming.name] = naming.node


def _written(data: bytes, at: int, written: bytes | None) -> bytes:
    """Return a file's bytes after a write at an offset, or after it got a size."""
    if written is None:
        return data[:at].ljust(at, b"\0")
    return data[:at].ljust(at, b"\0") + written + data[at + len(written) :]


def _zeroed(node: Node) -> tuple[bytes, int, int]:
    """A file with the size and time that it had, and zeros where it grew."""
    data = node.safe[0]
    for at, written in node.unsynced:
        if written is None:
            data = _written(data, at, None)
        elif at + len(written) > len(data):
            data = data.ljust(at + len(written), b"\0")
    return data, node.mode, node.modified_ns


def digest_of(image: Image) -> bytes:
    """Return what is equal for equal images, wherever they lie."""
    whole = blake2b(digest_size=16)
    names = Counter(node for *_, node in image.values())
    for path in sorted(image):
        kind, mode, modified_ns, data, node = image[path]
        numbers = (len(path), kind, mode, modified_ns, names[node], len(data))
        whole.update(b"%d %d %d %d %d %d " % numbers + path + data)
    return whole.digest()


def lay_out(image: Image, root: Path) -> None:
    """Put an image in the place of the folder ``root``."""
    shutil.rmtree(root, ignore_errors=True)
    top = os.fsencode(root)
    laid: dict[int, bytes] = {}
    for path, (kind, mode, modified_ns, data, node) in image.items():
        place = os.path.join(top, path) if path else top
        if node in laid:
            os.link(laid[node], place, follow_symlinks=False)
        elif kind == stat.S_IFDIR:
            os.mkdir(place)
        elif kind == stat.S_IFLNK:
            os.symlink(data, place)
        else:
            with open(place, "wb") as stream:
                stream.write(data)
            os.chmod(place, mode)
            os.utime(place, ns=(modified_ns, modified_ns))
        laid[node] = place
    for path, (kind, mode, modified_ns, *_) in reversed(image.items()):
        if kind == stat.S_IFDIR:
            place = os.path.join(top, path) if path else top
            os.chmod(place, mode)
            os.utime(place, ns=(modified_ns, modified_ns))


def differing(image: Image, root: Path, unheeded: Iterable[bytes] = ()) -> list[bytes]:
    """Return the paths at which names, kinds or bytes of a folder are others than those of an image."""
    real = Disk(root).now()
    return sorted(
        path
        for path in image.keys() | real.keys()
        if (path in image) != (path in real) or (_substance(image, path) != _substance(real, path))
        if not path.endswith(tuple(unheeded) or (b"\0",))
    )


def _substance(image: Image, path: bytes) -> tuple[int, bytes]:
    kind, _, _, data, _ = image[path]
    return kind, data
