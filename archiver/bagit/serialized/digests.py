"""Brings the digests that manifests record together with those of an archive's members, each in its own order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from archiver.bagit.algorithms import hash_blocks
from archiver.bagit.findings import Finding
from archiver.bagit.hashing import Checked, Recorded, compare
from archiver.bagit.manifest_reader import ManifestName
from archiver.bagit.names import PAYLOAD
from archiver.bagit.serialized.index import ArchiveIndex
from archiver.bagit.serialized.member import Member
from archiver.bagit.sorting import Sorter
from archiver.bagit.telling import Reading, ignore

_STEP_FILES = 500
_STEP_BYTES = 64 << 20
_RUN_BYTES = 8 << 20


class DigestJoin:
    """Takes what is expected and what is read, sorts both on the disk, and compares them; to be closed.

    Args:
        index: Knows which members are files of the bag.
        manifests: The bag's manifests, which say what is to be computed.
        keep: Is handed the path of each file and its blocks, and gives the blocks back.

    Attributes:
        expected: How many files are expected.
        compared: How many of them :meth:`findings` could compare, because they were read.
        intact: How many of those are payload files, and as they were recorded.
    """

    def __init__(
        self,
        index: ArchiveIndex,
        manifests: Sequence[ManifestName],
        keep: Callable[[str, Iterator[bytes]], Iterator[bytes]],
    ) -> None:
        self.expected = self.compared = self.intact = 0
        self._index = index
        self._keep = keep
        self._of_payload = _algorithms(manifests, of_tags=False)
        self._of_tags = _algorithms(manifests, of_tags=True)
        self._expected = Sorter(_RUN_BYTES)
        self._actual = Sorter(_RUN_BYTES)

    def close(self) -> None:
        """Give the temporary files back."""
        self._expected.close()
        self._actual.close()

    def expect(self, file: Recorded) -> None:
        """Take a file that is to have one of the digests recorded for each algorithm."""
        said = ";".join(f"{algorithm}={'|'.join(digests)}" for algorithm, digests in file.digests)
        self._expected.add(_line(file.path, f"{file.size}\0{said}"))
        self.expected += 1

    def read(self, members: Iterable[Member], reading: Reading = ignore) -> Iterator[Checked]:
        """Read every file of the bag among ``members``; yield how many it was every few hundred files or 64 MiB.

        ``reading`` is told what is read while it is.

        Raises:
            ArchiveError: as reading a member does.
            OSError: from temporary files.
        """
        files = size = 0
        for member in members:
            path = self._index.file_in_bag(member)
            if path is None:
                continue
            algorithms = self._of_payload if path.startswith(PAYLOAD) else self._of_tags
            digests = hash_blocks(self._keep(path, member.blocks()), algorithms, reading)
            self._actual.add(_line(path, ";".join(digests.values())))
            files += 1
            size += member.size
            if files >= _STEP_FILES or size >= _STEP_BYTES:
                yield Checked(files, size, ())
                files = size = 0
        yield Checked(files, size, ())

    def findings(self) -> Iterator[Finding]:
        """Compare; yield a finding for every file that is not as expected. A file that was not read is passed over."""
        actual = iter(self._actual)
        path, digests = b"", b""
        for record in self._expected:
            wanted, _, said = record.partition(b"\0")
            while path < wanted:
                following = next(actual, None)
                if following is None:
                    return
                path, _, digests = following.partition(b"\0")
            if path == wanted:
                self.compared += 1
                file = _recorded(wanted, said)
                algorithms = self._of_payload if file.path.startswith(PAYLOAD) else self._of_tags
                wrong = compare(file, dict(zip(algorithms, digests.decode().split(";"), strict=True)))
                self.intact += not wrong and file.path.startswith(PAYLOAD)
                yield from wrong


def _algorithms(manifests: Iterable[ManifestName], *, of_tags: bool) -> tuple[str, ...]:
    wanted = (manifest.algorithm for manifest in manifests if manifest.of_tags is of_tags)
    return tuple(dict.fromkeys(filter(None, wanted)))


def _line(path: str, said: str) -> bytes:
    return f"{path}\0{said}".encode("utf-8", "surrogatepass")


def _recorded(path: bytes, said: bytes) -> Recorded:
    size, _, listed = said.decode().partition("\0")
    pairs = (pair.partition("=") for pair in listed.split(";"))
    digests = tuple((algorithm, tuple(values.split("|"))) for algorithm, _, values in pairs)
    return Recorded(path.decode("utf-8", "surrogatepass"), int(size), digests)
