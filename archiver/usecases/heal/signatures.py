"""Heals the signatures of a bag, which no manifest lists: what is right about them is only whether they hold.

A signature that does not hold, or that a copy has and the bag has not, is taken from a copy where it holds for the tag
manifest of the bag, which was healed first. What cannot be told so, by its digest or by its signature, is left alone.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from archiver import filesystem
from archiver.bagit.bag_source import source_of
from archiver.bagit.manifest_reader import ManifestName
from archiver.bagit.tagfiles import SIGNATURES, SIGNATURES_README, SIGNERS, signed_by
from archiver.bagit.telling import ignore
from archiver.errors import StoreError
from archiver.machine import refuse_own_limit
from archiver.signing.judge import COMPANIONS, judge
from archiver.signing.judgement import State
from archiver.signing.readme import README
from archiver.usecases.heal.bag_files import BagFiles
from archiver.usecases.heal.outcome import Fault, Healed, Unhealed

_MOST = 100
"""Signatures that are judged; each may cost a program of its own."""

_MOST_FILES = 1_000
"""Files of a folder of signatures that are looked at."""

_MOST_SIGNATURE = 1 << 20
_MOST_MANIFEST = 64 << 20

Beside = Mapping[str, bytes]
"""What lies in the folder of signatures of a bag, by its path in the bag."""


@dataclass
class SignatureHealer:
    """Heals the signatures of one bag.

    Attributes:
        files: The bag's files.
        copies: Paths of copies, the soundest first. One that is an archive is asked only where a signature does not hold,
            since it must be read to its end for it.
        healed: What was made whole.
        unhealed: What does not hold, and of which no copy has one that does.
        notes: What else is to be told.
    """

    files: BagFiles
    copies: Sequence[str]
    healed: list[Healed] = field(default_factory=list)
    unhealed: list[Unhealed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def heal(self, believed: ManifestName, *, is_whole: bool) -> None:
        """Heal them; what came of it stands in the attributes.

        Args:
            believed: The tag manifest that is right.
            is_whole: Whether the bag is, so that its other tag manifests are right too.

        Raises:
            StoreError: where the bag cannot be written; each signature is then as it was, or whole.
        """
        own = _in_folder(self.files.path)
        manifests = self._manifests(believed, is_whole=is_whole)
        broken = {
            path
            for path in _judged(own, manifests)
            if self._state(path, own[path], manifests, own) is State.FAILS
        }
        lacking = set(broken)
        for copy in self.copies:
            if os.path.isdir(copy):
                lacking -= self._take(copy, _in_folder(os.fsencode(copy)), own, broken, manifests)
        for copy in self.copies if lacking else ():
            if not os.path.isdir(copy):
                lacking -= self._take(copy, _in_archive(copy), own, broken, manifests)
        reason = "it does not hold, and no copy has one that does"
        self.unhealed += [Unhealed(path, "damaged", reason) for path in sorted(lacking)]

    def _manifests(self, believed: ManifestName, *, is_whole: bool) -> dict[str, bytes]:
        """Return the tag manifests that signatures can be held against, by their names."""
        names = {one.name for one in self.files.manifests() if one.of_tags} if is_whole else {believed.name}
        found: dict[str, bytes] = {}
        for name in names:
            with contextlib.suppress(OSError):
                found[name] = filesystem.read_small(self.files.open(name), _MOST_MANIFEST)
        return found

    def _take(
        self, copy: str, theirs: Beside, own: dict[str, bytes], broken: set[str], manifests: Beside
    ) -> set[str]:
        """Take what holds from a copy; return which of the broken signatures are whole now."""
        done: set[str] = set()
        for path in _judged(theirs, manifests):
            fault: Fault | None = "missing" if path not in own else "damaged" if path in broken else None
            if fault is None:
                continue
            state = self._state(path, theirs[path], manifests, theirs)
            if state is State.HOLDS:
                self._put(path, theirs[path], fault, copy, own)
                self._put_companions(path, theirs, copy, own)
                broken.discard(path)
                done.add(path)
            elif state is State.UNCHECKED and fault == "missing":
                self.notes.append(
                    f"{copy} has {path}, which this bag has not. Whether it holds cannot be told here, so it was not taken."
                )
        return done

    def _put_companions(self, path: str, theirs: Beside, copy: str, own: dict[str, bytes]) -> None:
        """Put beside a signature what it is checked by, where that is missing."""
        beside = {path + ending: theirs.get(path + ending) for ending in COMPANIONS.values()}
        beside |= {SIGNERS: theirs.get(SIGNERS), SIGNATURES_README: README.encode()}
        for name, content in beside.items():
            if content is not None and name not in own:
                source = "" if name == SIGNATURES_README else copy
                self._put(name, content, "missing", source, own)

    def _state(self, path: str, written: bytes, manifests: Beside, beside: Beside) -> State:
        manifest, below = signed_by(path) or "", path.rpartition(".")[0]
        of = beside[below] if below in beside and signed_by(below) else manifests[manifest]
        return judge(path, written, of, beside).state

    def _put(self, path: str, content: bytes, fault: Fault, source: str, own: dict[str, bytes]) -> None:
        workshop = self.files.workshop
        name = workshop.next_name()
        with workshop.new(name) as making:
            making.write(content)
        if filesystem.read_small(filesystem.open_named(workshop.path(name)), len(content)) != content:
            workshop.remove(name)
            raise StoreError(
                f"the disk gives back other bytes than were written to it for {path}",
                "What was put into the bag before is whole, and the rest is as it was. Do not trust this disk.",
            )
        self.files.take(path, name)
        own[path] = content
        self.healed.append(Healed(path, fault, "copy" if source else "known bytes", source))


def _judged(beside: Beside, manifests: Beside) -> list[str]:
    """Return the paths of signatures that can be held against a tag manifest, those of other signatures last."""
    named = [path for path in beside if signed_by(path) in manifests]
    return sorted(named, key=lambda path: (path.count("."), path))[:_MOST]


def _in_folder(bag: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with contextlib.suppress(OSError), filesystem.FolderCursor(bag) as cursor:
        folder = cursor.folder(SIGNATURES.rstrip("/").encode())
        for name in sorted(map(os.fsencode, os.listdir(folder)))[:_MOST_FILES]:
            with contextlib.suppress(OSError):
                content = filesystem.read_small(filesystem.open_regular(name, folder), _MOST_SIGNATURE)
                found[SIGNATURES + os.fsdecode(name)] = content
    return found


def _in_archive(path: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    source = source_of(path)
    try:
        with source.listing(ignore) as listing:
            paths = [one.path for one in listing.presents() if one.path.startswith(SIGNATURES)]
        for name in sorted(paths)[:_MOST_FILES]:
            with contextlib.suppress(OSError), source.open(name) as stream:
                content = stream.read(_MOST_SIGNATURE + 1)
                if len(content) <= _MOST_SIGNATURE:
                    found[name] = content
    except OSError as error:
        refuse_own_limit(error)
    finally:
        source.close()
    return found
