"""Runs that are ended early, and runs whose streams are closed or full.

A signal at any moment ends a run with status 130 and one plain sentence, leaves nothing in the temporary folder, no
half-made bag and the source as it was, and the same command then makes the bag. The long part (``-m slow``) sends 480
signals: SIGINT, SIGTERM and SIGHUP to ``scan``, ``pack``, ``verify`` and ``bag set-info``, 30 each in the first 0.3 s and
10 each in the first 2 s; the short part 6. Streams: all 8 combinations of closed ones for 4 commands, and full ones.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from archiver.bagit.report import Depth
from archiver.bagit.validate import validate
from tests.bagit.bags import build_bag
from tests.conftest import MakeSource
from tests.hostile.sweeping import none_of, sliced
from tests.reliability.faults import left_over, visible_bags
from tests.running import EPOCH, PATIENCE, ROOT, command, run_here
from tests.samples import build_tree, flac, mp3, read_tree, tree_digest

TREE: dict[str, bytes | str] = {
    **{f"Album {number // 10}/{number:02}.flac": flac(title=str(number)) for number in range(40)},
    "Loose/a.mp3": mp3(title="a"),
    "Loose/large.wav": bytes(8 << 20),
    "z": "last",
}
SMALL: dict[str, bytes | str] = {"Album/01.flac": flac(title="1"), "z": "last"}
SIGNALS = ("INT", "TERM", "HUP")
NEVER = (
    "Traceback",
    "KeyboardInterrupt",
    "fault in this program",
    "Exception ignored",
    "leaked",
    "goroutine ",
)
EARLY, LATE = 0.3, 2.0


@pytest.fixture(autouse=True)
def _signals_heard() -> Iterator[None]:
    """Let the programs that are started here hear every signal, also where the tests run under ``nohup`` or behind ``&``."""
    before = {
        number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGINT, signal.SIGHUP)
    }
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class Ground:
    """What a run has to do with, in a folder of its own."""

    def __init__(self, place: Path, tree: Mapping[str, bytes | str] = TREE) -> None:
        self.source = build_tree(place / "Music", tree)
        self.store = place / "store"
        self.bag = build_bag(place / "bag", {f"data/{number}": bytes(3000) for number in range(300)})
        self.temporary = place / "tmp"
        self.temporary.mkdir()
        self.before = tree_digest(self.source)

    def words(self, name: str) -> Sequence[str | Path]:
        words: dict[str, Sequence[str | Path]] = {
            "scan": ("scan", self.source),
            "pack": ("pack", self.source, "--all", "--to", self.store),
            "verify": ("verify", self.bag),
            "bag": ("bag", "set-info", self.bag, "Title: Songs"),
        }
        return words[name]

    def start(self, name: str, *before: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*before, *command(*self.words(name))],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(self.temporary), "SOURCE_DATE_EPOCH": EPOCH},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def is_sound(self, name: str) -> None:
        """Check source, bags and temporary folder, then that the same command does what it is for."""
        assert tree_digest(self.source) == self.before, "the source was changed"
        visible_bags(self.store)
        left = sorted(path.name for path in self.temporary.iterdir())
        assert not left, f"left in the temporary folder: {left}"
        again = run_here(*self.words(name), SOURCE_DATE_EPOCH=EPOCH)
        assert again.code == 0, f"the same command again: {again.err}"
        if name == "pack":
            assert read_tree(visible_bags(self.store)[0] / "data") == read_tree(self.source)
            assert left_over(self.store) == []
        assert validate(os.fsencode(self.bag), Depth.FULL).valid


def stopped(ground: Ground, name: str, signal_name: str, after: float, *, group: bool) -> None:
    """Start a command, send it a signal, and judge how it ended.

    With ``group`` every process of the run gets the signal, as from a terminal.
    """
    number = signal.Signals[f"SIG{signal_name}"]
    process = ground.start(name)
    while after >= EARLY and process.poll() is None and not _hears(process.pid):
        time.sleep(0.005)  # so that it is met at its work, however long the interpreter took to start
    time.sleep(after)
    heard = _hears(process.pid)
    if process.poll() is None:
        (os.killpg if group else os.kill)(process.pid, number)
    out, err = process.communicate(timeout=PATIENCE)
    text = err.decode()
    where = f"SIG{signal_name} to {name} after {after:.3f} s, status {process.returncode}: {text[-300:]}"
    assert not [word for word in NEVER if word in text], where
    if process.returncode == -number:
        # it came before the program's first line: the interpreter was still starting
        assert not out, where
        assert not err, where
        assert not heard, where
    else:
        assert process.returncode in {0, 130}, where
        assert process.returncode == 0 or "interrupted" in text, where
    _workers_are_gone(process.pid)
    ground.is_sound(name)


def _hears(pid: int) -> bool:
    """Whether a process asked the system to be told of SIGTERM, as the program does first of all."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return bool(int(status.partition("SigCgt:")[2].split()[0], 16) >> (signal.SIGTERM - 1) & 1)


def _workers_are_gone(session: int) -> None:
    """Wait for what the run started to end; nothing of it may stay."""
    for _ in range(1_000):
        left = [pid for pid in filter(str.isdigit, os.listdir("/proc")) if _session_of(pid) == session]
        if not left:
            return
        time.sleep(0.05)
    pytest.fail(f"processes of the run are left: {left}")


def _session_of(pid: str) -> int | None:
    try:
        fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[3])


def tried(place: Path, name: str, signal_name: str, after: float, *, group: bool) -> str | None:
    try:
        stopped(Ground(place), name, signal_name, after, group=group)
    except (AssertionError, pytest.fail.Exception) as error:
        return f"- SIG{signal_name} to {name} after {after:.3f} s: {' '.join(str(error).split())[:400]}"
    return None


@pytest.mark.parametrize(
    ("name", "signal_name", "after"),
    [
        ("pack", "INT", 0.08),
        ("pack", "TERM", 0.25),
        ("scan", "INT", 0.5),
        ("verify", "HUP", 0.15),
        ("pack", "HUP", 0.7),
        ("bag", "TERM", 0.2),
    ],
)
def test_a_signal(tmp_path: Path, name: str, signal_name: str, after: float) -> None:
    stopped(Ground(tmp_path), name, signal_name, after, group=signal_name == "INT")


@pytest.mark.slow
@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("signal_name", SIGNALS)
@pytest.mark.parametrize("name", ["scan", "pack", "verify", "bag"])
def test_signals_at_many_moments(tmp_path: Path, name: str, signal_name: str) -> None:
    dice = random.Random(f"{name} {signal_name}")
    moments = [dice.uniform(0, EARLY) for _ in range(30)] + [dice.uniform(EARLY, LATE) for _ in range(10)]
    failures = [
        tried(tmp_path / str(turn), name, signal_name, after, group=turn % 2 == 0)
        for turn, after in sliced(enumerate(moments))
    ]
    none_of([failure for failure in failures if failure is not None])


COMMANDS = ("scan", "pack", "verify", "bag")
CLOSINGS = [
    "".join(words) for words in ((a, b, c) for a in ("", " <&-") for b in ("", " >&-") for c in ("", " 2>&-"))
]


@pytest.mark.parametrize(
    ("name", "closing"),
    [
        pytest.param(name, closing, marks=[] if name == "pack" or closing == " 2>&-" else [pytest.mark.slow])
        for name in COMMANDS
        for closing in CLOSINGS
    ],
)
def test_closed_streams(tmp_path: Path, name: str, closing: str) -> None:
    ground = Ground(tmp_path, SMALL)
    process = ground.start(name, "sh", "-c", f'exec "$@"{closing}', "sh")
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    assert bool(out) == (">&-" not in closing.replace("2>&-", ""))
    assert b"Traceback" not in err
    if name == "pack":
        assert read_tree(visible_bags(ground.store)[0] / "data") == read_tree(ground.source)
    assert validate(os.fsencode(ground.bag), Depth.FULL).valid
    assert tree_digest(ground.source) == ground.before


@pytest.mark.parametrize(
    ("full", "status"), [(">/dev/full", 1), ("2>/dev/full", 0), (">/dev/full 2>/dev/full", 1)]
)
@pytest.mark.parametrize(
    "name", ["pack", "verify", *(pytest.param(name, marks=pytest.mark.slow) for name in ("scan", "bag"))]
)
@pytest.mark.case(3)
def test_full_streams(tmp_path: Path, name: str, full: str, status: int) -> None:
    ground = Ground(tmp_path, SMALL)
    process = ground.start(name, "sh", "-c", f'exec "$@" {full}', "sh")
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == status, err
    if full == ">/dev/full":
        assert b"archiver: cannot write to standard output: no space left on device" in b" ".join(err.split())
    if name == "pack":
        assert len(visible_bags(ground.store)) == 1
    assert validate(os.fsencode(ground.bag), Depth.FULL).valid
    assert tree_digest(ground.source) == ground.before


def test_wrong_usage_is_wrong_usage_where_nobody_can_be_told(source: MakeSource) -> None:
    root = source({"a": "x"})
    for ending in ("2>/dev/full", "2>&-", ">&- 2>&-"):
        words = ["sh", "-c", f'exec "$@" {ending}', "sh", *command("pack", root, "--no-such-option")]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, check=False, timeout=PATIENCE)
        assert done.returncode == 2, ending
