"""Gathers from a finished bag what a profile asks about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from archiver.bagit.bag_source import BagSource
from archiver.bagit.codes import found
from archiver.bagit.findings import Finding
from archiver.bagit.metadata_reader import read_metadata
from archiver.bagit.names import PAYLOAD
from archiver.bagit.profiles.check import check_bag
from archiver.bagit.profiles.facts import BagFacts, Labels
from archiver.bagit.profiles.profile import Profile
from archiver.bagit.reading import BagTop, TopFiles, read_tag_lines, read_top
from archiver.bagit.telling import ignore
from archiver.bagit.walking import Kind, Present


def check_profile(profile: Profile, source: BagSource) -> tuple[Finding, ...]:
    """Say in what the bag in ``source`` does not conform to ``profile``, as findings in report order.

    A bag that is not to be seen, or went since it was checked, is one finding. An archive that is listed is not
    read again.
    """
    try:
        with source.listing(ignore) as listing:
            if listing.top is None:
                return (_unchecked(listing.found.report()[0].message),)
            return check_bag(profile, _read_facts(source, listing.top, listing.presents, profile))
    except OSError as error:
        return (_unchecked(error.strerror or str(error)),)


def _unchecked(reason: str) -> Finding:
    return found("B115", "", f"the profile could not be checked: {reason}")


def _read_facts(
    source: BagSource, top: TopFiles, presents: Callable[[], Iterable[Present]], profile: Profile
) -> BagFacts:
    """Gather the facts that ``profile`` asks for; the listing must stay open while they are used.

    Raises:
        OSError: if the tag files cannot be listed.
    """
    bag = read_top(top)
    entries: Labels | None = bag.metadata.entries
    metadata_name = bag.declaration.metadata_name
    tag_files = [path for path, _ in _files(presents()) if not path.startswith(PAYLOAD)]
    present = frozenset(tag_files)
    if metadata_name not in present:
        entries = None
    other = {path: _labels(top, path, bag) for path in profile.other_labels if path in present}
    return BagFacts(
        container=source.kind or "folder",
        version=bag.declaration.version or "",
        info=entries,
        payload_algorithms=bag.algorithms,
        tag_algorithms=[one.algorithm or one.named_algorithm for one in bag.manifests if one.of_tags],
        has_fetch=bag.has_fetch,
        tag_files=tag_files,
        payload=lambda: (file for file in _files(presents()) if file[0].startswith(PAYLOAD)),
        named_as_folder=source.named_as_folder,
        other_info=other,
    )


def _files(presents: Iterable[Present]) -> Iterator[tuple[str, int]]:
    return ((present.path, present.size) for present in presents if present.kind is Kind.FILE)


def _labels(top: TopFiles, path: str, bag: BagTop) -> Labels:
    lines = read_tag_lines(top, path, bag.declaration.encoding, ignore)
    return read_metadata(lines, path, before_1_0=bag.declaration.before_1_0).entries
