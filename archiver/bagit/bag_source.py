"""Where the bytes of a bag are: in a folder, or in an archive. Whatever reads a bag asks this and need not know which."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from typing import BinaryIO, Literal, Protocol

from archiver import disk, filesystem
from archiver.bagit.codes import found
from archiver.bagit.findinglog import FindingLog
from archiver.bagit.findings import Tell
from archiver.bagit.folder_stack import FolderStack
from archiver.bagit.hashing import Checked, HashOrder, Recorded, check_batch, make_batches
from archiver.bagit.holes import HoleAllowance
from archiver.bagit.names import Paths
from archiver.bagit.reading import SPARSE_BYTES, FolderTop, Listing
from archiver.bagit.serialized.archive_bag import ArchiveBag
from archiver.bagit.serialized.member import Limits
from archiver.bagit.telling import Reading, ignore
from archiver.bagit.walking import walk

_BLOCK = 1 << 20

Container = Literal["folder", "tar", "tar.gz", "zip"]
"""What a bag is in."""


class BagSource(Protocol):
    """A bag's bytes; closed by whoever made it.

    Attributes:
        kind: What the bag is in; of an archive, known once it is listed, and ``None`` where it is none.
        named_as_folder: Whether an archive bears the name of the folder in it; true of a folder.
        is_divisible: Whether several threads or processes may hash it side by side; an archive is one stream.
    """

    @property
    def kind(self) -> Container | None: ...  # noqa: D102
    @property
    def named_as_folder(self) -> bool: ...  # noqa: D102
    @property
    def is_divisible(self) -> bool: ...  # noqa: D102

    def listing(self, tell: Tell) -> contextlib.AbstractContextManager[Listing]:
        """List the bag for a ``with`` block; an archive that was listed is not read again.

        ``tell`` takes what is wrong with what :attr:`Listing.presents` lists.

        Raises:
            MachineError: where the machine refuses what reading needs.
        """

    def open(self, path: str) -> BinaryIO:
        """Open the tag file ``path`` for reading; no link is followed, no pipe or device opened.

        Reading from the stream raises ``OSError`` where it cannot go on.

        Raises:
            FileNotFoundError: where the bag has no such file.
            OSError: where it cannot be read.
        """

    def hash(self, files: Iterable[Recorded], order: HashOrder) -> Iterator[Checked]:
        """Hash ``files``, all of them, and compare them with what is recorded; yield outcomes as they come."""

    def contents(self, wanted: Paths) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield each wanted file of the bag with its bytes, which are to be read before the next is asked for.

        A folder is asked for the files in the order of ``wanted``; of an archive they come in its own order, and those
        that it does not hold do not come. Reading the bytes raises ``OSError`` where that fails, and the next file
        can be asked for all the same.

        Raises:
            OSError: where nothing more can be read.
        """

    def close(self) -> None:
        """Give temporary files back; may be called twice."""


class FolderBag:
    """A bag that is a folder.

    Args:
        path: The folder's absolute path; links *to* it are followed, none inside it.
    """

    kind: Container = "folder"
    named_as_folder = True
    is_divisible = True

    def __init__(self, path: bytes) -> None:
        self._path = path

    @contextlib.contextmanager
    def listing(self, tell: Tell) -> Iterator[Listing]:
        """List the folder."""
        log = FindingLog()
        try:
            top = filesystem.open_folder(self._path)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "its path holds a NUL character"
            log.add("B102", "", f"it cannot be opened as a folder: {reason}")
            yield Listing(None, lambda: iter(()), log)
            return
        try:
            yield Listing(FolderTop(top), partial(walk, top, tell), log)
        finally:
            os.close(top)

    def open(self, path: str) -> BinaryIO:
        """Open a file of the bag; one that is mostly holes is not opened, for reading it would never end."""
        descriptor = filesystem.open_regular_beneath(self._path, os.fsencode(path))
        stream = os.fdopen(descriptor, "rb")
        size = os.fstat(descriptor).st_size
        if size >= SPARSE_BYTES and disk.hole_bytes(descriptor, 0, size) > size // 2:
            stream.close()
            raise OSError(errno.EFBIG, f"{path} is mostly holes")
        return stream

    def hash(self, files: Iterable[Recorded], order: HashOrder) -> Iterator[Checked]:
        """Hash files in batches, by the order's mapper."""
        allowance = HoleAllowance()
        allowance.add_held(order.held)
        wanted = (file for file in files if self._may_be_read(file, allowance, order.tell))
        yield from order.map_ordered(
            partial(check_batch, reading=order.reading, through=order.through),
            make_batches(self._path, wanted),
        )

    def contents(self, wanted: Paths) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Open each wanted file in turn, by no link; of one that changes, what it holds while it is read comes."""
        allowance = HoleAllowance()
        top = filesystem.open_folder(self._path)
        try:
            with FolderStack(top) as stack:
                for path in wanted:
                    yield path, _blocks(os.fsencode(path), stack, allowance)
        finally:
            os.close(top)

    def close(self) -> None:
        """Nothing is held between two calls."""

    def _may_be_read(self, file: Recorded, allowance: HoleAllowance, tell: Tell) -> bool:
        """Whether the bag has room left for the file's holes; that it has not is told."""
        if not file.holes:
            return True
        try:
            descriptor = filesystem.open_regular_beneath(self._path, os.fsencode(file.path))
            try:
                holes = disk.hole_bytes(descriptor, 0, file.size)
            finally:
                os.close(descriptor)
        except OSError:
            return True  # reading it tells what is wrong with it
        if allowance.take(holes):
            return True
        tell(found("B707", file.path, f"of its {file.size:,} bytes, {holes:,} are holes; it was not read"))
        return False


def _blocks(path: bytes, stack: FolderStack, allowance: HoleAllowance) -> Iterator[bytes]:
    """Open a file below the top of a stack and yield its bytes."""
    folder, _, name = path.rpartition(b"/")
    descriptor = filesystem.open_regular(name, stack.open(folder))
    try:
        status = os.fstat(descriptor)
        held = getattr(status, "st_blocks", 0) * 512
        allowance.add_held(held)
        if held < status.st_size and not allowance.take(disk.hole_bytes(descriptor, 0, status.st_size)):
            raise OSError(errno.EFBIG, "it is mostly holes")
        disk.read_ahead(descriptor)
        while block := os.read(descriptor, _BLOCK):
            yield block
    finally:
        os.close(descriptor)


def source_of(
    bag: bytes | str,
    limits: Limits | None = None,
    kept: Collection[str] = (),
    passed: Reading = ignore,
    early: Collection[str] = (),
) -> BagSource:
    """Say where the bytes of the bag at ``bag`` are; nothing is opened yet.

    Args:
        bag: Path of a folder or an archive.
        limits: How much an archive may unpack to.
        kept: Tag files that will be opened once the bag was hashed. Of an archive they are put aside while it is,
            so that it need not be read once more.
        passed: Is told how many bytes of an archive were passed, while it is listed; to list a compressed one takes
            as long as to unpack it.
        early: Tag files below a folder that will be opened once the bag was listed, whatever comes of it. Of an archive
            they are put aside while it is.
    """
    # no path at all must not come to mean the folder that the program was started in
    path = os.path.abspath(os.fsencode(bag)) if bag else b""
    if os.path.isfile(path):
        return ArchiveBag(path, limits or Limits(), kept, passed, early)
    return FolderBag(path)
