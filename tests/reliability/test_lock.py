"""Two runs on one store: the second says so and ends, and the first is not disturbed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import MakeSource
from tests.reliability.faults import left_over, visible_bags
from tests.running import PATIENCE, ROOT, command, run_here
from tests.samples import read_tree


@pytest.mark.case(23)
def test_second_run_on_a_store_ends_with_a_clear_message(source: MakeSource, tmp_path: Path) -> None:
    second, store = source({"b": "2"}), tmp_path / "store"
    (tmp_path / "large").touch()
    os.truncate(tmp_path / "large", 8 << 30)
    running = subprocess.Popen(
        command("pack", tmp_path / "large", "--to", store),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    while running.poll() is None and not any(store.rglob("bag/data/large")):
        time.sleep(0.01)
    running.send_signal(signal.SIGSTOP)
    try:
        refused = run_here("pack", second, "--all", "--to", store)
        assert refused.code == 1
        assert refused.out == ""
        said = " ".join(refused.err.split())
        assert said.startswith(
            f"archiver: another run is writing to the store {store} (process {running.pid})"
        )
        assert "Wait until it has ended" in said
        assert run_here("pack", second, "--all", "--to", tmp_path / "elsewhere").code == 0
    finally:
        running.kill()
        running.communicate()
    assert visible_bags(store) == []
    assert [name.partition("-")[0] for name in left_over(store)] == ["large"]


@pytest.mark.case(23)
def test_two_runs_started_together_make_one_or_two_whole_bags(source: MakeSource, tmp_path: Path) -> None:
    root, store = source({f"{number}": f"{number}" for number in range(50)}), tmp_path / "store"
    runs = [
        subprocess.Popen(
            command("pack", root, "--all", "--to", store),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    ends = [(run.communicate(timeout=PATIENCE)[1].decode(), run.returncode) for run in runs]
    assert sorted(code for _, code in ends) in ([0, 0], [0, 1]), ends
    assert all("another run is writing" in err for err, code in ends if code)
    for bag in visible_bags(store):
        assert read_tree(bag / "data") == read_tree(root)


def test_lock_of_a_run_that_was_killed_holds_nobody_up(source: MakeSource, tmp_path: Path) -> None:
    root, store = source({"a": "1"}), tmp_path / "store"
    script = (
        "import os, sys\n"
        "from archiver.store.area import locked\n"
        "with locked(os.fsencode(sys.argv[1])): os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(store)], cwd=ROOT, check=False)
    assert (store / ".incoming" / "lock").exists()
    assert run_here("pack", root, "--all", "--to", store).code == 0
