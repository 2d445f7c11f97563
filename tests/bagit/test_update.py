from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.bagit.algorithms import UnknownAlgorithmError
from archiver.bagit.metadata_reader import read_metadata
from archiver.bagit.report import Depth
from archiver.bagit.tagtext import read_lines
from archiver.bagit.updating.info_edit import replace_element
from archiver.bagit.updating.journal import UpdateError, is_update_pending
from archiver.bagit.updating.update import Appended, Updated, add_algorithm, set_info
from archiver.bagit.validate import validate
from archiver.bagit.writer import BagWriteError, format_bag_info
from tests.bagit.bags import Payload, build_bag, rewrite, tree_state, write_file

EVENTS_NAME = "metadata/events.jsonl"
LINE, HEADER = b'{"type": "message digest calculation"}\n', b'{"schema": "example/1"}\n'
EVENT = Appended(EVENTS_NAME, LINE, HEADER)
PAYLOAD: Payload = {
    "data/100% a\nb.flac": b"percent",
    "data/Album/01.flac": b"one",
    "data/Album/02.flac": b"two",
    "data/ends in space ": b"",
}
RECORDS: Payload = {EVENTS_NAME: b'{"type": "capture"}\n', "metadata/README.txt": b"read me\n"}
MUTATING = ("mkdir", "rename", "replace", "unlink", "rmdir", "fsync", "write", "link")


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return build_bag(tmp_path / "bag", PAYLOAD, tags=RECORDS)


def is_valid(bag: Path) -> bool:
    return validate(os.fsencode(bag), Depth.FULL).valid is True


def payload_state(bag: Path) -> dict[bytes, tuple[object, ...]]:
    return {
        path: state for path, state in tree_state(bag).items() if b"/data" in path or path.startswith(b"data")
    }


def contents(bag: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(bag)): path.read_bytes()
        for path in sorted(bag.rglob("*"))
        if path.is_file() and path.relative_to(bag).parts[0] != "data"
    }


def test_an_added_algorithm_covers_payload_and_tag_files_and_the_event_is_recorded(bag: Path) -> None:
    before, payload = contents(bag), payload_state(bag)
    updated = add_algorithm(os.fsencode(bag), "SHA-256", EVENT)
    after = contents(bag)
    assert updated.files == (
        "manifest-sha256.txt",
        EVENTS_NAME,
        "tagmanifest-sha512.txt",
        "tagmanifest-sha256.txt",
    )
    assert not updated.recovered
    assert updated.report.algorithms == ("sha256", "sha512")
    assert is_valid(bag)
    assert payload_state(bag) == payload
    assert after[EVENTS_NAME] == before[EVENTS_NAME] + LINE
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == set(updated.files)
    paths = [line.split(b"  ", 1)[1] for line in before["manifest-sha512.txt"].splitlines()]
    lines = after["manifest-sha256.txt"].splitlines()
    assert [line.split(b"  ", 1)[1] for line in lines] == paths
    assert lines[1].split()[0].decode() == hashlib.sha256(b"one").hexdigest()
    listed = {line.split(b"  ", 1)[1].decode() for line in after["tagmanifest-sha256.txt"].splitlines()}
    assert listed == {path for path in after if not path.startswith("tagmanifest")}


def test_an_algorithm_that_is_there_already_changes_nothing(bag: Path) -> None:
    before = tree_state(bag)
    assert add_algorithm(os.fsencode(bag), "sha512", EVENT).files == ()
    assert tree_state(bag) == before


def test_a_bag_without_tag_manifests_gets_one_of_the_new_algorithm(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag", PAYLOAD, tags=RECORDS, seal=False)
    assert "tagmanifest-md5.txt" in add_algorithm(os.fsencode(bag), "md5").files
    assert is_valid(bag)
    assert not (bag / "tagmanifest-sha512.txt").exists()


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444])
def test_who_may_read_a_tag_file_stays_as_it_is(bag: Path, mode: int) -> None:
    """A bag that its owner keeps from others must not open itself to them with the next update."""
    for name in ("bag-info.txt", EVENTS_NAME, "tagmanifest-sha512.txt"):
        (bag / name).chmod(mode)
    set_info(os.fsencode(bag), "Title", "x", EVENT)
    for name in ("bag-info.txt", EVENTS_NAME, "tagmanifest-sha512.txt"):
        assert (bag / name).stat().st_mode & 0o777 == mode
    untouched = bag / "metadata" / "README.txt"
    assert untouched.stat().st_mode & 0o777 != 0o600


def test_what_the_label_said_before_is_told(bag: Path) -> None:
    assert set_info(os.fsencode(bag), "Note", "one").replaced == ()
    info = bag / "bag-info.txt"
    rewrite(bag, info.name, info.read_bytes() + b"NOTE: two\n  lines\n")
    assert set_info(os.fsencode(bag), "note", "three").replaced == ("one", "two lines")
    assert info.read_bytes().endswith(b"\nnote: three\n")


@pytest.mark.parametrize("version", ["0.95", "0.97"])
def test_older_bags_keep_their_own_way_of_writing_paths(tmp_path: Path, version: str) -> None:
    bag = build_bag(tmp_path / "bag", {"data/a": b"a", "data/b c": b"b"}, version=version)
    write_file(bag, "data/100%", b"percent")
    for path in (bag / "manifest-sha512.txt",):
        path.write_bytes(
            path.read_bytes() + f"{hashlib.sha512(b'percent').hexdigest()}  data/100%\n".encode()
        )
    info = bag / ("package-info.txt" if version == "0.95" else "bag-info.txt")
    info.write_bytes(b"Payload-Oxum: 9.3\n")
    for path in bag.glob("tagmanifest-*"):
        path.unlink()
    assert is_valid(bag)
    add_algorithm(os.fsencode(bag), "sha256")
    assert is_valid(bag)
    assert (bag / "manifest-sha256.txt").read_text().endswith("  data/100%\n")
    set_info(os.fsencode(bag), "Title", "Songs")
    assert is_valid(bag)
    assert info.read_bytes() == b"Payload-Oxum: 9.3\nTitle: Songs\n"


def test_setting_a_label_changes_that_label_alone(bag: Path) -> None:
    before, payload = contents(bag), payload_state(bag)
    updated = set_info(os.fsencode(bag), "Contact-Name", "Ada Example\nArchive", EVENT)
    assert updated.files == ("bag-info.txt", EVENTS_NAME, "tagmanifest-sha512.txt")
    after = contents(bag)
    assert after["bag-info.txt"] == before["bag-info.txt"] + b"Contact-Name: Ada Example\n  Archive\n"
    assert {path for path in after if after[path] != before.get(path)} == set(updated.files)
    assert payload_state(bag) == payload
    assert is_valid(bag)
    same = set_info(os.fsencode(bag), "Contact-Name", "Ada Example\nArchive", EVENT)
    assert same.files == ()
    assert contents(bag) == after


def test_a_bag_without_bag_info_or_events_gets_them(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag", PAYLOAD, info="")
    set_info(os.fsencode(bag), "Title", "Songs", EVENT)
    assert (bag / "bag-info.txt").read_bytes() == b"Title: Songs\n"
    assert (bag / EVENTS_NAME).read_bytes() == HEADER + LINE
    assert is_valid(bag)


@pytest.mark.parametrize(("label", "value"), [("a:b", "x"), ("Title", ""), ("Title", " x"), ("", "x")])
def test_what_cannot_stand_in_bag_info_is_refused(bag: Path, label: str, value: str) -> None:
    before = tree_state(bag)
    with pytest.raises(BagWriteError):
        set_info(os.fsencode(bag), label, value)
    assert tree_state(bag) == before


def test_the_oxum_cannot_be_set_by_hand(bag: Path) -> None:
    with pytest.raises(UpdateError, match="computed"):
        set_info(os.fsencode(bag), "payload-oxum", "1.1")


def test_an_unknown_algorithm_is_refused(bag: Path) -> None:
    with pytest.raises(UnknownAlgorithmError):
        add_algorithm(os.fsencode(bag), "crc32")


@pytest.mark.parametrize("event", [b"no line break", b"two\nlines\n", b""])
def test_what_is_appended_is_one_line(event: bytes) -> None:
    with pytest.raises(ValueError, match="one line"):
        Appended(EVENTS_NAME, event)


def test_an_invalid_bag_is_refused_and_left_alone(bag: Path) -> None:
    (bag / "data" / "Album" / "01.flac").write_bytes(b"0ne")
    before = tree_state(bag)
    told = r"B411 'data/Album/01\.flac'"
    with pytest.raises(UpdateError, match=told):
        add_algorithm(os.fsencode(bag), "md5")
    with pytest.raises(UpdateError, match=told):
        set_info(os.fsencode(bag), "Title", "x")
    assert tree_state(bag) == before


def test_a_file_that_changes_after_the_verification_gets_no_new_digest(bag: Path) -> None:
    def verify_then_meddle(work: Callable[..., object], batches: object) -> object:
        yield from map(work, batches)  # type: ignore[call-overload]
        (bag / "data" / "Album" / "02.flac").write_bytes(b"tw0")

    with pytest.raises(UpdateError, match=r"02\.flac.* no longer"):
        add_algorithm(os.fsencode(bag), "md5", map_ordered=verify_then_meddle)  # type: ignore[arg-type]
    assert not (bag / "manifest-md5.txt").exists()
    assert not list(bag.glob(".bagit*"))


def test_tag_files_in_other_encodings_are_refused(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag", {"data/a": b"a"}, version="0.97", encoding="ISO-8859-1")
    assert is_valid(bag)
    with pytest.raises(UpdateError, match="ISO-8859-1"):
        set_info(os.fsencode(bag), "Title", "x")


def test_an_ascii_bag_takes_ascii_only(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag", {"data/a": b"a"}, encoding="US-ASCII")
    with pytest.raises(UpdateError, match="ASCII"):
        set_info(os.fsencode(bag), "Title", "Ünïcode")
    set_info(os.fsencode(bag), "Title", "plain")
    assert is_valid(bag)


def test_a_name_in_another_normalisation_is_refused(tmp_path: Path) -> None:
    bag = build_bag(tmp_path / "bag", {"data/Caf\u00e9": b"a"})
    (bag / "data" / "Caf\u00e9").rename(bag / "data" / "Cafe\u0301")
    assert is_valid(bag)
    with pytest.raises(UpdateError, match="spelled otherwise"):
        add_algorithm(os.fsencode(bag), "md5")
    assert is_valid(bag)


def test_a_tag_file_whose_name_no_manifest_can_hold_is_named(bag: Path) -> None:
    write_file(bag, b"metadata/caf\xe9.txt", b"x")
    assert is_valid(bag)
    with pytest.raises(UpdateError, match="not UTF-8"):
        add_algorithm(os.fsencode(bag), "md5")
    assert not list(bag.glob(".bagit*"))


def test_two_updates_at_once_are_refused(bag: Path) -> None:
    def nested(work: Callable[..., object], batches: object) -> object:
        with pytest.raises(UpdateError, match="another update"):
            set_info(os.fsencode(bag), "Title", "y")
        yield from map(work, batches)  # type: ignore[call-overload]

    assert set_info(os.fsencode(bag), "Title", "x", map_ordered=nested).files  # type: ignore[arg-type]


def crash_at(point: int, change: Callable[[], object]) -> int:
    """Run ``change`` in a child that dies without any cleaning up at the given mutating call; return its status."""
    child = os.fork()
    if child == 0:
        calls = 0

        def dying(real: Callable[..., object]) -> Callable[..., object]:
            def call(*args: object, **kwargs: object) -> object:
                nonlocal calls
                calls += 1
                if calls == point:
                    os._exit(9)
                return real(*args, **kwargs)

            return call

        for name in MUTATING:
            setattr(os, name, dying(getattr(os, name)))
        try:
            change()
        except BaseException:  # noqa: BLE001 - the child must not return into the test runner
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("kind", ["algorithm", "info"])
def test_after_a_crash_at_any_call_the_bag_is_old_or_a_rerun_completes_it(tmp_path: Path, kind: str) -> None:
    def change(bag: Path) -> Updated:
        if kind == "algorithm":
            return add_algorithm(os.fsencode(bag), "sha256", EVENT)
        return set_info(os.fsencode(bag), "Title", "Songs", EVENT)

    reference = build_bag(tmp_path / "reference", PAYLOAD, tags=RECORDS)
    old = contents(reference)
    change(reference)
    new = contents(reference)
    point, outcomes = 0, set()
    while True:
        point += 1
        bag = build_bag(tmp_path / str(point), PAYLOAD, tags=RECORDS)
        payload = payload_state(bag)
        status = crash_at(point, lambda bag=bag: change(bag))  # type: ignore[misc]
        if status == 0:
            break
        assert status == 9
        pending = is_update_pending(os.fsencode(bag))
        now = {path: content for path, content in contents(bag).items() if not path.startswith(".bagit")}
        if not pending:
            assert now in (old, new)
            assert is_valid(bag)
        outcomes.add((pending, now == old, now == new))
        rerun = change(bag)
        assert rerun.recovered is pending
        assert contents(bag) == new
        assert is_valid(bag)
        assert payload_state(bag) == payload
    assert (False, True, False) in outcomes
    assert (True, False, False) in outcomes
    assert point > 20


@pytest.mark.parametrize(
    "steps",
    [
        [{"staged": "1", "path": "../outside", "sha512": "x"}],
        [{"staged": "1", "path": "/etc/passwd", "sha512": "x"}],
        [{"staged": "1", "path": "data/a", "sha512": "x"}],
        [{"staged": "../1", "path": "bag-info.txt", "sha512": "x"}],
        [{"staged": "1", "path": "bag-info.txt", "sha512": "x"}],
        [{"staged": "2", "path": "bag-info.txt", "sha512": "x"}],
        [{"staged": "1"}],
        "nonsense",
        None,
    ],
)
def test_a_hostile_list_left_in_a_bag_is_refused(bag: Path, steps: object) -> None:
    write_file(bag, ".bagit-update/1", b"hostile")
    write_file(bag, ".bagit-update/list.json", json.dumps({"version": 1, "steps": steps}).encode())
    before = tree_state(bag)
    with pytest.raises(UpdateError):
        set_info(os.fsencode(bag), "Title", "x")
    assert tree_state(bag) == before


@pytest.mark.parametrize("name", [".bagit-update", ".bagit-update.new"])
def test_a_folder_of_the_journal_s_name_that_is_somebody_s_is_left_alone(bag: Path, name: str) -> None:
    write_file(bag, f"{name}/thesis.txt", b"precious")
    before = tree_state(bag)
    with pytest.raises(UpdateError, match=r"thesis\.txt"):
        set_info(os.fsencode(bag), "Title", "x")
    assert tree_state(bag) == before


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", b"Title: new\n"),
        (b"A: 1\n", b"A: 1\nTitle: new\n"),
        (b"A: 1", b"A: 1\nTitle: new\n"),
        (b"title: old\nA: 1\n", b"Title: new\nA: 1\n"),
        (b"Title: old\n  folded\n\tmore\nA: 1\n", b"Title: new\nA: 1\n"),
        (b"Title: a\r\nA: 1\r\nTitle: b\r\n c\r\nB: 2\r\n", b"Title: new\nA: 1\r\nB: 2\r\n"),
        (b"Title : old\rA: 1\r", b"Title: new\nA: 1\r"),
        (b"A: Title: x\n", b"A: Title: x\nTitle: new\n"),
        ("A: \u2028\nTitle: \x85\n".encode(), "A: \u2028\nTitle: new\n".encode()),
        ("\ufeffTitle: old\nA: 1\n".encode(), b"Title: new\nA: 1\n"),
    ],
)
def test_one_element_changes_and_every_other_byte_stays(content: bytes, expected: bytes) -> None:
    assert replace_element(content, "Title", "new") == expected


LABELS = st.text(st.characters(codec="utf-8", exclude_characters=":"), min_size=1, max_size=8)
VALUES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)


@given(st.lists(st.tuples(LABELS, VALUES), max_size=6), LABELS, VALUES)
def test_what_is_written_or_changed_is_read_back_equal(
    labels: list[tuple[str, str]], label: str, value: str
) -> None:
    fit = []
    for pair in [*labels, (label, value)]:
        try:
            format_bag_info([pair])
        except BagWriteError:
            continue
        fit.append((pair[0], " ".join(pair[1].replace("\r\n", "\n").replace("\r", "\n").split("\n"))))
    content = format_bag_info(fit)
    read = read_metadata(read_lines([content], "utf-8"), "bag-info.txt", before_1_0=False)
    assert list(read.entries) == fit
    if (label, value) in fit:
        changed = replace_element(content, label, value)
        entries = read_metadata(read_lines([changed], "utf-8"), "bag-info.txt", before_1_0=False).entries
        assert [pair for pair in entries if pair[0].lower() == label.lower()] == [(label, value)]
        others = [pair for pair in fit if pair[0].lower() != label.lower()]
        assert [pair for pair in entries if pair[0].lower() != label.lower()] == others
