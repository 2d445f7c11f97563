"""Extended attributes are kept within limits, without what names a person, and reading them changes no time."""

from __future__ import annotations

import errno
import os
import plistlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archiver.ingest import attributes as attributes_module
from archiver.ingest.attributes import attribute_problems, attributes_of
from archiver.ingest.examine import examine, header_readers
from archiver.ingest.scan import scan
from archiver.model.attribute import Attribute
from archiver.model.audio import ExaminedFile
from archiver.model.source import FolderProblem, FolderRef
from archiver.usecases.sources import sources_of
from tests.conftest import MakeSource
from tests.running import run_program
from tests.samples import tree_digest

Bear = Callable[..., Path]


@pytest.fixture
def bearing(tmp_path: Path) -> Iterator[Bear]:
    """Make a file or folder that bears attributes; when the test ends its times must be as they were."""
    times: dict[Path, tuple[int, ...]] = {}
    digests: dict[Path, str] = {}

    def make(held: dict[str, bytes], *, folder: bool = False) -> Path:
        path = tmp_path / "borne"
        if folder:
            path.mkdir()
        else:
            path.write_bytes(b"bytes")
        try:
            for name, value in held.items():
                os.setxattr(path, name, value)
        except OSError as error:
            if error.errno == errno.ENOTSUP:
                pytest.skip("the file system of temporary files has no extended attributes")
            raise
        digests[path] = tree_digest(path)
        times[path] = _times(path)
        return path

    yield make
    for path, before in times.items():
        assert _times(path) == before
        assert tree_digest(path) == digests[path]


def _times(path: Path) -> tuple[int, ...]:
    status = path.lstat()
    return status.st_atime_ns, status.st_mtime_ns, status.st_ctime_ns


def read(path: Path) -> dict[str, Attribute]:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOATIME)
    try:
        found = attributes_of(descriptor)
    finally:
        os.close(descriptor)
    names = [attribute.name for attribute in found]
    assert names == sorted(names)
    return {attribute.name: attribute for attribute in found}


def examined(path: Path) -> ExaminedFile:
    with header_readers(1) as workers:
        files = [
            entry
            for entry in examine(scan(sources_of([str(path)])), workers)
            if isinstance(entry, ExaminedFile)
        ]
    (file,) = files
    return file


def test_values_come_as_they_are_and_other_namespaces_not_at_all(bearing: Bear) -> None:
    held = {"user.com.apple.ResourceFork": bytes(range(256)), "user.note": b"live, side B", "user.none": b""}
    others = {"trusted.other": b"x"} if os.geteuid() == 0 else {}
    path = bearing({**held, **others})
    assert {name: attribute.value for name, attribute in read(path).items()} == held


def test_a_file_says_what_it_has(bearing: Bear) -> None:
    file = examined(bearing({"user.com.apple.ResourceFork": b"fork\0", "user.note": b"x"}))
    assert [attribute.name for attribute in file.attributes] == ["user.com.apple.ResourceFork", "user.note"]
    (problem,) = [problem for problem in file.problems if problem.code == "S111"]
    assert problem.message == "it has user.com.apple.ResourceFork (5 bytes), user.note (1 bytes)"


def test_a_file_that_cannot_be_read_says_what_it_has(bearing: Bear) -> None:
    """A disk may fail over the first bytes once; what the file bears beside them is recorded all the same."""
    path = bearing({"user.note": b"x"})
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed, so no read error can be made")
    fail = [
        *(strace, "-f", "-qq", "-o", "/dev/null", "-P", str(path.resolve())),
        *("-e", "inject=read,pread64,preadv,preadv2:error=EIO"),
    ]
    if subprocess.run([*fail, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system does not let strace trace")
    scanned = run_program("scan", path.parent, "--json", before=fail)
    (file,) = scanned.json["entries"]
    assert [problem["code"] for problem in file["problems"]] == ["S103", "S111"]


def test_a_folder_says_what_it_has(bearing: Bear) -> None:
    entries = list(scan(sources_of([str(bearing({"user.com.apple.FinderInfo": bytes(32)}, folder=True))])))
    (folder,) = [entry for entry in entries if isinstance(entry, FolderRef)]
    assert folder.attributes == (Attribute("user.com.apple.FinderInfo", 32, bytes(32)),)
    assert [entry.problem.code for entry in entries if isinstance(entry, FolderProblem)] == ["S111"]


def test_what_a_file_server_writes_everywhere_is_kept_without_a_word(bearing: Bear) -> None:
    file = examined(bearing({"user.DOSATTRIB": b"\0\0\5\0"}))
    assert [attribute.value for attribute in file.attributes] == [b"\0\0\5\0"]
    assert "S111" not in {problem.code for problem in file.problems}


@pytest.mark.parametrize(
    "value",
    [
        b"https://example.org/get?mail=erika.example@example.org",
        plistlib.dumps(
            ["https://example.org/x", "Erika <erika.example@example.org>"], fmt=plistlib.FMT_BINARY
        ),
        plistlib.dumps(["\u00c9 erika.example@example.org \u00e9"], fmt=plistlib.FMT_BINARY),
        plistlib.dumps(["\u0416 erika.example@example.org \u0416"], fmt=plistlib.FMT_BINARY),
    ],
)
def test_where_a_file_came_from_names_no_person(bearing: Bear, value: bytes) -> None:
    file = examined(bearing({"user.com.apple.metadata:kMDItemWhereFroms": value}))
    (attribute,) = file.attributes
    kept = attribute.value or b""
    assert b"erika" not in kept.replace(b"\0", b"")
    assert attribute.personal == ("email-address",)
    (evidence,) = [found for found in file.evidence if found.personal]
    assert (evidence.code, evidence.value) == ("email-address", None)
    assert "kMDItemWhereFroms" in evidence.locator


def test_a_name_that_names_a_person_is_taken_out(bearing: Bear) -> None:
    (attribute,) = read(bearing({"user.by erika.example@example.org": b"x"})).values()
    assert "erika" not in attribute.name


def test_limits_hold_and_what_they_keep_out_is_told(bearing: Bear, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attributes_module, "MOST_BYTES", 100)
    monkeypatch.setattr(attributes_module, "MOST_ATTRIBUTES", 3)
    path = bearing({"user.a": bytes(60), "user.b": bytes(60), "user.c": bytes(40), "user.d": b"x"})
    found = read(path)
    assert [(one.size_bytes, one.value is None, one.fault) for one in found.values()] == [
        (60, False, ""),
        (60, True, "too large"),
        (40, False, ""),
        (1, True, "too large"),
    ]
    (told, lost) = attribute_problems("borne", tuple(found.values()))
    assert (told.code, lost.code) == ("S111", "S112")
    assert lost.message == "not recorded with their values: user.b (60 bytes), user.d (1 bytes)"


def test_a_file_without_any_is_as_it_was(source: MakeSource) -> None:
    file = examined(source({"a.txt": "x"}))
    assert (file.attributes, file.problems) == ((), ())
