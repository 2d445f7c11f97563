"""What a loss of power leaves half written, and a run that is killed half removed, is known for this program's own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archiver.catalogue import database
from archiver.errors import ArchiverError, UsageError
from archiver.store.area import Place, locked
from archiver.store.sealing import recover
from archiver.store.staging import remove_spent
from archiver.usecases.new_file import new_file
from archiver.usecases.pages import created
from archiver.usecases.rights_files import write_new_file
from tests.bagit.bags import build_bag
from tests.reliability.faults import visible_bags
from tests.running import EPOCH, run_here
from tests.samples import Entry, build_tree, flac, read_tree

TREE: dict[str, Entry] = {"Album/01.flac": flac(), "n": "note"}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "store" / ".incoming").mkdir(parents=True)
    return tmp_path / "store"


@pytest.mark.parametrize("left", [b"", b"\0" * 6, b"4711\n", b"4711\n\0\0", b"4711\n\n", b"300\n9\n"])
def test_a_lock_of_which_a_part_was_written_is_a_lock(store: Path, left: bytes) -> None:
    (store / ".incoming" / "lock").write_bytes(left)
    with locked(os.fsencode(store)):
        assert (store / ".incoming" / "lock").read_text() == f"{os.getpid()}\n"


@pytest.mark.parametrize("left", [b"", b"\0" * 300, b'{"schema": "archiver.sta\0\0'])
def test_a_key_of_which_only_the_size_was_written_stops_no_run(
    tmp_path: Path, store: Path, left: bytes
) -> None:
    source = build_tree(tmp_path / "Music", TREE)
    area = store / ".incoming" / "Music-2023-11-14.unfinished"
    area.mkdir()
    (area / "staging.json.new").write_bytes(left)
    packed = run_here("pack", source, "--to", store, SOURCE_DATE_EPOCH=EPOCH)
    assert packed.code == 0, packed.err
    assert os.listdir(store / ".incoming") == ["lock"]


def test_what_an_archive_was_made_from_is_cleared_though_the_run_was_killed(
    tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = build_tree(tmp_path / "Music", TREE)
    real = os.unlink

    def killed(*args: object, **more: object) -> None:
        if "zip" in " ".join(os.listdir(store)):
            raise OSError(5, "as if it were killed here")
        real(*args, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", killed)
        run_here("pack", source, "--to", store, "--serialize", "zip", SOURCE_DATE_EPOCH=EPOCH)
    (area,) = store.glob(".incoming/*.unfinished")
    assert (area / "bag" / "data" / "n").exists()
    for gone in ("bag/data/n", "journal.jsonl"):  # whatever it came to remove, the mark was not among it
        (area / gone).unlink()
    recover(os.fsencode(store))
    assert os.listdir(store / ".incoming") == ["lock"]
    assert len(visible_bags(store)) == 1


def test_the_mark_goes_last(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    area = build_tree(
        store / ".incoming" / "P.unfinished", {"bag/x": "x", "ready": "bag", "staging.json": "{}"}
    )
    gone: list[str] = []
    real = os.unlink

    def noted(name: bytes | str, **more: int) -> None:
        gone.append(os.fsdecode(name))
        real(name, **more)

    monkeypatch.setattr(os, "unlink", noted)
    remove_spent(Place(os.fsencode(store), b".incoming/P.unfinished"))
    assert gone == ["x", "ready", "staging.json"]
    assert not area.exists()


def test_signatures_go_where_an_interrupted_run_began_to_lay_them(tmp_path: Path) -> None:
    signature = "signatures/tagmanifest-sha512.txt.asc"
    bag = build_bag(tmp_path / "bag")
    build_tree(
        bag / "signatures", {"tagmanifest-sha512.txt.asc": "signed", "before-1/tagmanifest-sha512.txt": "cut"}
    )
    before = (bag / "tagmanifest-sha512.txt").read_bytes()
    done = run_here("bag", "set-info", bag, "Title: Songs", "--set-signatures-aside")
    assert done.code == 0, done.err
    assert sorted(os.listdir(bag / "signatures")) == ["before-1"]
    assert read_tree(bag / "signatures" / "before-1") == {
        b"tagmanifest-sha512.txt": before,
        os.fsencode(Path(signature).name): b"signed",
    }
    build_tree(bag / "signatures" / "new", {})
    (bag / signature).write_text("signed again")
    again = run_here("bag", "set-info", bag, "Title: Others", "--set-signatures-aside")
    assert again.code == 0, again.err
    assert (bag / "signatures" / "before-2" / Path(signature).name).read_text() == "signed again"
    assert (bag / "signatures" / "before-1" / Path(signature).name).read_text() == "signed"


def test_a_file_for_a_person_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    with pytest.raises(TypeError), new_file(str(path)) as stream:
        stream.writelines([b"half", None])  # type: ignore[list-item]
    assert os.listdir(tmp_path) == []
    with new_file(str(path)) as stream:
        stream.write(b"whole")
        stream.flush()
        assert not path.exists()
        (hidden,) = os.listdir(tmp_path)
        with pytest.raises(OSError, match="another run"), new_file(str(path)):
            pass
    assert read_tree(tmp_path) == {b"page.html": b"whole"}
    with pytest.raises(FileExistsError), new_file(str(path)):
        pass
    assert path.read_bytes() == b"whole"
    path.unlink()
    (tmp_path / hidden).write_bytes(
        b"what a run that was killed had written, which is more than what comes now"
    )
    with new_file(str(path)) as stream:
        stream.write(b"new")
    assert read_tree(tmp_path) == {b"page.html": b"new"}


def test_nothing_is_written_over_what_somebody_lays_there_meanwhile(tmp_path: Path) -> None:
    page, template = tmp_path / "page.html", tmp_path / "rights.toml"
    with pytest.raises(ArchiverError, match="exist"), created(str(page)) as stream:
        stream.write(page.write_bytes(b"mine").to_bytes(1, "big"))
    assert page.read_text() == "mine"
    template.write_text("mine")
    with pytest.raises(UsageError, match="already"):
        write_new_file(str(template), "declarations")
    assert template.read_text() == "mine"


def test_a_catalogue_whose_making_was_ended_is_read(tmp_path: Path) -> None:
    path = str(tmp_path / "c.sqlite")
    with database.opened(path):
        pass
    connection = database._connect(path, 2, 0)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("BEGIN")
    connection.execute("INSERT INTO meta VALUES ('a', hex(zeroblob(100000)))")
    for name in ("c.sqlite", "c.sqlite-journal"):  # as a kill leaves them
        (tmp_path / f"left-{name}").write_bytes((tmp_path / name).read_bytes())
    connection.execute("ROLLBACK")
    connection.close()
    for name in ("c.sqlite", "c.sqlite-journal"):
        (tmp_path / f"left-{name}").rename(tmp_path / name)
    with database.reading(path) as catalogue:
        assert catalogue.row("SELECT value FROM meta WHERE key = 'a'") is None
