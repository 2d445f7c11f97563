from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.bagit.folder_stack import FolderStack
from tests.conftest import ONE_FIXTURE_FOR_ALL

PATHS = st.lists(
    st.sampled_from([b"a", b"a/b", b"a/b/c", b"ab", b"ab/b", b"", b"a/b/c/" + b"/".join([b"d"] * 50)]),
    max_size=12,
)


@pytest.fixture(scope="module")
def top(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    root = tmp_path_factory.mktemp("stack")
    (root / "a/b/c" / "/".join(["d"] * 50)).mkdir(parents=True)
    (root / "ab/b").mkdir(parents=True)
    (root / "link").symlink_to("a")
    descriptor = os.open(root, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


@given(paths=PATHS)
@settings(suppress_health_check=ONE_FIXTURE_FOR_ALL)
def test_every_folder_is_reached_from_every_other(top: int, paths: list[bytes]) -> None:
    open_before = len(os.listdir("/proc/self/fd"))
    with FolderStack(top) as stack:
        for path in paths:
            expected = os.stat(path or b".", dir_fd=top)
            assert os.path.samestat(os.fstat(stack.open(path)), expected)
            assert len(os.listdir("/proc/self/fd")) <= open_before + 33
    assert len(os.listdir("/proc/self/fd")) == open_before


def test_links_and_gaps_are_refused_and_leave_nothing_open(top: int, tmp_path: Path) -> None:
    open_before = len(os.listdir("/proc/self/fd"))
    with FolderStack(top) as stack:
        for path in (b"link", b"link/b", b"a/none", b"a/b/none/c"):
            with pytest.raises(OSError, match=r"Not a directory|No such file"):
                stack.open(path)
        assert os.path.samestat(os.fstat(stack.open(b"a/b")), os.stat(b"a/b", dir_fd=top))
    assert len(os.listdir("/proc/self/fd")) == open_before
