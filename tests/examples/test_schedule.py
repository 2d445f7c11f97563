"""The examples that have an audit run each month are well-formed, and every command in them is one that can be given."""

from __future__ import annotations

import configparser
import os
import plistlib
import re
import shlex
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import click
import pytest

from archiver.cli.audit import command

SCHEDULE = Path(__file__).parents[2] / "examples/schedule"
_TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def given(words: list[str]) -> dict[str, object]:
    """Read the words of a command as the program does, and return what it was given."""
    program, name, *rest = words
    assert os.path.basename(program).removesuffix(".exe") == "archiver"
    assert name == "audit"
    with command.make_context("audit", rest) as context:
        assert isinstance(context, click.Context)
        return {key: value for key, value in context.params.items() if value}


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=True, interpolation=None, comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names of systemd have capitals
    parser.read_string((SCHEDULE / name).read_text("utf-8"))
    return parser


def commands() -> dict[str, list[str]]:
    found = {"systemd": shlex.split(unit("archiver-audit.service")["Service"]["ExecStart"])}
    (line,) = [
        line for line in (SCHEDULE / "crontab").read_text("utf-8").splitlines() if line[:1] not in ("#", "")
    ]
    when = re.fullmatch(r"0 3 1 \* \*  (.*?) > .*", line)
    assert when is not None
    found["cron"] = shlex.split(when[1])
    with (SCHEDULE / "archiver.audit.plist").open("rb") as stream:
        found["launchd"] = plistlib.load(stream)["ProgramArguments"]
    task = ET.parse(SCHEDULE / "archiver-audit.xml").getroot()
    run = [
        task.findtext(f"{_TASK}Actions/{_TASK}Exec/{_TASK}{part}") or "" for part in ("Command", "Arguments")
    ]
    found["windows"] = shlex.split(" ".join(run))
    return found


@pytest.mark.parametrize("kind", ["systemd", "cron", "launchd", "windows"])
def test_each_runs_the_same_audit(kind: str) -> None:
    words = commands()[kind]
    assert {key: str(value) for key, value in given(words).items()} == {"time": "2:00:00", "idle": "True"}


def test_the_timer_comes_each_month_and_makes_up_for_what_it_missed() -> None:
    timer = unit("archiver-audit.timer")
    assert timer["Timer"]["OnCalendar"] == "*-*-01 03:00:00"
    assert timer["Timer"]["Persistent"] == "true"
    assert timer["Install"]["WantedBy"] == "timers.target"
    failed = unit("archiver-audit.service")["Unit"]["OnFailure"]
    assert (SCHEDULE / failed).is_file()


def test_systemd_itself_takes_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed: the units were read by a parser of INI files alone")
    units = []
    for path in SCHEDULE.glob("archiver-audit*.[st]*[er]"):
        copy = tmp_path / path.name
        copy.write_text(path.read_text("utf-8").replace("ExecStart=archiver", "ExecStart=/bin/true"), "utf-8")
        units.append(copy)
    done = subprocess.run([analyze, "verify", "--user", *units], capture_output=True, check=False, text=True)
    assert "Unknown" not in done.stderr, done.stderr
    assert "Failed to parse" not in done.stderr, done.stderr


def test_the_task_of_windows_names_every_month() -> None:
    task = ET.parse(SCHEDULE / "archiver-audit.xml").getroot()
    months = task.find(f".//{_TASK}Months")
    assert months is not None
    assert len(months) == 12
