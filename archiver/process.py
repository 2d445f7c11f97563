"""The door to what an operating system does its own way with processes: their limits, and the signals they hear.

Nothing happens where a system has no such thing.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from archiver.errors import ExitStatus

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

if sys.platform != "win32":
    import resource

_HANGUP = getattr(signal, "SIGHUP", None)

ENDING = (
    signal.SIGINT,
    signal.SIGTERM,
    *((_HANGUP,) if _HANGUP and signal.getsignal(_HANGUP) is not signal.SIG_IGN else ()),
)
"""What a person, a terminal or a system sends to have a program end; a hangup only where no ``nohup`` had it ignored."""

INTERRUPTED = ("interrupted", "No source was changed and no bag was left unfinished under its name.")
"""What a person is told whose run ended so, and the state things are in."""

_AMPLE = {"-d": 4 << 30, "-v": 16 << 30, "-u": 1000}
"""Limits from here on are none that a run would feel, by the shell's option."""


def limit_memory(size_bytes: int) -> None:
    """Cap the data this process may allocate, so that a parser fails with MemoryError instead of taking the machine.

    A lower limit that the process already has stands. RLIMIT_DATA counts what is really writable (Linux 4.7 and
    later); RLIMIT_AS would refuse the address space that the Go runtime inside pygfried reserves and never uses.
    """
    if sys.platform != "win32":
        least = min([size_bytes, *_finite(resource.getrlimit(resource.RLIMIT_DATA))])
        resource.setrlimit(resource.RLIMIT_DATA, (least, least))


def allow_open_files(number: int) -> int | None:
    """Let this process have ``number`` files open at once, as far as it may; return how many, ``None`` for no limit."""
    if sys.platform == "win32":
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return None
    if soft < number:
        soft = min([number, *_finite([hard])])
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft


def limits_memory() -> bool:
    """Whether this process was given a limit on its memory."""
    return sys.platform != "win32" and any(
        _finite(resource.getrlimit(kind)) for kind in (resource.RLIMIT_DATA, resource.RLIMIT_AS)
    )


def told_limits() -> str:
    """Return a sentence on the limits that may be why no memory or process is to be had; empty where there are none."""
    if sys.platform == "win32":
        return ""
    told = [
        f"ulimit {option} is {min(limits) >> shift:,}{unit}"
        for option, kind, shift, unit in (
            ("-d", resource.RLIMIT_DATA, 20, " MiB"),
            ("-v", resource.RLIMIT_AS, 20, " MiB"),
            ("-u", resource.RLIMIT_NPROC, 0, ""),
        )
        if (limits := _finite(resource.getrlimit(kind))) and min(limits) < _AMPLE[option]
    ]
    return f" This shell limits it: {', '.join(told)}." if told else ""


def _finite(limits: Sequence[int]) -> list[int]:
    return [limit for limit in limits if limit != resource.RLIM_INFINITY]


def on_ending(handle: Callable[[int, FrameType | None], object] | signal.Handlers) -> None:
    """Have ``handle`` called when somebody wants this process to end."""
    for number in ENDING:
        signal.signal(number, handle)


def stop_at_once(_number: int, _frame: FrameType | None) -> NoReturn:
    """End this process where it stands, with a word to the terminal; for when there is nothing to put away."""
    first, then = INTERRUPTED
    shown = "\x1b[?25h" if os.isatty(2) else ""  # a progress display may have hidden the cursor
    with contextlib.suppress(OSError):
        os.write(2, f"{shown}archiver: {first}\n  {then}\n".encode())
    os._exit(ExitStatus.INTERRUPTED)


def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """Raise KeyboardInterrupt, once; whoever asks again has the process end at once."""
    on_ending(stop_at_once)
    raise KeyboardInterrupt


def heed_lost_interrupt(lost: UnraisableHookArgs) -> None:
    """Take the place of ``sys.unraisablehook``: an interrupt that came where none can be raised must not be lost."""
    if lost.exc_type is not None and issubclass(lost.exc_type, KeyboardInterrupt):
        stop_at_once(signal.SIGINT, None)
    sys.__unraisablehook__(lost)


def hear_no_end() -> None:
    """Keep from the calling thread, and from every process it starts, what asks a program to end.

    Ctrl-C reaches every process of a terminal. A worker never hears it: its parent does, and ends it.
    """
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)


def leave_when_told() -> None:
    """Have this process, which hears no other wish that it end, leave when :func:`tell_to_leave` tells it to.

    It leaves by SystemExit, so that what it has in hand is put away.
    """
    if sys.platform != "win32":
        signal.signal(signal.SIGUSR1, _leave)


def tell_to_leave(number: int) -> None:
    """Tell the child process of that number to leave, if it is still there."""
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGUSR1)


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit


def end_after(seconds: float) -> None:
    """Have the system end this process if it still runs after so many seconds; 0 takes that back."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


@contextlib.contextmanager
def interrupts_deferred() -> Iterator[None]:
    """Let an interrupt wait for the end of a ``with`` block, so that it never finds a pool with a half started worker."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    handlers = {number: signal.signal(number, lambda number, _: came.append(number)) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


_IOPRIO_SET = {
    "x86_64": 251,
    "aarch64": 30,
    "riscv64": 30,
    "ppc64le": 273,
    "s390x": 282,
    "i686": 289,
    "armv7l": 314,
}
"""Number of Linux's system call ``ioprio_set``, by machine; no library has a name for it."""

_IDLE_CLASS = 3 << 13
_OF_PROCESS = 1
_BACKGROUND_MODE = 0x00100000
_DISK, _WHOLE_PROCESS, _THROTTLED = 0, 0, 3


def be_quiet() -> bool:
    """Let other processes have the processor and the disk first, from now on; return whether the disk heeds it too.

    It holds for threads and processes that are started later. Linux heeds it where the disk's scheduler is BFQ or
    mq-deadline.
    """
    if sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        return bool(kernel.SetPriorityClass(kernel.GetCurrentProcess(), _BACKGROUND_MODE))
    with contextlib.suppress(OSError):
        os.nice(19)
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "darwin":
        return int(library.setiopolicy_np(_DISK, _WHOLE_PROCESS, _THROTTLED)) == 0
    number = _IOPRIO_SET.get(os.uname().machine)
    return number is not None and int(library.syscall(number, _OF_PROCESS, 0, _IDLE_CLASS)) == 0


def has_current_folder() -> bool:
    """Whether the folder that this process was started in, or changed to, is still there."""
    try:
        os.getcwd()
    except OSError:
        return False
    return True
