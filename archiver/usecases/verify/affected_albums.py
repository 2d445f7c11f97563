"""Which albums the damage to a bag touches, from its findings and from what its own record says of its files."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from archiver.bagit.findings import Finding, Severity
from archiver.bagit.names import PAYLOAD
from archiver.bagit.report import BagReport, Depth
from archiver.model.album import album_folder
from archiver.records.tracks import Track

_STATES = {
    **dict.fromkeys(("B411", "B412", "B706", "B821"), "damaged"),
    "B705": "unreadable",
    **dict.fromkeys(("B401", "B605"), "missing"),
}
"""What findings say of a payload file that was recorded, the gravest last."""

_GRAVITY = {code: place for place, code in enumerate(_STATES)}

_APART = frozenset({"B206", "B402", "B404", "B413", "B701", "B702", "B704"})
"""Errors after which the findings still tell of every recorded file that is not intact."""


@dataclass(frozen=True, slots=True)
class TouchedAlbum:
    """An album that damaged, unreadable or missing files belong to.

    Attributes:
        title: As the tags in the bag's record have it; empty where it has none.
        folder: Path of its folder in the bag.
        damaged: Files that are not what was recorded.
        unreadable: Files that could not be read.
        missing: Files that are not there.
    """

    title: str
    folder: str
    damaged: int
    unreadable: int
    missing: int

    @property
    def files(self) -> int:
        """How many files that are."""
        return self.damaged + self.unreadable + self.missing


def touched_albums(findings: Iterable[Finding], tracks: Mapping[str, Track]) -> tuple[TouchedAlbum, ...]:
    """Return the albums in the order of their folders.

    An album is a folder and a title; a file without a title, such as a cover, goes with the others in its folder
    where these have one title only.

    Args:
        findings: About one bag.
        tracks: What its record says of payload paths.
    """
    states = _states(findings)
    folders: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for path, state in states.items():
        title = tracks[path].album.strip() if path in tracks else ""
        folders[album_folder(path)][title][state] += 1
    return tuple(
        TouchedAlbum(title, folder, counts["damaged"], counts["unreadable"], counts["missing"])
        for folder, titles in sorted(folders.items())
        for title, counts in _joined(titles).items()
    )


def tells_all(report: BagReport) -> bool:
    """Whether no other file than those that the findings name can be damaged or missing."""
    errors = {finding.code for finding in report.findings if finding.severity is Severity.ERROR}
    # without a path, a finding counts those that were left out; with that of a manifest, more may be wrong
    of_files = all(one.path.startswith(PAYLOAD) for one in report.findings if one.code in _STATES)
    return report.depth is Depth.FULL and of_files and errors <= _APART | _STATES.keys()


def _states(findings: Iterable[Finding]) -> dict[str, str]:
    """By payload path, in order, what is wrong with a file that was recorded."""
    told: dict[str, str] = {}
    of_files = (one for one in findings if one.code in _STATES and one.path.startswith(PAYLOAD))
    for finding in sorted(of_files, key=lambda one: _GRAVITY[one.code]):
        told[finding.path] = _STATES[finding.code]
    return dict(sorted(told.items()))


def _joined(titles: Mapping[str, Counter[str]]) -> Mapping[str, Counter[str]]:
    named = [title for title in titles if title]
    if len(named) != 1:
        return titles
    return {named[0]: titles[named[0]] + titles.get("", Counter())}
