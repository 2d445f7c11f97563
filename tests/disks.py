"""Small disks of other file systems for tests, from images in a temporary folder; where they cannot be made, the test is skipped."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.running import PATIENCE


def _needed(system: str, *programs: str) -> None:
    missing = [program for program in programs if shutil.which(program, path=_path()) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} is not installed: {system} is not tried")
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        pytest.skip(f"/dev/fuse cannot be used here: {system} is not tried")


def _path() -> str:
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def _run(*words: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        words, env={**os.environ, "PATH": _path()}, capture_output=True, check=False, timeout=PATIENCE
    )


def _image(folder: Path, megabytes: int) -> tuple[Path, Path]:
    place = folder / "mounted"
    place.mkdir()
    image = folder / "disk.img"
    with image.open("wb") as stream:
        stream.truncate(megabytes << 20)
    return image, place


def _mounted(system: str, place: Path, *words: str | Path) -> None:
    done = _run(*words)
    for _ in range(50):
        if os.path.ismount(place):
            return
        time.sleep(0.1)
    pytest.skip(f"{system} cannot be mounted here, so it is not tried: {done.stderr.decode().strip()}")


@contextmanager
def exfat_disk(folder: Path, megabytes: int = 128) -> Iterator[Path]:
    """Lend a new exFAT disk, by exfat-fuse over a loop device."""
    _needed("exFAT", "mkfs.exfat", "mount.exfat-fuse", "losetup", "umount")
    image, place = _image(folder, megabytes)
    if _run("mkfs.exfat", image).returncode:
        pytest.skip("mkfs.exfat does not work here: exFAT is not tried")
    attached = _run("losetup", "--find", "--show", image)
    if attached.returncode:
        pytest.skip(f"no loop device to be had, so exFAT is not tried: {attached.stderr.decode().strip()}")
    device = attached.stdout.decode().strip()
    try:
        _mounted("exFAT", place, "mount.exfat-fuse", device, place)
        yield place
    finally:
        _run("umount", place)
        _run("losetup", "--detach", device)


@contextmanager
def fat_disk(folder: Path, megabytes: int = 64) -> Iterator[Path]:
    """Lend a new FAT32 disk, by fusefat."""
    _needed("FAT", "mkfs.fat", "fusefat", "umount")
    image, place = _image(folder, megabytes)
    if _run("mkfs.fat", "-F", "32", image).returncode:
        pytest.skip("mkfs.fat does not work here: FAT is not tried")
    try:
        _mounted("FAT", place, "fusefat", "-o", "rw+", image, place)
        yield place
    finally:
        _run("umount", place)


@dataclass(frozen=True, slots=True)
class FailingDisk:
    """An ext4 disk that is an image in a smaller file system, which can be full for a while.

    Attributes:
        place: Where it is mounted.
    """

    place: Path
    _below: Path

    def lose(self) -> None:
        """Have it fail to write a file, and be sound again; the system has nobody told of that yet."""
        with contextlib.suppress(OSError), (self._below / "full").open("wb", buffering=0) as full:
            while True:
                full.write(bytes(1 << 20))
        (self.place / "lost").write_bytes(os.urandom(4 << 20))
        os.sync()  # writes all, and asks for no errors
        (self._below / "full").unlink()
        (self.place / "lost").unlink()


@contextmanager
def failing_disk(folder: Path, megabytes: int = 48) -> Iterator[FailingDisk]:
    """Lend a new disk that can fail; it takes the superuser and loop devices."""
    missing = [one for one in ("mkfs.ext4", "losetup", "mount") if shutil.which(one, path=_path()) is None]
    if missing or os.geteuid() != 0:
        pytest.skip(f"a disk that fails takes {', '.join(missing) or 'the superuser'}: it is not tried")
    below, place = folder / "below", folder / "disk"
    below.mkdir()
    place.mkdir()
    if _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", below).returncode:
        pytest.skip("nothing can be mounted here: a disk that fails is not tried")
    try:
        with _over_a_loop(below / "disk.img", place, megabytes * 4):
            yield FailingDisk(place, below)
    finally:
        _run("umount", below)


@contextmanager
def _over_a_loop(image: Path, place: Path, megabytes: int) -> Iterator[None]:
    with image.open("wb") as stream:
        stream.truncate(megabytes << 20)
    # without a journal, which would take the file system down with it, and with all of it there that is needed
    made = _run(
        "mkfs.ext4",
        "-q",
        "-F",
        "-O",
        "^has_journal",
        "-E",
        "lazy_itable_init=0,nodiscard",
        "-N",
        "2000",
        image,
    )
    loop = _run("losetup", "-f", "--show", image).stdout.decode().strip()
    if made.returncode or not loop:
        pytest.skip("there are no loop devices here: a disk that fails is not tried")
    try:
        if _run("mount", loop, place).returncode:
            pytest.skip("ext4 cannot be mounted here: a disk that fails is not tried")
        try:
            yield
        finally:
            _run("umount", place)
    finally:
        _run("losetup", "-d", loop)
