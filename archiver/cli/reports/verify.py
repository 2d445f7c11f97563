"""What a person is told about a bag: the verdict first, then what broke, by album and track, then what to do."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from itertools import groupby

from archiver.bagit.codes import FINDING_KINDS
from archiver.bagit.findings import Effect, Finding, Severity, Subject
from archiver.bagit.report import BagReport, Depth
from archiver.bagit.sizes import human_size
from archiver.cli.reports.alike import alike_lines
from archiver.cli.reports.signatures import signature_lines
from archiver.cli.terminal.text import brief, count, shown, shown_path, wrapped
from archiver.records.integrity import damaged_when_packed
from archiver.records.tracks import Track
from archiver.records.visible import shortened
from archiver.usecases.verify.affected_albums import AffectedAlbum
from archiver.usecases.verify.verify import Targets, VerifiedBag

FEW = 10
"""How many of a kind a report shows, unless more are asked for."""

_OF_SIGNING = "B325"
"""Signatures are told of by themselves."""

_TITLE_COLUMNS = 60
_TITLES = {Severity.ERROR: "Wrong", Severity.WARNING: "Worth a look", Severity.INFO: "Noted"}
_UNREAD = "no file's bytes were checked"


def bag_lines(outcome: VerifiedBag, most: int = FEW) -> Iterator[str]:
    """Yield the lines about one bag.

    Args:
        outcome: What was found out about it.
        most: How many findings of each kind, and how many albums, are shown.
    """
    report = outcome.report
    yield wrapped(f"{shown_path(report.bag)}: {verdict(outcome)}")
    if report.version is not None:
        yield wrapped(
            f"BagIt {shown(report.version)}, {count(report.files, 'payload file')}, {human_size(report.bytes)}"
            + (f", {brief(', '.join(report.algorithms))}" if report.algorithms else "")
            + (f", {count(outcome.recovery_sets, 'set')} of recovery data" if outcome.recovery_sets else ""),
            indent="  ",
        )
    damaged = damaged_when_packed(report.metadata)
    if damaged:
        yield wrapped(
            f"{count(damaged, 'audio file was', 'audio files were')} damaged already when packed;"
            " metadata/files.csv says which and where.",
            indent="  ",
        )
    for severity in Severity:
        findings = [one for one in report.findings if one.severity is severity and one.code != _OF_SIGNING]
        if findings:
            yield f"\n  {_TITLES[severity]}"
            yield from _finding_lines(outcome, findings, most)
    if outcome.mismatches is not None:
        yield from _profile_lines(outcome.mismatches, most)
    if outcome.signatures or outcome.unsigned:
        yield from signature_lines(outcome, most)
    if outcome.albums:
        yield "\n  Albums affected"
        yield from album_lines(outcome, most)
    if report.complete is False or report.valid is False:
        yield from _intact_lines(outcome)
        yield "\n  What to do"
        yield from _advice_lines(outcome)
    elif outcome.update_pending:
        yield "\n  What to do"
        yield from _completing_lines(outcome)


def summary_lines(seen: int, failed: Sequence[tuple[str, str]], depth: Depth) -> Iterator[str]:
    """Yield the lines about all bags together.

    Args:
        seen: How many bags were checked.
        failed: Path and verdict of each that is not as it should be.
        depth: How much of each was checked.
    """
    checked = f"{count(seen, 'bag')} checked" + ("" if depth is Depth.FULL else ", but no file's bytes")
    if not failed:
        yield f"{checked}: all as they should be."
        return
    yield wrapped(f"{checked}: {seen - len(failed):,} as they should be, {len(failed):,} not:")
    for bag, said in failed:
        yield wrapped(f"{shown_path(bag)}: {said}", indent="  ", below="    ")


def aside_lines(targets: Targets) -> Iterator[str]:
    """Yield the lines about what lies beside the bags of a store and was not checked; nothing where nothing does."""
    for title, paths in (
        ("No bags by their names, and not checked:", targets.passed_over),
        ("Unfinished packages, which the command that began one goes on with:", targets.unfinished),
    ):
        if paths:
            yield wrapped(title)
            yield from (wrapped(shown_path(path), indent="  ", below="    ") for path in paths[:FEW])
            if len(paths) > FEW:
                yield f"  and {len(paths) - FEW:,} more"


def verdict(outcome: VerifiedBag) -> str:
    """Return one sentence or two on what a bag is."""
    report = outcome.report
    if report.version is None and not report.algorithms:
        return "this is no bag that can be read."
    if is_another(report):
        return "valid in itself, but NOT the bag that it was when it was last known."
    if report.complete is False:
        if report.valid is None:
            return "NOT COMPLETE."
        # what is there and should not be makes a bag as incomplete for RFC 8493
        return "NOT VALID, and not complete." if report.has(Effect.MISSING) else "NOT VALID."
    if report.valid is False:
        return "NOT VALID."
    said = [_proved(report)]
    if any(finding.severity is Severity.ERROR for finding in outcome.mismatches or ()):
        said.append("It does NOT conform to the profile.")
    if outcome.broken_signatures:
        said.append("A signature does NOT hold.")
    if outcome.unsigned:
        said.append("It is NOT signed as required.")
    return " ".join(said)


def is_another(report: BagReport) -> bool:
    """Whether all that is wrong with a bag is that it is not the one that was recorded elsewhere."""
    return report.count(Severity.ERROR) == 1 and report.has(Effect.CHANGED, Subject.MANIFEST)


def _proved(report: BagReport) -> str:
    """What a check that found nothing wrong has shown, and what it has not looked at."""
    if report.depth is Depth.FULL:
        return "valid. Every file is there, and every byte is as it was recorded."
    if report.depth is Depth.COMPLETE:
        return f"complete. Every file is there; {_UNREAD}."
    if report.has(Effect.UNCOUNTED):
        return f"every name is as recorded; no size was compared, and {_UNREAD}."
    return f"names, number and size of its files are as recorded; {_UNREAD}."


def _profile_lines(mismatches: tuple[Finding, ...], most: int) -> Iterator[str]:
    wrong = sum(finding.severity is Severity.ERROR for finding in mismatches)
    yield f"\n  Profile: {'does NOT conform' if wrong else 'conforms'}"
    for code, group in groupby(mismatches, key=lambda finding: finding.code):
        alike = list(group)
        for finding in alike[:most]:
            place = f"{finding.path}: " if finding.path not in finding.message else ""
            yield wrapped(f"{code}  {brief(place + finding.message)}", indent="    ")
        if len(alike) > most:
            yield f"          and {len(alike) - most:,} more; --verbose lists them"
        yield wrapped(FINDING_KINDS[code].advice, indent="          ")


def _finding_lines(outcome: VerifiedBag, findings: list[Finding], most: int) -> Iterator[str]:
    for code, group in groupby(findings, key=lambda finding: finding.code):
        # one without a path after others counts those that were left out
        kept = [one for place, one in enumerate(group) if one.path or not place]
        number = outcome.report.counts.get(code, len(kept))
        yield wrapped(f"{code}  {FINDING_KINDS[code].title}: {number:,}  ({kept[0].spec})", indent="    ")
        for _, alike in groupby(kept[:most], key=lambda finding: finding.message):
            yield from alike_lines(list(alike), "          ", lambda path: _track_lines(outcome, path))
        if number > most:
            yield f"          and {number - min(most, len(kept)):,} more{_how_listed(number, len(kept), most)}"


def _how_listed(number: int, kept: int, most: int) -> str:
    """Say how more of a kind can be seen; of the findings only so many are kept."""
    if kept <= most:
        return ""
    return "; --verbose lists them" if number <= kept else f"; --verbose lists the first {kept:,}"


def _track_lines(outcome: VerifiedBag, path: str) -> Iterator[str]:
    track = outcome.tracks.get(path)
    if track is not None and any((track.title, track.album)):
        yield wrapped(_track(track), indent="            ")


def album_lines(outcome: VerifiedBag, most: int) -> Iterator[str]:
    """Yield the albums that the damage to a bag affects, at most so many, and whether there may be more."""
    for album in outcome.albums[:most]:
        yield wrapped(_album(album), indent="    ", below="      ")
    if len(outcome.albums) > most:
        yield f"    and {len(outcome.albums) - most:,} more; --verbose lists them"
    if outcome.all_albums:
        yield "    No other album is affected."
    elif any(number > len(outcome.report.findings) for number in outcome.report.counts.values()):
        yield "    There may be more: not all findings are kept."


def _album(album: AffectedAlbum) -> str:
    states = (("damaged", album.damaged), ("unreadable", album.unreadable), ("missing", album.missing))
    told = ", ".join(f"{number:,} {state}" for state, number in states if number)
    title = f"{_short(album.title)}, in " if album.title else ""
    return f"{title}{shown_path(album.folder)}: {told}"


def _track(track: Track) -> str:
    words = [f'"{_short(track.title)}"' if track.title else "a track"]
    if track.artist:
        words.append(f"by {_short(track.artist)}")
    if track.album:
        words.append(f'on the album "{_short(track.album)}"')
    return "this is " + " ".join(words)


def _short(text: str) -> str:
    """Return text from a tag, which may hold anything and be of any length, for a line of the report."""
    return shortened(shown(text[: 10 * _TITLE_COLUMNS]), _TITLE_COLUMNS)


def _intact_lines(outcome: VerifiedBag) -> Iterator[str]:
    report = outcome.report
    if report.intact is None:
        yield f"\n  What is intact\n    Not known: {_UNREAD}."
    elif report.files:
        intact = "No payload file is known to be"
        if report.intact:
            intact = count(report.intact, "payload file is", "payload files are")
        yield f"\n  What is intact\n    {intact} as recorded, byte for byte."


def _advice_lines(outcome: VerifiedBag) -> Iterator[str]:
    report = outcome.report
    if outcome.update_pending:
        yield from _completing_lines(outcome)
        return
    advised: dict[str, list[str]] = {}
    for code in sorted({finding.code for finding in report.findings if finding.severity is Severity.ERROR}):
        advised.setdefault(FINDING_KINDS[code].advice, []).append(code)
    for advice, codes in advised.items():
        yield wrapped(f"{', '.join(codes)}: {advice}", indent="    ", below="      ")
    bag = shown(shlex.quote(report.bag))
    if outcome.meant is not None:
        yield wrapped("It lies in a bag. Perhaps you meant:", indent="    ")
        yield f"      archiver verify {shown(shlex.quote(outcome.meant))}"
    elif report.depth is Depth.FAST and report.has(Effect.MISCOUNTED):
        yield wrapped(f"To learn which files these are: archiver verify {bag}", indent="    ", below="      ")
    elif any(report.has(effect) for effect in (Effect.CHANGED, Effect.MISSING, Effect.UNREADABLE)):
        yield wrapped("To learn what can be healed: archiver heal --dry-run BAG", indent="    ")
    yield wrapped("Nothing in the bag was changed by this check.", indent="    ")


def _completing_lines(outcome: VerifiedBag) -> Iterator[str]:
    report = outcome.report
    yield wrapped(
        "An update of its tag files was interrupted, so they may not fit each other. Any archiver bag command"
        " completes it and changes no payload, such as:",
        indent="    ",
    )
    algorithm = shown(shlex.quote(next(iter(report.algorithms), "sha512")))
    yield f"      archiver bag add-algorithm {shown(shlex.quote(report.bag))} {algorithm}"
    yield wrapped("Then verify the bag again.", indent="    ")
