"""What a person, or a program, is told after packing."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import Any

from archiver.bagit.paths import encode_path
from archiver.bagit.sizes import human_size
from archiver.cli.findings import (
    every_problem_lines,
    listed_lines,
    personal_told,
    problem_lines,
    protection_told,
)
from archiver.cli.jsonstream import write_json
from archiver.cli.text import columns, count, shown, shown_path, wrapped
from archiver.ingest.plan import problems_in
from archiver.model.audio import ExaminedFile, Role
from archiver.model.package import AssessedFile, PackedFile, WithheldFile
from archiver.model.problem import REFUSED_ELSEWHERE, Problem
from archiver.model.rights import Decision, Disposition, Reason
from archiver.records.rights_tally import summarise
from archiver.rights.rules import speaks_of_disposition
from archiver.usecases.pack import PackReport

_WITHHELD_SHOWN = 5
_SPLITS_SHOWN = 10


def report_lines(report: PackReport) -> Iterator[str]:
    """Yield the report: what was packed, what was not and why, how to verify it later."""
    totals = report.totals
    done = "Would pack" if report.dry_run else "Packed"
    if report.continued and not report.dry_run:
        yield "Went on with a run that was interrupted."
    yield wrapped(
        f"{done} {count(totals.files, 'file')}, {human_size(totals.bytes)}:"
        f" {count(len(totals.albums), 'album')}, {count(totals.roles[Role.AUDIO], 'audio file')}."
    )
    for bag in report.bags:
        yield f"  {shown(bag)}"
    yield from _split_lines(report)
    yield ""
    yield wrapped(
        f"Seen {totals.seen:,} = packed {totals.files:,} + withheld {totals.withheld:,}"
        f" + problems {totals.lost:,}."
        + (f" {count(totals.empty_folders, 'empty folder')} listed." if totals.empty_folders else "")
    )
    yield from _rights_lines(report)
    if totals.withheld:
        yield "\nWithheld by a decision"
        yield from _withheld_lines(report)
    if totals.problems:
        yield "\nWhat needs attention"
        yield from problem_lines(Counter(totals.problems), _problems(report))
        yield from _name_lines(report)
    if report.unfinished:
        yield "\nUnfinished packages wait in the store's .incoming folder:"
        yield from (f"  {shown(name)}" for name in report.unfinished)
        yield wrapped(
            "Give the command that began one again to finish it, or remove its folder.", indent="  "
        )
    if report.dry_run:
        yield "\nNothing was written. Leave out --dry-run to pack."
    else:
        yield from _verify_lines(report)


def _name_lines(report: PackReport) -> Iterator[str]:
    """Say how many names other systems and programs would refuse, and which option avoids it."""
    refused = _refused_elsewhere(report)
    if refused:
        avoided = "; --names portable stores them otherwise" if report.names == "exact" else ""
        yield wrapped(
            f"Other systems or other BagIt programs may refuse {count(refused, 'name')} of these{avoided}.",
            indent="  ",
        )


def _refused_elsewhere(report: PackReport) -> int:
    """How many names are stored as other systems or programs cannot hold them; all problems of one stand together."""
    if not REFUSED_ELSEWHERE & report.totals.problems.keys():
        return 0
    refused = (problem.path for problem in _problems(report) if problem.code in REFUSED_ELSEWHERE)
    return sum(1 for _ in groupby(refused))


def verbose_lines(report: PackReport) -> Iterator[str]:
    """Yield every file that the report counts among those that need attention, by name."""
    if report.totals.withheld:
        yield "\nEvery file that a decision withheld"
        for entry in report.entries:
            if isinstance(entry, WithheldFile):
                yield from _withheld_file(entry)
    yield from listed_lines("Protected files", _examined(report), protection_told)
    yield from listed_lines("Files that carry personal data", _examined(report), personal_told)
    yield from every_problem_lines(_problems(report))


def _examined(report: PackReport) -> Iterator[ExaminedFile]:
    for entry in report.entries:
        match entry:
            case PackedFile(assessed) | WithheldFile(assessed):
                yield assessed.examined
            case AssessedFile(examined):
                yield examined


def _rights_lines(report: PackReport) -> Iterator[str]:
    summary = summarise(report.entries)
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
    for name, number in summary.protection:
        yield wrapped(f"Protected, {shown(name)}: {count(number, 'file')}.")
    if summary.personal_files:
        yield wrapped(
            f"Carrying personal data: {count(summary.personal_files, 'file')}; see metadata/rights/README.txt."
        )
    for remark in report.remarks:
        yield wrapped(f"Worth a look: {shown(remark)}")


def _split_lines(report: PackReport) -> Iterator[str]:
    cut = _cut_albums(report)
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


def _cut_albums(report: PackReport) -> dict[str, list[str]]:
    """The bags of each album that had to be cut."""
    cut: dict[str, list[str]] = {}
    for bag, part in zip(report.bags, report.parts, strict=True):
        for album in part.cut:
            cut.setdefault(album, []).append(bag)
    return cut


def _withheld_lines(report: PackReport) -> Iterator[str]:
    withheld = (entry for entry in report.entries if isinstance(entry, WithheldFile))
    for entry in islice(withheld, _WITHHELD_SHOWN):
        yield from _withheld_file(entry)
    remaining = report.totals.withheld - _WITHHELD_SHOWN
    if remaining > 0:
        yield f"  and {remaining:,} more; --verbose lists them, and so does metadata/rights"


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
    if "sha512" not in report.algorithms or not os.path.isdir(report.bags[0]):
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
    if any(
        isinstance(entry, PackedFile) and encode_path(entry.bag_path) != entry.bag_path
        for entry in report.entries
    ):
        yield wrapped(
            "Files with a percent sign or a line break in their name need archiver verify: BagIt writes these"
            " characters in a way that sha512sum does not know."
        )


def _group_pattern(bags: Sequence[str]) -> str:
    """The bags of a group for a shell, which puts their numbers in the place of the star."""
    stem, _, ending = bags[0].rpartition("_1_of_")
    return f"{shown(shlex.quote(stem))}_*_of_{ending}"


def _problems(report: PackReport) -> Iterator[Problem]:
    for entry in report.entries:
        yield from problems_in(entry)


def write_report_json(report: PackReport) -> None:
    """Write the report as ``archiver.pack/1``."""
    totals = report.totals
    members: dict[str, Any] = {
        "dry_run": report.dry_run,
        "bag": report.bags[0],
        "bags": list(report.bags),
        "files": {
            "seen": totals.seen,
            "packed": totals.files,
            "withheld": totals.withheld,
            "problems": totals.lost,
        },
        "bytes": totals.bytes,
        "albums": len(totals.albums),
        "empty_folders": totals.empty_folders,
        "algorithms": list(report.algorithms),
        "continued": report.continued,
        "cut": [{"album": album, "bags": bags} for album, bags in _cut_albums(report).items()],
        "oversize": list(report.oversize),
        "names": {
            "stored": report.names,
            "renamed": totals.problems["N309"],
            "refused_elsewhere": _refused_elsewhere(report),
        },
    }
    write_json(
        "archiver.pack/1", members, {"withheld": _withheld(report), "problems": _problem_records(report)}
    )


def _withheld(report: PackReport) -> Iterator[dict[str, Any]]:
    for entry in report.entries:
        if isinstance(entry, WithheldFile):
            decision = entry.assessed.decision
            yield {
                "source_path": entry.assessed.path,
                "disposition": decision.disposition.value,
                "reasons": [reason.text for reason in decision.reasons],
            }


def _problem_records(report: PackReport) -> Iterator[dict[str, Any]]:
    for problem in _problems(report):
        yield {
            "path": problem.path,
            "code": problem.code,
            "severity": problem.severity.value,
            "message": problem.message,
        }
