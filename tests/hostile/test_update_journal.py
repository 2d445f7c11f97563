"""A bag may come from anywhere, and what lies in it under the name of an unfinished update was written by anybody."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from archiver.bagit.updating.journal import UpdateError
from archiver.bagit.updating.update import set_info
from tests.bagit.bags import build_bag, tree_state
from tests.running import run_here
from tests.watching import peak_of_code

NEW = b"harm"
DIGEST = hashlib.sha512(NEW).hexdigest()


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return build_bag(tmp_path / "bag", {"data/a.txt": b"a", "data/Album/01.flac": b"one"})


def forge(bag: Path, content: object, *, staged: str = "1") -> Path:
    """Leave in the bag an update that seems to have been interrupted, with ``content`` as its list."""
    folder = bag / ".bagit-update"
    folder.mkdir()
    (folder / staged).write_bytes(NEW)
    written = content if isinstance(content, str) else json.dumps(content)
    (folder / "list.json").write_text(written)
    return folder


def steps(*paths: Any, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - forged
    return {
        "version": 1,
        "steps": [{"staged": "1", "path": path, "sha512": DIGEST, **changes} for path in paths],
    }


SPELLINGS: tuple[object, ...] = (
    *("data/a.txt", "DATA/a.txt", "Data/Album/01.flac", "da\u200cta/a.txt", "data./a.txt", "data /a.txt"),
    *("../x", "/tmp/x", "metadata/../data/a.txt", ".bagit-update/2", ".BAGIT-UPDATE.NEW/x", "DATA", ""),
    *("a\ud800", "a\0b", 7, None, ["x"], {}, "\uff44\uff41\uff54\uff41/a.txt"),
)
FORGED: list[object] = [
    *map(steps, SPELLINGS),
    steps("x.txt", "x.txt"),
    steps("x.txt", "X.TXT"),
    steps("x.txt", staged="list.json"),
    steps("x.txt", staged="../1"),
    steps("x.txt", staged=1),
    steps("x.txt", staged=["1"]),
    steps("x.txt", sha512="0" * 128),
    steps("x.txt", sha512="x"),
    steps("x.txt", sha512=None),
    steps("x.txt", more=1),
    {**steps("x.txt"), "version": 2},
    {**steps("x.txt"), "version": True},
    {"version": 1, "steps": {}},
    {"version": 1},
    [],
    "",
    "null",
    "[" * 100_000,
    '{"version": 1, "steps": ' + "[" * 100_000,
    json.dumps(steps("x.txt"))[:-1] + ', "version": 1}',
    '{"version": NaN, "steps": []}',
    '{"version": ' + "1" * 5000 + ', "steps": []}',
]


@pytest.mark.parametrize("content", FORGED)
def test_a_forged_list_replaces_nothing(bag: Path, content: object) -> None:
    forge(bag, content)
    before = tree_state(bag)
    with pytest.raises(UpdateError):
        set_info(os.fsencode(bag), "Title", "x")
    assert tree_state(bag) == before


@pytest.mark.parametrize(
    "content", [steps("a\ud800"), "[" * 100_000, steps("DATA/a.txt"), steps("x", sha512=7)]
)
def test_a_forged_list_is_told_in_plain_words(bag: Path, content: object) -> None:
    forge(bag, content)
    outcome = run_here("bag", "set-info", bag, "Title: x")
    assert outcome.code == 4
    assert " ".join(outcome.err.split()).startswith(
        f"archiver: cannot update {bag}: an interrupted update left a list"
    )
    assert "fault in this program" not in " ".join(outcome.err.split())


def sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 1 << 40)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def linked(path: Path) -> None:
    path.symlink_to("../bagit.txt")


def a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("make", [sparse, pipe, linked, a_folder])
def test_a_list_that_is_none_is_not_read(bag: Path, make: Callable[[Path], None]) -> None:
    folder = forge(bag, steps("x.txt"))
    (folder / "list.json").unlink()
    make(folder / "list.json")
    outcome = run_here("bag", "set-info", bag, "Title: x")
    assert outcome.code == (4 if make is sparse else 1)
    assert " ".join(outcome.err.split()).startswith(f"archiver: cannot update {bag}: ")
    assert not (bag / "x.txt").exists()


@pytest.mark.parametrize("name", [".bagit-update.new", ".bagit-update"])
@pytest.mark.parametrize("kept", ["1/mine", "1/deep/mine", "list.json/mine", "mine", "1234567"])
def test_folders_of_others_are_not_deleted(bag: Path, name: str, kept: str) -> None:
    path = bag / name / kept
    path.parent.mkdir(parents=True)
    path.write_text("precious")
    before = tree_state(bag)
    outcome = run_here("bag", "set-info", bag, "Title: x")
    assert outcome.code in {1, 4}
    assert "fault in this program" not in " ".join(outcome.err.split())
    assert tree_state(bag) == before


def test_a_linked_journal_is_not_followed(bag: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "1").write_text("precious")
    for name in (".bagit-update.new", ".bagit-update"):
        (bag / name).symlink_to(tmp_path / "mine")
        outcome = run_here("bag", "set-info", bag, "Title: x")
        assert outcome.code == 1
        assert "was not made by an update" in " ".join(outcome.err.split())
        (bag / name).unlink()
    assert (tmp_path / "mine" / "1").read_text() == "precious"


def test_no_other_spelling_of_the_payload_folder_leads_into_it(
    bag: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a disk that takes two names for one, the folder itself tells, whatever it is called."""
    os.symlink("data", bag / "alias")  # stands for what such a disk does, which needs no link
    forge(bag, steps("alias/a.txt"))
    real = os.stat

    def folding(path: Any, **options: Any) -> os.stat_result:  # noqa: ANN401 - as os.stat
        return real(b"data" if path == b"alias" else path, **options)

    monkeypatch.setattr(os, "stat", folding)
    with pytest.raises(UpdateError, match=r"it would replace 'alias/a\.txt'"):
        set_info(os.fsencode(bag), "Title", "x")
    assert (bag / "data" / "a.txt").read_bytes() == b"a"


def done(*words: str) -> str:
    """Run a program and return what it printed."""
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def folding_disk(tmp_path: Path) -> Iterator[Path]:
    """An exFAT disk, on which ``DATA`` and ``data`` are one folder; skips where none can be mounted."""
    image, disk = tmp_path / "image", tmp_path / "disk"
    disk.mkdir()
    image.touch()
    os.truncate(image, 16 << 20)
    with contextlib.ExitStack() as held:
        try:
            done("mkfs.exfat", str(image))
            loop = done("losetup", "--find", "--show", str(image))
            held.callback(done, "losetup", "-d", loop)
            done("mount.exfat-fuse", loop, str(disk))
            held.callback(done, "umount", str(disk))
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"no exFAT disk can be mounted here: {error}")
        yield disk


def test_on_a_disk_that_folds_case(folding_disk: Path) -> None:
    bag = build_bag(folding_disk / "bag", {"data/a.txt": b"a"})
    assert (bag / "DATA" / "a.txt").exists()
    forge(bag, steps("DATA/a.txt"))
    outcome = run_here("bag", "set-info", bag, "Title: x")
    assert outcome.code == 4
    assert (bag / "data" / "a.txt").read_bytes() == b"a"


LARGE = """
from archiver.bagit.updating.journal import UpdateError
from archiver.bagit.updating.update import set_info
try:
    set_info(data, "Title", "x")
    told = "set"
except UpdateError as error:
    told = str(error)
assert EXPECTED in told, told
"""


@pytest.mark.parametrize(
    ("lines", "expected"), [(3_000_000, "set"), (5_000_000, "larger than 16,777,216 bytes")]
)
def test_a_large_bag_info_is_changed_in_bounded_memory_or_not_at_all(
    tmp_path: Path, lines: int, expected: str
) -> None:
    bag = build_bag(tmp_path / "bag", {"data/a": b"a"}, info="Payload-Oxum: 1.1\n" + "A: b\n" * lines)
    assert peak_of_code(LARGE.replace("EXPECTED", repr(expected)), os.fsencode(bag)) < 200
