"""Gathers from a finished bag what a profile asks about."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from archiver import filesystem
from archiver.bagit.findings import Finding
from archiver.bagit.metadata_reader import read_metadata
from archiver.bagit.profiles.check import check_bag
from archiver.bagit.profiles.facts import BagFacts, Container, Labels
from archiver.bagit.profiles.profile import Profile
from archiver.bagit.reading import BagTop, FolderTop, TopFiles, read_tag_lines, read_top
from archiver.bagit.walking import Kind, Present, walk


def check_folder(profile: Profile, bag: bytes) -> tuple[Finding, ...]:
    """Say in what the bag in the folder ``bag`` does not conform to ``profile``, as findings in report order.

    Raises:
        OSError: if the folder cannot be opened or listed.
    """
    top = filesystem.open_folder(bag)
    try:
        return check_bag(profile, read_facts(FolderTop(top), lambda: walk(top, _untold), "folder", profile))
    finally:
        os.close(top)


def read_facts(
    top: TopFiles,
    presents: Callable[[], Iterable[Present]],
    container: Container,
    profile: Profile,
    *,
    named_as_folder: bool = True,
) -> BagFacts:
    """Gather the facts that ``profile`` asks for.

    Args:
        top: The bag's top-level tag files, which must stay readable while the facts are used.
        presents: Lists everything in the bag.
        container: What the bag is in.
        profile: Whose rules for further tag files say which of those are read.
        named_as_folder: Whether an archive bears the name of the folder in it.

    Raises:
        OSError: if the tag files cannot be listed.
    """
    bag = read_top(top)
    entries: Labels | None = bag.metadata.entries
    metadata_name = bag.declaration.metadata_name
    tag_files = [path for path, _ in _files(presents()) if not path.startswith("data/")]
    present = frozenset(tag_files)
    if metadata_name not in present:
        entries = None
    other = {path: _labels(top, path, bag) for path in profile.other_labels if path in present}
    return BagFacts(
        container=container,
        version=bag.declaration.version or "",
        info=entries,
        payload_algorithms=bag.algorithms,
        tag_algorithms=[one.algorithm or one.named_algorithm for one in bag.manifests if one.of_tags],
        has_fetch=bag.has_fetch,
        tag_files=tag_files,
        payload=lambda: (file for file in _files(presents()) if file[0].startswith("data/")),
        named_as_folder=named_as_folder,
        other_info=other,
    )


def _files(presents: Iterable[Present]) -> Iterator[tuple[str, int]]:
    return ((present.path, present.size) for present in presents if present.kind is Kind.FILE)


def _labels(top: TopFiles, path: str, bag: BagTop) -> Labels:
    lines = read_tag_lines(top, path, bag.declaration.encoding, _untold)
    return read_metadata(lines, path, before_1_0=bag.declaration.before_1_0).entries


def _untold(finding: Finding) -> None:
    """Take a finding that the validation of the bag tells."""
