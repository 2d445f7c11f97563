"""Small pictures of the covers inside files, made in a guarded worker process where the extra for it is installed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Self

from archiver.audio.formats.kinds import extension_of
from archiver.executors.guarded import GuardedProcesses, Stopped
from archiver.filesystem import open_regular_beneath
from archiver.machine import refuse_own_limit

_BUFFER_BYTES = 16384


@dataclass(slots=True)
class CoverMakers:
    """The worker, which starts when the first picture is asked for; use it in a ``with`` block."""

    _held: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _workers: GuardedProcesses | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def covers(self, payload: bytes, paths: Sequence[str]) -> list[bytes | None]:
        """Return small pictures of what is embedded in files, in their order.

        A file whose picture hangs, crashes or exhausts what decodes it has none.

        Args:
            payload: Absolute path of a bag's payload folder.
            paths: Paths of files in the bag, such as ``data/Artist/Album/01.flac``.

        Returns:
            JPEGs; ``None`` for a file without a picture that can be shown, and for every file where Pillow is not installed.

        Raises:
            ArchiverError: where no worker can be started.
            MachineError: where the machine refuses what the program needs itself.
        """
        if find_spec("PIL") is None:
            return [None] * len(paths)
        if self._workers is None:
            self._workers = self._held.enter_context(GuardedProcesses(1, prepare=_load))
        tasks = [(payload, path) for path in paths]
        outcomes = self._workers.map_ordered(_cover, tasks)
        return [None if isinstance(one, Stopped) else one for one in outcomes]


def _load() -> None:
    """Load what decoding needs, before the time of the first picture begins; one that cannot be loaded makes none."""
    with contextlib.suppress(ImportError):
        import archiver.audio.covers.embedded  # noqa: PLC0415 - see _cover
        import archiver.audio.covers.thumbnail  # noqa: F401, PLC0415 - see _cover


def _cover(task: tuple[bytes, str]) -> bytes | None:
    # only workers decode, so only they wait for the libraries, which not everybody has
    from archiver.audio.containers.window import Window  # noqa: PLC0415
    from archiver.audio.covers.embedded import embedded_cover  # noqa: PLC0415

    try:
        from archiver.audio.covers.thumbnail import thumbnail  # noqa: PLC0415
    except ImportError:
        return None
    payload, path = task
    relative = path.partition("/")[2].encode("utf-8", "surrogatepass")
    try:
        with open(open_regular_beneath(payload, relative), "rb", buffering=_BUFFER_BYTES) as file:
            picture = embedded_cover(Window(file, os.fstat(file.fileno()).st_size), extension_of(path))
    except OSError as error:
        refuse_own_limit(error)
        return None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a slip on bytes that nobody foresaw must not end the run
        return None
    return None if picture is None else thumbnail(picture)
