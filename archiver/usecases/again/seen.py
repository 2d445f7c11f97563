"""What a look at a source saw of it from outside, put aside while it is planned: the next look is compared with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from archiver.catalogue.states import SeenPath
from archiver.ingest.spool import Spool
from archiver.model.package import AssessedFile, HeldFile, PlanEntry
from archiver.model.source import FileStat, FolderRef, Listing


class Seen:
    """Takes the entries of a plan, and keeps on disk how they look. Use it in a ``with`` block.

    What looks as the last look saw it need not be kept again.

    Args:
        scratch: Folder for temporary files.

    Attributes:
        newest_ns: The latest time that anything in a folder bears, nanoseconds since 1970 UTC; 0 where there is none.
    """

    def __init__(self, scratch: bytes | None) -> None:
        self._files = Spool[tuple[str, FileStat]](scratch)
        self._folders = Spool[tuple[str, Listing | None]](scratch)
        self.newest_ns = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.__exit__()
        self._folders.__exit__()

    def take(self, entry: PlanEntry) -> None:
        """Take an entry of a plan; all but folders and files whose bytes are in the new state is passed over."""
        match entry:
            case FolderRef(path=path, listing=listing):
                self._folders.append((path, listing))
                if listing is not None:
                    self.newest_ns = max(self.newest_ns, listing.newest_ns)
            case AssessedFile(examined) | HeldFile(AssessedFile(examined)):
                if not examined.known.looks_as_before:
                    self._files.append((examined.ref.path, examined.ref.stat))
            case _:
                pass

    def files(self, until_ns: int) -> Iterator[SeenPath]:
        """Yield how the files look that did not look so before.

        Args:
            until_ns: The times of what was changed at this moment or later prove nothing.
        """
        for path, stat in self._files:
            racy = max(stat.mtime_ns, stat.ctime_ns) >= until_ns
            yield SeenPath(path, stat.size_bytes, stat.mtime_ns, stat.ctime_ns, stat.inode, racy)

    def folders(self) -> Iterator[tuple[str, Listing | None]]:
        """Yield every folder with what its listing was, where that is known."""
        yield from self._folders
