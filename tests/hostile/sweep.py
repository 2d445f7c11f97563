"""Feeds mutations to one reader, in a process of its own with limits, and prints what came of it as JSON.

To try one case again, or to have its bytes, from the root of the project::

    python -m tests.hostile.sweep audio --subject a.mp3 --seed 1234 [--write FILE]

Each case may take ``seconds`` of computing, and a hundred times as long by the clock; the process may hold ``memory_bytes``
of data, and what it held at most is told. A case that kills the process is known by the last line of standard error.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn

from archiver import process
from tests.hostile.mutations import mutated
from tests.hostile.reader import Reader
from tests.hostile.readers import READERS

_MOST_FAILURES = 20
_MEMORY_FOLDER = Path("/dev/shm")


class TooSlowError(BaseException):
    """One case took longer than it may; no handler of the program's takes it for a fault of the input."""


def _too_slow(number: int, _: FrameType | None) -> NoReturn:
    raise TooSlowError(signal.Signals(number).name)


def cases(reader: Reader, first: int, count: int) -> Iterator[tuple[str, int]]:
    """Yield the cases from the ``first`` on: every subject with seed 0, then every subject with seed 1, and so on."""
    names = list(reader.subjects)
    for number in range(first, first + count):
        yield names[number % len(names)], number // len(names)


def bytes_of(reader: Reader, name: str, seed: int) -> bytes:
    """Return the bytes of one case."""
    others = [data for other, data in reader.subjects.items() if other != name]
    return mutated(reader.subjects[name], name, seed, reader.tokens, others)


def try_one(reader: Reader, name: str, data: bytes) -> str | None:
    """Have the reader read the bytes; return what is wrong with how that ended, or ``None``."""
    signal.setitimer(signal.ITIMER_VIRTUAL, reader.seconds)
    signal.setitimer(signal.ITIMER_REAL, 100 * reader.seconds)
    try:
        reader.read(name, data)
    except TooSlowError as slow:
        return f"took too long ({slow})"
    except Exception as error:  # noqa: BLE001 - whatever comes out of a reader is what is looked for
        where = traceback.extract_tb(error.__traceback__)[-1]
        return (
            f"{type(error).__name__}: {str(error)[:300]} ({where.filename.rpartition('/')[2]}:{where.lineno})"
        )
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
    return None


def peak_mib() -> int:
    """Return the most memory that this process ever had in use."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) >> 10 if found else 0


def main() -> None:
    """Try the cases that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.sweep", description=__doc__)
    parser.add_argument("reader", choices=READERS)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--subject")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    kind = READERS[asked.reader]
    memory = _MEMORY_FOLDER if os.access(_MEMORY_FOLDER, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="hostile-", dir=memory) as folder:
        reader = kind(Path(folder))
        if asked.write and asked.subject:
            asked.write.write_bytes(bytes_of(reader, asked.subject, asked.seed))
        chosen = (
            iter([(asked.subject, asked.seed)]) if asked.subject else cases(reader, asked.first, asked.count)
        )
        sys.stdout.write(json.dumps(_sweep(reader, asked.reader, chosen)) + "\n")


def _sweep(reader: Reader, title: str, chosen: Iterator[tuple[str, int]]) -> dict[str, object]:
    for name in reader.subjects:  # what is loaded once is not counted as a case's
        wrong = try_one(reader, name, reader.subjects[name])
        assert wrong is None, f"{title} {name}, unchanged: {wrong}"
    signal.signal(signal.SIGVTALRM, _too_slow)
    signal.signal(signal.SIGALRM, _too_slow)
    process.limit_memory(reader.memory_bytes)
    before, slowest, failures, tried = peak_mib(), 0.0, [], 0
    for name, seed in chosen:
        sys.stderr.write(f"{name} {seed}\n")
        data, began = bytes_of(reader, name, seed), time.process_time()
        wrong = try_one(reader, name, data)
        slowest = max(slowest, time.process_time() - began)
        tried += 1
        if wrong is not None:
            failures.append(
                f"python -m tests.hostile.sweep {title} --subject {name!r} --seed {seed}  # {wrong}"
            )
        if len(failures) >= _MOST_FAILURES:
            break
    return {
        "tried": tried,
        "failures": failures,
        "slowest": slowest,
        "before_mib": before,
        "peak_mib": peak_mib(),
    }


if __name__ == "__main__":
    main()
