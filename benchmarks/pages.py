"""What the page of a bag costs: how long it takes to make, how large it is, and when a browser first shows it.

The files are described and lie nowhere: twelve tracks in FLAC and a cover to an album.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from archiver.bagit.sizes import human_size
from archiver.records.writing import Closing
from archiver.report.facts import facts_at_closing
from archiver.report.pages import PagesOfBag, Site
from archiver.report.row import FileRow, RowMaker
from benchmarks.commands import archiver, run
from benchmarks.places import Tree, clear, packed
from benchmarks.results import Row, at_most
from benchmarks.timing import Task, in_turns, seconds
from tests.records.entries import CONTEXT, RUN, bag_of
from tests.report.browser import CHROMIUM, opened_browser
from tests.report.pages import picture, track

_TRACKS = 12
_FIRST_PAINT_S = 1.0


def page_rows(scratch: Path, tracks: tuple[int, ...]) -> Iterator[Row]:
    """Make the pages of bags of so many tracks, and open the first page of each where there is a Chromium."""
    for number in tracks:
        folder = scratch / f"pages-{number}"
        folder.mkdir()
        on = f"{number:,} tracks"
        yield _made(folder, number, on)
        if CHROMIUM is not None:
            yield _shown(folder, on)


def receipt_row(tree: Tree, scratch: Path) -> Row:
    """Measure making the receipt of a bag from its records."""
    store = scratch / "receipted"
    bag = packed(tree.folder, store)
    command = archiver("receipt", bag, "--to", store / "receipt.html")
    receipt = Task(lambda: run(command), after=(store / "receipt.html").unlink)
    taken = in_turns({"receipt": receipt}, 3)
    clear(store)
    return Row("receipt", tree.label, seconds(taken["receipt"]), "", seconds(taken["receipt"]))


def _made(folder: Path, tracks: int, on: str) -> Row:
    pages, taken = PagesOfBag(), 0.0
    for row in _rows(tracks):
        began = time.perf_counter()
        pages.add(row)
        taken += time.perf_counter() - began
    facts = facts_at_closing(Closing(RUN, bag_of(()), CONTEXT, ()))

    @contextlib.contextmanager
    def new(name: str) -> Iterator[BinaryIO]:
        (folder / "pages").mkdir(exist_ok=True)
        with (folder / "pages" / name).open("wb") as stream:
            yield stream

    began = time.perf_counter()
    with (folder / "index.html").open("wb") as stream:
        pages.write(facts, stream, Site("../", "../index.html", "pages", new))
    taken += time.perf_counter() - began
    sizes = [path.stat().st_size for path in folder.rglob("*.html")]
    first = (folder / "index.html").stat().st_size
    told = f"{human_size(sum(sizes))} in {len(sizes):,}, the first {human_size(first)}"
    return Row("pages made", on, f"{taken:.2f} s", "", told)


def _shown(folder: Path, on: str) -> Row:
    assert CHROMIUM is not None
    with opened_browser(folder / "profile") as page:
        page.width(1280)
        page.open(folder / "index.html")
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
        loaded = page.evaluate("performance.timing.loadEventEnd - performance.timing.navigationStart") / 1000
    return Row(
        "page shown",
        on,
        f"{paint:.3f} s",
        f"all of it, {loaded:.2f} s",
        f"first paint after {paint:.3f} s",
        f"< {_FIRST_PAINT_S:.0f} s",
        at_most(paint, _FIRST_PAINT_S),
    )


def _rows(tracks: int) -> Iterator[FileRow]:
    maker = RowMaker()
    for number in range(tracks):
        album, place = divmod(number, _TRACKS)
        artist, folder = (
            f"Artist {album // 5:05}",
            f"Artist {album // 5:05}/Album {album:06} ({1950 + album % 70})",
        )
        song = track(
            f"{folder}/{place + 1:02} Track {number}.flac",
            title=f"Track {number}",
            artist=artist,
            album=f"Album {album:06}",
            track=str(place + 1),
            date=str(1950 + album % 70),
        )
        entries = [song]
        if not place:
            entries.append(picture(f"{folder}/cover.jpg"))
        for entry in entries:
            row = maker.row(entry)
            assert row is not None
            yield row
