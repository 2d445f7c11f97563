"""Records of a bag that were made to waste memory or to trip their reader are passed over or plainly refused."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest

from archiver.bagit.bag_source import FolderBag
from archiver.records.names import FILES_RECORD, RIGHTS_RECORD
from archiver.records.tracks import Track, tracks_of
from tests.bagit.bags import build_bag
from tests.records.rights.test_golden import GOLDEN
from tests.reliability import watch_memory
from tests.running import run_here, run_program

LIMIT_BYTES = 300 << 20
MIB = 1 << 20
ONE = "data/Album/01 First.flac"
DEEP = "[" + ",".join(["[" * 900 + "]" * 900] * 2328) + "]"
WASTEFUL = {
    "deep": DEEP,
    "wide": "[" + "{}," * (MIB - 2) + "{}]",
    "many numbers": "[" + "1," * (2 * MIB - 4) + "1]",
    "many texts": json.dumps({f"{number:x}": f"{number:x}" for number in range(150_000)}),
    "one text beyond the plane": '"' + "\U0001d11e" + "x" * (4 * MIB - 20) + '"',
}
TRIPPING = {
    "a giant number": "1" * 5_000,
    "a number in a path": '{"path": ' + "1" * 5_000 + ', "tags": {}}',
    "bottomless": "[" * 100_000,
    "no path": "{}",
    "path of lists": '{"path": [[]], "tags": {"title": ["x"]}}',
    "tags of text": f'{{"path": "{ONE}", "tags": "x"}}',
    "tags of numbers": f'{{"path": "{ONE}", "tags": {{"title": [1], "artist": [[]], "album": 3}}}}',
    "infinite": f'{{"path": "{ONE}", "tags": {{"title": [Infinity]}}}}',
}


RIGHTS_HEADER, RIGHTS_END = (
    (GOLDEN / "rights.jsonl").read_text().splitlines(keepends=True)[place] for place in (0, -1)
)


def damaged_bag(root: Path, record: str, path: str = "metadata/files.jsonl") -> Path:
    bag = build_bag(root / "bag", tags={path: record.encode()})
    (bag / ONE).write_bytes(b"other\n")
    return bag


@pytest.mark.parametrize("line", WASTEFUL.values(), ids=WASTEFUL.keys())
@pytest.mark.parametrize(
    ("path", "words"),
    [("metadata/files.jsonl", "verify"), (RIGHTS_RECORD, "due"), (RIGHTS_RECORD, "explain")],
    ids=["files", "rights", "rights explained"],
)
def test_memory_stays_bounded_whatever_a_record_holds(
    tmp_path: Path, line: str, path: str, words: str
) -> None:
    start = RIGHTS_HEADER if path == RIGHTS_RECORD else ""
    bag = damaged_bag(tmp_path, start + "\n".join([line] * 3) + "\n", path)
    if path == RIGHTS_RECORD:
        one = {"path": ONE, "source_path": "01 First.flac", "decision": "d1"}
        (bag / FILES_RECORD).write_text(f'{{"schema":"archiver.files/1"}}\n{json.dumps(one)}\n')
    watch = [sys.executable, watch_memory.__file__, str(tmp_path / "peak")]
    outcome = run_program(words, bag, before=watch)
    assert outcome.code == 4, outcome
    found = re.fullmatch(r"\d+", (tmp_path / "peak").read_text())
    assert found is not None
    assert int(found[0]) < LIMIT_BYTES


@pytest.mark.parametrize("line", TRIPPING.values(), ids=TRIPPING.keys())
def test_a_line_that_trips_its_reader_is_passed_over(tmp_path: Path, line: str) -> None:
    good = {"path": ONE, "tags": {"title": ["\ud800 a"], "artist": ["b"], "album": ["c"]}}
    bag = damaged_bag(tmp_path, f"{line}\n{json.dumps(good)}\n")
    assert tracks_of(FolderBag(os.fsencode(bag)), {ONE}) == {ONE: Track("\ud800 a", "b", "c")}
    for options in ((), ("--json",)):
        outcome = run_here("verify", *options, bag)
        assert outcome.code == 4
        assert "fault" not in outcome.err


@pytest.mark.parametrize("line", TRIPPING.values(), ids=TRIPPING.keys())
@pytest.mark.parametrize("path", [RIGHTS_RECORD, FILES_RECORD], ids=["rights", "files"])
def test_a_record_of_rights_that_trips_its_reader_is_refused(tmp_path: Path, path: str, line: str) -> None:
    bag = damaged_bag(
        tmp_path,
        f"{RIGHTS_HEADER}{line}\n" if path == RIGHTS_RECORD else RIGHTS_HEADER + RIGHTS_END,
        RIGHTS_RECORD,
    )
    (bag / FILES_RECORD).write_text(
        f'{{"schema":"archiver.files/1"}}\n{line}\n' if path == FILES_RECORD else ""
    )
    for words in (("due", bag), ("explain", bag), ("explain", bag / ONE)):
        outcome = run_here(*words)
        assert outcome.code == 4
        assert "not as this program writes it" in " ".join(outcome.out.split())
        assert outcome.err == ""


def test_output_about_one_file_is_bounded_however_long_its_path(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag", seal=False)
    with (bag / "manifest-sha512.txt").open("a") as manifest:
        for number in range(6):
            manifest.write(f"{'0' * 128}  data/{'x' * 200_000}{number}\n")
    outcome = run_here("verify", bag)
    assert outcome.code == 4
    assert len(outcome.out) < 30_000
    assert "characters left out" in outcome.out
    told = json.dumps(run_here("verify", bag, "--json").json)
    assert "x" * 200_000 in told
