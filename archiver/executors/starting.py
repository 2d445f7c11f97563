"""How workers are started, so that neither a fork nor an interrupt finds one half made."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import threading
from collections.abc import Iterator
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import BaseContext

from archiver import filesystem


@contextlib.contextmanager
def interrupts_deferred() -> Iterator[None]:
    """Let an interrupt wait for the end of a ``with`` block, so that it never finds a pool with a half started worker."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    handlers = {
        number: signal.signal(number, lambda number, _: came.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def worker_context() -> BaseContext:
    """Give what starts workers. It never forks this process: pygfried's Go runtime would not survive that.

    Ctrl-C reaches every process of a terminal. Workers never hear it, not even while they start: this process
    hears it and ends them.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    resource_tracker.ensure_running()  # by itself it would let interrupts through again while they are held
    with filesystem.interrupts_held():
        forkserver.ensure_running()
    return multiprocessing.get_context("forkserver")
