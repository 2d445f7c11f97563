"""Memory does not grow with the files that are compared."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.running import PATIENCE, ROOT

_SIFT = """
import resource, sys
from archiver.duplicates.keys import bytes_of
from archiver.duplicates.groups import Member, groups_of
from archiver.duplicates.tier import Tier
from archiver.ingest.spool import Spool
from archiver.usecases.duplicates.sifting import Sifting, linked
from tests.duplicates.copies import a_copy

def made(files, alike):
    for number in range(files):
        yield a_copy(number, f"Music/Artist/Album {number}/01 Song.flac", digest=str(number // alike))

files, alike = map(int, sys.argv[1:])
with Spool() as members, Spool() as left:
    sifting = Sifting(members)
    sifting.sift(linked(made(files, alike), lambda one, other: False), Tier.BYTES, bytes_of, left)
    assert sum(group.files for group in groups_of(members)) == files - files // alike
    assert len(left) == files // alike
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
@pytest.mark.parametrize("alike", [2, 100_000], ids=["pairs", "all the same"])
def test_a_hundred_thousand_files_take_no_more_than_a_few(alike: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SIFT, "100000", str(alike)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    assert int(done.stdout) < 150
