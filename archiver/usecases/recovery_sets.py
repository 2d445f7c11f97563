"""Makes sets of recovery data for a bag that is there, and keeps those of its own files true when these change.

New sets have new numbers, so that they lie beside the old ones until the tag manifests list them: at every moment the bag
has recovery data that were whole. The old ones are then in no manifest, and are put aside, outside the bag.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from archiver import filesystem
from archiver.bagit.algorithms import hash_descriptor
from archiver.bagit.reading import FolderTop, manifest_entries, read_top
from archiver.bagit.tagfiles import list_tag_files
from archiver.bagit.telling import ignore
from archiver.bagit.updating.journal import STAGED_PREFIX, Journal
from archiver.bagit.updating.update import Stager, nothing_more
from archiver.model.run import Run
from archiver.parity.make import MadeFile, make_sets, sets_of_tag_files
from archiver.parity.packets import StrangePacketError, files_in
from archiver.parity.program import EXTRA, Par2, find_par2
from archiver.parity.readme import MOST_BYTES, README, Recorded, read_readme, recorded, write_readme
from archiver.parity.sets import FOLDER, ParitySet, Sized, may_be_protected, set_of_file
from archiver.store.area import locked
from archiver.store.healing import Placer, Workshop, aside_name, workshop_of
from archiver.usecases.watch import Step, Watch

_BLOCK = 1 << 20
_OUTSIDE = (f"{FOLDER}/", "signatures/", STAGED_PREFIX)
"""Where tag files lie that no set is about."""


@dataclass
class SetMaker:
    """Makes sets of one bag, and stages them.

    Attributes:
        bag: Absolute path of the bag.
        par2: The program.
        workshop: Where they are made.
        watch: Sees how far it has come.
        sets: What was made.
        octets: Bytes of it.
    """

    bag: bytes
    par2: Par2
    workshop: Workshop
    watch: Watch
    sets: list[ParitySet] = field(default_factory=list)
    octets: int = 0

    def stage(self, sets: Sequence[ParitySet], base: bytes, journal: Journal) -> None:
        """Make sets of files below ``base``, and stage them."""
        scratch = self.workshop.path(b"made")
        os.mkdir(scratch)
        self._stage(make_sets(self.par2, self._counted(sets), base, scratch), journal)
        os.rmdir(scratch)

    def stage_own(self, told: Recorded, first: int, folder: int, journal: Journal) -> None:
        """Make sets of the bag's own files as they will be, numbered from ``first``, and the text about them and those in ``told``.

        What is staged is taken as it is staged, for the log of the bag gets a line in the same moment.
        """
        own = self.workshop.path(b"own")
        os.mkdir(own)
        staged = set(journal.paths)
        for path in sorted(staged | set(list_tag_files(folder))):
            if path.startswith(_OUTSIDE):
                continue
            place = own + b"/" + os.fsencode(path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            descriptor = journal.open(path) if path in staged else _opened(folder, path)
            with os.fdopen(descriptor, "rb") as source, open(place, "xb") as target:
                shutil.copyfileobj(source, target, _BLOCK)
        sets = sets_of_tag_files(_sizes(own), told.amount, first)
        self.stage(sets, own, journal)
        shutil.rmtree(own)
        with journal.write(README) as stream:
            stream.write(write_readme(recorded(sets, told.amount, told.left_out, told.sets)))

    def _counted(self, sets: Sequence[ParitySet]) -> Iterator[ParitySet]:
        step = Step("Making recovery data", "bytes", sum(each.size for each in sets))
        for each in self.watch.track(step, sets, lambda one: one.size):
            self.sets.append(each)
            yield each

    def _stage(self, made: Iterable[list[MadeFile]], journal: Journal) -> None:
        for files in made:
            for file in files:
                with journal.write(file.path) as stream, open(file.made, "rb") as source:
                    while block := source.read(_BLOCK):
                        self.octets += len(block)
                        stream.write(block)


@contextlib.contextmanager
def renewing(bag: str, run: Run, watch: Watch) -> Iterator[Stager]:
    """Lend, for a change of a bag's tag files, what stages the recovery data of its own files anew; then put the old aside.

    Of a bag without recovery data, or with such as this program did not make, nothing is staged. Where the program that
    makes them is missing that is told, and the change goes on.

    Args:
        bag: Path of the bag's folder.
        run: The run, whose time names the folder that keeps the old ones.
        watch: Is told what could not be done.

    Raises:
        StoreError: where the store cannot be written.
    """
    path = os.path.realpath(os.fsencode(bag))
    place, name = os.path.split(path)
    if not os.path.isdir(path + b"/" + FOLDER.encode()):
        yield nothing_more
        return
    par2 = find_par2()
    if par2 is None:
        yield _telling(bag, watch)
        return
    with locked(place), workshop_of(place) as workshop:
        yield _Renewing(SetMaker(path, par2, workshop, watch)).stage
        put_old_aside(path, Placer(place, name, aside_name(run.now())))


@dataclass(frozen=True, slots=True)
class _Renewing:
    maker: SetMaker

    def stage(self, folder: int, journal: Journal) -> list[str] | None:
        """Stage sets of the bag's own files; return what they take the place of."""
        told = recorded_in(folder)
        if told is None:
            return None
        there = sets_in(folder)
        old = [one.number for one in told.sets if not one.is_of_payload]
        self.maker.stage_own(payload_alone(told), max(there, default=0) + 1, folder, journal)
        return [path for number in old for path in there.get(number, ())]


def _telling(bag: str, watch: Watch) -> Stager:
    def stage(folder: int, _journal: Journal) -> None:
        if recorded_in(folder) is not None:
            watch.note(
                f"The recovery data of {bag} are about its own files as they were before: the program par2 is not installed."
                f" Its music is protected as before. {EXTRA} brings the program; protect the bag once more then, which makes them anew."
            )

    return stage


def recorded_in(folder: int) -> Recorded | None:
    """Return what a bag says of its recovery data; ``None`` where it has none that this program made."""
    with contextlib.suppress(OSError):
        content = filesystem.read_small(_opened(folder, README), MOST_BYTES)
        return read_readme(content)
    return None


def payload_alone(told: Recorded) -> Recorded:
    """Return what is told, without the sets of the bag's own files."""
    return Recorded(told.amount, tuple(one for one in told.sets if one.is_of_payload), told.left_out)


def sets_in(folder: int) -> dict[int, list[str]]:
    """Return the files with recovery data that lie in a bag, by the numbers of their sets."""
    found: dict[int, list[str]] = {}
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        with filesystem.folder_beneath(folder, FOLDER.encode()) as opened:
            names = sorted(map(os.fsencode, os.listdir(opened)))
        for path in (f"{FOLDER}/{os.fsdecode(name)}" for name in names):
            number = set_of_file(path)
            if number is not None:
                found.setdefault(number, []).append(path)
    return found


def are_own_sets_true(folder: int, told: Recorded) -> bool:
    """Whether the sets of a bag's own files are about each of them as it is.

    Raises:
        OSError: where the bag cannot be read.
    """
    there = sets_in(folder)
    known: set[tuple[bytes, bytes | None]] = set()
    for one in told.sets:
        for path in () if one.is_of_payload else there.get(one.number, ()):
            with contextlib.suppress(StrangePacketError), os.fdopen(_opened(folder, path), "rb") as stream:
                known.update(files_in(stream))
    return all((os.fsencode(path), _md5(folder, path)) in known for path in _coverable(folder))


def put_old_aside(bag: bytes, placer: Placer) -> None:
    """Take recovery data that no tag manifest lists out of a bag; others have their place since these are whole.

    Args:
        bag: Absolute path of the bag.
        placer: Puts them aside.

    Raises:
        StoreError: where the store cannot be written; those that are left lie in the bag and do no harm.
    """
    folder = filesystem.open_folder(bag)
    try:
        listed = _listed(folder)
        old = [path for paths in sets_in(folder).values() for path in paths if path not in listed]
    finally:
        os.close(folder)
    for path in old if listed else ():
        placer.put_aside(path)


def _listed(folder: int) -> set[str]:
    """Return the files with recovery data that the tag manifests of a valid bag list."""
    files = FolderTop(folder)
    top = read_top(files)
    found: set[str] = set()
    for manifest in top.manifests:
        if manifest.of_tags and manifest.algorithm:
            entries = manifest_entries(files, top, manifest, ignore)
            found.update(one.path for one in entries if set_of_file(one.path) is not None)
    return found


def _coverable(folder: int) -> Iterator[str]:
    """Yield the tag files that sets are about."""
    for path in list_tag_files(folder):
        if not path.startswith(_OUTSIDE):
            with os.fdopen(_opened(folder, path), "rb") as stream:
                size = os.fstat(stream.fileno()).st_size
            if may_be_protected(Sized(path, size)):
                yield path


def _sizes(own: bytes) -> Iterator[Sized]:
    folder = filesystem.open_folder(own)
    try:
        for path in list_tag_files(folder):
            yield Sized(path, os.path.getsize(own + b"/" + os.fsencode(path)))
    finally:
        os.close(folder)


def _md5(folder: int, path: str) -> bytes:
    with os.fdopen(_opened(folder, path), "rb") as stream:
        return bytes.fromhex(hash_descriptor(stream.fileno(), ("md5",))["md5"])


def _opened(folder: int, path: str) -> int:
    where, _, name = os.fsencode(path).rpartition(b"/")
    with filesystem.folder_beneath(folder, where) as parent:
        return filesystem.open_regular(name, parent)
