"""A store's log: lines that are only added, each bound to the one before; what was changed is told, never mended."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import StoreError
from archiver.store.log import BrokenLogError, Happened, append_event, last_event, read_events

AT = "2026-11-22T18:04:05Z"
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def happened(number: int = 1, **detail: object) -> Happened:
    return Happened("accession", AT, f"urn:uuid:{number}", "success", detail, "archiver 1")


def log_of(tmp_path: Path) -> Path:
    return tmp_path / ".archiver" / "events.jsonl"


def three(tmp_path: Path) -> list[bytes]:
    for number in range(1, 4):
        append_event(os.fsencode(tmp_path), happened(number))
    return log_of(tmp_path).read_bytes().splitlines(keepends=True)


def test_a_line_is_bound_to_the_one_before_as_the_page_says(tmp_path: Path) -> None:
    prev = bytes(32)
    for number, line in enumerate(three(tmp_path), start=1):
        told = json.loads(line)
        assert line == json.dumps(told, sort_keys=True, separators=(",", ":")).encode() + b"\n"
        assert (told["seq"], told.pop("prev")) == (number, prev.hex())
        own = bytes.fromhex(told.pop("hash"))
        canonical = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
        assert own == hashlib.sha256(prev + canonical).digest()
        prev = own


@given(st.dictionaries(st.text(), values), st.text(), st.text())
def test_what_was_logged_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, detail: dict[str, object], what: str, kind: str
) -> None:
    store = os.fsencode(tmp_path_factory.mktemp("store"))
    told = Happened(kind, AT, what, "success", detail, "archiver 1")
    added = [append_event(store, told), append_event(store, told)]
    assert list(read_events(store)) == added
    assert last_event(store) == added[-1]
    assert added[0].happened == told


def test_where_nothing_was_logged_there_is_nothing(tmp_path: Path) -> None:
    assert list(read_events(os.fsencode(tmp_path))) == []
    assert last_event(os.fsencode(tmp_path)) is None
    assert not (tmp_path / ".archiver").exists()


def test_a_last_line_that_was_cut_off_is_overwritten(tmp_path: Path) -> None:
    store = os.fsencode(tmp_path)
    lines = three(tmp_path)
    for kept in range(len(lines[2])):
        log_of(tmp_path).write_bytes(lines[0] + lines[1] + lines[2][:kept])
        assert [event.seq for event in read_events(store)] == [1, 2]
        append_event(store, happened(3))
        assert log_of(tmp_path).read_bytes() == b"".join(lines)


def test_a_byte_that_was_changed_is_told_from_there_on(tmp_path: Path) -> None:
    store = os.fsencode(tmp_path)
    whole = b"".join(three(tmp_path))
    end_of_first = whole.index(b"\n")
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1
        log_of(tmp_path).write_bytes(changed)
        before = 0
        with pytest.raises(BrokenLogError, match="cannot be believed"):  # noqa: PT012 - how many came before it matters
            for _ in read_events(store):
                before += 1
            # the very last line end: without it the line is one that was cut off
            assert place == len(whole) - 1
            raise BrokenLogError("cannot be believed")
        assert before <= (0 if place < end_of_first else 2)
        assert log_of(tmp_path).read_bytes() == changed


@pytest.mark.parametrize(
    "kept", [(1, 2), (0, 2), (1, 0, 2), (0, 0)], ids=["first", "middle", "order", "twice"]
)
def test_a_line_that_is_missing_or_elsewhere_is_told(tmp_path: Path, kept: tuple[int, ...]) -> None:
    lines = three(tmp_path)
    log_of(tmp_path).write_bytes(b"".join(lines[number] for number in kept))
    with pytest.raises(BrokenLogError, match="does not follow"):
        list(read_events(os.fsencode(tmp_path)))


@pytest.mark.parametrize(
    "line",
    [b"\n", b"{}\n", b"[]\n", b'{"seq":1}\n', b"[" * 100_000 + b"\n", b"\xff\n", b'{"a":NaN}\n'],
    ids=["empty", "object", "list", "keys", "deep", "bytes", "nan"],
)
def test_what_is_no_line_is_told_and_nothing_is_added_to_it(tmp_path: Path, line: bytes) -> None:
    (tmp_path / ".archiver").mkdir()
    log_of(tmp_path).write_bytes(line)
    store = os.fsencode(tmp_path)
    for ask in (
        lambda: list(read_events(store)),
        lambda: append_event(store, happened()),
        lambda: last_event(store),
    ):
        with pytest.raises(BrokenLogError):
            ask()
    assert log_of(tmp_path).read_bytes() == line


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_nothing_is_written_through_a_link_or_to_what_is_no_file(tmp_path: Path, kind: str) -> None:
    (tmp_path / ".archiver").mkdir()
    other = tmp_path / "other"
    other.write_bytes(b"")
    if kind == "link":
        log_of(tmp_path).symlink_to(other)
    elif kind == "folder":
        log_of(tmp_path).mkdir()
    else:
        os.mkfifo(log_of(tmp_path))
    with pytest.raises(StoreError):
        append_event(os.fsencode(tmp_path), happened())
    assert other.read_bytes() == b""
