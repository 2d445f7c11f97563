"""Which albums the damage to a bag affects, from its findings and from what its own record says of its files."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from archiver.bagit.codes import FINDING_KINDS
from archiver.bagit.findings import Effect, Finding, Severity, Subject
from archiver.bagit.names import PAYLOAD
from archiver.bagit.report import BagReport, Depth
from archiver.model.album import album_folder
from archiver.records.tracks import Track

_STATES = (Effect.CHANGED, Effect.UNREADABLE, Effect.MISSING)
"""What findings say of a payload file that was recorded, the gravest last."""

_NAMED = (Subject.FILE, Subject.FOLDER, Subject.TAG_FILE)
"""Where only such are wrong, the findings tell of every recorded file that is not intact."""


@dataclass(frozen=True, slots=True)
class AffectedAlbum:
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


def affected_albums(findings: Iterable[Finding], tracks: Mapping[str, Track]) -> tuple[AffectedAlbum, ...]:
    """Return the albums in the order of their folders.

    An album is a folder and a title; a file without a title, such as a cover, goes with the others in its folder
    where these have one title only.

    Args:
        findings: About one bag.
        tracks: What its record says of payload paths.
    """
    states = _states(findings)
    folders: dict[str, dict[str, Counter[Effect]]] = defaultdict(lambda: defaultdict(Counter))
    for path, state in states.items():
        title = tracks[path].album.strip() if path in tracks else ""
        folders[album_folder(path)][title][state] += 1
    return tuple(
        AffectedAlbum(title, folder, *(counts[state] for state in _STATES))
        for folder, titles in sorted(folders.items())
        for title, counts in _joined(titles).items()
    )


def tells_all(report: BagReport) -> bool:
    """Whether no other file than those that the findings name can be damaged or missing."""
    errors = [kind for kind in report.kinds() if kind.severity is Severity.ERROR]
    named = all(kind.subject in _NAMED and kind.effect is not Effect.UNREAD for kind in errors)
    # without a path, a finding counts those that were left out; with that of a manifest, more may be wrong
    of_files = all(one.path.startswith(PAYLOAD) for one in report.findings if _state(one) is not None)
    return report.depth is Depth.FULL and of_files and named


def _state(finding: Finding) -> Effect | None:
    """What the finding says of a file; ``None`` where it says nothing of one that was recorded."""
    kind = FINDING_KINDS[finding.code]
    return kind.effect if kind.subject is Subject.FILE and kind.effect in _STATES else None


def _states(findings: Iterable[Finding]) -> dict[str, Effect]:
    """By payload path, in order, what is wrong with a file that was recorded."""
    told: dict[str, Effect] = {}
    for finding in findings:
        state = _state(finding)
        if state is not None and finding.path.startswith(PAYLOAD):
            told[finding.path] = max(state, told.get(finding.path, state), key=_STATES.index)
    return dict(sorted(told.items()))


def _joined(titles: Mapping[str, Counter[Effect]]) -> Mapping[str, Counter[Effect]]:
    named = [title for title in titles if title]
    if len(named) != 1:
        return titles
    return {named[0]: titles[named[0]] + titles.get("", Counter())}
