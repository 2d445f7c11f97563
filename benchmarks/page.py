"""The page of results: each part with what is to be known to read it, its tables and its pictures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.line_plot import LinePlot, svg
from benchmarks.results import Row, Section, plain_table

PICTURES = "images"
"""Folder of pictures beside the page."""

_READING = """\
Everything here was measured on one machine, with what is read in memory unless it says *from the disk*. What is compared ran
in turns. A ratio is the median of the ratios of each round, with the least and the most in brackets where they differ; seconds
are medians by a clock, and *CPU s* those of all processors together. Ratios carry over to other machines better than seconds
do. *Wanted* is the number to hold; where a program's start takes most of the time, on small trees, none is wanted.

Files of the small trees are tagged audio files of 0.3 to 6 kB, twelve to an album; files of the large trees are WAV files of
noise. `benchmarks/trees.py` makes them. What was changed for speed, what it gained and what did not pay is told in
[How it came to be fast](explanation/speed.md)."""

PARTS = {
    "shares": """\
## The limit of the machine

*The least* is the time below which no program can do the same work on this machine: the largest of the following, each measured
in the same rounds. *Share of it* is how near the command comes; 1 is the limit.

- *copied and hashed*: the CPU seconds of `cp -r` and those of hashing as many bytes with SHA-512 from memory, over the cores
- *read and hashed*: the CPU seconds of one process that reads the files and hashes them, over the cores
- *written to the disk*: writing as many bytes to one file and waiting until they are there
- *read from the disk*: reading the files on all cores when the system holds none of them in memory
- of small files, *find -printf* of the tree, *cat of all files* on all cores, and *cp -r and sync* for what writes as many

A program that copies small files on several cores can come below `cp -r`, and so above 1.""",
    "peers": """\
## Against other programs

*It takes* is how long the other program takes against archiver: more than 1 where archiver is faster. They do less, or other
things, and none of them identifies files or reads tags:

- `cp -r` copies, and what all write is waited for until it is on the disk
- bagit.py is bagit-python; it and bdbag make a bag of the copy, where they hash it, and validate one
- rclone copies, then reads both sides again and compares their MD5
- restic and borg cut files into pieces, hash these and keep them in a form of their own, restic compressed and always
  encrypted, borg compressed and here without encryption
- `sha512sum` and `openssl dgst` hash and compare nothing, but for `sha512sum -c`; hashdeep knows no SHA-512 and hashes with
  SHA-256, which takes a processor with instructions for it less than half the time""",
    "growth": """\
## Growth

Time and memory at sizes that are ten times one another. The files are tagged audio files of 0.2 to 1.2 kB. *Nothing new* and
*one new file* are a second `archiver pack` of the same tree. Each was measured once. A line that rises by one step where the
files do is straight: ten times the files take ten times as long, which is *files to the power of 1*; that is told of the last
step and held for each. Memory is that of the largest process at its peak, and in brackets that of all processes at one
moment, with what they share counted once.""",
    "again": """\
## A second time

Before it reads anything, a second run looks whether every folder lists what it did the last time.""",
    "audit": """\
## Audits

An audit reads everything from the disk. With `--idle` it lets others have the disk first: `dd` reads another file beside it.""",
    "parity": """\
## Recovery data

Protecting verifies the bag, makes the data and writes them into the bag. *par2 alone* is the same program making the same sets of
the same files.""",
    "music": """\
## Music read through

While music is copied it is read through, frame by frame, for its essence and its integrity. The music is made with ffmpeg.""",
    "pages": """\
## Pages

The pages of a bag's contents, and its receipt. *First paint* is when Chromium shows something.""",
    "catalogue": """\
## The catalogue

Forty different queries of each kind, asked as `archiver find` asks: the first 51 files with all that is known of them, and a
count up to 1,001. Each was asked once before it was timed. *p95* is the time of a processor within which 95 of 100 were answered,
which does not count who else is busy. The files are made up, twelve values of tags to a track. *Reckoned*, told of the largest catalogues alone, goes along the straight
line through the two larger catalogues to more files than any national library of sound has; it is a guess, and what takes the
same time whatever the size is in it as well.""",
    "start": """\
## Start-up""",
    "decide": """\
## Deciding

What becomes of a million files under a thousand declarations.""",
}
"""What is measured, in the order of the page."""


def page(
    measured: Mapping[str, Sequence[Section]],
    machine: Sequence[tuple[str, str]],
    command: str,
    day: dt.date,
    plots: Mapping[str, LinePlot],
) -> str:
    """Return ``docs/benchmarks.md``.

    Args:
        measured: What was measured, by the names of :data:`PARTS`.
        machine: What it was measured on.
        command: The command that measured it.
        day: When.
        plots: Pictures of growth, by the names of their files.
    """
    return "\n\n".join(_blocks(measured, machine, command, day, plots)) + "\n"


def _blocks(
    measured: Mapping[str, Sequence[Section]],
    machine: Sequence[tuple[str, str]],
    command: str,
    day: dt.date,
    plots: Mapping[str, LinePlot],
) -> Iterator[str]:
    yield "# Benchmarks"
    yield f"Measured on {day.isoformat()} by `{command}`; with `--write docs/benchmarks.md` it writes this page."
    yield verdict(measured)
    yield _READING
    for name, about in PARTS.items():
        if name in measured:
            yield about
            if name == "growth":
                yield from (f"![{plot.alternative}]({PICTURES}/{file})" for file, plot in plots.items())
            yield from map(str, measured[name])
    yield "## The machine"
    yield plain_table([("", ""), *machine])


def verdict(measured: Mapping[str, Sequence[Section]]) -> str:
    """Say how many of the wanted numbers hold, and which do not."""
    judged = sum(bool(row.holds) for _, row in _titled(measured))
    not_held = missed(measured)
    if not judged:
        return "No number is wanted of what was measured."
    said = f"Of {judged} numbers that are wanted, {judged - len(not_held)} hold."
    lines = [f"- {_told(row, title)}: {row.result}, wanted {row.wanted}" for title, row in not_held]
    return "\n".join([said + (" These do not:\n" if lines else ""), *lines])


def missed(measured: Mapping[str, Sequence[Section]]) -> list[tuple[str, Row]]:
    """Return the rows whose wanted number does not hold, each with the title it stands under."""
    return [(title, row) for title, row in _titled(measured) if row.holds == "no"]


def _titled(measured: Mapping[str, Sequence[Section]]) -> Iterator[tuple[str, Row]]:
    for sections in measured.values():
        for section in sections:
            yield from ((section.title.removeprefix("### "), row) for row in section.rows)


def _told(row: Row, title: str) -> str:
    return ", ".join(part for part in (row.what, row.on, title) if part)


def write_page(target: Path, text: str, plots: Mapping[str, LinePlot]) -> None:
    """Write the page, and its pictures beside it."""
    if plots:
        (target.parent / PICTURES).mkdir(exist_ok=True)
    for file, plot in plots.items():
        (target.parent / PICTURES / file).write_text(svg(plot), encoding="utf-8")
    target.write_text(text, encoding="utf-8")
