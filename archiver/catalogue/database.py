"""The door to the catalogue's file: making it, opening it, bringing it to the present form, transactions.

One writer at a time, any number of readers beside it. A commit is on the disk when it returns. Where SQLite's
``cksumvfs`` is to be had, every page carries a checksum, so that a flipped byte is told when its page is read.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
from collections.abc import Generator, Iterable, Iterator, Sequence

import apsw
import apsw.sqlite_extra

from archiver import filesystem
from archiver.catalogue.faults import (
    CatalogueError,
    altered,
    catalogue_faults,
    damaged,
    foreign,
    newer,
    without_checksums,
)
from archiver.catalogue.schema import APPLICATION_ID, FILE_INDEX_NAMES, FILE_INDEXES, FORM, MIGRATIONS
from archiver.errors import UsageError, Way
from archiver.machine import reason

Value = None | int | float | str | bytes
Row = tuple[Value, ...]

_CHECKSUMS = "cksumvfs"
_CHECKED_FILES = "cksmvfs"
"""The extension, and the name by which files are opened through it."""

_CHECKSUM_BYTES = 8
"""What each page holds back for its checksum."""

_PATIENCE_MS = 30_000
SHORT_PATIENCE_MS = 2_000
"""How long something waits for another writer that can do without the catalogue."""
_CACHE_KIB = 64 << 10
_BULK_CACHE_KIB = 256 << 10


class Catalogue:
    """An open catalogue; made by :func:`opened` and :func:`reading`, and of use within their ``with`` blocks.

    Every method may raise a :class:`archiver.catalogue.faults.CatalogueError`.

    Args:
        connection: SQLite's.
        path: Where the file lies, for messages.
    """

    def __init__(self, connection: apsw.Connection, path: str) -> None:
        self._connection = connection
        self._writing = False
        self.path = path

    def rows(self, sql: str, values: Sequence[Value] = ()) -> Generator[Row, None, None]:
        """Yield the rows of a query; of one that is not read to its end, nothing stays open."""
        with catalogue_faults(self.path), contextlib.closing(self._connection.cursor()) as cursor:
            yield from cursor.execute(sql, values)

    def row(self, sql: str, values: Sequence[Value] = ()) -> Row | None:
        """Return the first row of a query, or ``None``."""
        with contextlib.closing(self.rows(sql, values)) as found:
            return next(found, None)

    def value(self, sql: str, values: Sequence[Value] = ()) -> Value:
        """Return the first column of the first row, or ``None`` where there is no row."""
        found = self.row(sql, values)
        return None if found is None else found[0]

    def number(self, sql: str, values: Sequence[Value] = ()) -> int:
        """Return the whole number that a query gives; 0 where it gives none."""
        found = self.value(sql, values)
        return found if isinstance(found, int) else 0

    def run(self, sql: str, values: Sequence[Value] = ()) -> None:
        """Change something; within :meth:`write`."""
        assert self._writing, "changes are made in transactions"
        with catalogue_faults(self.path):
            self._connection.execute(sql, values)

    def run_many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """Change something once for each row of values; within :meth:`write`."""
        assert self._writing, "changes are made in transactions"
        with catalogue_faults(self.path):
            self._connection.executemany(sql, rows)

    def add(self, sql: str, values: Sequence[Value] = ()) -> int:
        """Insert a row and return its number."""
        self.run(sql, values)
        return self._connection.last_insert_rowid()

    def changes(self) -> int:
        """How many rows the last change touched."""
        return self._connection.changes()

    @contextlib.contextmanager
    def write(self) -> Iterator[None]:
        """Make the changes of a ``with`` block as one transaction, which an error takes back whole.

        One within another is a part of it.

        Raises:
            LockedCatalogueError: where another run is writing and does not end in time.
            FullCatalogueError: where the disk is full, at the latest at the commit.
        """
        if self._writing:
            yield
            return
        with catalogue_faults(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
        self._writing = True
        try:
            yield
            with catalogue_faults(self.path):
                self._connection.execute("COMMIT")
        except BaseException:
            _roll_back(self._connection)
            raise
        finally:
            self._writing = False

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all queries of a ``with`` block see the catalogue as it was when the first of them was made."""
        if self._connection.in_transaction:
            yield
            return
        with catalogue_faults(self.path):
            self._connection.execute("BEGIN")
        try:
            yield
        finally:
            _roll_back(self._connection)

    @contextlib.contextmanager
    def attempt(self) -> Iterator[None]:
        """Take back what a ``with`` block changes if it ends with an error; within :meth:`write`."""
        self.run("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:
                self.run("ROLLBACK TO attempt")
                self.run("RELEASE attempt")
            raise
        self.run("RELEASE attempt")

    def expect_much(self) -> None:
        """Use more memory for what follows, as is good when very many rows are written."""
        with catalogue_faults(self.path):
            self._connection.execute(f"PRAGMA cache_size = {-_BULK_CACHE_KIB}")

    @property
    def has_checksums(self) -> bool:
        """Whether its pages carry checksums."""
        with catalogue_faults(self.path):
            return _reserved(self._connection) == _CHECKSUM_BYTES

    def index(self) -> None:
        """Make the indexes of files that are missing, and settle the words by which files are found."""
        with self.write():
            for statement in FILE_INDEXES.split(";"):
                if statement.strip():
                    self.run(statement.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS"))
            self.run("INSERT INTO find (find) VALUES ('optimize')")

    def settle(self) -> None:
        """Write the log of changes into the file and let SQLite refresh what it knows of its tables."""
        with catalogue_faults(self.path), contextlib.suppress(apsw.BusyError, apsw.LockedError):
            self._connection.execute("PRAGMA optimize")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close it; what was committed stays."""
        with contextlib.suppress(apsw.Error):
            self._connection.close()


@contextlib.contextmanager
def opened(path: str, patience_ms: int = _PATIENCE_MS) -> Iterator[Catalogue]:
    """Lend the catalogue at ``path`` for reading and writing; it is made where it is missing.

    Args:
        path: Its file; missing folders above it are made.
        patience_ms: How long to wait for another run that is writing.

    Raises:
        UsageError: where the path is none that a catalogue can have.
        CatalogueError: where it is damaged, foreign, of a later form, locked or cannot be written.
    """
    _make_folder(path)
    connection = _connect(path, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE, patience_ms)
    catalogue = Catalogue(connection, path)
    try:
        with catalogue_faults(path):
            _prepare_to_write(connection, path)
        yield catalogue
        catalogue.settle()
    finally:
        catalogue.close()


@contextlib.contextmanager
def reading(path: str, patience_ms: int = _PATIENCE_MS) -> Iterator[Catalogue]:
    """Lend the catalogue at ``path`` for reading alone; one of an earlier form is brought to the present one first.

    Raises:
        FileNotFoundError: where there is none.
        UsageError, CatalogueError: as :func:`opened`.
    """
    if not is_there(path):
        raise FileNotFoundError(path)
    if is_there(
        f"{path}-journal"
    ):  # what a run was killed in while it made the tables; whoever only reads cannot take it back
        with contextlib.suppress(CatalogueError), opened(path, patience_ms):
            pass
    catalogue = Catalogue(_connect(path, apsw.SQLITE_OPEN_READONLY, patience_ms), path)
    try:
        with catalogue_faults(path):
            form = _judged_form(catalogue._connection, path)  # noqa: SLF001 - the same door
        if form < FORM:
            catalogue.close()
            with opened(path, patience_ms):
                pass
            catalogue = Catalogue(_connect(path, apsw.SQLITE_OPEN_READONLY, patience_ms), path)
        yield catalogue
    finally:
        catalogue.close()


@contextlib.contextmanager
def making(path: str) -> Iterator[Catalogue]:
    """Lend a new catalogue that takes the place of the one at ``path``, if there is any, when the block ends well.

    It is made beside it, without the indexes that are dear while very much is taken in: :meth:`Catalogue.index` adds
    them. Only the whole one gets the name; whoever is reading the old one goes on reading that.

    Raises:
        LockedCatalogueError: where another run is writing to the one that is there.
        CatalogueError: where none can be made.
    """
    beginning = f"{path}.new"
    _make_folder(path)
    with _whole_files(path):
        remove(beginning)
    connection = _connect(beginning, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE, _PATIENCE_MS)
    catalogue = Catalogue(connection, beginning)
    try:
        with catalogue_faults(beginning):
            _prepare_to_write(connection, beginning)
            connection.execute("PRAGMA journal_mode = TRUNCATE").fetchall()
            connection.execute("PRAGMA synchronous = OFF")
            for name in FILE_INDEX_NAMES:
                connection.execute(f"DROP INDEX {name}")
        catalogue.expect_much()
        yield catalogue
        catalogue.index()
        with catalogue_faults(beginning):
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
        catalogue.settle()
        catalogue.close()
        _put_in_place(beginning, path)
    except BaseException:
        catalogue.close()
        with contextlib.suppress(OSError):
            remove(beginning)
        raise


def _put_in_place(made: str, path: str) -> None:
    with contextlib.ExitStack() as held, _whole_files(path):
        descriptor = os.open(made, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_there(path):
            held.enter_context(_no_other_writer(path))
        # a log that belongs to the old file must never meet the new one, and without a file SQLite drops a log unread
        remove(path)
        os.rename(made, path)
        _sync_folder(path)


@contextlib.contextmanager
def _no_other_writer(path: str) -> Iterator[None]:
    """Keep others from writing to a catalogue for a ``with`` block; one that cannot be opened nobody writes to."""
    connection = None
    try:
        connection = _connect(path, apsw.SQLITE_OPEN_READWRITE, _PATIENCE_MS)
        connection.execute("BEGIN IMMEDIATE")
    except (apsw.BusyError, apsw.LockedError):
        with catalogue_faults(path):
            raise
    except (apsw.Error, CatalogueError):
        pass
    try:
        yield
    finally:
        if connection is not None:
            with contextlib.suppress(apsw.Error):
                connection.close()


@contextlib.contextmanager
def _whole_files(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CatalogueError(
            f"cannot replace the catalogue {path}: {reason(error)}",
            "Check its folder and its permissions. No bag is touched by this.",
            path,
            Way.ANOTHER_CATALOGUE,
        ) from error


def is_there(path: str) -> bool:
    """Whether anything lies where the catalogue is to be."""
    return os.path.lexists(path)


def remove(path: str) -> None:
    """Remove a catalogue's file with the two that SQLite keeps beside it.

    Raises:
        OSError: as ``unlink`` does.
    """
    for name in (path, *beside(path)):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)


def beside(path: str) -> tuple[str, str]:
    """The files that SQLite keeps beside a catalogue: its log of changes, and the index of that."""
    return f"{path}-wal", f"{path}-shm"


@functools.cache
def _can_check() -> bool:
    """Whether SQLite can keep page checksums here; it is made ready to."""
    if not apsw.sqlite_extra.has(_CHECKSUMS):
        return False
    loader = apsw.Connection(":memory:")
    try:
        apsw.sqlite_extra.load(loader, _CHECKSUMS)
    except apsw.Error:
        return False
    finally:
        loader.close()
    return _CHECKED_FILES in apsw.vfs_names()


def _make_folder(path: str) -> None:
    folder = os.path.dirname(os.path.abspath(path))
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError:
        return  # opening tells


def _connect(path: str, flags: int, patience_ms: int) -> apsw.Connection:
    if not path or "\0" in path:
        raise UsageError("the path of a catalogue cannot be empty or hold a NUL character")
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError(
            f"SQLite cannot open a catalogue whose path is not UTF-8: {path}", "Choose another place for it."
        ) from None
    # SQLite takes a few names for something else than a file: ":memory:", "file:..."
    place = os.path.abspath(path)
    with catalogue_faults(path):
        vfs = _CHECKED_FILES if _can_check() else None
        connection = apsw.Connection(place, flags=flags, vfs=vfs)
        connection.set_busy_timeout(patience_ms)
        for setting, wanted in _SAFETY:
            connection.config(setting, wanted)
    return connection


_SAFETY = (
    (apsw.SQLITE_DBCONFIG_DEFENSIVE, 1),
    (apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
    (apsw.SQLITE_DBCONFIG_DQS_DML, 0),
    (apsw.SQLITE_DBCONFIG_DQS_DDL, 0),
    (apsw.SQLITE_DBCONFIG_ENABLE_FKEY, 1),
)
"""What is set for every connection; a catalogue may have been made by somebody else to do harm."""


def _judged_form(connection: apsw.Connection, path: str) -> int:
    """Return the form of a catalogue; 0 for a file in which nothing is.

    Raises:
        CatalogueError: where it is not one that this program can read.
    """
    for pragma in (
        "cell_size_check = ON",
        "mmap_size = 0",
        "temp_store = FILE",
        f"cache_size = {-_CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    marked = _pragma(connection, "application_id")
    form = _pragma(connection, "user_version")
    if marked != APPLICATION_ID:
        is_empty = (
            not marked and not form and connection.execute("SELECT count(*) FROM sqlite_schema").get == 0
        )
        if is_empty:
            return 0
        raise foreign(path, "it is a database of something else")
    if form > FORM:
        raise newer(path, form, FORM)
    # a flipped byte in the header could say that pages have none, and switch their checking off
    if form and _can_check() and _reserved(connection) != _CHECKSUM_BYTES:
        raise damaged(path, "its pages carry no checksums")
    if form == FORM and _columns(connection) != _columns_of_form():
        raise altered(path)
    return form


def _columns(connection: apsw.Connection) -> frozenset[tuple[object, ...]]:
    sql = (
        "SELECT made.name, column.name, column.type FROM sqlite_schema AS made"
        " JOIN pragma_table_info(made.name) AS column WHERE made.type = 'table'"
        " AND substr(made.name, 1, 7) <> 'sqlite_'"  # SQLite's own, such as what it learns of the rows
    )
    return frozenset(connection.execute(sql))


@functools.cache
def _columns_of_form() -> frozenset[tuple[object, ...]]:
    """The columns of all tables of a new catalogue."""
    with contextlib.closing(apsw.Connection(":memory:")) as connection:
        migrate(connection, FORM)
        return _columns(connection)


def _prepare_to_write(connection: apsw.Connection, path: str) -> None:
    if _can_check():
        wanted = ctypes.c_int(_CHECKSUM_BYTES)
        connection.file_control("main", apsw.SQLITE_FCNTL_RESERVE_BYTES, ctypes.addressof(wanted))
    form = _judged_form(connection, path)
    if form and not _can_check() and _reserved(connection) == _CHECKSUM_BYTES:
        raise without_checksums(path)
    if connection.execute("PRAGMA journal_mode = WAL").get != "wal":
        raise apsw.IOError("it cannot keep a log of changes (WAL) there")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    if form < FORM:
        migrate(connection, FORM)
        _sync_folder(path)


def migrate(connection: apsw.Connection, wanted: int) -> None:
    """Bring an open catalogue to a form, a step at a time, each in a transaction of its own.

    Args:
        connection: Of a catalogue that this program can read.
        wanted: The form; one that it has or is past of is left as it is.
    """
    while True:
        connection.execute("BEGIN EXCLUSIVE")
        try:
            form = _pragma(connection, "user_version")  # another run may have been quicker
            if form >= wanted:
                connection.execute("ROLLBACK")
                return
            connection.execute(MIGRATIONS[form])
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {form + 1}")
            connection.execute("COMMIT")
        except BaseException:
            _roll_back(connection)
            raise


def _pragma(connection: apsw.Connection, name: str) -> int:
    found = connection.execute(f"PRAGMA {name}").get
    assert isinstance(found, int)
    return found


def _reserved(connection: apsw.Connection) -> int:
    """How many bytes each page of the open file holds back."""
    asked = ctypes.c_int(-1)
    connection.file_control("main", apsw.SQLITE_FCNTL_RESERVE_BYTES, ctypes.addressof(asked))
    return asked.value


def _roll_back(connection: apsw.Connection) -> None:
    """Take back what is not committed; SQLite itself has done so after some errors."""
    if connection.in_transaction:
        with contextlib.suppress(apsw.Error):
            connection.execute("ROLLBACK")


def _sync_folder(path: str) -> None:
    with (
        contextlib.suppress(OSError),
        filesystem.FolderCursor(os.fsencode(os.path.dirname(os.path.abspath(path)))) as above,
    ):
        filesystem.sync_folder(above.folder(b""))
