"""Small disks of other file systems for tests, from images in a temporary folder; where they cannot be made, the test is skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
