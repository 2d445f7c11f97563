"""What can be wrong with the catalogue, as errors of this program; none of them says anything about a bag."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import apsw

from archiver.errors import ArchiverError, ExitStatus, Remedy, Way

_BAGS_STAND = "The catalogue is an index: no bag is touched by this."
_READ_ONLY_CAUSES = (apsw.ReadOnlyError, apsw.PermissionsError, apsw.AuthError)
_NO_DATABASE_CAUSES = (apsw.CorruptError, apsw.NotADBError, apsw.FormatError, apsw.MismatchError)


class CatalogueError(ArchiverError):
    """The catalogue cannot be used; bags are whole and can be read without it.

    Attributes:
        path: Where it lies.
    """

    def __init__(self, message: str, hint: str, path: str, *remedies: Way) -> None:
        super().__init__(message, hint, remedies=[Remedy(way) for way in remedies])
        self.path = path


class DamagedCatalogueError(CatalogueError):
    """Some of its bytes are not those that were written."""

    exit_code = ExitStatus.DAMAGED


class ForeignCatalogueError(CatalogueError):
    """The file is no catalogue of this program."""


class NewerCatalogueError(CatalogueError):
    """A later version of this program made it."""


class LockedCatalogueError(CatalogueError):
    """Another run is writing to it."""


class FullCatalogueError(CatalogueError):
    """Its disk is full; what was being written was taken back."""


class ReadOnlyCatalogueError(CatalogueError):
    """It cannot be written to."""


def damaged(path: str, what: str) -> DamagedCatalogueError:
    """Return the error of a catalogue whose bytes are wrong; ``what`` tells how that shows."""
    return DamagedCatalogueError(
        f"the catalogue {path} is damaged: {what}",
        "Nothing of it is believed, and it was not changed. The disk that it lies on may be failing. "
        + _BAGS_STAND,
        path,
        Way.REBUILD_CATALOGUE,
        Way.ANOTHER_CATALOGUE,
    )


def foreign(path: str, what: str) -> ForeignCatalogueError:
    """Return the error of a file that is no catalogue."""
    return ForeignCatalogueError(
        f"{path} is no catalogue of this program: {what}", "It was not changed.", path, Way.ANOTHER_CATALOGUE
    )


def altered(path: str) -> ForeignCatalogueError:
    """Return the error of a catalogue whose tables are not those of its form."""
    return ForeignCatalogueError(
        f"the tables of the catalogue {path} are not those that this program makes",
        "Another program changed them, or an unfinished version of this one made them. It was not changed. "
        + _BAGS_STAND,
        path,
        Way.REBUILD_CATALOGUE,
        Way.ANOTHER_CATALOGUE,
    )


def newer(path: str, form: int, known: int) -> NewerCatalogueError:
    """Return the error of a catalogue of a later form."""
    return NewerCatalogueError(
        f"a later version of this program made the catalogue {path}: it has form {form}, and this version knows {known}",
        "It was not changed. Install the later version. " + _BAGS_STAND,
        path,
        Way.ANOTHER_CATALOGUE,
    )


def without_checksums(path: str) -> ReadOnlyCatalogueError:
    """Return the error of a catalogue with page checksums on a system whose SQLite cannot write them."""
    return ReadOnlyCatalogueError(
        f"the catalogue {path} has page checksums, which cannot be written on this system",
        "It can be read here. To write, use one that was made here.",
        path,
        Way.ANOTHER_CATALOGUE,
    )


@contextlib.contextmanager
def catalogue_faults(path: str) -> Iterator[None]:
    """Turn what SQLite refuses within a ``with`` block into a :class:`CatalogueError`.

    An error of the program's own SQL is none of these and stays what it is.
    """
    try:
        yield
    except (apsw.BusyError, apsw.LockedError) as error:
        raise LockedCatalogueError(
            f"another run is writing to the catalogue {path}",
            "Nothing was written to it. Wait until that has ended.",
            path,
            Way.AGAIN,
        ) from error
    except apsw.FullError as error:
        raise _full(path) from error
    except _NO_DATABASE_CAUSES as error:
        raise damaged(path, _told(error)) from error
    except _READ_ONLY_CAUSES as error:
        raise ReadOnlyCatalogueError(
            f"the catalogue {path} cannot be written to",
            "Check its permissions, and those of its folder. " + _BAGS_STAND,
            path,
            Way.ANOTHER_CATALOGUE,
        ) from error
    except apsw.CantOpenError as error:
        raise CatalogueError(
            f"cannot open the catalogue {path}",
            "Check its folder and its permissions. " + _BAGS_STAND,
            path,
            Way.ANOTHER_CATALOGUE,
        ) from error
    except apsw.IOError as error:
        raise _failing(path, error) from error


def _failing(path: str, error: apsw.IOError) -> CatalogueError:
    kind: int = error.extendedresult  # type: ignore[attr-defined]  # every error of SQLite's has it
    if kind == apsw.SQLITE_IOERR_DATA:
        return damaged(path, "a page does not match its checksum")
    if kind == apsw.SQLITE_IOERR_SHORT_READ:
        return damaged(path, "it is cut short")
    if kind == apsw.SQLITE_IOERR_SHMSIZE:
        return _full(path)
    return CatalogueError(
        f"cannot read or write the catalogue {path}: {_told(error)}",
        "What was being written was taken back. Check its disk. " + _BAGS_STAND,
        path,
        Way.AGAIN,
        Way.ANOTHER_CATALOGUE,
    )


def _full(path: str) -> FullCatalogueError:
    return FullCatalogueError(
        f"the disk of the catalogue {path} is full",
        "What was being written to it was taken back. Free some space there. " + _BAGS_STAND,
        path,
        Way.AGAIN,
        Way.ANOTHER_CATALOGUE,
    )


def _told(error: apsw.Error) -> str:
    text = str(error)
    return text[:1].lower() + text[1:] if text else "SQLite cannot read it"
