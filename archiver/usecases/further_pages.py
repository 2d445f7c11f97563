"""The folder of the further pages of a page: begun anew where a run that was ended left it, and gone where a run fails.

While its pages are written it holds a mark, which goes once the first page has its name. So what a run that was killed left
is told from a folder of pages that somebody keeps, and from anything else: that is never touched.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO, Self

from archiver import filesystem
from archiver.errors import Remedy, UsageError, Way
from archiver.report.pages import FURTHER_NAMES
from archiver.usecases.new_file import HIDDEN_NAMES, new_file, write_faults

_MARK = b".archiver-unfinished.part"


def further_of(page: str) -> str:
    """Return the path of the folder of the further pages of a page."""
    return f"{os.path.splitext(page)[0]}-pages"


class FurtherPages:
    """The folder while its pages are written; a context for the writing of the first page, which must lie beside it.

    If the block raises, what was written into the folder is removed, unless the first page has its name all the same.

    Args:
        page: Path of the first page.
    """

    def __init__(self, page: str) -> None:
        self.path = further_of(page)
        self._page = page
        self._above, self._name = os.path.split(os.path.abspath(os.fsencode(self.path)))
        self._is_begun = False
        self._is_made = False

    def refuse_taken(self) -> None:
        """Refuse to write where something is that no run left which was ended while it wrote these pages.

        Raises:
            UsageError: where that is so.
        """
        try:
            with write_faults(self.path, but=FileNotFoundError), self._beside() as cursor:
                status = os.stat(self._name, dir_fd=cursor.folder(b""), follow_symlinks=False)
                names = _names(cursor, self._name) if stat.S_ISDIR(status.st_mode) else [b""]
        except FileNotFoundError:
            return
        if names and _MARK not in names:
            raise UsageError(
                f"the folder of pages {self.path} is there already",
                "Nothing is ever overwritten. Name another place.",
                remedies=[Remedy(Way.MOVE_AWAY)],
            )
        foreign = [os.fsdecode(name) for name in names if not _is_own(name)]
        if foreign:
            raise UsageError(
                f"the folder of pages {self.path}, which an interrupted run left, holds {foreign[0]}, which was not made"
                " by this program",
                "Nothing was changed.",
                remedies=[Remedy(Way.MOVE_AWAY)],
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            with contextlib.suppress(OSError):
                if self._is_begun and not os.path.lexists(self._page):
                    self._clear()
        elif self._is_made:
            with write_faults(self.path), self._beside() as cursor:
                os.unlink(_MARK, dir_fd=cursor.folder(self._name))

    def begin(self) -> None:
        """Clear away what an interrupted run left; to be called once no other run can be writing the first page.

        Raises:
            UsageError: where something else is there.
            ArchiverError: where it cannot be cleared.
        """
        self.refuse_taken()
        self._is_begun = True
        with write_faults(self.path), contextlib.suppress(FileNotFoundError):
            self._clear()

    def _beside(self) -> filesystem.FolderCursor:
        return filesystem.FolderCursor(self._above)

    @contextlib.contextmanager
    def new(self, name: str) -> Iterator[BinaryIO]:
        """Create a file in the folder, which is made where it is missing, for a ``with`` block.

        Raises:
            ArchiverError: where it cannot be written.
        """
        assert self._is_begun, "what was left is cleared first"
        path = os.path.join(self.path, name)
        with write_faults(path):
            if not self._is_made:
                self._make()
            with new_file(path) as stream:
                yield stream

    @property
    def made(self) -> str | None:
        """The path of the folder; ``None`` where one page was enough."""
        return self.path if self._is_made else None

    def _make(self) -> None:
        with self._beside() as cursor:
            os.mkdir(self._name, dir_fd=cursor.folder(b""))
            folder = cursor.folder(self._name)
            os.close(filesystem.open_own(_MARK, folder))
            # a page whose name outlasts a loss of power must not be without the mark
            filesystem.sync_folder(folder)
        self._is_made = True

    def _clear(self) -> None:
        """Remove the folder; the mark goes last, so that what is left of it is known for what it is."""
        with self._beside() as cursor:
            names = sorted(_names(cursor, self._name), key=lambda name: name == _MARK)
            for name in filter(_is_own, names):
                os.unlink(name, dir_fd=cursor.folder(self._name))
            os.rmdir(self._name, dir_fd=cursor.folder(b""))


def _names(cursor: filesystem.FolderCursor, folder: bytes) -> list[bytes]:
    return [os.fsencode(name) for name in os.listdir(cursor.folder(folder))]


def _is_own(name: bytes) -> bool:
    return name == _MARK or bool(FURTHER_NAMES.fullmatch(name) or HIDDEN_NAMES.fullmatch(name))
