"""Validates a bag inside a tar, tar.gz or zip archive, in a stream and without unpacking it (BagIt 0.97 §4).

The archive is read twice: first for what is in it and for the tag files at the bag's top, then, if it is to be
checked in full, for the digests of everything. What was read is then judged as a folder would be.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from archiver.bagit.findinglog import FindingLog
from archiver.bagit.findings import Finding
from archiver.bagit.hashing import Checked
from archiver.bagit.paths import nfc
from archiver.bagit.profiles.check import check_bag
from archiver.bagit.profiles.profile import Profile
from archiver.bagit.profiles.read import read_facts
from archiver.bagit.report import BagReport, Depth
from archiver.bagit.serialized.archive import Archive, ArchiveKind, base_name
from archiver.bagit.serialized.digests import DigestJoin
from archiver.bagit.serialized.index import ArchiveIndex
from archiver.bagit.serialized.member import ArchiveError, Limits
from archiver.bagit.serialized.tag_copies import CopiedTop
from archiver.bagit.telling import Reading, untold
from archiver.bagit.validate import Mapper, Validation, serial_map

_STEP_BYTES = 16 << 20

Watched = Callable[[int, Iterator[int]], Iterable[int]]
"""Is handed the archive's size and an iterator that lists it and yields how many bytes it has passed; gives back the
same values, so that somebody can watch. Listing a compressed archive takes as long as unpacking it."""


def unwatched(size: int, steps: Iterator[int]) -> Iterator[int]:
    """The :data:`Watched` that nobody watches."""
    del size
    return steps


class SerializedValidation(Validation):
    """One validation of an archive under way; made by :func:`open_serialized`, used as its parent is.

    Attributes:
        kind: What kind of archive it is; None where it is none.
    """

    def __init__(self, bag: str, depth: Depth, limits: Limits, watched: Watched) -> None:
        super().__init__(bag, depth)
        self.kind: ArchiveKind | None = None
        self._limits = limits
        self._watched = watched
        self._index = ArchiveIndex(limits)
        self._copied: CopiedTop | None = None
        self._state: tuple[int, int, int, int] | None = None
        self._damaged: set[str] = set()
        self._end: Finding | None = None

    def close(self) -> None:
        """Give the temporary files back; may be called twice."""
        super().close()
        self._index.close()

    def read(self) -> None:
        """List the archive and read the bag's tag files; :func:`open_serialized` has done it."""
        self._read_archive()
        if self._copied is not None:
            self._judge_name()
            self._read_bag(self._copied, self._index.presents(self._tell))

    def check(self, map_ordered: Mapper = serial_map, reading: Reading = untold) -> Iterator[Checked]:
        """Check every file; yield an outcome every few hundred files or 64 MiB. An archive has one reader only."""
        del map_ordered
        with DigestJoin(self._index.root, self._manifests) as join:
            for file in self._compare():
                join.expect(file)
            if join.expected:
                yield from self._hash(join, reading)
            self._log.extend(join.findings())
            self._intact = join.intact
            if join.compared < join.expected:
                unread = join.expected - join.compared
                self._log.add("B115", "", f"files whose bytes could not be reached: {unread:,}")

    def check_profile(self, profile: Profile) -> tuple[Finding, ...]:
        """Say in what the archive and its bag do not conform to ``profile``; to be asked for before closing.

        Nothing is said of what is no archive or no bag, since the report does.
        """
        if self._copied is None or self.kind is None:
            return ()
        facts = read_facts(
            self._copied,
            lambda: self._index.presents(_untold),
            self.kind,
            profile,
            named_as_folder=self._is_named_as_folder(self.kind),
        )
        return check_bag(profile, facts)

    def _read_archive(self) -> None:
        """Take all members; a fault that ends the reading is told, and what was read before it is still judged."""
        listed = FindingLog()
        try:
            with Archive(self._root, self._limits) as archive:
                self.kind, self._state = archive.kind, archive.state
                for _ in self._watched(archive.state[0], self._take_members(archive, listed)):
                    pass
        except ArchiveError as error:
            self._end = error.finding
            listed.extend((error.finding,))
        if self.kind is not None:
            try:
                self._copied = self._index.settle(self._tell)
            except ArchiveError as error:
                listed.extend((error.finding,))
        self._log.absorb(listed, self._relative)
        self._damaged = {finding.path for finding in listed.report() if finding.code == "B821"}

    def _take_members(self, archive: Archive, listed: FindingLog) -> Iterator[int]:
        """List all members; yield how many bytes of the archive were passed, 16 MiB or more at a time."""
        passed = 0
        for member in archive.members(lambda finding: listed.extend((finding,))):
            self._index.take(member, lambda finding: listed.extend((finding,)))
            if archive.position - passed >= _STEP_BYTES:
                yield archive.position - passed
                passed = archive.position

    def _judge_name(self) -> None:
        if self.kind is None or self._is_named_as_folder(self.kind):
            return
        name = os.fsdecode(os.path.basename(self._root))
        if base_name(self._root, self.kind) is None:
            self._log.add("B804", "", f"it is called {name!r}, yet is a {self.kind} archive")
        else:
            self._log.add("B804", "", f"it is called {name!r}, its folder {self._index.root!r}")

    def _is_named_as_folder(self, kind: ArchiveKind) -> bool:
        """Whether the archive bears its folder's name; true where it has no folder, which is told by itself."""
        name = base_name(self._root, kind)
        return not self._index.root or (name is not None and nfc(name) == nfc(self._index.root))

    def _hash(self, join: DigestJoin, reading: Reading) -> Iterator[Checked]:
        """Read the archive once more for its digests."""
        try:
            with Archive(self._root, self._limits) as archive:
                archive.ensure_unchanged(self._state)
                yield from join.read(archive.members(self._tell_damage), reading)
        except ArchiveError as error:
            # what ended the listing ends this too, and was told
            if error.finding != self._end:
                self._tell(self._relative(error.finding))

    def _tell_damage(self, finding: Finding) -> None:
        # all else that is wrong with members was told when they were listed, and damage to tag files too
        if finding.code == "B821" and finding.path not in self._damaged:
            self._tell(self._relative(finding))

    def _relative(self, finding: Finding) -> Finding:
        """The same finding with a path as the bag has it; a name that leads out is kept as the archive has it."""
        if not self._index.root or finding.code == "B811":
            return finding
        return replace(finding, path=finding.path.removeprefix(f"{self._index.root}/"))


def _untold(finding: Finding) -> None:
    """Take a finding that was told before."""


def open_serialized(
    path: bytes | str, depth: Depth = Depth.FULL, limits: Limits | None = None, watched: Watched = unwatched
) -> SerializedValidation:
    """List the archive at ``path`` and read its bag's tag files, so that it is known how much there is to check.

    A file that is no archive or holds no bag is no error but a finding in the report. The caller closes what is
    returned, best by ``with``.
    """
    validation = SerializedValidation(os.fsdecode(path), depth, limits or Limits(), watched)
    try:
        validation.read()
    except BaseException:
        validation.close()
        raise
    return validation


def validate_serialized(
    path: bytes | str, depth: Depth = Depth.FULL, limits: Limits | None = None
) -> BagReport:
    """Validate the bag in the archive at ``path`` to ``depth``; see :func:`open_serialized` to show progress."""
    with open_serialized(path, depth, limits) as validation:
        for _ in validation.check():
            pass
        return validation.report()
