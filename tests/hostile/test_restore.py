"""A bag that anybody made does no harm when it is restored: nothing leaves the target, nothing there is taken away."""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import ONE_FIXTURE_FOR_ALL
from tests.running import run_here
from tests.samples import read_tree
from tests.stated_bags import bag_line, file_line, stated_bag, urn

SECRET = b"not to be touched"
BYTES = b"payload"


def outside(folder: Path) -> Path:
    folder.mkdir()
    (folder / "secret").write_bytes(SECRET)
    return folder


def attack(
    tmp_path: Path, state: Sequence[dict[str, Any]], tree: Sequence[dict[str, Any]] = (), *options: str
) -> tuple[int, Path]:
    """Restore a bag with these records into a folder beside one that must stay as it is."""
    home = tmp_path / "home"
    home.mkdir()
    beside = outside(home / "beside")
    bag = stated_bag(tmp_path / "store" / "Bag", {"f": BYTES}, state=state, tree=tree)
    done = run_here("restore", bag, "--to", home / "back", *options)
    assert "Traceback" not in done.err
    assert read_tree(beside) == {b"secret": SECRET}
    assert sorted(os.listdir(home)) in (["back", "beside"], ["beside"])
    return done.code, home / "back"


NAMES = [
    "../beside/secret",
    "/etc/evil",
    "a/../../beside/secret",
    "a/./b",
    "a//b",
    "",
    ".",
    "..",
    "a\0b",
    "a/",
    "x/..",
]


@pytest.mark.parametrize("name", NAMES)
def test_no_name_leads_out(tmp_path: Path, name: str) -> None:
    code, _ = attack(tmp_path, [file_line(name, BYTES, path="data/f")])
    assert code == 4


@pytest.mark.parametrize("name", [b"../beside/secret", b"/x", b"a/../b", b"a\0", b""])
def test_no_name_in_bytes_leads_out(tmp_path: Path, name: bytes) -> None:
    encoded = base64.b64encode(name).decode()
    code, _ = attack(tmp_path, [file_line("a/b", BYTES, path="data/f", source_path_b64=encoded)])
    assert code == 4


@pytest.mark.parametrize(
    "path", ["../f", "data/../../home/beside/secret", "/etc/passwd", "bagit.txt", "data"]
)
def test_no_bytes_are_taken_from_outside_a_payload(tmp_path: Path, path: str) -> None:
    code, back = attack(tmp_path, [file_line("a", SECRET, path=path)])
    assert code == 4
    assert not (back / "a").exists()


def test_a_link_in_a_payload_is_not_read(tmp_path: Path) -> None:
    bag = stated_bag(
        tmp_path / "store" / "Bag", {"f": BYTES}, state=[file_line("a", SECRET, path="data/link")]
    )
    beside = outside(tmp_path / "beside")
    (bag / "data" / "link").symlink_to(beside / "secret")
    assert run_here("restore", bag, "--to", tmp_path / "back").code == 4
    assert not (tmp_path / "back" / "a").exists()


def test_nothing_is_written_through_a_link_that_the_bag_makes_or_that_is_there(tmp_path: Path) -> None:
    beside = str(tmp_path / "home" / "beside")
    tree = [
        {"kind": "link", "source_path": "way", "target": beside, "leads_to": None},
        {"kind": "link", "source_path": "file", "target": f"{beside}/secret", "leads_to": None},
    ]
    state = [file_line(name, BYTES, path="data/f") for name in ("way/secret", "file")]
    code, back = attack(tmp_path, state, tree)
    assert code == 3
    assert (back / "way").is_dir()
    (back / "way" / "secret").unlink()
    (back / "way").rmdir()
    (back / "way").symlink_to(beside)
    for option in ([], ["--overwrite", "changed"]):
        done = run_here("restore", tmp_path / "store" / "Bag", "--to", back, *option)
        assert done.code == 3
        assert (tmp_path / "home" / "beside" / "secret").read_bytes() == SECRET


def test_a_file_that_is_a_folder_too_is_one_of_them(tmp_path: Path) -> None:
    state = [file_line(name, BYTES, path="data/f") for name in ("a/b", "a", "a/b/c")]
    code, back = attack(tmp_path, state)
    assert code == 3
    assert read_tree(back) in ({b"a/b": BYTES}, {b"a/b/c": BYTES})


def test_the_same_name_twice_gets_the_first(tmp_path: Path) -> None:
    state = [file_line("a", BYTES, path="data/f"), file_line("a", BYTES, path="data/f")]
    code, back = attack(tmp_path, state)
    assert code == 0
    assert read_tree(back) == {b"a": BYTES}


@pytest.mark.parametrize(
    "name", ["n" * 256, "d" * 300 + "/f", ".archiver-restoring/1", ".archiver-restoring"]
)
def test_a_name_that_cannot_be_made_is_listed(tmp_path: Path, name: str) -> None:
    code, back = attack(
        tmp_path, [file_line(name, BYTES, path="data/f"), file_line("ok", BYTES, path="data/f")]
    )
    assert code == 3
    assert read_tree(back) == {b"ok": BYTES}


def test_a_deep_path_is_made_below_descriptors(tmp_path: Path) -> None:
    name = "/".join(["d" * 200] * 60)
    code, back = attack(tmp_path, [file_line(name, BYTES, path="data/f")])
    assert code == 0
    assert read_tree(back) == {name.encode(): BYTES}


def test_no_mode_gives_a_file_powers_and_no_attribute_does(tmp_path: Path) -> None:
    value = base64.b64encode(b"\x01\x00\x00\x02").decode()
    attributes = [{"name": "security.capability", "size_bytes": 4, "value_b64": value}]
    tree: list[dict[str, Any]] = [
        {"kind": "file", "source_path": "a", "mode": "6755", "attributes": attributes},
        {"kind": "folder", "source_path": "s", "modified": "2026-11-22T18:04:05Z", "mode": "3777"},
    ]
    code, back = attack(tmp_path, [file_line("a", BYTES, path="data/f")], tree)
    assert code == 0
    assert (back / "a").stat().st_mode & 0o7777 == 0o755
    assert (back / "s").stat().st_mode & 0o7777 == 0o777
    assert os.listxattr(back / "a") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"size_bytes": -1},
        {"digest": "00"},
        {"digest": "zz" * 64},
        {"modified": "yesterday"},
        {"bag": 7},
        {"bag": -1},
        {"source_path_b64": "!!"},
        {"algorithm": "crc"},
        {"kind": "device"},
    ],
)
def test_a_line_that_nobody_writes_is_told(tmp_path: Path, wrong: dict[str, Any]) -> None:
    code, _ = attack(tmp_path, [file_line("f", BYTES, **wrong)])
    assert code == 4


def test_more_bytes_than_are_recorded_are_not_written(tmp_path: Path) -> None:
    bag = stated_bag(tmp_path / "store" / "Bag", {"f": BYTES})
    (bag / "data" / "f").write_bytes(b"")
    os.truncate(bag / "data" / "f", 1 << 42)
    done = run_here("restore", bag, "--to", tmp_path / "back")
    assert done.code == 4
    assert read_tree(tmp_path / "back") == {}


def test_a_pipe_in_a_payload_is_not_waited_for(tmp_path: Path) -> None:
    bag = stated_bag(tmp_path / "store" / "Bag", {"f": BYTES})
    (bag / "data" / "f").unlink()
    os.mkfifo(bag / "data" / "f")
    assert run_here("restore", bag, "--to", tmp_path / "back").code == 4


def test_bags_that_count_on_each_other_end(tmp_path: Path) -> None:
    one = stated_bag(tmp_path / "store" / "One", {"f": BYTES})
    state = [bag_line(1, one, urn(2)), file_line("f", b"other", bag=1)]
    other = stated_bag(tmp_path / "store" / "Other", {}, number=2, state=state)
    assert run_here("restore", other, "--to", tmp_path / "back").code == 4


_WORDS = st.sampled_from(["a", "b", "..", ".", "", "c\n", "\udcff", "ü", "data", "x" * 200])
_PATHS = st.lists(_WORDS, min_size=1, max_size=5).map("/".join)


@settings(max_examples=25, suppress_health_check=ONE_FIXTURE_FOR_ALL)
@given(st.lists(st.tuples(_PATHS, _PATHS), max_size=6), st.lists(st.tuples(_PATHS, _PATHS), max_size=4))
def test_whatever_a_state_says_nothing_leaves_the_target(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[str, str]], links: list[tuple[str, str]]
) -> None:
    tmp_path = tmp_path_factory.mktemp("any")
    state = [file_line(name, BYTES, path=f"data/{path}") for name, path in files]
    tree = [
        {"kind": "link", "source_path": name, "target": target, "leads_to": None} for name, target in links
    ]
    code, back = attack(tmp_path, state, tree)
    assert code in (0, 3, 4)
    if back.exists():
        assert set(read_tree(back).values()) <= {BYTES}
