"""What is printed is safe, fits a terminal, and is right when nobody reads it or nothing can be written."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from rich.cells import cell_len

from archiver.cli.terminal.table import fitted_lines, table_lines
from archiver.cli.terminal.text import WIDTH, count, duration, shown, wrapped
from tests.conftest import MakeSource
from tests.running import ROOT, command, run_here, run_program
from tests.samples import Entry, Link, build_tree, flac, mp3

NASTY = "\x1b[31mred\x1b[0m \u202egnp.exe [bold]rich[/bold]\r\n\x07"
TREE: dict[str, Entry] = {
    f"{NASTY}/01.flac": flac({"TITLE": [NASTY], "ALBUM": [NASTY], "ARTIST": [NASTY]}),
    f"{NASTY}.mp3": flac(),
    "loop": Link("loop"),
    "a:b": "x",
}
ESCAPES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


def test_names_and_tags_are_shown_escaped_everywhere(source: MakeSource, tmp_path: Path) -> None:
    root = source(TREE, "Music \x1b[2J\u202e")
    bag = tmp_path / "store \x1b[2J" / "bag"
    runs = [
        run_here("scan", root),
        run_here("pack", root, "--to", bag.parent, "--name", "bag"),
        run_here("pack", root, "--to", bag.parent, "--dry-run"),
        run_here("pack", root / "gone \x1b[2J\n", "--to", bag.parent),
        run_here("verify", bag),
        run_here("verify", root),
        run_here("explain", root / NASTY / "01.flac"),
    ]
    (bag / "data" / NASTY / "01.flac").write_bytes(b"damaged")
    (bag / "data" / f"{NASTY}.mp3").unlink()
    runs.append(run_here("verify", bag))
    assert [run.code for run in runs] == [3, 3, 3, 2, 0, 4, 0, 4]
    for run in runs:
        assert not ESCAPES.search(run.out + run.err), run
        assert "fault in this program" not in run.err
    assert "[bold]rich[/bold]" in runs[0].out
    assert "\\x1b[31mred" in runs[0].out


def test_json_is_one_object_whatever_is_in_names_and_tags(source: MakeSource, tmp_path: Path) -> None:
    root = source(TREE)
    assert run_here("scan", root, "--json").json["entries"]
    packed = run_here("pack", root, "--to", tmp_path / "store", "--json").json
    assert packed["files"]["packed"] == 3
    assert run_here("verify", packed["bag"], "--json").json["bags"][0]["valid"] is True


def test_reports_fit_80_columns_but_for_paths(
    source: MakeSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree: dict[str, Entry] = {
        f"Album {n}/{n} {'a word ' * 20}.mp3": mp3({"TIT2": ["x " * 60]}) for n in range(3)
    }
    source({**tree, "CON": "", "link": Link("x")}, "M")
    monkeypatch.chdir(tmp_path)
    for words in (
        ("scan", "M"),
        ("pack", "M", "--to", "s", "--name", "b"),
        ("verify", "s/b"),
        ("pack", "no", "--to", "s"),
    ):
        outcome = run_here(*words)
        for line in (outcome.out + outcome.err).splitlines():
            assert len(line) <= WIDTH or str(tmp_path) in line, line


def on_terminal(
    words: Sequence[str | bytes],
    *,
    out_too: bool,
    columns: int = 80,
    environment: Mapping[str, str] | None = None,
) -> tuple[int, str, str]:
    """Run a command with standard error, and standard output where asked, on a terminal; give status and both."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        words,
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm-256color", **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=slave if out_too else subprocess.PIPE,
        stderr=slave,
    )
    os.close(slave)
    streams = {master: b""}
    if process.stdout is not None:
        streams[process.stdout.fileno()] = b""
    waiting = set(streams)
    while waiting:
        for stream in select.select(list(waiting), [], [])[0]:
            try:
                piece = os.read(stream, 65536)
            except OSError:  # a terminal whose last writer has gone
                piece = b""
            streams[stream] += piece
            if not piece:
                waiting.discard(stream)
    os.close(master)
    if process.stdout is not None:
        process.stdout.close()
    code = process.wait()
    piped = b"".join(data for stream, data in streams.items() if stream != master)
    return code, piped.decode(), streams[master].decode()


@pytest.fixture
def large(tmp_path: Path) -> Path:
    root = build_tree(tmp_path / "Music", {f"{number}.mp3": mp3() for number in range(40)})
    (root / "large.wav").touch()
    os.truncate(root / "large.wav", 60 << 20)
    return root


def test_progress_shows_on_a_terminal_and_output_stays_clean(large: Path, tmp_path: Path) -> None:
    words = command("pack", large, "--to", tmp_path / "store", "--name", "bag", "--json")
    code, out, terminal = on_terminal(words, out_too=False)
    assert code == 0, terminal
    assert out.startswith('{"schema": "archiver.pack/1"')
    assert "\x1b" not in out
    for title in ("Listing", "Reading headers", "Copying"):
        assert title in terminal
    assert re.search(r"[kMGT]B/s", terminal)
    assert re.search(r"/\S+ MB", terminal)


@pytest.mark.parametrize("words", [("scan",), ("pack", "--to", "store", "--dry-run")])
def test_nothing_but_the_report_where_nobody_watches(large: Path, words: tuple[str, ...]) -> None:
    outcome = run_program(words[0], large, *words[1:])
    assert outcome.err == ""
    assert "\x1b" not in outcome.out
    assert "Listing" not in outcome.out


@pytest.mark.parametrize("setting", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_where_none_is_wanted(large: Path, setting: dict[str, str]) -> None:
    code, _, terminal = on_terminal(command("scan", large), out_too=True, environment=setting)
    assert code == 0
    assert not re.search(r"\x1b\[(?:\d+;)*(?:3[0-7]|9[0-7]|38;|48;|4[0-7])[\d;]*m", terminal)


def test_narrow_terminals_are_no_fault(large: Path) -> None:
    code, _, terminal = on_terminal(command("scan", large), out_too=True, columns=20)
    assert code == 0
    assert "Traceback" not in terminal


@pytest.mark.parametrize("words", [("scan", "--json"), ("scan",)])
def test_reader_that_goes_away_is_no_fault(source: MakeSource, words: tuple[str, ...]) -> None:
    root = source({"a": "x"})
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            command(words[0], root, *words[1:]), cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize("option", ["--json", "--jobs=1"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_report_that_cannot_be_written_is_said_so(
    source: MakeSource, tmp_path: Path, option: str, unbuffered: str
) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full here")
    root = source({"a": "x"})
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            command("pack", root, "--to", tmp_path / "store", option),
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 1
    said = " ".join(done.stderr.decode().split())
    assert said.startswith("archiver: cannot write to standard output: no space left on device")
    assert "Exception ignored" not in said
    assert [path.name for path in (tmp_path / "store").iterdir() if not path.name.startswith(".")]


def test_faults_of_the_program_are_one_message_and_a_way_to_report_them(
    source: MakeSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("something unforeseen")

    monkeypatch.setattr("archiver.usecases.pack.pack.pack", fail)
    root = source({"a": "x"})
    outcome = run_here("pack", root, "--to", tmp_path / "store")
    assert outcome.code == 1
    assert "RuntimeError: something unforeseen" in " ".join(outcome.err.split())
    assert "ARCHIVER_DEBUG" in outcome.err
    assert "Traceback" not in outcome.err
    with pytest.raises(RuntimeError):
        run_here("pack", root, "--to", tmp_path / "store", ARCHIVER_DEBUG="1")


def test_shown_keeps_what_can_be_read() -> None:
    assert shown("Größe 東京 🎵 [b]x[/b] \\n") == "Größe 東京 🎵 [b]x[/b] \\n"
    assert (
        shown("\x1b[0m\n\t\u202e\u2028\udcff\ufeff\ue000")
        == "\\x1b[0m\\n\\t\\u202e\\u2028\\udcff\\ufeff\\ue000"
    )


def test_text_is_wrapped_and_counted() -> None:
    path = "/" + "x" * 200
    assert wrapped(f"a {path} b").splitlines() == ["a", path, "b"]
    assert max(map(len, wrapped("word " * 100, indent="    ").splitlines())) < WIDTH
    assert [count(number, "file") for number in (0, 1, 2, 1234)] == [
        "0 files",
        "1 file",
        "2 files",
        "1,234 files",
    ]
    assert [duration(seconds) for seconds in (0, 59.6, 3661, 90061)] == [
        "0:00:00",
        "0:01:00",
        "1:01:01",
        "1 day 1:01:01",
    ]


@pytest.mark.parametrize("name", ["short", "x" * 200, "東京" * 60, "é" * 100])
def test_tables_fit_whatever_is_in_them(name: str) -> None:
    lines = list(table_lines(("Format", "Files", "Size"), [(name, "1,000", "12.3 MB"), ("b", "1", "1 B")]))
    assert len(lines) == 3
    assert all(len(line.encode("utf-16-le")) // 2 <= WIDTH for line in lines)


@pytest.mark.parametrize(
    "words",
    [
        ("scan", "--{0}"),
        ("scan", "--{0}=x"),
        ("scan", "-{0}"),
        ("{0}",),
        ("--{0}",),
        ("rights", "{0}"),
        ("scan", "x", "--jobs", "{0}"),
        ("scan", "x", "--json={0}"),
        ("pack", "x", "--to", "x", "--serialize", "{0}"),
        ("pack", "x", "--to", "x", "--max-size", "{0}"),
        ("due", "x", "--until", "{0}"),
        ("completion", "{0}"),
        ("completion", "bash", "{0}"),
        ("bag", "add-algorithm", "x", "{0}"),
        ("explain", "x", "--{0}"),
    ],
)
@pytest.mark.parametrize("name", ["\x1b]0;pwned\x07", "\x1b[2J", "a\u202egnp", "\x9b31m"])
def test_a_name_that_is_taken_for_an_option_or_a_value_is_shown_escaped(
    words: tuple[str, ...], name: str
) -> None:
    """A shell's ``*`` gives the program whatever names a folder has."""
    outcome = run_here(*(word.format(name) for word in words))
    assert outcome.code == 2
    assert not ESCAPES.search(outcome.err), outcome.err


def test_the_widest_columns_of_a_table_are_cut_until_it_fits() -> None:
    rows = [("a" * 60, "b" * 90, "1,000"), ("\u6771\u4eac" * 20, "short", "1")]
    lines = list(fitted_lines(("First", "Second", "Number"), rows, cut=(0, 1), right=(2,)))
    assert {cell_len(line) for line in lines} == {WIDTH - 1}
    assert lines[1].count("\u2026") == 2
    assert lines[1].endswith("1,000")
    assert lines[2].split()[-2:] == ["short", "1"]


def test_a_table_that_fits_is_left_alone() -> None:
    lines = list(fitted_lines(("Name", "Size"), [("x", "1 B")], cut=(0,), right=(1,)))
    assert lines == ["  Name        Size", "  x            1 B"]
