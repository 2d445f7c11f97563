"""Builds the library that makes calls fail, and says how it is put before a command; see failing_calls.c."""

from __future__ import annotations

import errno
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import pytest

_SOURCE = Path(__file__).with_name("failing_calls.c")


class Call(IntEnum):
    """Kinds of calls, each standing for a family of the C library; the numbers are those of failing_calls.c."""

    OPEN = 0
    READ = 1
    WRITE = 2
    SYNC = 3
    RENAME = 4
    LINK = 5
    MKDIR = 6
    UNLINK = 7
    STAT = 8
    LIST = 9
    TRUNCATE = 10
    TIMES = 11
    LOCK = 12
    CLOSE = 13
    MODE = 14
    SPACE = 15
    CREATE = 16


PLACING = (
    Call.OPEN,
    Call.CREATE,
    Call.WRITE,
    Call.SYNC,
    Call.RENAME,
    Call.LINK,
    Call.MKDIR,
    Call.UNLINK,
    Call.TIMES,
    Call.LOCK,
)
"""Calls by which files get into a place and their names there."""


MUTATING = (
    *(Call.CREATE, Call.WRITE, Call.SYNC, Call.RENAME, Call.LINK, Call.MKDIR, Call.UNLINK, Call.TRUNCATE),
    *(Call.TIMES, Call.MODE),
)
"""Calls that change what a file system holds, or make a change durable."""

_ANY_DISK = (errno.EIO, errno.ESTALE, errno.ENOTCONN)
_WRITTEN_DISK = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.ESTALE, errno.EDQUOT)
_WRITTEN_FOLDER = (errno.EACCES, *_WRITTEN_DISK)
ERRORS: dict[Call, tuple[int, ...]] = {
    Call.OPEN: (
        errno.EACCES,
        errno.EIO,
        errno.EMFILE,
        errno.ESTALE,
        errno.ENOTCONN,
        errno.EROFS,
        errno.ENOSPC,
    ),
    Call.CREATE: (
        errno.EACCES,
        errno.EIO,
        errno.EMFILE,
        errno.ESTALE,
        errno.EROFS,
        errno.ENOSPC,
    ),
    Call.READ: _ANY_DISK,
    Call.WRITE: _WRITTEN_DISK,
    Call.SYNC: (errno.EIO, errno.ENOSPC, errno.EROFS, errno.ESTALE),
    Call.RENAME: _WRITTEN_FOLDER,
    Call.LINK: _WRITTEN_FOLDER,
    Call.MKDIR: _WRITTEN_FOLDER,
    Call.UNLINK: (errno.EIO, errno.EACCES, errno.EROFS, errno.ESTALE),
    Call.STAT: (errno.EIO, errno.EACCES, errno.ESTALE, errno.ENOTCONN),
    Call.LIST: _ANY_DISK,
    Call.TRUNCATE: (errno.EIO, errno.ENOSPC, errno.EROFS),
    Call.TIMES: (errno.EIO, errno.EACCES, errno.EROFS),
    Call.LOCK: (errno.ENOLCK, errno.EIO, errno.ENOTCONN),
    Call.CLOSE: (errno.EIO, errno.ENOSPC, errno.ESTALE),
    Call.MODE: (errno.EIO, errno.EROFS),
    Call.SPACE: (errno.EIO, errno.ESTALE),
}
"""What a disk, a share or the system may answer to each; the first is the likeliest."""

_STATE = struct.Struct(f"3Q{len(Call)}QQ512s")


@dataclass(frozen=True, slots=True)
class Told:
    """What the library saw: how often each call was made, how often one failed, and the path of the first."""

    counts: dict[Call, int]
    failed: int
    path: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The ``at``-th call of a kind, or of any where it is ``None``, that fails with ``error``, or gets the process a signal.

    With ``lasting`` every later call of the kind fails as well, as on a disk that is gone.
    """

    call: Call | None
    at: int
    error: int = 0
    signal: int = 0
    lasting: bool = False

    def __str__(self) -> str:
        end = f"signal {self.signal}" if self.signal else errno.errorcode[self.error]
        return f"{self.call.name if self.call is not None else 'ANY'} {self.at}{'+' if self.lasting else ''} {end}"


@dataclass(frozen=True, slots=True)
class Shim:
    """The built library and the file that it counts in."""

    library: Path
    state: Path

    def watching(self, root: Path, fault: Fault | None = None, *, main: bool = False) -> dict[str, str]:
        """Return the environment that has calls below ``root`` counted, from 0, and the fault come true.

        With ``main``, calls of other processes than the first are not counted.
        """
        self.state.write_bytes(bytes(_STATE.size))
        environment = {
            "LD_PRELOAD": str(self.library),
            "FAULT_STATE": str(self.state),
            "FAULT_ROOT": str(root),
        }
        if main or (fault is not None and fault.signal):
            environment["FAULT_MAIN"] = "1"
        if fault is not None:
            environment |= {
                "FAULT_CALL": str(len(Call) if fault.call is None else int(fault.call)),
                "FAULT_AT": str(fault.at),
                "FAULT_ERRNO": str(fault.error),
                "FAULT_SIGNAL": str(fault.signal),
            }
            if fault.lasting:
                environment["FAULT_STICKY"] = "1"
        return environment

    def recording(self, root: Path, record: Path) -> dict[str, str]:
        """Return the environment that has every change below ``root`` added to the file ``record``; nothing fails."""
        return self.watching(root) | {"FAULT_RECORD": str(record)}

    def told(self) -> Told:
        """Return what the library saw since :meth:`watching`."""
        _, _, failed, *counts, _, path = _STATE.unpack(self.state.read_bytes())
        return Told(
            dict(zip(Call, counts, strict=True)), failed, path.rstrip(b"\0").decode("utf-8", "replace")
        )


def build_shim(folder: Path) -> Shim:
    """Compile the library into ``folder``; skip the test, saying why, where that or its use is not possible."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("there is no C compiler: faults of the operating system are not tried")
    library = folder / "failing_calls.so"
    done = subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(_SOURCE), "-ldl"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"failing_calls.c cannot be compiled here: faults are not tried\n{done.stderr[:400]}")
    shim = Shim(library, folder / "state")
    (folder / "probe").write_bytes(b"x")
    probe = subprocess.run(
        [sys.executable, "-c", f"open({str(folder / 'probe')!r}).close()"],
        env=shim.watching(folder, Fault(Call.OPEN, 1, errno.ESTALE)),
        capture_output=True,
        text=True,
        check=False,
    )
    if "Errno 116" not in probe.stderr or not shim.told().failed:
        pytest.skip(f"LD_PRELOAD takes no effect here: faults are not tried\n{probe.stderr[:400]}")
    return shim


def every_fault(counts: dict[Call, int], *, errors_each: int) -> Iterator[Fault]:
    """Yield ``errors_each`` errors for every counted call; which ones changes from call to call, so that all come."""
    for call, count in counts.items():
        errors = ERRORS[call]
        for at in range(1, count + 1):
            for turn in range(min(errors_each, len(errors))):
                yield Fault(call, at, errors[(at * errors_each + turn) % len(errors)])


def every_signal(counts: dict[Call, int], number: int) -> Iterator[Fault]:
    """Yield the signal for every counted call that changes something."""
    for call in MUTATING:
        for at in range(1, counts[call] + 1):
            yield Fault(call, at, signal=number)
