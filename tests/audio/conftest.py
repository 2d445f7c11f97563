"""Ways to put bytes in front of the examiner."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.audio.examine import examine_file
from archiver.model.audio import ExaminedFile
from archiver.model.source import FileRef, FileStat

Examine = Callable[[str, bytes], ExaminedFile]


def reference(root: Path, relative: bytes) -> FileRef:
    status = os.lstat(os.path.join(os.fsencode(root), relative))
    stat = FileStat(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return FileRef(os.fsencode(root), relative, relative.decode("utf-8", "replace"), stat)


@pytest.fixture
def refer() -> Callable[[Path, bytes], FileRef]:
    """Make the reference that a scan would make of a file below a folder."""
    return reference


@pytest.fixture
def examine(tmp_path: Path) -> Examine:
    """Write bytes under a name, examine them and prove the file untouched."""

    def examine_bytes(name: str, data: bytes) -> ExaminedFile:
        path = tmp_path / name
        path.write_bytes(data)
        before = path.stat()
        examined = examine_file(reference(tmp_path, os.fsencode(name)))
        after = path.stat()
        assert path.read_bytes() == data
        assert (after.st_mtime_ns, after.st_ctime_ns) == (before.st_mtime_ns, before.st_ctime_ns)
        return examined

    return examine_bytes


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of mutagen's test data, which stays outside the project; its absence is loud."""
    named = os.environ.get("ARCHIVER_AUDIO_SAMPLES")
    if not named:
        pytest.skip("ARCHIVER_AUDIO_SAMPLES does not name a folder with mutagen's test data")
    folder = Path(named)
    assert folder.is_dir(), f"ARCHIVER_AUDIO_SAMPLES names {folder}, which is no folder"
    return folder
