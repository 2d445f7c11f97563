"""What was found out about one bag, as an object for programs."""

from __future__ import annotations

import dataclasses
from typing import Any

from archiver.bagit.findings import Finding
from archiver.cli.reports.signatures import signature_record
from archiver.usecases.verify.affected_albums import AffectedAlbum
from archiver.usecases.verify.verify import VerifiedBag


def verified_json(outcome: VerifiedBag) -> dict[str, Any]:
    """Return the object."""
    report = outcome.report
    return {
        "bag": report.bag,
        "depth": report.depth.value,
        "version": report.version,
        "valid": report.valid,
        "complete": report.complete,
        "intact": report.intact,
        "files": report.files,
        "bytes": report.bytes,
        "algorithms": list(report.algorithms),
        "update_pending": outcome.update_pending,
        "recovery_sets": outcome.recovery_sets,
        "albums": list(map(_album, outcome.albums)),
        "problems": [_finding(finding) | {"track": _track(outcome, finding)} for finding in report.findings],
        "signatures": list(map(signature_record, outcome.signatures)),
        "unsigned": outcome.unsigned,
        "profile": None if outcome.mismatches is None else list(map(_finding, outcome.mismatches)),
    }


def _track(outcome: VerifiedBag, finding: Finding) -> dict[str, str] | None:
    track = outcome.tracks.get(finding.path)
    return None if track is None else dataclasses.asdict(track)


def _album(album: AffectedAlbum) -> dict[str, str | int]:
    return {
        "album": album.title or album.folder,
        "folder": album.folder,
        "files": album.files,
        "damaged": album.damaged,
        "unreadable": album.unreadable,
        "missing": album.missing,
    }


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "path": finding.path,
        "message": finding.message,
        "spec": finding.spec,
    }
