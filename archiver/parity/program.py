"""The door to the program that makes and uses recovery data: ``par2``, of a package beside this one or of the system.

It is started with words of ours alone, and writes into folders that are made for it: never into a bag.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from importlib.util import find_spec

from archiver.errors import ArchiverError, Remedy, Way
from archiver.machine import reason

EXTRA = "music-archiver[parity]"

_NAMES = ("par2.exe", "par2") if os.name == "nt" else ("par2",)
_LEAST_SECONDS = 600
_SLOWEST = 1 << 20
"""Bytes a second that even a slow machine gets through; one that takes longer hangs."""

_MEMORY_MB = 256
_WORDS = 2_000
"""Characters of what the program said that an error repeats."""


class MissingParityError(ArchiverError):
    """No program is there that makes or uses recovery data."""

    def __init__(self) -> None:
        super().__init__(
            "recovery data need the program par2, which is not installed",
            "Nothing was changed. A par2 of your system will do as well.",
            remedies=(Remedy(Way.INSTALL, EXTRA),),
        )


class ParityError(ArchiverError):
    """The program failed at something that it should be able to do."""


class Repaired(Enum):
    """How an attempt to repair ended."""

    WHOLE = "all files of the set are whole"
    NOT_ENOUGH = "more is damaged than the recovery data make good"
    FAILED = "the recovery data cannot be used"


@dataclass(frozen=True, slots=True)
class Par2:
    """The program.

    Attributes:
        path: Its absolute path.
    """

    path: str

    def create(  # noqa: PLR0913 - what a set is made of
        self, base: bytes, files: Sequence[str], index: bytes, *, block: int, recovery: int, size: int
    ) -> None:
        """Make the recovery data of one set: the file ``index`` and one volume beside it.

        Args:
            base: Absolute path of the folder that the paths in the set are below; nothing is written there.
            files: Paths of the files below it, none of them empty.
            index: Absolute path of the file, which ends in ``.par2``, in a folder that is outside.
            block: Bytes of a block, a multiple of 4.
            recovery: Blocks of recovery data.
            size: Bytes of all files, from which follows how long it may take.

        Raises:
            ParityError: where it fails.
        """
        named = [base + b"/" + os.fsencode(path) for path in files]
        words = [b"-s%d" % block, b"-c%d" % recovery, b"-n1", b"-B" + base, b"-a" + index, b"--", *named]
        status, said = self._run("create", words, size * (1 + recovery // 64))
        if status != 0 or not os.path.isfile(index):
            raise ParityError(
                f"par2 could not make recovery data (status {status}): {said or 'it said nothing'}",
                "The bag is as it was. Is there room on the disk?",
            )

    def repair(self, base: bytes, index: bytes, others: Sequence[bytes], size: int) -> Repaired:
        """Repair the files of one set in a folder that was made for it.

        Args:
            base: Absolute path of the folder; damaged files in it are replaced, missing ones made.
            index: Absolute path of one file of the set.
            others: Absolute paths of further files that may hold blocks of the set.
            size: Bytes of all files, from which follows how long it may take.
        """
        words = [b"-B" + base, b"--", index, *others]
        status, _ = self._run("repair", words, size * 8)
        if status == 0:
            return Repaired.WHOLE
        return Repaired.NOT_ENOUGH if status == 2 else Repaired.FAILED

    def _run(self, what: str, words: Sequence[bytes], size: int) -> tuple[int, str]:
        command = [os.fsencode(self.path), os.fsencode(what), b"-q", b"-q", b"-m%d" % _MEMORY_MB, *words]
        try:
            done = subprocess.run(  # noqa: S603 - a program that was looked for, and words of ours
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=_LEAST_SECONDS + size // _SLOWEST,
            )
        except subprocess.TimeoutExpired:
            return -1, "it took too long and was ended"
        except OSError as error:
            raise ParityError(
                f"cannot start {self.path}: {reason(error)}",
                "Nothing was changed.",
                remedies=(Remedy(Way.INSTALL, EXTRA),),
            ) from error
        return done.returncode, done.stdout.decode("utf-8", "replace").strip()[-_WORDS:]


def find_par2() -> Par2 | None:
    """Return the program: that of the package beside this one, else one on the ``PATH``; ``None`` where there is none."""
    found = find_spec("par2")
    for folder in found.submodule_search_locations or () if found is not None else ():
        for name in _NAMES:
            path = os.path.join(folder, "binaries", name)
            if os.path.isfile(path) and os.access(path, os.X_OK):
                return Par2(os.path.abspath(path))
    on_path = shutil.which("par2")
    return None if on_path is None else Par2(os.path.abspath(on_path))


def require_par2() -> Par2:
    """Return the program.

    Raises:
        MissingParityError: where there is none.
    """
    found = find_par2()
    if found is None:
        raise MissingParityError
    return found
