"""What a profile asks about a bag, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from archiver.bagit.bag_source import Container
from archiver.bagit.codes import FINDING_KINDS, found
from archiver.bagit.findings import Finding, Severity

Labels = Sequence[tuple[str, str]]

MIME_TYPES: Mapping[Container, frozenset[str]] = {
    "folder": frozenset(),
    "tar": frozenset({"application/tar", "application/x-tar"}),
    "tar.gz": frozenset(
        {
            "application/gzip",
            "application/x-gzip",
            "application/tar+gzip",
            "application/x-tar+gzip",
            "application/x-gtar",
            "application/x-tgz",
            "application/x-compressed-tar",
        }
    ),
    "zip": frozenset({"application/zip", "application/x-zip-compressed"}),
}
"""The MIME types under which profiles accept each container."""


@dataclass(frozen=True, slots=True)
class BagFacts:
    """What a profile asks about, of a bag or of the plan for one.

    Attributes:
        container: A folder, or the kind of archive.
        version: BagIt version.
        info: The labels of ``bag-info.txt`` in order; None where there is no such file.
        payload_algorithms: Normalised names of the payload manifests' algorithms.
        tag_algorithms: The same of the tag manifests.
        has_fetch: Whether there is a ``fetch.txt``.
        tag_files: Paths of all tag files, relative to the bag.
        named_as_folder: Whether an archive bears the name of the folder in it.
        other_info: The labels of further tag files, by path, where a profile has rules for them.
        payload: Path (``data/…``) and size of each payload file; a function, so that half a million files are
            listed only for a profile that asks.
    """

    container: Container
    version: str
    info: Labels | None
    payload_algorithms: Sequence[str]
    tag_algorithms: Sequence[str]
    has_fetch: bool
    tag_files: Iterable[str]
    payload: Callable[[], Iterable[tuple[str, int]]]
    named_as_folder: bool = True
    other_info: Mapping[str, Labels] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One point in which a bag or plan does not do what the profile asks.

    Attributes:
        code: A B9 code of :data:`archiver.bagit.codes.FINDING_KINDS`.
        path: The file concerned, empty for the bag itself.
        subject: The label, algorithm, path or format in question, by itself.
        allowed: What the profile would accept, where it says so.
        message: What is wrong, one sentence.
        fix: What would mend it, one sentence in the imperative.
    """

    code: str
    path: str
    subject: str
    allowed: tuple[str, ...]
    message: str
    fix: str

    @property
    def severity(self) -> Severity:
        """The weight of this code."""
        return FINDING_KINDS[self.code].severity

    def finding(self) -> Finding:
        """The same as a finding of a validator's report."""
        return found(self.code, self.path, self.message)
