"""Decides what follows for each path of a bag from all that is known of it: a finding, or a file to hash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from archiver.bagit.digest_rows import Listing, Unit
from archiver.bagit.findinglog import FindingLog
from archiver.bagit.findings import shortened_list
from archiver.bagit.hashing import Recorded
from archiver.bagit.manifest_reader import ManifestName, parse_manifest_name
from archiver.bagit.names import PAYLOAD, judge_name
from archiver.bagit.paths import check_path
from archiver.bagit.tagfiles import told_of_signing
from archiver.bagit.walking import Kind

_HELD = 16


class Judge:
    """Judges the paths of one bag.

    Args:
        manifests: The manifests that were read, in the order of the indices of :attr:`Unit.listed`.
        log: Takes the findings.
        unread: Folders and files that could not be read, which has been told; nothing follows from what is in them.
        before_1_0: Whether the bag follows a version older than RFC 8493.
    """

    def __init__(
        self,
        manifests: Sequence[ManifestName],
        log: FindingLog,
        unread: AbstractSet[str],
        *,
        before_1_0: bool,
    ) -> None:
        self.manifests = manifests
        self.before_1_0 = before_1_0
        self.log = log
        self.unread = unread
        indices = range(len(manifests))
        self.tags = frozenset(index for index in indices if manifests[index].of_tags)
        self.payload = frozenset(indices) - self.tags
        # what an unreadable manifest lists is not known, so that nothing can be said to be absent from it
        self.unknown = frozenset(index for index in indices if manifests[index].name in unread)

    def judge(self, units: Iterable[Unit]) -> Iterator[Recorded]:
        """Yield every file that a manifest lists and that is there, in the order of ``units``."""
        held: list[Unit] = []
        for unit in units:
            if held:
                last = held[-1]
                if unit.folded == last.folded:
                    self._compare_twins(last, unit)
                if unit.normal != last.normal or len(held) == _HELD:
                    yield from self._settle(held)
                    held = []
            held.append(unit)
        yield from self._settle(held)

    def _compare_twins(self, first: Unit, second: Unit) -> None:
        if first.normal != second.normal:
            self.log.add("B505", second.path, f"it differs only by case from {first.path!r}")
        elif not self._is_one(first, second):
            self.log.add("B506", second.path, f"it differs only by normalisation from {first.path!a}")

    def _is_one(self, first: Unit, second: Unit) -> bool:
        """Whether two spellings mean one file: one is on the disk, and no manifest has both."""
        both_lie_there = first.kind is not None and second.kind is not None
        return not both_lie_there and not (first.listed.keys() & second.listed.keys())

    def _settle(self, units: list[Unit]) -> list[Recorded]:
        """Judge the spellings of one name, after joining those that mean one file."""
        if len(units) > 1:
            units = self._join_spellings(units)
        recorded = [self._judge_one(unit) for unit in units]
        return [file for file in recorded if file is not None]

    def _join_spellings(self, units: list[Unit]) -> list[Unit]:
        there = [unit for unit in units if unit.kind is not None]
        others = [unit for unit in units if unit.kind is None]
        if len(there) != 1 or not others:
            return units
        target = there[0]
        apart = []
        for other in others:
            if target.listed.keys() & other.listed.keys():
                apart.append(other)
                continue
            target.listed |= other.listed
            target.fetched += other.fetched
            self.log.add(
                "B406", target.path, f"it is listed as {other.path!a}, on the disk it is {target.path!a}"
            )
        return [target, *apart]

    def _judge_one(self, unit: Unit) -> Recorded | None:
        in_payload = unit.path.startswith(PAYLOAD)
        wanted = (self.payload if in_payload else self.tags) - self.unknown
        if unit.kind is not None and (odd := judge_name(unit.path)):
            self.log.extend(odd)
        if unit.fetched:
            self._judge_fetch(unit)
        if unit.kind is None:
            self._judge_absent(unit, in_payload=in_payload)
        elif unit.kind is Kind.FOLDER:
            self._judge_folder(unit)
        elif unit.kind is not Kind.FILE and unit.listed:
            code = "B401" if in_payload else "B404"
            self.log.add(
                code, unit.path, f"it is listed in {self._names(unit.listed)}, but is no regular file"
            )
        elif wanted - unit.listed.keys():
            self._judge_unlisted(unit, wanted, in_payload=in_payload)
        for index, listing in unit.listed.items():
            if listing.times > 1:
                self._judge_repeat(unit.path, self.manifests[index].name, listing)
        if unit.kind is not Kind.FILE or not unit.listed or unit.path in self.unread:
            return None
        digests = self._digests(unit)
        return Recorded(unit.path, unit.size, digests, unit.holes) if digests else None

    def _digests(self, unit: Unit) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return what is recorded for each algorithm that can be computed; nothing where no digest is usable."""
        digests: dict[str, tuple[str, ...]] = {}
        for index in sorted(unit.listed):
            algorithm = self.manifests[index].algorithm
            usable = tuple([digest for digest in unit.listed[index].digests if digest])
            if algorithm is not None and usable:
                digests[algorithm] = digests.get(algorithm, ()) + usable
        return tuple(digests.items())

    def _judge_repeat(self, path: str, name: str, listing: Listing) -> None:
        if len(listing.digests) > 1:
            code, message = "B310", f"{name} lists it {listing.times} times, with different digests"
        else:
            code = "B312" if self.before_1_0 else "B311"
            message = f"{name} lists it {listing.times} times"
        self.log.add(code, path, f"{message}, first on line {listing.line}")

    def _judge_fetch(self, unit: Unit) -> None:
        if unit.fetched > 1:
            self.log.add("B606", unit.path, f"fetch.txt lists it {unit.fetched} times")
        if self.payload and not unit.listed:
            self.log.add("B604", unit.path, "fetch.txt lists it, but no payload manifest does")
        if unit.kind is Kind.FILE and unit.lengths and unit.size not in unit.lengths:
            self.log.add("B608", unit.path, f"it has {unit.size} bytes, fetch.txt says {unit.lengths[0]}")

    def _judge_absent(self, unit: Unit, *, in_payload: bool) -> None:
        if not unit.listed:
            return
        names = self._names(unit.listed)
        problem = check_path(unit.path)
        if problem is not None:
            self.log.add("B502", unit.path, f"{names}: the path {problem.value}, and there is no such file")
        elif folder := self._unread_above(unit.path):
            self.log.add(
                "B705", unit.path, f"it cannot be seen, because the folder {folder!r} cannot be read"
            )
        elif unit.fetched:
            self.log.add("B605", unit.path, "fetch.txt says where it is to be had")
        else:
            self.log.add(
                "B401" if in_payload else "B404", unit.path, f"it is listed in {names}, but is not there"
            )
        if in_payload:
            self._judge_partly_listed(unit)

    def _unread_above(self, path: str) -> str:
        """Return the folder that hides ``path``; nothing where there is none."""
        folder = path if self.unread else ""
        while folder and folder not in self.unread:
            folder = folder.rpartition("/")[0]
        return folder

    def _judge_folder(self, unit: Unit) -> None:
        if unit.listed:
            names = self._names(unit.listed)
            self.log.add("B318", unit.path, f"{names} lists it, but it is a folder")
        if unit.size == 0 and unit.path != "data":
            self.log.add("B114", unit.path, "the folder is empty, and no manifest can say so")

    def _judge_unlisted(self, unit: Unit, wanted: frozenset[int], *, in_payload: bool) -> None:
        if unit.kind is not Kind.FILE:
            return
        absent = self._names(wanted - unit.listed.keys())
        if in_payload:
            if not unit.listed and not self.unknown & self.payload:
                self.log.add("B402", unit.path, _why_unlisted(unit.path))
            self._judge_partly_listed(unit)
            return
        manifest = parse_manifest_name(unit.path) if "/" not in unit.path else None
        if manifest is None and unit.listed:
            self.log.add("B322", unit.path, f"{absent} does not list it, another tag manifest does")
        elif manifest is None:
            of_signing = told_of_signing(unit.path)
            self.log.add(
                "B325" if of_signing else "B321", unit.path, of_signing or "no tag manifest lists it"
            )
        elif not manifest.of_tags:
            self.log.add("B317" if self.before_1_0 else "B316", unit.path, f"{absent} does not list it")

    def _judge_partly_listed(self, unit: Unit) -> None:
        absent = self.payload - self.unknown - unit.listed.keys()
        if absent and unit.listed and not self.before_1_0:
            message = f"{self._names(absent)} does not list it, {self._names(unit.listed)} does"
            self.log.add("B403", unit.path, message)

    def _names(self, indices: Iterable[int]) -> str:
        return shortened_list([self.manifests[index].name for index in sorted(indices)])


def _why_unlisted(path: str) -> str:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return "its name is not UTF-8, so no manifest can list it"
    return "no payload manifest lists it"
