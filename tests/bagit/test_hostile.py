"""Bags made to hurt their reader: they get a report, in bounded time and memory, and nothing outside is touched."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.bagit import walking
from archiver.bagit.findings import Finding
from archiver.bagit.reading import FolderTop
from archiver.bagit.report import Depth
from archiver.bagit.validate import validate
from tests.bagit.bags import build_bag, digest, rewrite, seal_tags, tree_state, write_file
from tests.bagit.conftest import Check
from tests.costs import bytes_read

TRAVERSALS = [
    *(
        "../secret",
        "../../secret",
        "data/../../secret",
        "data/..",
        "..",
        "data/a/../../../secret",
        "/etc/passwd",
    ),
    *("//etc/passwd", "~/.ssh/id_rsa", "~root/x", "C:\\Windows\\win.ini", "C:/Windows/win.ini", "c:win.ini"),
    *("\\\\server\\share\\x", "\\\\?\\C:\\x", "\\\\.\\COM1", "\\Windows\\win.ini", "data\\..\\..\\secret"),
    *("data/..\\..\\secret", "%HomeDrive%\\x", "data/a\0.flac", "./../secret", "*../secret"),
    *("data/.%2E/%2E./secret", "data/%2e%2e/secret", "data/%252e%252e/secret", "data/..%2Fsecret"),
    *(
        "data/..%00/secret",
        "data/\uff0e\uff0e/secret",
        "data/..\u2215secret",
        "data/.. /secret",
        "data/.\u200b./secret",
    ),
]


@pytest.mark.parametrize("path", TRAVERSALS)
@pytest.mark.parametrize("name", ["manifest-sha512.txt", "tagmanifest-sha512.txt", "fetch.txt"])
def test_no_spelling_of_a_path_leads_out(tmp_path: Path, check: Check, path: str, name: str) -> None:
    write_file(tmp_path, "secret", b"x")
    bag = build_bag(tmp_path / "store" / "bag", tags={"fetch.txt": b""})
    line = (
        f"https://example.org/ - {path}\n" if name == "fetch.txt" else f"{digest('sha512', b'x')}  {path}\n"
    )
    with (bag / name).open("ab") as file:
        file.write(line.encode())
    if name != "tagmanifest-sha512.txt":
        seal_tags(bag)
    report = check(bag)
    assert report.valid is False
    refused = {"B501", "B502", "B602", "B401", "B404", "B604", "B603", "B313", "B314", "B318"}
    assert report.counts.keys() & refused, report.findings
    assert not report.counts.keys() & {"B411", "B413", "B705"}


@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-7", "cp037"])
def test_an_encoding_does_not_smuggle_a_path_out(tmp_path: Path, check: Check, encoding: str) -> None:
    bag = build_bag(tmp_path / "bag", encoding=encoding, seal=False)
    text = (bag / "manifest-sha512.txt").read_bytes().decode(
        encoding
    ) + f"{digest('sha512', b'x')}  ../secret\n"
    (bag / "manifest-sha512.txt").write_bytes(text.encode(encoding))
    assert check(bag).counts["B501"] == 1


def make_sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


@pytest.mark.parametrize(
    "name", ["manifest-sha512.txt", "bag-info.txt", "fetch.txt", "tagmanifest-sha512.txt", "bagit.txt"]
)
def test_a_line_of_a_quarter_gigabyte_is_a_finding(tmp_path: Path, name: str) -> None:
    bag = build_bag(tmp_path / "bag")
    make_sparse(bag / name, 256 << 20)

    def is_told() -> None:
        report = validate(str(bag), Depth.COMPLETE)
        assert report.valid is False
        assert report.counts.keys() & {"B203", "B104"}

    assert bytes_read(is_told) < 3 * (256 << 20), "as text and for its checksum, and no more"


def test_pipes_and_devices_in_every_place_never_block(tmp_path: Path, check: Check) -> None:
    names = [
        "bagit.txt",
        "bag-info.txt",
        "fetch.txt",
        "manifest-sha512.txt",
        "tagmanifest-sha512.txt",
        "data/Album/pipe",
    ]
    for name in names:
        bag = build_bag(tmp_path / name.replace("/", "-"), tags={"fetch.txt": b""})
        (bag / name).unlink(missing_ok=True)
        os.mkfifo(bag / name)
        for depth in Depth:
            report = check(bag, depth)
            assert ("B702", name) in {(one.code, one.path) for one in report.findings} or name == "bagit.txt"
            assert report.valid is False


def test_a_file_swapped_for_a_pipe_under_way_never_blocks(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag", {f"data/{number}": b"x" for number in range(50)})
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            os.mkfifo(tmp_path / "pipe")
            os.rename(tmp_path / "pipe", bag / "data/7")
            (tmp_path / "file").write_bytes(b"x")
            os.rename(tmp_path / "file", bag / "data/7")
            (tmp_path / "link").symlink_to("/dev/zero")
            os.rename(tmp_path / "link", bag / "data/7")

    swapper = threading.Thread(target=swap)
    swapper.start()
    try:
        reports = [validate(str(bag)) for _ in range(100)]
    finally:
        stop.set()
        swapper.join()
    for report in reports:
        assert {one.path for one in report.findings if one.severity == "error"} <= {"data/7", "bag-info.txt"}


def test_what_an_unreadable_folder_holds_is_unknown_and_not_missing(tmp_path: Path) -> None:
    """In a process of its own without root's rights, which no permission holds back."""
    payload: dict[str | bytes, bytes] = {"data/Album/1": b"1", "data/Album 2/1": b"2", "data/Album 2/2": b"3"}
    bag = build_bag(tmp_path / "bag", payload)
    (bag / "data/Album 2/2").unlink()
    script = """
import os, sys
from archiver.bagit.validate import validate
top = os.open(sys.argv[1], os.O_RDONLY)
os.fchdir(top)
if os.geteuid() == 0:
    os.setuid(65534)
report = validate(f"/proc/self/fd/{top}")
print([(one.code, one.path) for one in report.findings], report.complete)
"""
    (bag / "data/Album").chmod(0)
    try:
        done = subprocess.run(
            [sys.executable, "-c", script, str(bag)], capture_output=True, text=True, check=True
        )
    finally:
        (bag / "data/Album").chmod(0o755)
    assert (
        done.stdout
        == "[('B401', 'data/Album 2/2'), ('B704', 'data/Album'), ('B705', 'data/Album/1')] False\n"
    )


def test_names_and_paths_as_long_as_they_come(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag", {f"data/{'n' * 255}": b"x"}, info="", seal=False)
    part = "d" * 250
    folder = os.open(bag / "data", os.O_RDONLY)
    for _ in range(20):
        os.mkdir(part, dir_fd=folder)
        below = os.open(part, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    descriptor = os.open("deep.flac", os.O_WRONLY | os.O_CREAT, dir_fd=folder)
    os.write(descriptor, b"deep")
    os.close(descriptor)
    deep = "/".join(["data", *[part] * 20, "deep.flac"])
    with (bag / "manifest-sha512.txt").open("ab") as file:
        file.write(f"{digest('sha512', b'deep')}  {deep}\n".encode())
    assert len(deep) > 4096
    report = validate(str(bag))
    assert (report.valid, report.counts) == (True, {"B320": 1})
    descriptor = os.open("deep.flac", os.O_WRONLY, dir_fd=folder)
    os.write(descriptor, b"peed")
    os.close(descriptor)
    os.close(folder)
    report = validate(str(bag))
    assert [one.path for one in report.findings if one.code == "B411"] == [deep]


def test_hundreds_of_nested_folders_are_walked(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag", info="")
    folder = os.open(bag / "data", os.O_RDONLY)
    for _ in range(300):
        os.mkdir("d", dir_fd=folder)
        below = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(folder)
    report = validate(str(bag))
    assert (report.valid, report.counts) == (True, {"B114": 1})


def test_a_bottomless_pit_is_left_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "LONGEST_PATH", 400)
    bag = build_bag(tmp_path / "bag", info="")
    folder = os.open(bag / "data", os.O_RDONLY)
    for _ in range(300):
        os.mkdir("d", dir_fd=folder)
        os.close(os.open("file", os.O_CREAT, dir_fd=folder))
        below = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(folder)
    report = validate(str(bag))
    assert report.counts["B704"] == 1
    assert report.complete is False


@pytest.mark.parametrize("depth", [Depth.FAST, Depth.COMPLETE])
def test_sparse_tag_files_of_terabytes_are_left_in_time(tmp_path: Path, depth: Depth) -> None:
    bag = build_bag(tmp_path / "bag")
    for name in ("bag-info.txt", "manifest-sha512.txt", "fetch.txt", "tagmanifest-sha512.txt"):
        make_sparse(bag / name, 1 << 40)

    def is_told() -> None:
        report = validate(str(bag), depth)
        assert report.counts["B707"] == (3 if depth is Depth.FAST else 4)
        assert report.valid is False

    assert bytes_read(is_told) < 8 << 30


def test_a_tag_file_that_grows_without_end_is_left(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag", seal=False)
    top = os.open(bag, os.O_RDONLY)
    told: list[Finding] = []
    with (bag / "bag-info.txt").open("ab", buffering=0) as file:
        file.write(b"a" * (1 << 20))
        size = (bag / "bag-info.txt").stat().st_size
        read = 0
        for block in FolderTop(top).blocks("bag-info.txt", told.append):
            read += len(block)
            file.write(b"a" * len(block))
    os.close(top)
    assert (read, told) == (size, [])


def test_more_manifests_than_there_are_algorithms_are_not_all_read(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag", {f"data/{number}": b"x" for number in range(300)}, info="", seal=False)
    for number in range(3000):
        (bag / f"manifest-{'x' * 200}{number:04d}.txt").touch()
    report = validate(str(bag))
    # the first thousand by name: that of sha512 and 999 of the others
    assert report.counts == {"B115": 1, "B303": 999, "B320": 1, "B403": 300}
    assert max(len(one.message) for one in report.findings) < 1000


def test_no_name_in_a_message_can_steer_a_terminal(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag", seal=False)
    evil = "\x1b[\r\n\u202e\u2028\x9b\udce9"
    write_file(bag, os.fsencode(f"manifest-{evil}.txt"), b"zz\n")
    write_file(bag, os.fsencode(f"manifest-md5{evil}.txt"), (bag / "manifest-sha512.txt").read_bytes())
    write_file(bag, os.fsencode(f"data/{evil}"), b"x")
    report = check(bag)
    assert {"B303", "B301", "B304", "B402", "B403"} <= report.counts.keys()
    assert all(one.message.isprintable() for one in report.findings)
    assert any("\\x1b[\\r\\n\\u202e\\u2028\\x9b\\udce9" in one.message for one in report.findings)


def test_findings_without_number_are_counted_and_the_first_are_kept(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag", info="")
    with (bag / "manifest-sha512.txt").open("ab") as file:
        for number in range(3000):
            file.write(f"{digest('sha512', b'')}  data/missing {number:04d}\ngarbage {number}\n".encode())
    seal_tags(bag)
    report = check(bag)
    assert report.counts == {"B301": 3000, "B401": 3000}
    assert len(report.findings) == 2002
    assert report.findings[-1].message == "and 2,000 more like these"


def test_one_path_listed_without_end_is_held_once(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag", {"data/a": b"x"}, info="")
    lines = "".join(f"{digest('sha512', b'%d' % number)}  data/a\n" for number in range(5000))
    report = check(rewrite(bag, "manifest-sha512.txt", lines.encode()))
    assert report.counts == {"B310": 1, "B411": 1}
    assert "5000 times" in report.findings[0].message


def test_hundreds_of_manifests_are_read(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag")
    for number in range(300):
        (bag / f"manifest-x{number}.txt").write_bytes(b"00 data/a\n")
    seal_tags(bag)
    report = check(bag)
    assert report.counts["B303"] == 300
    assert report.counts["B401"] == 1


def test_a_terabyte_of_nothing_costs_nothing_without_hashing(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag", {"data/a": b"x"}, info=f"Payload-Oxum: {1 << 40}.1\n")
    make_sparse(bag / "data/a", 1 << 40)
    for depth in (Depth.FAST, Depth.COMPLETE):
        before = (bag / "data/a").stat()
        report = validate(str(bag), depth)
        assert (report.bytes, report.valid) == (1 << 40, None)
        assert (bag / "data/a").stat().st_mtime_ns == before.st_mtime_ns


def test_hard_links_are_files_like_others(tmp_path: Path, check: Check) -> None:
    bag = build_bag(tmp_path / "bag", {"data/a": b"x", "data/b": b"x"})
    (bag / "data/b").unlink()
    os.link(bag / "data/a", bag / "data/b")
    assert check(bag).valid is True


def validate_with_read_error(bag: Path, name: str, call: str = "read") -> dict[str, int]:
    """Validate in a process of its own in which every ``call`` on one file or folder fails."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed, so no read error can be made")
    script = (
        "import sys; from archiver.bagit.validate import validate; print(dict(validate(sys.argv[1]).counts))"
    )
    python = [sys.executable, "-c", script, str(bag)]
    inject = [strace, "-qq", "-o", "/dev/null", "-P", str(bag / name), "-e", f"inject={call}:error=EIO"]
    done = subprocess.run([*inject, *python], capture_output=True, text=True, check=False)
    if "ptrace" in done.stderr or "PTRACE" in done.stderr:
        pytest.skip("this system does not let strace trace")
    assert done.returncode == 0, done.stderr
    counts: dict[str, int] = ast.literal_eval(done.stdout)
    return counts


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("data/Album/01 First.flac", {"B705": 1}),
        # a tag file is told once, though it is wanted for what it says and for its digest
        ("bag-info.txt", {"B705": 1}),
        # what an unreadable manifest lists is not known, so that nothing is called unlisted
        ("manifest-sha512.txt", {"B705": 1}),
        ("tagmanifest-sha512.txt", {"B705": 1}),
        ("bagit.txt", {"B105": 1, "B107": 1, "B705": 1}),
    ],
)
def test_a_read_error_of_the_disk_is_a_finding_and_the_rest_goes_on(
    tmp_path: Path, name: str, expected: dict[str, int]
) -> None:
    assert validate_with_read_error(build_bag(tmp_path / "bag"), name) == expected


def test_files_in_a_folder_that_cannot_be_listed_are_not_called_missing(tmp_path: Path) -> None:
    """They may be there: to say that they are lost would send a person for another copy of a bag that is whole."""
    bag = build_bag(
        tmp_path / "bag", {"data/A/1": b"1", "data/A/in/2": b"2", "data/A-B/3": b"3", "data/B/4": b"4"}
    )
    told = validate_with_read_error(bag, "data/A", "getdents64")
    assert told == {"B704": 1, "B705": 2}
    (bag / "data" / "B" / "4").unlink()
    assert validate_with_read_error(bag, "data/A", "getdents64") == {**told, "B114": 1, "B401": 1}


@pytest.fixture
def read_only_bag(tmp_path: Path) -> Iterator[Path]:
    bag = build_bag(tmp_path / "bag")
    paths = [bag, *bag.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield bag
    for path in paths:
        path.chmod(0o755)


def test_a_read_only_bag_is_validated(read_only_bag: Path, check: Check) -> None:
    assert check(read_only_bag).valid is True


def test_nothing_is_written_opened_for_writing_or_fetched(tmp_path: Path) -> None:
    """Watch the program's own audit events: no socket, no process, and no file opened for writing in the bag."""
    bag = build_bag(
        tmp_path / "bag", tags={"fetch.txt": b"http://127.0.0.1:9/x - data/Album/01 First.flac\n"}
    )
    (bag / "data/Album/01 First.flac").unlink()
    script = """
import os, sys
from archiver.bagit.validate import validate
events = []
def watch(event, arguments):
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        events.append((event, arguments))
    elif event.startswith(("socket", "subprocess", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.utime",
                           "os.link", "os.symlink", "os.truncate", "shutil", "urllib", "ftplib", "os.exec", "os.fork")):
        events.append((event, arguments))
sys.addaudithook(watch)
report = validate(sys.argv[1])
print(sorted(report.counts), events)
"""
    before = tree_state(bag)
    done = subprocess.run(
        [sys.executable, "-c", script, str(bag)], capture_output=True, text=True, check=True
    )
    assert tree_state(bag) == before
    assert done.stdout == "['B605', 'B607'] []\n"
