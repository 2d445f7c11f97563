"""Heals a bag that is a folder: first what says which bytes are right, then what that lists, from the top down."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archiver import filesystem
from archiver.bagit.algorithms import STRONGEST_FIRST, hash_descriptor
from archiver.bagit.declaration import DECLARATION_NAME
from archiver.bagit.findings import Finding
from archiver.bagit.manifest_reader import ManifestName, parse_manifest_name
from archiver.bagit.names import PAYLOAD
from archiver.bagit.pin import pinned_manifest
from archiver.bagit.tagfiles import list_tag_files
from archiver.bagit.telling import ignore
from archiver.bagit.walking import Kind, walk
from archiver.bagit.writer import manifest_line
from archiver.executors.pools import Threads
from archiver.records.codec import Record, from_line
from archiver.records.moments import ns_from_rfc3339
from archiver.records.names import FILES_LIMITS, FILES_RECORD
from archiver.usecases.heal.bag_files import BagFiles, Listed
from archiver.usecases.heal.mend import Mender, Recorded, digest_of
from archiver.usecases.heal.outcome import Fault, Healed, Unhealed, Wanted
from archiver.usecases.pins import Pin
from archiver.usecases.watch import Watch

if TYPE_CHECKING:
    from hashlib import _Hash

_PINNED = "sha512"


class _SizedRecord(Record, frozen=True, kw_only=True):
    """Of a line of ``files.jsonl``, what a file is made with."""

    path: str | None
    size_bytes: int | None
    modified: str | None


@dataclass
class FolderHealer:
    """Heals one bag.

    Attributes:
        files: The bag's files.
        mender: Makes them whole.
        pin: What says which bytes are right.
        threads: Read files.
        watch: Sees how far it has come.
        checked: How many files were checked.
        unhealed: Files that stay as they were.
        strays: Payload files that no manifest lists.
        believed: The manifest that all else follows from; ``None`` where it is not to be had.
    """

    files: BagFiles
    mender: Mender
    pin: Pin
    threads: Threads
    watch: Watch
    checked: int = 0
    unhealed: list[Unhealed] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    believed: ManifestName | None = None
    _partly_read: set[str] = field(default_factory=set)
    _before: dict[str, Listed] = field(default_factory=dict)

    def heal(self) -> None:
        """Heal the bag; what came of it stands in the attributes, and in those of the mender.

        Raises:
            StoreError: where the bag cannot be read or written.
        """
        self._before = self._sealed_before()
        believed = self.believed = self._believed()
        if believed is None:
            return
        of_payload = [believed]
        if believed.of_tags:
            wrong = self._heal_tag_files(believed)
            listed = (parse_manifest_name(one.path) for one in self._entries(believed))
            known = [one for one in listed if one is not None and not one.of_tags and one.algorithm]
            of_payload = [one for one in known if one.name not in wrong]
        if not of_payload:
            reason = (
                "no manifest that lists it could be made whole, so that nobody knows which bytes are right"
            )
            self.unhealed.append(Unhealed("data", "unreadable", reason))
            return
        self._heal_payload(min(of_payload, key=_strength))
        self._heal_other_tag_manifests(believed)

    def _believed(self) -> ManifestName | None:
        """Return the manifest that all else follows from, once it is as it should be; ``None`` where it is not to be had."""
        there = self.files.manifests()
        if self.pin.digest is None:
            if not there:
                self.unhealed.append(Unhealed("tagmanifest-sha512.txt", "missing", "the bag has no manifest"))
                return None
            return pinned_manifest(there)
        for manifest in sorted(there, key=lambda one: not one.of_tags):
            if digest_of(self.files, manifest.name, _PINNED) == self.pin.digest:
                return manifest
        self.checked += 1
        return self._pinned(there)

    def _sealed_before(self) -> dict[str, Listed]:
        """Return the tag files as the bag was sealed with them, by their path, where another copy was changed since.

        Nothing where the tag manifest of then is not as it was: nobody knows then which of them are right.
        """
        if self.pin.older is None:
            return {}
        for manifest in self.files.manifests():
            if manifest.of_tags and digest_of(self.files, manifest.name, _PINNED) == self.pin.older:
                itself = Listed(manifest.name, _PINNED, self.pin.older)
                return {one.path: one for one in (itself, *self._entries(manifest))}
        return {}

    def _fault(self, path: str, fault: Fault) -> Fault:
        """What is wrong with a tag file, where it is not as it is to be now."""
        if not self._before:
            return fault
        sealed = self._before.get(path)
        if sealed is None:
            return "older" if fault == "missing" else fault
        return "older" if digest_of(self.files, path, sealed.algorithm) == sealed.digest else fault

    def _pinned(self, there: Iterable[ManifestName]) -> ManifestName | None:
        """Make the manifest with the pinned digest whole, under the name that it probably has."""
        of_tags = [one.name for one in there if one.of_tags]
        names = [*(f"tagmanifest-{one}.txt" for one in self.pin.algorithms[:1]), *of_tags]
        fault: Fault = "damaged" if of_tags else "missing"
        assert self.pin.digest is not None
        left: list[Unhealed] = []
        for name in dict.fromkeys(names or ["tagmanifest-sha512.txt"]):
            told = self._fault(name, fault)
            left = self.mender.mend([Wanted(name, _PINNED, self.pin.digest, told)])
            manifest = parse_manifest_name(name)
            if manifest is not None and (not left or self._listed_anew(manifest, self.pin.digest, told)):
                return manifest
        self.unhealed += left
        return None

    def _listed_anew(self, manifest: ManifestName, pin: str | None, fault: Fault) -> bool:
        """Write a tag manifest of the tag files, and take it where it has the pinned digest, if there is one.

        They are taken as they are, then as the recovery data would make them: which of them are right, the pin tells.
        """
        return self._listed_of({}, manifest, pin, fault) or (
            pin is not None and self._listed_of(self._recovered(manifest), manifest, pin, fault)
        )

    def _listed_of(
        self, recovered: Mapping[str, str], manifest: ManifestName, pin: str | None, fault: Fault
    ) -> bool:
        name = self.files.workshop.next_name()
        digest = hashlib.new(_PINNED)
        with contextlib.suppress(OSError):
            with self.files.workshop.new(name) as making:
                for line in self._lines(recovered, manifest, digest):
                    making.write(line)
            if pin in (None, digest.hexdigest()):
                self.files.take(manifest.name, name)
                self.mender.healed.append(Healed(manifest.name, fault, "listed anew"))
                return True
            self.files.workshop.remove(name)
        return False

    def _lines(self, recovered: Mapping[str, str], manifest: ManifestName, digest: _Hash) -> Iterator[bytes]:
        assert manifest.algorithm is not None
        folder = filesystem.open_folder(self.files.path)
        try:
            paths = recovered.keys() | set(list_tag_files(folder))
        finally:
            os.close(folder)
        for path in sorted(paths, key=os.fsencode):
            found = recovered.get(path) or digest_of(self.files, path, manifest.algorithm)
            if found is None:
                raise OSError(0, "it cannot be read", path)
            line = manifest_line(path, found)
            digest.update(line)
            yield line

    def _recovered(self, manifest: ManifestName) -> dict[str, str]:
        """Return the digests of tag files as the recovery data make them, of those that they would make anew."""
        assert manifest.algorithm is not None
        names = self.mender.rebuilder.tag_names()
        wanted = {name: Wanted(name, manifest.algorithm, "", "damaged") for name in names}
        found: dict[str, str] = {}
        for path, made in self.mender.rebuilder.rebuilt(wanted, {}):
            with contextlib.suppress(OSError), open(made, "rb") as stream:
                found[path] = hash_descriptor(stream.fileno(), (manifest.algorithm,))[manifest.algorithm]
        return found

    def _heal_tag_files(self, believed: ManifestName) -> set[str]:
        """Heal what a tag manifest lists; return what could not be healed."""
        # how the lines are to be read stands in the declaration, which may be damaged itself
        self._heal(one for one in self._entries(believed) if one.path == DECLARATION_NAME)
        self._heal(one for one in self._entries(believed) if one.path != DECLARATION_NAME)
        return {one.path for one in self.unhealed}

    def _heal(self, listed: Iterable[Listed]) -> None:
        entries = list(listed)
        wrong, checked = self.files.faults(entries, self.threads, self.watch, "Checking tag files")
        self.checked += checked
        told = {path: self._fault(path, fault) for path, fault in wrong.items()}
        self.unhealed += self.mender.mend(_wanted(entries, told))

    def _heal_payload(self, manifest: ManifestName) -> None:
        seen: set[int] = set()
        wrong, checked = self.files.faults(
            _noted(self._entries(manifest), seen), self.threads, self.watch, "Checking"
        )
        self.checked += checked
        if wrong:
            wanted = _wanted(self._entries(manifest), wrong)
            twins = self._twins(manifest, wanted)
            self.unhealed += self.mender.mend(wanted, self._recorded(wrong), twins)
        if manifest.name not in self._partly_read:
            self._find_strays(seen)
            return
        # what is not on the part that was read may be on the rest: it is no stray
        reason = "it could not be read as a whole, so that nobody knows what else belongs into the bag"
        self.unhealed.append(Unhealed(manifest.name, "unreadable", reason))

    def _twins(self, manifest: ManifestName, wanted: Iterable[Wanted]) -> dict[str, str]:
        """Return files of the payload that have wanted bytes, by their digest: sound ones, and such as were swapped."""
        missed = {each.digest for each in wanted}
        hurt = {each.path: each for each in wanted}
        found = {
            one.digest: one.path
            for one in self._entries(manifest)
            if one.digest in missed and one.path not in hurt
        }
        for each in hurt.values():
            if each.fault == "damaged" and missed - found.keys():
                digest = digest_of(self.files, each.path, each.algorithm)
                if digest in missed:
                    found.setdefault(digest, each.path)
        return found

    def _recorded(self, paths: Collection[str]) -> dict[str, Recorded]:
        """Return what the bag's record says of files; what cannot be read is passed over."""
        found: dict[str, Recorded] = {}
        with contextlib.suppress(OSError):
            descriptor = self.files.open(FILES_RECORD)
            with os.fdopen(descriptor, "rb") as lines:
                while line := lines.readline(FILES_LIMITS.bytes):
                    with contextlib.suppress(ValueError):
                        told = from_line(line, _SizedRecord, FILES_LIMITS)
                        if told.path is None or told.size_bytes is None or told.modified is None:
                            continue
                        if told.path in paths:
                            found[told.path] = Recorded(told.size_bytes, ns_from_rfc3339(told.modified))
        return found

    def _find_strays(self, listed: set[int]) -> None:
        """Put aside payload files that no manifest lists, where somebody else than the bag says what is right."""
        folder = filesystem.open_folder(self.files.path)
        try:
            found = [
                one.path
                for one in walk(folder, ignore)
                if one.path.startswith(PAYLOAD)
                and one.kind is not Kind.FOLDER
                and _key(one.path) not in listed
            ]
        finally:
            os.close(folder)
        self.strays += sorted(found)
        if self.pin.trusted != "bag":
            for path in self.strays:
                self.files.put_aside(path)

    def _heal_other_tag_manifests(self, believed: ManifestName) -> None:
        """Write tag manifests anew that the pin does not cover and that do not list the tag files as they are."""
        if self.unhealed or not believed.of_tags:
            return
        for manifest in self.files.manifests():
            if manifest.of_tags and manifest.name != believed.name:
                listed = list(self._entries(manifest))
                wrong, checked = self.files.faults(
                    listed, self.threads, self.watch, f"Checking {manifest.name}"
                )
                self.checked += checked
                names = {one.path for one in self._entries(believed)}
                if wrong or {one.path for one in listed} != names:
                    self._listed_anew(manifest, None, "older" if self._before else "damaged")

    def _entries(self, manifest: ManifestName) -> Iterator[Listed]:
        told: list[Finding] = []
        try:
            yield from self.files.entries(manifest, told)
        except OSError as error:
            self._partly_read.add(manifest.name)
            self._note(f"{manifest.name} cannot be read as a whole: {error.strerror or error}")
        if told:
            self._partly_read.add(manifest.name)
            self._note(f"{manifest.name} has lines that cannot be read, such as: {told[0].message}")

    def _note(self, note: str) -> None:
        if note not in self.mender.notes:
            self.mender.notes.append(note)


def _wanted(listed: Iterable[Listed], wrong: dict[str, Fault]) -> list[Wanted]:
    return [Wanted(*one, fault=wrong[one.path]) for one in listed if one.path in wrong]


def _strength(manifest: ManifestName) -> int:
    assert manifest.algorithm is not None
    return STRONGEST_FIRST.index(manifest.algorithm)


def _noted(listed: Iterable[Listed], seen: set[int]) -> Iterator[Listed]:
    for one in listed:
        seen.add(_key(one.path))
        yield one


def _key(path: str) -> int:
    """A number for a path, so that the paths of a large payload need little memory."""
    return int.from_bytes(hashlib.blake2b(os.fsencode(path), digest_size=8).digest(), "big")
