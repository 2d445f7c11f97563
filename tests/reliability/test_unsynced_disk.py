"""The disk that knows what was synced is right about it: by the rules alone, and by what a run really leaves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.shim import Shim
from tests.reliability.recorded import read_record
from tests.reliability.unsynced_disk import Disk, Image, Survives, differing, digest_of, lay_out


def recorded(shim: Shim, root: Path, tmp_path: Path, script: str) -> Disk:
    """Run lines of Python in ``root`` and return the disk as their record has it."""
    disk = Disk(root)
    record = tmp_path / "record"
    environment = {**os.environ, **shim.recording(root, record)}
    whole = f"import os\nos.chdir({str(root)!r})\n{SHORT}{script}"
    subprocess.run([sys.executable, "-c", whole], env=environment, check=True)
    for done in read_record(record):
        disk.do(done)
    assert differing(disk.now(), root) == []
    return disk


SHORT = """
def write(name, data, sync=False):
    f = os.open(name, os.O_WRONLY | os.O_CREAT, 0o644)
    os.write(f, data)
    if sync:
        os.fsync(f)
    os.close(f)
def sync(name):
    f = os.open(name, os.O_RDONLY)
    os.fsync(f)
    os.close(f)
def unseen(script):
    import subprocess, sys
    subprocess.run([sys.executable, '-c', script], env={}, check=True)
"""


UNSEEN = """unseen("open('a', 'wb').write(b'xy')")"""
OLD = {"old": b"old"}
BOTH = {"old": b"old", "a": b"xy"}
MOVED = {"old": b"old", "d": b"", "d/a": b"xy"}


def left(disk: Disk, survives: Survives) -> dict[str, bytes]:
    image = disk.after_loss(survives, "1")
    return {os.fsdecode(path): data for path, (_, _, _, data, _) in image.items() if path}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = tmp_path / "root"
    place.mkdir()
    (place / "old").write_bytes(b"old")
    return place


@pytest.mark.parametrize(
    ("script", "nothing", "names", "sizes"),
    [
        pytest.param("write('a', b'xy')", OLD, {**OLD, "a": b""}, {**OLD, "a": b"\0\0"}, id="nothing synced"),
        pytest.param(
            "write('a', b'xy', True)", OLD, {**OLD, "a": b"xy"}, {**OLD, "a": b"xy"}, id="bytes synced"
        ),
        pytest.param(
            "write('a', b'xy'); sync('.')",
            {**OLD, "a": b""},
            {**OLD, "a": b""},
            {**OLD, "a": b"\0\0"},
            id="name synced",
        ),
        pytest.param("write('a', b'xy', True); sync('.')", BOTH, BOTH, BOTH, id="both synced"),
        pytest.param("write('a', b'xy'); os.sync()", BOTH, BOTH, BOTH, id="all synced"),
        pytest.param(
            "write('a', b'xy', True); os.rename('a', 'old')",
            OLD,
            {"old": b"xy"},
            {"old": b"xy"},
            id="renamed over another",
        ),
        pytest.param(
            "write('a', b'xy', True); sync('.'); os.mkdir('d'); os.rename('a', 'd/a'); sync('d')",
            OLD,
            MOVED,
            MOVED,
            id="moved into a folder whose name is not durable",
        ),
        pytest.param(
            "write('a', b'xy', True); os.mkdir('d'); sync('.'); os.rename('a', 'd/a'); sync('.')",
            {**BOTH, "d": b""},
            MOVED,
            MOVED,
            id="moved, and only the folder that it left is synced",
        ),
        pytest.param("os.unlink('old')", OLD, {}, {}, id="removed"),
        pytest.param("os.unlink('old'); sync('.')", {}, {}, {}, id="removed and synced"),
        pytest.param("write('old', b'12345')", OLD, OLD, {"old": b"old\0\0"}, id="grown"),
        pytest.param("os.ftruncate(os.open('old', os.O_RDWR), 1)", OLD, OLD, {"old": b"o"}, id="cut"),
        pytest.param(
            "os.link('old', 'b'); sync('.'); os.unlink('old')",
            {**OLD, "b": b"old"},
            {"b": b"old"},
            {"b": b"old"},
            id="linked",
        ),
        pytest.param(
            UNSEEN, OLD, {**OLD, "a": b""}, {**OLD, "a": b"\0\0"}, id="written by a child that is not seen"
        ),
        pytest.param(f"{UNSEEN}; sync('a'); sync('.')", BOTH, BOTH, BOTH, id="the same, and synced"),
        pytest.param(
            f"{UNSEEN}; os.rename('a', 'b'); write('a', b'12')",
            OLD,
            {**OLD, "b": b"", "a": b""},
            {**OLD, "b": b"\0\0", "a": b"\0\0"},
            id="the same, and renamed",
        ),
    ],
)
def test_what_a_loss_of_power_leaves(  # noqa: PLR0917 - a row
    shim: Shim,
    tmp_path: Path,
    root: Path,
    script: str,
    nothing: dict[str, bytes],
    names: dict[str, bytes],
    sizes: dict[str, bytes],
) -> None:
    disk = recorded(shim, root, tmp_path, script)
    for survives, expected in (
        (Survives.NOTHING, nothing),
        (Survives.NAMES, names),
        (Survives.SIZES, sizes),
    ):
        assert left(disk, survives) == expected, survives


def test_a_mix_is_the_same_for_the_same_seed_and_differs_for_others(
    shim: Shim, tmp_path: Path, root: Path
) -> None:
    disk = recorded(shim, root, tmp_path, "[write(f'{n}', bytes([n]) * 9) for n in range(8)]")
    digests = {digest_of(disk.after_loss(Survives.MIXED, str(seed))) for seed in range(20)}
    assert len(digests) > 10
    assert digest_of(disk.after_loss(Survives.MIXED, "7")) == digest_of(disk.after_loss(Survives.MIXED, "7"))


def test_what_is_laid_out_is_what_was_there(tmp_path: Path, root: Path) -> None:
    (root / "folder").mkdir()
    (root / "folder" / "link").symlink_to("nowhere")
    os.link(root / "old", root / "folder" / "other name")
    (root / "folder").chmod(0o700)
    before: Image = Disk(root).now()
    lay_out(before, tmp_path / "again")
    after = Disk(tmp_path / "again").now()
    assert digest_of(before) == digest_of(after)
    assert (tmp_path / "again" / "old").stat().st_nlink == 2
