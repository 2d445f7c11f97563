"""What a person, or a program, is told after exporting."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from itertools import islice
from typing import Any

from archiver.bagit.sizes import human_size
from archiver.cli.reports.jsonstream import write_json
from archiver.cli.terminal.text import count, shown, shown_path, wrapped
from archiver.model.package import withheld_file
from archiver.records.rights.grounds import ground_words
from archiver.usecases.export.export import ExportReport

_SHOWN = 5


def report_lines(report: ExportReport) -> Iterator[str]:
    """Yield the report: what was taken out, what stayed and why."""
    totals = report.totals
    yield wrapped(
        f"Exported for {report.act.value} from {shown(report.original)}: {count(totals.files, 'file')},"
        f" {human_size(totals.bytes)}."
    )
    yield f"  {shown(report.bag)}"
    if report.redacted:
        yield wrapped(
            f"Personal data was taken out of the tags of {count(report.redacted, 'file')}; the music is the same by"
            " its digest."
        )
    yield ""
    yield wrapped(f"In the bag {totals.seen:,} = exported {totals.files:,} + left there {totals.withheld:,}.")
    if totals.withheld:
        yield "\nLeft there"
        for ground, files in report.rights.because:
            if not ground.disposition.packed:
                yield wrapped(
                    f"{count(files, 'file')}: {shown(ground_words(ground))}", indent="  ", below="    "
                )
    if len(report.unredacted):
        yield "\nPersonal data that could not be taken out"
        for one in islice(report.unredacted, _SHOWN):
            yield wrapped(f"{shown_path(one.path)}: {shown(one.reason)}", indent="  ", below="    ")
        if len(report.unredacted) > _SHOWN:
            yield f"  and {len(report.unredacted) - _SHOWN:,} more; --verbose lists them"
    yield "\nTo check it later:"
    yield f"  archiver verify {shown(shlex.quote(report.bag))}"
    yield "This is not legal advice."


def verbose_lines(report: ExportReport) -> Iterator[str]:
    """Yield every file that stayed there, by name and with its reasons."""
    if report.totals.withheld:
        yield "\nEvery file that was left there"
        for file in filter(None, map(withheld_file, report.left)):
            yield wrapped(shown_path(file.assessed.path), indent="  ")
            yield from (
                wrapped(shown(reason.text), indent="        ")
                for reason in file.assessed.decision.reasons[:2]
            )
    if len(report.unredacted):
        yield "\nEvery file whose personal data could not be taken out"
        for one in report.unredacted:
            yield wrapped(f"{shown_path(one.path)}: {shown(one.reason)}", indent="  ", below="    ")


def write_report_json(report: ExportReport) -> None:
    """Write the report as ``archiver.export/1``."""
    totals = report.totals
    members: dict[str, Any] = {
        "bag": report.bag,
        "original": report.original,
        "for": report.act.value,
        "files": {"seen": totals.seen, "exported": totals.files, "left": totals.withheld},
        "bytes": totals.bytes,
        "algorithms": list(report.algorithms),
        "redacted_files": report.redacted,
    }
    streams = {"left": _left(report), "unredacted": _unredacted(report)}
    write_json("archiver.export/1", members, streams)


def _left(report: ExportReport) -> Iterator[dict[str, Any]]:
    for file in filter(None, map(withheld_file, report.left)):
        decision = file.assessed.decision
        yield {
            "source_path": file.assessed.path,
            "disposition": decision.disposition.value,
            "reasons": [reason.text for reason in decision.reasons],
        }


def _unredacted(report: ExportReport) -> Iterator[dict[str, Any]]:
    for one in report.unredacted:
        yield {"source_path": one.path, "reason": one.reason}
