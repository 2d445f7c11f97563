"""An unfinished package may have been forged: it is gone on with, named or removed only as this program made it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.errors import StoreError
from archiver.ingest.consumers import ReadPlan
from archiver.ingest.copy import KeptCopy, source_digest
from archiver.ingest.journal import EarlierCopies, Journal
from archiver.model.source import FileRef, FileStat
from archiver.store.area import INCOMING, Place
from archiver.store.sealing import recover
from archiver.store.staging import Laid, Staging, StagingKey, look_into, read_key, unfinished
from tests.conftest import ONE_FIXTURE_FOR_ALL, MakeSource
from tests.reliability.faults import visible_bags
from tests.running import EPOCH, Outcome, run_here
from tests.samples import File, build_tree, read_tree

TREE = {"Album/01.txt": "one", "x.ogg": "two"}
FINGERPRINT = "0123456789abcdef" * 4
SOUND: dict[str, Any] = {
    "schema": "archiver.staging/2",
    "package": "P",
    "part": 1,
    "parts": 2,
    "algorithms": ["sha512"],
    "fingerprint": FINGERPRINT,
    "origin": FINGERPRINT,
}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "store" / ".incoming").mkdir(parents=True)
    return tmp_path / "store"


def forge(store: Path, name: str = "P_1_of_2", **changes: Any) -> Path:  # noqa: ANN401 - forged
    area = build_tree(store / ".incoming" / f"{name}.unfinished", {"bag/data/f": "x"})
    (area / "staging.json").write_text(json.dumps({**SOUND, **changes}))
    return area


def packs(source: Path, store: Path) -> Outcome:
    """Check that a pack to the store makes its bag, whatever lies there."""
    outcome = run_here("pack", source, "--all", "--to", store, SOURCE_DATE_EPOCH=EPOCH)
    assert outcome.code == 0, outcome.err
    assert read_tree(store / "Music-2023-11-14" / "data") == read_tree(source)
    return outcome


def key_of(store: Path, name: str = "P_1_of_2") -> StagingKey | None:
    return read_key(Place(os.fsencode(store), INCOMING + b"/" + os.fsencode(name) + b".unfinished"))


def test_what_is_forged_here_is_sound_but_for_what_is_changed(store: Path) -> None:
    forge(store)
    assert key_of(store) == StagingKey("P", 1, 2, ("sha512",), FINGERPRINT, FINGERPRINT)


CHANGES: list[dict[str, Any]] = [
    {"package": "Q"},
    {"package": "../P"},
    {"package": ""},
    {"package": "a\ud800"},
    {"package": 7},
    {"part": 0},
    {"part": 3},
    {"part": 2},
    {"part": True},
    {"part": 1.0},
    {"part": "1"},
    {"parts": "9"},
    {"parts": 1},
    {"parts": 1_000_000_000},
    {"parts": 10**4000},
    {"fingerprint": {}},
    {"fingerprint": "f"},
    {"fingerprint": None},
    {"algorithms": []},
    {"algorithms": "sha512"},
    {"algorithms": ["crc32"]},
    {"algorithms": ["sha512", "sha512"]},
    {"algorithms": [["sha512"]]},
    {"algorithms": ["sha512", 7]},
    {"schema": "archiver.staging/1"},
    {"schema": ["archiver.staging/2"]},
    {"origin": "o"},
    {"origin": 7},
    {"more": 1},
]


TEXTS = [
    "[" * 8000,
    "[" * 1_000_000,
    '{"schema": ' * 1000,
    json.dumps(SOUND)[:-1] + ', "package": "P"}',
    json.dumps(SOUND).replace("2", "NaN"),
    json.dumps(SOUND).replace("2", "1" * 6000),
    json.dumps(SOUND).replace("2", "1e999"),
    json.dumps(SOUND) + " " * 10_000,
    json.dumps(SOUND) + "{}",
    "\ufeff" + json.dumps(SOUND),
    "",
    "null",
    "7",
    '"archiver.staging/2"',
    *(json.dumps({**SOUND, **changes}) for changes in CHANGES),
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_key_that_cannot_be_ours_makes_a_folder_of_others(store: Path, text: str) -> None:
    area = forge(store)
    (area / "staging.json").write_text(text)
    before = read_tree(store)
    assert key_of(store) is None
    assert recover(os.fsencode(store)) == ()
    assert unfinished(os.fsencode(store)) == ()
    assert look_into(os.fsencode(store)).strange == (b"P_1_of_2.unfinished",)
    assert read_tree(store) == before


def test_a_store_full_of_what_is_forged_is_packed_to(source: MakeSource, store: Path) -> None:
    for number, text in enumerate(TEXTS):
        (forge(store, f"P{number}") / "staging.json").write_text(text)
    before = read_tree(store / ".incoming")
    told = " ".join(packs(source(TREE), store).err.split())
    assert (
        f"P0.unfinished, P1.unfinished, P10.unfinished, P11.unfinished, P12.unfinished and {len(TEXTS) - 5}"
        in told
    )
    assert read_tree(store / ".incoming") == {**before, b"lock": f"{os.getpid()}\n".encode()}


def pipe(path: Path) -> None:
    os.mkfifo(path)


def sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 1 << 40)


def folder(path: Path) -> None:
    path.mkdir()


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [pipe, sparse, folder, endless])
@pytest.mark.parametrize("name", ["staging.json", "ready"])
def test_no_file_is_waited_for_or_read_without_bound(
    store: Path, name: str, make: Callable[[Path], None]
) -> None:
    area = forge(store)
    (area / name).unlink(missing_ok=True)
    make(area / name)
    assert recover(os.fsencode(store)) == ()
    assert area.exists()


@pytest.mark.parametrize(
    "ready",
    [
        *("../../../Elsewhere", "/etc", "..", ".", "", "bag/data", "bag\n", "bag/", "ba", "\0"),
        *("archive/Q.tar", "archive/P_1_of_2.7z", "archive/../bag", "archive/P_1_of_2.tar\n", "x" * 10_000),
    ],
)
def test_only_what_was_made_in_the_area_gets_a_name(
    source: MakeSource, tmp_path: Path, store: Path, ready: str
) -> None:
    elsewhere = source({"f": "precious"}, "Elsewhere")
    area = forge(store)
    (area / "ready").write_text(ready)
    (store / "P_2_of_2").mkdir()  # seems to say that the group is torn
    assert recover(os.fsencode(store)) == ()
    assert not (store / "P_1_of_2").exists()
    assert (elsewhere / "f").read_text() == "precious"
    assert (area / "bag" / "data" / "f").exists()


@pytest.mark.parametrize("made", ["bag", "archive/P_1_of_2.tar"])
def test_a_link_in_the_place_of_what_was_made_gets_no_name(
    source: MakeSource, store: Path, made: str
) -> None:
    elsewhere = source({"f": "precious"}, "Elsewhere")
    area = forge(store)
    (area / "ready").write_text(made)
    (area / "archive").mkdir()
    if made == "bag":
        (area / "bag").rename(area / "other")
    (area / made).symlink_to(elsewhere / "f" if "archive" in made else elsewhere)
    (store / "P_2_of_2").mkdir()
    assert recover(os.fsencode(store)) == ()
    assert not os.path.lexists(store / "P_1_of_2")
    assert (elsewhere / "f").read_text() == "precious"


def test_a_number_of_parts_costs_nothing(store: Path) -> None:
    parts = 10**100
    area = forge(store, f"P_1_of_{parts}", parts=parts)
    (area / "ready").write_text("bag")
    assert recover(os.fsencode(store)) == ()
    assert area.exists()


PLACES = ("left", "bag", "bag/data", "bag/data/Album", "bag/metadata", "journal.jsonl", "archive", "ready")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("hard", [False, True])
def test_links_in_an_area_of_ours_lead_nowhere(
    source: MakeSource, tmp_path: Path, store: Path, place: str, *, hard: bool
) -> None:
    """The area is that of the very package, so that it is gone on with."""
    root = source(TREE)
    elsewhere = build_tree(tmp_path / "Elsewhere", {"data/f": "precious", "f": "precious"})
    begun = interrupted(root, store)
    target = begun / place
    if target.is_dir():
        target.rename(tmp_path / "aside")
    else:
        target.unlink(missing_ok=True)
    if hard:
        target.hardlink_to(elsewhere / "f")
    else:
        target.symlink_to(elsewhere)
    outcome = run_here("pack", root, "--all", "--to", store, SOURCE_DATE_EPOCH=EPOCH)
    assert outcome.code in {0, 1}
    assert "fault in this program" not in " ".join(outcome.err.split())
    assert read_tree(elsewhere) == {b"data/f": b"precious", b"f": b"precious"}
    for bag in visible_bags(store):
        assert read_tree(bag / "data") == read_tree(root)
        assert not any(path.is_symlink() for path in bag.rglob("*"))


def interrupted(source: Path, store: Path) -> Path:
    """Leave in the store what a run of the source leaves that is stopped before it seals its bag."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("archiver.usecases.pack.pack.make_ready", stop)
        outcome = run_here("pack", source, "--all", "--to", store, SOURCE_DATE_EPOCH=EPOCH)
    assert outcome.code == 1
    (area,) = (store / ".incoming").glob("*.unfinished")
    return area


def stop(*_: object) -> None:
    raise StoreError("stopped")


def test_a_copy_with_another_name_is_made_again(source: MakeSource, tmp_path: Path, store: Path) -> None:
    """What somebody writes under the other name would stand in the bag."""
    root = source(TREE)
    copy = interrupted(root, store) / "bag" / "data" / "x.ogg"
    (tmp_path / "other").hardlink_to(copy)
    assert "Went on with" in packs(root, store).out
    assert (store / "Music-2023-11-14" / "data" / "x.ogg").stat().st_nlink == 1


SOURCE = b'"' + source_digest(FileRef(b"/", b"x.ogg", "x.ogg", FileStat(3, 2, 2, 2))).encode() + b'"'
HEADER = b'{"schema": "archiver.journal/1"}\n'
DIGEST = b"0" * 128
SOUND_LINE = b'["x.ogg", ' + SOURCE + b', 3, 2, 2, 2, {"sha512": "' + DIGEST + b'"}]'
PLAN = ReadPlan((("sha512", True),))
LINES = [
    b"[" * 100_000,
    b"[" * 5_000_000,
    b'["a\\ud800", ' + SOURCE + b', 1, 2, 2, 2, {"sha512": "' + DIGEST + b'"}]',
    b'["../../../../Elsewhere/f", ' + SOURCE + b', 8, 2, 2, 2, {"sha512": "' + DIGEST + b'"}]',
    b'["x.ogg", ' + SOURCE + b', 3, NaN, 2, 2, {"sha512": "' + DIGEST + b'"}]',
    b'["x.ogg", ' + SOURCE + b', true, 2, 2, 2, {"sha512": "' + DIGEST + b'"}]',
    b'["x.ogg", ' + SOURCE + b', 3, 2, 2, 2, {"sha512": "short"}]',
    b'["x.ogg", ' + SOURCE + b", 3, 2, 2, 2]",
    b'["x.ogg", ' + SOURCE + b", 3, 2, 2, 2, 7]",
    b'["x.ogg", ' + SOURCE + b", " + b"1" * 6000 + b', 2, 2, 2, {"sha512": "' + DIGEST + b'"}]',
    b'["\\u0000", ' + SOURCE + b', 3, 2, 2, 2, {"sha512": "' + DIGEST + b'"}]',
    b'["x.ogg", ' + SOURCE + b', 3, 2, 2, 2, {"sha512": 7}]',
    b'["x.ogg", ' + SOURCE + b', 3, 2, 2, 2, {"unheard-of": "' + DIGEST + b'"}]',
    b'["x.ogg", ' + SOURCE + b', 3, 2, 2, 2, {"sha512": "' + DIGEST + b'", "sha512": "' + DIGEST + b'"}]',
    b'["x.ogg", ' + SOURCE + b", 3, 2, 2, 2, {}]",
    b"\xff\xfe",
]


@pytest.mark.parametrize("line", LINES)
def test_lines_of_any_kind_in_a_journal_are_survived(tmp_path: Path, line: bytes) -> None:
    assert found_of(tmp_path, HEADER + line + b"\n") is None


def found_of(folder: Path, journal: bytes) -> KeptCopy | None:
    """What a run finds of a file in a journal, before and after it opened the journal to write."""
    build_tree(folder / "area", {"journal.jsonl": journal, "data/x.ogg": File(b"two", mtime_ns=2)})
    place = Place(os.fsencode(folder), b"area")
    found = []
    for _ in range(2):
        with EarlierCopies((Laid(place, place.below(b"data")),)) as earlier:
            found.append(earlier.find(FileRef(b"/", b"x.ogg", "x.ogg", FileStat(3, 2, 2, 2)), PLAN))
        with Journal(place) as opened:
            opened.record([])
    assert found[0] == found[1]
    return found[0]


def test_a_sound_line_is_found(tmp_path: Path) -> None:
    """Without this the tests of unsound ones could not fail."""
    assert found_of(tmp_path, HEADER + SOUND_LINE + b"\n") is not None


@pytest.mark.parametrize(
    "header",
    [
        b"",
        HEADER[:-1],
        HEADER[:5],
        b'{"schema": "archiver.journal/2"}\n',
        b'{"schema": "archiver.journal/10"}\n',
        b'{"schema":"archiver.journal/1"}\n',
        b'["a", "b"]\n',
        b"\n" + HEADER,
        HEADER * 2,
        b"\xff" * 100,
    ],
)
def test_a_journal_of_another_version_is_not_believed(tmp_path: Path, header: bytes) -> None:
    assert found_of(tmp_path, header + SOUND_LINE + b"\n") is None
    assert (tmp_path / "area" / "journal.jsonl").read_bytes() == HEADER


def test_a_journal_without_end_is_not_read_to_it(source: MakeSource, store: Path) -> None:
    root = source(TREE)
    os.truncate(interrupted(root, store) / "journal.jsonl", 1 << 40)
    packs(root, store)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=ONE_FIXTURE_FOR_ALL)
@given(member=st.sampled_from([*SOUND, "more"]), value=values, cut=st.integers(0, 400))
def test_no_key_that_was_meddled_with_is_believed(
    tmp_path_factory: pytest.TempPathFactory, member: str, value: object, cut: int
) -> None:
    store = tmp_path_factory.mktemp("store")
    changed: dict[str, Any] = {member: value}
    area = forge(store, **changed)
    path = area / "staging.json"
    path.write_bytes(path.read_bytes()[: max(cut, 1)] if cut % 2 else path.read_bytes())
    key = key_of(store)
    assert key is None or Staging(os.fsencode(store), key).area.absolute == os.fsencode(area)
    assert key is None or json.loads(path.read_text()) == SOUND or member == "fingerprint"
