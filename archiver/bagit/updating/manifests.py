"""Stages the manifests that an update makes, each line from what the bag's own manifests record."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from archiver import filesystem
from archiver.bagit.algorithms import hash_descriptor
from archiver.bagit.findings import Finding
from archiver.bagit.hashing import Mapper
from archiver.bagit.manifest_reader import Entry, ManifestName, read_manifest
from archiver.bagit.paths import encode_path
from archiver.bagit.reading import BagTop, FolderTop, read_tag_lines
from archiver.bagit.tagfiles import list_tag_files, told_of_signing
from archiver.bagit.telling import Reading, ignore
from archiver.bagit.updating.journal import STAGED_PREFIX, Journal, UpdateError
from archiver.bagit.writer import hash_beneath


class ToHash(NamedTuple):
    """A listed file to read once more; ``root`` is the bag's absolute path."""

    root: bytes
    entry: Entry
    algorithms: tuple[str, ...]


class Hashed(NamedTuple):
    """A listed file with its digests by algorithm, and the bytes that it holds."""

    entry: Entry
    bytes: int
    digests: dict[str, str]


class PayloadReader(NamedTuple):
    """How the payload is read once more: where the bag is, and what runs the reading."""

    root: bytes
    map_ordered: Mapper[ToHash, Hashed]


def stage_payload_manifest(  # noqa: PLR0913, PLR0917 - what one manifest is made from
    folder: int, top: BagTop, algorithm: str, files: int, journal: Journal, reader: PayloadReader
) -> None:
    """Stage ``manifest-ALGORITHM.txt`` over the whole payload, in the order of a manifest that is there.

    Every file is read once, for the new digest and for the one recorded, which must be the same still.

    Args:
        folder: Descriptor of the bag's folder.
        top: What stands at its top.
        algorithm: The normalised name of the new algorithm.
        files: How many files the payload holds.
        journal: Where it is staged.
        reader: Reads the payload.

    Raises:
        UpdateError: if no manifest lists the whole payload, or a file is not what is recorded.
        OSError: as the system calls do.
    """
    source = next((one for one in top.manifests if one.algorithm and not one.of_tags), None)
    if source is None or source.algorithm is None:
        raise UpdateError("the bag has no payload manifest whose algorithm is known")
    line = _line_writer(top)
    listed = 0
    path = f"manifest-{algorithm}.txt"
    with journal.write(path) as stream:
        wanted = (source.algorithm, algorithm)
        items = (ToHash(reader.root, entry, wanted) for entry in _entries(folder, top, source))
        for entry, _, digests in reader.map_ordered(hash_listed, items):
            if digests[source.algorithm] != entry.digest:
                raise UpdateError(f"{entry.path!r} is no longer what {source.name} records")
            stream.write(line(entry.path, digests[algorithm]))
            listed += 1
    if listed != files:
        raise UpdateError(f"{source.name} lists {listed} files, but the payload has {files}")


def stage_tag_manifests(
    folder: int, top: BagTop, algorithm: str | None, journal: Journal, dropped: Collection[str] = ()
) -> None:
    """Stage every tag manifest anew, so that it fits what is staged already, and one of ``algorithm`` if given.

    A digest that stands in a tag manifest is kept for every file that does not change; no file is hashed anew
    whose digest is known. Files that are ``dropped`` are listed no longer.

    Raises:
        UpdateError: if a tag file is not what is recorded.
        OSError: as the system calls do.
    """
    changed = journal.paths
    present = [one for one in top.manifests if one.of_tags and one.algorithm]
    line = _line_writer(top)
    recorded: dict[str, tuple[str, str]] = {}
    for manifest in present:
        assert manifest.algorithm is not None
        left = dict.fromkeys(changed)
        with journal.write(manifest.name) as stream:
            for entry in _entries(folder, top, manifest):
                if entry.path in dropped:
                    continue
                digest = entry.digest
                if entry.path in left:
                    del left[entry.path]
                    digest = journal.digests(entry.path, (manifest.algorithm,))[manifest.algorithm]
                else:
                    recorded.setdefault(entry.path, (manifest.algorithm, digest))
                stream.write(line(entry.path, digest))
            for path in left:
                stream.write(line(path, journal.digests(path, (manifest.algorithm,))[manifest.algorithm]))
    if algorithm is not None and all(one.algorithm != algorithm for one in present):
        listed = {*_listable(folder)}.difference(dropped).union(changed)
        _stage_new(folder, line, algorithm, listed, recorded, journal)


def _stage_new(  # noqa: PLR0913, PLR0917 - what one manifest is made from
    folder: int,
    line: Callable[[str, str], bytes],
    algorithm: str,
    listed: set[str],
    recorded: dict[str, tuple[str, str]],
    journal: Journal,
) -> None:
    """Stage a tag manifest over the tag files ``listed``, as they will be."""
    changed = journal.paths
    with journal.write(f"tagmanifest-{algorithm}.txt") as stream:
        for path in sorted(listed):
            if path in changed:
                stream.write(line(path, journal.digests(path, (algorithm,))[algorithm]))
                continue
            known, digest = recorded.get(path, (algorithm, ""))
            digests = hash_beneath(folder, path, (known, algorithm))
            if digest and digests[known] != digest:
                raise UpdateError(f"{path!r} is no longer what its tag manifest records")
            stream.write(line(path, digests[algorithm]))


def _listable(folder: int) -> Iterator[str]:
    """Yield the tag files that a tag manifest can list."""
    for path in list_tag_files(folder):
        if told_of_signing(path) is None and not path.startswith(STAGED_PREFIX):
            yield path


def _entries(folder: int, top: BagTop, manifest: ManifestName) -> Iterator[Entry]:
    """The entries of a manifest of a valid bag; what is read differently than when it was verified is a fault."""
    lines = read_tag_lines(FolderTop(folder), manifest.name, top.declaration.encoding, _refuse)
    return read_manifest(lines, manifest, ignore, before_1_0=top.declaration.before_1_0)


def _refuse(finding: Finding) -> None:
    raise UpdateError(f"{finding.path!r}: {finding.message}")


def hash_listed(item: ToHash, reading: Reading = ignore) -> Hashed:
    """Read a listed file once for all its digests; no link is followed. ``reading`` is told what is read while it is.

    Raises:
        UpdateError: if there is no file of that very spelling.
        OSError: as the system calls do.
    """
    try:
        descriptor = filesystem.open_regular_beneath(item.root, os.fsencode(item.entry.path))
    except FileNotFoundError as error:
        raise UpdateError(
            f"{item.entry.path!r} is spelled otherwise on the disk than in the manifest"
        ) from error
    try:
        size = os.fstat(descriptor).st_size
        return Hashed(item.entry, size, hash_descriptor(descriptor, item.algorithms, reading))
    finally:
        os.close(descriptor)


def _line_writer(top: BagTop) -> Callable[[str, str], bytes]:
    """How this bag's version writes a line: before 1.0 a percent sign stood for itself."""

    def line(path: str, digest: str) -> bytes:
        written = encode_path(path)
        if top.declaration.before_1_0:
            written = written.replace("%25", "%")
        try:
            return f"{digest}  {written}\n".encode()
        except UnicodeEncodeError as error:
            raise UpdateError(f"{path!r}: its name is not UTF-8, so no manifest can list it") from error

    return line
