"""A store's own file, by which its disk is known again: made once, read strictly, never changed."""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path

import pytest

from archiver.errors import StoreError
from archiver.store.identity import Identity, make_identity, read_identity

ONE, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


def test_a_store_keeps_the_identity_that_it_was_given_first(tmp_path: Path) -> None:
    store = os.fsencode(tmp_path / "Backup")
    os.mkdir(store)
    assert read_identity(store) is None
    made = make_identity(store, ONE)
    assert made == Identity(str(ONE), "Backup")
    assert make_identity(store, OTHER) == made == read_identity(store)
    assert json.loads((tmp_path / "Backup/.archiver/store.json").read_bytes()) == {
        "schema": "archiver.store/1",
        "identifier": str(ONE),
        "label": "Backup",
    }
    os.rename(store, os.fsencode(tmp_path / "Elsewhere"))
    assert read_identity(os.fsencode(tmp_path / "Elsewhere")) == made


def test_what_a_run_was_interrupted_in_does_not_stand_in_the_way(tmp_path: Path) -> None:
    (tmp_path / ".archiver").mkdir()
    (tmp_path / ".archiver" / "store.json.begun").write_text('{"sch')
    assert make_identity(os.fsencode(tmp_path), ONE).identifier == str(ONE)
    assert os.listdir(tmp_path / ".archiver") == ["store.json"]


def test_a_name_that_is_not_utf_8_still_gives_a_label(tmp_path: Path) -> None:
    store = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(store)
    make_identity(store, ONE)
    found = read_identity(store)
    assert found is not None
    assert found.label.startswith("caf")


GOOD = {"schema": "archiver.store/1", "identifier": str(ONE), "label": "L"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[" * 100_000,
        json.dumps(GOOD | {"schema": "archiver.store/2"}).encode(),
        json.dumps(GOOD | {"identifier": "x"}).encode(),
        json.dumps(GOOD | {"identifier": 1}).encode(),
        json.dumps(GOOD | {"label": ""}).encode(),
        json.dumps(GOOD | {"label": "x" * 201}).encode(),
        json.dumps(GOOD | {"label": ["x"]}).encode(),
        b"x" * (1 << 20),
    ],
    ids=["empty", "null", "deep", "form", "identifier", "number", "no label", "long label", "list", "large"],
)
def test_what_is_not_as_this_program_writes_it_is_told_and_left(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".archiver").mkdir()
    path = tmp_path / ".archiver" / "store.json"
    path.write_bytes(content)
    for ask in (read_identity, lambda store: make_identity(store, ONE)):
        with pytest.raises(StoreError, match="cannot tell which store"):
            ask(os.fsencode(tmp_path))
    assert path.read_bytes() == content


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_it_is_reached_by_no_link_and_nothing_is_waited_for(tmp_path: Path, kind: str) -> None:
    (tmp_path / ".archiver").mkdir()
    path = tmp_path / ".archiver" / "store.json"
    if kind == "link":
        (tmp_path / "other.json").write_text(json.dumps(GOOD))
        path.symlink_to(tmp_path / "other.json")
    elif kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    with pytest.raises(StoreError, match="cannot tell which store"):
        read_identity(os.fsencode(tmp_path))


def test_a_folder_that_is_a_link_holds_no_identity(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "store.json").write_text(json.dumps(GOOD))
    (tmp_path / ".archiver").symlink_to("real")
    assert read_identity(os.fsencode(tmp_path)) is None
    with pytest.raises(StoreError, match="identity"):
        make_identity(os.fsencode(tmp_path), OTHER)
