"""Reading headers cannot hurt: what stops a parser becomes a problem of one file, and everything stays in order."""

from __future__ import annotations

from datetime import date

import pytest

from archiver.audio.formats.pronom import load_signatures
from archiver.errors import ArchiverError
from archiver.executors.guarded import GuardedProcesses
from archiver.ingest.examine import examine
from archiver.ingest.scan import scan
from archiver.model.audio import ExaminedFile, Role
from archiver.model.rights import Disposition
from archiver.model.source import EmptyFolder, FolderProblem, Unpacked
from archiver.rights.deciding.decide import decide
from archiver.rights.declaring.policies import builtin_policy
from archiver.rights.declaring.read import parse_declarations
from archiver.usecases.sources import sources_of
from tests.conftest import MakeSource
from tests.samples import Entry, Folder, Link, flac

TREE: dict[str, Entry] = {
    "a.flac": flac({"TITLE": ["One"]}),
    "b:c/d.flac": flac({"TITLE": ["Two"]}),
    "empty": Folder(),
    "link": Link("x"),
    "notes.txt": "x",
    "x:y.flac": flac(),
}


def test_files_are_examined_in_order_and_all_else_passes_through(source: MakeSource) -> None:
    entries = list(scan(sources_of([str(source(TREE))])))
    with GuardedProcesses(2) as workers:
        found = list(examine(entries, workers))
    assert [type(entry) for entry in found].count(ExaminedFile) == 4
    assert {EmptyFolder, FolderProblem, Unpacked} < set(map(type, found))
    for before, after in zip(entries, found, strict=True):
        assert (after.ref if isinstance(after, ExaminedFile) else after) == before
    titles = {entry.ref.path: entry.tags.get("title") for entry in found if isinstance(entry, ExaminedFile)}
    assert titles["a.flac"] == ("One",)
    assert titles["b:c/d.flac"] == ("Two",)


def test_parsers_without_memory_are_told_and_nothing_is_lost(
    source: MakeSource, capfd: pytest.CaptureFixture[str]
) -> None:
    entries = list(scan(sources_of([str(source(TREE))])))
    with GuardedProcesses(1, memory_bytes=150 << 20) as workers:
        found = list(examine(entries, workers))
    assert len(found) == len(entries)
    files = [entry for entry in found if isinstance(entry, ExaminedFile)]
    assert len(files) == 4
    assert all("F203" in [problem.code for problem in file.problems] for file in files)
    (awkward,) = [file for file in files if file.ref.path == "x:y.flac"]
    assert awkward.problems[0].code == "N304"  # what was known of its name is kept
    assert {file.role for file in files} == {Role.AUDIO, Role.DOCUMENT}
    # nobody has looked, so nothing may pass for unprotected
    assert all(file.protection is not None and not file.protection.certain for file in files)
    assert capfd.readouterr().err == ""  # the parser's runtime prints pages when it dies


@pytest.mark.parametrize("size_bytes", [16 << 20, 100 << 20])
def test_workers_that_cannot_even_start_end_the_run_clearly(source: MakeSource, size_bytes: int) -> None:
    entries = scan(sources_of([str(source(TREE))]))
    with (
        GuardedProcesses(1, prepare=load_signatures, memory_bytes=size_bytes) as workers,
        pytest.raises(ArchiverError, match="cannot be started"),
    ):
        list(examine(entries, workers))


def test_what_nobody_could_look_into_is_never_published(source: MakeSource) -> None:
    declared = parse_declarations(
        b'version = 1\n[defaults]\nby = "A"\nrole = "rightsholder"\ndate = 2026-01-01\n'
        b'[[declaration]]\nbasis = "own"\nlayers = ["recording", "performance", "work", "lyrics"]\n'
        b'acts = { preserve = "allow", publish = "allow" }\n',
        "rights.toml",
    ).declarations
    policy = builtin_policy("public")
    entries = list(scan(sources_of([str(source(TREE))])))
    with GuardedProcesses(1, memory_bytes=150 << 20) as starved, GuardedProcesses(1) as workers:
        unseen, seen = list(examine(entries, starved)), list(examine(entries, workers))
    dispositions = [
        {
            decide(file.evidence, file.protection, declared, policy, date(2026, 11, 26)).disposition
            for file in files
            if isinstance(file, ExaminedFile)
        }
        for files in (unseen, seen)
    ]
    assert dispositions == [{Disposition.REVIEW}, {Disposition.INCLUDE}]
