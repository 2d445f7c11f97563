"""The door to POSIX calls refuses links and pipes, reaches any depth, and never overwrites."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archiver import disk, filesystem
from tests.conftest import MakeSource
from tests.samples import Folder, Link, Pipe, build_tree


@pytest.fixture
def opened(tmp_path: Path) -> int:
    return filesystem.open_folder(os.fsencode(tmp_path))


def test_regular_files_are_opened_and_nothing_else(source: MakeSource) -> None:
    root = os.fsencode(source({"a": "x", "link": Link("a"), "pipe": Pipe(), "folder": Folder(), "f/b": "y"}))
    descriptor = filesystem.open_regular_beneath(root, b"f/b")
    assert os.read(descriptor, 10) == b"y"
    assert not os.get_inheritable(descriptor)
    os.close(descriptor)
    for name in (b"link", b"pipe", b"folder"):
        with pytest.raises(filesystem.NotRegularError):
            filesystem.open_regular_beneath(root, name)
    with pytest.raises(FileNotFoundError):
        filesystem.open_regular_beneath(root, b"gone")


def test_devices_are_refused() -> None:
    with pytest.raises(filesystem.NotRegularError):
        filesystem.open_regular_beneath(b"/dev", b"null")


def test_no_link_on_the_way_is_followed(source: MakeSource) -> None:
    root = os.fsencode(source({"real/a": "x", "link": Link("real")}))
    with pytest.raises(OSError, match=r"directory|symbolic"):
        filesystem.open_regular_beneath(root, b"link/a")
    top = filesystem.open_folder(root)
    with pytest.raises(OSError, match=r"directory|symbolic"):
        filesystem.make_folders_beneath(top, b"link/new")
    os.close(top)
    assert not os.path.exists(root + b"/real/new")


def test_links_to_the_root_itself_are_followed(source: MakeSource, tmp_path: Path) -> None:
    (tmp_path / "short").symlink_to(source({"a": "x"}))
    descriptor = filesystem.open_regular_beneath(os.fsencode(tmp_path / "short"), b"a")
    assert os.read(descriptor, 9) == b"x"
    os.close(descriptor)


def test_nothing_is_ever_created_over_something(tmp_path: Path, opened: int) -> None:
    build_tree(tmp_path / "t", {"file": "mine", "dangling": Link("../made")})
    with filesystem.folder_beneath(opened, b"t") as folder:
        for name in (b"file", b"dangling"):
            with pytest.raises(FileExistsError):
                filesystem.create_regular(name, folder)
        os.close(filesystem.create_regular(b"new", folder))
    assert (tmp_path / "t" / "file").read_text() == "mine"
    assert not (tmp_path / "made").exists()
    os.close(opened)


def test_folders_are_made_to_any_depth(opened: int) -> None:
    deep = b"/".join([b"d" * 250] * 20)
    for _ in range(2):
        os.close(filesystem.make_folders_beneath(opened, deep))
    deepest = filesystem.open_folder_beneath(opened, deep)
    assert os.listdir(deepest) == []
    os.close(deepest)
    os.close(opened)


def test_failures_leave_no_descriptor_open(opened: int, tmp_path: Path) -> None:
    build_tree(tmp_path / "t", {"file": "x", "link": Link("file"), "pipe": Pipe()})
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        for attempt in (b"t/file/a", b"t/gone/a", b"t/link/a"):
            with pytest.raises(OSError, match=r"directory|symbolic"):
                filesystem.open_folder_beneath(opened, attempt)
            with pytest.raises(OSError, match=r"directory|symbolic"):
                filesystem.open_regular_beneath(os.fsencode(tmp_path), attempt)
        with pytest.raises(filesystem.NotRegularError):
            filesystem.open_regular_beneath(os.fsencode(tmp_path), b"t/pipe")
        with (
            filesystem.FolderCursor(os.fsencode(tmp_path)) as cursor,
            pytest.raises(OSError, match="directory"),
        ):
            cursor.folder(b"t/gone")
    assert len(os.listdir("/proc/self/fd")) == before
    os.close(opened)


def test_cursor_gives_each_folder_and_closes_what_it_opened(source: MakeSource) -> None:
    root = source({"a/1": "x", "b/2": "y"})
    before = len(os.listdir("/proc/self/fd"))
    with filesystem.FolderCursor(os.fsencode(root)) as cursor:
        listed = [os.listdir(cursor.folder(name)) for name in (b"a", b"a", b"b", b"a")]
        assert sorted(os.listdir(cursor.folder(b""))) == ["a", "b"]
    assert listed == [["1"], ["1"], ["2"], ["1"]]
    assert len(os.listdir("/proc/self/fd")) == before


def test_publishing_gives_a_name_once(tmp_path: Path, opened: int) -> None:
    build_tree(tmp_path, {"temporary": "whole", "taken": "mine"})
    filesystem.publish(b"temporary", b"name", opened)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["name", "taken"]
    with pytest.raises(FileExistsError):
        filesystem.publish(b"name", b"taken", opened)
    assert (tmp_path / "taken").read_text() == "mine"
    assert (tmp_path / "name").read_text() == "whole"
    os.close(opened)


def test_times_are_set_to_the_nanosecond(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as stream:
        filesystem.set_times(stream.fileno(), 1_577_934_245_123_456_789)
    assert (tmp_path / "a").stat().st_mtime_ns == 1_577_934_245_123_456_789


def test_lock_is_for_one_at_a_time_and_ends_with_its_descriptor(tmp_path: Path) -> None:
    first, second = (os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT) for _ in range(2))
    assert filesystem.try_lock(first)
    assert not filesystem.try_lock(second)
    os.close(first)
    assert filesystem.try_lock(second)
    os.close(second)


def test_free_room_is_told(tmp_path: Path) -> None:
    free = disk.free_bytes(os.fsencode(tmp_path))
    assert free is not None
    assert free > 0
