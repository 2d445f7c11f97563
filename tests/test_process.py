"""The door to processes: limits hold, and what asks a program to end is heard by whom it concerns."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.running import PATIENCE, ROOT


def test_memory_limit_makes_an_allocation_fail_and_spares_reserved_addresses() -> None:
    script = (
        "from archiver import process\n"
        "process.limit_memory(200 << 20)\n"
        "import mmap\n"
        "mmap.mmap(-1, 4 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ)\n"
        "bytearray(50 << 20)\n"
        "try: bytearray(1 << 30)\n"
        "except MemoryError: print('refused')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "refused\n"


def test_workers_of_a_thread_that_hears_no_end_never_hear_one() -> None:
    script = (
        "import subprocess, sys, threading\n"
        "from archiver import process\n"
        "def work():\n"
        "    process.hear_no_end()\n"
        "    child = 'import os, signal; [os.kill(os.getpid(), n) for n in (signal.SIGINT, signal.SIGTERM)]'\n"
        "    print(subprocess.run([sys.executable, '-c', child]).returncode)\n"
        "thread = threading.Thread(target=work)\n"
        "thread.start()\n"
        "thread.join()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "0\n"


@pytest.mark.parametrize("times", [1, 2])
def test_an_interrupt_is_raised_once_and_a_second_ends_the_process(times: int) -> None:
    script = (
        "import os, signal, sys\n"
        "from archiver import process\n"
        "process.on_ending(process.interrupt)\n"
        f"for number in range({times}):\n"
        "    try: os.kill(os.getpid(), signal.SIGINT)\n"
        "    except KeyboardInterrupt: print('raised', flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout == "raised\n"
    assert done.returncode == (0 if times == 1 else 130)
    assert ("interrupted" in done.stderr) == (times == 2)


def test_an_interrupt_is_not_lost_where_none_can_be_raised() -> None:
    script = (
        "import os, signal, sys\n"
        "from archiver import process\n"
        "process.on_ending(process.interrupt)\n"
        "sys.unraisablehook = process.heed_lost_interrupt\n"
        "class Last:\n"
        "    def __del__(self): os.kill(os.getpid(), signal.SIGINT)\n"
        "Last()\n"
        "print('lost')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("", 130)


def test_a_worker_that_waits_for_nothing_more_ends_itself() -> None:
    script = "import time; from archiver import process; process.end_after(0.2); time.sleep(3600)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False, timeout=PATIENCE)
    assert done.returncode == -signal.SIGALRM
