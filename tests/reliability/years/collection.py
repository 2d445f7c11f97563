"""A collector's folder, and what happens to it: files come, go, move, get other tags, and rot.

What is there is known beside the disk, so that the program's answers can be judged by it.
"""

from __future__ import annotations

import functools
import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.samples import Pcm, flac, melody

_FIRST_MTIME = 1_500_000_000
_FOLDERS = ("", "Blue", "Blue/Live", "Grün", "Red & Co", "Red & Co/CD 1", "Red & Co/CD 2")
_NAMES = ("song.flac", "Überall.flac", "trailing .txt", "a%0Ab.txt", "*star.txt", "notes.txt", "x\ny.txt")
_TITLES = ("Anfang", "Bogen", "Celeste")


@dataclass(frozen=True)
class Music:
    """Music under a title: what is retagged has the same number and another title."""

    number: int
    title: str

    def __bytes__(self) -> bytes:
        return _flac(self.number, self.title)


@dataclass(frozen=True)
class File:
    """A file of a source.

    Attributes:
        content: Its bytes.
        modified: Its modification time, in seconds.
        music: What the bytes are, where they are music as it was made.
    """

    content: bytes
    modified: int
    music: Music | None = None


@dataclass(frozen=True)
class Look:
    """What a source is at one moment.

    Attributes:
        files: Its files by their path.
        folders: Its folders.
        links: Its symbolic links with their targets.
    """

    files: dict[str, File]
    folders: frozenset[str]
    links: dict[str, str]

    @property
    def contents(self) -> dict[str, bytes]:
        """The bytes of each file."""
        return {path: file.content for path, file in self.files.items()}


@dataclass
class Collection:
    """One source: a folder on the disk, and beside it what must be in it.

    Attributes:
        root: The folder.
        chance: Chooses what happens.
        files: What must be there.
    """

    root: Path
    chance: random.Random
    files: dict[str, File] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    links: dict[str, str] = field(default_factory=dict)
    _number: int = 0

    def begin(self) -> None:
        """Make the folder with a few files."""
        self.root.mkdir(parents=True)
        for _ in range(4):
            self.add()

    @property
    def name(self) -> str:
        """What the collection is called."""
        return self.root.name

    def look(self) -> Look:
        """Return what must be there."""
        return Look(dict(self.files), frozenset(self.folders), dict(self.links))

    def happenings(self) -> Iterator[Callable[[], str]]:
        """Yield what can happen, as often as it is likely."""
        yield from (self.add, self.add, self.add, self.add_a_twin, self.retag, self.rename, self.delete)
        yield from (self.rewrite, self.rot, self.touch, self.move_a_folder, self.link, self.make_a_folder)
        yield from (self.swap, self.delete_a_folder)

    def add(self) -> str:
        """Put a new file somewhere."""
        self._number += 1
        path = self._new_path()
        if self.chance.random() < 0.4:
            music = Music(self.chance.randrange(6), self.chance.choice(_TITLES))
            self._write(path, File(bytes(music), self._time(), music))
        else:
            self._write(path, File(self.chance.randbytes(self.chance.choice((0, 1, 20, 700))), self._time()))
        return f"add {path!r}"

    def add_a_twin(self) -> str:
        """Put a copy of a file somewhere, with the time of the copy or of the original."""
        one = self._chosen()
        if one is None:
            return self.add()
        file, path = self.files[one], self._new_path()
        modified = self.chance.choice((file.modified, self._time()))
        self._write(path, File(file.content, modified, file.music))
        return f"copy {one!r} to {path!r}"

    def retag(self) -> str:
        """Give a song another title, as a program does that puts the time back, or one that does not."""
        songs = sorted(path for path, file in self.files.items() if file.music is not None)
        if not songs:
            return self.add()
        path = self.chance.choice(songs)
        file = self.files[path]
        assert file.music is not None
        music = Music(file.music.number, f"{self.chance.choice(_TITLES)} {self.chance.randrange(100)}")
        modified = file.modified if self.chance.random() < 0.2 else self._time()
        self._write(path, File(bytes(music), modified, music))
        return f"retag {path!r}"

    def rewrite(self) -> str:
        """Write other bytes to a file."""
        path = self._chosen()
        if path is None:
            return self.add()
        self._write(path, File(self.chance.randbytes(self.chance.choice((0, 5, 20, 900))), self._time()))
        return f"rewrite {path!r}"

    def rot(self) -> str:
        """Change bytes of a file and leave its modification time."""
        path = self._chosen()
        if path is None or not self.files[path].content:
            return self.touch()
        file = self.files[path]
        content = bytearray(file.content)
        # of music never in its tags, for then it would be retagged
        place = self.chance.randrange(len(content)) if file.music is None else len(content) - 1
        content[place] ^= self.chance.randint(1, 255)
        self._write(path, File(bytes(content), file.modified))
        return f"rot {path!r}"

    def touch(self) -> str:
        """Give a file another time."""
        path = self._chosen()
        if path is None:
            return self.add()
        file = self.files[path]
        self.files[path] = File(file.content, self._time(), file.music)
        self._set_time(path)
        return f"touch {path!r}"

    def swap(self) -> str:
        """Exchange the names of two files."""
        one, other = self._chosen(), self._chosen()
        if one is None or other is None or one == other:
            return self.touch()
        aside = self.root / "aside"
        os.rename(self.root / one, aside)
        os.rename(self.root / other, self.root / one)
        os.rename(aside, self.root / other)
        self.files[one], self.files[other] = self.files[other], self.files[one]
        return f"swap {one!r} and {other!r}"

    def rename(self) -> str:
        """Give a file another path."""
        path = self._chosen()
        if path is None:
            return self.add()
        new = self._new_path()
        self._make_folders(new)
        os.rename(self.root / path, self.root / new)
        self.files[new] = self.files.pop(path)
        return f"rename {path!r} to {new!r}"

    def delete(self) -> str:
        """Take a file away, but for the last."""
        path = self._chosen()
        if path is None or len(self.files) < 2:
            return self.add()
        os.unlink(self.root / path)
        del self.files[path]
        return f"delete {path!r}"

    def move_a_folder(self) -> str:
        """Give a folder with all that is in it another name."""
        folders = sorted(self.folders)
        if not folders:
            return self.make_a_folder()
        old, new = self.chance.choice(folders), f"Moved {self.chance.randrange(1000)}"
        if new in self.folders:
            return self.touch()
        os.rename(self.root / old, self.root / new)
        self.files = {_moved(path, old, new): file for path, file in self.files.items()}
        self.links = {_moved(path, old, new): target for path, target in self.links.items()}
        self.folders = {_moved(path, old, new) for path in self.folders}
        return f"move the folder {old!r} to {new!r}"

    def delete_a_folder(self) -> str:
        """Take a folder away, where a file is left."""
        folders = sorted(self.folders)
        if not folders:
            return self.add()
        gone = self.chance.choice(folders)
        left = {path: file for path, file in self.files.items() if not path.startswith(gone + "/")}
        if not left:
            return self.touch()
        shutil.rmtree(self.root / gone)
        self.files = left
        self.links = {path: target for path, target in self.links.items() if not path.startswith(gone + "/")}
        self.folders = {one for one in self.folders if one != gone and not one.startswith(gone + "/")}
        return f"delete the folder {gone!r}"

    def make_a_folder(self) -> str:
        """Make an empty folder."""
        path = f"Empty {self.chance.randrange(20)}"
        (self.root / path).mkdir(exist_ok=True)
        self.folders.add(path)
        return f"make the folder {path!r}"

    def link(self) -> str:
        """Make a link beside the files, or take one away."""
        if self.links and self.chance.random() < 0.5:
            path = self.chance.choice(sorted(self.links))
            os.unlink(self.root / path)
            del self.links[path]
            return f"take the link {path!r} away"
        path, target = f"link {self.chance.randrange(20)}", self._chosen()
        if target is None or path in self.links:
            return self.touch()
        os.symlink(target, self.root / path)
        self.links[path] = target
        return f"link {path!r} to {target!r}"

    def _chosen(self) -> str | None:
        return self.chance.choice(sorted(self.files)) if self.files else None

    def _new_path(self) -> str:
        while True:
            folder = self.chance.choice(_FOLDERS)
            stem, dot, ending = self.chance.choice(_NAMES).rpartition(".")
            name = f"{stem}{self.chance.randrange(300)}{dot}{ending}"
            path = f"{folder}/{name}" if folder else name
            if path not in self.files:
                return path

    def _time(self) -> int:
        self._number += 1
        return _FIRST_MTIME + self._number

    def _make_folders(self, path: str) -> None:
        parts = path.split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            self.folders.add("/".join(parts[:depth]))
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)

    def _write(self, path: str, file: File) -> None:
        self._make_folders(path)
        (self.root / path).write_bytes(file.content)
        self.files[path] = file
        self._set_time(path)

    def _set_time(self, path: str) -> None:
        at = self.files[path].modified
        os.utime(self.root / path, (at, at))


def _moved(path: str, old: str, new: str) -> str:
    return new + path[len(old) :] if path == old or path.startswith(old + "/") else path


@functools.cache
def _flac(number: int, title: str) -> bytes:
    return flac(title=title, audio=_tune(number))


@functools.cache
def _tune(number: int) -> Pcm:
    return melody((220 + 20 * number,), seconds=0.02)
