"""Reads what stands at the top of a bag: which files there are, the declaration, the metadata."""

from __future__ import annotations

import heapq
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from archiver import disk, filesystem
from archiver.bagit.codes import found
from archiver.bagit.declaration import DECLARATION_NAME, LARGEST_DECLARATION, Declaration, read_declaration
from archiver.bagit.fetch_reader import FETCH_NAME
from archiver.bagit.findinglog import FindingLog
from archiver.bagit.findings import Finding, Tell
from archiver.bagit.manifest_reader import Entry, ManifestName, parse_manifest_name, read_manifest
from archiver.bagit.metadata_reader import BagMetadata, read_metadata
from archiver.bagit.tagfiles import BAG_INFO
from archiver.bagit.tagtext import LineFault, read_lines
from archiver.bagit.walking import Present
from archiver.machine import refuse_own_limit

MOST_MANIFESTS = 1000
"""Manifests that are read; there are about a dozen algorithms."""

SPARSE_BYTES = 1 << 30
"""From this size on a tag file that is mostly holes is not read: no honest one is like that, and reading never ends."""

_BLOCK = 64 << 10
_NAMES = frozenset({DECLARATION_NAME, FETCH_NAME, BAG_INFO, "package-info.txt", "data"})


class TopFiles(Protocol):
    """The files at the top of a bag, whatever the bag is in."""

    def names(self) -> Iterable[tuple[str, bool]]:
        """Each name at the top, in no particular order, and whether it is a regular file.

        Raises:
            OSError: if they cannot be listed.
        """

    def blocks(self, name: str, tell: Tell, most: int | None = None) -> Iterator[bytes]:
        """Yield the bytes of the regular file ``name`` in blocks, at most ``most`` in all.

        What keeps the file from being read is told, and what was read of it so far is all there is.
        """


class FolderTop:
    """The top of a bag that is a folder.

    Args:
        descriptor: The open folder, which stays the caller's.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def names(self) -> Iterator[tuple[str, bool]]:
        """Each name at the top, and whether it is a regular file."""
        with filesystem.scan_folder(self._descriptor) as entries:
            for entry in entries:
                try:
                    yield entry.name, entry.is_file(follow_symlinks=False)
                except OSError:  # walking the bag tells it
                    yield entry.name, False

    def blocks(self, name: str, tell: Tell, most: int | None = None) -> Iterator[bytes]:
        """Yield the bytes of the regular file ``name``, at most ``most`` in all.

        A file that cannot be opened or read is told as ``B705``, one of terabytes that are holes as ``B707``. Of a
        file that grows meanwhile, what it held when it was opened is read.
        """
        try:
            descriptor = filesystem.open_regular(os.fsencode(name), self._descriptor)
            try:
                size = os.fstat(descriptor).st_size
                left = size if most is None else min(size, most)
                if left >= SPARSE_BYTES and (holes := disk.hole_bytes(descriptor, 0, size)) > size // 2:
                    tell(found("B707", name, f"of its {size:,} bytes, {holes:,} are holes; it was not read"))
                    return
                while left and (block := os.read(descriptor, min(_BLOCK, left))):
                    left -= len(block)
                    yield block
            finally:
                os.close(descriptor)
        except OSError as error:
            refuse_own_limit(error)
            tell(found("B705", name, f"it cannot be read: {error.strerror}"))


@dataclass(frozen=True, slots=True)
class Listing:
    """What is in a bag.

    Attributes:
        top: The files at its top; ``None`` where the bag cannot be reached, which ``found`` tells.
        presents: Lists everything in it, anew each time it is called, and tells what is wrong with any of it.
        found: What was wrong on the way to it.
    """

    top: TopFiles | None
    presents: Callable[[], Iterator[Present]]
    found: FindingLog


@dataclass(frozen=True, slots=True)
class BagTop:
    """What the top of a bag says about the whole.

    Attributes:
        declaration: What bagit.txt declares, or the assumptions that stand in for it.
        metadata: What bag-info.txt says; empty where there is none.
        manifests: The payload manifests, then the tag manifests, each sorted by name; the first
            :data:`MOST_MANIFESTS` of them.
        has_declaration: Whether there is a bagit.txt.
        has_payload: Whether there is anything called ``data``.
        has_fetch: Whether there is a fetch.txt.
        findings: What is wrong with any of it.
    """

    declaration: Declaration
    metadata: BagMetadata
    manifests: tuple[ManifestName, ...]
    has_declaration: bool
    has_payload: bool
    has_fetch: bool
    findings: tuple[Finding, ...]

    @property
    def is_bag(self) -> bool:
        """Whether anything here looks like a bag, so that it is worth looking further."""
        return self.has_declaration or any(not manifest.of_tags for manifest in self.manifests)

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The algorithms of the payload manifests, under their normalised names or as the file names spell them."""
        names = [
            manifest.algorithm or manifest.named_algorithm
            for manifest in self.manifests
            if not manifest.of_tags
        ]
        return tuple(dict.fromkeys(names))


def read_top(top: TopFiles) -> BagTop:
    """Read the top of a bag.

    Raises:
        OSError: if its files cannot be listed; whatever else fails is a finding.
    """
    findings: list[Finding] = []
    files, manifests = _list_top(top)
    if len(manifests) > MOST_MANIFESTS:
        findings.append(found("B115", "", f"only the first {MOST_MANIFESTS:,} manifests were read"))
    declaration = Declaration()
    if files.get(DECLARATION_NAME):
        blocks = top.blocks(DECLARATION_NAME, findings.append, LARGEST_DECLARATION + 1)
        declaration = read_declaration(b"".join(blocks))
        findings += declaration.findings
    else:
        reason = "it is not a regular file" if DECLARATION_NAME in files else "there is none"
        findings.append(found("B101", DECLARATION_NAME, f"{reason}, so this is no bag"))
    metadata = BagMetadata()
    name = declaration.metadata_name
    if files.get(name):
        lines = read_tag_lines(top, name, declaration.encoding, findings.append)
        metadata = read_metadata(lines, name, before_1_0=declaration.before_1_0)
        findings += metadata.findings
    return BagTop(
        declaration=declaration,
        metadata=metadata,
        manifests=tuple(manifests[:MOST_MANIFESTS]),
        has_declaration=DECLARATION_NAME in files,
        has_payload="data" in files,
        has_fetch=bool(files.get(FETCH_NAME)),
        findings=tuple(findings),
    )


def _list_top(top: TopFiles) -> tuple[dict[str, bool], list[ManifestName]]:
    """Return which of the names that BagIt gives a meaning to are there, and whether as files; and the manifests.

    Of the manifests, one more than :data:`MOST_MANIFESTS` is returned at most, however many there are.
    """
    files: dict[str, bool] = {}

    def manifests() -> Iterator[ManifestName]:
        for name, is_file in top.names():
            if name in _NAMES:
                files[name] = is_file
            manifest = parse_manifest_name(name) if is_file else None
            if manifest is not None:
                yield manifest

    first = heapq.nsmallest(MOST_MANIFESTS + 1, manifests(), key=lambda one: (one.of_tags, one.name))
    return files, first


def read_tag_lines(
    top: TopFiles, name: str, encoding: str, tell: Tell
) -> Iterator[tuple[int, str | LineFault]]:
    """Yield the numbered lines of the tag file ``name`` at the top of a bag; see :func:`read_lines`."""
    return read_lines(top.blocks(name, tell), encoding)


def manifest_entries(files: TopFiles, top: BagTop, manifest: ManifestName, tell: Tell) -> Iterator[Entry]:
    """Yield what a manifest of a bag lists, read as the bag declares; what is wrong with its lines is told."""
    lines = read_tag_lines(files, manifest.name, top.declaration.encoding, tell)
    return read_manifest(lines, manifest, tell, before_1_0=top.declaration.before_1_0)
