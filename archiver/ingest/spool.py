"""Holds a stage's values on disk between two passes, so that memory does not grow with the collection."""

from __future__ import annotations

import contextlib
import io
import pickle
import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Generic, Self, TypeVar

from archiver.errors import Remedy, StoreError, Way
from archiver.machine import reason

T = TypeVar("T")

_BATCH = 128
_LENGTH = struct.Struct("<Q")
_WRITE = (
    "No bag was written. Free some space on the disk of the store, or of the system's temporary folder where no store is"
    " named."
)
_READ = (
    "No bag is left unfinished under its name. Check the disk of the store, or of the system's temporary folder where no"
    " store is named."
)


class Spool(Generic[T]):
    """An append-only sequence of picklable values in an unnamed temporary file, read as often as wanted.

    The file is this process's own and gone when it is closed; nothing else can put a pickle into it.

    Args:
        folder: Where the temporary file lives; the system's temporary folder where ``None``.

    Raises:
        StoreError: from here, from adding or from giving back values, where the temporary file cannot be written or
            read.
    """

    def __init__(self, folder: bytes | None = None) -> None:
        with _faults("write", _WRITE):
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        self._waiting: list[T] = []
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # what could not be written is not needed any more
            self._file.close()

    def __len__(self) -> int:
        return self._count

    def append(self, value: T) -> None:
        """Add one value at the end."""
        self._waiting.append(value)
        self._count += 1
        if len(self._waiting) >= _BATCH:
            self._flush()

    def extend(self, values: Iterable[T]) -> None:
        """Add values at the end."""
        for value in values:
            self.append(value)

    def __iter__(self) -> Iterator[T]:
        """Yield every value in the order it was added."""
        self._flush()
        position = 0
        while True:
            with _faults("read back", _READ):
                self._file.seek(position)
                header = self._file.read(_LENGTH.size)
                packed = self._file.read(*_LENGTH.unpack(header)) if header else b""
            if not header:
                return
            position += _LENGTH.size + len(packed)
            batch: list[T] = pickle.loads(zlib.decompress(packed))  # noqa: S301 - own unnamed file
            yield from batch

    def _flush(self) -> None:
        if self._waiting:
            packed = zlib.compress(pickle.dumps(self._waiting, pickle.HIGHEST_PROTOCOL), 1)
            with _faults("write", _WRITE):
                self._file.seek(0, io.SEEK_END)
                self._file.write(_LENGTH.pack(len(packed)) + packed)
                self._file.flush()
            self._waiting = []


@contextlib.contextmanager
def _faults(attempt: str, hint: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"cannot {attempt} a temporary file: {reason(error)}",
            hint,
            remedies=[Remedy(Way.AGAIN)],
        ) from error
