"""Reading files through that were listed before: the file that was listed, or none."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from archiver.ingest.contents import Errand, Unread, digest_of, listen
from archiver.model.sound import Bitstream, Sound
from archiver.model.source import FileStat


def _errand(path: Path) -> Errand:
    status = path.stat()
    stat = FileStat(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return Errand(os.fsencode(path.parent), os.fsencode(path.name), stat)


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song"
    path.write_bytes(b"tags" + b"music" * 500_000 + b"end")
    return path


def test_the_digest_is_of_every_byte_and_what_is_read_is_told(song: Path) -> None:
    told: list[int] = []
    assert digest_of(_errand(song), "sha256", told.append) == hashlib.sha256(song.read_bytes()).hexdigest()
    assert sum(told) == song.stat().st_size


def test_the_music_alone_is_listened_to(song: Path) -> None:
    found = listen((_errand(song), Bitstream("stretch", 4, song.stat().st_size - 3)))
    assert isinstance(found, Sound)
    assert found.essence is not None
    assert found.essence.digest == hashlib.sha256(b"music" * 500_000).hexdigest()


def test_a_file_that_changed_since_is_not_taken_for_the_one_that_was_listed(song: Path) -> None:
    errand = _errand(song)
    other = song.with_name("other")
    other.write_bytes(song.read_bytes())
    os.replace(other, song)
    told: list[int] = []
    assert digest_of(errand, "sha256", told.append) == Unread("it has changed since it was listed")
    assert sum(told) == errand.stat.size_bytes, "whoever watches sees the file done"
    song.write_bytes(b"")
    assert listen((errand, Bitstream("stretch", 0, 1))) == Unread("it has changed since it was listed")


def test_a_file_that_changes_while_it_is_read_has_no_digest(song: Path) -> None:
    def change(_: int) -> None:
        with song.open("ab") as stream:
            stream.write(b"!")

    assert digest_of(_errand(song), "sha256", change) == Unread("it has changed since it was listed")


def test_what_is_gone_or_no_file_is_said_so(song: Path) -> None:
    errand = _errand(song)
    song.unlink()
    assert digest_of(errand, "sha256") == Unread("it cannot be read: no such file or directory")
    os.mkfifo(song)
    assert isinstance(digest_of(errand, "sha256"), Unread)
