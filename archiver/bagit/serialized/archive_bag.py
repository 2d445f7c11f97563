"""A bag inside a tar, tar.gz or zip archive, read in a stream and without unpacking it (BagIt 0.97 §4).

The archive is opened twice at most: first for what is in it and for the tag files at the bag's top, then for the
digests or the contents of everything, or for a further tag file where nothing was hashed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Collection, Generator, Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO

from archiver.bagit.codes import found
from archiver.bagit.findinglog import FindingLog
from archiver.bagit.findings import Finding, Tell
from archiver.bagit.hashing import Checked, HashOrder, Recorded
from archiver.bagit.names import Paths
from archiver.bagit.paths import nfc
from archiver.bagit.reading import Listing
from archiver.bagit.serialized.archive import Archive, ArchiveKind, base_name
from archiver.bagit.serialized.digests import DigestJoin
from archiver.bagit.serialized.index import ArchiveIndex, place_of
from archiver.bagit.serialized.member import ArchiveError, Limits, Member, MemberKind, stream_of
from archiver.bagit.serialized.tag_copies import CopiedTop, TagCopies
from archiver.bagit.telling import Reading, ignore

_STEP_BYTES = 16 << 20


class ArchiveBag:
    """A bag that is an archive; see :func:`archiver.bagit.bag_source.source_of` for the arguments.

    Attributes:
        kind: What kind of archive it is; ``None`` where it is none, and until it is listed.
    """

    is_divisible = False

    def __init__(
        self, path: bytes, limits: Limits, kept: Collection[str], passed: Reading, early: Collection[str] = ()
    ) -> None:
        self.kind: ArchiveKind | None = None
        self._path = path
        self._limits = limits
        self._passed = passed
        self._index = ArchiveIndex(limits)
        self._top: CopiedTop | None = None
        self._state: tuple[int, int, int, int] | None = None
        self._damaged: set[str] = set()
        self._end: Finding | None = None
        self._wanted = frozenset(kept)
        self._early = frozenset(early)
        # what is put aside is compressed, and so takes as much room as in the archive, which bounds it
        self._kept = TagCopies(sys.maxsize)
        self._is_hashed = False

    def close(self) -> None:
        """Give the temporary files back; may be called twice."""
        self._index.close()
        self._kept.close()

    @property
    def named_as_folder(self) -> bool:
        """Whether the archive bears its folder's name; true where it has no folder, which is told by itself."""
        name = None if self.kind is None else base_name(self._path, self.kind)
        return not self._index.root or (name is not None and nfc(name) == nfc(self._index.root))

    @contextlib.contextmanager
    def listing(self, tell: Tell) -> Iterator[Listing]:
        """List the archive; the second time, what is in it is known."""
        log = FindingLog()
        if self._state is None:
            listed = FindingLog()
            self._list(listed, log)
            log.absorb(listed, self._relative)
            self._damaged = {finding.path for finding in log.report() if finding.code == "B821"}
            self._judge_name(log)
        elif self._end is not None:  # that it is not all of the archive holds the second time too
            log.tell(self._end)
        yield Listing(self._top, lambda: self._index.presents(tell), log)

    def open(self, path: str) -> BinaryIO:
        """Open a tag file: what was put aside if it is there, else by reading the archive as far as it.

        Of an archive that is not listed, the bag is taken to be its one folder.
        """
        for copies in (self._top, self._kept.of(self._index.root, has_payload=False)):
            if copies is not None and path in copies:
                return stream_of(copies.blocks(path, ignore))
        blocks = self._find(path)
        try:
            next(blocks)
        except ArchiveError as error:
            raise OSError(str(error)) from error
        return stream_of(blocks)

    def hash(self, files: Iterable[Recorded], order: HashOrder) -> Iterator[Checked]:
        """Read the archive once for all digests; yield an outcome every few hundred files or 64 MiB."""
        with contextlib.closing(DigestJoin(self._index, order.manifests, self._keep)) as join:
            for file in files:
                join.expect(file)
            if join.expected:
                yield from self._read(join, order)
            for finding in join.findings():
                order.tell(finding)
            if join.compared < join.expected:
                unread = join.expected - join.compared
                order.tell(found("B115", "", f"files whose bytes could not be reached: {unread:,}"))
            yield Checked(0, 0, (), join.intact)

    def contents(self, wanted: Paths) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Read the archive once, in its own order, and yield what is wanted of it."""
        with self.listing(ignore):
            pass
        try:
            with Archive(self._path, self._limits) as archive:
                archive.ensure_unchanged(self._state)
                for member in archive.members(ignore):
                    path = self._index.file_in_bag(member)
                    if path is None or path not in wanted:
                        continue
                    blocks = member.blocks()
                    yield path, _as_file(blocks)
                    for _ in blocks:  # the next member follows only what was read to its end
                        pass
        except ArchiveError as error:
            raise OSError(str(error)) from error

    def _list(self, listed: FindingLog, log: FindingLog) -> None:
        """Take all members; a fault that ends the reading is told, and what was read before it is still judged."""
        try:
            with Archive(self._path, self._limits) as archive:
                self.kind, self._state = archive.kind, archive.state
                self._take_members(archive, listed)
        except ArchiveError as error:
            self._end = error.finding
            listed.tell(error.finding)
        if self.kind is not None:
            try:
                self._top = self._index.settle(log.tell)
            except ArchiveError as error:
                listed.tell(error.finding)

    def _take_members(self, archive: Archive, listed: FindingLog) -> None:
        """List all members, and tell how many bytes of the archive were passed, 16 MiB or more at a time."""
        passed = 0
        for member in archive.members(listed.tell):
            self._index.take(member, listed.tell)
            self._put_aside(member)
            if archive.position - passed >= _STEP_BYTES:
                self._passed(archive.position - passed)
                passed = archive.position

    def _put_aside(self, member: Member) -> None:
        """Copy a tag file that is wanted early; which folder is the bag is yet to be seen, so it goes by its own."""
        if member.kind is not MemberKind.FILE or not self._early:
            return
        path = place_of(member.name)
        top, _, rest = path.partition("/")
        folder, name = ("", path) if path in self._early else (top, rest)
        if name in self._early and self._kept.has_room(folder):
            for _ in self._kept.copying(folder, name, member.blocks()):
                pass

    def _judge_name(self, log: FindingLog) -> None:
        if self._top is None or self.kind is None or self.named_as_folder:
            return
        name = os.fsdecode(os.path.basename(self._path))
        if base_name(self._path, self.kind) is None:
            log.add("B804", "", f"it is called {name!r}, yet is a {self.kind} archive")
        else:
            log.add("B804", "", f"it is called {name!r}, its folder {self._index.root!r}")

    def _read(self, join: DigestJoin, order: HashOrder) -> Iterator[Checked]:
        """Read the archive once more for its digests."""

        def tell_damage(finding: Finding) -> None:
            # all else that is wrong with members was told when they were listed, and damage to tag files too
            inside = self._relative(finding)
            if finding.code == "B821" and inside.path not in self._damaged:
                order.tell(inside)

        self._is_hashed = True
        try:
            with Archive(self._path, self._limits) as archive:
                archive.ensure_unchanged(self._state)
                yield from join.read(archive.members(tell_damage), order.reading)
        except ArchiveError as error:
            # what ended the listing ends this too, and was told
            if error.finding != self._end:
                order.tell(self._relative(error.finding))

    def _keep(self, path: str, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Put the file aside while it is read, if it is wanted."""
        return self._kept.copying(self._index.root, path, blocks) if path in self._wanted else blocks

    def _find(self, path: str) -> Generator[bytes]:
        """Yield nothing once the file is found, then its blocks; the archive is open as long."""
        is_known = (self._is_hashed and path in self._wanted) or (self._top and path in self._early)
        if not is_known:
            with Archive(self._path, self._limits) as archive:
                archive.ensure_unchanged(self._state or archive.state)
                for member in archive.members(ignore):
                    if self._place(member) == path:
                        yield b""
                        yield from member.blocks()
                        return
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)

    def _place(self, member: Member) -> str | None:
        if self._top is not None:
            return self._index.file_in_bag(member)
        return place_of(member.name).partition("/")[2] if member.kind is MemberKind.FILE else None

    def _relative(self, finding: Finding) -> Finding:
        """The same finding with a path as the bag has it; a name that leads out is kept as the archive has it."""
        if not self._index.root or finding.code == "B811":
            return finding
        return replace(finding, path=finding.path.removeprefix(f"{self._index.root}/"))


def _as_file(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The bytes of a member; that they cannot be read is told as of a file."""
    try:
        yield from blocks
    except ArchiveError as error:
        raise OSError(str(error)) from error
