"""Finds copies of the same music, the surest kinds first; each pair is told of in its surest kind only.

After each tier the best of each group stands for all of it, so that what follows compares one file where there were
several. Everything waits on disk between two steps, and memory does not grow with the files.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, groupby

from archiver.audio.decoding.extras import require
from archiver.bagit.algorithms import DEFAULT_ALGORITHM, WEAK_ALGORITHMS
from archiver.duplicates.copy import Copy, heard
from archiver.duplicates.groups import Member, groups_of
from archiver.duplicates.keys import (
    bytes_of,
    essence_keys,
    essence_of,
    isrc_of,
    name_of,
    pcm_of,
    recording_of,
)
from archiver.duplicates.tier import NEED_DECODING, Tier
from archiver.executors.guarded import GuardedProcesses, Stopped
from archiver.executors.pools import Threads
from archiver.filesystem import open_regular_beneath
from archiver.ingest.contents import Errand, Unread, digest_of, listen
from archiver.ingest.exclusion import Exclusion
from archiver.ingest.spool import Spool
from archiver.model.decoded import Undecoded
from archiver.model.sound import Sound
from archiver.usecases.duplicates.collected import in_collections
from archiver.usecases.duplicates.gather import Gathered, in_bags, in_sources
from archiver.usecases.duplicates.sifting import Sifting, by_rank, in_order, linked, with_something_in_common
from archiver.usecases.duplicates.sound import Fingerprints, alike, decoded, with_pcm
from archiver.usecases.duplicates.targets import Targets
from archiver.usecases.lookup import looked_up
from archiver.usecases.planning import examined
from archiver.usecases.sources import sources_of
from archiver.usecases.watch import Meter, Step, Watch, one

_SECONDS = 900.0
"""How long a batch of files may take to be read through, on a slow disk."""
_FILES_PER_WORKER = 64


@dataclass(slots=True)
class TierTotal:
    """What the groups of one tier add up to.

    Attributes:
        groups: How many.
        files: Files in them but the best of each.
        bytes: What these take.
        bytes_in_bags: How much of it is in bags.
    """

    groups: int = 0
    files: int = 0
    bytes: int = 0
    bytes_in_bags: int = 0


@dataclass(slots=True)
class DuplicatesReport:
    """What was found.

    Attributes:
        members: Every file of every group: group after group, the best of each first, the surest tier first.
        gathered: What was met.
        tiers: The tiers that were looked at.
        totals: What the groups of each add up to.
        links: Files that have more than one name, each counted as one file.
        link_names: Their further names.
        algorithm: Of the digests by which bytes were compared.
        passed_over: What lies in a store and is no bag.
        read_files: Files that were read through, each once however often it was.
        read_bytes: Their bytes.
        undecoded: Files that were to be decoded and were not, by the reason.
    """

    members: Spool[Member]
    gathered: Gathered
    tiers: tuple[Tier, ...]
    totals: dict[Tier, TierTotal] = field(default_factory=dict)
    links: int = 0
    link_names: int = 0
    algorithm: str = DEFAULT_ALGORITHM
    passed_over: tuple[str, ...] = ()
    read_files: int = 0
    read_bytes: int = 0
    undecoded: Counter[Undecoded] = field(default_factory=Counter)


@contextlib.contextmanager
def duplicates(
    targets: Targets, tiers: Sequence[Tier], jobs: int, watch: Watch, exclusion: Exclusion | None = None
) -> Iterator[DuplicatesReport]:
    """Compare the music files of sources and bags, and lend what was found for a ``with`` block.

    Sources are read where their sizes, or their music's lengths, leave it open whether they are the same; of bags
    that have a record, the record alone, unless a tier is asked for in which music is decoded: then every file that is
    left over is.

    Args:
        targets: What to look at.
        tiers: What to report; the surer ones are looked at all the same, for a pair is told of there.
        jobs: Threads and worker processes.
        watch: Counts what is listed and read.
        exclusion: What of the sources to leave out.

    Raises:
        UsageError: where a source is not there, or is named twice.
        CatalogueError: where a collection is meant, and the catalogue cannot be read.
        MissingExtraError: where the packages are not installed that decoding needs.
    """
    decodes = any(tier in NEED_DECODING for tier in tiers)
    if decodes:
        require()
    with contextlib.ExitStack() as held:
        members = held.enter_context(Spool[Member]())
        report = DuplicatesReport(members, Gathered(), tuple(tiers), passed_over=targets.passed_over)
        finding = _Finding(held, report, jobs, watch)
        copies = finding.gather(targets, exclusion)
        last = max(map(_ORDER.index, tiers))
        for tier in _ORDER[: last + 1]:
            if tier in NEED_DECODING and not decodes:
                continue
            with copies:
                copies = _STEPS[tier](finding, copies)
        for group in groups_of(members):
            total = report.totals.setdefault(group.tier, TierTotal())
            total.groups += 1
            total.files += group.files
            total.bytes += group.bytes
            total.bytes_in_bags += group.bytes_in_bags
        yield report


class _Finding:
    """One run: the steps share its spools, its workers' number and its watcher."""

    def __init__(self, held: contextlib.ExitStack, report: DuplicatesReport, jobs: int, watch: Watch) -> None:
        self._held = held
        self._report = report
        self._jobs = jobs
        self._watch = watch
        self._sifting = Sifting(report.members)
        self._fingerprints = held.enter_context(Fingerprints())
        self._read = bytearray()

    def gather(self, targets: Targets, exclusion: Exclusion | None) -> Spool[Copy]:
        """Everything that is compared, each file once however many names it has."""
        gathered, copies = self._report.gathered, self._spool()
        with contextlib.ExitStack() as scanned:
            found: Iterable[Copy] = ()
            if targets.sources:
                sources = sources_of(targets.sources)
                entries = scanned.enter_context(
                    examined(sources, self._jobs, self._watch, exclusion=exclusion)
                )
                found = in_sources(entries, sources, gathered)
            step = Step("Reading records of bags", "files")
            recorded = self._watch.track(step, in_bags(targets.bags, gathered), one)
            collected: Iterable[Copy] = ()
            if targets.collections:
                catalogue = scanned.enter_context(looked_up(targets.catalogue))
                in_catalogue = in_collections(catalogue, targets.collections, gathered)
                step = Step("Reading the catalogue", "files")
                collected = self._watch.track(step, in_catalogue, one)
            for copy in linked(chain(found, recorded, collected), _on_one_device):
                self._report.links += bool(copy.links)
                self._report.link_names += len(copy.links)
                copies.append(copy)
        return copies

    def by_bytes(self, copies: Spool[Copy]) -> Spool[Copy]:
        """Files of one size are compared by a digest: that of the bags' records where these have one."""
        algorithm = self._report.algorithm = _algorithm(copies)
        with Spool[Copy]() as known, Spool[Copy]() as unknown:
            for copy, alone in _alone_in_size(copies):
                recorded = dict(copy.recorded).get(algorithm, "")
                to_read = not alone and not recorded and copy.place.relative
                (unknown if to_read else known).append(copy if alone else replace(copy, digest=recorded))
            for copy, digest in self._digests(unknown, algorithm):
                known.append(replace(copy, digest=digest) if isinstance(digest, str) else copy)
            return self._sifted(known, Tier.BYTES, bytes_of)

    def by_essence(self, copies: Spool[Copy]) -> Spool[Copy]:
        """Files whose music has one length are compared by the digest of the music."""
        keys = ((key, asks, copy.number) for copy in copies for key, asks in essence_keys(copy))
        wanted = with_something_in_common(keys)
        with Spool[Copy]() as known, Spool[Copy]() as unknown:
            for copy in copies:
                to_read = copy.number in wanted and copy.essence is None and copy.bitstream is not None
                (unknown if to_read else known).append(copy)
            for copy, sound in self._sounds(unknown):
                known.append(heard(copy, sound) if isinstance(sound, Sound) else copy)
            return self._sifted(known, Tier.ESSENCE, essence_of)

    def by_samples(self, copies: Spool[Copy]) -> Spool[Copy]:
        """Files are decoded, and compared by a digest of their samples."""
        step = Step("Decoding", "bytes", self._weigh(copies))
        with Spool[Copy]() as known:
            outcomes = decoded(
                copies,
                self._jobs,
                lambda found: self._watch.track(step, found, lambda pair: pair[0].stat.size_bytes),
            )
            for copy, outcome in outcomes:
                if isinstance(outcome, Undecoded):
                    self._report.undecoded[outcome] += 1
                    known.append(copy)
                    continue
                known.append(with_pcm(copy, outcome))
                if outcome.fingerprint is not None:
                    self._fingerprints.keep(copy.number, outcome.fingerprint)
            return self._sifted(known, Tier.PCM, pcm_of)

    def by_fingerprint(self, copies: Spool[Copy]) -> Spool[Copy]:
        """Files are compared by what they sound like."""
        left, prints = self._spool(), self._fingerprints
        with Spool[Copy]() as ranked:
            for copy in by_rank(copies, Tier.FINGERPRINT):
                (ranked if copy.number in prints else left).append(copy)
            with self._watch.during(Step("Comparing fingerprints", "")):
                found = alike((copy.number for copy in ranked), prints)
            grouped = (
                (found[at].best, found[at].apart, copy) if at in found else (at, "", copy)
                for at, copy in enumerate(ranked)
            )
            self._sifting.gather(grouped, Tier.FINGERPRINT, left)
        return left

    def by_recording(self, copies: Spool[Copy]) -> Spool[Copy]:
        """Files of one MusicBrainz recording, then those of one ISRC."""
        with self._sifted(copies, Tier.RECORDING, recording_of) as left:
            return self._sifted(left, Tier.RECORDING, isrc_of)

    def by_tags(self, copies: Spool[Copy]) -> Spool[Copy]:
        """Files that are called alike."""
        return self._sifted(copies, Tier.TAGS, name_of)

    def _sifted(self, copies: Iterable[Copy], tier: Tier, key: Callable[[Copy], str | None]) -> Spool[Copy]:
        left = self._spool()
        self._sifting.sift(copies, tier, key, left)
        return left

    def _digests(self, copies: Spool[Copy], algorithm: str) -> Iterator[tuple[Copy, str | Unread]]:
        size = self._weigh(copies)
        meter = Meter()
        step = Step("Comparing bytes", "bytes", size, meter)
        work = partial(_digest_of, algorithm=algorithm, meter=meter)
        with Threads(self._jobs) as threads:
            outcomes = self._watch.track(step, threads.map_ordered(work, in_order(copies)), one)
            for copy, digest in outcomes:
                if isinstance(digest, Unread):
                    self._report.gathered.miss(copy.place.path, digest.reason)
                yield copy, digest

    def _sounds(self, copies: Spool[Copy]) -> Iterator[tuple[Copy, Sound | Unread]]:
        if not len(copies):
            return
        step = Step("Comparing music", "bytes", self._weigh(copies))
        workers = min(self._jobs, 1 + len(copies) // _FILES_PER_WORKER)
        with GuardedProcesses(workers, seconds=_SECONDS) as processes:
            streamed = ((copy, copy.bitstream) for copy in in_order(copies))
            errands = ((_errand(copy), stream) for copy, stream in streamed if stream is not None)
            outcomes = zip(in_order(copies), processes.map_ordered(listen, errands), strict=True)
            for copy, found in self._watch.track(step, outcomes, lambda pair: pair[0].stat.size_bytes):
                sound = Unread("reading its music did not end well") if isinstance(found, Stopped) else found
                if isinstance(sound, Unread):
                    self._report.gathered.miss(copy.place.path, sound.reason)
                yield copy, sound

    def _weigh(self, copies: Spool[Copy]) -> int:
        """The bytes of files that are about to be read; those that are read for the first time are counted."""
        size = 0
        for copy in copies:
            size += copy.stat.size_bytes
            self._read.extend(bytes(max(0, copy.number + 1 - len(self._read))))
            if not self._read[copy.number]:
                self._read[copy.number] = True
                self._report.read_files += 1
                self._report.read_bytes += copy.stat.size_bytes
        return size

    def _spool(self) -> Spool[Copy]:
        return self._held.enter_context(Spool[Copy]())


_STEPS: dict[Tier, Callable[[_Finding, Spool[Copy]], Spool[Copy]]] = {
    Tier.BYTES: _Finding.by_bytes,
    Tier.ESSENCE: _Finding.by_essence,
    Tier.PCM: _Finding.by_samples,
    Tier.FINGERPRINT: _Finding.by_fingerprint,
    Tier.RECORDING: _Finding.by_recording,
    Tier.TAGS: _Finding.by_tags,
}
_ORDER = list(_STEPS)


def _algorithm(copies: Iterable[Copy]) -> str:
    """The digest that most files of bags have, so that the fewest are read for it."""
    recorded = Counter(
        name for copy in copies for name, _ in copy.recorded if name not in WEAK_ALGORITHMS
    ).most_common(1)
    return recorded[0][0] if recorded else DEFAULT_ALGORITHM


def _alone_in_size(copies: Iterable[Copy]) -> Iterator[tuple[Copy, bool]]:
    """Yield each file with whether no other has its size; they come sorted by size."""
    for _, found in groupby(copies, lambda copy: copy.stat.size_bytes):
        rest = iter(found)
        first, second = next(rest), next(rest, None)
        yield first, second is None
        if second is not None:
            yield from ((copy, False) for copy in chain((second,), rest))


def _errand(copy: Copy) -> Errand:
    return Errand(copy.place.root, copy.place.relative, copy.stat)


def _digest_of(copy: Copy, algorithm: str, meter: Meter) -> tuple[Copy, str | Unread]:
    return copy, digest_of(_errand(copy), algorithm, meter.add)


def _on_one_device(first: Copy, other: Copy) -> bool:
    """Whether two files with one inode number are one file: a disk and its clone have the same numbers."""
    devices = set()
    for copy in (first, other):
        try:
            descriptor = open_regular_beneath(copy.place.root, copy.place.relative)
        except OSError:  # reading it tells why
            return False
        try:
            devices.add(os.fstat(descriptor).st_dev)
        finally:
            os.close(descriptor)
    return len(devices) == 1
