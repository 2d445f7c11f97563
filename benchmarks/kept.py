"""Keeps what was measured in a file, so that a long run that was ended goes on with what is missing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

T = TypeVar("T")
_FORM = 1


class OtherRunError(Exception):
    """The file holds what was measured on another machine or of another version, which is not to be mixed."""


class _File(msgspec.Struct):
    form: int
    measured_on: dict[str, str]
    measured: dict[str, object]


class Kept:
    """What was measured, by name; with a file, each measurement is there as soon as it was made.

    Args:
        path: The file, which may be there from a run that was ended; without one nothing outlives this object.
        measured_on: What must be the same for measurements to stand in one table.

    Raises:
        OtherRunError: where the file is of another machine or version, or is none of these files.
    """

    def __init__(self, path: Path | None, measured_on: dict[str, str]) -> None:
        self._path = path
        self._file = _File(_FORM, measured_on, {})
        if path is None or not path.exists():
            return
        try:
            kept = msgspec.json.decode(path.read_bytes(), type=_File)
        except msgspec.DecodeError as error:
            raise OtherRunError(f"{path} is no file of measurements: {error}") from error
        if (kept.form, kept.measured_on) != (_FORM, measured_on):
            raise OtherRunError(f"{path} holds what was measured on another machine or of another version")
        self._file = kept

    def once(self, name: str, kind: type[T], measure: Callable[[], T]) -> T:
        """Return what was measured under a name, and measure it where nothing was yet.

        Args:
            name: The name, in which everything stands that the measurement depends on.
            kind: The type of what is measured, which msgspec can put into JSON.
            measure: Measures it.
        """
        if name not in self._file.measured:
            self._file.measured[name] = msgspec.to_builtins(measure())
            self._save()
        return msgspec.convert(self._file.measured[name], kind)

    def _save(self) -> None:
        if self._path is None:
            return
        written = self._path.with_name(f"{self._path.name}.new")
        with written.open("wb") as stream:
            stream.write(msgspec.json.format(msgspec.json.encode(self._file), indent=1) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        written.replace(self._path)


def kept_tree(folder: Path, make: Callable[[Path], object]) -> Path:
    """Return a folder, made anew where it is not there; one whose making was ended counts as not there."""
    if not folder.exists():
        unfinished = folder.with_name(f"{folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        make(unfinished)
        unfinished.replace(folder)
    return folder
