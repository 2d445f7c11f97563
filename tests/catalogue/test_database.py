"""The door to the catalogue's file: made, opened, migrated, written; and told where it cannot be used."""

from __future__ import annotations

import ctypes
import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from archiver.catalogue import database, schema
from archiver.catalogue.database import Catalogue, opened, reading
from archiver.catalogue.faults import (
    CatalogueError,
    DamagedCatalogueError,
    ForeignCatalogueError,
    FullCatalogueError,
    LockedCatalogueError,
    NewerCatalogueError,
    ReadOnlyCatalogueError,
)
from archiver.errors import UsageError, Way
from tests.running import PATIENCE

BRIEF_MS = 50
META = "INSERT INTO meta VALUES (?, ?)"
needs_checksums = pytest.mark.skipif(
    not database._can_check(), reason="SQLite cannot keep page checksums here"
)


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "below" / "catalogue.sqlite")


def made(path: str) -> bytes:
    """Make a catalogue with a few rows at ``path`` and return its bytes."""
    with opened(path) as catalogue, catalogue.write():
        catalogue.run_many(META, ((f"key {number}", "value" * 50) for number in range(200)))
    return Path(path).read_bytes()


def schema_of(path: str) -> list[database.Row]:
    with reading(path) as catalogue:
        return list(catalogue.rows("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name"))


def test_a_new_catalogue_is_one_durable_file_with_page_checksums(path: str) -> None:
    with opened(path) as catalogue:
        assert catalogue.value("PRAGMA journal_mode") == "wal"
        assert catalogue.value("PRAGMA synchronous") == 2
        assert catalogue.value("PRAGMA foreign_keys") == 1
        assert catalogue.value("PRAGMA trusted_schema") == 0
        assert catalogue.value("PRAGMA page_size") == 4096
        assert catalogue.value("PRAGMA application_id") == schema.APPLICATION_ID
        assert catalogue.value("PRAGMA user_version") == schema.FORM
        assert catalogue.has_checksums == database._can_check()
    assert os.listdir(os.path.dirname(path)) == ["catalogue.sqlite"]


def test_any_sqlite_reads_it(path: str) -> None:
    made(path)
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as plain:
        assert plain.execute("SELECT count(*) FROM meta").fetchone() == (200,)
    plain.close()


def test_a_transaction_is_whole_or_not_at_all(path: str) -> None:
    with opened(path) as catalogue:
        with pytest.raises(ZeroDivisionError), catalogue.write():  # noqa: PT012 - of what precedes the error nothing may stay
            catalogue.run(META, ("one", "1"))
            with catalogue.write():
                catalogue.run(META, ("two", "2"))
            raise ZeroDivisionError
        assert catalogue.number("SELECT count(*) FROM meta") == 0
        with catalogue.write():
            catalogue.run(META, ("one", "1"))
        assert list(catalogue.rows("SELECT * FROM meta")) == [("one", "1")]
    with opened(path) as again:
        assert again.value("SELECT value FROM meta WHERE key = 'one'") == "1"


def test_changes_are_made_in_transactions_alone(path: str) -> None:
    with opened(path) as catalogue, pytest.raises(AssertionError):
        catalogue.run(META, ("one", "1"))


def test_readers_see_one_moment_beside_a_writer(path: str) -> None:
    made(path)
    with opened(path) as writer, reading(path) as reader:
        with reader.snapshot():
            assert reader.number("SELECT count(*) FROM meta") == 200
            with writer.write():
                writer.run("DELETE FROM meta")
            assert reader.number("SELECT count(*) FROM meta") == 200
        assert reader.number("SELECT count(*) FROM meta") == 0


def test_a_reader_cannot_write(path: str) -> None:
    made(path)
    with reading(path) as reader, pytest.raises(ReadOnlyCatalogueError), reader.write():
        reader.run(META, ("one", "1"))


def test_where_there_is_none_a_reader_makes_none(path: str) -> None:
    with pytest.raises(FileNotFoundError), reading(path):
        pass
    assert not os.path.lexists(os.path.dirname(path))


def test_events_are_only_added(path: str) -> None:
    with opened(path) as catalogue:
        with catalogue.write():
            catalogue.run("INSERT INTO store VALUES (1, 'i', 'l', X'2f')")
            catalogue.run("INSERT INTO event VALUES (1, 1, '', '', '', '', '{}', '', X'00', X'01')")
        for change in ("UPDATE event SET at = 'x'", "DELETE FROM event"):
            with pytest.raises(apsw.ConstraintError, match="only added"), catalogue.write():
                catalogue.run(change)


COLUMN = re.compile(r"^  (?P<name>[a-z_0-9]+)\b(?P<rest>.*)$")


def columns_with_comments() -> Iterator[tuple[str, str, str]]:
    table = ""
    for line in "".join(schema.MIGRATIONS).splitlines():
        begun = re.match(r"CREATE (VIRTUAL )?TABLE (\w+)", line)
        if begun:
            table = begun[2]
            yield table, "", line.partition("-- ")[2]
        elif line.startswith(")"):
            table = ""
        elif table and (column := COLUMN.match(line)) and column["name"] != "content":
            yield table, column["name"], column["rest"].partition("-- ")[2]


def test_every_table_and_column_has_a_comment(path: str) -> None:
    told = {(table, column): comment for table, column, comment in columns_with_comments()}
    with opened(path) as catalogue:
        tables = [
            str(name)
            for (name,) in catalogue.rows(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'find\\_%' ESCAPE '\\'"
            )
            if not str(name).startswith("sqlite_")
        ]
        there = {(table, "") for table in tables}
        for table in tables:
            there |= {
                (table, str(name))
                for (name,) in catalogue.rows("SELECT name FROM pragma_table_info(?)", (table,))
            }
    assert set(told) == there
    assert [key for key, comment in told.items() if not comment] == []


def form(path: str, wanted: int) -> None:
    """Make a catalogue of an earlier form; 0 is an empty file."""
    os.makedirs(os.path.dirname(path))
    if not wanted:
        Path(path).touch()
        return
    connection = apsw.Connection(path, vfs=database._CHECKED_FILES if database._can_check() else None)
    if database._can_check():
        reserved = ctypes.c_int(database._CHECKSUM_BYTES)
        connection.file_control("main", apsw.SQLITE_FCNTL_RESERVE_BYTES, ctypes.addressof(reserved))
    database.migrate(connection, wanted)
    connection.close()


@pytest.mark.parametrize("earlier", range(schema.FORM))
@pytest.mark.parametrize("way", [opened, reading], ids=["opened", "reading"])
def test_every_earlier_form_is_brought_to_the_present_one(
    path: str, tmp_path: Path, earlier: int, way: object
) -> None:
    form(path, earlier)
    with (opened if way is opened else reading)(path) as catalogue:
        assert catalogue.number("PRAGMA user_version") == schema.FORM
        assert catalogue.has_checksums == database._can_check()
    fresh = str(tmp_path / "fresh.sqlite")
    with opened(fresh):
        pass
    assert schema_of(path) == schema_of(fresh)


@pytest.mark.parametrize("failing", range(schema.FORM))
def test_a_step_that_fails_leaves_the_form_before_it(
    path: str, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    steps = list(schema.MIGRATIONS)
    steps[failing] += "; INSERT INTO nowhere VALUES (1)"
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", tuple(steps))
        with pytest.raises(apsw.SQLError), opened(path):
            pass
    connection = apsw.Connection(path, vfs=database._CHECKED_FILES if database._can_check() else None)
    assert connection.execute("PRAGMA user_version").get == failing
    if not failing:
        assert connection.execute("SELECT count(*) FROM sqlite_schema").get == 0
    connection.close()
    with opened(path) as catalogue:
        assert catalogue.number("PRAGMA user_version") == schema.FORM


def test_one_of_a_later_form_is_refused_and_left(path: str) -> None:
    made(path)
    with opened(path) as catalogue, catalogue.write():
        catalogue.run(f"PRAGMA user_version = {schema.FORM + 1}")
    before = Path(path).read_bytes()
    for way in (opened, reading):
        with pytest.raises(NewerCatalogueError, match=f"form {schema.FORM + 1}"), way(path):
            pass
    assert Path(path).read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [b"some notes\n" * 100, b"\0" * 4096, b"SQLite format 3\0" + b"\0" * 4000],
    ids=["text", "zeros", "magic"],
)
def test_what_is_no_database_is_refused_and_left(path: str, content: bytes) -> None:
    os.makedirs(os.path.dirname(path))
    Path(path).write_bytes(content)
    for way in (opened, reading):
        with pytest.raises((DamagedCatalogueError, ForeignCatalogueError)), way(path):
            pass
    assert Path(path).read_bytes() == content


def test_the_database_of_another_program_is_refused_and_left(path: str) -> None:
    os.makedirs(os.path.dirname(path))
    plain = sqlite3.connect(path)
    plain.execute("CREATE TABLE photos (name)")
    plain.commit()
    plain.close()
    before = Path(path).read_bytes()
    for way in (opened, reading):
        with pytest.raises(ForeignCatalogueError, match="something else"), way(path):
            pass
    assert Path(path).read_bytes() == before


def test_a_folder_in_its_place_is_told(path: str) -> None:
    os.makedirs(path)
    for way in (opened, reading):
        with pytest.raises(CatalogueError, match="cannot"), way(path):
            pass


@pytest.mark.parametrize("name", ["a\0b", os.fsdecode(b"caf\xe9.sqlite"), ""])
def test_a_path_that_none_can_have_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError), opened(f"{tmp_path}/{name}" if name else ""):
        pass


@pytest.mark.parametrize("name", [":memory:", "file:catalogue?mode=memory"])
def test_a_name_that_sqlite_reads_otherwise_is_a_file_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    made(name)
    assert (tmp_path / name).read_bytes().startswith(b"SQLite format 3\0")


def test_two_writers_at_once_are_told(path: str) -> None:
    made(path)
    with opened(path) as one, opened(path, BRIEF_MS) as other:
        with one.write():
            one.run("DELETE FROM meta")
            with pytest.raises(LockedCatalogueError, match="another run"), other.write():
                pass
        with other.write():
            other.run(META, ("after", "it"))
        assert list(one.rows("SELECT key FROM meta")) == [("after",)]


def test_a_full_disk_takes_the_transaction_back(path: str) -> None:
    made(path)
    with opened(path) as catalogue:
        most = catalogue.number("PRAGMA page_count") + 3
        list(catalogue.rows(f"PRAGMA max_page_count = {most}"))
        with pytest.raises(FullCatalogueError, match="is full"), catalogue.write():
            catalogue.run_many(META, ((f"more {number}", "x" * 4000) for number in range(50)))
        assert catalogue.number("SELECT count(*) FROM meta") == 200
        with catalogue.write():
            catalogue.run(META, ("after", "it"))


LIMITED = """
import resource, sys
from archiver.catalogue.database import opened
from archiver.catalogue.faults import CatalogueError
with opened(sys.argv[1]) as catalogue:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
    try:
        with catalogue.write():
            catalogue.run_many("INSERT INTO meta VALUES (?, ?)", ((f"more {n}", "x" * 4000) for n in range(500)))
    except CatalogueError as error:
        print(type(error).__name__)
"""


def test_a_write_that_the_disk_refuses_at_the_commit_takes_it_back(path: str) -> None:
    made(path)
    most = os.path.getsize(path) + (64 << 10)
    ended = subprocess.run(
        [sys.executable, "-c", LIMITED, path, str(most)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ended.stdout.strip() in {"CatalogueError", "FullCatalogueError"}, ended.stderr
    with opened(path) as catalogue:
        assert catalogue.number("SELECT count(*) FROM meta") == 200


KILLED = """
import os, signal, sys
from archiver.catalogue.database import opened
with opened(sys.argv[1]) as catalogue:
    with catalogue.write():
        catalogue.run("INSERT INTO meta VALUES ('whole', '')")
    with catalogue.write():
        catalogue.run("INSERT INTO meta VALUES ('half', '')")
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_committed_outlives_the_process(path: str) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, path], check=False, timeout=PATIENCE)
    assert ended.returncode == -signal.SIGKILL
    with opened(path) as catalogue:
        assert list(catalogue.rows("SELECT key FROM meta")) == [("whole",)]


def everything(catalogue: Catalogue) -> list[database.Row]:
    """Return all that is in it, with the form of its tables."""
    found = list(catalogue.rows("SELECT key, value FROM meta ORDER BY key"))
    found += catalogue.rows("SELECT type, name, sql FROM sqlite_schema")
    for table in ("store", "bag", "copy", "file", "held", "event", "find_data"):
        found += catalogue.rows(f"SELECT count(*) FROM {table}")
    return found


@needs_checksums
@pytest.mark.case(35)
def test_a_flipped_bit_is_told_and_never_believed(path: str) -> None:
    whole = made(path)
    with reading(path) as catalogue:
        right = everything(catalogue)
    told = 0
    for place in (*range(100), *range(100, len(whole), 997)):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << (place % 8)
        Path(path).write_bytes(flipped)
        try:
            with reading(path) as catalogue:
                found = everything(catalogue)
        except (DamagedCatalogueError, NewerCatalogueError, ForeignCatalogueError):
            told += 1
            continue
        finally:
            for name in database.beside(path):
                Path(name).unlink(missing_ok=True)
        # a page that nothing points to has nothing to say
        assert found == right, f"byte {place} was believed"
    assert told > 200


@needs_checksums
def test_a_catalogue_without_its_checksums_is_not_believed(path: str, tmp_path: Path) -> None:
    plain = str(tmp_path / "plain.sqlite")
    connection = apsw.Connection(plain, vfs="unix")
    database.migrate(connection, schema.FORM)
    connection.close()
    with pytest.raises(DamagedCatalogueError, match="checksums"), reading(plain):
        pass


def test_this_process_may_write_large_files() -> None:
    """What a test above limits is limited in its own process alone."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE bag DROP COLUMN name",
        "ALTER TABLE bag ADD COLUMN more TEXT",
        "DROP TABLE problem",
        "CREATE TABLE more (a)",
    ],
)
def test_a_catalogue_whose_tables_are_others_is_told_and_made_anew(tmp_path: Path, change: str) -> None:
    path = str(tmp_path / "catalogue.sqlite")
    with opened(path) as catalogue, catalogue.write():
        catalogue.run(change)
    for opening in (opened, reading):
        with pytest.raises(ForeignCatalogueError, match="tables") as refused, opening(path):
            pass
        assert refused.value.remedies[0].way is Way.REBUILD_CATALOGUE
    with database.making(path):
        pass
    with reading(path) as catalogue:
        assert catalogue.number("SELECT count(*) FROM bag") == 0
