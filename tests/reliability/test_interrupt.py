"""Stopped by Ctrl-C or by the system, a run says so and leaves nothing half done; the same command goes on from there."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import MakeSource
from tests.reliability.faults import inject, left_over, visible_bags
from tests.running import EPOCH, PATIENCE, ROOT, command, run_here
from tests.samples import build_tree, read_tree

MANY = {f"Album {number // 10}/{number:02}": f"{number}" for number in range(60)}
IN_SMALL_GROUPS = """
import sys
from archiver.cli.main import main
from archiver.ingest import capture
capture.BATCH_FILES, capture.SYNC_FILES = 4, 8  # so that some are journaled before the others are copied
main()
"""

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

TELLS_OF_IT = {b"metadata/events.jsonl", b"metadata/premis.xml", b"tagmanifest-sha512.txt"}
"""What may tell that copies of an interrupted run were kept."""


@pytest.mark.parametrize("name", ["INT", pytest.param("TERM", marks=pytest.mark.slow)])
def test_interrupted_while_copying(source: MakeSource, tmp_path: Path, name: str) -> None:
    root, store = source(MANY), tmp_path / "store"
    words = inject(
        tmp_path / "trace", f"fsync:signal={name}:when=45"
    )  # no thread but the syncing one makes so many
    stopped = subprocess.run(
        [*words, sys.executable, "-c", IN_SMALL_GROUPS, "pack", root, "--all", "--to", store, "-j1"],
        cwd=ROOT,
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH},
        capture_output=True,
        check=False,
    )
    assert stopped.returncode == 130, stopped
    assert b"interrupted" in stopped.stderr
    assert b"Traceback" not in stopped.stderr
    assert visible_bags(store) == []
    (area,) = left_over(store)
    kept = {
        path.name: path.stat().st_ino for path in (store / ".incoming" / area / "bag" / "data").rglob("*")
    }
    assert len(kept) > 45

    again = run_here("pack", root, "--all", "--to", store, "--json", SOURCE_DATE_EPOCH=EPOCH)
    assert again.code == 0, again.err
    assert again.json["continued"] is True
    (bag,) = visible_bags(store)
    assert str(bag) == again.json["bag"]
    assert left_over(store) == []
    journaled = [f"{number:02}" for number in range(8)]  # the sixth group begins when the first is journaled
    inodes = {path.name: path.stat().st_ino for path in (bag / "data").rglob("*")}
    assert [inodes[file] for file in journaled] == [kept[file] for file in journaled]

    whole = run_here("pack", root, "--all", "--to", tmp_path / "other", "--json", SOURCE_DATE_EPOCH=EPOCH)
    assert whole.json["continued"] is False
    first, second = read_tree(bag), read_tree(Path(whole.json["bag"]))
    assert first.keys() == second.keys()
    assert {path for path in first if first[path] != second[path]} <= TELLS_OF_IT
    assert b"an interrupted run had finished were kept" in first[b"metadata/events.jsonl"]


def children(process: subprocess.Popen[bytes]) -> list[str]:
    threads = Path(f"/proc/{process.pid}/task").iterdir()
    return [child for thread in threads for child in (thread / "children").read_text().split()]


def made_bag(folder: Path, files: int) -> Path:
    """Make a bag by hand that is large enough to be verified in several processes."""
    content = bytes(6000)
    build_tree(folder, {f"data/{number}": content for number in range(files)} | {"bagit.txt": DECLARATION})
    digest = hashlib.sha512(content).hexdigest()
    lines = "".join(f"{digest}  data/{number}\n" for number in range(files))
    (folder / "manifest-sha512.txt").write_text(lines)
    return folder


@pytest.mark.parametrize("arguments", [("scan",), ("pack", "--dry-run", "--to", "store"), ("verify", "-j2")])
@pytest.mark.parametrize("patience", [pytest.param(0.0, marks=pytest.mark.slow), 0.3])
def test_interrupted_anywhere_ends_without_a_traceback(
    tmp_path: Path, arguments: tuple[str, ...], patience: float
) -> None:
    bag = made_bag(tmp_path / "bag", 2100)
    words = command(arguments[0], bag, *arguments[1:], *(["--bag-in-bag"] if arguments[0] == "pack" else []))
    process = subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    while process.poll() is None and not children(process):
        time.sleep(0.005)
    time.sleep(patience)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to every process of the run
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130 or (
        process.returncode in {0, -signal.SIGINT} and patience
    )  # it was done
    assert "KeyboardInterrupt" not in err.decode()


def _copies(store: Path, name: str) -> list[Path]:
    """Where a name stands in a store; ``os.walk`` passes over folders that go while it lists them."""
    return [Path(folder) / name for folder, _, names in os.walk(store) if name in names]


def test_interrupt_does_not_wait_for_a_large_file(tmp_path: Path) -> None:
    large, store = tmp_path / "large.wav", tmp_path / "store"
    large.touch()
    os.truncate(large, 8 << 30)
    process = subprocess.Popen(
        command("pack", large, "--all", "--to", store),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    while process.poll() is None and not _copies(store, "large.wav"):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, err
    assert sum(copy.stat().st_size for copy in _copies(store, "large.wav")) < large.stat().st_size
    assert visible_bags(store) == []
