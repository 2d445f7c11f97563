"""Inputs of the kinds that public bug reports are about, each against the right value.

``ARCHIVER_CASES`` names a folder of cases: each a folder with files, and with an ``expected.json`` that lists file,
key of the file's entry in ``scan --json``, right value and mode of comparison. A file that a case lists and does not
hold is made by the ``make.py`` beside it. Another folder of the same form can be named instead.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.running import PATIENCE, run_here
from tests.samples import tree_digest

VARIABLE = "ARCHIVER_CASES"
FOLDER = os.environ.get(VARIABLE, "")
"""Read while tests are gathered: no test itself sees variables of the program's name."""

NOT_NAMED = f"{VARIABLE} does not name a folder of cases"

Expectation = dict[str, Any]
Scanned = Callable[[str], dict[str, Any]]


def cases() -> Iterator[Any]:
    """Every expectation of every case, or one that is skipped and says why."""
    if not FOLDER:
        yield pytest.param("", {}, marks=pytest.mark.skip(reason=NOT_NAMED), id="no-cases")
        return
    for path in sorted(Path(FOLDER).glob("*/expected.json")):
        for expected in json.loads(path.read_text("utf-8")):
            told = (path.parent.name, str(expected["file"]), expected["key"], expected["mode"])
            yield pytest.param(path.parent.name, expected, id="-".join(told).replace(" ", "_"))


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    """Scan a copy of one case, once, and prove the copy untouched."""
    reports: dict[str, dict[str, Any]] = {}

    def scan(case: str) -> dict[str, Any]:
        if case not in reports:
            folder = tmp_path_factory.mktemp("cases") / case
            shutil.copytree(Path(FOLDER) / case, folder)
            folder.chmod(0o755)
            make_what_is_missing(folder)
            small = sum(each.stat().st_size for each in folder.iterdir()) < 1 << 28
            before = tree_digest(folder) if small else ""
            outcome = run_here("scan", folder, "--json")
            assert outcome.code in (0, 3), outcome.err
            assert not small or tree_digest(folder) == before
            shutil.rmtree(folder)
            reports[case] = outcome.json
        return reports[case]

    return scan


def make_what_is_missing(folder: Path) -> None:
    """Make the files that are listed and not there."""
    listed = {each["file"] for each in json.loads((folder / "expected.json").read_text("utf-8"))} - {None}
    missing = sorted(name for name in listed if not (folder / name).exists())
    if not missing:
        return
    try:
        subprocess.run(
            [sys.executable, "make.py"], cwd=folder, check=True, capture_output=True, timeout=PATIENCE
        )
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"make.py could not make {', '.join(missing)}: {error}")


def value_at(report: dict[str, Any], expected: Expectation) -> Any:  # noqa: ANN401 - whatever stands there
    """What stands at the expected key, ``None`` where nothing does."""
    found: Any = report
    if expected["file"] is not None:
        entries = [
            each for each in report["entries"] if each["source_path"].rpartition("/")[2] == expected["file"]
        ]
        assert len(entries) == 1, f"{len(entries)} entries for {expected['file']}"
        found = entries[0]
    for part in expected["key"].split("."):
        found = None if found is None else found.get(part)
    return found


def codes(found: Any) -> set[str]:  # noqa: ANN401 - a list of evidence or of problems
    return {each["code"] for each in found or ()}


def close(found: Any, right: Any, tolerance: float | None) -> bool:  # noqa: ANN401 - any value of JSON
    if tolerance is None or right is None or found is None:
        return bool(found == right)
    return math.isclose(found, right, rel_tol=0, abs_tol=tolerance)


def right_of_one_value(mode: str, found: Any, right: Any, tolerance: float | None) -> bool:  # noqa: ANN401 - the same
    """Whether a value is right, by a mode that compares nothing else."""
    verdicts: dict[str, Callable[[], bool]] = {
        "eq": lambda: close(found, right, tolerance),
        "not_eq": lambda: bool(found != right),
        "not_contains": lambda: right not in (found or ()),
        "null_or_eq": lambda: found is None or close(found, right, tolerance),
        "null_or_approx": lambda: found is None or close(found, right, tolerance),
        "null_or_greater": lambda: found is None or bool(found > right),
        "count": lambda: len(found or ()) == right,
        "has_code": lambda: right in codes(found),
        "no_code": lambda: right not in codes(found),
    }
    assert mode in verdicts, f"there is no mode {mode}"
    return verdicts[mode]()


def holds(found: Any, right: Any, expected: Expectation, report: dict[str, Any]) -> bool:  # noqa: ANN401 - the same
    """Whether what was found is right; for two modes a problem of the file is as good as the value."""
    mode = expected["mode"]
    if mode not in ("code_or_problem", "title_or_problem"):
        return right_of_one_value(mode, found, right, expected["tolerance"])
    if value_at(report, expected | {"key": "problems"}):
        return True
    if mode == "code_or_problem":
        return right in codes(found)
    return bool(value_at(report, expected | {"key": "tags.title"}))


MPEG1_KBPS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
ADTS_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)


def seconds_by_frames(data: bytes) -> float:
    """The playing time of an MPEG-1 Layer III stream at 44,100 Hz, frame by frame; other bytes are stepped over."""
    at = frames = 0
    while at + 4 <= len(data):
        good = data[at] == 0xFF and data[at + 1] & 0xFE == 0xFA and data[at + 2] >> 2 & 3 == 0
        kbps = MPEG1_KBPS[data[at + 2] >> 4] if good and data[at + 2] >> 4 < 15 else 0
        at += 144000 * kbps // 44100 + (data[at + 2] >> 1 & 1) if kbps else 1
        frames += bool(kbps)
    return frames * 1152 / 44100


def seconds_by_adts_frames(data: bytes) -> float:
    """The playing time of an ADTS stream of one raw block a frame."""
    at, seconds = 0, 0.0
    while at + 7 <= len(data) and data[at] == 0xFF:
        seconds += 1024 / ADTS_RATES[data[at + 2] >> 2 & 15]
        at += (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
    return seconds


COUNTED = {"FRAMES": seconds_by_frames, "ADTS": seconds_by_adts_frames}


@pytest.mark.parametrize(("case", "expected"), list(cases()))
def test_case(scanned: Scanned, case: str, expected: Expectation) -> None:
    report = scanned(case)
    right = expected["right"]
    if isinstance(right, str) and right in COUNTED:
        right = COUNTED[right]((Path(FOLDER) / case / expected["file"]).read_bytes())
    found = value_at(report, expected)
    assert holds(found, right, expected, report), (
        f"{expected['key']} is {found!r}, {expected['mode']} {right!r}"
    )
