"""Whatever the machine or the shell withholds, a run works or ends with a plain message and a documented status."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archiver import machine
from tests.conftest import MakeSource
from tests.reliability.faults import visible_bags
from tests.running import COMMAND, PATIENCE, Outcome
from tests.samples import mp3, silence, wav

MIB = 1 << 20
MUSIC = {"Album/1.mp3": mp3(), "Album/2.wav": wav(audio=silence(3.0))}


@pytest.fixture(autouse=True)
def _signals_heard() -> Iterator[None]:
    """Let the programs that are started here hear every signal, also where the tests were begun behind a shell's ``&``."""
    before = {
        number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGINT, signal.SIGHUP)
    }
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def run(
    *words: str | Path,
    before: Callable[[], object] | None = None,
    cwd: Path | None = None,
    **environment: str,
) -> Outcome:
    """Run the program after ``before`` in its process."""
    done = subprocess.run(
        [*COMMAND, *(os.fspath(word) for word in words)],
        cwd=cwd,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
        preexec_fn=before,
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def shell(line: str, *arguments: str | Path, **environment: str) -> Outcome:
    """Run a line of the shell, in which ``"$@"`` is the program and its words."""
    done = subprocess.run(
        ["/bin/sh", "-c", line, "sh", *COMMAND, *(os.fspath(word) for word in arguments)],
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def limit(kind: int, soft: int, hard: int | None = None) -> Callable[[], object]:
    return lambda: resource.setrlimit(kind, (soft, soft if hard is None else hard))


def assert_plain(outcome: Outcome, *said: str) -> None:
    text = " ".join(outcome.err.split())
    assert outcome.code == 1, outcome
    assert text.startswith("archiver: "), outcome.err
    for word in said:
        assert word in text
    for word in ("Traceback", "goroutine", "fatal error", "a fault in this program"):
        assert word not in text


@pytest.mark.parametrize(("mib", "hard"), [(150, 150 * MIB), (100, resource.RLIM_INFINITY), (50, 50 * MIB)])
def test_little_data_memory_is_told(source: MakeSource, tmp_path: Path, mib: int, hard: int) -> None:
    outcome = run(
        "pack",
        source(MUSIC),
        "--all",
        "--to",
        tmp_path / "store",
        before=limit(resource.RLIMIT_DATA, mib * MIB, hard),
    )
    assert_plain(
        outcome, "the processes that read files' headers cannot be started", f"ulimit -d is {mib} MiB"
    )
    assert visible_bags(tmp_path / "store") == []


@pytest.mark.parametrize(
    "mib", [100, 500, 1000, *(pytest.param(n, marks=pytest.mark.slow) for n in (50, 300, 1400))]
)
def test_little_address_space_is_told(source: MakeSource, tmp_path: Path, mib: int) -> None:
    outcome = run(
        "pack",
        source(MUSIC),
        "--all",
        "--to",
        tmp_path / "store",
        before=limit(resource.RLIMIT_AS, mib * MIB),
    )
    if mib < 1000 or outcome.code:  # about a gigabyte is enough on some machines
        assert_plain(outcome, "the processes that read files' headers cannot be started", "ulimit -v")


@pytest.mark.parametrize("mib", [18, 22, 26, 30, 34])
def test_hardly_any_memory_is_told_by_whoever_notices(source: MakeSource, mib: int) -> None:
    assert_plain(run("scan", source(MUSIC), before=limit(resource.RLIMIT_AS, mib * MIB)))


def test_a_limit_below_ours_stands_and_is_never_raised() -> None:
    script = (
        "import resource; from archiver import process\n"
        f"resource.setrlimit(resource.RLIMIT_DATA, ({100 * MIB}, {200 * MIB}))\n"
        f"process.limit_memory({512 * MIB})\n"
        "print(*resource.getrlimit(resource.RLIMIT_DATA))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(100 * MIB)] * 2


@pytest.mark.parametrize("number", [16, 20, 32])
def test_few_open_files_are_told_before_anything_is_done(
    source: MakeSource, tmp_path: Path, number: int
) -> None:
    outcome = run(
        "pack",
        source(MUSIC),
        "--all",
        "--to",
        tmp_path / "store",
        before=limit(resource.RLIMIT_NOFILE, number),
    )
    assert_plain(outcome, f"no more than {number} files open", "ulimit -n")
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("limits", [(16, 1024), (64, 64)])
def test_as_many_open_files_as_may_be_are_used(
    source: MakeSource, tmp_path: Path, limits: tuple[int, int]
) -> None:
    root = source(MUSIC)
    outcome = run(
        "pack", root, "--all", "--to", tmp_path / "store", before=limit(resource.RLIMIT_NOFILE, *limits)
    )
    assert outcome.code == 0, outcome.err


def nobody() -> tuple[str, int]:
    """Return a Python that a user without rights may run, and that user."""
    if os.geteuid() != 0:
        pytest.skip("only root can become nobody: the limit on processes is not tested")
    for python in ("/usr/bin/python3", sys.executable):
        asked = [python, "-c", "import sys; print(sys.version_info[:2], sys.implementation.cache_tag)"]
        try:
            done = subprocess.run(asked, user=65534, cwd="/", capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        if done.stdout.startswith(f"{sys.version_info[:2]} "):
            return python, 65534
    pytest.skip("nobody may run no Python of this version: the limit on processes is not tested")


@pytest.mark.parametrize(
    "number", [2, 4, 6, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 3, 5, 7, 8, 9, 10, 12))]
)
def test_few_processes_are_told_or_are_enough(number: int) -> None:
    python, user = nobody()
    where = os.pathsep.join(path for path in sys.path if os.path.isabs(path) and os.path.isdir(path))
    done = subprocess.run(
        [python, "-P", "-m", "archiver", "scan", "/usr/share/common-licenses"],
        user=user, cwd="/", env={"PYTHONPATH": where, "HOME": "/nonexistent"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode not in {0, 3}:
        pytest.skip(f"nobody cannot run the program here: {done.stderr[-200:]}")
    done = subprocess.run(
        [python, "-P", "-m", "archiver", "scan", "/usr/share/common-licenses"],
        user=user, cwd="/", env={"PYTHONPATH": where, "HOME": "/nonexistent"}, capture_output=True, text=True, check=False,
        preexec_fn=limit(resource.RLIMIT_NPROC, number), timeout=PATIENCE,
    )  # fmt: skip
    outcome = Outcome(done.returncode, done.stdout, done.stderr)
    if done.returncode not in {0, 3}:
        assert_plain(outcome, f"ulimit -u is {number}")


def test_a_long_temporary_folder_will_do(source: MakeSource, tmp_path: Path) -> None:
    long = tmp_path / ("x" * 120)
    long.mkdir()
    root = source(MUSIC)
    outcome = run("pack", root, "--all", "--to", tmp_path / "store", TMPDIR=str(long))
    assert outcome.code == 0, outcome.err
    assert list(long.iterdir()) == []


@pytest.mark.parametrize("mount", ["tmpfs -o ro", "tmpfs -o size=4k,nr_inodes=1"])
def test_shared_memory_is_not_needed(source: MakeSource, mount: str) -> None:
    root = source(MUSIC)
    ready = subprocess.run(
        ["unshare", "-m", "sh", "-c", f"mount -t {mount} none /dev/shm"], capture_output=True, check=False
    )
    if ready.returncode != 0:
        pytest.skip("this user cannot mount: a read-only /dev/shm is not tested")
    outcome = shell(
        f'exec unshare -m sh -c \'mount -t {mount} none /dev/shm && exec "$@"\' sh "$@"', "scan", root
    )
    assert outcome.code == 0, outcome.err


def test_everything_works_from_a_folder_that_is_gone(source: MakeSource, tmp_path: Path) -> None:
    root, store, gone = source(MUSIC), tmp_path / "store", tmp_path / "gone"
    bag = store / "bag"
    for words in (
        ("scan", root),
        ("pack", root, "--all", "--to", store, "--name", "bag"),
        ("verify", bag),
        ("explain", root / "Album" / "1.mp3"),
        ("rights", "template", root),
        ("due", store),
        ("bag", "add-algorithm", bag, "sha256"),
        ("bag", "set-info", bag, "Contact-Name: A. Librarian"),
    ):
        outcome = shell(f'mkdir "{gone}" && cd "{gone}" && rmdir "{gone}" && exec "$@"', *words)
        assert outcome.code == 0, (words, outcome.err)


@pytest.mark.parametrize(
    "words", [("scan", "."), ("pack", "/usr/share/doc/adduser", "--to", "x"), ("verify", "x")]
)
def test_a_relative_path_in_a_folder_that_is_gone_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    gone = tmp_path / "gone"
    outcome = shell(f'mkdir "{gone}" && cd "{gone}" && rmdir "{gone}" && exec "$@"', *words)
    assert outcome.code == 2, outcome
    assert "fault" not in outcome.err


@pytest.mark.parametrize("closed", ["2>&-", "<&-", ">&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_take_nothing_from_a_run(source: MakeSource, tmp_path: Path, closed: str) -> None:
    root, store = source(MUSIC), tmp_path / "store"
    outcome = shell(f'exec "$@" {closed}', "pack", root, "--all", "--to", store, "--name", "bag")
    assert outcome.code == 0, outcome.err
    assert run("verify", store / "bag").code == 0
    assert shell(f'exec "$@" {closed}', "verify", store / "bag", store / "none").code == 2
    assert shell(f'exec "$@" {closed}', "scan", "--nonsense").code == 2


@pytest.mark.parametrize(("words", "status"), [(("scan", "--nonsense"), 2), (("scan", "/nonexistent"), 2)])
@pytest.mark.parametrize("to", ["2>/dev/full", "2>&1 >/dev/full | true"])
def test_an_error_that_cannot_be_told_keeps_its_status(words: tuple[str, ...], status: int, to: str) -> None:
    outcome = shell(
        f'{{ "$@"; echo $? >&3; }} 3>&1 {to}' if "|" not in to else f'({{ "$@"; echo $? >&3; }} {to}) 3>&1',
        *words,
    )
    assert outcome.out.split()[-1] == str(status), outcome


IN_ITS_IMPORTS = """
import os, sys

class Interrupter:
    left, number = int(sys.argv[1]), int(sys.argv[2])

    def find_spec(self, name, path=None, target=None):
        if name not in ("archiver", "archiver.__main__"):
            Interrupter.left -= 1
            if Interrupter.left == 0:
                os.kill(os.getpid(), self.number)
        return None

sys.meta_path.insert(0, Interrupter())
from archiver.__main__ import main
sys.argv[:] = ["archiver", *sys.argv[3:]]
main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "nth", [2, 3, 5, 9, 20, 40, 60, *(pytest.param(n, marks=pytest.mark.slow) for n in range(61, 400, 3))]
)
def test_an_interrupt_while_modules_are_loaded(source: MakeSource, number: int, nth: int) -> None:
    root = source(MUSIC)
    script = [sys.executable, "-P", "-c", IN_ITS_IMPORTS, str(nth), str(int(number)), "scan", str(root)]
    done = subprocess.run(script, capture_output=True, text=True, check=False, timeout=PATIENCE)
    if number == signal.SIGTERM and nth <= 40 and done.returncode == -number:
        assert not done.stderr  # nobody can hear it before Python's own module of signals is loaded
        return
    assert done.returncode == 130 or (done.returncode == 0 and nth > 100), done
    assert "Traceback" not in done.stderr
    if done.returncode:
        assert done.stderr.startswith("archiver: interrupted\n")


WHILE_FLUSHING = """
import io, os, signal, sys
from archiver.__main__ import main

class Output(io.TextIOWrapper):
    def flush(self):
        os.kill(os.getpid(), signal.SIGINT)
        super().flush()

sys.stdout = Output(sys.stdout.buffer, "utf-8")
sys.argv[:] = ["archiver", *sys.argv[1:]]
main()
"""


def test_an_interrupt_while_the_report_is_written(source: MakeSource) -> None:
    script = [sys.executable, "-P", "-c", WHILE_FLUSHING, "scan", str(source(MUSIC))]
    done = subprocess.run(script, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    assert "interrupted" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_at_any_moment_leaves_nothing_in_the_temporary_folder(
    source: MakeSource, tmp_path: Path, number: int
) -> None:
    root = source({f"{n}.wav": MUSIC["Album/2.wav"] for n in range(300)})
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    for moment in range(25):
        with subprocess.Popen(
            [*COMMAND, "scan", root],
            env={**os.environ, "TMPDIR": str(scratch)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as running:
            time.sleep(0.08 * moment)
            running.send_signal(number)
            _, err = running.communicate(timeout=PATIENCE)
        # before our first line, Python says in its own way that it was interrupted
        assert b"Traceback" not in err or b"_run_module_as_main" in err.split(b"\n")[1]
        assert b"archiver/" not in err
        deadline = time.monotonic() + PATIENCE
        while any(scratch.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.05)  # a worker sees its parent gone, and puts away what it had
        assert list(scratch.iterdir()) == []


def test_temporary_files_never_go_to_the_current_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(machine, "_FOLDERS", ("/nonexistent",))
    for named in ("", ".", "relative", "/nonexistent"):
        monkeypatch.setenv("TMPDIR", named)
        assert machine.temporary_folder() == "/nonexistent"
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert machine.temporary_folder() == str(tmp_path)
