"""A stage that only some runs have: decodes music in full, in guarded worker processes, where the extra is installed."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from archiver.audio.decoding.extras import require
from archiver.executors.guarded import GuardedProcesses, Stopped
from archiver.model.audio import ExaminedFile, Role
from archiver.model.decoded import Decoded, Sought, Undecoded
from archiver.model.pickling import by_fields

DECODING_MEMORY_BYTES = 512 << 20
"""How much data a decoding worker may hold; FFmpeg's libraries and NumPy take some 60 MB of it."""

_THREADS_OF_NUMPY = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""Variables by which what NumPy multiplies matrices with has one thread; else its buffers grow with the number of cores."""

_STOPPED = {"time": Undecoded.TIME, "memory": Undecoded.MEMORY, "crash": Undecoded.CRASH}

_LEAST_SECONDS = 60.0
_MOST_SECONDS = 4 * 3600.0
_SLOWEST = 0.5
"""Seconds for one of music. The slowest decoder there is, Monkey's Audio at its highest level, takes a tenth of that."""

_FEWEST_BYTES_A_SECOND = 100
_USUAL_BYTES_A_SECOND = 16_000


@by_fields
@dataclass(frozen=True, slots=True)
class DecodedFile:
    """A file of music, and what decoding it gave."""

    examined: ExaminedFile
    outcome: Decoded | Undecoded


def music_decoders(jobs: int, sought: Collection[Sought] = ()) -> GuardedProcesses:
    """Make the workers that :func:`decode` needs; use them in a ``with`` block.

    Raises:
        MissingExtraError: where what decoding, or what is sought, needs is not installed.
    """
    require(sought)
    return GuardedProcesses(jobs, prepare=_load, memory_bytes=DECODING_MEMORY_BYTES)


def decode(
    files: Iterable[ExaminedFile], workers: GuardedProcesses, sought: Collection[Sought] = ()
) -> Iterator[DecodedFile]:
    """Decode each file of music from its first sample to its last, in order; other files are passed over.

    A file that hangs, crashes or exhausts the decoder comes out as :class:`Undecoded`, and so does one that is protected or
    that there is no decoder for. How long one may take follows from how long its music is.

    Args:
        files: As they were examined.
        workers: From :func:`music_decoders`, made for the same ``sought``.
        sought: What to compute beside.

    Raises:
        MachineError: where the machine refuses what the program needs itself.
        ArchiverError: where no worker can be started.
    """
    waiting: deque[ExaminedFile] = deque()

    def remembered() -> Iterator[ExaminedFile]:
        for examined in files:
            if examined.role is Role.AUDIO:
                waiting.append(examined)
                yield examined

    for outcome in workers.map_timed(partial(_decode, frozenset(sought)), remembered(), seconds_allowed):
        examined = waiting.popleft()
        yield DecodedFile(examined, _STOPPED[outcome.reason] if isinstance(outcome, Stopped) else outcome)


def seconds_allowed(examined: ExaminedFile) -> float:
    """How long decoding a file may take: half as long as its music, and a minute, but no more than four hours.

    The length is what its headers claim, as far as a file of that size can hold it, or what its size would hold at an usual
    rate, whichever is more.
    """
    size = examined.ref.stat.size_bytes
    claimed = 0.0 if examined.audio is None else examined.audio.duration_s or 0.0
    length = max(min(claimed, size / _FEWEST_BYTES_A_SECOND), size / _USUAL_BYTES_A_SECOND)
    return min(_LEAST_SECONDS + length * _SLOWEST, _MOST_SECONDS)


def _load() -> None:
    """Load what decoding needs, before the time of the first file begins, for a worker that uses one core."""
    os.environ.update(dict.fromkeys(_THREADS_OF_NUMPY, "1"))
    import archiver.audio.decoding.decode  # noqa: F401, PLC0415 - see _decode


def _decode(sought: frozenset[Sought], examined: ExaminedFile) -> Decoded | Undecoded:
    # only workers decode, so only they wait for the libraries, which not everybody has
    from archiver.audio.decoding.decode import decode_file  # noqa: PLC0415

    return decode_file(examined, sought)
