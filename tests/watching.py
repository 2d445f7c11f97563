"""Runs code or the program in a process of its own, and says how much memory it ever had."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.running import PATIENCE, ROOT, Outcome

_NOTE_PEAK = """
import atexit, sys
# not ru_maxrss, which begins with the memory of the process that started this one
def note(result=sys.argv.pop(1)):
    status = open("/proc/self/status").read().split()
    open(result, "w").write(status[status.index("VmHWM:") + 1])
atexit.register(note)
"""
_RUN_CODE = """
import time
data = sys.stdin.buffer.read()
_began = time.process_time()
sum(data.ljust(4 << 20))
_begun = time.process_time()
exec(sys.argv[1])
assert time.process_time() - _begun < 500 * (_begun - _began), "it costs 500 times as much as adding up its bytes"
"""
_RUN_PROGRAM = "from archiver.cli.main import main\nsys.argv[0] = 'archiver'\nmain()\n"


def peak_of_code(code: str, data: bytes) -> int:
    """Run ``code``, in which ``data`` is a name, and return the most MiB it had.

    It must end well, and cost no more than 500 times what adding up the bytes of ``data``, or of 4 MiB, costs.
    """
    outcome, peak = _watched([_NOTE_PEAK + _RUN_CODE], [code], data)
    assert outcome.code == 0, outcome.err
    return peak


def peak_of_program(*args: str | os.PathLike[str], **environment: str) -> tuple[Outcome, int]:
    """Run the command line, and return how it ended and the most MiB that its first process had."""
    return _watched([_NOTE_PEAK + _RUN_PROGRAM], [os.fspath(arg) for arg in args], b"", environment)


def _watched(
    code: list[str],
    args: list[str],
    data: bytes,
    environment: dict[str, str] | None = None,
) -> tuple[Outcome, int]:
    with TemporaryDirectory() as folder:
        result = Path(folder, "peak")
        done = subprocess.run(
            [sys.executable, "-c", *code, str(result), *args],
            input=data,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
            env={**os.environ, "PYTHONPATH": ROOT, **(environment or {})},
        )
        peak = int(result.read_text()) >> 10
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode()), peak
