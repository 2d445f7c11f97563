"""What a package adds to: an earlier accession, and what of the new one was in it already."""

from __future__ import annotations

from dataclasses import dataclass

from archiver.model.package import HeldFile, PackedFile

KEPT_BYTES = 16
"""How much of a digest is kept to compare: enough that two files are not taken for one, and half a gigabyte is not needed."""


@dataclass(frozen=True, slots=True)
class Accrual:
    """The accession that a package adds to.

    Attributes:
        identifier: Its own: ``urn:uuid:…``, or what its bag is identified by.
        name: The name of its bag; empty where none was at hand.
        algorithm: The checksum by which files are compared; ``None`` where nothing can be compared.
        digests: The first :data:`KEPT_BYTES` bytes of the digest of each of its files.
        not_compared: Why nothing can be compared, in a few words; empty where it can.
    """

    identifier: str
    name: str = ""
    algorithm: str | None = None
    digests: frozenset[bytes] = frozenset()
    not_compared: str = ""

    @property
    def told(self) -> str:
        """What it is called in a sentence."""
        return f"{self.name} ({self.identifier})" if self.name else self.identifier

    def holds(self, file: PackedFile | HeldFile) -> bool:
        """Whether a file's bytes were in it already."""
        if isinstance(file, HeldFile):
            holding = file.holding
            digest = holding.digest if holding.algorithm == self.algorithm else None
        else:
            digest = dict(file.digests).get(self.algorithm or "")
        return digest is not None and bytes.fromhex(digest)[:KEPT_BYTES] in self.digests


@dataclass(frozen=True, slots=True)
class Accrued:
    """Files of a package by whether the accession that it adds to had their bytes.

    Attributes:
        known_files: Files that it had.
        known_bytes: Their bytes.
        new_files: Files that it had not.
        new_bytes: Their bytes.
    """

    known_files: int = 0
    known_bytes: int = 0
    new_files: int = 0
    new_bytes: int = 0

    def __add__(self, other: Accrued) -> Accrued:
        return Accrued(
            self.known_files + other.known_files,
            self.known_bytes + other.known_bytes,
            self.new_files + other.new_files,
            self.new_bytes + other.new_bytes,
        )

    def counted(self, file: PackedFile | HeldFile, accrual: Accrual) -> Accrued:
        """These and one more file."""
        known = accrual.holds(file)
        return self + (Accrued(1, file.size_bytes) if known else Accrued(0, 0, 1, file.size_bytes))


NOTHING_ACCRUED = Accrued()
"""What a package has that adds to no accession, and what is counted before the first file."""
