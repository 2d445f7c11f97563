"""A file is opened once: whatever is read of it, by whichever part or library, is read from that one opening."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from tests.running import ROOT
from tests.samples import tree_digest, wav
from tests.samples.formats import FORMATS, SIDECARS

LOOK = """
import os, sys
from archiver.audio.examine import examine_file
from archiver.ingest.attributes import with_attributes
from archiver.model.source import FileRef, FileStat

root = os.fsencode(sys.argv[1])
for name in sorted(os.listdir(root)):
    size = os.stat(os.path.join(root, name)).st_size
    found = examine_file(FileRef(root, name, os.fsdecode(name), FileStat(size, 0, 0, 0)), with_attributes)
    assert not [problem for problem in found.problems if problem.code == "F203"], found
"""


def archive(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as members:
        members.writestr("text", os.urandom(size))
    return out.getvalue()


def openings(folder: Path, log: Path) -> Counter[str]:
    """How often each file in the folder was opened by whatever examines it, Siegfried's Go code included."""
    program = shutil.which("strace")
    if program is None:
        pytest.skip("strace is not installed, so nobody counts what the libraries open")
    trace = [program, "-qq", "-f", "-y", "-o", str(log), "-e", "trace=open,openat,openat2"]
    if subprocess.run([*trace, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system does not let strace trace")
    before = tree_digest(folder)
    done = subprocess.run(
        [*trace, sys.executable, "-c", LOOK, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert tree_digest(folder) == before
    opened = re.findall(r" = \d+<(.*)>$", log.read_text("utf-8", "replace"), re.MULTILINE)
    return Counter(os.path.basename(path) for path in opened if os.path.dirname(path) == str(folder))


def test_every_format_and_what_lies_beside_it_is_opened_once(tmp_path: Path) -> None:
    folder = (tmp_path / "Music").resolve()
    folder.mkdir()
    named = {name.replace("/", " "): data for name, data in (FORMATS | SIDECARS).items()}
    named |= {"long.wav": wav() + bytes(400_000), "long.txt": b"words\n" * 60_000, "small.zip": archive(100)}
    named |= {"cut.flac": FORMATS["a.flac"][:50], "mute.flac": b"", "odd": b"\xff\0" * 20_000}
    for name, data in named.items():
        (folder / name).write_bytes(data)
    assert openings(folder, tmp_path / "trace") == dict.fromkeys(named, 1)


def test_only_a_large_archive_is_opened_again_for_the_library_that_looks_into_it(tmp_path: Path) -> None:
    folder = (tmp_path / "Music").resolve()
    folder.mkdir()
    (folder / "large.zip").write_bytes(archive(300_000))
    assert openings(folder, tmp_path / "trace") == {"large.zip": 2}
