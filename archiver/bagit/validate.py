"""Validates a bag: reads everything, changes nothing, always ends with a report (RFC 8493 §3).

The work has two halves. :func:`open_bag` lists the bag and reads the manifests, so that it is known how much
there is to hash; :meth:`Validation.check` then compares and hashes, one small outcome per batch of files. Memory
stays bounded however many files and lines there are: both halves meet in one sorted stream on the disk. How bytes
are reached is the business of a :class:`~archiver.bagit.bag_source.BagSource`.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import nullcontext
from typing import Self

from archiver.bagit.algorithms import WEAK_ALGORITHMS
from archiver.bagit.bag_source import BagSource, source_of
from archiver.bagit.codes import FINDING_KINDS
from archiver.bagit.digest_rows import disk_record, fetch_record, listed_record, read_units
from archiver.bagit.fetch_reader import FETCH_NAME, read_fetch
from archiver.bagit.findinglog import FindingLog
from archiver.bagit.findings import Effect, Finding, shortened_list
from archiver.bagit.hashing import (
    Batch,
    Checked,
    Choose,
    HashOrder,
    Mapper,
    Recorded,
    Through,
    serial_map,
)
from archiver.bagit.judging import Judge
from archiver.bagit.manifest_reader import ManifestName
from archiver.bagit.names import PAYLOAD
from archiver.bagit.pin import pin_at, pinned_manifest
from archiver.bagit.reading import BagTop, TopFiles, manifest_entries, read_tag_lines, read_top
from archiver.bagit.report import BagReport, Depth, judge_verdicts
from archiver.bagit.serialized.member import Limits
from archiver.bagit.sorting import Sorter
from archiver.bagit.tagfiles import SIGNATURES
from archiver.bagit.telling import Reading, ignore
from archiver.bagit.walking import Kind, Present

_UNREAD = (Effect.UNREADABLE, Effect.UNREAD)
_SHOWN = 12
"""Digits of a digest that a message shows."""

_MOST_UNREAD = 1_000
"""Folders and files that cannot be read of which it is remembered that what they hold is unknown, not missing."""

_MOST_SIGNATURES = 1_000
"""Files where signatures lie of which it is remembered that they are there."""


class Validation:
    """One validation under way; made by :func:`open_bag`, used once, closed with ``with`` or :meth:`close`.

    Attributes:
        source: Where the bag's bytes are; it is closed with the validation.
        payload_files: How many files the payload holds, on the disk.
        payload_bytes: How many bytes they are.
        total_files: How many files the bag holds, tag files included.
        total_bytes: How many bytes they are; :meth:`check` reads no more than these.
        signatures: Paths of what lies where signatures do, in no order; of very many, some.
    """

    def __init__(self, bag: str, source: BagSource, depth: Depth, pin: bytes | None = None) -> None:
        self.source = source
        self.payload_files = self.payload_bytes = self.total_files = self.total_bytes = 0
        self.signatures: list[str] = []
        self._hole_bytes = 0
        self._bag = bag
        self._depth = depth
        self._pin = pin
        self._log = FindingLog()
        self._sorter = Sorter()
        self._top: BagTop | None = None
        self._manifests: list[ManifestName] = []
        self._intact = 0
        self._unread: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the temporary files back; may be called twice."""
        self._sorter.close()
        self.source.close()

    def read(self) -> None:
        """List the bag and read its tag files; :func:`open_bag` has done it."""
        with self.source.listing(self._tell) as listing:
            self._log.absorb(listing.found)
            if listing.top is None:
                return
            try:
                self._read_bag(listing.top, listing.presents())
            except OSError as error:
                self._log.add("B115", "", f"listing stopped: {error.strerror or error}")

    def check(
        self,
        map_ordered: Mapper[Batch, Checked] = serial_map,
        reading: Reading = ignore,
        *,
        choose: Choose = iter,
        through: Through = nullcontext,
    ) -> Iterator[Checked]:
        """Check every file, by ``map_ordered`` where the bag's source can be divided; yield outcomes until all is done.

        ``reading`` is told what is read while it is, where that is in this process. ``choose`` may have the files read in
        another order, or fewer of them: then the report knows only of those. ``through`` holds around each reading of a
        file that lies in a folder.
        """
        order = HashOrder(
            tuple(self._manifests),
            self.total_bytes - self._hole_bytes,
            map_ordered,
            reading,
            self._log.tell,
            through,
        )
        for checked in self.source.hash(choose(self._compare()), order):
            self._log.extend(checked.findings)
            self._intact += checked.intact
            yield checked

    def report(self) -> BagReport:
        """What was found; to be asked for after :meth:`check` has ended."""
        counts = self._log.counts()
        complete, valid = judge_verdicts(counts, self._depth)
        top = self._top
        return BagReport(
            bag=self._bag,
            depth=self._depth,
            version=top.declaration.version if top else None,
            complete=complete,
            valid=valid,
            intact=self._intact if self._depth is Depth.FULL else None,
            files=self.payload_files,
            bytes=self.payload_bytes,
            algorithms=top.algorithms if top else (),
            metadata=top.metadata.entries if top else (),
            findings=self._log.report(),
            counts=counts,
        )

    def _read_bag(self, top: TopFiles, presents: Iterable[Present]) -> None:
        """Read the tag files at the bag's top and take everything that is in the bag."""
        self._top = read_top(top)
        for finding in self._top.findings:
            self._tell(finding)
        if self._top.is_bag:
            self._read_files(top, self._top, presents)

    def _read_files(self, top: TopFiles, bag: BagTop, presents: Iterable[Present]) -> None:
        self._judge_structure(bag)
        for present in presents:
            self._sorter.add(disk_record(present))
            if present.kind is Kind.FILE:
                in_payload = present.path.startswith(PAYLOAD)
                self.payload_files += in_payload
                self.payload_bytes += present.size * in_payload
                self.total_files += 1
                self.total_bytes += present.size
                self._hole_bytes += present.holes
                if present.path.startswith(SIGNATURES) and len(self.signatures) < _MOST_SIGNATURES:
                    self.signatures.append(present.path)
        if bag.has_payload and not self.payload_files:
            self._log.add("B113", "data", "the payload holds no file")
        if self._depth is Depth.FAST and bag.metadata.oxum is None:
            self._log.add("B208", bag.declaration.metadata_name, "there is none to compare the payload with")
        self._read_manifests(top, bag)
        self._judge_pin(top, bag)
        if bag.has_fetch:
            self._read_fetch(top, bag)

    def _tell(self, finding: Finding) -> None:
        if FINDING_KINDS[finding.code].effect in _UNREAD and len(self._unread) < _MOST_UNREAD:
            self._unread.add(finding.path)
        self._log.extend((finding,))

    def _judge_structure(self, bag: BagTop) -> None:
        """Judge which parts there are."""
        if not bag.has_payload:
            self._log.add("B111", "data", "there is no folder data")
        payload = [manifest for manifest in bag.manifests if not manifest.of_tags]
        if not payload:
            self._log.add("B112", "", "there is no manifest-ALGORITHM.txt")
        if len(payload) == len(bag.manifests):
            self._log.add("B320", "", "there is no tagmanifest-ALGORITHM.txt")
        self._judge_algorithms(bag)

    def _judge_algorithms(self, bag: BagTop) -> None:
        """Judge which algorithms the manifests use, and how they name them."""
        of_payload, of_tags = (
            {one.algorithm or one.named_algorithm for one in bag.manifests if one.of_tags is kind}
            for kind in (False, True)
        )
        if of_payload and of_tags and of_payload != of_tags:
            message = f"{shortened_list(sorted(of_tags))} for tag files, {shortened_list(sorted(of_payload))} for the payload"
            self._log.add("B324", "", message)
        if of_payload and of_payload <= WEAK_ALGORITHMS:
            self._log.add("B319", "", f"the payload manifests use {shortened_list(sorted(of_payload))} only")
        seen: dict[tuple[bool, str], str] = {}
        for manifest in bag.manifests:
            if manifest.algorithm is None:
                message = f"{manifest.named_algorithm[:40]!r} is no algorithm that this program can compute"
                self._log.add("B303", manifest.name, message)
                continue
            if manifest.algorithm != manifest.named_algorithm:
                self._log.add("B304", manifest.name, f"it should be called {manifest.algorithm}")
            first = seen.setdefault((manifest.of_tags, manifest.algorithm), manifest.name)
            if first != manifest.name:
                self._log.add("B305", manifest.name, f"{first} uses the same algorithm")

    def _read_manifests(self, top: TopFiles, bag: BagTop) -> None:
        of_payload = [manifest for manifest in bag.manifests if not manifest.of_tags]
        for manifest in of_payload[:1] if self._depth is Depth.FAST else bag.manifests:
            index = len(self._manifests)
            self._manifests.append(manifest)
            for entry in manifest_entries(top, bag, manifest, self._tell):
                self._sorter.add(listed_record(index, entry))

    def _judge_pin(self, top: TopFiles, bag: BagTop) -> None:
        pinned = pinned_manifest(bag.manifests)
        if self._pin is None or pinned is None:
            return
        try:
            actual = pin_at(top, pinned)
        except OSError as error:
            self._log.add("B705", pinned.name, f"{error.strerror}")
            return
        if actual != self._pin:
            message = f"its SHA-512 is {actual.hex()[:_SHOWN]}…, that of the bag as it was recorded elsewhere {self._pin.hex()[:_SHOWN]}…"
            self._log.add("B414", pinned.name, message)

    def _read_fetch(self, top: TopFiles, bag: BagTop) -> None:
        lines = read_tag_lines(top, FETCH_NAME, bag.declaration.encoding, self._tell)
        for entry in read_fetch(lines, self._tell, before_1_0=bag.declaration.before_1_0):
            self._sorter.add(fetch_record(entry))

    def _compare(self) -> Iterator[Recorded]:
        """Compare what is listed with what is there; yield what is to be hashed."""
        if self._top is None:
            return
        before_1_0 = self._top.declaration.before_1_0
        judge = Judge(self._manifests, self._log, self._unread, before_1_0=before_1_0)
        for recorded in judge.judge(read_units(self._sorter)):
            if self._depth is Depth.FULL:
                yield recorded
        self._judge_oxum(self._top)

    def _judge_oxum(self, bag: BagTop) -> None:
        # a bag with files yet to be fetched, or folders that cannot be read, cannot have its sum; that has been told
        actual = self.payload_bytes, self.payload_files
        if bag.metadata.oxum in (None, actual) or self._log.count("B605") or self._log.count("B704"):
            return
        stated, name = bag.metadata.oxum, bag.declaration.metadata_name
        if stated is not None:
            message = f"it states {stated[0]:,} bytes in {stated[1]:,} files, there are {actual[0]:,} in {actual[1]:,}"
            self._log.add("B206", name, message)


def open_bag(  # noqa: PLR0913 - how it is read, and what it is held against
    bag: bytes | str,
    depth: Depth = Depth.FULL,
    limits: Limits | None = None,
    kept: Collection[str] = (),
    passed: Reading = ignore,
    *,
    pin: bytes | None = None,
) -> Validation:
    """List the bag at ``bag`` and read its tag files, so that it is known how much there is to check.

    A path that is no bag, or cannot be opened, is no error but a finding in the report. Links *to* the bag
    are followed, none inside it. The caller closes what is returned, best by ``with``. Where ``pin`` is known, by which
    :mod:`archiver.bagit.pin` knows a bag again, another bag is told, however valid. What else there is to say is what
    :func:`~archiver.bagit.bag_source.source_of` takes.

    Raises:
        MachineError: where the machine refuses temporary files or other things that checking needs itself, which says
            nothing about the bag; so it is for all that checks a bag.
    """
    validation = Validation(os.fsdecode(bag), source_of(bag, limits, kept, passed), depth, pin)
    try:
        validation.read()
    except BaseException:
        validation.close()
        raise
    return validation


def validate(
    bag: bytes | str,
    depth: Depth = Depth.FULL,
    map_ordered: Mapper[Batch, Checked] = serial_map,
    limits: Limits | None = None,
) -> BagReport:
    """Validate the bag at ``bag`` to ``depth`` and return the report; see :func:`open_bag` to show progress."""
    with open_bag(bag, depth, limits) as validation:
        for _ in validation.check(map_ordered):
            pass
        return validation.report()
