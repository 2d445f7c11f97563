"""The pin of a bag: one digest by which any copy of it is known again, and by which another bag is not taken for it.

It is the SHA-512 of the strongest tag manifest, which has the digests of everything else; without tag manifests, of the
strongest payload manifest. A bag that was changed and made valid again has another.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterable

from archiver.bagit.algorithms import STRONGEST_FIRST
from archiver.bagit.findings import Finding
from archiver.bagit.manifest_reader import ManifestName
from archiver.bagit.reading import TopFiles


def pinned_manifest(manifests: Iterable[ManifestName]) -> ManifestName | None:
    """Return the manifest of a bag that its pin is the digest of; ``None`` where it has none that can be used."""
    known = [one for one in manifests if one.algorithm is not None]
    return min(known, key=_rank, default=None)


def pin_at(top: TopFiles, manifest: ManifestName) -> bytes:
    """Return the SHA-512 of a manifest as it stands.

    Raises:
        OSError: where it cannot be read; what was read of it would be the pin of another bag.
    """
    digest = hashlib.sha512()
    told: list[Finding] = []
    for block in top.blocks(manifest.name, told.append):
        digest.update(block)
    if told:
        raise OSError(errno.EIO, told[0].message, manifest.name)
    return digest.digest()


def _rank(manifest: ManifestName) -> tuple[bool, int, str]:
    return not manifest.of_tags, STRONGEST_FIRST.index(manifest.algorithm or ""), manifest.name
