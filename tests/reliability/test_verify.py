"""``verify`` where the system does not help: folders that may not be opened, closed streams, Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.bagit.bags import build_bag, manifest_text, write_file
from tests.running import PATIENCE, ROOT, command, run_program
from tests.samples import tree_digest


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return build_bag(tmp_path / "bag")


def test_a_folder_that_may_not_be_opened_does_not_keep_the_others_from_being_checked(
    bag: Path, tmp_path: Path, permissions_count: list[str]
) -> None:
    """Every ext4 disk has such a folder, lost+found, beside the bags."""
    closed = tmp_path / "lost+found"
    closed.mkdir(mode=0)
    try:
        outcome = run_program("verify", bag, closed, before=permissions_count)
        assert outcome.code == 4
        assert "valid. Every file is there" in " ".join(outcome.out.split())
        assert "Permission denied" in outcome.out
        assert run_program("bag", "add-algorithm", closed, "md5", before=permissions_count).code == 1
    finally:
        closed.chmod(0o700)


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
@pytest.mark.parametrize("option", ["", "--json"])
def test_a_closed_stream_is_nowhere_to_write_to_and_the_status_tells(
    bag: Path, closed: str, option: str
) -> None:
    words = f'exec "$@" {option} {closed}'
    for status in (0, 4):
        done = subprocess.run(
            ["sh", "-c", words, "sh", *command("verify", bag)], cwd=ROOT, capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (status, b"")
        (bag / "data" / "added").touch()
        before = tree_digest(bag)
    assert tree_digest(bag) == before


def test_ctrl_c_says_that_nothing_was_changed_and_what_was_not_checked(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag")
    write_file(bag, "data/large", b"")
    with (bag / "data" / "large").open("r+b") as large:
        large.truncate(12 << 30)
    with (bag / "manifest-sha512.txt").open("a") as manifest:
        manifest.write(manifest_text("sha512", {"data/large": b""}))
    running = subprocess.Popen(
        command("verify", bag), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    reading = Path(f"/proc/{running.pid}/fd")
    deadline = time.monotonic() + PATIENCE
    while not any(path.is_symlink() and path.resolve().name == "large" for path in reading.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130
    told = " ".join(err.split())
    assert told.startswith("archiver: interrupted Nothing was changed.")
    assert "the rest is neither proved nor disproved" in told
    assert out == ""
