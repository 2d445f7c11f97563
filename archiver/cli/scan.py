"""``archiver scan``: says what is there."""

from __future__ import annotations

import dataclasses
import itertools
import os
from collections.abc import Iterator
from typing import Any

import click

from archiver import config
from archiver.bagit.sizes import human_size
from archiver.cli import options
from archiver.cli.commands import Command
from archiver.cli.reports.albums import album_lines, album_records
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
from archiver.cli.terminal.table import table_lines
from archiver.cli.terminal.text import count, shown, shown_path, total_duration, wrapped
from archiver.cli.terminal.watching import watcher
from archiver.errors import ExitStatus
from archiver.executors.ordered import jobs_for
from archiver.model.audio import ExaminedFile, Role
from archiver.model.problem import Problem
from archiver.model.sound import SoundState
from archiver.model.source import EmptyFolder, FolderProblem, FolderRef, LeftOut, Link, Unpacked
from archiver.model.totals import problems_in
from archiver.records.codec import in_full
from archiver.records.files import examined_record, unpacked_record
from archiver.records.integrity import counted_states
from archiver.usecases import scan
from archiver.usecases.settled import exclusion_for

_EXAMPLES = """
  archiver scan Music                       what is in a folder
  archiver scan /media/cdrom Downloads      several sources at once
  archiver scan Music --check               is the music whole?
  archiver scan Music --json > scan.json    everything, for a program
"""


@click.command(cls=Command, name="scan", examples=_EXAMPLES)
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True, type=click.Path())
@options.exclude
@options.exclude_clutter
@click.option(
    "--check",
    is_flag=True,
    help="Read all music through, to know whether it is whole; takes as long as copying it.",
)
@click.option(
    "--decode",
    is_flag=True,
    help="Decode all music as well, and hold it against what its files and rip logs state; needs the extra decode.",
)
@options.verbose
@options.jobs
@options.progress
@options.as_json
def command(
    sources: tuple[str, ...],
    exclude: tuple[str, ...],
    exclude_clutter: bool,
    check: bool,
    decode: bool,
    verbose: bool,
    jobs: int | None,
    as_json: bool,
) -> int:
    """Say what is in each SOURCE, a folder or a file; write nothing.

    Lists formats, albums, playing time and size, and what needs attention:
    files that cannot be read, are not what their name says, carry a technical
    protection or personal data, or bear names that other systems refuse. Then
    the albums that are worth a look, such as one with a track missing.

    With --check the music is read from first byte to last: a file is intact
    where a checksum in it held, consistent where it is whole and has no such
    checksum, or damaged, and then it is said where.
    """
    settings = config.load_settings(os.environ)
    exclusion = exclusion_for(exclude, settings, clutter=exclude_clutter)
    look = scan.decode if decode else scan.check if check else scan.scan
    with look(sources, jobs_for(jobs, settings.jobs), watcher(), exclusion) as report:
        if as_json:
            _write_json(report)
        else:
            albums = album_lines(report.albums_noted, every=verbose)
            for line in itertools.chain(_lines(report), albums, _listed(report) if verbose else ()):
                click.echo(line)
        if report.totals.sound[SoundState.DAMAGED]:
            return ExitStatus.DAMAGED
        return ExitStatus.INCOMPLETE if report.totals.lost else ExitStatus.DONE


def _lines(report: scan.ScanReport) -> Iterator[str]:
    totals = report.totals
    audio_files = totals.roles[Role.AUDIO]
    playing = total_duration(totals.duration_s, totals.untimed, audio_files)
    yield wrapped(
        f"{shown_path(', '.join(report.sources))}: {count(len(totals.albums), 'album')},"
        f" {count(audio_files, 'audio file')}, {playing} of music,"
        f" {human_size(totals.bytes)} in all"
    )
    for title, audio in (("Audio", True), ("Beside the audio", False)):
        rows = [
            (
                shown(name),
                f"{of.files:,}",
                human_size(of.bytes),
                total_duration(of.duration_s, of.untimed, of.files) if audio else role.value,
            )
            for (role, name), of in sorted(report.formats.items(), key=lambda item: (-item[1].files, item[0]))
            if (role is Role.AUDIO) == audio
        ]
        if rows:
            yield ""
            yield from table_lines((title, "Files", "Size", "Playing time" if audio else "Role"), rows)
    counted = counted_states(totals.sound)
    if counted:
        yield "\n" + wrapped(f"The music, read through: {counted}", indent="  ")
    yield from _rip_lines(report)
    if totals.empty_folders:
        yield f"\n  {count(totals.empty_folders, 'empty folder')}"
    if totals.links:
        yield f"\n  {count(totals.links, 'link')} within the source"
    if totals.roles[Role.SYSTEM]:
        yield ""
    yield from clutter_lines(totals)
    yield from left_out_lines(totals)
    yield from _attention(report)


def _rip_lines(report: scan.ScanReport) -> Iterator[str]:
    """How many files are what the logs of their rips speak of."""
    if report.as_ripped:
        are = "1 file is" if report.as_ripped == 1 else f"{report.as_ripped:,} files are"
        yield wrapped(f"{are} still the audio that the log of the rip speaks of", indent="  ")
    if report.not_as_ripped:
        are = "1 file is" if report.not_as_ripped == 1 else f"{report.not_as_ripped:,} files are"
        yield wrapped(f"{are} no longer that, or another rip", indent="  ")


def _attention(report: scan.ScanReport) -> Iterator[str]:
    lines = [
        f"  Protected, {shown(name)}: {count(number, 'file')}"
        for name, number in sorted(report.protected.items())
    ]
    if report.unseen:
        lines.append(f"  {unseen_line(report.unseen)}")
    personal = personal_line(report.personal, report.unread)
    if personal:
        lines.append(f"  {personal}")
    lines += problem_lines(report.totals.problems, _problems(report))
    if lines:
        yield "\nWhat needs attention"
        yield from lines
    else:
        yield "\nNothing that needs attention was detected."


def _listed(report: scan.ScanReport) -> Iterator[str]:
    """Every file that the report counts among those that need attention, by name."""
    files = (entry for entry in report.entries if isinstance(entry, ExaminedFile))
    yield from listed_lines("Protected files", files, protection_told)
    files = (entry for entry in report.entries if isinstance(entry, ExaminedFile))
    yield from listed_lines("Files whose protection was not seen", files, unseen_told)
    files = (entry for entry in report.entries if isinstance(entry, ExaminedFile))
    yield from listed_lines("Files that carry personal data", files, personal_told)
    files = (entry for entry in report.entries if isinstance(entry, ExaminedFile))
    yield from listed_lines("Files that were not read whole for it", files, unread_told)
    files = (entry for entry in report.entries if isinstance(entry, ExaminedFile))
    yield from listed_lines("Music in which nothing could be checked", files, unchecked_told)
    yield from every_left_out_lines(report.entries)
    yield from every_problem_lines(_problems(report))


def _problems(report: scan.ScanReport) -> Iterator[Problem]:
    for entry in report.entries:
        yield from problems_in(entry)


def _write_json(report: scan.ScanReport) -> None:
    totals = report.totals
    members: dict[str, Any] = {
        "sources": list(report.sources),
        "seen": totals.seen,
        "files": totals.files,
        "bytes": totals.bytes,
        "albums": len(totals.albums),
        "duration_s": round(totals.duration_s, 3),
        "untimed_files": totals.untimed,
        "empty_folders": totals.empty_folders,
        "links": totals.links,
        "left_out": totals.left_out.total(),
        "left_out_folders": totals.left_out_folders,
        "formats": [
            {"role": role.value, "format": name, **dataclasses.asdict(of)}
            for (role, name), of in sorted(report.formats.items())
        ],
        "integrity": {state.value: totals.sound[state] for state in SoundState} if totals.sound else None,
        "as_ripped_files": report.as_ripped,
        "not_as_ripped_files": report.not_as_ripped,
        "protected": dict(sorted(report.protected.items())),
        "protection_unseen_files": report.unseen,
        "personal_data_files": report.personal,
        "personal_data_unknown_files": report.unread,
        "problem_counts": dict(sorted(totals.problems.items())),
    }
    streams = {
        "albums_noted": album_records(report.albums_noted),
        "entries": _records(report),
        "left_out_entries": left_out_records(report.entries),
    }
    write_json("archiver.scan/1", members, streams)


def _records(report: scan.ScanReport) -> Iterator[dict[str, Any]]:
    for entry in report.entries:
        match entry:
            case ExaminedFile():
                yield in_full(examined_record(entry))
            case Unpacked():
                yield in_full(unpacked_record(entry))
            case EmptyFolder() | FolderProblem() | FolderRef() | Link() | LeftOut():
                pass
