"""What a person is told about a bag: the verdict first, then what broke, by album and track, then what to do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from archiver.bagit.codes import FINDING_KINDS
from archiver.bagit.findings import Finding, Severity
from archiver.bagit.report import Depth
from archiver.bagit.sizes import human_size
from archiver.cli.text import count, shown, wrapped
from archiver.records.tracks import Track
from archiver.usecases.verify import VerifiedBag

_EXAMPLES = 10
_ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_TITLES = {Severity.ERROR: "Wrong", Severity.WARNING: "Worth a look", Severity.INFO: "Noted"}


def bag_lines(outcome: VerifiedBag) -> Iterator[str]:
    """Yield the lines about one bag."""
    report = outcome.report
    yield wrapped(f"{shown(report.bag)}: {_verdict(outcome)}")
    if report.version is not None:
        yield wrapped(
            f"BagIt {shown(report.version)}, {count(report.files, 'payload file')}, {human_size(report.bytes)}"
            + (f", {', '.join(report.algorithms)}" if report.algorithms else ""),
            indent="  ",
        )
    for severity in _ORDER:
        findings = [finding for finding in report.findings if finding.severity is severity]
        if findings:
            yield f"\n  {_TITLES[severity]}"
            yield from _finding_lines(outcome, findings)
    if outcome.update_pending:
        text = "An update of its tag files was interrupted. Give the same archiver bag command again to complete it."
        yield "\n" + wrapped(text, indent="  ")
    if outcome.mismatches is not None:
        yield from _profile_lines(outcome.mismatches)
    if outcome.albums:
        yield "\n  Albums touched"
        yield from _album_lines(outcome)
    if report.complete is False or report.valid is False:
        yield from _advice(outcome)


def summary_lines(seen: int, failed: int) -> Iterator[str]:
    """Yield the lines about all bags together."""
    if failed:
        yield f"{count(seen, 'bag')} checked: {seen - failed:,} as they should be, {failed:,} not."
    else:
        yield f"{count(seen, 'bag')} checked: all as they should be."


def _profile_lines(mismatches: tuple[Finding, ...]) -> Iterator[str]:
    wrong = sum(finding.severity is Severity.ERROR for finding in mismatches)
    yield f"\n  Profile: {'does NOT conform' if wrong else 'conforms'}"
    for code, group in groupby(mismatches, key=lambda finding: finding.code):
        alike = list(group)
        for finding in alike[:_EXAMPLES]:
            place = f"{finding.path}: " if finding.path not in finding.message else ""
            yield wrapped(f"{code}  {shown(place + finding.message)}", indent="    ")
        if len(alike) > _EXAMPLES:
            yield f"          and {len(alike) - _EXAMPLES:,} more; see --json"
        yield wrapped(FINDING_KINDS[code].advice, indent="          ")


def _verdict(outcome: VerifiedBag) -> str:
    report = outcome.report
    if report.valid:
        return "valid. Every file is there, and every byte is as it was recorded."
    if report.version is None and report.counts.keys() & {"B101", "B102", "B801", "B818"}:
        return "this is no bag that can be read."
    if report.complete is False:
        return "NOT COMPLETE." if report.valid is None else "NOT VALID, and not complete."
    if report.valid is False:
        return "NOT VALID."
    if report.depth is Depth.COMPLETE:
        return "complete. Every file is there; no file's bytes were checked."
    return "names, sizes and totals agree; no file's bytes were checked."


def _finding_lines(outcome: VerifiedBag, findings: list[Finding]) -> Iterator[str]:
    for code, group in groupby(findings, key=lambda finding: finding.code):
        members = list(group)
        number = outcome.report.counts.get(code, len(members))
        yield wrapped(f"{code}  {FINDING_KINDS[code].title}: {number:,}  ({members[0].spec})", indent="    ")
        for finding in members[:_EXAMPLES]:
            where = f"{shown(finding.path)}: " if finding.path else ""
            yield wrapped(f"{where}{shown(finding.message)}", indent="          ")
            track = outcome.tracks.get(finding.path)
            if track is not None and any((track.title, track.album)):
                yield wrapped(_track(track), indent="          ")
        if number > _EXAMPLES:
            yield f"          and {number - min(_EXAMPLES, len(members)):,} more; --json lists them"


def _album_lines(outcome: VerifiedBag) -> Iterator[str]:
    for name, files in outcome.albums[:_EXAMPLES]:
        yield wrapped(f"{shown(name)}: {count(files, 'file')}", indent="    ")
    if len(outcome.albums) > _EXAMPLES:
        yield f"    and {len(outcome.albums) - _EXAMPLES:,} more"
    if outcome.faulty is not None:
        yield "    No other album is touched."


def _track(track: Track) -> str:
    words = [f'"{shown(track.title)}"' if track.title else "a track"]
    if track.artist:
        words.append(f"by {shown(track.artist)}")
    if track.album:
        words.append(f'on the album "{shown(track.album)}"')
    return "  this is " + " ".join(words)


def _advice(outcome: VerifiedBag) -> Iterator[str]:
    report = outcome.report
    errors = sorted({finding.code for finding in report.findings if finding.severity is Severity.ERROR})
    yield "\n  What to do"
    full = report.version is not None and report.files and report.depth is Depth.FULL and "B115" not in errors
    if full and outcome.faulty is not None:
        whole = f"{report.files - outcome.faulty:,} of {count(report.files, 'payload file')}"
        yield wrapped(f"{whole} have no fault of their own.", indent="    ")
    for advice in dict.fromkeys(FINDING_KINDS[code].advice for code in errors):
        yield wrapped(advice, indent="    ")
    yield wrapped("Nothing in the bag was changed by this check.", indent="    ")
