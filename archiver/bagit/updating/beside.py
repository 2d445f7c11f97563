"""Lays signatures beside the tag manifests of a bag: all of them, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from archiver import filesystem
from archiver.bagit.algorithms import STRONGEST_FIRST
from archiver.bagit.hashing import Batch, Checked, Mapper, serial_map
from archiver.bagit.reading import BagTop
from archiver.bagit.tagfiles import told_of_signing
from archiver.bagit.updating.holding import HeldBag, held
from archiver.bagit.updating.journal import UpdateError, stage
from archiver.bagit.updating.signed import Signed
from archiver.ownfiles import read_own

MOST_BYTES = 64 << 20
"""Of a tag manifest that is signed; it has a line for each tag file, of which a bag has a few."""

_MOST_OLD = 1 << 20


@dataclass(frozen=True, slots=True)
class TagManifest:
    """A tag manifest of a valid bag.

    Attributes:
        name: ``tagmanifest-sha512.txt``.
        algorithm: The normalised algorithm.
        content: Its bytes.
    """

    name: str
    algorithm: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Beside:
    """What came of it.

    Attributes:
        manifests: The tag manifests, the strongest algorithm first.
        files: Paths of what was written; of what was there already with the same bytes nothing was.
        recovered: Whether an update that had been interrupted was completed first.
    """

    manifests: tuple[TagManifest, ...]
    files: tuple[str, ...]
    recovered: bool


Make = Callable[[tuple[TagManifest, ...], Callable[[str], bytes]], Mapping[str, bytes]]
"""Says, by path, what is to be written; it is handed the tag manifests and what reads a file that is there, or nothing."""


def lay_beside(bag: bytes, make: Make, map_ordered: Mapper[Batch, Checked] = serial_map) -> Beside:
    """Write files beside the tag manifests of the bag in the folder ``bag``, once it was verified in full.

    Args:
        bag: Path of the bag's folder.
        make: Says what is to be written.
        map_ordered: How the bag is verified first.

    Raises:
        UpdateError: if it has no tag manifest, or as :func:`~archiver.bagit.updating.holding.held`.
        OSError: as the system calls do.
    """
    with held(bag, map_ordered, Signed.KEEP) as update:
        manifests = _manifests(update)

        def present(path: str) -> bytes:
            return _content(update.folder, path)

        wanted = make(manifests, present)
        assert all(told_of_signing(path) for path in wanted), "nothing else is laid beside tag manifests"
        changed = {path: content for path, content in wanted.items() if present(path) != content}
        if changed:
            with stage(update.folder) as journal:
                for path, content in changed.items():
                    with journal.write(path) as stream:
                        stream.write(content)
        return Beside(manifests, tuple(changed), update.recovered)


def _manifests(update: HeldBag) -> tuple[TagManifest, ...]:
    found = []
    for one in _named(update.top):
        try:
            content = read_own(one[0].encode(), update.folder, MOST_BYTES)
        except ValueError as error:
            raise UpdateError(f"{one[0]}: {error}") from error
        found.append(TagManifest(*one, content))
    if not found:
        raise UpdateError("it has no tag manifest, and nothing else stands for all of it")
    return tuple(found)


def _named(top: BagTop) -> list[tuple[str, str]]:
    named = [(one.name, one.algorithm) for one in top.manifests if one.of_tags and one.algorithm is not None]
    return sorted(named, key=lambda one: STRONGEST_FIRST.index(one[1]))


def _content(folder: int, path: str) -> bytes:
    """Return what a file beside the tag manifests holds; nothing where it is not there, or is none of ours."""
    where, _, name = path.encode().rpartition(b"/")
    try:
        with filesystem.folder_beneath(folder, where) as parent:
            return read_own(name, parent, _MOST_OLD)
    except (FileNotFoundError, NotADirectoryError):
        return b""
    except ValueError as error:
        raise UpdateError(f"{path!r}: {error}") from error
