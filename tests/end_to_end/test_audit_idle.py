"""An idle audit lets all others have the processor and the disk first: what is set is read back while it reads."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from archiver.process import _IOPRIO_SET
from tests.conftest import MakeSource
from tests.running import PATIENCE, ROOT, run_here
from tests.samples import flac

IDLE_CLASS = 3
SCRIPT = """
import contextlib, ctypes, json, os, sys, threading
from archiver import disk
from archiver.cli.main import main

library, seen = ctypes.CDLL(None, use_errno=True), []

def priorities(number):
    ioprio = library.syscall({get}, 1, number)
    return [os.getpriority(os.PRIO_PROCESS, number), ioprio >> 13]

real = disk.from_disk

@contextlib.contextmanager
def looked(*args):
    seen.append(priorities(threading.get_native_id()))
    with real(*args):
        yield

disk.from_disk = looked
try:
    main()
except SystemExit as end:
    everywhere = [priorities(int(number)) for number in os.listdir("/proc/self/task")]
    child = os.fork()
    if not child:
        print(json.dumps({{"child": priorities(0)}}), file=sys.stderr, flush=True)
        os._exit(0)
    os.waitpid(child, 0)
    print(json.dumps({{"read": seen, "threads": everywhere, "code": end.code}}), file=sys.stderr)
"""


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or platform.machine() not in _IOPRIO_SET,
    reason="ioprio_get is asked on Linux alone: WHAT IS SET FOR AN IDLE AUDIT IS NOT READ BACK",
)
@pytest.mark.parametrize("words", [(), ("--idle",)], ids=["as any other", "idle"])
def test_what_is_set_holds_wherever_an_idle_audit_reads(
    tmp_path: Path, source: MakeSource, words: tuple[str, ...]
) -> None:
    music = source({f"Album/{number}.flac": flac(title=str(number)) for number in range(3)})
    assert run_here("pack", music, "--to", tmp_path / "Store", "--name", "Bag").code == 0
    before = os.getpriority(os.PRIO_PROCESS, 0)
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            SCRIPT.format(get=_IOPRIO_SET[platform.machine()] + 1),
            *("audit", str(tmp_path / "Store"), *words),
        ],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    child, told = map(json.loads, done.stderr.splitlines()[-2:])
    assert told["code"] == 0
    assert len(told["read"]) > 3
    for nice, ioclass in [*told["read"], *told["threads"], child["child"]]:
        assert nice == (19 if words else before)
        assert (ioclass == IDLE_CLASS) is bool(words)
