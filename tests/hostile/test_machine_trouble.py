"""Trouble of the machine itself ends a run with status 1 and a plain word; it is never told of a file."""

from __future__ import annotations

import functools
import os
import random
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archiver.audio.examine import examine_file
from archiver.bagit.sorting import Sorter
from archiver.machine import MachineError, TemporaryStorageError, temporary_file
from archiver.model.source import FileRef, FileStat
from tests.bagit.archives import make_deflated_zip, make_tar, make_tar_gz, make_zip
from tests.bagit.bags import Payload, build_bag
from tests.conftest import MakeSource
from tests.hostile.machines import small_disk
from tests.reading_bags import file_rows
from tests.reliability.faults import inject, visible_bags
from tests.running import Outcome, run_here, run_program
from tests.samples import flac, mp3
from tests.samples.images import png

MANY: Payload = {f"data/{number:03}.txt": b"%d" % number for number in range(100)}
ARCHIVES: dict[str, Callable[[Path, Path], None]] = {
    "bag.tar": make_tar,
    "bag.tar.gz": make_tar_gz,
    "bag.zip": make_zip,
}


def is_told_as_the_machines(outcome: Outcome, folder: str) -> None:
    assert outcome.code == 1, outcome
    assert outcome.out == ""
    words = " ".join(outcome.err.split())
    assert f"the folder for temporary files, {folder}, cannot be used" in words
    assert "TMPDIR" in words
    assert not re.search(r"\bB\d{3}\b|valid|complete|damage|Traceback|fault", outcome.err)


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let everything that sorts write early, and every temporary file lie on a device that is always full."""
    for module in ("validate", "serialized.index", "serialized.digests", "serialized.zip_reader"):
        monkeypatch.setattr(f"archiver.bagit.{module}.Sorter", lambda *_: Sorter(run_bytes=500))
    for module in ("sorting", "serialized.tag_copies"):
        monkeypatch.setattr(
            f"archiver.bagit.{module}.temporary_file",
            functools.partial(open, "/dev/full", "r+b", buffering=0),
        )
    return tempfile.gettempdir()


@pytest.mark.parametrize(
    "words",
    [
        ("verify",),
        ("verify", "--fast"),
        ("verify", "--complete"),
        ("verify", "--json"),
        ("verify", "--profile", "btr"),
        ("bag", "set-info"),
        ("bag", "add-algorithm"),
    ],
)
def test_no_room_for_temporary_files_is_never_told_of_a_bag(
    tmp_path: Path, full: str, words: tuple[str, ...]
) -> None:
    bag = build_bag(tmp_path / "bag", MANY)
    before = (bag / "bag-info.txt").read_bytes()
    more = {"set-info": ["A: b"], "add-algorithm": ["md5"]}.get(words[-1], [])
    outcome = run_here(*words, bag, *more)
    if "--json" in words:
        assert "problems" not in outcome.out
        outcome = Outcome(outcome.code, "", outcome.err)
    is_told_as_the_machines(outcome, full)
    assert (bag / "bag-info.txt").read_bytes() == before


@pytest.mark.parametrize("options", [(), ("--fast",), ("--complete",), ("--profile", "btr")])
@pytest.mark.parametrize("name", ARCHIVES)
def test_no_room_for_temporary_files_is_never_told_of_an_archive(
    tmp_path: Path, full: str, name: str, options: tuple[str, ...]
) -> None:
    bag = build_bag(tmp_path / "bag", MANY)
    ARCHIVES[name](bag, tmp_path / name)
    is_told_as_the_machines(run_here("verify", *options, tmp_path / name), full)


def test_no_room_for_temporary_files_is_never_told_of_a_record_of_rights(tmp_path: Path, full: str) -> None:
    make_zip(build_bag(tmp_path / "bag", MANY), tmp_path / "bag.zip")
    is_told_as_the_machines(run_here("due", tmp_path / "bag.zip"), full)


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_full_disk_for_temporary_files(tmp_path: Path, name: str) -> None:
    words = small_disk(tmp_path / "full", "64k")
    noise = random.Random(4).randbytes(100_000).hex().encode()
    ARCHIVES[name](build_bag(tmp_path / "bag", tags={"notes.txt": noise}), tmp_path / name)
    outcome = run_program("verify", tmp_path / name, before=words, TMPDIR=str(tmp_path / "full"))
    is_told_as_the_machines(outcome, str(tmp_path / "full"))
    assert run_program("verify", tmp_path / name).code == 0


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("options", [(), ("--fast",), ("--complete",)])
def test_a_full_disk_for_what_is_sorted(tmp_path: Path, options: tuple[str, ...]) -> None:
    words = small_disk(tmp_path / "full", "64k")
    bag = build_bag(tmp_path / "bag", seal=False)
    noise = random.Random(4)
    with (bag / "manifest-sha512.txt").open("a") as manifest:
        for number in range(400_000):
            manifest.write(f"{noise.randbytes(64).hex()}  data/no such file/{number}\n")
    outcome = run_program("verify", *options, bag, before=words, TMPDIR=str(tmp_path / "full"))
    is_told_as_the_machines(outcome, str(tmp_path / "full"))
    assert run_program("verify", *options, bag).code == 4


def test_a_temporary_file_has_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with temporary_file() as file:
        file.write(b"x")
        assert list(tmp_path.iterdir()) == []


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder with a short path: sockets, by which processes speak, stand for no long one."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


def test_a_full_disk_for_temporary_files_blames_no_healthy_file(
    source: MakeSource, tmp_path: Path, short: Path
) -> None:
    words = small_disk(short / "full", "1m", filled=True)
    audio = {f"Album/{number:02}.mp3": mp3(title=str(number)) + bytes(80_000) for number in range(40)}
    root, store = source({**audio, "Album/a.flac": flac()}), tmp_path / "store"
    outcome = run_program("pack", root, "--all", "--to", store, before=words, TMPDIR=str(short / "full"))
    assert outcome.code == 0, outcome.err
    assert "S103" not in outcome.out
    (bag,) = visible_bags(store)
    records = file_rows(bag)
    assert len(records) == 41
    assert all(record["format"] and record["tags"] is not None for record in records)
    assert not any(problem["code"].startswith("S") for record in records for problem in record["problems"])


def ref_of(path: Path) -> FileRef:
    status = path.stat()
    stat = FileStat(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return FileRef(os.fsencode(path.parent), os.fsencode(path.name), path.name, stat, ())


def test_what_examining_cannot_have_for_itself_is_no_problem_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"  # of which PRONOM, which needs a file to look at, is asked
    path.write_bytes(png())
    assert examine_file(ref_of(path)).problems == ()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(TemporaryStorageError):
        examine_file(ref_of(path))


def test_a_file_that_could_be_read_only_later_bears_no_read_error(source: MakeSource, tmp_path: Path) -> None:
    root, store = source({"Album/01.flac": flac({"TITLE": ["one"]}), "z": "last"}), tmp_path / "store"
    # examining moves about in a file, copying does not
    words = inject(tmp_path / "trace", "lseek:error=EIO:when=1+", paths=(root / "Album" / "01.flac",))
    outcome = run_program("pack", root, "--all", "--to", store, "--json", before=words)
    assert outcome.code == 0, outcome.err
    files = outcome.json["files"]
    assert files["seen"] == files["packed"] + files["withheld"] + files["problems"]
    (bag,) = visible_bags(store)
    records = file_rows(bag)
    (record,) = [record for record in records if record["source_path"] == "Album/01.flac"]
    assert record["tags"]["title"] == ["one"]
    assert record["format"]["puid"] == "fmt/279"
    assert [problem["code"] for problem in record["problems"]] == ["S110"]


def limited(words: str) -> list[str]:
    shell = shutil.which("bash")
    if shell is None or subprocess.run([shell, "-c", f"ulimit {words}"], check=False).returncode:
        pytest.skip(f"no shell sets ulimit {words} here")
    return [shell, "-c", f'ulimit {words}; exec "$0" "$@"']


@pytest.mark.parametrize("options", [(), ("--fast",), ("--complete",)])
def test_too_few_open_files_are_never_told_of_a_bag(tmp_path: Path, options: tuple[str, ...]) -> None:
    deep = "/".join(["folder"] * 60)
    bag = build_bag(tmp_path / "bag", {f"data/{deep}/a": b"a", f"data/{deep}/b": b"b"})
    outcome = run_program("verify", "--jobs", "1", *options, bag, before=limited("-n 24"))
    assert outcome.code == 1, outcome
    assert outcome.out == ""
    assert "no more than 24 files open at once" in " ".join(outcome.err.split())
    assert "ulimit -n" in outcome.told
    assert not re.search(r"\bB\d{3}\b|Traceback|fault", outcome.err)
    assert run_program("verify", "--jobs", "1", *options, bag, before=limited("-n 80")).code == 0


def test_errors_of_the_machine_pass_whole_between_processes() -> None:
    import pickle  # noqa: PLC0415

    for error in (MachineError("what", "do"), TemporaryStorageError("what", "do")):
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), again.message, again.hint, str(again)) == (type(error), "what", "do", "what")
        assert not isinstance(error, OSError)


def test_a_small_archive_takes_little_temporary_room(tmp_path: Path) -> None:
    words = small_disk(tmp_path / "small", "4m")
    tags: Payload = {f"{letter}.txt": b"x" * (200 << 20) for letter in "ab"}
    bag = build_bag(tmp_path / "bag", tags=tags)
    make_deflated_zip(bag, tmp_path / "bag.zip")
    assert (tmp_path / "bag.zip").stat().st_size < 1 << 20
    outcome = run_program("verify", tmp_path / "bag.zip", before=words, TMPDIR=str(tmp_path / "small"))
    assert outcome.code == 0, outcome


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_small_archive_with_a_long_manifest_takes_little_temporary_room(tmp_path: Path) -> None:
    words = small_disk(tmp_path / "small", "16m")
    bag = build_bag(tmp_path / "bag", seal=False)
    with (bag / "manifest-sha512.txt").open("a") as manifest:
        for number in range(1_500_000):
            manifest.write(f"{'0' * 128}  data/no such file/{number}\n")
    make_deflated_zip(bag, tmp_path / "bag.zip")
    outcome = run_program("verify", tmp_path / "bag.zip", before=words, TMPDIR=str(tmp_path / "small"))
    assert outcome.code == 4, outcome
    assert "B401" in outcome.out
