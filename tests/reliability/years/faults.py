"""Has something go wrong in the middle of a run: a disk that fails once, or that is full from then on."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

_CALLS = ("fsync", "rename", "link", "mkdir", "unlink", "utime")
_HOW = ("EIO", "ENOSPC")


@dataclass
class Fault:
    """What goes wrong: at the ``at``-th of some calls of the system, counted together.

    Attributes:
        at: See above.
        how: In which way.
        came: The call that it came to, if any.
    """

    at: int
    how: str
    came: str = ""

    def __str__(self) -> str:
        return f"{self.how} at call {self.at}: {self.came}" if self.came else "which went well"


@contextlib.contextmanager
def failing(chance: random.Random) -> Iterator[Fault]:
    """Lend what goes wrong in this process within a ``with`` block."""
    fault = Fault(chance.randint(1, 60), chance.choice(_HOW))
    lock, calls = threading.Lock(), 0

    def instead_of(name: str) -> Any:  # noqa: ANN401 - one of the calls
        real = getattr(os, name)

        def call(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - whatever the call takes and gives
            nonlocal calls
            with lock:
                calls += 1
                is_due = calls == fault.at or (calls > fault.at and fault.how == "ENOSPC")
                if is_due and not fault.came:
                    fault.came = name
            if not is_due:
                return real(*args, **options)
            number = errno.ENOSPC if fault.how == "ENOSPC" else errno.EIO
            raise OSError(number, os.strerror(number))

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in _CALLS:
            patch.setattr(os, name, instead_of(name))
        yield fault
