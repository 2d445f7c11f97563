"""What telling costs that nothing has changed: a glance over listings, against ``find -printf`` over the same tree."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from archiver.ingest.exclusion import Exclusion
from archiver.ingest.listing import listing_of
from archiver.model.source import Source
from archiver.usecases.again.unchanged import looks_unchanged
from benchmarks.commands import run
from benchmarks.kept import kept_tree
from benchmarks.limits import find
from benchmarks.memory import watched
from benchmarks.results import Row, at_most
from benchmarks.timing import Task, in_turns, ratio, seconds

_WANTED = 4.0
"""Times as long as ``find`` that telling nothing new may take."""
_MANY_FILES = 100_000
_FOLDER_FILES = 14
"""About as many as a folder of music holds."""


def glance_rows(scratch: Path, files: int, rounds: int) -> Iterator[Row]:
    """Measure the glance over listings with which a second run begins, against ``find`` over the same tree.

    Args:
        scratch: Where to work.
        files: Files of the tree, which are empty.
        rounds: How often each is run.
    """
    tree, seen = kept_tree(scratch / "glanced", lambda root: _many(root, files)), scratch / "seen"
    seen.write_text(json.dumps(_listings(tree)))
    glance = [sys.executable, "-m", "benchmarks.again", str(tree), str(seen)]
    label = f"{files:,} files in folders of {_FOLDER_FILES}"
    taken = in_turns({"find": Task(lambda: find(tree)), "glance": Task(lambda: run(glance))}, rounds)
    times = ratio(taken["glance"], taken["find"])
    # of few files most is the start of a program, so that nothing is wanted of it
    wanted = files >= _MANY_FILES
    yield Row(
        "a glance over listings",
        label,
        seconds(taken["glance"]),
        f"find -printf, {seconds(taken['find'])}",
        f"{times.told()} times as long",
        f"≤ {_WANTED:.0f}" if wanted else "",
        at_most(times.middle, _WANTED) if wanted else "",
    )
    megabytes = watched(glance)[1].largest_bytes / 1e6
    told = f"{megabytes:.0f} MB"
    yield Row("memory of a glance", label, told, "", told, "< 300 MB", at_most(megabytes, 300))
    shutil.rmtree(tree)
    seen.unlink()


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
