"""Packing reads every file once: its headers to examine it, and then all of it, for everything that is to be known."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from archiver.audio.blocks.remains import MAX_REMAINS
from tests.running import ROOT
from tests.samples import Entry, flac, mp3, tree_digest, wav
from tests.samples.formats import FORMATS
from tests.samples.mp3 import mp3_audio

HEADERS = (1 << 20) + MAX_REMAINS
"""Bytes of a file that may be read besides the one read of all of it."""
CALL = re.compile(r"(?:read|pread64|readv)\((?:\d+)<(.*?)>.* = (\d+)$")

TREE: dict[str, Entry] = {
    **{name.replace("/", " "): data for name, data in FORMATS.items()},
    "long.wav": wav() + os.urandom(5_000_000),
    "long.mp3": mp3(audio=mp3_audio(30_000)),
    "long.flac": flac() + os.urandom(4_000_000),
    "long.bin": os.urandom(3_000_000),
}


def bytes_read(folder: Path, store: Path, log: Path) -> Counter[str]:
    """How many bytes of each file in the folder a run of pack reads, in all its processes."""
    program = shutil.which("strace")
    if program is None:
        pytest.skip("strace is not installed, so nobody counts what is read")
    trace = [
        program,
        "-qq",
        "-ff",
        "-y",
        "-o",
        str(log),
        "-e",
        "trace=read,pread64,readv,mmap,sendfile,copy_file_range",
    ]
    if subprocess.run([*trace, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system does not let strace trace")
    command = [sys.executable, "-m", "archiver", "pack", str(folder), "--all", "--to", str(store)]
    done = subprocess.run(
        [*trace, *command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    read: Counter[str] = Counter()
    logs = (one.read_text("utf-8", "replace") for one in log.parent.glob(f"{log.name}.*"))
    for line in (line for text in logs for line in text.splitlines()):
        found = CALL.match(line)
        assert found or f"<{folder}/" not in line, line
        if found and os.path.dirname(found[1]) == str(folder):
            read[os.path.basename(found[1])] += int(found[2])
    return read


def test_no_more_of_a_file_is_read_than_all_of_it_and_its_headers(tmp_path: Path) -> None:
    folder = (tmp_path / "Music").resolve()
    folder.mkdir()
    for name, data in TREE.items():
        assert isinstance(data, bytes)
        (folder / name).write_bytes(data)
    before = tree_digest(folder)
    read = bytes_read(folder, tmp_path / "store", tmp_path / "trace")
    assert tree_digest(folder) == before
    sizes = {name: (folder / name).stat().st_size for name in TREE}
    assert read.keys() == sizes.keys()
    assert {
        name: read[name] for name in sizes if not sizes[name] <= read[name] <= sizes[name] + HEADERS
    } == {}
