"""What packing again costs where nothing has changed: against ``find -printf`` over the same tree."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from archiver.ingest.exclusion import Exclusion
from archiver.ingest.listing import listing_of
from archiver.model.source import Source
from archiver.usecases.again.unchanged import looks_unchanged
from benchmarks.commands import PROJECT, archiver, environment, run
from benchmarks.results import Row, at_most
from benchmarks.timing import in_turns, ratio

_WANTED = 4.0
"""Times as long as ``find`` that telling nothing new may take."""
_FOLDER_FILES = 14
"""About as many as a folder of music holds."""


def again_rows(tree: Path, label: str, scratch: Path, glanced_files: int, rounds: int) -> Iterator[Row]:
    """Measure a second run over a tree, and the glance of one over a tree of many tiny files.

    Args:
        tree: Small files.
        label: What the table calls it.
        scratch: Where to work.
        glanced_files: Files of the tree of which the listings alone are compared, as a second run does first.
        rounds: How often each is run.
    """
    store = scratch / "store-again"
    shutil.rmtree(store, ignore_errors=True)
    run(archiver("pack", tree, "--to", store))
    command = archiver("pack", tree, "--to", store)
    # of few files most is the start of a program, so that nothing is wanted of it
    yield _row("pack again, nothing new", label, command, tree, rounds, None)
    many = _many(scratch / "glanced", glanced_files)
    seen = scratch / "seen"
    seen.write_text(json.dumps(_listings(many)))
    glance = [sys.executable, "-m", "benchmarks.again", str(many), str(seen)]
    label = f"{glanced_files:,} files in folders of {_FOLDER_FILES}"
    yield _row("a glance over listings", label, glance, many, rounds, _WANTED)
    peak = re.search(r"Maximum resident set size \(kbytes\): (\d+)", _timed(glance))
    if peak is not None:
        megabytes = int(peak[1]) / 1000
        told = f"{megabytes:.0f} MB"
        yield Row("memory of a glance", label, told, "", told, "< 300 MB", at_most(megabytes, 300))


def _row(  # noqa: PLR0913, PLR0917 - what is measured on what, against what
    what: str, label: str, command: Sequence[str], tree: Path, rounds: int, wanted: float | None
) -> Row:
    times = in_turns(
        {"find": lambda: _find(tree), "again": lambda: run(command)}, rounds, between=lambda: None
    )
    found, again = sorted(times["find"])[rounds // 2], sorted(times["again"])[rounds // 2]
    share = ratio(times["again"], times["find"])
    return Row(
        what,
        label,
        f"{again:.2f} s",
        f"find -printf, {found:.2f} s",
        f"{share:.1f} times as long",
        "" if wanted is None else f"≤ {wanted:.0f}",
        "" if wanted is None else at_most(share, wanted),
    )


def _find(tree: Path) -> None:
    # what a rescan must know of each: its path, size, times and number
    form = r"%P\0%s %T@ %C@ %i\n"
    subprocess.run(["find", str(tree), "-printf", form], stdout=subprocess.DEVNULL, check=True)


def _timed(command: Sequence[str]) -> str:
    if shutil.which("/usr/bin/time") is None:
        return ""
    ended = subprocess.run(
        ["/usr/bin/time", "-v", *command],
        cwd=PROJECT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stderr


def _many(root: Path, files: int) -> Path:
    for number in range(files):
        folder, place = divmod(number, _FOLDER_FILES)
        home = root / f"{folder // 1_000:03}" / f"Album {folder:06}"
        if not place:
            home.mkdir(parents=True, exist_ok=True)
        (home / f"{place:02} Track.flac").touch()
    return root


def _listings(root: Path) -> dict[str, str]:
    """What a first run keeps of each folder."""
    found = {}
    for folder, _, _, descriptor in os.fwalk(root):
        with os.scandir(descriptor) as entries:
            listed = [(os.fsencode(one.name), one.stat(follow_symlinks=False)) for one in entries]
        path = os.path.relpath(folder, root)
        found["" if path == "." else path] = listing_of(os.fstat(descriptor), listed).digest.hex()
    return found


def _glance(root: str, seen: str) -> int:
    source = Source(os.fsencode(root), None, "", "glanced")
    known = {path: bytes.fromhex(digest) for path, digest in json.loads(Path(seen).read_text()).items()}
    return 0 if looks_unchanged((source,), Exclusion(), known) else 1


if __name__ == "__main__":
    sys.exit(_glance(sys.argv[1], sys.argv[2]))
