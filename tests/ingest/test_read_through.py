"""Files are read through once, read only, and give what their consumers gave."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from pathlib import Path

from archiver.executors.ordered import Serial
from archiver.executors.pools import Threads
from archiver.ingest.consumers import ReadPlan, read_plan
from archiver.ingest.read_through import ReadThrough, read_through
from archiver.ingest.reading import BLOCK_BYTES
from archiver.ingest.scan import scan
from archiver.ingest.sound import SOUND, sound_from
from archiver.model.audio import ExaminedFile, Role
from archiver.model.sound import Bitstream, Essence
from archiver.model.source import FileRef
from archiver.usecases.sources import sources_of
from tests.conftest import MakeSource

TREE = {"a.ape": os.urandom(2 * BLOCK_BYTES + 5), "b.ape": b"yy", "c.ape": b"", "d.txt": b"words"}


def files(root: Path) -> list[tuple[FileRef, ReadPlan]]:
    found = []
    for entry in scan(sources_of([str(root)])):
        if isinstance(entry, FileRef):
            stream = Bitstream("stretch", 1, entry.stat.size_bytes) if entry.path.endswith(".ape") else None
            examined = ExaminedFile(entry, Role.AUDIO, None, bitstream=stream)
            algorithms = () if stream is None else ("md5",)
            found.append((entry, read_plan(algorithms, examined)))
    return found


def through(pairs: list[tuple[FileRef, ReadPlan]]) -> dict[str, ReadThrough]:
    told: list[int] = []
    with Threads(2) as threads:
        found = {one.ref.path: one for one in read_through(pairs, threads, told.append)}
    assert list(found) == [ref.path for ref, _ in pairs]
    assert sum(told) == sum(ref.stat.size_bytes for ref, _ in pairs)
    return found


def test_every_consumer_gets_every_byte(source: MakeSource) -> None:
    found = through(files(source(TREE)))
    for path in ("a.ape", "b.ape"):
        one, content = found[path], TREE[path]
        assert one.results["md5"] == hashlib.md5(content).hexdigest()
        essence = sound_from(one.results[SOUND]).essence
        assert essence == Essence("stretch-v1", hashlib.sha256(content[1:]).hexdigest())
        assert (one.faults, one.problem) == ({}, None)
    assert sound_from(found["c.ape"].results[SOUND]).essence is None


def test_a_file_with_nothing_to_be_given_to_is_not_read(source: MakeSource) -> None:
    (pair,) = (pair for pair in files(source(TREE)) if pair[0].path == "d.txt")
    gone = dataclasses.replace(pair[0], relative=b"not there")
    assert list(read_through([(gone, pair[1])], Serial())) == [ReadThrough(gone)]


def test_what_cannot_be_read_is_that_files_problem(source: MakeSource) -> None:
    pairs = files(source(TREE))
    gone = dataclasses.replace(pairs[0][0], relative=b"not there")
    found = through([(gone, pairs[0][1]), *pairs[1:]])
    problem = found["a.ape"].problem
    assert problem is not None
    assert (problem.path, problem.code) == ("a.ape", "S105")
    assert found["b.ape"].problem is None


def test_of_a_file_that_changed_since_only_what_holds_for_any_bytes_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.ape").write_bytes(b"as it was examined")
    ((ref, plan),) = files(tmp_path)
    (tmp_path / "a.ape").write_bytes(b"and as it is now")
    (one,) = read_through([(ref, plan)], Serial())
    assert one.results == {"md5": hashlib.md5(b"and as it is now").hexdigest()}
