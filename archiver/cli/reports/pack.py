"""What a person, or a program, is told after packing."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from archiver.bagit.sizes import human_size
from archiver.cli.reports.findings import (
    every_problem_lines,
    listed_lines,
    personal_line,
    personal_told,
    problem_lines,
    protection_told,
    unchecked_told,
    unread_told,
    unseen_line,
    unseen_told,
)
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.reports.left_out import (
    clutter_lines,
    every_left_out_lines,
    left_out_lines,
    left_out_records,
)
from archiver.cli.reports.pack_again import change_lines, changes_record, verbose_change_lines
from archiver.cli.terminal.text import columns, count, shown, shown_path, wrapped
from archiver.model.audio import ExaminedFile, Role
from archiver.model.package import WithheldFile, assessed_file, withheld_file
from archiver.model.rights import Decision, Disposition, Reason
from archiver.model.rights_summary import RightsSummary
from archiver.model.sound import SoundState
from archiver.model.totals import Totals
from archiver.records.accrual import accrued_words
from archiver.records.integrity import counted_states
from archiver.records.rights.grounds import ground_words
from archiver.records.rights.labels import share_in_package
from archiver.rights.rules import speaks_of_disposition
from archiver.usecases.pack.report import PackReport
from archiver.usecases.pack.room import MARGIN_BYTES

_WITHHELD_SHOWN = 5
_SPLITS_SHOWN = 10


def report_lines(report: PackReport) -> Iterator[str]:
    """Yield the report: what was packed, what was not and why, how to verify it later."""
    totals = report.totals
    done = "Would pack" if report.dry_run else "Packed"
    if report.continued and not report.dry_run:
        yield "Went on with a run that was interrupted."
        if report.room.kept_files:
            kept = count(report.room.kept_files, "file")
            yield wrapped(f"Copied already by it and kept: {kept}, {human_size(report.room.kept)}.")
    yield wrapped(_packed(done, totals))
    for bag in report.bags:
        yield f"  {shown(bag)}"
    if report.new_store:
        made = "Would make" if report.dry_run else "Made"
        yield wrapped(f"{made} a new store at {shown(os.path.dirname(report.bags[0]))}.")
    yield from _accrual_lines(report)
    yield from _split_lines(report)
    yield ""
    yield from change_lines(report)
    yield wrapped(_account(totals))
    yield from _read_lines(totals)
    yield from clutter_lines(totals)
    yield from left_out_lines(totals)
    summary = report.rights
    yield from _rights_lines(report, summary)
    if report.silences:
        yield "\nNot heard as it was meant"
        yield from (wrapped(shown(told), indent="  ", below="    ") for told in report.silences)
    yield from _held_back_lines(report, summary)
    if totals.problems:
        yield "\nWhat needs attention"
        yield from problem_lines(Counter(totals.problems), report.problems)
        yield from _name_lines(report)
    if report.unfinished:
        yield "\nUnfinished packages wait in the store's .incoming folder:"
        yield from (f"  {shown(left.name)}  {human_size(left.bytes)}" for left in report.unfinished)
        yield wrapped("Give the command that began one again to finish it. To clear them all:", indent="  ")
        yield f"  archiver store clean {shown(shlex.quote(os.path.dirname(report.bags[0])))}"
    if report.dry_run:
        yield from _room_lines(report)
        yield "\nNothing was written. Leave out --dry-run to pack."
    else:
        yield from _verify_lines(report)


def _accrual_lines(report: PackReport) -> Iterator[str]:
    """What the bags add to, and what of them was there already."""
    if report.accrual is None:
        return
    told = "" if report.dry_run else f": {accrued_words(report.accrual, report.accrued)}"
    adds = "Would add" if report.dry_run else "Adds"
    yield wrapped(shown(f"{adds} to {report.accrual.told}{told}."))


def _packed(done: str, totals: Totals) -> str:
    if not totals.files:
        return f"{done} no file: the bag records how the source is now."
    return (
        f"{done} {count(totals.files, 'file')}, {human_size(totals.bytes)}:"
        f" {count(len(totals.albums), 'album')}, {count(totals.roles[Role.AUDIO], 'audio file')}."
    )


def _read_lines(totals: Totals) -> Iterator[str]:
    """What the one read of every file has shown."""
    counted = counted_states(totals.sound)
    if counted:
        yield wrapped(f"The music, read through: {counted}.")
    if totals.confirmed:
        yield wrapped(f"Checksums that lists give held for {count(totals.confirmed, 'file')}.")


def _account(totals: Totals) -> str:
    """What was seen and what became of it; links and what was left out are named where there are any."""
    shares = [f"packed {totals.files:,}"]
    shares += [f"held {totals.held:,}"] if totals.held else []
    shares += [f"withheld {totals.withheld:,}"]
    shares += [f"links {totals.links:,}"] if totals.links else []
    shares += [f"left out {totals.left_out.total():,}"] if totals.left_out else []
    shares.append(f"problems {totals.lost:,}")
    empty = f" {count(totals.empty_folders, 'empty folder')} listed." if totals.empty_folders else ""
    return f"Seen {totals.seen:,} = {' + '.join(shares)}.{empty}"


def _room_lines(report: PackReport) -> Iterator[str]:
    room = report.room
    yield "\n" + wrapped(f"Room on the store's disk: {human_size(room.needed)} are needed: {room.told}.")
    if room.free is not None:
        fits = "" if room.fits else " This does not fit: the run would be refused."
        yield wrapped(f"Free there: {human_size(room.free)}.{fits}")


def _name_lines(report: PackReport) -> Iterator[str]:
    """Say how many names other systems and programs would refuse, and which option avoids it."""
    refused = report.refused_elsewhere
    if refused:
        avoided = "; --names portable stores them otherwise" if report.names == "exact" else ""
        yield wrapped(
            f"Other systems or other BagIt programs may refuse {count(refused, 'name')} of these{avoided}.",
            indent="  ",
        )


def verbose_lines(report: PackReport) -> Iterator[str]:
    """Yield every file that the report counts among those that need attention, by name."""
    yield from verbose_change_lines(report)
    if report.totals.withheld:
        yield "\nEvery file that a decision withheld"
        for file in filter(None, map(withheld_file, report.noted)):
            yield from _withheld_file(file)
    yield from listed_lines("Protected files", _examined(report), protection_told)
    yield from listed_lines("Files whose protection was not seen", _examined(report), unseen_told)
    yield from listed_lines("Files that carry personal data", _examined(report), personal_told)
    yield from listed_lines("Files that were not read whole for it", _examined(report), unread_told)
    yield from listed_lines("Music in which nothing could be checked", _examined(report), unchecked_told)
    yield from every_left_out_lines(report.noted)
    yield from every_problem_lines(report.problems)


def _examined(report: PackReport) -> Iterator[ExaminedFile]:
    return (file.examined for file in filter(None, map(assessed_file, report.noted)))


def _held_back_lines(report: PackReport, summary: RightsSummary) -> Iterator[str]:
    """What is packed and closed, and what is not packed, each with its reasons counted."""
    closed = list(_because_lines(summary, packed=True))
    if closed:
        yield "\nPacked, but closed until a person decides or a date comes"
        yield from closed
    if report.totals.withheld:
        yield "\nWithheld by a decision"
        yield from _because_lines(summary, packed=False)
        yield from _withheld_lines(report)


def _because_lines(summary: RightsSummary, *, packed: bool) -> Iterator[str]:
    """Numbers of files by what closed them or kept them out."""
    for ground, files in summary.because:
        if ground.disposition.packed is packed:
            yield wrapped(f"{count(files, 'file')}: {shown(ground_words(ground))}", indent="  ", below="    ")


def _rights_lines(report: PackReport, summary: RightsSummary) -> Iterator[str]:
    words = {
        Disposition.INCLUDE: "included",
        Disposition.RESTRICT: "restricted",
        Disposition.EXCLUDE: "excluded",
        Disposition.REVIEW: "held for review",
    }
    dispositions = {one: number for one, number in summary.dispositions if number}
    if not summary.declarations and set(dispositions) <= {Disposition.INCLUDE}:
        where = "archiver rights template" if report.dry_run else "metadata/rights/README.txt in the bag"
        yield wrapped(f"No rights are declared. To read on: {where}.")
    else:
        counts = ", ".join(f"{number:,} {words[one]}" for one, number in dispositions.items())
        yield wrapped(
            f"Rights under the policy {shown(report.policy)}: {counts}. Basis unknown for {summary.unknown:,}."
        )
    held = dict(summary.in_bag.protection)
    for name, number in summary.protection:
        share = share_in_package(number, held.get(name, 0))
        yield wrapped(f"Protected, {shown(name)}: {count(number, 'file')}{share}.")
    if summary.unseen_files:
        yield wrapped(f"{unseen_line(summary.unseen_files)}.")
    personal = personal_line(
        summary.personal_files,
        summary.unread_files,
        share_in_package(summary.personal_files, summary.in_bag.personal_files),
        share_in_package(summary.unread_files, summary.in_bag.unread_files),
    )
    if personal:
        yield wrapped(f"{personal}; see metadata/rights/README.txt.")
    for remark in report.remarks:
        yield wrapped(f"Worth a look: {shown(remark)}")


def _split_lines(report: PackReport) -> Iterator[str]:
    cut = report.cut_albums
    for album, bags in islice(cut.items(), _SPLITS_SHOWN):
        first, last = (shown(bag.rpartition("/")[2]) for bag in (bags[0], bags[-1]))
        yield wrapped(
            f"{first} to {last}: the album {shown_path(album) or '(top folder)'} alone is larger than a bag may be"
            " and was cut."
        )
    if len(cut) > _SPLITS_SHOWN:
        yield f"And {count(len(cut) - _SPLITS_SHOWN, 'more album')} cut."
    alone = {bag for bag, part in zip(report.bags, report.parts, strict=True) if part.oversize}
    for bag in report.oversize[:_SPLITS_SHOWN]:
        why = "because its one file is." if bag in alone else "by what describes its files."
        yield wrapped(f"{shown(bag.rpartition('/')[2])} is larger than asked for, {why}")
    if len(report.oversize) > _SPLITS_SHOWN:
        yield f"And {count(len(report.oversize) - _SPLITS_SHOWN, 'more bag')} larger than asked for."


def _withheld_lines(report: PackReport) -> Iterator[str]:
    for file in islice(filter(None, map(withheld_file, report.noted)), _WITHHELD_SHOWN):
        yield from _withheld_file(file)
    remaining = report.totals.withheld - _WITHHELD_SHOWN
    if remaining > 0:
        yield f"  and {remaining:,} more; --verbose lists them, and so does metadata/rights"
    if report.names_withheld:
        yield wrapped(
            "Names of withheld files stand in the records of the bag; --anonymous-withheld leaves them out.",
            indent="  ",
        )


def _withheld_file(entry: WithheldFile) -> Iterator[str]:
    decision = entry.assessed.decision
    yield wrapped(f"{shown_path(entry.assessed.path)}: {decision.disposition.value}", indent="  ")
    yield from (wrapped(shown(reason.text), indent="        ") for reason in _telling(decision))


def _telling(decision: Decision) -> Iterator[Reason]:
    """The weightiest reason for the disposition, then what was answered for its act, or else the next such reason."""
    grounds = [reason for reason in decision.reasons if speaks_of_disposition(reason)]
    first = next(iter(grounds or decision.reasons), None)
    if first is None:
        return
    yield first
    answered = (reason for reason in decision.reasons if reason.act is first.act and reason not in grounds)
    yield from islice(grounds[1:] if first.act is None else answered, 1)


def _verify_lines(report: PackReport) -> Iterator[str]:
    several = len(report.bags) > 1
    it = "them" if several else "it"
    bag = shown(shlex.quote(report.bags[0]))
    verify = f"  archiver verify {_group_pattern(report.bags) if several else bag}"
    # sha512sum calls a list of nothing malformed
    by_sum = "sha512" in report.algorithms and report.totals.files > 0
    if not by_sum or not os.path.isdir(report.bags[0]):
        yield f"\nTo check {it} later:"
        yield verify
        return
    yield "\n" + wrapped(f"To check {it} later, with this program or with nothing but sha512sum:")
    yield verify
    check = "sha512sum -c --quiet manifest-sha512.txt"
    command = f"cd {bag} && {check}"
    if several:
        yield f"  {check}   (in the folder of each)"
    else:
        yield f"  {command}" if len(command) < columns() - 2 else f"  cd {bag}\n  {check}"
    if report.escaped:
        yield wrapped(
            "Files with a percent sign or a line break in their name need archiver verify: BagIt writes these"
            " characters in a way that sha512sum does not know."
        )


def _group_pattern(bags: Sequence[str]) -> str:
    """The bags of a group for a shell, which puts their numbers in the place of the star."""
    stem, _, ending = bags[0].rpartition("_1_of_")
    return f"{shown(shlex.quote(stem))}_*_of_{ending}"


def write_report_json(report: PackReport) -> None:
    """Write the report as ``archiver.pack/1``."""
    totals = report.totals
    members: dict[str, Any] = {
        "dry_run": report.dry_run,
        "nothing_new": False,
        "collection": report.collection,
        "accession": report.accession,
        "since": report.since,
        "changes": changes_record(report.changes),
        "bag": report.bags[0],
        "bags": list(report.bags),
        "files": {
            "seen": totals.seen,
            "packed": totals.files,
            "held": totals.held,
            "withheld": totals.withheld,
            "links": totals.links,
            "left_out": totals.left_out.total(),
            "problems": totals.lost,
        },
        "bytes": totals.bytes,
        "held_bytes": totals.held_bytes,
        "integrity": {state.value: totals.sound[state] for state in SoundState} if totals.sound else None,
        "albums": len(totals.albums),
        "empty_folders": totals.empty_folders,
        "confirmed_files": totals.confirmed,
        "left_out_folders": totals.left_out_folders,
        "algorithms": list(report.algorithms),
        "continued": report.continued,
        "cut": [{"album": album, "bags": bags} for album, bags in report.cut_albums.items()],
        "oversize": list(report.oversize),
        "room": {
            "needed": report.room.needed,
            "files": report.room.files,
            "descriptions": report.room.descriptions,
            "recovery": report.room.recovery,
            "archive": report.room.archive,
            "kept": report.room.kept,
            "margin": MARGIN_BYTES,
            "free": report.room.free,
        },
        "new_store": report.new_store,
        "kept_files": report.room.kept_files,
        "unfinished": [{"name": left.name, "bytes": left.bytes} for left in report.unfinished],
        "silences": list(report.silences),
        "accrual": _accrual(report),
        "names": {
            "stored": report.names,
            "renamed": totals.problems["N309"],
            "refused_elsewhere": report.refused_elsewhere,
        },
    }
    streams = {
        "withheld": _withheld(report),
        "left_out": left_out_records(report.noted),
        "problems": _problem_records(report),
    }
    write_json("archiver.pack/1", members, streams)


def _accrual(report: PackReport) -> dict[str, Any] | None:
    accrual, accrued = report.accrual, report.accrued
    if accrual is None:
        return None
    compared = accrual.algorithm is not None and not report.dry_run
    return {
        "identifier": accrual.identifier,
        "name": accrual.name or None,
        "algorithm": accrual.algorithm,
        "not_compared": accrual.not_compared or None,
        "known_files": accrued.known_files if compared else None,
        "known_bytes": accrued.known_bytes if compared else None,
        "new_files": accrued.new_files if compared else None,
        "new_bytes": accrued.new_bytes if compared else None,
    }


def _withheld(report: PackReport) -> Iterator[dict[str, Any]]:
    for file in filter(None, map(withheld_file, report.noted)):
        decision = file.assessed.decision
        yield {
            "source_path": file.assessed.path,
            "disposition": decision.disposition.value,
            "reasons": [reason.text for reason in decision.reasons],
        }


def _problem_records(report: PackReport) -> Iterator[dict[str, Any]]:
    for problem in report.problems:
        yield {
            "path": problem.path,
            "code": problem.code,
            "severity": problem.severity.value,
            "message": problem.message,
        }
