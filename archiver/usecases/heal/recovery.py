"""Makes files of the recovery data that a bag carries, in a folder of links outside it: par2 itself never sees the bag.

The links lead to the bag's own files. The program that repairs renames a bad file and makes a new one, which are then the
link and a whole regular file beside it. Only sets that name files of the bag, and no others, are used.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence

from archiver.bagit.names import PAYLOAD
from archiver.bagit.paths import check_path
from archiver.parity.packets import StrangePacketError, files_in
from archiver.parity.program import EXTRA, Par2, Repaired, find_par2
from archiver.parity.sets import FOLDER, set_of_file
from archiver.usecases.heal.bag_files import BagFiles
from archiver.usecases.heal.copies import DamagedCopy
from archiver.usecases.heal.outcome import Wanted
from archiver.usecases.watch import Step, Watch

_MOST_NAMES = 40_000
"""Names of one set; the format allows 32,768 blocks, and each file needs one."""


class RecoveryData:
    """The recovery data of one bag.

    Args:
        files: The bag's files.
        watch: Sees how far it has come.

    Attributes:
        notes: What keeps recovery data from being used, in a sentence each.
    """

    def __init__(self, files: BagFiles, watch: Watch) -> None:
        self._files = files
        self._watch = watch
        self._program: Par2 | None = None
        self.notes: list[str] = []

    def tag_names(self) -> set[str]:
        """Return the paths of the tag files that recovery data are about."""
        names = (name for number, paths in self._sets().items() for name in self._names(number, paths))
        return {name for name in names if not name.startswith(PAYLOAD)}

    def rebuilt(
        self, wanted: Mapping[str, Wanted], others: Mapping[str, Sequence[DamagedCopy]]
    ) -> Iterator[tuple[str, str]]:
        """Yield files that were made, each with its path in the bag and the absolute path of what was made.

        Args:
            wanted: What is to be made, by its path.
            others: Other damaged copies, which may hold sound blocks, by the path in the bag.
        """
        sets = self._sets()
        if not sets:
            return
        self._program = self._program or find_par2()
        if self._program is None:
            self._note(
                f"The bag has recovery data, but the program par2, which uses them, is not installed; {EXTRA} brings it."
            )
            return
        for number, paths in sorted(sets.items()):
            names = self._names(number, paths)
            missed = wanted.keys() & names
            if missed:
                with self._watch.during(Step(f"Repairing from {FOLDER}/{number:04}", "")):
                    yield from self._repaired(paths, names, missed, others)

    def _sets(self) -> dict[int, list[str]]:
        """Return the files with recovery data by the numbers of their sets."""
        found: dict[int, list[str]] = {}
        with contextlib.suppress(OSError):
            for name in sorted(os.listdir(self._files.path + b"/" + FOLDER.encode())):
                path = f"{FOLDER}/{os.fsdecode(name)}"
                number = set_of_file(path)
                if number is not None:
                    found.setdefault(number, []).append(path)
        return found

    def _names(self, number: int, paths: Sequence[str]) -> set[str]:
        """Return which files a set is about; none where it must not be used."""
        names: set[str] = set()
        try:
            for path in paths:
                with os.fdopen(self._files.open(path), "rb") as stream:
                    _add_names(names, (one.name for one in files_in(stream)))
        except StrangePacketError as error:
            self._note(f"The recovery data {FOLDER}/{number:04} are not used: {error}.")
            return set()
        except OSError as error:
            self._note(f"The recovery data {FOLDER}/{number:04} cannot be read: {error.strerror or error}.")
        return names

    def _repaired(
        self,
        paths: Sequence[str],
        names: set[str],
        missed: set[str],
        others: Mapping[str, Sequence[DamagedCopy]],
    ) -> Iterator[tuple[str, str]]:
        assert self._program is not None
        base = self._files.workshop.path(self._files.workshop.next_name() + b".repair")
        os.mkdir(base)
        size = sum(self._link(base, name) for name in names)
        index = base + b"/" + os.path.basename(os.fsencode(paths[0]))
        for path in paths:  # the program passes over volumes that are links
            self._copy(path, base + b"/" + os.path.basename(os.fsencode(path)))
        more = self._others(base, [copy for name in sorted(missed) for copy in others.get(name, ())])
        # the folder of links is the whole world of the program: no name in the set leads out of it
        try:
            outcome = self._program.repair(base, index, more, size)
            if outcome is not Repaired.WHOLE:
                self._note(f"The recovery data {paths[0]} do not help: {outcome.value}.")
            for name in sorted(missed):
                made = base + b"/" + os.fsencode(name)
                if os.path.isfile(made) and not os.path.islink(made):
                    yield name, os.fsdecode(made)
        finally:
            shutil.rmtree(base, ignore_errors=True)

    def _link(self, base: bytes, name: str) -> int:
        """Give a file of the bag a link in the folder, and return its size; nothing where there is no regular file."""
        try:
            descriptor = self._files.open(name)
        except OSError:
            return 0
        try:
            size = os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)
        place = base + b"/" + os.fsencode(name)
        try:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            os.symlink(self._files.place_of(name), place)
        except (FileExistsError, NotADirectoryError):  # the set names a file that lies below another
            return 0
        return size

    def _others(self, base: bytes, copies: Sequence[DamagedCopy]) -> list[bytes]:
        """Copy further damaged files into the folder of links, outside of which the program looks at nothing."""
        folder = base + b"/.copies-" + secrets.token_hex(4).encode()
        os.mkdir(folder)
        copied = []
        for number, copy in enumerate(copies):
            place = folder + b"/%d" % number
            with (
                contextlib.suppress(OSError),
                os.fdopen(copy.open(), "rb") as source,
                open(place, "xb") as target,
            ):
                shutil.copyfileobj(source, target, 1 << 20)
                copied.append(place)
        return copied

    def _copy(self, path: str, place: bytes) -> None:
        """Copy a file of recovery data as far as it can be read; what is damaged of it does no harm."""
        with contextlib.suppress(OSError), open(place, "xb") as target:
            target.writelines(self._files.blocks(path))

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)


def _add_names(names: set[str], named: Iterator[bytes]) -> None:
    for name in named:
        names.add(_believed(name))
        if len(names) > _MOST_NAMES:
            raise StrangePacketError("it names too many files")


def _believed(name: bytes) -> str:
    """Return a name as a path in the bag.

    Raises:
        StrangePacketError: where it is none, so that a file would be made elsewhere.
    """
    try:
        path = name.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StrangePacketError("it names a file with a name that is not UTF-8") from error
    problem = check_path(path)
    if (problem is not None and not problem.only_elsewhere) or "\\" in path or not path:
        raise StrangePacketError(f"it names a file outside the bag: {path[:100]!r}")
    return path
